//! The answer to a question for curves: one tag of many runs, as a column frame (`spec/api.md`, POST /api/scalars).

use std::cmp::Ordering;
use std::collections::HashSet;
use std::sync::Arc;

use rayon::prelude::*;
use serde::Serialize;

use crate::ascending::{Ascending, X};
use crate::attempts::{Parts, Snapshot};
use crate::catalog::{Catalog, Run};
use crate::downsample::{Grid, vertices};
use crate::frame::{Column, encode};
use crate::points::Columns;
use crate::smoothing::smooth;
use crate::summary;
use crate::superseding::{Attempt, Attempts};

/// Vertices in one answer, about; the width gives way.
const BUDGET: usize = 2_000_000;

/// What x is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Axis {
    /// The step.
    Step,
    /// Seconds since the run's first wall time.
    Relative,
    /// Seconds since 1970.
    Wall,
}

/// A question for the curves of one tag.
#[derive(Debug, Clone)]
pub struct Query {
    /// The tag; its kind is scalar.
    pub tag: String,
    /// Ids, or none for every run. Unknown ones are left out, repeated ones count once.
    pub runs: Option<Vec<String>>,
    /// What x is.
    pub axis: Axis,
    /// Left edge of the picture; none for the lowest x.
    pub x_min: Option<f64>,
    /// Right edge of the picture; none for the highest x.
    pub x_max: Option<f64>,
    /// Pixel columns of the picture, at least 1.
    pub width: usize,
    /// Weight of what came before, in [0, 1); 0 for none.
    pub smoothing: f64,
    /// Whether points count that a later attempt superseded.
    pub attempts: Attempts,
}

/// Why a question cannot be answered.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum QueryError {
    /// No picture has that width.
    #[error("expected a width of at least 1 pixel column, found 0")]
    Width,
    /// The weight is out of range.
    #[error("expected smoothing of at least 0 and below 1, found {0}")]
    Smoothing(f64),
    /// An edge is no number.
    #[error("expected finite x_min and x_max with x_min <= x_max, found {0:?} and {1:?}")]
    Range(f64, f64),
}

#[derive(Serialize)]
struct Metadata<'a> {
    version: u64,
    tag: &'a str,
    axis: Axis,
    smoothing: f64,
    attempts: Attempts,
    width: usize,
    x_min: Option<f64>,
    x_max: Option<f64>,
    series: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    run: &'a str,
    attempt: usize,
    attempts: usize,
    start: usize,
    length: usize,
    points: usize,
    superseded: usize,
    superseded_from: Option<i64>,
    non_finite: usize,
    first_wall_time: Option<f64>,
}

/// Points and extent of one attempt, to lay out the picture before anything is drawn.
struct Extent {
    points: usize,
    x_min: f64,
    x_max: f64,
}

/// The vertices of one run's attempts.
#[derive(Default)]
struct Drawn<'a> {
    entries: Vec<Entry<'a>>,
    steps: Vec<i64>,
    wall_times: Vec<f64>,
    values: Vec<f64>,
    smoothed: Vec<f64>,
}

/// Answers `query` from the runs of `catalog`, as of `version`.
///
/// # Errors
/// When the query makes no sense.
pub(crate) fn answer(
    catalog: &Catalog,
    version: u64,
    query: &Query,
) -> Result<Vec<u8>, QueryError> {
    check(query)?;
    let runs: Vec<&Arc<Run>> = match &query.runs {
        Some(ids) => {
            let mut seen = HashSet::new();
            ids.iter()
                .filter(|id| seen.insert(id.as_str()))
                .filter_map(|id| catalog.get(id))
                .collect()
        }
        None => catalog.runs.iter().collect(),
    };
    let extents: Vec<Extent> = runs
        .par_iter()
        .flat_map_iter(|run| extents(run, query))
        .collect();
    let edges = extents
        .iter()
        .map(|extent| (extent.x_min, extent.x_max))
        .reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)));
    let x_min = query.x_min.or(edges.map(|(low, _)| low));
    let x_max = query.x_max.or(edges.map(|(_, high)| high));
    let grid = Grid {
        x_min: x_min.unwrap_or(f64::NEG_INFINITY),
        x_max: x_max.unwrap_or(f64::INFINITY),
        width: affordable_width(&extents, query),
    };
    let drawn: Vec<Drawn<'_>> = runs.par_iter().map(|run| draw(run, query, &grid)).collect();
    let mut all = Drawn::default();
    for mut run in drawn {
        for entry in &mut run.entries {
            entry.start += all.steps.len();
        }
        all.entries.append(&mut run.entries);
        all.steps.append(&mut run.steps);
        all.wall_times.append(&mut run.wall_times);
        all.values.append(&mut run.values);
        all.smoothed.append(&mut run.smoothed);
    }
    let metadata = Metadata {
        version,
        tag: &query.tag,
        axis: query.axis,
        smoothing: query.smoothing,
        attempts: query.attempts,
        width: grid.width,
        x_min,
        x_max,
        series: all.entries,
    };
    let mut columns = vec![
        ("step", Column::I64(all.steps)),
        ("wall_time", Column::F64(all.wall_times)),
        ("value", Column::F64(all.values)),
    ];
    if query.smoothing > 0.0 {
        columns.push(("smoothed", Column::F64(all.smoothed)));
    }
    Ok(encode(&metadata, &columns).expect("numbers and text serialise"))
}

fn check(query: &Query) -> Result<(), QueryError> {
    if query.width == 0 {
        return Err(QueryError::Width);
    }
    if !(0.0..1.0).contains(&query.smoothing) {
        return Err(QueryError::Smoothing(query.smoothing));
    }
    let (low, high) = (
        query.x_min.unwrap_or(f64::MIN),
        query.x_max.unwrap_or(f64::MAX),
    );
    if !low.is_finite() || !high.is_finite() || low > high {
        return Err(QueryError::Range(low, high));
    }
    Ok(())
}

/// The widest picture, up to the one asked for, whose vertices fit the budget.
fn affordable_width(extents: &[Extent], query: &Query) -> usize {
    let a_column = if query.smoothing > 0.0 { 6 } else { 4 };
    let cost = |width: usize| {
        extents
            .iter()
            .map(|extent| extent.points.min(width.saturating_mul(a_column)))
            .sum::<usize>()
    };
    if cost(query.width) <= BUDGET {
        return query.width;
    }
    let (mut fits, mut fails) = (1, query.width);
    while fails - fits > 1 {
        let middle = usize::midpoint(fits, fails);
        if cost(middle) <= BUDGET {
            fits = middle;
        } else {
            fails = middle;
        }
    }
    fits
}

fn extents(run: &Run, query: &Query) -> Vec<Extent> {
    let snapshot = Snapshot::of(run);
    snapshot
        .attempts_of(&query.tag, query.attempts)
        .iter()
        .filter_map(|Attempt { parts, .. }| {
            let whole = parts
                .iter()
                .filter_map(|(file, range)| snapshot.extent(*file, &query.tag, range))
                .reduce(summary::Extent::and)?;
            let origin = origin(query.axis, snapshot.first_wall_time());
            let (x_min, x_max) = match query.axis {
                Axis::Step => (whole.min_step as f64, whole.max_step as f64),
                Axis::Relative | Axis::Wall => {
                    (whole.min_wall_time - origin, whole.max_wall_time - origin)
                }
            };
            Some(Extent {
                points: parts.iter().map(|(_, range)| range.len()).sum(),
                x_min,
                x_max,
            })
        })
        .collect()
}

fn draw<'a>(run: &'a Run, query: &Query, grid: &Grid) -> Drawn<'a> {
    let snapshot = Snapshot::of(run);
    let mut drawn = Drawn::default();
    for attempt in snapshot.attempts_of(&query.tag, query.attempts) {
        let non_finite = attempt
            .parts
            .iter()
            .map(|(file, range)| snapshot.non_finite(*file, &query.tag, range))
            .sum();
        let start = drawn.steps.len();
        if !attempt.parts.is_empty() && drawn.add(&snapshot, query, grid, &attempt.parts).is_none()
        {
            continue;
        }
        drawn.entries.push(Entry {
            run: &run.id,
            attempt: attempt.number,
            attempts: snapshot.attempts,
            start,
            length: drawn.steps.len() - start,
            points: attempt.points,
            superseded: attempt.superseded,
            superseded_from: attempt.superseded_from,
            non_finite,
            first_wall_time: snapshot.first_wall_time(),
        });
    }
    drawn
}

impl Drawn<'_> {
    /// Adds the vertices of an attempt. None if the cache does not hold what was written to it.
    fn add(
        &mut self,
        snapshot: &Snapshot<'_>,
        query: &Query,
        grid: &Grid,
        parts: &Parts,
    ) -> Option<()> {
        let origin = origin(query.axis, snapshot.first_wall_time());
        // Smoothing looks at every point; else only those in the picture are unpacked.
        if query.smoothing == 0.0 {
            let range = (grid.x_min, grid.x_max);
            let narrowed = snapshot.narrowed(&query.tag, parts, range, |extent| match query.axis {
                Axis::Step => (
                    extent.min_step as f64,
                    extent.max_step as f64,
                    extent.steps_ascend,
                ),
                Axis::Relative | Axis::Wall => (
                    extent.min_wall_time - origin,
                    extent.max_wall_time - origin,
                    extent.wall_times_ascend,
                ),
            });
            if let Some(parts) = narrowed {
                let x = match query.axis {
                    Axis::Step => X::Step,
                    Axis::Relative | Axis::Wall => X::WallTime(origin),
                };
                let pieces = snapshot.pieces(&query.tag, &parts)?;
                let Ok(mut vertices) = Ascending::new(pieces, x).vertices(grid) else {
                    snapshot.distrust(&parts);
                    return None;
                };
                self.steps.append(&mut vertices.steps);
                self.wall_times.append(&mut vertices.wall_times);
                self.values.append(&mut vertices.values);
                return Some(());
            }
        }
        let mut curve = Curve::gather(snapshot, &query.tag, parts)?;
        let x = curve.sort_by_x(query.axis, snapshot.first_wall_time());
        let smoothed = (query.smoothing > 0.0).then(|| smooth(&curve.0.values, query.smoothing));
        let curves: Vec<&[f64]> = [&*curve.0.values]
            .into_iter()
            .chain(smoothed.as_deref())
            .collect();
        let picked = vertices(&x, &curves, grid);
        self.steps
            .extend(picked.iter().map(|it| curve.0.steps[*it]));
        self.wall_times
            .extend(picked.iter().map(|it| curve.0.wall_times[*it]));
        self.values
            .extend(picked.iter().map(|it| curve.0.values[*it]));
        if let Some(smoothed) = smoothed {
            self.smoothed.extend(picked.iter().map(|it| smoothed[*it]));
        }
        Some(())
    }
}

/// All points of one attempt: borrowed if they lie in one file and in order, else copied.
struct Curve<'a>(Columns<'a>);

impl<'a> Curve<'a> {
    /// None if the cache does not hold what was written to it; those files are then read anew.
    fn gather(snapshot: &'a Snapshot<'_>, tag: &str, parts: &Parts) -> Option<Self> {
        let mut all: Option<Columns<'a>> = None;
        for (file, range) in parts {
            let (file, contents) = &snapshot.files[*file];
            let Ok(part) = contents.series.scalar(tag)?.columns(range.clone()) else {
                file.distrust();
                return None;
            };
            match &mut all {
                None => all = Some(part),
                Some(all) => {
                    all.steps.to_mut().extend_from_slice(&part.steps);
                    all.wall_times.to_mut().extend_from_slice(&part.wall_times);
                    all.values.to_mut().extend_from_slice(&part.values);
                }
            }
        }
        all.map(Self)
    }

    /// Brings the points in order of x, equal ones in log order, and returns x.
    fn sort_by_x(&mut self, axis: Axis, first_wall_time: Option<f64>) -> Vec<f64> {
        let origin = origin(axis, first_wall_time);
        // Steps are compared as integers: as floats, neighbours above 2^53 would be equal.
        let order = match axis {
            Axis::Step if !self.0.steps.is_sorted() => {
                Some(order_by(self.0.steps.len(), |a, b| {
                    self.0.steps[a].cmp(&self.0.steps[b])
                }))
            }
            Axis::Relative | Axis::Wall if !self.0.wall_times.is_sorted() => {
                Some(order_by(self.0.wall_times.len(), |a, b| {
                    self.0.wall_times[a].total_cmp(&self.0.wall_times[b])
                }))
            }
            _ => None,
        };
        if let Some(order) = order {
            self.0.steps = order.iter().map(|index| self.0.steps[*index]).collect();
            self.0.wall_times = order
                .iter()
                .map(|index| self.0.wall_times[*index])
                .collect();
            self.0.values = order.iter().map(|index| self.0.values[*index]).collect();
        }
        match axis {
            Axis::Step => self.0.steps.iter().map(|step| *step as f64).collect(),
            Axis::Relative | Axis::Wall => {
                self.0.wall_times.iter().map(|time| time - origin).collect()
            }
        }
    }
}

fn origin(axis: Axis, first_wall_time: Option<f64>) -> f64 {
    if axis == Axis::Relative {
        first_wall_time.unwrap_or(0.0)
    } else {
        0.0
    }
}

/// A stable order of indices.
fn order_by(length: usize, compare: impl Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut order: Vec<usize> = (0..length).collect();
    order.sort_by(|a, b| compare(*a, *b));
    order
}
