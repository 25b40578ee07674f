//! What the threads of an index have in common.

use std::sync::{Arc, Condvar, Mutex, PoisonError, RwLock};
use std::time::Duration;

use crate::catalog::Catalog;
use crate::changes::{Change, Changes};
use crate::logdir::Logdir;
use crate::store::Store;

/// What the poller and the queries have in common.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) logdirs: Vec<Logdir>,
    pub(crate) changes: Changes,
    pub(crate) store: Arc<Store>,
    catalog: RwLock<Arc<Catalog>>,
    fault: Mutex<Option<String>>,
    closed: Mutex<bool>,
    closing: Condvar,
    rounds: Mutex<Rounds>,
    round_done: Condvar,
}

/// Wishes to have everything read that is on disk when they are made.
#[derive(Debug, Default)]
struct Rounds {
    asked: u64,
    /// The last wish that was granted.
    done: u64,
}

impl Shared {
    /// Of an index that begins to follow `logdirs`.
    pub(crate) fn new(logdirs: Vec<Logdir>, store: Arc<Store>) -> Self {
        Self {
            catalog: RwLock::new(Arc::new(Catalog::unwalked(
                logdirs.len(),
                Arc::clone(&store),
            ))),
            logdirs,
            store,
            changes: Changes::default(),
            fault: Mutex::default(),
            closed: Mutex::new(false),
            closing: Condvar::new(),
            rounds: Mutex::default(),
            round_done: Condvar::new(),
        }
    }

    pub(crate) fn catalog(&self) -> Arc<Catalog> {
        Arc::clone(&self.catalog.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn set_catalog(&self, next: Catalog) {
        *self.catalog.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(next);
    }

    /// A failure of the index itself.
    pub(crate) fn fault(&self) -> Option<String> {
        let fault = self.fault.lock().unwrap_or_else(PoisonError::into_inner);
        fault.clone()
    }

    /// Notes or clears a failure of the index itself, and publishes that.
    pub(crate) fn set_fault(&self, fault: Option<String>) {
        let failed = fault.is_some();
        let mut current = self.fault.lock().unwrap_or_else(PoisonError::into_inner);
        if *current != fault {
            *current = fault;
            drop(current);
            self.changes.publish(Change {
                all: true,
                ..Change::default()
            });
        }
        if failed {
            // Whoever waits for everything to be read would wait in vain.
            let mut rounds = self.rounds.lock().unwrap_or_else(PoisonError::into_inner);
            rounds.done = rounds.asked;
            drop(rounds);
            self.round_done.notify_all();
        }
    }

    /// Lets the poller end, and whoever waits for it go on.
    pub(crate) fn close(&self) {
        *self.closed.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.closing.notify_all();
        self.changes.close();
    }

    pub(crate) fn is_closed(&self) -> bool {
        *self.closed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Wishes that everything be read that is on disk now. Returns the wish.
    pub(crate) fn ask_for_round(&self) -> u64 {
        let mut rounds = self.rounds.lock().unwrap_or_else(PoisonError::into_inner);
        rounds.asked += 1;
        rounds.asked
    }

    /// Blocks until a wish is granted or the time is over. Returns whether it is granted.
    pub(crate) fn wait_for_round(&self, wish: u64, timeout: Duration) -> bool {
        let rounds = self.rounds.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self
            .round_done
            .wait_timeout_while(rounds, timeout, |rounds| rounds.done < wish);
        waited.unwrap_or_else(PoisonError::into_inner).0.done >= wish
    }

    /// The last wish to have everything read; it is for a round that begins now to grant it.
    pub(crate) fn begin_round(&self) -> Option<u64> {
        let rounds = self.rounds.lock().unwrap_or_else(PoisonError::into_inner);
        (rounds.asked > rounds.done).then_some(rounds.asked)
    }

    /// Everything was read that was on disk when the wish was taken up.
    pub(crate) fn end_round(&self, wish: u64) {
        let mut rounds = self.rounds.lock().unwrap_or_else(PoisonError::into_inner);
        rounds.done = rounds.done.max(wish);
        drop(rounds);
        self.round_done.notify_all();
    }

    /// Sleeps, but not past the end. Returns whether the index is closed.
    pub(crate) fn sleep(&self, pause: Duration) -> bool {
        let closed = self.closed.lock().unwrap_or_else(PoisonError::into_inner);
        let outcome = self
            .closing
            .wait_timeout_while(closed, pause, |closed| !*closed);
        *outcome.unwrap_or_else(PoisonError::into_inner).0
    }
}
