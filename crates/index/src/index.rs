//! The index: log directories that are followed, and the questions that can be asked about them.

use std::collections::HashSet;
use std::io;
use std::num::NonZero;
use std::path::PathBuf;
use std::sync::mpsc::channel;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::thread::{Builder, JoinHandle, available_parallelism};
use std::time::{Duration, Instant};

use lightboard_events::{Kind, Reduce};
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::allocator::make_room;
use crate::columns::{self, ColumnsError, Gathered, SeriesColumns};
use crate::describe;
use crate::groups::{self, GroupQuery};
use crate::hparams::{AllHparams, RunHparams};
use crate::logdir::Logdir;
use crate::poller::Poller;
use crate::query::QueryError;
use crate::records::ValueError;
use crate::said;
use crate::saving::Saving;
use crate::scalars::{self, ScalarQuery};
use crate::shared::Shared;
use crate::store::Store;
use crate::superseding::Attempts;
use crate::table::{self, TableQuery};
use crate::values::{self, Described, ListError, Reference, ValueFile};
use crate::walker::Walker;

/// How an index is kept.
#[derive(Debug, Clone)]
pub struct Options {
    /// Folder in which what was read is kept for the next time (`spec/index.md`); none to keep nothing.
    pub cache: Option<PathBuf>,
    /// Bytes of memory that the process may take. Points go to segments on disk, with or without a cache, long before.
    pub max_memory: u64,
}

/// How long a question waits for files that must be read anew.
const PATIENCE: Duration = Duration::from_secs(30);

/// Bytes that threads are likely to need soon after they start: those that read files together, though nothing is read
/// yet and one may take more of the files than another, and the one that polls.
const FILES_ROOM: usize = 4 << 20;
const POLL_ROOM: usize = 1 << 20;

/// Why an index cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The operating system gives no more threads.
    #[error("expected to start the index's threads, but the operating system refused: {0}")]
    Threads(#[from] io::Error),
    /// As above, for the threads that share the work.
    #[error("expected to start the index's threads, but: {0}")]
    Pool(#[from] rayon::ThreadPoolBuildError),
}

/// Follows some log directories. Every method may be called from any thread; answers are complete bodies.
#[derive(Debug)]
pub struct Index {
    shared: Arc<Shared>,
    /// Queries have threads of their own, so that they never wait for files being read.
    queries: ThreadPool,
    /// As they were answered last.
    hparams: Mutex<Arc<AllHparams>>,
    poller: Mutex<Option<JoinHandle<()>>>,
}

impl Index {
    /// Starts to follow `logdirs`, pairs of (name, absolute path), looking at the files every `interval`. A path need
    /// not exist yet. Of equal names the later ones get a number: `runs`, `runs (2)`.
    ///
    /// # Errors
    /// When no threads can be started.
    pub fn open(
        logdirs: Vec<(String, PathBuf)>,
        interval: Duration,
        options: &Options,
    ) -> Result<Self, OpenError> {
        let logdirs = distinct(logdirs);
        let store = Arc::new(Store::new(options.max_memory));
        let shared = Arc::new(Shared::new(logdirs, store));
        let (others, started) = channel();
        let poller = Builder::new().name("lightboard-poll".to_owned()).spawn({
            let (shared, cache) = (Arc::clone(&shared), options.cache.clone());
            move || {
                make_room(POLL_ROOM);
                // Meanwhile the other threads start.
                let saving = Saving::opened(cache, &shared);
                if let Ok((pool, walker)) = started.recv() {
                    Poller::new(shared, pool, walker, interval, saving).run();
                }
            }
        })?;
        let walker = Walker::start(Arc::clone(&shared))?;
        let pool = threads("read", 0, FILES_ROOM)?;
        walker.started()?;
        // The poller goes only without a sender. It need not wait until questions can be answered.
        others.send((pool, walker)).ok();
        let queries = threads("query", 0, 0).inspect_err(|_| shared.close())?;
        Ok(Self {
            shared,
            queries,
            hparams: Mutex::default(),
            poller: Mutex::new(Some(poller)),
        })
    }

    /// Grows by one with every published change; 0 until the first walk has been published.
    pub fn version(&self) -> u64 {
        self.shared.changes.version()
    }

    /// Blocks until the version is above `version`, the time is over or the index is closed; the version then.
    pub fn wait(&self, version: u64, timeout: Duration) -> u64 {
        self.shared.changes.wait(version, timeout)
    }

    /// Asks for everything to be read that is on disk now; for `wait_refreshed`.
    pub fn refresh(&self) -> u64 {
        self.shared.ask_for_round()
    }

    /// Blocks until everything was read that was on disk when `refresh` gave `wish`, the index failed (GET /api/runs
    /// says why) or the time is over; false in the last case.
    pub fn wait_refreshed(&self, wish: u64, timeout: Duration) -> bool {
        self.shared.wait_for_round(wish, timeout)
    }

    /// Whether `close` was called.
    pub fn is_closed(&self) -> bool {
        self.shared.is_closed()
    }

    /// What changed after `since`: the version now, and the JSON body of a `change` event.
    pub fn changes(&self, since: u64) -> (u64, Vec<u8>) {
        let changes = self.shared.changes.since(since);
        (changes.version, describe::json(&changes))
    }

    /// The JSON body of GET /api/runs, in pieces.
    pub fn runs(&self) -> Vec<Vec<u8>> {
        let version = self.version();
        let fault = self.shared.fault();
        let (logdirs, catalog) = (&self.shared.logdirs, self.shared.catalog());
        self.queries
            .install(|| describe::runs(logdirs, &catalog, version, fault.as_deref()))
    }

    /// The JSON body of GET /api/tags.
    pub fn tags(&self) -> Vec<u8> {
        let version = self.version();
        let catalog = self.shared.catalog();
        self.queries.install(|| describe::tags(&catalog, version))
    }

    /// The JSON body of GET /api/hparams.
    pub fn hparams(&self) -> Vec<u8> {
        self.all_hparams().body.clone()
    }

    /// The hyper-parameters of one run, as GET /api/hparams has them; none if it has none.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn run_hparams(&self, run: &str) -> Result<Option<Arc<RunHparams>>, Arc<ValueError>> {
        self.all_hparams().by_run.get(run).cloned().transpose()
    }

    fn all_hparams(&self) -> Arc<AllHparams> {
        let version = self.version();
        let kept = || self.hparams.lock().unwrap_or_else(PoisonError::into_inner);
        let before = Arc::clone(&kept());
        if before.holds(version, Instant::now()) {
            return before;
        }
        let catalog = self.shared.catalog();
        // The lock is not held: a thread that waits for others may be given another question in the meantime.
        let now = self
            .queries
            .install(|| AllHparams::of(&catalog, version, &before));
        let now = Arc::new(now);
        let mut kept = kept();
        if kept.version <= version {
            *kept = Arc::clone(&now);
        }
        now
    }

    /// The column frame of POST /api/scalars.
    ///
    /// # Errors
    /// When the query makes no sense.
    pub fn scalars(&self, query: &ScalarQuery) -> Result<Vec<u8>, QueryError> {
        let version = self.version();
        let catalog = self.shared.catalog();
        self.queries
            .install(|| scalars::answer(&catalog, version, query))
    }

    /// The column frame of POST /api/groups.
    ///
    /// # Errors
    /// When the query makes no sense, or a group has more points than can be brought together.
    pub fn groups(&self, query: &GroupQuery) -> Result<Vec<u8>, QueryError> {
        let version = self.version();
        let catalog = self.shared.catalog();
        self.queries
            .install(|| groups::answer(&catalog, version, query))
    }

    /// The column frame of POST /api/table.
    pub fn table(&self, query: &TableQuery) -> Vec<u8> {
        let version = self.version();
        let catalog = self.shared.catalog();
        self.queries
            .install(|| table::answer(&catalog, version, query))
    }

    /// A JSON body that lists the series of `runs` (ids; none for every run), of one tag or of all. Waits, for a while,
    /// for files that must be read anew since their cache is damaged; it names the runs of which some still must be.
    pub fn series(&self, tag: Option<&str>, runs: Option<&[String]>) -> Vec<u8> {
        let deadline = Instant::now() + PATIENCE;
        let mut anew = HashSet::new();
        loop {
            let version = self.version();
            let catalog = self.shared.catalog();
            let listed = self
                .queries
                .install(|| columns::list(&catalog, version, tag, runs));
            anew.extend(listed.incomplete().iter().cloned());
            let settled = |id: &String| catalog.get(id).is_none_or(|run| columns::is_settled(run));
            let left = deadline.saturating_duration_since(Instant::now());
            let complete = listed.incomplete().is_empty() && anew.iter().all(settled);
            if complete || left.is_zero() || self.is_closed() {
                return listed.json();
            }
            self.wait(version, left);
        }
    }

    /// The column frame of POST /api/values: where the values of a series of another kind than scalar lie, of `runs`
    /// (ids; none for every run), of the latest attempts or of all.
    ///
    /// # Errors
    /// When there are too many, or files must be read anew since their cache is damaged.
    pub fn values(
        &self,
        tag: &str,
        kind: Kind,
        runs: Option<&[String]>,
        attempts: Attempts,
    ) -> Result<Vec<u8>, ListError> {
        let version = self.version();
        let catalog = self.shared.catalog();
        self.queries
            .install(|| values::list(&catalog, version, tag, kind, runs, attempts))
    }

    /// What the writer says of a series of any kind, as its event file has it now; nothing of one that there is not.
    pub fn described(&self, run: &str, tag: &str, kind: Kind) -> Described {
        let catalog = self.shared.catalog();
        let found = catalog.get(run);
        found.map_or_else(Described::default, |run| values::described(run, tag, kind))
    }

    /// How a series of scalars is to be brought together with those of other ranks, if its writer says so.
    pub fn reduce(&self, run: &str, tag: &str) -> Option<Reduce> {
        said::of_run(self.shared.catalog().get(run)?, tag)?.reduce
    }

    /// The column frame of POST /api/values/read: values of one series, read from their files now. `with_files` puts
    /// images, sounds and graphs into it as well.
    ///
    /// # Errors
    /// When there is no such run. What is wrong with one value stands in its place.
    pub fn read_values(
        &self,
        series: (&str, &str, Kind),
        references: &[Reference],
        with_files: bool,
    ) -> Result<Vec<u8>, ValueError> {
        let version = self.version();
        let catalog = self.shared.catalog();
        self.queries
            .install(|| values::read(&catalog, version, series, references, with_files))
    }

    /// The body of GET /api/values/file: one file out of a value, read now.
    ///
    /// # Errors
    /// When the reference is none, or its record is not there any more as it was.
    pub fn value_file(
        &self,
        series: (&str, &str, Kind),
        reference: &Reference,
        item: usize,
    ) -> Result<ValueFile, ValueError> {
        let catalog = self.shared.catalog();
        self.queries
            .install(|| values::file(&catalog, series, reference, item))
    }

    /// The points of a scalar series, as they were logged. Waits for files that must be read anew since their cache is
    /// damaged.
    ///
    /// # Errors
    /// When there is no such series, or its files could not be read anew in time.
    pub fn columns(
        &self,
        run: &str,
        tag: &str,
        attempts: Attempts,
    ) -> Result<SeriesColumns, ColumnsError> {
        let deadline = Instant::now() + PATIENCE;
        let mut anew = false;
        loop {
            let version = self.version();
            let catalog = self.shared.catalog();
            let found = catalog
                .get(run)
                .ok_or_else(|| ColumnsError::Run(run.to_owned()))?;
            let settled = !anew || columns::is_settled(found);
            match columns::gather(found, tag, attempts) {
                Gathered::Columns(columns) if settled => return Ok(columns),
                Gathered::NoSuchTag if settled => {
                    return Err(ColumnsError::Tag {
                        run: run.to_owned(),
                        tag: tag.to_owned(),
                    });
                }
                _ => anew = true,
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() || self.is_closed() {
                return Err(ColumnsError::ReadAnew(run.to_owned()));
            }
            self.wait(version, left);
        }
    }

    /// Stops following. Questions are still answered from what was read.
    pub fn close(&self) {
        self.shared.close();
        let poller = self
            .poller
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(poller) = poller {
            // The poller catches its own panics, and there is nobody left to tell.
            drop(poller.join());
        }
    }
}

impl Drop for Index {
    fn drop(&mut self) {
        self.close();
    }
}

/// How many cores there are for this process: to ask takes a tenth of a millisecond.
static CORES: LazyLock<usize> = LazyLock::new(|| available_parallelism().map_or(1, NonZero::get));

/// So many threads, 0 for one a core, with room for so many bytes in all.
pub(crate) fn threads(
    task: &'static str,
    count: usize,
    room: usize,
) -> Result<ThreadPool, rayon::ThreadPoolBuildError> {
    let count = match count {
        0 => *CORES,
        count => count,
    };
    ThreadPoolBuilder::new()
        .num_threads(count)
        .start_handler(move |_| make_room(room / count))
        .thread_name(move |number| format!("lightboard-{task}-{number}"))
        .build()
}

/// Run ids hold the log directory's name, so no two may be equal.
fn distinct(logdirs: Vec<(String, PathBuf)>) -> Vec<Logdir> {
    let mut taken = HashSet::new();
    let mut name_apart = |name: String| {
        let numbered = (2..).map(|number| format!("{name} ({number})"));
        let free = [name.clone()]
            .into_iter()
            .chain(numbered)
            .find(|name| taken.insert(name.clone()));
        free.unwrap_or(name)
    };
    logdirs
        .into_iter()
        .map(|(name, path)| Logdir {
            name: name_apart(name),
            path,
        })
        .collect()
}
