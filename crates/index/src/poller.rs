//! The poller: a thread that looks at every event file, reads what is new, and has the log directories walked.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rayon::ThreadPool;

use crate::allocator::make_room;
use crate::catalog::{Catalog, Run};
use crate::changes::{Change, Touched};
use crate::event_file::{EventFile, Glance, News, tell_copies};
use crate::logdir::{Listing, LogdirState};
use crate::saving::{Attempt, Saving};
use crate::shared::Shared;
use crate::sub_runs::parent;
use crate::told::tell_kinds;
use crate::walker::{Walked, Walker};

/// Polls and walks take at most this part of the time, so that a slow file system is not kept busy.
const SHARE: u32 = 10;
/// Walks come this many times less often than looks at the known files.
const WALK_RATIO: f64 = 5.0;
/// How long a walk is waited for: most take less, and what they find is then read at once.
const PATIENCE: Duration = Duration::from_millis(20);
/// How often files that rest are looked at: at every so many rounds that a change shows in time all the same.
const REST_LOOK: Duration = Duration::from_millis(300);
/// How often changes are published while much is being read.
const PUBLISH: Duration = Duration::from_millis(100);
/// How long files are read before all are looked at again.
const SLICE: Duration = Duration::from_millis(500);
/// Bytes that the threads which read files together are likely to need.
const READ_ROOM: usize = 16 << 20;
/// Pause after a failure of the index itself, and while no disk takes points that must leave memory.
const AFTER_FAULT: Duration = Duration::from_secs(1);

pub(crate) struct Poller {
    shared: Arc<Shared>,
    pool: ThreadPool,
    interval: Duration,
    walker: Walker,
    walk_due: Instant,
    /// A walk that is not finished: when it began, and the last wish then.
    walking: Option<(Instant, Option<u64>)>,
    /// The wish for which a walk was done; what it found is still to be read.
    walked_for: Option<u64>,
    /// Some walk was done.
    walked: bool,
    /// The threads that read have room for what they read.
    roomy: bool,
    /// Rounds so far.
    rounds: usize,
    saving: Saving,
    /// Runs of several files that changed since copies were looked for in them, by id.
    changed: BTreeSet<String>,
}

/// A file that has something to read.
struct Unread<'a> {
    bytes: u64,
    run: &'a Run,
    file: &'a EventFile,
}

/// Points of any series may count otherwise.
const ANY_SERIES: News = News {
    touched: Touched::Any,
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
        walker: Walker,
        interval: Duration,
        saving: Saving,
    ) -> Self {
        Self {
            saving,
            shared,
            pool,
            interval,
            walker,
            walk_due: Instant::now(),
            walking: None,
            walked_for: None,
            walked: false,
            roomy: false,
            rounds: 0,
            changed: BTreeSet::new(),
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

    /// One round: have a walk done if due, look at every file, read what is new, publish. Returns how long to pause.
    fn round(&mut self) -> Duration {
        let wish = self.shared.begin_round();
        let walked = self.walk(wish);
        let started = Instant::now();
        let shared = Arc::clone(&self.shared);
        let catalog = shared.catalog();
        let pending = Pending {
            shared: &shared,
            published: Mutex::new(started),
        };
        let [known, new] = self.look(&catalog, wish.is_some(), &pending);
        let unread = known.iter().chain(&new);
        let attempts: Vec<Attempt<'_>> = unread.map(|it| Attempt::at(it.file)).collect();
        // Published only now, when the sizes of new files are known.
        if let Some(change) = walked {
            let (all, runs) = (change.all, change.runs.clone());
            shared.changes.publish(change);
            let concerns = |run: &&Arc<Run>| all || runs.contains(&run.id);
            let changed = catalog.runs.iter().filter(concerns);
            let changed = changed.filter(|run| needs_telling(run));
            self.changed.extend(changed.map(|run| run.id.clone()));
        }
        let looking = started.elapsed();
        let mut read = BTreeMap::new();
        // Who waits for everything waits for damage that healed, too.
        let thorough = wish.is_some();
        let finished = self.read(known, thorough, &mut read, &pending)
            & self.read(new, thorough, &mut read, &pending);
        let changed = read.values().filter(|run| needs_telling(run));
        self.changed.extend(changed.map(|run| run.id.clone()));
        let changed: Vec<_> = self
            .changed
            .iter()
            .filter_map(|id| catalog.get(id))
            .collect();
        let finished = self.tell_copies(&catalog, &pending) & finished;
        for run in changed {
            if let Some(news) = tell_kinds(&run.files) {
                pending.add(run, &news);
            }
        }
        note_restarts(&catalog, read.into_values(), &pending);
        shared.changes.publish_noted();
        let news = attempts.iter().any(Attempt::read_something);
        let room = self.saving.after_round(&shared, news, finished);
        if let Err(message) = room {
            shared.set_fault(Some(message));
            return AFTER_FAULT;
        }
        shared.set_fault(None);
        if finished && let Some(wish) = self.walked_for.take() {
            shared.end_round(wish);
        }
        match (finished, self.walking) {
            (false, _) => Duration::ZERO,
            (true, Some((_, Some(_)))) => PATIENCE.min(self.interval),
            (true, _) => self.interval.max(looking * SHARE),
        }
    }

    /// Has the log directories walked if it is time or for a wish, and takes over what a walk found. Returns what is
    /// new, if anything.
    fn walk(&mut self, wish: Option<u64>) -> Option<Change> {
        let mut patience = Duration::ZERO;
        if self.walking.is_none() {
            if wish <= self.walked_for && Instant::now() < self.walk_due {
                return None;
            }
            self.walking = Some((Instant::now(), wish));
            self.saving.open(&self.shared);
            self.walker.begin(self.saving.take_folders());
            patience = PATIENCE;
        }
        let outcome = loop {
            match self.walker.outcome(patience) {
                Some(outcome) => break outcome,
                // Nothing is known yet that could be followed meanwhile.
                None if !self.walked && !self.shared.is_closed() => patience = PUBLISH,
                None => return None,
            }
        };
        let (started, wish) = self.walking.take()?;
        let Walked {
            listings,
            folders,
            took,
        } = outcome.unwrap_or_else(|panic| resume_unwind(panic));
        self.saving.set_folders(folders);
        self.walked_for = self.walked_for.max(wish);
        self.walk_due = started + self.interval.mul_f64(WALK_RATIO).max(took * (SHARE + 1));
        let before = self.shared.catalog();
        if self.walked && listings == before.listings && listings.iter().all(Listing::is_whole) {
            return None;
        }
        let (next, change) = self.pool.install(|| {
            before.next(&self.shared.logdirs, listings, |logdir| {
                self.saving.saved(logdir)
            })
        });
        for (logdir, listing) in next.listings.iter().enumerate() {
            if listing.state == LogdirState::Ok && listing.is_whole() {
                self.saving.forget(logdir);
            }
        }
        let news = !self.walked || next.listings != before.listings || change != Change::default();
        self.walked = true;
        news.then(|| {
            self.shared.set_catalog(next);
            change
        })
    }

    /// Finds copies in the runs that changed. Returns whether that came to an end.
    fn tell_copies(&mut self, catalog: &Catalog, pending: &Pending<'_>) -> bool {
        let deadline = Instant::now() + PUBLISH;
        self.changed.retain(|id| {
            let run = catalog.get(id);
            run.is_some_and(|run| {
                !tell_copies(&run.files, deadline, |news| pending.add(run, &news))
            })
        });
        self.changed.is_empty()
    }

    /// The files that have something to read: those that were read before, and the others. `all`: files that rest are
    /// looked at as well, else only when it is their turn.
    fn look<'a>(
        &mut self,
        catalog: &'a Catalog,
        all: bool,
        pending: &Pending<'_>,
    ) -> [Vec<Unread<'a>>; 2] {
        let turns = (REST_LOOK.as_nanos() / self.interval.as_nanos().max(1)).max(1) as usize;
        self.rounds = self.rounds.wrapping_add(1);
        let (now, round) = (Instant::now(), self.rounds);
        let files = catalog.files().enumerate().filter(|(place, (_, file))| {
            all || round.wrapping_add(*place).is_multiple_of(turns) || !file.rests(now)
        });
        let mut unread = [Vec::new(), Vec::new()];
        for (_, (run, file)) in files {
            match file.glance() {
                Glance::Unchanged => {}
                Glance::Changed {
                    unread: bytes,
                    first,
                } => unread[usize::from(first)].push(Unread { bytes, run, file }),
                Glance::Noted => pending.add(run, &News::NO_POINTS),
                Glance::Gone => self.walk_due = Instant::now(),
            }
        }
        unread
    }

    /// Reads files in parallel, for no longer than a slice of time. One half of the threads begins with the shortest,
    /// so that none waits for the longest, the other half with the longest, so that these are not left for the end.
    /// Adds the runs of which something was read to `read`, by id. Returns whether all came to their ends.
    fn read<'a>(
        &mut self,
        mut unread: Vec<Unread<'a>>,
        thorough: bool,
        read: &mut BTreeMap<&'a str, &'a Run>,
        pending: &Pending<'_>,
    ) -> bool {
        let read = Mutex::new(read);
        let shared = &*self.shared;
        unread.sort_by_key(|unread| unread.bytes);
        let deadline = Instant::now() + SLICE;
        let finished = AtomicBool::new(true);
        let unread = Mutex::new(VecDeque::from(unread));
        let worker = |number: usize| {
            let mut buffer = Vec::new();
            let next = || {
                let mut unread = unread.lock().unwrap_or_else(PoisonError::into_inner);
                if number.is_multiple_of(2) {
                    unread.pop_front()
                } else {
                    unread.pop_back()
                }
            };
            while let Some(Unread { run, file, .. }) = next() {
                let stopped =
                    shared.is_closed() || shared.store.is_full() || Instant::now() >= deadline;
                if stopped {
                    finished.store(false, Ordering::Relaxed);
                    return;
                }
                if !file.read(&mut buffer, deadline, thorough, |news| {
                    pending.add(run, &news);
                }) {
                    finished.store(false, Ordering::Relaxed);
                }
                let mut read = read.lock().unwrap_or_else(PoisonError::into_inner);
                read.insert(&run.id, run);
            }
        };
        let files = unread.lock().unwrap_or_else(PoisonError::into_inner).len();
        match files {
            0 => {}
            1 => worker(0),
            _ => {
                let roomy = mem::replace(&mut self.roomy, true);
                self.pool.broadcast(|thread| {
                    if !roomy {
                        make_room(READ_ROOM / thread.num_threads());
                    }
                    worker(thread.index());
                });
            }
        }
        finished.into_inner()
    }
}

/// Whether files of a run may tell something of each other, or did: which are copies, of what kind a tag is.
fn needs_telling(run: &Run) -> bool {
    let told = |file: &Arc<EventFile>| {
        let contents = file.contents();
        contents.copy_of.is_some() || contents.series.untold() > 0
    };
    run.files.len() > 1 || run.files.iter().any(told)
}

/// A restart concerns series that it brings no value of, and a session start those of sub-runs as well.
fn note_restarts<'a>(
    catalog: &Catalog,
    read: impl Iterator<Item = &'a Run>,
    pending: &Pending<'_>,
) {
    let restarted: BTreeSet<&str> = read
        .filter(|run| run.lies_otherwise())
        .map(|run| &*run.id)
        .collect();
    if restarted.is_empty() {
        return;
    }
    let concerns = |run: &Run| {
        let top = parent(run).map(|(top, _)| top);
        restarted.contains(&*run.id) || top.is_some_and(|top| restarted.contains(&*top.id))
    };
    for run in catalog.runs.iter().filter(|run| concerns(run)) {
        pending.add(run, &ANY_SERIES);
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
