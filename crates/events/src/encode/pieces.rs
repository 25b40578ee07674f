//! Records whose content lies where it is.

use std::io::{self, Write};
use std::iter;

use super::out::put_header;
use super::wire::put_length;
use super::{Bytes, Out};
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
/// text(&mut pieces, 1.5e9, 7, "essay", large.as_str().into());
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
#[derive(Debug, Clone, Copy)]
enum Piece<'a> {
    Bytes(Bytes<'a>),
    Elsewhere(Elsewhere),
}

/// An encoded file that a record is to hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoded<'a> {
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
    /// # Errors
    ///
    /// Of content that cannot be made, or is not in memory; nothing is appended then.
    pub fn append_to(&self, out: &mut Vec<u8>) -> io::Result<()> {
        let start = out.len();
        let mut pieces = self.from(0, 0).map(Piece::bytes);
        let appended = pieces.try_for_each(|piece| match piece {
            Some(Bytes::Here(bytes)) => {
                out.extend_from_slice(bytes);
                Ok(())
            }
            Some(Bytes::Made(maker)) => maker.write_to(out),
            None => Err(io::ErrorKind::InvalidInput.into()),
        });
        let is_whole = appended.and_then(|()| self.is_whole(out.len() - start));
        if is_whole.is_err() {
            out.truncate(start);
            return is_whole;
        }
        let end = out.len() - CHECKSUM;
        let sum = crc::masked(&out[start + HEADER..end]);
        out[end..].copy_from_slice(&sum.to_le_bytes());
        Ok(())
    }

    /// A record must have the bytes that its lengths tell.
    fn is_whole(&self, bytes: usize) -> io::Result<()> {
        if bytes as u64 == self.size() {
            return Ok(());
        }
        let text = format!("expected a record of {} bytes, found {bytes}", self.size());
        Err(io::Error::other(text))
    }

    /// Writes a copy of the record, a part at a time.
    ///
    /// # Errors
    ///
    /// Those of `out`, and of content that cannot be made; and before anything is written if there is a piece that is not
    /// in memory.
    pub fn write_to(&self, out: &mut impl Write) -> io::Result<()> {
        let pieces: Option<Vec<_>> = self.from(0, 0).map(Piece::bytes).collect();
        let mut copy = Copy {
            out,
            part: Vec::new(),
            written: 0,
            sum: 0,
        };
        let mut left = self.size() as usize - CHECKSUM;
        for piece in pieces.ok_or(io::ErrorKind::InvalidInput)? {
            let count = piece.size().min(left);
            match piece {
                Bytes::Here(bytes) => copy.write_all(&bytes[..count])?,
                Bytes::Made(maker) => maker.write_to(&mut copy)?,
            }
            left -= count;
        }
        self.is_whole(copy.written + CHECKSUM)?;
        let sum = crc::mask(copy.sum);
        copy.out.write_all(&sum.to_le_bytes())
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
                [Piece::Bytes(self.small[start..place].into()), content]
            })
            .chain([Piece::Bytes(self.small[last..].into())])
            .filter(|piece| piece.size() > 0)
    }
}

/// Sums up the payload of a record while it is copied: what the sum is of is what is written.
struct Copy<W> {
    out: W,
    part: Vec<u8>,
    written: usize,
    sum: u32,
}

impl<W: Write> Write for Copy<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.part.clear();
        self.part.extend_from_slice(&bytes[..bytes.len().min(PART)]);
        let header = HEADER.saturating_sub(self.written).min(self.part.len());
        self.sum = crc::go_on(self.sum, &self.part[header..]);
        self.written += self.part.len();
        self.out.write_all(&self.part)?;
        Ok(self.part.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl<'a> Piece<'a> {
    fn size(self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.size() as u64,
            Self::Elsewhere(content) => content.length,
        }
    }

    fn bytes(self) -> Option<Bytes<'a>> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            Self::Elsewhere(_) => None,
        }
    }
}

impl<'a> Out<'a> for Pieces<'a> {
    fn small(&mut self) -> &mut Vec<u8> {
        &mut self.small
    }

    fn content(&mut self, content: impl Into<Bytes<'a>>) {
        self.push(Piece::Bytes(content.into()));
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
        let is_copied = payload().all(|piece| piece.bytes().is_some());
        let sum = if is_copied {
            0 // Whoever copies it knows what it is.
        } else {
            crc::mask(payload().fold(0, |sum, piece| match piece {
                Piece::Bytes(Bytes::Here(bytes)) => crc::go_on(sum, bytes),
                Piece::Bytes(Bytes::Made(_)) => sum, // Nobody can copy it beside something that lies elsewhere.
                Piece::Elsewhere(content) => crc::joined(sum, content.checksum, content.length),
            }))
        };
        self.small.extend_from_slice(&sum.to_le_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::super::wire::{bytes, content, length, message};
    use std::io::{self, Write};

    use super::super::{Bytes, Make, Out, record};
    use super::{Elsewhere, Piece, Pieces};
    use crate::encode;
    use crate::{Audio, Image, MeshPart, Moments, crc};

    /// As many sevens.
    #[derive(Debug)]
    struct Repeated(usize);

    impl Make for Repeated {
        fn size(&self) -> usize {
            self.0
        }

        fn write_to(&self, out: &mut dyn Write) -> io::Result<()> {
            let part = [7; 1000];
            let left = (0..self.0).step_by(part.len()).map(|at| self.0 - at);
            left.map(|left| left.min(part.len()))
                .try_for_each(|count| out.write_all(&part[..count]))
        }
    }

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
                let (mut whole, mut pieces) = (Vec::new(), Pieces::default());
                let (mut made, mut around) = (Pieces::default(), Pieces::default());
                let maker = Repeated(size);
                nested(&mut whole, |out| content(out, 1, &value));
                nested(&mut pieces, |out| content(out, 1, &value));
                nested(&mut made, |out| content(out, 1, Bytes::Made(&maker)));
                nested(&mut around, |out| {
                    length(out, 1, lying.length);
                    out.elsewhere(lying);
                });
                for pieces in [&pieces, &made] {
                    let mut written = Vec::new();
                    pieces.write_to(&mut written).unwrap();
                    assert!(written == whole, "{size}");
                    let mut appended = b"before".to_vec();
                    pieces.append_to(&mut appended).unwrap();
                    assert!(appended[6..] == whole, "{size}");
                }
                if size > 0 {
                    let filled = around.from(0, 0).flat_map(|piece| match piece {
                        Piece::Bytes(Bytes::Here(bytes)) => bytes,
                        _ => &value,
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
            shape: [1, 10_000, 1],
            numbers: (&bytes).into(),
        }];
        let moments = Moments::default();
        for held in [
            held(|out| encode::text(out, 1.5, 7, "tag", text.as_str().into())),
            held(|out| encode::tensor(out, 1.5, 7, "tag", 4, &[40_000], (&bytes).into())),
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
