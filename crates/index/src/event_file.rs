//! One event file on disk, followed as it grows.

pub(crate) mod check;
mod copy;
mod reading;
mod stamp;
mod watched;

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::{Duration, Instant, SystemTime};

use lightboard_events::{Opening, Scanner};

use self::copy::Compared;
pub(crate) use self::copy::tell_copies;
pub(crate) use self::stamp::{ID_BYTES, LastRecord, Stamp, file_id, open, read_at};
use self::watched::Watched;
use crate::changes::Touched;
use crate::contents::Contents;
use crate::logdir::is_absent;
use crate::manifest::{ManifestWriter, Progress, Saved};
use crate::names::shown;
use crate::store::Store;
use crate::writer::Writer;

/// How often a file is tried that could not be read.
const RETRY: Duration = Duration::from_secs(1);
/// How long after its last change a file is looked at once more: the coarsest clock of a file system.
const LOOK_AGAIN: Duration = Duration::from_secs(3);

/// A file that has not changed for this long rests.
const QUIET: Duration = Duration::from_secs(10);

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
    /// The file as it was just found at its path, for the next glance.
    seen: Option<Box<Stamp>>,
    /// The file was read since the index was opened, or is as an earlier board left it.
    followed: bool,
    /// There is something to read: a burst was paused, or none was begun yet.
    due: bool,
    /// When the file was last seen changed; what was there at first is no change.
    changed: Option<Instant>,
    /// The file was not seen at rest since it changed.
    live: bool,
    failed: Option<Instant>,
    /// When to look once more at a file that was just changed: a change in the same tick of a clock does not show.
    look_again: Option<Instant>,
    /// The file's first bytes when they were read: another file may stand under the same name with the same inode.
    opening: Vec<u8>,
    compared: Option<Box<Compared>>,
}

/// Where reading goes on.
#[derive(Debug, Default)]
struct ReadingPlace {
    scanner: Scanner,
    last_record: Option<LastRecord>,
    /// Damage that may heal.
    watched: Watched,
    /// The size of the file from which damage must be judged anew.
    stands_below: Option<u64>,
    /// The file changed since all of this was compared with it.
    unsure: bool,
}

/// What reading a stretch of a file brought.
#[derive(Debug)]
pub(crate) struct News {
    pub(crate) touched: Touched,
    /// There are series that the file did not have before, or some are gone.
    pub(crate) tags: bool,
}

impl News {
    /// At most the file's size or state.
    pub(crate) const NO_POINTS: Self = Self {
        touched: Touched::Series(Vec::new()),
        tags: false,
    };
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
        let contents = Contents::new(Arc::clone(&store));
        Self::at(Position::default(), contents, path, file_name, store)
    }

    fn at(
        position: Position,
        contents: Contents,
        path: PathBuf,
        file_name: OsString,
        store: Arc<Store>,
    ) -> Self {
        let name = shown(file_name.as_encoded_bytes());
        Self {
            writer: Writer::from_file_name(&name),
            path,
            file_name,
            name,
            contents: RwLock::new(contents),
            store,
            distrusted: AtomicBool::new(false),
            position: Mutex::new(position),
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
        let Saved {
            progress:
                Progress {
                    stamp,
                    finished,
                    opening,
                    last_record,
                    watched,
                },
            mut contents,
        } = saved;
        contents.file_id = file_id(&stamp, &opening);
        contents.opening = Opening::of(&opening);
        let position = Position {
            place: ReadingPlace {
                scanner: Scanner::at(contents.bytes_read),
                last_record,
                watched: Watched::of(watched),
                stands_below: contents
                    .damage
                    .iter()
                    .filter_map(|damage| damage.stands_below(stamp.size))
                    .min(),
                unsure: false,
            },
            read: Some(stamp),
            tried: Some(stamp),
            due: !finished,
            live: contents.is_live(SystemTime::now()),
            opening,
            ..Position::default()
        };
        Self::at(position, contents, path, file_name, store)
    }

    /// Takes what was just found at its path, which the next glance need not look for.
    pub(crate) fn see(&mut self, seen: Option<Box<Stamp>>) {
        let position = self.position.get_mut();
        position.unwrap_or_else(PoisonError::into_inner).seen = seen;
    }

    /// Adds what was read to a manifest.
    pub(crate) fn save(&self, run: &[u8], manifest: &mut ManifestWriter) -> bool {
        let name = self.file_name.as_encoded_bytes();
        self.progress()
            .is_some_and(|progress| manifest.add(run, name, &progress, &self.contents()))
    }

    /// How far the file was read; none if not to its end once.
    fn progress(&self) -> Option<Progress> {
        let position = self.position.lock().unwrap_or_else(PoisonError::into_inner);
        let contents = self.contents();
        // Of a copy nothing is kept that could be given back.
        let whole = contents.settled
            && contents.copy_of.is_none()
            && position.place.scanner.offset() == contents.bytes_read;
        let stamp = position.read.filter(|_| whole)?;
        Some(Progress {
            stamp,
            finished: !position.due && position.failed.is_none(),
            opening: position.opening.clone(),
            last_record: position.place.last_record,
            watched: position.place.watched.ranges().to_vec(),
        })
    }

    /// Counts memory anew that the points take.
    pub(crate) fn count(&self, before: usize, now: usize) {
        self.store.count(before, now);
    }

    /// Lets the file be read anew, since the cache does not hold what was read of it.
    pub(crate) fn distrust(&self) {
        self.distrusted.store(true, Ordering::Relaxed);
    }

    /// Whether nothing happens to the file, so that it may be looked at less often.
    pub(crate) fn rests(&self, now: Instant) -> bool {
        let position = self.position.lock().unwrap_or_else(PoisonError::into_inner);
        position.followed
            && !position.due
            && position.failed.is_none()
            && position
                .changed
                .is_none_or(|changed| now.duration_since(changed) >= QUIET)
            && !self.is_distrusted()
    }

    /// Whether the cache does not hold what was read of the file.
    fn is_distrusted(&self) -> bool {
        self.distrusted.load(Ordering::Relaxed) || self.contents().series.is_lost()
    }

    /// Looks whether the file has changed since it was read.
    pub(crate) fn glance(&self) -> Glance {
        let mut position = self.position.lock().unwrap_or_else(PoisonError::into_inner);
        let found = match position.seen.take() {
            Some(seen) => Ok(*seen),
            None => fs::metadata(&self.path).map(|found| Stamp::of(&found)),
        };
        let found = match found {
            Ok(found) => found,
            Err(error) if is_absent(&error) => return Glance::Gone,
            Err(error) => {
                return if self.fail(&mut position, &error) {
                    Glance::Noted
                } else {
                    Glance::Unchanged
                };
            }
        };
        position.due |= self.is_distrusted();
        let retry = position
            .failed
            .is_some_and(|failed| failed.elapsed() >= RETRY);
        if position
            .look_again
            .take_if(|when| *when <= Instant::now())
            .is_some()
        {
            position.due = true;
            position.place.unsure = true;
        }
        if position.tried == Some(found) && !position.due && !retry {
            position.followed = true;
            let rests = position.live && !self.contents().is_live(SystemTime::now());
            position.live &= !rests;
            return if rests {
                Glance::Noted
            } else {
                Glance::Unchanged
            };
        }
        if position.tried.is_some_and(|tried| tried != found) {
            position.changed = Some(Instant::now());
        }
        position.tried = Some(found);
        position.due = true;
        let mut contents = self.contents_mut();
        contents.size = found.size;
        if !position.followed {
            // Until what changed between two starts is read, the file is loading; only if it grew may what was read
            // before still be of it.
            contents.settled = false;
            contents.opening = Opening::Empty;
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

    /// Reads what is there to read, at most until `deadline`. `progress` is called now and then, with what is new.
    /// Whatever goes wrong is kept in the contents. Returns whether that was all; if not, the next glance tells so.
    /// `thorough`: damage is compared with the file even if that was done a moment ago.
    pub(crate) fn read(
        &self,
        buffer: &mut Vec<u8>,
        deadline: Instant,
        thorough: bool,
        mut progress: impl FnMut(News),
    ) -> bool {
        let mut position = self.position.lock().unwrap_or_else(PoisonError::into_inner);
        match self.try_read(&mut position, buffer, deadline, thorough, &mut progress) {
            Ok(finished) => {
                position.failed = None;
                finished
            }
            Err(error) => {
                if self.fail(&mut position, &error) {
                    progress(News::NO_POINTS);
                }
                true
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

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use lightboard_events::encode::{Scalar, scalar};

    use super::{EventFile, Glance, QUIET};
    use crate::changes::Touched;
    use crate::contents::Contents;
    use crate::manifest::Saved;

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
            file.read(&mut buffer, Instant::now(), false, |_| {});
            bursts += 1;
        }
        assert!(bursts > 1);
        assert_eq!(file.contents().records, 20_000);
    }

    #[test]
    fn who_waits_for_everything_gets_damage_that_healed_just_after_it_was_compared() {
        let temp = tempfile::tempdir().expect("temp");
        let path = temp.path().join("x.tfevents");
        let mut whole = Vec::new();
        (0..30).for_each(|step| scalar(&mut whole, 0.0, step, "loss", Scalar::Simple(1.0)));
        let mut damaged = whole.clone();
        damaged[whole.len() / 2] ^= 1;
        std::fs::write(&path, &damaged).expect("file");
        let file = EventFile::new(path.clone(), "x.tfevents".into(), std::sync::Arc::default());
        let (mut buffer, deadline) = (Vec::new(), Instant::now() + QUIET);
        let mut read = |thorough| {
            file.glance();
            assert!(file.read(&mut buffer, deadline, thorough, |_| {}));
            file.contents().records
        };
        assert_eq!(read(false), 29);
        // As if it had taken long.
        let long_ago = Some((Instant::now(), QUIET));
        file.position
            .lock()
            .expect("position")
            .place
            .watched
            .compared = long_ago;
        std::fs::write(&path, &whole).expect("file");
        assert_eq!((read(false), read(true)), (29, 30));
    }

    #[test]
    fn of_many_torn_records_the_next_start_knows_which_claims_least() {
        let temp = tempfile::tempdir().expect("temp");
        let path = temp.path().join("x.tfevents");
        let mut bytes = Vec::new();
        let torn = |out: &mut Vec<u8>, claimed: u64| {
            let length = claimed.to_le_bytes();
            out.extend_from_slice(&length);
            out.extend_from_slice(&lightboard_events::crc::masked(&length).to_le_bytes());
        };
        (0..1200).for_each(|_| torn(&mut bytes, 1 << 30));
        let first = bytes.len() as u64;
        torn(&mut bytes, 100_000);
        (0..1200).for_each(|_| torn(&mut bytes, 1 << 30));
        scalar(&mut bytes, 0.0, 1, "loss", Scalar::Simple(1.0));
        std::fs::write(&path, &bytes).expect("file");
        let store = std::sync::Arc::<crate::store::Store>::default();
        let name = std::ffi::OsString::from("x.tfevents");
        let file = EventFile::new(path.clone(), name.clone(), std::sync::Arc::clone(&store));
        file.glance();
        let (mut buffer, deadline) = (Vec::new(), Instant::now() + QUIET);
        assert!(file.read(&mut buffer, deadline, false, |_| {}));
        assert_eq!(file.contents().damage_count, 2401);
        let stands_below = |file: &EventFile| {
            let position = file.position.lock().expect("position");
            position.place.stands_below
        };
        assert_eq!(stands_below(&file), Some(first + 16 + 100_000));
        let progress = file.progress().expect("read whole");
        let mut contents = Contents::new(std::sync::Arc::clone(&store));
        contents.damage.clone_from(&file.contents().damage);
        contents.bytes_read = bytes.len() as u64;
        let restored = EventFile::restored(path, name, store, Saved { progress, contents });
        assert_eq!(stands_below(&restored), stands_below(&file));
    }

    #[test]
    fn a_file_on_a_device_that_was_mounted_anew_is_taken_over() {
        let temp = tempfile::tempdir().expect("temp");
        let path = temp.path().join("x.tfevents");
        let mut bytes = Vec::new();
        let mut append = |steps: std::ops::Range<i64>| {
            steps.for_each(|step| scalar(&mut bytes, 0.0, step, "loss", Scalar::Simple(1.0)));
            std::fs::write(&path, &bytes).expect("file");
        };
        append(0..100);
        for (moved, taken_over) in [((1, 0), true), ((0, 1), false)] {
            let store = std::sync::Arc::<crate::store::Store>::default();
            let new = || EventFile::new(path.clone(), "x.tfevents".into(), store.clone());
            let (mut buffer, deadline) = (Vec::new(), Instant::now() + QUIET);
            let before = new();
            before.glance();
            before.read(&mut buffer, deadline, false, |_| {});
            let mut progress = before.progress().expect("read");
            progress.stamp.device += moved.0;
            progress.stamp.inode += moved.1;
            let nothing = Contents::new(store.clone());
            let contents = std::mem::replace(&mut *before.contents_mut(), nothing);
            let saved = Saved { progress, contents };
            let after =
                EventFile::restored(path.clone(), "x.tfevents".into(), store.clone(), saved);
            append(100..110);
            assert!(matches!(after.glance(), Glance::Changed { .. }));
            let mut read_anew = false;
            after.read(&mut buffer, deadline, false, |news| {
                read_anew |= matches!(news.touched, Touched::Any) && news.tags;
            });
            assert_eq!(read_anew, !taken_over);
        }
    }
}
