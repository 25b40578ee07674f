//! Every point of a series as columns, for programs; and which series there are.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use lightboard_events::Kind;
use rayon::prelude::*;
use serde::{Serialize, Serializer};

use crate::attempts::Snapshot;
use crate::catalog::{Catalog, Run};
use crate::contents::Contents;
use crate::describe::json;
use crate::names::natural;
use crate::points::{Points, Value};
use crate::series::SeriesData;
use crate::superseding::Attempts;

/// Points of one scalar series: attempts in turn, log order within each.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SeriesColumns {
    /// The attempt that each point belongs to, from 0.
    pub attempts: Vec<i32>,
    /// Steps.
    pub steps: Vec<i64>,
    /// Seconds since 1970, always finite.
    pub wall_times: Vec<f64>,
    /// Values as logged.
    pub values: Vec<f64>,
}

/// Why there are no columns.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ColumnsError {
    /// Its folder is gone, or it never was.
    #[error("expected the id of a run of this index, found {0:?}: the run was removed")]
    Run(String),
    /// The files of the run do not have it.
    #[error(
        "expected the tag of a scalar series of the run {run:?}, found {tag:?}: it was removed"
    )]
    Tag {
        /// Id of the run.
        run: String,
        /// The tag.
        tag: String,
    },
    /// The cache was damaged and the event files are still being read instead.
    #[error(
        "the cache of the run {0:?} is damaged and its event files are being read anew: ask again later"
    )]
    ReadAnew(String),
}

/// What asking a run for a series gave.
pub(crate) enum Gathered {
    Columns(SeriesColumns),
    /// The files that were read so far have no scalars of the tag.
    NoSuchTag,
    /// A file must be read anew; `EventFile::distrust` was called.
    Distrusted,
}

/// The points of the run's scalars with this tag.
pub(crate) fn gather(run: &Run, tag: &str, asked: Attempts) -> Gathered {
    let snapshot = Snapshot::of(run);
    let attempts = snapshot.attempts_of(tag, asked);
    if attempts.is_empty() {
        return Gathered::NoSuchTag;
    }
    let mut all = SeriesColumns::default();
    for attempt in attempts {
        for (file, range) in attempt.parts {
            let (file, contents) = &snapshot.files[file];
            let points = contents.series.scalar(tag);
            let Some(Ok(part)) = points.map(|points| points.columns(range)) else {
                file.distrust();
                return Gathered::Distrusted;
            };
            all.steps.extend_from_slice(&part.steps);
            all.wall_times.extend_from_slice(&part.wall_times);
            all.values.extend_from_slice(&part.values);
        }
        all.attempts.resize(all.steps.len(), attempt.number as i32);
    }
    Gathered::Columns(all)
}

/// Whether everything that the run's files hold was read.
pub(crate) fn is_settled(run: &Run) -> bool {
    let settled = |contents: &Contents| contents.settled && !contents.series.is_lost();
    run.files.iter().all(|file| settled(&file.contents()))
}

#[derive(Serialize)]
struct SeriesBody {
    version: u64,
    series: Vec<Entry>,
    /// Ids of runs of which something is missing until their files are read anew: the cache is damaged.
    incomplete: Vec<String>,
}

#[derive(Serialize)]
struct Entry {
    run: String,
    tag: String,
    kind: &'static str,
    count: usize,
    last_step: Option<i64>,
    last_wall_time: Option<f64>,
    last_value: Option<Number>,
}

/// Numbers that JSON has not are text (`spec/api.md`).
struct Number(f64);

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            value if value.is_finite() => serializer.serialize_f64(value),
            value if value.is_nan() => serializer.serialize_str("NaN"),
            value if value > 0.0 => serializer.serialize_str("Infinity"),
            _ => serializer.serialize_str("-Infinity"),
        }
    }
}

/// The series of runs.
pub(crate) struct Listed(SeriesBody);

impl Listed {
    /// Ids of the runs of which something is missing until their files are read anew; `EventFile::distrust` was called.
    pub(crate) fn incomplete(&self) -> &[String] {
        &self.0.incomplete
    }

    /// The body that lists them.
    pub(crate) fn json(&self) -> Vec<u8> {
        json(&self.0)
    }
}

/// The series of `runs` (ids; none for all runs), of one tag or of all: runs in the index's order, tags in natural
/// order. What was logged last is told by the wall times of each file's last point.
pub(crate) fn list(
    catalog: &Catalog,
    version: u64,
    tag: Option<&str>,
    runs: Option<&[String]>,
) -> Listed {
    let ids = runs.map(|ids| ids.iter().collect::<HashSet<_>>());
    let asked = |run: &&Arc<Run>| ids.as_ref().is_none_or(|ids| ids.contains(&run.id));
    let found: Vec<(&Arc<Run>, Vec<Entry>, bool)> = catalog
        .runs
        .par_iter()
        .filter(asked)
        .map(|run| {
            let (entries, complete) = of_run(run, tag);
            (run, entries, complete)
        })
        .collect();
    let mut body = SeriesBody {
        version,
        series: Vec::new(),
        incomplete: Vec::new(),
    };
    for (run, mut entries, complete) in found {
        body.series.append(&mut entries);
        if !complete {
            body.incomplete.push(run.id.clone());
        }
    }
    Listed(body)
}

/// Series, and whether nothing is missing.
fn of_run(run: &Run, tag: Option<&str>) -> (Vec<Entry>, bool) {
    let mut found: HashMap<(Arc<str>, Kind), Entry> = HashMap::new();
    let mut unknown = HashSet::new();
    let mut complete = true;
    for (file, contents) in &Snapshot::of(run).files {
        complete &= contents.series.unpack();
        for series in contents.series.iter() {
            if series.data.len() == 0 || tag.is_some_and(|tag| *series.tag != *tag) {
                continue;
            }
            let last = match &series.data {
                SeriesData::Scalars(points) => last(points, |value| Some(*value)),
                SeriesData::Values(points) => last(points, |_| None),
            };
            if last.is_none() {
                file.distrust();
                complete = false;
                unknown.insert((Arc::clone(&series.tag), series.kind));
            }
            let entry = found
                .entry((Arc::clone(&series.tag), series.kind))
                .or_insert_with(|| Entry {
                    run: run.id.clone(),
                    tag: series.tag.to_string(),
                    kind: series.kind.as_str(),
                    count: 0,
                    last_step: None,
                    last_wall_time: None,
                    last_value: None,
                });
            entry.count += series.data.len();
            if let Some((step, wall_time, value)) = last
                && entry
                    .last_wall_time
                    .is_none_or(|before| before <= wall_time)
            {
                entry.last_step = Some(step);
                entry.last_wall_time = Some(wall_time);
                entry.last_value = value.map(Number);
            }
        }
    }
    // What an earlier file logged last is not what the run did.
    for series in &unknown {
        if let Some(entry) = found.get_mut(series) {
            (entry.last_step, entry.last_wall_time, entry.last_value) = (None, None, None);
        }
    }
    let mut entries: Vec<Entry> = found.into_values().collect();
    entries.sort_by(|a, b| natural(&a.tag, &b.tag).then_with(|| a.kind.cmp(b.kind)));
    (entries, complete)
}

/// Step, wall time and value of the last point; none if the cache does not hold it any more.
fn last<V: Value>(
    points: &Points<V>,
    value: fn(&V) -> Option<f64>,
) -> Option<(i64, f64, Option<f64>)> {
    let end = points.len();
    let columns = points.columns(end - 1..end).ok()?;
    Some((
        *columns.steps.first()?,
        *columns.wall_times.first()?,
        value(columns.values.first()?),
    ))
}
