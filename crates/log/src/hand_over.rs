//! The background thread: takes what is pending, hands it to the operating system, keeps what cannot be written.

use std::collections::VecDeque;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::batch::{BATCH, Batch, Batches};
use crate::file::{EventFile, Place};
use crate::held::Held;
use crate::lock;
use crate::media_queue::Queue;
use crate::record::Record;
use crate::report::{NotRead, Report};

/// Bytes per write call, so that progress on a slow disk can be seen.
const CHUNK: usize = 1 << 20;

/// How often a file is looked for at its path.
const FOLLOW_EVERY: Duration = Duration::from_millis(200);

const FIRST_RETRY: Duration = Duration::from_millis(100);
const LAST_RETRY: Duration = Duration::from_secs(5);

/// What the calling threads and the background thread share.
pub(crate) struct Shared {
    pub(crate) state: Mutex<State>,
    /// Something to do for the thread.
    pub(crate) wake: Condvar,
    /// A pass is over, or media are encoded.
    pub(crate) done: Condvar,
    /// Something to do for the threads that encode media.
    pub(crate) encode: Condvar,
    /// Bytes written so far; a wait that sees it stand still is a wait for a disk that hangs.
    pub(crate) progress: AtomicU64,
    pub(crate) delay: Duration,
}

/// How far a writer's life has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Takes records.
    #[default]
    Open,
    /// Takes no more records; the thread is to make its last pass when all media are encoded.
    Closed,
    /// A `close` has waited for the last pass in vain; further ones need not.
    Abandoned,
    /// The thread has made its last pass.
    Ended,
}

#[derive(Default)]
pub(crate) struct State {
    /// One for each file, in the order of their ids.
    pub(crate) pending: Vec<Pending>,
    /// Files opened by callers that the thread has not yet taken over.
    pub(crate) arrivals: Vec<EventFile>,
    /// Passes asked for by barriers, and the last of them that is over.
    pub(crate) requested: u64,
    pub(crate) completed: u64,
    /// How many bytes all files hold.
    pub(crate) held: Held,
    pub(crate) reports: Vec<Report>,
    /// What becomes records when it is encoded.
    pub(crate) media: Queue,
    pub(crate) phase: Phase,
    /// A wait for room was in vain: do not wait again before there is progress.
    pub(crate) stalled: bool,
}

/// The records of one file that wait for the thread, and what callers need to know of those it already took.
#[derive(Default)]
pub(crate) struct Pending {
    /// The event file.
    pub(crate) path: PathBuf,
    pub(crate) batches: Batches,
    /// What callers are about to append, in bytes in memory and in spools.
    pub(crate) claimed: (usize, u64),
    /// What the thread has taken and not yet written, likewise, and how many records.
    pub(crate) taken: (usize, u64),
    pub(crate) taken_records: u64,
    /// The cause if the last pass could not write this file.
    pub(crate) failing: Option<i32>,
    /// Records dropped because there was no room.
    pub(crate) dropped: u64,
}

impl Pending {
    pub(crate) fn new(file: &EventFile) -> Self {
        Self {
            path: file.path().into(),
            ..Self::default()
        }
    }

    /// Whether it cannot be written at present.
    #[inline]
    pub(crate) fn is_stuck(&self) -> bool {
        self.failing.is_some()
    }

    /// Records that are not with the operating system.
    pub(crate) fn kept(&self) -> u64 {
        self.batches.records() + self.taken_records
    }

    /// Bytes in memory, and in spools, that are not with the operating system.
    pub(crate) fn held(&self) -> (usize, u64) {
        (
            self.batches.in_memory() + self.claimed.0 + self.taken.0,
            self.batches.spooled() + self.claimed.1 + self.taken.1,
        )
    }
}

impl State {
    /// Notes that a record of as many bytes was appended to the open batch of file `index`, and whether this is for the
    /// thread to know.
    #[inline]
    pub(crate) fn appended(&mut self, index: usize, bytes: usize) -> bool {
        let pending = &mut self.pending[index];
        self.held.add(pending, bytes, 0);
        pending.batches.appended(bytes)
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.phase != Phase::Open
    }

    /// Whether all records there will ever be are pending.
    fn is_complete(&self) -> bool {
        self.is_closed() && self.media.is_empty()
    }

    fn urgent(&self) -> bool {
        self.is_complete() || self.requested > self.completed
    }

    fn gathering(&self) -> bool {
        self.pending
            .iter()
            .any(|file| file.failing.is_none() && !file.batches.is_empty())
    }

    fn brimming(&self) -> bool {
        self.pending
            .iter()
            .any(|file| file.failing.is_none() && file.batches.is_any_full())
    }
}

/// One file and the bytes on their way into it.
struct Outlet {
    file: EventFile,
    suffix: String,
    outgoing: VecDeque<Batch>,
    /// Bytes of the first of them that are written.
    offset: usize,
    /// For what is read from spools.
    buffer: Vec<u8>,
    /// An empty buffer for the next records.
    spare: Vec<u8>,
    /// Records in the present file.
    written: u64,
    followed: Option<Instant>,
    moved: bool,
    failures: u32,
    retry_at: Option<Instant>,
}

/// Serves the files of one writer until it is closed.
pub(crate) fn run(shared: &Arc<Shared>, suffix: &str) {
    let mut outlets: Vec<Outlet> = Vec::new();
    loop {
        let (ticket, last) = wait(shared, &mut outlets, suffix);
        // What buffers keep for the next time is little however many files there are.
        let spare = BATCH / outlets.len().max(1);
        let results: Vec<_> = outlets
            .iter_mut()
            .map(|outlet| outlet.attempt(&shared.progress, spare))
            .collect();

        if last {
            for outlet in &outlets {
                // If even this fails, readers see a file that ended early, which they must expect of any live file.
                let _ = outlet.cut_torn_record();
            }
        }

        // No file is touched while callers may wait for this lock.
        let mut state = lock(&shared.state);
        state.completed = ticket;
        for (index, (outlet, outcome)) in outlets.iter_mut().zip(results).enumerate() {
            let State {
                pending,
                reports,
                stalled,
                ..
            } = &mut *state;
            let pending = &mut pending[index];
            reports.extend(outcome.notice);
            match outcome.error {
                _ if outlet.outgoing.is_empty() => {
                    if pending.dropped > 0 {
                        reports.push(outlet.lost(pending, 0, true));
                    }
                    pending.failing = None;
                    *stalled = false;
                }
                Some(cause) if !last && pending.failing.is_none() => {
                    pending.failing = cause.raw_os_error().or(Some(libc::EIO));
                    let kept = outlet.unwritten() + pending.batches.records();
                    reports.push(Report::Failing {
                        path: outlet.file.path().into(),
                        cause,
                        kept,
                    });
                }
                Some(cause) => pending.failing = cause.raw_os_error().or(Some(libc::EIO)),
                None => {} // Not tried: the next retry is not due.
            }
            pending.taken = outlet.held();
            pending.taken_records = outlet.unwritten();
            if pending.path != outlet.file.path() {
                pending.path = outlet.file.path().into();
            }
            if last && (pending.dropped > 0 || pending.taken_records > 0) {
                let unwritten = pending.taken_records;
                reports.push(outlet.lost(pending, unwritten, false));
            }
        }
        state.held = Held::of(&state.pending);
        drop(state);
        if last {
            drop(outlets); // Closed before anyone is told that they are.
            lock(&shared.state).phase = Phase::Ended;
            shared.done.notify_all();
            return;
        }
        shared.done.notify_all();
    }
}

/// Sleeps until there is something to write, then takes it. Returns the barrier that this pass serves, and whether it
/// is the last pass.
fn wait(shared: &Shared, outlets: &mut Vec<Outlet>, suffix: &str) -> (u64, bool) {
    let retry_at = outlets.iter().filter_map(|outlet| outlet.retry_at).min();
    let mut gather_until = None;
    let mut state = lock(&shared.state);
    loop {
        if state.urgent() || state.brimming() {
            break;
        }
        if gather_until.is_none() && state.gathering() {
            gather_until = Some(Instant::now() + shared.delay);
        }
        let Some(until) = gather_until.into_iter().chain(retry_at).min() else {
            state = shared
                .wake
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
            continue;
        };
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            break;
        }
        state = shared
            .wake
            .wait_timeout(state, left)
            .unwrap_or_else(PoisonError::into_inner)
            .0;
    }

    let urgent = state.urgent();
    let now = Instant::now();
    let State {
        pending, arrivals, ..
    } = &mut *state;
    outlets.extend(arrivals.drain(..).map(|file| Outlet::new(file, suffix)));
    for (outlet, pending) in outlets.iter_mut().zip(pending) {
        if urgent || outlet.retry_at.is_none_or(|at| at <= now) {
            outlet.retry_at = None;
            outlet.take(pending);
        }
    }
    (state.requested, state.is_complete())
}

/// What came of one attempt to write a file.
struct Outcome {
    error: Option<io::Error>,
    notice: Vec<Report>,
}

impl Outlet {
    fn new(file: EventFile, suffix: &str) -> Self {
        Self {
            file,
            suffix: suffix.to_owned(),
            outgoing: VecDeque::new(),
            offset: 0,
            buffer: Vec::new(),
            spare: Vec::new(),
            written: 0,
            followed: None,
            moved: false,
            failures: 0,
            retry_at: None,
        }
    }

    fn take(&mut self, pending: &mut Pending) {
        let spare = std::mem::take(&mut self.spare);
        self.outgoing.extend(pending.batches.take(spare));
        pending.taken = self.held();
        pending.taken_records = self.unwritten();
    }

    /// Bytes in memory, and in spools, of what is outgoing.
    fn held(&self) -> (usize, u64) {
        let sizes = self.outgoing.iter().map(|batch| &batch.bytes);
        sizes.fold((0, 0), |(memory, spooled), bytes| {
            (memory + bytes.in_memory(), spooled + bytes.spooled())
        })
    }

    /// Writes what is outgoing, unless the file waits for its next retry. Keeps `spare` bytes of room for the next time.
    fn attempt(&mut self, progress: &AtomicU64, spare: usize) -> Outcome {
        let mut notice = Vec::new();
        if self.outgoing.is_empty() || self.retry_at.is_some() {
            return Outcome {
                error: None,
                notice,
            };
        }
        let written = self
            .follow(&mut notice)
            .and_then(|()| self.write(progress, &mut notice));
        match written {
            Ok(()) => {
                self.spare.shrink_to(spare);
                self.failures = 0;
                Outcome {
                    error: None,
                    notice,
                }
            }
            Err(error) => {
                let back_off = FIRST_RETRY * 2u32.saturating_pow(self.failures.min(16));
                self.retry_at = Some(Instant::now() + back_off.min(LAST_RETRY));
                self.failures += 1;
                Outcome {
                    error: Some(error),
                    notice,
                }
            }
        }
    }

    fn write(&mut self, progress: &AtomicU64, notice: &mut Vec<Report>) -> io::Result<()> {
        while let Some(batch) = self.outgoing.front_mut() {
            if self.offset == batch.bytes.size() {
                self.offset = 0;
                self.written += batch.records;
                self.recycle();
                continue;
            }
            let bytes = match batch.bytes.some(self.offset, CHUNK, &mut self.buffer) {
                Ok(bytes) => bytes,
                Err(cause) => {
                    notice.push(self.give_up(&cause)?);
                    continue;
                }
            };
            match self.file.write(bytes) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(count) => {
                    self.offset += count;
                    progress.fetch_add(count as u64, Ordering::Relaxed);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // What a network mount says of a file that another machine deleted.
                Err(error) if error.raw_os_error() == Some(libc::ESTALE) => {
                    notice.push(self.replace()?);
                }
                Err(error) => return Err(error),
            }
        }
        self.buffer = Vec::new();
        Ok(())
    }

    /// Drops the first batch, which cannot be read back: it is a spool.
    fn give_up(&mut self, cause: &io::Error) -> io::Result<Report> {
        // Others will stand behind it.
        self.cut_torn_record()?;
        self.offset = 0;
        self.outgoing.pop_front();
        Ok(Report::not_encoded(
            "A large record".to_owned(),
            NotRead(cause).to_string().into(),
            self.file.path(),
        ))
    }

    /// Drops the first batch, which is written; its buffer may take the next records.
    fn recycle(&mut self) {
        if let Some(batch) = self.outgoing.pop_front()
            && let Record::Memory(mut bytes) = batch.bytes
            && bytes.capacity() > self.spare.capacity()
        {
            bytes.clear();
            self.spare = bytes;
        }
    }

    /// Looks for the file at its path, every now and then; makes a new one if it was deleted.
    fn follow(&mut self, notice: &mut Vec<Report>) -> io::Result<()> {
        if self.followed.is_some_and(|at| at.elapsed() < FOLLOW_EVERY) {
            return Ok(());
        }
        match self.file.place() {
            Place::Same => {}
            Place::Moved if self.moved => {}
            Place::Moved => {
                self.moved = true;
                notice.push(Report::Moved {
                    path: self.file.path().into(),
                    new: self.file.present_path(),
                });
            }
            Place::Deleted => notice.push(self.replace()?),
        }
        self.followed = Some(Instant::now());
        Ok(())
    }

    /// Goes on in a new file where the present one was made, from the first record that is not whole in the old one.
    fn replace(&mut self) -> io::Result<Report> {
        let path = self.file.path().to_owned();
        let directory = path.parent().ok_or(io::ErrorKind::NotFound)?;
        std::fs::create_dir_all(directory)?;
        self.file = EventFile::create(directory, &self.suffix, None)?;
        let (whole, start) = self.whole_records();
        let lost = std::mem::take(&mut self.written) + whole;
        if let Some(batch) = self.outgoing.front_mut() {
            batch.cut_front(whole, start);
        }
        self.offset = 0;
        self.moved = false;
        Ok(Report::Deleted {
            path,
            new: self.file.path().into(),
            lost,
        })
    }

    /// Records that are not wholly written.
    fn unwritten(&self) -> u64 {
        let records = self.outgoing.iter().map(|batch| batch.records);
        records.sum::<u64>() - self.whole_records().0
    }

    /// How many records of the first batch are wholly written, and where in it the last of them ends.
    fn whole_records(&self) -> (u64, usize) {
        let first = self.outgoing.front();
        first.map_or((0, 0), |batch| batch.whole_records(self.offset))
    }

    /// Leaves the file at a record's end.
    fn cut_torn_record(&self) -> io::Result<()> {
        let (_, start) = self.whole_records();
        if self.offset > start {
            self.file.cut((self.offset - start) as u64)?;
        }
        Ok(())
    }

    fn lost(&self, pending: &mut Pending, unwritten: u64, recovered: bool) -> Report {
        Report::Lost {
            path: self.file.path().into(),
            cause: io::Error::from_raw_os_error(pending.failing.unwrap_or(libc::ETIMEDOUT)),
            lost: std::mem::take(&mut pending.dropped) + unwritten,
            recovered,
        }
    }
}
