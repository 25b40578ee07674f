//! What a file is, by its first bytes.

use crate::crc;
use crate::frame::{HEADER, MAX_PAYLOAD};

/// What the first bytes of a file named like an event file say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opening {
    /// No bytes at all.
    Empty,
    /// A record's header with the right checksum.
    Record,
    /// Too few bytes to tell.
    Short,
    /// Zero bytes, where records may still come.
    Zeros,
    /// A git-lfs pointer: the file itself was not fetched.
    LfsPointer,
    /// Compressed with gzip; event files are not.
    Gzip,
    /// Something else. It may be an event file whose first record is damaged: only if the [`Scanner`](crate::Scanner)
    /// finds no record at all is the file foreign.
    Other,
}

impl Opening {
    /// Bytes from the file's start that are enough to tell.
    pub const BYTES: usize = 64;

    /// Tells what a file is that starts with `bytes`; fewer than [`Self::BYTES`] if the file has no more.
    pub fn of(bytes: &[u8]) -> Self {
        if bytes.is_empty() {
            Self::Empty
        } else if bytes.starts_with(b"version https://git-lfs.github.com/spec/") {
            Self::LfsPointer
        } else if bytes.starts_with(&[0x1f, 0x8b, 8]) {
            Self::Gzip
        } else if bytes.iter().all(|byte| *byte == 0) {
            Self::Zeros
        } else if let Some(([length @ .., _, _, _, _], _)) = bytes.split_first_chunk::<HEADER>() {
            let stored = &bytes[length.len()..HEADER];
            let fits = length[4..] == [0; 4] && u64::from(length[3]) <= MAX_PAYLOAD >> 24;
            if fits && crc::masked(length).to_le_bytes() == stored {
                Self::Record
            } else {
                Self::Other
            }
        } else {
            Self::Short
        }
    }
}
