//! One event file on disk, followed as it grows.

use std::ffi::OsString;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::{Duration, Instant, SystemTime};

use lightboard_events::{Damage, Opening, Scan, Scanner, crc};
use rustix::fs::OFlags;

use crate::changes::Touched;
use crate::contents::Contents;
use crate::logdir::is_absent;
use crate::manifest::{ManifestWriter, Progress, Saved};
use crate::names::shown;
use crate::store::Store;
use crate::writer::Writer;

/// Bytes read at once: small enough to stay in the processor's cache, and to keep queries waiting for no time.
const WINDOW: usize = 256 << 10;
/// Bytes of a record before its payload.
const HEADER: usize = 12;
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
    store: Arc<Store>,
    /// What was taken from the cache turned out not to be what was written there.
    distrusted: AtomicBool,
}

/// How far the poller has come.
#[derive(Debug, Default)]
struct Position {
    place: ReadingPlace,
    /// The file as it was read last.
    read: Option<Stamp>,
    /// The file as it was when reading was last tried.
    tried: Option<Stamp>,
    /// The file was read since the index was opened.
    followed: bool,
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

/// Where reading goes on.
#[derive(Debug, Default)]
struct ReadingPlace {
    scanner: Scanner,
    last_record: Option<LastRecord>,
}

/// Tells whether a file is the same and unchanged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamp {
    /// Device and inode.
    pub(crate) identity: (u64, u64),
    pub(crate) size: u64,
    /// Seconds and nanoseconds since 1970.
    pub(crate) modified: (i64, i64),
    pub(crate) changed: (i64, i64),
}

/// The record that was read last: if it is still there, what was read before it is as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LastRecord {
    /// Of its last byte, the one after.
    pub(crate) end: u64,
    /// Of its payload, as it stands in the file.
    pub(crate) checksum: u32,
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

/// What reading a stretch of a file brought.
#[derive(Debug)]
pub(crate) struct News {
    pub(crate) touched: Touched,
    /// There are series that the file did not have before, or some are gone.
    pub(crate) tags: bool,
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
    pub(crate) fn new(path: PathBuf, file_name: OsString, store: Arc<Store>) -> Self {
        let name = shown(file_name.as_encoded_bytes());
        Self {
            writer: Writer::from_file_name(&name),
            path,
            file_name,
            name,
            contents: RwLock::new(Contents::new(Arc::clone(&store))),
            store,
            distrusted: AtomicBool::new(false),
            position: Mutex::default(),
        }
    }

    /// What was read so far.
    pub(crate) fn contents(&self) -> RwLockReadGuard<'_, Contents> {
        self.contents.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn contents_mut(&self) -> RwLockWriteGuard<'_, Contents> {
        self.contents
            .write()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// A file of which everything up to `saved` was read before.
    pub(crate) fn restored(
        path: PathBuf,
        file_name: OsString,
        store: Arc<Store>,
        saved: Saved,
    ) -> Self {
        let file = Self::new(path, file_name, store);
        let Saved {
            progress:
                Progress {
                    stamp,
                    finished,
                    opening,
                    last_record,
                    damaged,
                },
            mut contents,
        } = saved;
        if finished {
            let kind = Opening::of(&opening);
            contents.foreign = foreign(kind).or_else(|| no_record(kind, &contents));
        }
        let position = Position {
            place: ReadingPlace {
                scanner: Scanner::at(contents.bytes_read),
                last_record,
            },
            read: Some(stamp),
            tried: Some(stamp),
            due: !finished,
            live: contents.is_live(SystemTime::now()),
            opening,
            damaged: damaged.into_iter().next(),
            ..Position::default()
        };
        *file.contents_mut() = contents;
        *file.position.lock().unwrap_or_else(PoisonError::into_inner) = position;
        file
    }

    /// Adds what was read to a manifest.
    pub(crate) fn save(&self, run: &[u8], manifest: &mut ManifestWriter) -> bool {
        let position = self.position.lock().unwrap_or_else(PoisonError::into_inner);
        let contents = self.contents();
        let whole = contents.settled && position.place.scanner.offset() == contents.bytes_read;
        let Some(stamp) = position.read.filter(|_| whole) else {
            return false;
        };
        let progress = Progress {
            stamp,
            finished: !position.due && position.failed.is_none(),
            opening: position.opening.clone(),
            last_record: position.place.last_record,
            damaged: position.damaged.into_iter().collect(),
        };
        manifest.add(run, self.file_name.as_encoded_bytes(), &progress, &contents)
    }

    /// Counts memory anew that the points take.
    pub(crate) fn count(&self, before: usize, now: usize) {
        self.store.count(before, now);
    }

    /// Lets the file be read anew, since the cache does not hold what was read of it.
    pub(crate) fn distrust(&self) {
        self.distrusted.store(true, Ordering::Relaxed);
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
        position.due |= self.distrusted.load(Ordering::Relaxed);
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
        if !position.followed {
            // Until what changed between two starts is read, the file is loading; only if it grew may what was read
            // before still be of it.
            contents.settled = false;
            if found.size <= contents.bytes_read {
                contents.bytes_read = 0;
            }
        }
        let unread = found.size.saturating_sub(position.place.scanner.offset());
        Glance::Changed {
            unread,
            first: !contents.settled,
        }
    }

    /// Reads what is there to read, at most until `deadline`; the next glance tells whether more is left. `progress` is
    /// called now and then, with what is new. Whatever goes wrong is kept in the contents.
    pub(crate) fn read(
        &self,
        buffer: &mut Vec<u8>,
        deadline: Option<Instant>,
        progress: impl FnMut(News),
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
        mut progress: impl FnMut(News),
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
        let distrusted = self.distrusted.swap(false, Ordering::Relaxed);
        let same = !distrusted
            && position
                .read
                .is_none_or(|read| read.identity == found.identity && read.size <= found.size)
            && opening.starts_with(&position.opening)
            && match (position.read, position.place.last_record) {
                // Right after a start, a file that grew may be another one.
                (Some(read), Some(last)) if !position.followed && read != found => {
                    still_there(&file, last)?
                }
                _ => true,
            }
            && match position.damaged {
                Some((damage, checksum)) => checksum_of(&file, damage)? == checksum,
                None => true,
            };
        if !same {
            *position = Position::default();
            let mut contents = self.contents_mut();
            self.store.count(contents.series.memory(), 0);
            *contents = Contents::new(Arc::clone(&self.store));
            drop(contents);
            progress(News {
                touched: Touched::Any,
                tags: true,
            });
        }
        position.followed = true;
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
                &mut position.place,
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
        if !position.due && readable {
            let mut contents = self.contents_mut();
            contents.foreign = no_record(opening, &contents);
        }
        Ok(())
    }

    /// Reads records up to byte `end` of the file. Returns whether it came to the end before the deadline.
    fn scan(
        &self,
        file: &File,
        end: u64,
        place: &mut ReadingPlace,
        buffer: &mut Vec<u8>,
        deadline: Option<Instant>,
        progress: &mut impl FnMut(News),
    ) -> io::Result<bool> {
        let mut base = place.scanner.offset();
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
            let (needed, news) = self.take(&buffer[..filled], at_end, base, place);
            progress(news);
            let Some(needed) = needed else {
                buffer.truncate(WINDOW);
                buffer.shrink_to_fit();
                return Ok(true);
            };
            if self.store.is_full() || deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                return Ok(false);
            }
            let used = ((place.scanner.offset() - base) as usize).min(filled);
            buffer.copy_within(used..filled, 0);
            filled -= used;
            base = place.scanner.offset();
            wanted = usize::try_from(needed).unwrap_or(usize::MAX).max(WINDOW);
        }
    }

    /// Takes in the records of one window, which starts at byte `base` of the file. Returns how many bytes the next
    /// window needs, none at the file's end, and what is new.
    fn take(
        &self,
        window: &[u8],
        at_end: bool,
        base: u64,
        place: &mut ReadingPlace,
    ) -> (Option<u64>, News) {
        let mut contents = self.contents_mut();
        let (series, memory) = (contents.series.len(), contents.series.memory());
        let before = (contents.settled, contents.sections.starts());
        contents.series.begin_stretch();
        let mut last = None;
        let needed = loop {
            let used = ((place.scanner.offset() - base) as usize).min(window.len());
            let rest = &window[used..];
            match place.scanner.next(rest, at_end) {
                Scan::Record { offset, payload } => {
                    last = Some((offset, payload.len()));
                    contents.add_record(offset, payload);
                }
                Scan::Damage(damage) => contents.add_damage(damage),
                Scan::More { needed } => {
                    let left = (base + window.len() as u64).saturating_sub(place.scanner.offset());
                    if needed > left && !at_end {
                        contents.bytes_read = place.scanner.offset();
                        break Some(needed);
                    }
                }
                Scan::End(tail) => {
                    contents.bytes_read = place.scanner.offset();
                    if !contents.settled {
                        contents.series.seal();
                    }
                    contents.settled = true;
                    contents.tail = tail;
                    break None;
                }
            }
        };
        self.store.count(memory, contents.series.memory());
        if let Some((offset, length)) = last {
            let sum = (offset - base) as usize + HEADER + length;
            place.last_record = window[sum..].first_chunk().map(|checksum| LastRecord {
                end: base + (sum + checksum.len()) as u64,
                checksum: u32::from_le_bytes(*checksum),
            });
        }
        let touched = if before == (true, contents.sections.starts()) {
            Touched::Series(contents.series.touched())
        } else {
            // A restart concerns series that it brings no value of; of a first reading nobody knows any yet.
            Touched::Any
        };
        let tags = contents.series.len() != series;
        (needed, News { touched, tags })
    }
}

impl Drop for EventFile {
    fn drop(&mut self) {
        let contents = self
            .contents
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner);
        self.store.count(contents.series.memory(), 0);
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

/// Why a file that was read to its end is no event file, if it has no record and does not start like one.
fn no_record(opening: Opening, contents: &Contents) -> Option<String> {
    (opening == Opening::Other && contents.records == 0).then(|| NO_RECORD.to_owned())
}

/// The checksum of a damaged range, of its start if it is long.
fn checksum_of(file: &File, damage: Damage) -> io::Result<u32> {
    let mut bytes = vec![0; damage.length.min(WINDOW as u64) as usize];
    let length = read_at(file, &mut bytes, damage.offset)?;
    Ok(crc::masked(&bytes[..length]))
}

/// Whether the record that was read last still ends where it did.
fn still_there(file: &File, last: LastRecord) -> io::Result<bool> {
    let mut sum = [0; 4];
    let Some(at) = last.end.checked_sub(4) else {
        return Ok(false);
    };
    Ok(read_at(file, &mut sum, at)? == 4 && u32::from_le_bytes(sum) == last.checksum)
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
        let file = EventFile::new(path, "x.tfevents".into(), std::sync::Arc::default());
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
