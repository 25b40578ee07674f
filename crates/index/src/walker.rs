//! The thread that walks the log directories: a walk through a large tree, or over a slow network, keeps nobody waiting.

use std::any::Any;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, MutexGuard};
use std::thread::Builder;
use std::time::{Duration, Instant};

use rayon::{ThreadPool, ThreadPoolBuildError};

use crate::folders::Folders;
use crate::index::threads;
use crate::logdir::Listing;
use crate::manifest::SavedFolders;
use crate::shared::Shared;
use crate::strangers::Strangers;

/// Threads that list folders: they wait for disks and networks more than they work.
const WALKERS: usize = 4;
/// Bytes that they are likely to need together soon after they start.
const ROOM: usize = 2 << 20;

/// How long files are looked into after a walk, for event files under foreign names.
const LOOK_INTO: Duration = Duration::from_millis(30);

/// Walks when it is asked to.
#[derive(Debug)]
pub(crate) struct Walker {
    wanted: Sender<Vec<SavedFolders>>,
    done: Receiver<Outcome>,
    started: Receiver<Result<(), ThreadPoolBuildError>>,
}

type Outcome = Result<Walked, Box<dyn Any + Send>>;

/// The outcome of one walk.
#[derive(Debug)]
pub(crate) struct Walked {
    /// In order of the log directories.
    pub(crate) listings: Vec<Listing>,
    /// What was listed, likewise.
    pub(crate) folders: Vec<Arc<Folders>>,
    /// The time it took.
    pub(crate) took: Duration,
}

impl Walker {
    /// Starts the thread, which ends with the walker. It starts those that list folders, while others start theirs.
    pub(crate) fn start(shared: Arc<Shared>) -> io::Result<Self> {
        let (wanted, wishes) = channel::<Vec<SavedFolders>>();
        let (sender, done) = channel();
        let (outcome, started) = channel();
        Builder::new()
            .name("lightboard-walk".to_owned())
            .spawn(move || {
                let pool = match threads("walk", WALKERS, ROOM) {
                    Ok(pool) => pool,
                    Err(error) => return outcome.send(Err(error)).unwrap_or_default(),
                };
                outcome.send(Ok(())).unwrap_or_default();
                let mut folders = vec![Arc::default(); shared.logdirs.len()];
                let mut known = Vec::new();
                known.resize_with(folders.len(), SavedFolders::default);
                let mut failed = None;
                while let Ok(saved) = wishes.recv() {
                    for (known, saved) in known.iter_mut().zip(saved) {
                        // Those of a log directory that cannot be read yet wait until it can.
                        if !saved.is_empty() {
                            *known = saved;
                        }
                    }
                    let walk = AssertUnwindSafe(|| walk(&shared, &pool, &mut folders, &mut known));
                    let outcome = match failed.take() {
                        Some(panic) => Some(Err(panic)),
                        None => catch_unwind(walk).transpose(),
                    };
                    let told = outcome.map_or(Ok(()), |outcome| sender.send(outcome));
                    if told.is_err() || shared.is_closed() {
                        return;
                    }
                    // Its panic is told instead of the next walk.
                    let look = AssertUnwindSafe(|| look_into_strangers(&shared, &folders));
                    failed = catch_unwind(look).err();
                }
            })?;
        Ok(Self {
            wanted,
            done,
            started,
        })
    }

    /// Waits until all threads are started.
    pub(crate) fn started(&self) -> Result<(), ThreadPoolBuildError> {
        self.started.recv().unwrap_or(Ok(()))
    }

    /// Begins a walk. For the first one an earlier board may have listed folders, `known` in order of the log
    /// directories.
    pub(crate) fn begin(&self, known: Vec<SavedFolders>) {
        // The thread goes only when the index closes; then nobody waits for the walk.
        self.wanted.send(known).ok();
    }

    /// The outcome of a walk that was begun, or its panic, if it comes within `patience`.
    pub(crate) fn outcome(&self, patience: Duration) -> Option<Outcome> {
        self.done.recv_timeout(patience).ok()
    }
}

/// Walks all log directories. None if the index is closed.
fn walk(
    shared: &Shared,
    pool: &ThreadPool,
    folders: &mut [Arc<Folders>],
    known: &mut [SavedFolders],
) -> Option<Walked> {
    let started = Instant::now();
    let listings = pool.install(|| {
        let walks = shared.logdirs.iter().zip(&mut *folders).zip(known);
        walks
            .map(|((logdir, folders), known)| {
                let listing = logdir.walk(folders, known, &|| shared.is_closed());
                if !folders.is_empty() {
                    *known = SavedFolders::default();
                }
                listing
            })
            .collect::<Option<Vec<Listing>>>()
    })?;
    Some(Walked {
        listings,
        folders: folders.to_vec(),
        took: started.elapsed(),
    })
}

/// Looks into some files that are not named like event files; what they are the next walk tells.
fn look_into_strangers(shared: &Shared, folders: &[Arc<Folders>]) {
    let started = Instant::now();
    for (logdir, folders) in shared.logdirs.iter().zip(folders) {
        for (folder, listed) in &**folders {
            let look = |mut it: MutexGuard<'_, Strangers>| it.look_into_one(&logdir.join(folder));
            while listed.strangers().is_some_and(look) {
                if started.elapsed() >= LOOK_INTO || shared.is_closed() {
                    return;
                }
            }
        }
    }
}
