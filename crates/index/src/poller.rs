//! The poller: a thread that walks the log directories, looks at every event file and reads what is new.

use std::cmp::Reverse;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rayon::ThreadPool;

use crate::catalog::{Catalog, Run};
use crate::changes::{Change, Touched};
use crate::event_file::{EventFile, Glance, News};
use crate::index::Shared;
use crate::logdir::{Folders, Listing};
use crate::saving::Saving;

/// Polls and walks take at most this part of the time, so that a slow file system is not kept busy.
const SHARE: u32 = 10;
/// Walks come this many times less often than looks at the known files.
const WALK_RATIO: f64 = 5.0;
/// How often changes are published while much is being read.
const PUBLISH: Duration = Duration::from_millis(100);
/// How long files are read for the first time before those that are known are looked at again.
const SLICE: Duration = Duration::from_millis(500);
/// Pause after a failure of the index itself, and while no disk takes points that must leave memory.
const AFTER_FAULT: Duration = Duration::from_secs(1);

pub(crate) struct Poller {
    shared: Arc<Shared>,
    pool: ThreadPool,
    interval: Duration,
    walk_due: Instant,
    walked: bool,
    saving: Saving,
    /// What earlier walks listed, by log directory.
    folders: Vec<Folders>,
}

/// A run's state changed at most.
const NO_POINTS: News = News {
    touched: Touched::Series(Vec::new()),
    tags: false,
};

/// Takes note of what changed, and publishes it now and then.
struct Pending<'a> {
    shared: &'a Shared,
    published: Mutex<Instant>,
}

impl Poller {
    pub(crate) fn new(
        shared: Arc<Shared>,
        pool: ThreadPool,
        interval: Duration,
        cache: Option<&Path>,
    ) -> Self {
        Self {
            saving: Saving::new(&shared, cache),
            folders: shared.logdirs.iter().map(|_| Folders::default()).collect(),
            shared,
            pool,
            interval,
            walk_due: Instant::now(),
            walked: false,
        }
    }

    /// Polls until the index is closed. A panic is a bug; it is shown and the next round tries again.
    pub(crate) fn run(mut self) {
        loop {
            let pause = match catch_unwind(AssertUnwindSafe(|| self.round())) {
                Ok(pause) => pause,
                Err(panic) => {
                    let cause = panic.downcast_ref::<&str>().map(ToString::to_string);
                    let cause = cause
                        .or_else(|| panic.downcast_ref::<String>().cloned())
                        .unwrap_or_default();
                    self.shared.set_fault(Some(format!(
                        "The index failed ({cause}); what it had read is still shown and it goes on trying. This is a bug: \
                         please report it."
                    )));
                    AFTER_FAULT
                }
            };
            if self.shared.sleep(pause) {
                return self.saving.at_the_end(&self.shared);
            }
        }
    }

    /// One round: walk if due, look at every file, read what is new, publish. Returns how long to pause.
    fn round(&mut self) -> Duration {
        let wish = self.shared.begin_round();
        if wish.is_some() {
            self.walk_due = Instant::now();
        }
        let walked = if Instant::now() >= self.walk_due {
            self.walk()
        } else {
            None
        };
        let started = Instant::now();
        let shared = Arc::clone(&self.shared);
        let catalog = shared.catalog();
        let pending = Pending {
            shared: &shared,
            published: Mutex::new(started),
        };
        let unread = self.look(&catalog, &pending);
        // Published only now, when the sizes of new files are known.
        if let Some(change) = walked {
            shared.changes.publish(change);
        }
        let looking = started.elapsed();
        let finished = self.read(&unread, &pending);
        shared.changes.publish_noted();
        let room = self
            .saving
            .after_round(&shared, !unread.is_empty(), finished);
        if let Err(message) = room {
            shared.set_fault(Some(message));
            return AFTER_FAULT;
        }
        shared.set_fault(None);
        if finished && let Some(wish) = wish {
            shared.end_round(wish);
        }
        if finished {
            self.interval.max(looking * SHARE)
        } else {
            Duration::ZERO
        }
    }

    /// Walks the log directories. Returns what is new, if anything.
    fn walk(&mut self) -> Option<Change> {
        let started = Instant::now();
        let (logdirs, folders) = (&self.shared.logdirs, &mut self.folders);
        let listings: Vec<Listing> = self.pool.install(|| {
            logdirs
                .iter()
                .zip(folders)
                .map(|(logdir, folders)| logdir.walk(folders))
                .collect()
        });
        let before = self.shared.catalog();
        self.walk_due = started
            + self
                .interval
                .mul_f64(WALK_RATIO)
                .max(started.elapsed() * (SHARE + 1));
        if self.walked && listings == before.listings && listings.iter().all(Listing::is_whole) {
            return None;
        }
        let (next, change) = before.next(&self.shared.logdirs, listings, |logdir, run, name| {
            self.saving.take(logdir, run, name)
        });
        let news = !self.walked || next.listings != before.listings || change != Change::default();
        self.walked = true;
        news.then(|| {
            self.shared.set_catalog(next);
            change
        })
    }

    /// The files that have something to read: those that were read before first, then the largest.
    fn look<'a>(
        &mut self,
        catalog: &'a Catalog,
        pending: &Pending<'_>,
    ) -> Vec<(&'a Run, &'a EventFile, bool)> {
        let mut unread = Vec::new();
        for (run, file) in catalog.files() {
            match file.glance() {
                Glance::Unchanged => {}
                Glance::Changed {
                    unread: bytes,
                    first,
                } => unread.push((first, Reverse(bytes), &**run, &**file)),
                Glance::Noted => pending.add(run, &NO_POINTS),
                Glance::Gone => self.walk_due = Instant::now(),
            }
        }
        unread.sort_by_key(|(first, bytes, ..)| (*first, *bytes));
        unread
            .into_iter()
            .map(|(first, _, run, file)| (run, file, first))
            .collect()
    }

    /// Reads the files in parallel. Returns whether all came to their ends.
    fn read(&self, unread: &[(&Run, &EventFile, bool)], pending: &Pending<'_>) -> bool {
        let deadline = Instant::now() + SLICE;
        let next = AtomicUsize::new(0);
        let finished = AtomicBool::new(true);
        let worker = || {
            let mut buffer = Vec::new();
            while let Some((run, file, first)) = unread.get(next.fetch_add(1, Ordering::Relaxed)) {
                if self.shared.is_closed()
                    || self.shared.store.is_full()
                    || (*first && Instant::now() >= deadline)
                {
                    finished.store(false, Ordering::Relaxed);
                    return;
                }
                file.read(&mut buffer, first.then_some(deadline), |news| {
                    pending.add(run, &news);
                });
                pending.add(run, &NO_POINTS);
                if self.shared.store.is_full() || (*first && Instant::now() >= deadline) {
                    finished.store(false, Ordering::Relaxed);
                }
            }
        };
        match unread {
            [] => {}
            [_] => worker(),
            _ => {
                self.pool.broadcast(|_| worker());
            }
        }
        finished.into_inner()
    }
}

impl Pending<'_> {
    fn add(&self, run: &Run, news: &News) {
        let changes = &self.shared.changes;
        changes.note(&run.id, &news.touched, news.tags);
        let mut published = self
            .published
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if published.elapsed() >= PUBLISH {
            *published = Instant::now();
            changes.publish_noted();
        }
    }
}
