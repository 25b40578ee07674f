//! Records whose content lies where it is.

use std::io::{self, Write};
use std::iter;

use super::Out;
use super::out::put_header;
use super::wire::put_length;
use crate::{HEADER, crc};

/// Bytes of a checksum.
const CHECKSUM: usize = 4;

/// Bytes that are copied at a time.
const PART: usize = 1 << 16;

/// One record in pieces: its small bytes, which are held here, and content that is only referred to, in memory or
/// elsewhere.
///
/// What it refers to may change until it is copied: a program can go on writing to its arrays. So the checksum is one of
/// the copy.
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
    /// Bytes of all pieces: the payload's and [`OVERHEAD`](crate::OVERHEAD).
    pub fn size(&self) -> u64 {
        self.small.len() as u64 + self.content_size
    }

    /// Appends a copy of the record.
    ///
    /// # Panics
    ///
    /// If there is a piece that is not in memory.
    pub fn append_to(&self, out: &mut Vec<u8>) {
        let start = out.len();
        for piece in self.from(0, 0) {
            out.extend_from_slice(piece.here().expect("all of it in memory"));
        }
        let end = out.len() - CHECKSUM;
        let sum = crc::masked(&out[start + HEADER..end]);
        out[end..].copy_from_slice(&sum.to_le_bytes());
    }

    /// Writes a copy of the record, a part at a time.
    ///
    /// # Errors
    ///
    /// Those of `out`; and before anything is written if there is a piece that is not in memory.
    pub fn write_to(&self, out: &mut impl Write) -> io::Result<()> {
        let slices: Option<Vec<_>> = self.from(0, 0).map(Piece::here).collect();
        let slices = slices.ok_or(io::ErrorKind::InvalidInput)?;
        let (mut copy, mut sum, mut left) = (Vec::new(), 0, self.size() as usize);
        for part in slices.into_iter().flat_map(|slice| slice.chunks(PART)) {
            copy.clear();
            copy.extend_from_slice(part);
            let payload = copy.len().min(left - CHECKSUM);
            let header = if left == self.size() as usize {
                HEADER
            } else {
                0
            };
            sum = crc::go_on(sum, &copy[header..payload]);
            left -= copy.len();
            if left == 0 {
                copy[payload..].copy_from_slice(&crc::mask(sum).to_le_bytes());
            }
            out.write_all(&copy)?;
        }
        Ok(())
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
        let payload = || self.from(start + HEADER, first);
        let is_here = payload().all(|piece| piece.here().is_some());
        let sum = if is_here {
            0 // Whoever copies it knows what it is.
        } else {
            crc::mask(payload().fold(0, |sum, piece| piece.added_to(sum)))
        };
        self.small.extend_from_slice(&sum.to_le_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::super::wire::{bytes, content, length, message};
    use super::super::{Out, record};
    use super::{Elsewhere, Piece, Pieces};
    use crate::encode;
    use crate::{Audio, Image, MeshPart, Moments, crc};

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
                let mut appended = b"before".to_vec();
                pieces.append_to(&mut appended);
                assert!(appended[6..] == whole, "{size}");
                if size > 0 {
                    let filled = around.from(0, 0).flat_map(|piece| match piece {
                        Piece::Here(bytes) => bytes,
                        Piece::Elsewhere(_) => &value,
                    });
                    assert!(filled.eq(&whole), "{size}");
                }
            }
        }
    }

    #[test]
    fn what_may_be_large_is_only_referred_to() {
        fn held<'a>(encode: impl FnOnce(&mut Pieces<'a>)) -> usize {
            let mut pieces = Pieces::default();
            encode(&mut pieces);
            pieces.small.len()
        }
        let bytes = vec![1; 40_000];
        let text = "text".repeat(10_000);
        let (floats, doubles) = (vec![0.5f32; 12_000], vec![0.5f64; 8_000]);
        let image = Image {
            encoded: &bytes,
            ..Image::default()
        };
        let audio = Audio {
            encoded: &bytes,
            ..Audio::default()
        };
        let parts = [encode::Part {
            part: MeshPart::Vertex,
            shape: [1, 4_000, 3],
            numbers: &floats,
        }];
        let moments = Moments::default();
        for held in [
            held(|out| encode::text(out, 1.5, 7, "tag", &text)),
            held(|out| encode::tensor(out, 1.5, 7, "tag", 4, &[40_000], &bytes)),
            held(|out| encode::pr_curve(out, 1.5, 7, "tag", 2, &floats)),
            held(|out| encode::mesh(out, 1.5, 7, "tag", "", &parts)),
            held(|out| encode::histogram(out, 1.5, 7, "tag", &moments, &doubles, &doubles)),
            held(|out| encode::image(out, 1.5, 7, "tag", &image)),
            held(|out| encode::audio(out, 1.5, 7, "tag", &audio)),
            held(|out| encode::encoded_summary(out, 1.5, 7, &bytes)),
            held(|out| encode::encoded_graph(out, 1.5, &bytes)),
            held(|out| encode::encoded_run_metadata(out, 1.5, "tag", &bytes)),
        ] {
            assert!(held < 200, "{held}");
        }
    }
}
