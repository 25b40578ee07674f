//! Event files on disk.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use crate::audit::Audit;
use crate::reading::Reading;
use crate::recovery::Recovery;

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
/// nothing is written; if the disk fails later, what was read until then is.
///
/// # Errors
/// If `from` cannot be read, or `to` exists or cannot be written.
pub fn recover(from: &Path, to: &Path) -> Result<String, RecoveryError> {
    let mut reading = Reading::open(from).map_err(RecoveryError::Read)?;
    let mut recovery = Recovery::new(reading.size);
    let mut new = NewFile::at(to);
    loop {
        let more = reading.go_on(&mut recovery).or_else(|error| {
            if recovery.is_empty() {
                return Err(RecoveryError::Read(error));
            }
            recovery.stop(&reading.pass, &error.to_string());
            Ok(false)
        })?;
        new.write(recovery.written())
            .map_err(RecoveryError::Write)?;
        recovery.forget();
        if let Some(range) = recovery.long() {
            let mut written = Ok(());
            let read = reading.pieces(range, |bytes| {
                if written.is_ok() {
                    written = new.write(bytes);
                }
            });
            written.map_err(RecoveryError::Write)?;
            if !read.map_err(RecoveryError::Read)? {
                let error = io::Error::other("it was cut off while it was read");
                return Err(RecoveryError::Read(error));
            }
        }
        if !more {
            break;
        }
    }
    new.finish().map_err(RecoveryError::Write)?;
    Ok(recovery.json(&reading.pass))
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
