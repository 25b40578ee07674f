//! Records whose content lies where it is.

use std::io::{self, Write};
use std::iter;

use super::Out;
use super::out::put_header;
use super::wire::put_length;
use crate::{HEADER, crc};

/// Records in pieces: their small bytes, which are held here, and content that is only referred to, in memory or
/// elsewhere.
///
/// ```
/// use lightboard_events::encode::{Pieces, text};
///
/// let large = "word ".repeat(1_000_000);
/// let mut pieces = Pieces::default();
/// text(&mut pieces, 1.5e9, 7, "essay", &large);
/// let mut file = Vec::new();
/// pieces.write_to(&mut file)?;
/// assert_eq!(file.len() as u64, pieces.size());
/// # std::io::Result::Ok(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Pieces<'a> {
    small: Vec<u8>,
    /// What stands between the small bytes: before which of them, and what. None is empty.
    contents: Vec<(usize, Piece<'a>)>,
    /// The bytes of `contents`.
    content_size: u64,
}

/// Bytes of a record that follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece<'a> {
    /// In memory.
    Here(&'a [u8]),
    /// Not in memory.
    Elsewhere(Elsewhere),
}

/// Content that is not in memory: the bytes of a file, usually.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Elsewhere {
    /// Bytes.
    pub length: u64,
    /// Their CRC-32C, not masked.
    pub checksum: u32,
}

impl<'a> Pieces<'a> {
    /// Bytes of all pieces. Of one record these are its payload's and [`OVERHEAD`](crate::OVERHEAD).
    pub fn size(&self) -> u64 {
        self.small.len() as u64 + self.content_size
    }

    /// The pieces in their order; none is empty.
    pub fn iter(&self) -> impl Iterator<Item = Piece<'_>> {
        self.from(0, 0)
    }

    /// Writes all pieces.
    ///
    /// # Errors
    ///
    /// Those of `out`; and before anything is written if there is a piece that is not in memory.
    pub fn write_to(&self, out: &mut impl Write) -> io::Result<()> {
        let slices: Option<Vec<_>> = self.iter().map(Piece::here).collect();
        let slices = slices.ok_or(io::ErrorKind::InvalidInput)?;
        slices.into_iter().try_for_each(|it| out.write_all(it))
    }

    /// What stands before and what behind the content, if that is one piece that is not in memory.
    pub fn around(&self) -> Option<(&[u8], &[u8])> {
        match self.contents[..] {
            [(place, Piece::Elsewhere(_))] => Some(self.small.split_at(place)),
            _ => None,
        }
    }

    /// Appends content that is not in memory.
    pub fn elsewhere(&mut self, content: Elsewhere) {
        self.push(Piece::Elsewhere(content));
    }

    fn push(&mut self, content: Piece<'a>) {
        if content.size() > 0 {
            self.contents.push((self.small.len(), content));
            self.content_size += content.size();
        }
    }

    /// The pieces from small byte `start` and content `first` on.
    fn from(&self, start: usize, first: usize) -> impl Iterator<Item = Piece<'_>> {
        let contents = &self.contents[first..];
        let last = contents.last().map_or(start, |&(place, _)| place);
        let starts = iter::once(start).chain(contents.iter().map(|&(place, _)| place));
        contents
            .iter()
            .zip(starts)
            .flat_map(|(&(place, content), start)| {
                [Piece::Here(&self.small[start..place]), content]
            })
            .chain([Piece::Here(&self.small[last..])])
            .filter(|piece| piece.size() > 0)
    }
}

impl<'a> Piece<'a> {
    /// Bytes.
    pub fn size(self) -> u64 {
        match self {
            Self::Here(bytes) => bytes.len() as u64,
            Self::Elsewhere(content) => content.length,
        }
    }

    fn here(self) -> Option<&'a [u8]> {
        match self {
            Self::Here(bytes) => Some(bytes),
            Self::Elsewhere(_) => None,
        }
    }

    /// The bare checksum of what has `sum`, and these bytes behind it.
    fn added_to(self, sum: u32) -> u32 {
        match self {
            Self::Here(bytes) => crc::go_on(sum, bytes),
            Self::Elsewhere(content) => crc::joined(sum, content.checksum, content.length),
        }
    }
}

impl<'a> Out<'a> for Pieces<'a> {
    fn small(&mut self) -> &mut Vec<u8> {
        &mut self.small
    }

    fn content(&mut self, content: &'a [u8]) {
        self.push(Piece::Here(content));
    }

    fn with_length(&mut self, fields: impl FnOnce(&mut Self)) {
        let (start, first, before) = (self.small.len(), self.contents.len(), self.size());
        self.small.push(0);
        fields(self);
        let length = self.size() - before - 1;
        let more = put_length(&mut self.small, start, length);
        for (place, _) in &mut self.contents[first..] {
            *place += more;
        }
    }

    fn framed(&mut self, payload: impl FnOnce(&mut Self)) {
        let (start, first, before) = (self.small.len(), self.contents.len(), self.size());
        self.small.extend_from_slice(&[0; HEADER]);
        payload(self);
        let length = self.size() - before - HEADER as u64;
        put_header(&mut self.small, start, length);
        let sum = self
            .from(start + HEADER, first)
            .fold(0, |sum, piece| piece.added_to(sum));
        self.small.extend_from_slice(&crc::mask(sum).to_le_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::super::wire::{bytes, content, length, message};
    use super::super::{Out, record};
    use super::{Elsewhere, Piece, Pieces};
    use crate::crc;

    /// A record of messages in messages, with something small on both sides of what is large.
    fn nested<'a, O: Out<'a>>(out: &mut O, large: impl Fn(&mut O)) {
        record(out, |out| {
            message(out, 20, |out| {
                bytes(out, 1, b"small");
                message(out, 2, |out| {
                    large(out);
                    message(out, 3, |out| large(out));
                });
                bytes(out, 4, b"small");
            });
        });
    }

    #[test]
    fn lengths_of_every_size_cover_what_is_only_referred_to() {
        for limit in [0, 1 << 6, 1 << 7, 1 << 13, 1 << 14, 1 << 20, 1 << 21] {
            for size in limit.max(20) - 20..limit + 3 {
                let value = vec![7; size];
                let lying = Elsewhere {
                    length: size as u64,
                    checksum: crc::go_on(0, &value),
                };
                let (mut whole, mut pieces, mut around) =
                    (Vec::new(), Pieces::default(), Pieces::default());
                nested(&mut whole, |out| content(out, 1, &value));
                nested(&mut pieces, |out| content(out, 1, &value));
                nested(&mut around, |out| {
                    length(out, 1, lying.length);
                    out.elsewhere(lying);
                });
                let mut written = Vec::new();
                pieces.write_to(&mut written).unwrap();
                assert!(written == whole, "{size}");
                let same = pieces.iter().map(|piece| match piece {
                    Piece::Here(bytes) if bytes == value && size > 0 => Piece::Elsewhere(lying),
                    piece => piece,
                });
                assert!(around.iter().eq(same), "{size}");
            }
        }
    }
}
