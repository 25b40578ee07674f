//! Event files on disk.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::ops::Range;
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
    reading.deadline = deadline;
    let mut audit = Audit::new(reading.size);
    while reading.go_on(&mut audit)? {}
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
        if let Some(range) = recovery.long()
            && !copy(&reading, range, &mut new, &mut recovery)?
        {
            break;
        }
        if !more {
            break;
        }
    }
    new.finish().map_err(RecoveryError::Write)?;
    Ok(recovery.json(&reading.pass))
}

/// Copies the record at `range` of the file. Returns whether it can still be read; else the new file ends before it.
fn copy(
    reading: &Reading,
    range: Range<u64>,
    new: &mut NewFile<'_>,
    recovery: &mut Recovery,
) -> Result<bool, RecoveryError> {
    let (before, mut written) = (new.length, Ok(()));
    let read = reading.pieces(range.clone(), |bytes| {
        if written.is_ok() {
            written = new.write(bytes);
        }
    });
    written.map_err(RecoveryError::Write)?;
    let error = match read {
        Ok(true) => return Ok(true),
        Ok(false) => io::Error::other("it was cut off while it was read"),
        Err(error) => error,
    };
    recovery.stop_before(range, &error.to_string());
    if recovery.is_empty() {
        return Err(RecoveryError::Read(error));
    }
    new.cut(before).map_err(RecoveryError::Write)?;
    Ok(false)
}

/// A file that is made when the first bytes are written to it, and is gone if it is not finished.
struct NewFile<'a> {
    path: &'a Path,
    file: Option<File>,
    /// Bytes written.
    length: u64,
}

impl<'a> NewFile<'a> {
    fn at(path: &'a Path) -> Self {
        Self {
            path,
            file: None,
            length: 0,
        }
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        if bytes.is_empty() {
            return Ok(());
        }
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(create(self.path)?),
        };
        file.write_all(bytes)?;
        self.length += bytes.len() as u64;
        Ok(())
    }

    /// Gives up what was written behind the first `length` bytes.
    fn cut(&mut self, length: u64) -> io::Result<()> {
        self.length = length;
        self.file
            .as_ref()
            .map_or(Ok(()), |file| file.set_len(length))
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

#[cfg(test)]
mod tests {
    use std::fs::{self, File};
    use std::io::Write;
    use std::os::unix::fs::FileExt;

    use lightboard_events::crc;
    use lightboard_events::encode::{Scalar, scalar};
    use serde_json::{Value as Json, json};

    use super::{NewFile, Reading, Recovery, RecoveryError, copy};

    /// Recovers a file of what stands in `before` and a record of zeros that is too long to be held, from which bytes are
    /// cut off before it is read once more. Returns what the new file holds and the account, if there are any.
    fn recovered(before: &[u8]) -> Option<(Vec<u8>, Json)> {
        const ZEROS: u64 = 129 << 20;
        let temp = tempfile::tempdir().expect("temp");
        let (from, to) = (temp.path().join("x.tfevents"), temp.path().join("new"));
        let mut file = File::create(&from).expect("file");
        let length = ZEROS.to_le_bytes();
        let header = [&length[..], &crc::masked(&length).to_le_bytes()].concat();
        file.write_all(before).expect("written");
        file.write_all(&header).expect("written");
        let zeros = vec![0; 1 << 20];
        let sum = (0..ZEROS >> 20).fold(0, |sum, _| crc::go_on(sum, &zeros));
        let end = (before.len() + header.len()) as u64 + ZEROS;
        file.write_all_at(&crc::mask(sum).to_le_bytes(), end)
            .expect("written");

        let mut reading = Reading::open(&from).expect("open");
        let mut recovery = Recovery::new(reading.size);
        let mut new = NewFile::at(&to);
        let range = loop {
            assert!(reading.go_on(&mut recovery).expect("read"));
            new.write(recovery.written()).expect("written");
            recovery.forget();
            if let Some(range) = recovery.long() {
                break range;
            }
        };
        assert_eq!(range.start, before.len() as u64);
        file.set_len(range.start + (2 << 20)).expect("cut off");
        match copy(&reading, range, &mut new, &mut recovery) {
            Ok(whole) => assert!(!whole),
            Err(RecoveryError::Read(_)) => {
                drop(new);
                assert!(!to.exists());
                return None;
            }
            Err(error) => panic!("{error:?}"),
        }
        new.finish().expect("on the disk");
        let account = serde_json::from_str(&recovery.json(&reading.pass)).expect("JSON");
        Some((fs::read(&to).expect("new file"), account))
    }

    #[test]
    fn what_stands_before_a_long_record_that_can_be_read_only_once_is_kept() {
        let mut bytes = Vec::new();
        lightboard_events::encode::header(&mut bytes, 1.0, "test");
        scalar(&mut bytes, 1.0, 0, "loss", Scalar::Simple(0.5));
        let (start, damage) = (bytes.len(), [b"no record", &[0; 20][..]].concat());
        bytes.extend(&damage);
        let (new, account) = recovered(&bytes).expect("recovered");
        assert_eq!(new, bytes[..start]);
        assert_eq!(
            (&account["records"], &account["written"]),
            (&json!(2), &json!(start))
        );
        let end = start + damage.len();
        assert_eq!(account["unreadable"], end);
        let lost = account["lost"].as_array().expect("list");
        let told = lost.iter().map(|lost| {
            let (code, offset) = (&lost["code"], &lost["offset"]);
            (code.as_str().expect("code"), offset.as_u64(), &lost["next"])
        });
        assert_eq!(
            told.collect::<Vec<_>>(),
            [
                ("length_checksum", Some(start as u64), &Json::Null),
                ("unreadable", Some(end as u64), &Json::Null)
            ]
        );
        assert_eq!(
            account["lost_bytes"],
            account["bytes"].as_u64().expect("bytes") - start as u64
        );
    }

    #[test]
    fn of_a_file_of_which_nothing_else_can_be_read_there_is_no_new_one() {
        assert_eq!(recovered(b""), None);
    }
}
