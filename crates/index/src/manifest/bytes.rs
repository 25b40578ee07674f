//! The bytes of a manifest.

use std::fs::File;
use std::io;
use std::ops::Deref;
use std::os::unix::fs::FileExt;

use lightboard_events::crc;
use memmap2::{Mmap, MmapOptions};

use super::Refused;

/// Bytes of a manifest's checksum, which stands behind all others.
pub(super) const SUM: usize = 4;
/// Bytes read at once: small enough to stay in the processor's cache.
const CHUNK: usize = 256 << 10;

/// The bytes of a manifest, whose checksum is right. Those of a file are mapped where they may be: two thirds of them, the
/// packed series, are looked at much later or never, and pages of a file are no memory of the process's own.
#[derive(Debug)]
pub(crate) enum Bytes {
    Mapped(Mmap),
    Held(Vec<u8>),
}

impl Bytes {
    /// Maps a manifest after it was read once, for its checksum: what cannot be read is an error then, while it would end
    /// the process that has it mapped.
    pub(crate) fn map(file: &File) -> Result<Self, Refused> {
        let length = file.metadata().map_err(|_| Refused)?.len() as usize;
        check(file, length).map_err(|_| Refused)?;
        // SAFETY: manifests are written under another name, get theirs when they are whole, and are replaced by another
        // file and never changed or shortened afterwards; they lie in a folder that only this user can write to. What
        // the bytes say is checked.
        let map = unsafe { MmapOptions::new().len(length).populate().map(file) };
        map.map(Self::Mapped).map_err(|_| Refused)
    }
}

/// Compares the checksum at the end of a file of so many bytes.
fn check(file: &File, length: usize) -> io::Result<()> {
    let body = length
        .checked_sub(SUM)
        .ok_or(io::ErrorKind::UnexpectedEof)?;
    let mut buffer = vec![0; CHUNK.min(body)];
    let mut sum = 0;
    for start in (0..body).step_by(CHUNK) {
        let chunk = &mut buffer[..CHUNK.min(body - start)];
        file.read_exact_at(chunk, start as u64)?;
        sum = crc::go_on(sum, chunk);
    }
    let mut stored = [0; SUM];
    file.read_exact_at(&mut stored, body as u64)?;
    let is_right = u32::from_le_bytes(stored) == crc::mask(sum);
    is_right
        .then_some(())
        .ok_or_else(|| io::ErrorKind::InvalidData.into())
}

impl TryFrom<Vec<u8>> for Bytes {
    type Error = Refused;

    fn try_from(bytes: Vec<u8>) -> Result<Self, Refused> {
        let (body, sum) = bytes.split_last_chunk::<SUM>().ok_or(Refused)?;
        let is_right = u32::from_le_bytes(*sum) == crc::masked(body);
        is_right.then_some(Self::Held(bytes)).ok_or(Refused)
    }
}

impl Default for Bytes {
    fn default() -> Self {
        Self::Held(Vec::new())
    }
}

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Mapped(map) => map,
            Self::Held(bytes) => bytes,
        }
    }
}
