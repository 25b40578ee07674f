//! Event files on disk.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::fs::OFlags;

use crate::audit::Audit;
use crate::pass::{Pass, Sink};
use crate::recovery::Recovery;

/// Bytes read at once: small enough to stay in the processor's cache.
const WINDOW: usize = 256 << 10;

/// Reads an event file and tells what it holds, as the JSON text of `spec/doctor.md`, Facts. It reads up to the size that
/// the file has when it is opened, and no longer than `budget`.
///
/// # Errors
/// If it is no regular file, or cannot be opened or read.
pub fn audit(path: &Path, budget: Duration) -> io::Result<String> {
    let deadline = Instant::now().checked_add(budget);
    let mut reading = Reading::open(path)?;
    let mut audit = Audit::new(reading.size);
    while reading.go_on(&mut audit)? {
        if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            break;
        }
    }
    Ok(audit.json(&reading.pass))
}

/// What went wrong, and with which of the two files.
#[derive(Debug)]
pub enum RecoveryError {
    /// The file cannot be read.
    Read(io::Error),
    /// The new file cannot be written. What was begun of it is gone.
    Write(io::Error),
}

/// Writes what can be read of the event file `from` to a new file `to`, with the folders that it needs; it is on the disk
/// when this returns. Returns an account of it, the JSON text of `spec/doctor.md`, Recovery. If nothing can be read,
/// nothing is written.
///
/// # Errors
/// If `from` cannot be read, or `to` exists or cannot be written.
pub fn recover(from: &Path, to: &Path) -> Result<String, RecoveryError> {
    let mut reading = Reading::open(from).map_err(RecoveryError::Read)?;
    let mut recovery = Recovery::new(reading.size);
    let mut new = NewFile::at(to);
    loop {
        let more = reading.go_on(&mut recovery).map_err(RecoveryError::Read)?;
        new.write(recovery.written())
            .map_err(RecoveryError::Write)?;
        recovery.forget();
        if !more {
            break;
        }
    }
    new.finish().map_err(RecoveryError::Write)?;
    Ok(recovery.json(&reading.pass))
}

/// A file that is being read, up to the size that it had when it was opened. Should it get shorter, it ends there.
struct Reading {
    file: File,
    size: u64,
    pass: Pass,
    /// Bytes of the file from the pass's offset on, as many as are filled.
    buffer: Vec<u8>,
    filled: usize,
    wanted: usize,
}

impl Reading {
    /// Opens a regular file. Anything else is not opened: a device may do something then. Should the name have become a
    /// pipe's, this does not wait for a writer.
    fn open(path: &Path) -> io::Result<Self> {
        let size = |metadata: fs::Metadata| {
            if metadata.is_file() {
                Ok(metadata.len())
            } else {
                Err(io::Error::other("it is no regular file"))
            }
        };
        size(fs::metadata(path)?)?;
        let file = OpenOptions::new()
            .read(true)
            .custom_flags(OFlags::NONBLOCK.bits() as i32)
            .open(path)?;
        Ok(Self {
            size: size(file.metadata()?)?,
            file,
            pass: Pass::default(),
            buffer: Vec::new(),
            filled: 0,
            wanted: WINDOW,
        })
    }

    /// Gives what the next window holds to `sink`. Returns whether there is more.
    fn go_on(&mut self, sink: &mut impl Sink) -> io::Result<bool> {
        let base = self.pass.offset();
        // Only what lies in the file is ever asked for, so a length that lies costs no memory.
        let room = self
            .wanted
            .min(usize::try_from(self.size.saturating_sub(base)).unwrap_or(usize::MAX))
            .max(self.filled);
        if self.buffer.len() < room {
            self.buffer.resize(room, 0);
        }
        let free = &mut self.buffer[self.filled..room];
        let read = read_at(&self.file, free, base + self.filled as u64)?;
        let at_end = self.filled + read < room || base + room as u64 >= self.size;
        self.filled += read;
        let window = &self.buffer[..self.filled];
        let Some(needed) = self.pass.feed(window, at_end, sink) else {
            return Ok(false);
        };
        let used = ((self.pass.offset() - base) as usize).min(self.filled);
        self.buffer.copy_within(used..self.filled, 0);
        self.filled -= used;
        self.wanted = usize::try_from(needed).unwrap_or(usize::MAX).max(WINDOW);
        Ok(true)
    }
}

/// Fills `buffer` from byte `offset` on, as far as the file goes.
fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
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

/// A file that is made when the first bytes are written to it, and is gone if it is not finished.
struct NewFile<'a> {
    path: &'a Path,
    file: Option<File>,
}

impl<'a> NewFile<'a> {
    fn at(path: &'a Path) -> Self {
        Self { path, file: None }
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        if bytes.is_empty() {
            return Ok(());
        }
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(create(self.path)?),
        };
        file.write_all(bytes)
    }

    /// Waits until the file and its name are on the disk.
    fn finish(mut self) -> io::Result<()> {
        if let Some(file) = &self.file {
            file.sync_all()?;
            if let Some(folder) = self.path.parent() {
                File::open(folder)?.sync_all()?;
            }
        }
        self.file = None;
        Ok(())
    }
}

impl Drop for NewFile<'_> {
    fn drop(&mut self) {
        if self.file.is_some() {
            // The error that is under way says more than that this went wrong too.
            let _ = fs::remove_file(self.path);
        }
    }
}

/// Makes a new file, and the folders that it needs.
fn create(path: &Path) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    OpenOptions::new().write(true).create_new(true).open(path)
}
