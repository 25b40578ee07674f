//! Changes: a version that grows with every published change, and what changed since an earlier one.

use std::collections::{BTreeSet, VecDeque};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::Serialize;

/// Changes kept. A client that is further behind fetches everything again.
const KEPT: usize = 1024;

/// What changed: the body of a `change` event (`spec/api.md`) without its version.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Change {
    /// Ids of runs with new points, a new state or new files.
    pub(crate) runs: BTreeSet<String>,
    /// Ids of runs that are gone.
    pub(crate) removed: BTreeSet<String>,
    /// The list of tags changed.
    pub(crate) tags: bool,
    /// Everything may have changed.
    pub(crate) all: bool,
}

impl Change {
    /// Adds a later change to this one.
    pub(crate) fn add(&mut self, later: &Self) {
        for run in &later.runs {
            self.removed.remove(run);
        }
        for run in &later.removed {
            self.runs.remove(run);
        }
        self.runs.extend(later.runs.iter().cloned());
        self.removed.extend(later.removed.iter().cloned());
        self.tags |= later.tags;
        self.all |= later.all;
    }
}

/// A change with the version that it leads to.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct ChangesSince {
    version: u64,
    #[serde(flatten)]
    change: Change,
}

/// The published changes.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    log: Mutex<Log>,
    news: Condvar,
}

#[derive(Debug, Default)]
struct Log {
    version: u64,
    /// The change that led to `version` is the last.
    recent: VecDeque<Change>,
    closed: bool,
}

impl Changes {
    fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn version(&self) -> u64 {
        self.log().version
    }

    pub(crate) fn publish(&self, change: Change) {
        let mut log = self.log();
        log.version += 1;
        log.recent.push_back(change);
        if log.recent.len() > KEPT {
            log.recent.pop_front();
        }
        self.news.notify_all();
    }

    /// Lets every waiter return at once, now and later.
    pub(crate) fn close(&self) {
        self.log().closed = true;
        self.news.notify_all();
    }

    /// Blocks until the version is above `version`, the time is over, or nothing will change any more.
    pub(crate) fn wait(&self, version: u64, timeout: Duration) -> u64 {
        let waiting = |log: &mut Log| log.version <= version && !log.closed;
        let outcome = self.news.wait_timeout_while(self.log(), timeout, waiting);
        outcome.unwrap_or_else(PoisonError::into_inner).0.version
    }

    /// All changes after `version` as one.
    pub(crate) fn since(&self, version: u64) -> ChangesSince {
        let log = self.log();
        let mut change = Change::default();
        match usize::try_from(log.version.wrapping_sub(version)) {
            Ok(behind) if behind <= log.recent.len() => {
                log.recent
                    .iter()
                    .skip(log.recent.len() - behind)
                    .for_each(|later| change.add(later));
            }
            // Too old, or of another server.
            _ => change.all = true,
        }
        ChangesSince {
            version: log.version,
            change,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Change, Changes, KEPT};
    use std::time::Duration;

    fn change(runs: &[&str], removed: &[&str]) -> Change {
        let ids = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect();
        Change {
            runs: ids(runs),
            removed: ids(removed),
            ..Change::default()
        }
    }

    #[test]
    fn changes_add_up_and_the_later_one_counts() {
        let changes = Changes::default();
        changes.publish(change(&["a", "b"], &[]));
        changes.publish(change(&["c"], &["a"]));
        changes.publish(Change {
            tags: true,
            ..change(&["a"], &["b"])
        });
        assert_eq!(
            changes.since(0).change,
            Change {
                tags: true,
                ..change(&["a", "c"], &["b"])
            }
        );
        assert_eq!(
            changes.since(1).change,
            Change {
                tags: true,
                ..change(&["a", "c"], &["b"])
            }
        );
        assert_eq!(changes.since(3).change, Change::default());
        assert_eq!(changes.since(3).version, 3);
    }

    #[test]
    fn whoever_is_too_far_behind_or_from_elsewhere_gets_all() {
        let changes = Changes::default();
        (0..=KEPT).for_each(|_| changes.publish(change(&["a"], &[])));
        assert!(changes.since(0).change.all);
        assert!(!changes.since(1).change.all);
        assert!(changes.since(1_000_000).change.all);
    }

    #[test]
    fn waiting_ends_with_news_with_time_and_at_the_end() {
        let changes = Changes::default();
        assert_eq!(changes.wait(0, Duration::from_millis(1)), 0);
        std::thread::scope(|scope| {
            let waiter = scope.spawn(|| changes.wait(0, Duration::from_secs(60)));
            changes.publish(Change::default());
            assert_eq!(waiter.join().expect("waiter"), 1);
            let waiter = scope.spawn(|| changes.wait(1, Duration::from_secs(60)));
            changes.close();
            assert_eq!(waiter.join().expect("waiter"), 1);
        });
    }
}
