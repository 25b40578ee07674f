//! What takes too much memory to wait in it: it waits in a file that has no name and vanishes with the process.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::os::fd::AsRawFd;
use std::path::Path;

use rustix::fs::{FsWord, fstatfs};

use crate::held::SPOOL_CAPACITY;
use crate::{closing, fork};

/// Of `statfs(2)`: file systems that lie in memory.
const IN_MEMORY: [FsWord; 2] = [0x0102_1994, 0x8584_58f6];

/// Bytes in a file: written first, then read.
#[derive(Debug)]
pub struct Spool {
    /// None when it is dropped.
    file: Option<File>,
    size: u64,
}

impl Spool {
    /// What one of so many bytes counts of the room for spools: each is a descriptor as well, of which a process may have
    /// few.
    pub fn cost(bytes: u64) -> u64 {
        const MOST: u64 = 64;
        if bytes == 0 {
            0
        } else {
            bytes.max(SPOOL_CAPACITY / MOST)
        }
    }

    /// Has `write` write what is to be read back: to where temporary files go (`TMPDIR`), or anew to `directory` if that
    /// place is in memory or cannot take all.
    ///
    /// # Errors
    /// No file can be made outside memory, or none can take all; or those of `write`.
    pub fn of<E: From<io::Error>>(
        directory: &Path,
        mut write: impl FnMut(&mut File) -> Result<(), E>,
    ) -> Result<Self, E> {
        Self::in_folder(&std::env::temp_dir(), &mut write)
            .or_else(|_| Self::in_folder(directory, &mut write))
    }

    /// As `of`, in this folder only.
    pub(crate) fn in_folder<E: From<io::Error>>(
        folder: &Path,
        write: impl FnOnce(&mut File) -> Result<(), E>,
    ) -> Result<Self, E> {
        let file = on_disk(folder)?;
        // A child that was forked would keep it on the disk for as long as it lives.
        fork::track(file.as_raw_fd());
        let mut this = Self {
            file: Some(file),
            size: 0,
        };
        write(this.file()?)?;
        this.size = this.file()?.seek(SeekFrom::End(0))?;
        this.rewind()?;
        Ok(this)
    }

    fn file(&mut self) -> io::Result<&mut File> {
        self.file.as_mut().ok_or(io::ErrorKind::NotFound.into())
    }

    /// How many bytes there are.
    pub fn size(&self) -> u64 {
        self.size
    }
}

impl Drop for Spool {
    /// Returns at once, whatever the disk does.
    fn drop(&mut self) {
        if let Some(file) = self.file.take() {
            closing::close(file);
        }
    }
}

impl Read for Spool {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.file()?.read(out)
    }
}

impl Seek for Spool {
    fn seek(&mut self, place: SeekFrom) -> io::Result<u64> {
        self.file()?.seek(place)
    }
}

/// A file without a name that takes no memory.
fn on_disk(directory: &Path) -> io::Result<File> {
    let file = tempfile::tempfile_in(directory)?;
    if IN_MEMORY.contains(&fstatfs(&file)?.f_type) {
        return Err(io::ErrorKind::Unsupported.into());
    }
    Ok(file)
}
