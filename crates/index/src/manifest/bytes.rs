//! The bytes of a manifest.

use std::fs::File;
use std::io;
use std::ops::Deref;

use memmap2::{Mmap, MmapOptions};

/// The bytes of a manifest. Those of a file are mapped: two thirds of them, the packed series, are looked at much later
/// or never, and pages of a file are no memory of the process's own.
#[derive(Debug)]
pub(crate) enum Bytes {
    Mapped(Mmap),
    Held(Vec<u8>),
}

impl Bytes {
    /// Maps a manifest. All of it is needed at once, for its checksum.
    pub(crate) fn map(file: &File) -> io::Result<Self> {
        // SAFETY: manifests are written under another name, get theirs when they are whole, and are replaced by another
        // file and never changed or shortened afterwards; they lie in a folder that only this user can write to. What
        // the bytes say is checked.
        let map = unsafe { MmapOptions::new().populate().map(file)? };
        Ok(Self::Mapped(map))
    }
}

impl From<Vec<u8>> for Bytes {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Held(bytes)
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
