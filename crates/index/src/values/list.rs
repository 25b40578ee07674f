//! Where the values of series lie (`spec/api.md`, POST /api/values).

use std::collections::HashSet;
use std::sync::Arc;

use lightboard_events::Kind;
use serde::Serialize;

use super::{Described, described};
use crate::attempts::Snapshot;
use crate::catalog::{Catalog, Run};
use crate::frame::{Column, encode};
use crate::superseding::Attempts;

/// Values in one list of several series; a single series may have more.
const MAX_LISTED: usize = 2_000_000;

/// Why there is no list of values.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ListError {
    /// There are too many for one answer.
    #[error(
        "expected series of at most {MAX_LISTED} values together, found {0}: ask for fewer runs"
    )]
    TooMany(usize),
    /// The cache was damaged and the event files are still being read instead.
    #[error("the cache is damaged and its event files are being read anew: ask again later")]
    ReadAnew,
}

#[derive(Serialize)]
struct ListHeader<'a> {
    version: u64,
    tag: &'a str,
    kind: &'static str,
    series: Vec<Listed>,
}

/// One run's series.
#[derive(Serialize)]
struct Listed {
    run: String,
    attempts: usize,
    start: usize,
    length: usize,
    files: Vec<ListedFile>,
    #[serde(flatten)]
    described: Described,
}

#[derive(Serialize)]
struct ListedFile {
    id: String,
    name: String,
}

#[derive(Default)]
struct ListColumns {
    attempts: Vec<u32>,
    steps: Vec<i64>,
    wall_times: Vec<f64>,
    files: Vec<u32>,
    offsets: Vec<i64>,
    indices: Vec<u32>,
}

/// The column frame of POST /api/values.
pub(crate) fn list(
    catalog: &Catalog,
    version: u64,
    tag: &str,
    kind: Kind,
    runs: Option<&[String]>,
    attempts: Attempts,
) -> Result<Vec<u8>, ListError> {
    let mut columns = ListColumns::default();
    let mut series = Vec::new();
    for run in chosen(catalog, runs) {
        let Some(listed) = list_run(run, (tag, kind), attempts, &mut columns)? else {
            continue;
        };
        series.push(listed);
        if columns.steps.len() > MAX_LISTED && series.len() > 1 {
            return Err(ListError::TooMany(columns.steps.len()));
        }
    }
    let header = ListHeader {
        version,
        tag,
        kind: kind.as_str(),
        series,
    };
    let columns = [
        ("attempt", Column::U32(columns.attempts)),
        ("step", Column::I64(columns.steps)),
        ("wall_time", Column::F64(columns.wall_times)),
        ("file", Column::U32(columns.files)),
        ("offset", Column::I64(columns.offsets)),
        ("index", Column::U32(columns.indices)),
    ];
    Ok(encode(&header, &columns).expect("numbers and text serialise"))
}

/// The runs that are asked for, in the order of the request; unknown and repeated ids are left out.
fn chosen<'a>(catalog: &'a Catalog, runs: Option<&[String]>) -> Vec<&'a Arc<Run>> {
    let Some(ids) = runs else {
        return catalog.runs.iter().collect();
    };
    let mut seen = HashSet::new();
    let new = ids.iter().filter(|id| seen.insert(*id));
    new.filter_map(|id| catalog.get(id)).collect()
}

fn list_run(
    run: &Run,
    (tag, kind): (&str, Kind),
    asked: Attempts,
    columns: &mut ListColumns,
) -> Result<Option<Listed>, ListError> {
    let snapshot = Snapshot::of(run);
    let attempts = snapshot.attempts_of_kind((tag, kind), asked);
    if snapshot.take_unread() {
        return Err(ListError::ReadAnew);
    }
    if attempts.is_empty() {
        return Ok(None);
    }
    let start = columns.steps.len();
    let mut files = Vec::new();
    let mut places = vec![None; snapshot.files.len()];
    for attempt in attempts {
        for (place, range) in attempt.parts {
            let (file, contents) = &snapshot.files[place];
            let (Some(series), Some(id)) = (contents.series.get(tag, kind), &contents.file_id)
            else {
                continue;
            };
            let Some(Ok(part)) = series.values().map(|points| points.columns(range)) else {
                file.distrust();
                return Err(ListError::ReadAnew);
            };
            let file = *places[place].get_or_insert_with(|| {
                files.push(ListedFile {
                    id: id.clone(),
                    name: file.name.clone(),
                });
                files.len() as u32 - 1
            });
            columns.steps.extend_from_slice(&part.steps);
            columns.wall_times.extend_from_slice(&part.wall_times);
            for location in part.values.iter() {
                columns.offsets.push(location.offset as i64);
                columns.indices.push(location.index);
            }
            columns.files.resize(columns.steps.len(), file);
        }
        let length = columns.steps.len();
        columns.attempts.resize(length, attempt.number as u32);
    }
    let attempts = snapshot.attempts;
    // Nobody waits for the disk with a run held still.
    drop(snapshot);
    Ok(Some(Listed {
        run: run.id.clone(),
        attempts,
        start,
        length: columns.steps.len() - start,
        files,
        described: described(run, tag, kind),
    }))
}

impl ListError {
    /// The code for it in every interface.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooMany(_) => "too_many_values",
            Self::ReadAnew => "read_anew",
        }
    }
}
