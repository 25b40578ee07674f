//! Records read again where the index knows them to lie, each time from the event file.

use std::fs::File;
use std::io;
use std::path::Path;

use lightboard_events::{ContentError, HEADER, OVERHEAD, crc};

use crate::event_file::{self, EventFile, ID_BYTES, Stamp, file_id, read_at};
use crate::logdir::is_absent;
use crate::points::Location;

/// The largest record that is read again, in bytes of its payload; as many are read for one request, and as many answered.
pub(crate) const MAX_RECORD: u64 = 256 << 20;

/// Why a value cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum ValueError {
    /// Nothing in the index is called that: a run, a series, a file of the run, a record of the series, or an item.
    #[error("expected {expected}, found {found}: it may be gone; ask for the list of values again")]
    Unknown {
        /// What the reference should name.
        expected: &'static str,
        /// What it names.
        found: String,
    },
    /// The file is not the one that was read, or its bytes changed since.
    #[error(
        "expected the record at byte {offset} of {path} as it was when the file was read, found {found}; ask for the \
         list of values again"
    )]
    Changed {
        /// Of the event file.
        path: String,
        /// Where the record began.
        offset: u64,
        /// What is there now.
        found: String,
    },
    /// The file is gone.
    #[error("expected the event file {0}, found none: it was deleted or moved")]
    Gone(String),
    /// The file cannot be read at present.
    #[error("expected to read {path}, but: {error}")]
    Unreadable {
        /// Of the event file.
        path: String,
        /// As the operating system says.
        error: io::Error,
    },
    /// The value is more than is read at once.
    #[error(
        "expected values that take at most {MAX_RECORD} bytes together, in their records and in the answer, found {0} \
         bytes: ask for fewer at once; one that is larger by itself can only be read from its file"
    )]
    TooLarge(u64),
    /// The record is as it was, but its value is not of the series' kind.
    #[error("the record at byte {offset} of {path}: {error}")]
    Content {
        /// Of the event file.
        path: String,
        /// Where the record begins.
        offset: u64,
        /// What was expected and found.
        error: ContentError,
    },
    /// The cache was damaged and the event files are still being read instead.
    #[error(
        "the cache of the run is damaged and its event files are being read anew: ask again later"
    )]
    ReadAnew,
}

/// An event file that is open, and is the one that was read.
pub(crate) struct OpenFile<'a> {
    path: &'a Path,
    file: File,
    size: u64,
}

impl<'a> OpenFile<'a> {
    /// Opens `file`, if it is still the one with the id `id`. `offset` is of the record that is wanted.
    pub(crate) fn open(file: &'a EventFile, id: &str, offset: u64) -> Result<Self, ValueError> {
        let path = &file.path;
        let (file, metadata) = event_file::open(path).map_err(|error| failed(path, error))?;
        let mut start = [0; ID_BYTES];
        let length = read_at(&file, &mut start, 0).map_err(|error| failed(path, error))?;
        let found = file_id(&Stamp::of(&metadata), &start[..length]);
        let open = Self {
            path,
            file,
            size: metadata.len(),
        };
        match found {
            Some(found) if found == id => Ok(open),
            _ => Err(open.changed(offset, "another file in its place")),
        }
    }

    /// Reads the payload of the record at `location`: only that record, and only if it is whole.
    pub(crate) fn payload(&self, location: Location) -> Result<Vec<u8>, ValueError> {
        let Location { offset, length, .. } = location;
        if length > MAX_RECORD {
            return Err(ValueError::TooLarge(length));
        }
        let end = offset.saturating_add(length + OVERHEAD as u64);
        if end > self.size {
            let found = format!("a file of {} bytes: it was truncated", self.size);
            return Err(self.changed(offset, &found));
        }
        let mut record = vec![0; (end - offset) as usize];
        let read = read_at(&self.file, &mut record, offset);
        if read.map_err(|error| failed(self.path, error))? < record.len() {
            return Err(self.changed(offset, "a file that is being truncated"));
        }
        let (header, body) = record.split_at(HEADER);
        let (payload, sum) = body.split_at(length as usize);
        if header[..8] != length.to_le_bytes() || header[8..] != checksum(&header[..8]) {
            return Err(self.changed(offset, "another record or none"));
        }
        if sum != checksum(payload) {
            return Err(self.changed(offset, "bytes that do not fit their checksum"));
        }
        if sum != location.checksum.to_le_bytes() {
            return Err(self.changed(offset, "another record"));
        }
        record.truncate(HEADER + length as usize);
        record.drain(..HEADER);
        Ok(record)
    }

    pub(crate) fn changed(&self, offset: u64, found: &str) -> ValueError {
        ValueError::Changed {
            path: self.path.display().to_string(),
            offset,
            found: found.to_owned(),
        }
    }

    pub(crate) fn content(&self, offset: u64, error: ContentError) -> ValueError {
        ValueError::Content {
            path: self.path.display().to_string(),
            offset,
            error,
        }
    }
}

fn checksum(bytes: &[u8]) -> [u8; 4] {
    crc::masked(bytes).to_le_bytes()
}

fn failed(path: &Path, error: io::Error) -> ValueError {
    let path = path.display().to_string();
    if is_absent(&error) {
        ValueError::Gone(path)
    } else {
        ValueError::Unreadable { path, error }
    }
}
