//! The face of the crate: one writer, its files and its background thread.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use lightboard_events::encode::{self, Scalar};

use crate::file::EventFile;
use crate::hand_over::{self, Pending, Phase, Shared, State};
use crate::record::Record;
use crate::report::Report;
use crate::{HAND_OVER, fork, lock, sigterm, wall_time};

/// How long a barrier waits for a file system that makes no progress.
pub(crate) const HUNG_AFTER: Duration = Duration::from_secs(5);

/// Names one of a writer's files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileId(pub usize);

/// What a writer is made with.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where the first event file goes; must exist.
    pub directory: PathBuf,
    /// Ends the name of every file.
    pub suffix: String,
    /// The step from which on earlier records are superseded.
    pub purge_step: Option<i64>,
    /// Hand records over within this time, if that is sooner than [`HAND_OVER`].
    pub delay: Duration,
}

/// What became of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Added {
    /// It is pending, or dropped and counted if the disk fails and memory for it has run out.
    Taken,
    /// As `Taken`, and there are reports to fetch.
    TakenWithReports,
    /// There is no room; call [`Writer::wait_for_room`] and try again.
    Full,
    /// The writer is closed, or belongs to the process that this one was forked from. Nothing was done.
    Unusable,
}

/// Writes the event files of one run and its sub-runs.
pub struct Writer {
    pub(crate) shared: Arc<Shared>,
    generation: u32,
    path: PathBuf,
    suffix: String,
    write_through: AtomicBool,
}

impl Writer {
    /// Makes the event file and starts the background thread. The header is with the operating system on return.
    ///
    /// # Errors
    /// The file cannot be made or written, or the thread cannot be started. No file is left behind then.
    pub fn open(options: &Options) -> io::Result<Self> {
        fork::watch_forks();
        sigterm::install()?;
        let file = EventFile::create(&options.directory, &options.suffix, options.purge_step)?;
        let path = file.path().to_owned();
        let shared = Arc::new(Shared {
            state: State {
                pending: vec![Pending::new(&file)],
                arrivals: vec![file],
                ..State::default()
            }
            .into(),
            wake: std::sync::Condvar::new(),
            done: std::sync::Condvar::new(),
            encode: std::sync::Condvar::new(),
            progress: 0.into(),
            delay: options.delay.min(HAND_OVER),
        });
        let (thread_shared, suffix) = (Arc::clone(&shared), options.suffix.clone());
        sigterm::without_signals(|| {
            std::thread::Builder::new()
                .name("lightboard-log".to_owned())
                .stack_size(256 << 10)
                .spawn(move || hand_over::run(&thread_shared, &suffix))
        })
        .inspect_err(|_| {
            // What is reported is why the thread could not be started; a leftover holds a header and nothing else.
            let _ = std::fs::remove_file(&path);
        })?;
        let mut live = fork::live();
        live.writers.retain(|writer| writer.strong_count() > 0);
        live.writers.push(Arc::downgrade(&shared));
        drop(live);
        Ok(Self {
            shared,
            generation: fork::generation(),
            path,
            suffix: options.suffix.clone(),
            write_through: fork::in_forked_child().into(),
        })
    }

    /// Makes another event file of this writer, in `directory`, which must exist.
    ///
    /// # Errors
    /// The file cannot be made or written; `EBADF` if the writer is not usable.
    pub fn add_file(&self, directory: &Path) -> io::Result<FileId> {
        let unusable = || io::Error::from_raw_os_error(libc::EBADF);
        if !self.is_usable() {
            return Err(unusable());
        }
        let file = EventFile::create(directory, &self.suffix, None)?;
        let mut state = lock(&self.shared.state);
        if state.is_closed() {
            drop(state);
            // Closed meanwhile; a leftover holds a header and nothing else.
            let _ = std::fs::remove_file(file.path());
            return Err(unusable());
        }
        state.pending.push(Pending::new(&file));
        state.arrivals.push(file);
        Ok(FileId(state.pending.len() - 1))
    }

    /// The first event file's path when it was made.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether records can be added: not closed, and made by this process rather than the one it was forked from.
    pub fn is_usable(&self) -> bool {
        !self.is_inherited() && !lock(&self.shared.state).is_closed()
    }

    /// Whether this process closed it.
    pub fn is_closed(&self) -> bool {
        !self.is_inherited() && lock(&self.shared.state).is_closed()
    }

    #[inline]
    pub(crate) fn is_inherited(&self) -> bool {
        self.generation != fork::generation()
    }

    /// Whether every record is to be followed by a [`Writer::flush`], since this process may end where nothing can be
    /// handed over any more: in a forked child, and after [`Writer::write_through`].
    #[inline]
    pub fn is_write_through(&self) -> bool {
        self.write_through.load(Ordering::Relaxed)
    }

    /// Flushes, and wants a flush after each record from now on: the interpreter is about to end.
    pub fn write_through(&self) {
        self.write_through.store(true, Ordering::Relaxed);
        self.flush();
    }

    /// Encodes one scalar into the pending bytes of `file`, as [`Writer::add`] does.
    ///
    /// # Panics
    /// If `file` is not of this writer.
    #[inline]
    pub fn add_scalar(
        &self,
        file: FileId,
        wall: Option<f64>,
        step: i64,
        tag: &str,
        value: Scalar,
    ) -> Added {
        self.add(file, wall, |out, wall| {
            encode::scalar(out, wall, step, tag, value);
        })
    }

    /// Has `encode` append one whole record to the pending bytes of `file`; it is given `wall`, or else the present wall
    /// time. It is not called unless the record is taken, and other callers wait for it.
    ///
    /// # Panics
    /// If `file` is not of this writer.
    #[inline]
    pub fn add(
        &self,
        file: FileId,
        wall: Option<f64>,
        encode: impl FnOnce(&mut Vec<u8>, f64),
    ) -> Added {
        if self.is_inherited() {
            return Added::Unusable;
        }
        let wall = wall.unwrap_or_else(wall_time);
        let mut state = lock(&self.shared.state);
        if state.is_closed() {
            return Added::Unusable;
        }
        if !state.held.has_room(&state.pending[file.0], 1, 0) {
            return state.dropped(file.0).unwrap_or(Added::Full);
        }
        let open = &mut state.pending[file.0].batches.open;
        let before = open.len();
        encode(open, wall);
        let bytes = open.len() - before;
        if state.appended(file.0, bytes) {
            self.shared.wake.notify_one();
        }
        state.taken()
    }

    /// Returns when everything added before is with the operating system, or could not be written; [`Writer::reports`]
    /// tells. Does nothing on a closed or inherited writer.
    pub fn flush(&self) {
        if self.is_inherited() {
            return;
        }
        let state = lock(&self.shared.state);
        if state.is_closed() {
            return;
        }
        let ticket = state.media.next_ticket();
        let over = |state: &State| state.media.is_done(ticket);
        let mut state = self.shared.wait_for_media(state, ticket, None, over);
        state.report_hung_media(ticket);
        state.requested += 1;
        let ticket = state.requested;
        self.shared.wake.notify_one();
        let mut state = self.shared.wait_until(state, |state| {
            state.completed >= ticket || state.phase == Phase::Ended
        });
        if state.completed < ticket && state.phase != Phase::Ended {
            state.report_hung();
            return;
        }
        let State {
            pending, reports, ..
        } = &mut *state;
        if reports
            .iter()
            .any(|report| matches!(report, Report::Failing { .. }))
        {
            return; // That says the same.
        }
        if let Some((file, errno)) = pending.iter().find_map(|file| Some((file, file.failing?))) {
            let cause = Some(io::Error::from_raw_os_error(errno));
            reports.push(Report::NotFlushed {
                path: file.path.clone(),
                cause,
                kept: file.kept(),
                waited: 0,
            });
        }
    }

    /// Hands over what is pending, ends the background thread and closes the files. Repeatable.
    pub fn close(&self) {
        if self.is_inherited() {
            return;
        }
        let mut state = lock(&self.shared.state);
        if matches!(state.phase, Phase::Abandoned | Phase::Ended) {
            return;
        }
        state.phase = Phase::Closed;
        self.shared.wake.notify_one();
        self.shared.encode.notify_all();
        let over = |state: &State| state.media.is_empty();
        let mut state = self.shared.wait_for_media(state, u64::MAX, None, over);
        state.abandon_media();
        self.shared.wake.notify_one();
        self.shared.encode.notify_all();
        let mut state = self
            .shared
            .wait_until(state, |state| state.phase == Phase::Ended);
        if state.phase == Phase::Closed {
            state.phase = Phase::Abandoned;
            state.report_hung();
            state.report_lost_records();
        }
    }

    /// Takes what there is to report.
    pub fn reports(&self) -> Vec<Report> {
        if self.is_inherited() {
            Vec::new()
        } else {
            std::mem::take(&mut lock(&self.shared.state).reports)
        }
    }
}

impl State {
    /// Appends a record to the pending ones of file `index`; whether this is for the thread to know.
    pub(crate) fn append(&mut self, index: usize, record: Record) -> bool {
        let pending = &mut self.pending[index];
        self.held.add(pending, record.in_memory(), record.spooled());
        pending.batches.push(record)
    }

    /// Drops a record of file `index` for which there is no room, if waiting for some is in vain.
    pub(crate) fn dropped(&mut self, index: usize) -> Option<Added> {
        let pending = &mut self.pending[index];
        if !pending.is_stuck() && !self.stalled {
            return None;
        }
        pending.dropped += 1;
        Some(self.taken())
    }

    /// What to answer when a record was taken, or dropped and counted.
    #[inline]
    pub(crate) fn taken(&self) -> Added {
        if self.reports.is_empty() {
            Added::Taken
        } else {
            Added::TakenWithReports
        }
    }

    /// Says what was dropped and not told of, now that nothing more will be.
    fn report_lost_records(&mut self) {
        for pending in &mut self.pending {
            let lost = std::mem::take(&mut pending.dropped);
            if lost > 0 {
                self.reports.push(Report::Lost {
                    path: pending.path.clone(),
                    cause: io::Error::from_raw_os_error(pending.failing.unwrap_or(libc::ETIMEDOUT)),
                    lost,
                    recovered: false,
                });
            }
        }
    }

    fn report_hung(&mut self) {
        let kept = self.pending.iter().map(Pending::kept).sum();
        let path = self.pending[0].path.clone();
        self.reports.push(Report::NotFlushed {
            path,
            cause: None,
            kept,
            waited: HUNG_AFTER.as_secs(),
        });
    }
}

impl Shared {
    /// Waits for `over`, as long as bytes are still being written.
    fn wait_until<'a>(
        &'a self,
        mut state: MutexGuard<'a, State>,
        over: impl Fn(&State) -> bool,
    ) -> MutexGuard<'a, State> {
        let mut seen = self.progress.load(Ordering::Relaxed);
        let mut since = Instant::now();
        while !over(&state) {
            let Some(left) = HUNG_AFTER.checked_sub(since.elapsed()) else {
                break;
            };
            state = self
                .done
                .wait_timeout(state, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
            let progress = self.progress.load(Ordering::Relaxed);
            if progress != seen {
                (seen, since) = (progress, Instant::now());
            }
        }
        state
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        if self.is_inherited() {
            // Its lock may be held by a thread that does not exist here, and its files are closed already.
            std::mem::forget(Arc::clone(&self.shared));
        } else {
            self.close();
        }
    }
}
