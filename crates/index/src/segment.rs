//! A segment: packed blocks of many series in one file of the cache, mapped into memory (`spec/index.md`).

use std::fs::File;
use std::io::{self, Write};
use std::sync::Arc;

use lightboard_events::crc;
use memmap2::Mmap;

const MAGIC: [u8; 8] = *b"LBSEGMNT";
/// Of segments, manifests and blocks: what does not bear it is read anew from the event files.
pub(crate) const VERSION: u32 = 5;
const HEAD: usize = 16;
const FOOT: usize = 16;

/// Writes a segment's blocks one after the other.
#[derive(Debug)]
pub(crate) struct SegmentWriter<W: Write> {
    out: W,
    length: u64,
}

/// Where a block lies in a segment, and its checksum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) offset: u64,
    pub(crate) length: u32,
    pub(crate) crc: u32,
}

impl<W: Write> SegmentWriter<W> {
    pub(crate) fn new(mut out: W) -> io::Result<Self> {
        let mut head = [0; HEAD];
        head[..8].copy_from_slice(&MAGIC);
        head[8..12].copy_from_slice(&VERSION.to_le_bytes());
        out.write_all(&head)?;
        Ok(Self {
            out,
            length: HEAD as u64,
        })
    }

    /// Adds a block.
    pub(crate) fn add(&mut self, block: &[u8]) -> io::Result<Span> {
        self.out.write_all(block)?;
        let span = Span {
            offset: self.length,
            length: u32::try_from(block.len()).map_err(io::Error::other)?,
            crc: crc::masked(block),
        };
        self.length += u64::from(span.length);
        Ok(span)
    }

    /// Adds the footer. Returns what was written to.
    pub(crate) fn finish(mut self) -> io::Result<W> {
        let mut foot = [0; FOOT];
        foot[..8].copy_from_slice(&(self.length + FOOT as u64).to_le_bytes());
        let crc = crc::masked(&foot[..12]);
        foot[12..].copy_from_slice(&crc.to_le_bytes());
        self.out.write_all(&foot)?;
        self.out.flush()?;
        Ok(self.out)
    }
}

/// A finished segment.
#[derive(Debug)]
pub(crate) struct Segment {
    /// Its number in the cache; none if the file has no name there.
    pub(crate) number: Option<u64>,
    map: Mmap,
}

impl Segment {
    /// Maps a finished segment. None if the file is none, or of another version, or not whole.
    pub(crate) fn open(file: &File, number: Option<u64>) -> io::Result<Option<Arc<Self>>> {
        if file.metadata()?.len() < (HEAD + FOOT) as u64 {
            return Ok(None);
        }
        // SAFETY: segments are written once, before they get the name under which they are found, and never changed or
        // shortened afterwards; they lie in a folder that only this user can write to. What the bytes say is checked.
        let map = unsafe { Mmap::map(file)? };
        let sound = map.len() >= HEAD + FOOT
            && map[..8] == MAGIC
            && map[8..12] == VERSION.to_le_bytes()
            && map[12..HEAD] == [0; 4]
            && {
                let foot = &map[map.len() - FOOT..];
                foot[..8] == (map.len() as u64).to_le_bytes()
                    && foot[8..12] == [0; 4]
                    && foot[12..] == crc::masked(&foot[..12]).to_le_bytes()
            };
        Ok(sound.then(|| Arc::new(Self { number, map })))
    }

    /// Bytes of the file.
    pub(crate) fn len(&self) -> u64 {
        self.map.len() as u64
    }

    /// All bytes of the file.
    pub(crate) fn all(&self) -> &[u8] {
        &self.map
    }

    /// Gives the memory of pages that were looked at back to the system, which reads them again when they are needed.
    pub(crate) fn release(&self) {
        // SAFETY: the mapping is read-only and of a file, so that dropped pages come back with the same bytes.
        // What the advice does to memory cannot be more than take time; a failure leaves things as they were.
        let _ = unsafe {
            self.map
                .unchecked_advise(memmap2::UncheckedAdvice::DontNeed)
        };
    }
}

/// A block that lies in a segment.
#[derive(Debug, Clone)]
pub(crate) struct Stored {
    pub(crate) segment: Arc<Segment>,
    pub(crate) span: Span,
}

impl Stored {
    /// The block's bytes; none if they are not those that were written. The checksum costs less than unpacking does.
    pub(crate) fn bytes(&self) -> Option<&[u8]> {
        let start = usize::try_from(self.span.offset).ok()?;
        let end = start.checked_add(self.span.length as usize)?;
        let bytes = self.segment.map.get(start..end)?;
        (crc::masked(bytes) == self.span.crc).then_some(bytes)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::{Segment, SegmentWriter, Stored};

    #[test]
    fn any_flipped_byte_and_any_cut_is_refused_or_not_read() {
        let blocks: [&[u8]; 3] = [b"first", b"", b"the third block"];
        let mut writer = SegmentWriter::new(Vec::new()).unwrap();
        let spans = blocks.map(|block| writer.add(block).unwrap());
        let bytes = writer.finish().unwrap();
        let open = |bytes: &[u8]| {
            let mut file = tempfile::tempfile().unwrap();
            file.write_all(bytes).unwrap();
            Segment::open(&file, None).unwrap()
        };
        for at in 0..bytes.len() {
            assert!(open(&bytes[..at]).is_none());
            for bit in [1, 0x80] {
                let mut flipped = bytes.clone();
                flipped[at] ^= bit;
                let Some(segment) = open(&flipped) else {
                    continue;
                };
                let in_blocks = 16..bytes.len() - 16;
                assert!(in_blocks.contains(&at), "byte {at} was believed");
                let read = |span| {
                    let segment = segment.clone();
                    Stored { segment, span }.bytes().map(<[u8]>::to_vec)
                };
                let lost = spans.iter().zip(blocks).filter(|(span, block)| {
                    let found = read(**span);
                    assert!(found.as_deref().is_none_or(|found| found == *block));
                    found.is_none()
                });
                assert_eq!(lost.count(), 1);
            }
        }
    }
}
