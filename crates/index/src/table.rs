//! The answer to a question for a table: what became of some tags in some runs (`spec/api.md`, POST /api/table).

use std::collections::BTreeSet;

use rayon::prelude::*;
use serde::Serialize;

use crate::attempts::Snapshot;
use crate::catalog::{Catalog, Run};
use crate::frame::{Column, encode};
use crate::query::{Incomplete, distinct, runs_of};
use crate::summary::Extremes;

/// A question for a table.
#[derive(Debug, Clone)]
pub struct TableQuery {
    /// Tags, whose kind is scalar. Repeated ones count once.
    pub tags: Vec<String>,
    /// Ids, or none for every run. Unknown ones are left out, repeated ones count once.
    pub runs: Option<Vec<String>>,
    /// The step at which values are asked for, if they are.
    pub at_step: Option<i64>,
}

#[derive(Serialize)]
struct Metadata<'a> {
    version: u64,
    tags: Vec<&'a String>,
    runs: Vec<&'a str>,
    at_step: Option<i64>,
    incomplete: BTreeSet<&'a str>,
}

/// One tag of one run. Without points everything is zero or none.
#[derive(Default)]
struct Cell {
    count: usize,
    extremes: Extremes,
    /// Step, wall time, value.
    last: Option<(i64, f64, f64)>,
    at: Option<(i64, f64, f64)>,
}

/// Answers `query` from the runs of `catalog`, as of `version`.
pub(crate) fn answer(catalog: &Catalog, version: u64, query: &TableQuery) -> Vec<u8> {
    let tags = distinct(&query.tags);
    let runs = runs_of(catalog, query.runs.as_deref());
    let incomplete = Incomplete::default();
    let cells: Vec<Cell> = runs
        .par_iter()
        .flat_map_iter(|run| of_run(run, &tags, query.at_step, &incomplete))
        .collect();
    let metadata = Metadata {
        version,
        tags,
        runs: runs.iter().map(|run| &*run.id).collect(),
        at_step: query.at_step,
        incomplete: incomplete.runs(),
    };
    let columns = columns(&cells, query.at_step.is_some());
    encode(&metadata, &columns).expect("numbers and text serialise")
}

fn of_run<'a>(
    run: &'a Run,
    tags: &[&String],
    at_step: Option<i64>,
    incomplete: &Incomplete<'a>,
) -> Vec<Cell> {
    let snapshot = Snapshot::of(run);
    let cell = |tag: &&String| {
        let parts = snapshot.latest(tag);
        let count = parts.iter().map(|(_, range)| range.len()).sum();
        let cell = Cell {
            count,
            extremes: snapshot.extremes(tag, &parts),
            last: snapshot.last(tag, &parts),
            at: at_step.and_then(|at| snapshot.in_force(tag, &parts, at)),
        };
        if incomplete.note(run, &snapshot) {
            return Cell {
                count,
                ..Cell::default()
            };
        }
        cell
    };
    tags.iter().map(cell).collect()
}

fn columns(cells: &[Cell], with_at: bool) -> Vec<(&'static str, Column)> {
    let integers = |of: &dyn Fn(&Cell) -> Option<i64>| {
        Column::I64(cells.iter().map(|cell| of(cell).unwrap_or(0)).collect())
    };
    let floats = |of: &dyn Fn(&Cell) -> Option<f64>| {
        Column::F64(
            cells
                .iter()
                .map(|cell| of(cell).unwrap_or(f64::NAN))
                .collect(),
        )
    };
    let mut columns = vec![
        ("count", integers(&|it| Some(it.count as i64))),
        ("last_step", integers(&|it| Some(it.last?.0))),
        ("last_wall_time", floats(&|it| Some(it.last?.1))),
        ("last_value", floats(&|it| Some(it.last?.2))),
        ("min_step", integers(&|it| Some(it.extremes.lowest?.step))),
        ("min_value", floats(&|it| Some(it.extremes.lowest?.value))),
        ("max_step", integers(&|it| Some(it.extremes.highest?.step))),
        ("max_value", floats(&|it| Some(it.extremes.highest?.value))),
        (
            "non_finite",
            integers(&|it| Some(it.extremes.non_finite() as i64)),
        ),
        (
            "first_non_finite_step",
            integers(&|it| it.extremes.first_non_finite_step),
        ),
    ];
    if with_at {
        columns.extend([
            ("at_step", integers(&|it| Some(it.at?.0))),
            ("at_wall_time", floats(&|it| Some(it.at?.1))),
            ("at_value", floats(&|it| Some(it.at?.2))),
        ]);
    }
    columns
}
