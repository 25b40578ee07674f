//! One event file on disk, followed as it grows.

use std::ffi::OsString;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::{Duration, Instant, SystemTime};

use lightboard_events::{Damage, Opening, Scan, Scanner, crc};
use rustix::fs::OFlags;

use crate::contents::Contents;
use crate::logdir::is_absent;
use crate::names::shown;
use crate::writer::Writer;

/// Bytes read at once: small enough to stay in the processor's cache, and to keep queries waiting for no time.
const WINDOW: usize = 256 << 10;
/// How often a file is tried that could not be read.
const RETRY: Duration = Duration::from_secs(1);

/// One event file. Queries read its contents while the poller follows it.
#[derive(Debug)]
pub(crate) struct EventFile {
    pub(crate) path: PathBuf,
    pub(crate) file_name: OsString,
    /// The file's name as text.
    pub(crate) name: String,
    pub(crate) writer: Option<Writer>,
    contents: RwLock<Contents>,
    position: Mutex<Position>,
}

/// How far the poller has come.
#[derive(Debug, Default)]
struct Position {
    scanner: Scanner,
    /// The file as it was read last.
    read: Option<Stamp>,
    /// The file as it was when reading was last tried.
    tried: Option<Stamp>,
    /// There is something to read: a burst was paused, or none was begun yet.
    due: bool,
    /// The file was not seen at rest since it changed.
    live: bool,
    failed: Option<Instant>,
    /// The file's first bytes when they were read: another file may stand under the same name with the same inode.
    opening: Vec<u8>,
    /// The first damaged range and its checksum: network drives may show zeros where the data come later.
    damaged: Option<(Damage, u32)>,
}

/// Tells whether a file is the same and unchanged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    identity: (u64, u64),
    size: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl Stamp {
    fn of(metadata: &Metadata) -> Self {
        Self {
            identity: (metadata.dev(), metadata.ino()),
            size: metadata.len(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        }
    }
}

/// What a glance at a file's metadata tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Glance {
    Unchanged,
    /// There is something to read: so many bytes, for the first time or again.
    Changed {
        unread: u64,
        first: bool,
    },
    /// Its state changed, but there is nothing to read: it cannot be looked at, or is written no more.
    Noted,
    Gone,
}

impl EventFile {
    pub(crate) fn new(path: PathBuf, file_name: OsString) -> Self {
        let name = shown(file_name.as_encoded_bytes());
        Self {
            writer: Writer::from_file_name(&name),
            path,
            file_name,
            name,
            contents: RwLock::new(Contents::new()),
            position: Mutex::default(),
        }
    }

    /// What was read so far.
    pub(crate) fn contents(&self) -> RwLockReadGuard<'_, Contents> {
        self.contents.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn contents_mut(&self) -> RwLockWriteGuard<'_, Contents> {
        self.contents
            .write()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks whether the file has changed since it was read.
    pub(crate) fn glance(&self) -> Glance {
        let mut position = self.position.lock().unwrap_or_else(PoisonError::into_inner);
        let found = match fs::metadata(&self.path) {
            Ok(found) => Stamp::of(&found),
            Err(error) if is_absent(&error) => return Glance::Gone,
            Err(error) => {
                return if self.fail(&mut position, &error) {
                    Glance::Noted
                } else {
                    Glance::Unchanged
                };
            }
        };
        let retry = position
            .failed
            .is_some_and(|failed| failed.elapsed() >= RETRY);
        if position.tried == Some(found) && !position.due && !retry {
            let rests = position.live && !self.contents().is_live(SystemTime::now());
            position.live &= !rests;
            return if rests {
                Glance::Noted
            } else {
                Glance::Unchanged
            };
        }
        position.tried = Some(found);
        position.due = true;
        let mut contents = self.contents_mut();
        contents.size = found.size;
        let unread = found.size.saturating_sub(position.scanner.offset());
        Glance::Changed {
            unread,
            first: !contents.settled,
        }
    }

    /// Reads what is there to read, at most until `deadline`; the next glance tells whether more is left. `progress` is
    /// called now and then, with whether there are new series. Whatever goes wrong is kept in the contents.
    pub(crate) fn read(
        &self,
        buffer: &mut Vec<u8>,
        deadline: Option<Instant>,
        progress: impl FnMut(bool),
    ) {
        let mut position = self.position.lock().unwrap_or_else(PoisonError::into_inner);
        match self.try_read(&mut position, buffer, deadline, progress) {
            Ok(()) => position.failed = None,
            Err(error) => {
                self.fail(&mut position, &error);
            }
        }
    }

    /// Notes why the file cannot be read. Returns whether that is news.
    fn fail(&self, position: &mut Position, error: &io::Error) -> bool {
        position.failed = Some(Instant::now());
        position.due = false;
        let message = format!(
            "Expected to read {}, but: {error}. What was read before is kept; it is tried again all the time.",
            self.path.display()
        );
        let mut contents = self.contents_mut();
        let news = contents.error.as_ref() != Some(&message);
        contents.error = Some(message);
        contents.settled = true;
        news
    }

    fn try_read(
        &self,
        position: &mut Position,
        buffer: &mut Vec<u8>,
        deadline: Option<Instant>,
        mut progress: impl FnMut(bool),
    ) -> io::Result<()> {
        // Should the name have become a pipe's, opening it must not wait for a writer.
        let file = OpenOptions::new()
            .read(true)
            .custom_flags(OFlags::NONBLOCK.bits() as i32)
            .open(&self.path)?;
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(io::Error::other("it is no regular file"));
        }
        let found = Stamp::of(&metadata);
        let mut opening = [0; Opening::BYTES];
        let length = read_at(&file, &mut opening, 0)?;
        let opening = &opening[..length];
        let same = position
            .read
            .is_none_or(|read| read.identity == found.identity && read.size <= found.size)
            && opening.starts_with(&position.opening)
            && match position.damaged {
                Some((damage, checksum)) => checksum_of(&file, damage)? == checksum,
                None => true,
            };
        if !same {
            *position = Position::default();
            *self.contents_mut() = Contents::new();
            progress(true);
        }
        position.opening = opening.to_vec();
        position.read = Some(found);
        position.tried = Some(found);
        let opening = Opening::of(opening);
        let foreign = foreign(opening);
        let readable = foreign.is_none();
        {
            let mut contents = self.contents_mut();
            contents.error = None;
            contents.size = found.size;
            contents.modified = metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH);
            position.live = contents.is_live(SystemTime::now());
            contents.settled |= !readable;
            contents.foreign = foreign;
        }
        position.due = readable
            && !self.scan(
                &file,
                found.size,
                &mut position.scanner,
                buffer,
                deadline,
                &mut progress,
            )?;
        if position.damaged.is_none() {
            let first = self.contents().damage.first().copied();
            position.damaged = match first {
                Some(damage) => Some((damage, checksum_of(&file, damage)?)),
                None => None,
            };
        }
        if !position.due && opening == Opening::Other {
            let mut contents = self.contents_mut();
            contents.foreign = (contents.records == 0).then(|| NO_RECORD.to_owned());
        }
        Ok(())
    }

    /// Reads records up to byte `end` of the file. Returns whether it came to the end before the deadline.
    fn scan(
        &self,
        file: &File,
        end: u64,
        scanner: &mut Scanner,
        buffer: &mut Vec<u8>,
        deadline: Option<Instant>,
        progress: &mut impl FnMut(bool),
    ) -> io::Result<bool> {
        let mut base = scanner.offset();
        let mut filled = 0;
        let mut wanted = WINDOW;
        loop {
            // Only what lies in the file is ever asked for, so a length that lies costs no memory.
            let room = wanted
                .min(usize::try_from(end.saturating_sub(base)).unwrap_or(usize::MAX))
                .max(filled);
            if buffer.len() < room {
                buffer.resize(room, 0);
            }
            let read = read_at(file, &mut buffer[filled..room], base + filled as u64)?;
            let at_end = filled + read < room || base + room as u64 >= end;
            filled += read;
            let (needed, new_series) = self.take(&buffer[..filled], at_end, base, scanner);
            progress(new_series);
            let Some(needed) = needed else {
                buffer.truncate(WINDOW);
                buffer.shrink_to_fit();
                return Ok(true);
            };
            if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                return Ok(false);
            }
            let used = ((scanner.offset() - base) as usize).min(filled);
            buffer.copy_within(used..filled, 0);
            filled -= used;
            base = scanner.offset();
            wanted = usize::try_from(needed).unwrap_or(usize::MAX).max(WINDOW);
        }
    }

    /// Takes in the records of one window, which starts at byte `base` of the file. Returns how many bytes the next
    /// window needs, none at the file's end, and whether there are new series.
    fn take(
        &self,
        window: &[u8],
        at_end: bool,
        base: u64,
        scanner: &mut Scanner,
    ) -> (Option<u64>, bool) {
        let mut contents = self.contents_mut();
        let series = contents.series.len();
        let needed = loop {
            let used = ((scanner.offset() - base) as usize).min(window.len());
            let rest = &window[used..];
            match scanner.next(rest, at_end) {
                Scan::Record { offset, payload } => contents.add_record(offset, payload),
                Scan::Damage(damage) => contents.add_damage(damage),
                Scan::More { needed } => {
                    let left = (base + window.len() as u64).saturating_sub(scanner.offset());
                    if needed > left && !at_end {
                        contents.bytes_read = scanner.offset();
                        break Some(needed);
                    }
                }
                Scan::End(tail) => {
                    contents.bytes_read = scanner.offset();
                    contents.settled = true;
                    contents.tail = tail;
                    break None;
                }
            }
        };
        (needed, contents.series.len() != series)
    }
}

const NO_RECORD: &str = "Expected an event file, found no record in it. If it is none, rename it so that its name does \
                         not contain `tfevents`.";

/// Why a file that starts like this is no event file, where that is certain.
fn foreign(opening: Opening) -> Option<String> {
    match opening {
        Opening::LfsPointer => Some(
            "Expected an event file, found a git-lfs pointer to one. Fetch the file itself with `git lfs pull`.".to_owned(),
        ),
        Opening::Gzip => {
            Some("Expected an event file, found a gzip file. Uncompress it beside this one with `gunzip -k`.".to_owned())
        }
        _ => None,
    }
}

/// The checksum of a damaged range, of its start if it is long.
fn checksum_of(file: &File, damage: Damage) -> io::Result<u32> {
    let mut bytes = vec![0; damage.length.min(WINDOW as u64) as usize];
    let length = read_at(file, &mut bytes, damage.offset)?;
    Ok(crc::masked(&bytes[..length]))
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

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use lightboard_events::encode::{Scalar, scalar};

    use super::{EventFile, Glance};

    #[test]
    fn what_was_not_read_to_the_end_stays_due() {
        let temp = tempfile::tempdir().expect("temp");
        let mut bytes = Vec::new();
        (0..20_000).for_each(|step| scalar(&mut bytes, 0.0, step, "loss", Scalar::Simple(1.0)));
        let path = temp.path().join("x.tfevents");
        std::fs::write(&path, &bytes).expect("file");
        let file = EventFile::new(path, "x.tfevents".into());
        let whole = Glance::Changed {
            unread: bytes.len() as u64,
            first: true,
        };
        assert_eq!((file.glance(), file.glance()), (whole, whole));
        let mut buffer = Vec::new();
        let mut bursts = 0;
        while file.glance() != Glance::Unchanged {
            file.read(&mut buffer, Some(Instant::now()), |_| {});
            bursts += 1;
        }
        assert!(bursts > 1);
        assert_eq!(file.contents().records, 20_000);
    }
}
