//! What tells that a file is the same, and how its bytes are read.

use std::fs::{File, Metadata, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt};
use std::path::Path;

use lightboard_events::{Watch, crc};
use rustix::fs::{OFlags, Stat};

use crate::names::id_of;

/// Tells whether a file is the same and unchanged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamp {
    pub(crate) device: u64,
    pub(crate) inode: u64,
    pub(crate) size: u64,
    /// Seconds and nanoseconds since 1970.
    pub(crate) modified: (i64, i64),
    pub(crate) changed: (i64, i64),
}

impl Stamp {
    pub(crate) fn of(metadata: &Metadata) -> Self {
        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            size: metadata.len(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        }
    }
}

impl From<&Stat> for Stamp {
    fn from(found: &Stat) -> Self {
        Self {
            device: found.st_dev,
            inode: found.st_ino,
            size: found.st_size as u64,
            modified: (found.st_mtime, found.st_mtime_nsec as i64),
            changed: (found.st_ctime, found.st_ctime_nsec as i64),
        }
    }
}

/// The record that was read last: if it is still there, what was read before it is as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LastRecord {
    /// Of its last byte, the one after.
    pub(crate) end: u64,
    /// Of its payload, as it stands in the file.
    pub(crate) checksum: u32,
}

impl LastRecord {
    /// Whether it still ends where it did.
    pub(crate) fn is_there(&self, file: &File) -> io::Result<bool> {
        let mut sum = [0; 4];
        let Some(at) = self.end.checked_sub(4) else {
            return Ok(false);
        };
        Ok(read_at(file, &mut sum, at)? == 4 && u32::from_le_bytes(sum) == self.checksum)
    }

    /// What to watch of it, if damage follows: what changes there may reach into its last bytes.
    pub(crate) fn watch(&self) -> Watch {
        let sum = self.checksum.to_le_bytes();
        Watch {
            offset: self.end - sum.len() as u64,
            length: sum.len() as u64,
            checksum: crc::go_on(0, &sum),
        }
    }
}

/// Opens a regular file for reading. Should the name have become a pipe's, this does not wait for a writer.
pub(crate) fn open(path: &Path) -> io::Result<(File, Metadata)> {
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(OFlags::NONBLOCK.bits() as i32)
        .open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(io::Error::other("it is no regular file"));
    }
    Ok((file, metadata))
}

/// Bytes of a file's start that tell it from another with its inode: the first record's wall time is among them.
pub(crate) const ID_BYTES: usize = 24;

/// Tells a file from others that have had its name: by device, inode and first bytes. None if there are too few.
pub(crate) fn file_id(stamp: &Stamp, opening: &[u8]) -> Option<String> {
    let bytes = [
        &stamp.device.to_le_bytes()[..],
        &stamp.inode.to_le_bytes(),
        opening.get(..ID_BYTES)?,
    ];
    Some(id_of(&bytes.concat()))
}

/// Fills `buffer` from byte `offset` on, as far as the file goes.
pub(crate) fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match file.read_at(&mut buffer[filled..], offset + filled as u64) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}
