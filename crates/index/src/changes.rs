//! Changes: a version that grows with every published change, and what changed since an earlier one.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::Serialize;

/// Pairs of run and series that one answer names; where more changed, it says "any series" of these runs.
const NAMED: usize = 10_000;
/// Runs that are gone and remembered. A client that has not heard of older ones fetches everything again.
const GONE: usize = 10_000;

/// What a walk changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Change {
    /// Ids of runs that are new or have other files.
    pub(crate) runs: BTreeSet<String>,
    /// Ids of runs that are gone.
    pub(crate) removed: BTreeSet<String>,
    /// The list of tags changed.
    pub(crate) tags: bool,
    /// Everything may have changed.
    pub(crate) all: bool,
}

/// Series of a run that changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Touched {
    /// Those with these tags; without any, only the run's state.
    Series(Vec<Arc<str>>),
    /// Perhaps every one.
    Any,
}

/// The body of a `change` event (`spec/api.md`).
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct ChangesSince {
    pub(crate) version: u64,
    runs: Vec<String>,
    series: BTreeMap<String, Vec<usize>>,
    any_series: Vec<usize>,
    removed: Vec<String>,
    tags: bool,
    all: bool,
}

/// The published changes.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    log: Mutex<Log>,
    news: Condvar,
}

/// For each thing the version that its last change leads to: bounded by what there is, however long nobody asks.
#[derive(Debug, Default)]
struct Log {
    version: u64,
    /// Something was noted that the version does not count yet.
    noted: bool,
    runs: BTreeMap<String, RunLog>,
    removed: BTreeMap<String, u64>,
    tags: u64,
    all: u64,
    closed: bool,
}

#[derive(Debug, Default)]
struct RunLog {
    changed: u64,
    any_series: u64,
    /// Later than `any_series`.
    series: HashMap<Arc<str>, u64>,
}

impl Log {
    fn note(&mut self, run: String, touched: &Touched) {
        let next = self.version + 1;
        self.noted = true;
        let log = match self.runs.entry(run) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => {
                self.removed.remove(new.key());
                new.insert(RunLog::default())
            }
        };
        log.changed = next;
        match touched {
            Touched::Any => {
                log.any_series = next;
                log.series = HashMap::new();
            }
            Touched::Series(_) if log.any_series == next => {}
            Touched::Series(tags) => {
                for tag in tags {
                    match log.series.get_mut(&**tag) {
                        Some(changed) => *changed = next,
                        None => drop(log.series.insert(Arc::clone(tag), next)),
                    }
                }
            }
        }
    }

    fn remove(&mut self, run: String) {
        self.noted = true;
        self.runs.remove(&run);
        self.removed.insert(run, self.version + 1);
        if self.removed.len() > GONE {
            self.removed.clear();
            self.all = self.version + 1;
        }
    }

    fn publish(&mut self) {
        self.version += 1;
        self.noted = false;
    }
}

impl Changes {
    fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn version(&self) -> u64 {
        self.log().version
    }

    /// Notes what changed of a run, and whether the list of tags did, for the next version.
    pub(crate) fn note(&self, run: &str, touched: &Touched, tags: bool) {
        let mut log = self.log();
        log.note(run.to_owned(), touched);
        if tags {
            log.tags = log.version + 1;
        }
    }

    /// Publishes what was noted, if anything was.
    pub(crate) fn publish_noted(&self) {
        let mut log = self.log();
        if log.noted {
            log.publish();
            self.news.notify_all();
        }
    }

    /// Publishes `change`, even an empty one, with all that was noted.
    pub(crate) fn publish(&self, change: Change) {
        let mut log = self.log();
        for run in change.runs {
            log.note(run, &Touched::Any);
        }
        for run in change.removed {
            log.remove(run);
        }
        let next = log.version + 1;
        if change.tags {
            log.tags = next;
        }
        if change.all {
            log.all = next;
        }
        log.publish();
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

    /// All that changed after `version`. What was noted but not published yet may be told now and once more.
    pub(crate) fn since(&self, version: u64) -> ChangesSince {
        let log = self.log();
        let mut since = ChangesSince {
            version: log.version,
            tags: log.tags > version,
            all: log.all > version || version > log.version,
            ..ChangesSince::default()
        };
        let mut named = 0;
        for (run, changes) in &log.runs {
            if changes.changed <= version {
                continue;
            }
            let place = since.runs.len();
            since.runs.push(run.clone());
            if changes.any_series > version {
                since.any_series.push(place);
                continue;
            }
            for (tag, changed) in &changes.series {
                if *changed > version && named <= NAMED {
                    named += 1;
                    match since.series.get_mut(&**tag) {
                        Some(runs) => runs.push(place),
                        None => drop(since.series.insert(tag.to_string(), vec![place])),
                    }
                }
            }
        }
        let removed = log.removed.iter().filter(|(_, gone)| **gone > version);
        since.removed = removed.map(|(run, _)| run.clone()).collect();
        drop(log);
        if named > NAMED {
            since.series.clear();
            since.any_series = (0..since.runs.len()).collect();
        }
        since
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::{Change, Changes, ChangesSince, GONE, NAMED, Touched};

    fn change(runs: &[&str], removed: &[&str]) -> Change {
        let ids = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect();
        Change {
            runs: ids(runs),
            removed: ids(removed),
            ..Change::default()
        }
    }

    fn series(tags: &[&str]) -> Touched {
        Touched::Series(tags.iter().map(|tag| Arc::from(*tag)).collect())
    }

    fn shown(since: &ChangesSince) -> String {
        let mut shown = serde_json::to_value(since).expect("JSON");
        let members = shown.as_object_mut().expect("an object");
        members.retain(|_, value| *value != false && *value != serde_json::json!([]));
        shown.to_string().replace('"', "")
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
        let after_two = "{any_series:[0],removed:[b],runs:[a],series:{},tags:true,version:3}";
        assert_eq!(shown(&changes.since(2)), after_two);
        let after_none = "{any_series:[0,1],removed:[b],runs:[a,c],series:{},tags:true,version:3}";
        assert_eq!(shown(&changes.since(0)), after_none);
        assert_eq!(shown(&changes.since(1)), after_none);
        assert_eq!(shown(&changes.since(3)), "{series:{},version:3}");
        assert!(changes.since(4).all);
    }

    #[test]
    fn the_series_that_changed_are_named_after_whichever_version() {
        let changes = Changes::default();
        changes.note("a", &Touched::Any, true);
        changes.note("a", &series(&["loss"]), false);
        changes.publish_noted();
        changes.publish_noted();
        changes.note("a", &series(&["loss", "lr"]), false);
        changes.note("b", &series(&["loss"]), false);
        changes.publish_noted();
        changes.note("b", &series(&[]), false);
        changes.publish_noted();
        let texts: Vec<String> = (0..4)
            .map(|version| shown(&changes.since(version)))
            .collect();
        assert_eq!(
            texts,
            [
                "{any_series:[0],runs:[a,b],series:{loss:[1]},tags:true,version:3}",
                "{runs:[a,b],series:{loss:[0,1],lr:[0]},version:3}",
                "{runs:[b],series:{},version:3}",
                "{series:{},version:3}",
            ]
        );
        changes.note("a", &Touched::Any, false);
        changes.publish_noted();
        assert_eq!(
            shown(&changes.since(3)),
            "{any_series:[0],runs:[a],series:{},version:4}"
        );
    }

    #[test]
    fn an_answer_names_a_bounded_number_of_series() {
        let changes = Changes::default();
        let names: Vec<String> = (0..NAMED).map(|tag| tag.to_string()).collect();
        let all: Vec<&str> = names.iter().map(String::as_str).collect();
        changes.note("a", &series(&all), false);
        changes.publish_noted();
        assert_eq!(changes.since(0).series.len(), NAMED);
        changes.note("b", &series(&["loss"]), false);
        changes.publish_noted();
        assert_eq!(
            shown(&changes.since(0)),
            "{any_series:[0,1],runs:[a,b],series:{},version:2}"
        );
        assert_eq!(
            shown(&changes.since(1)),
            "{runs:[b],series:{loss:[0]},version:2}"
        );
    }

    #[test]
    fn who_missed_that_too_many_runs_went_gets_all() {
        let changes = Changes::default();
        for run in 0..=GONE {
            changes.publish(change(&[], &[&run.to_string()]));
        }
        let version = changes.version();
        assert!(changes.since(version - 1).all && !changes.since(version).all);
        assert!(changes.since(0).removed.is_empty());
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
