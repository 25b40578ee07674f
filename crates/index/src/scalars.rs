//! The answer to a question for curves: some tags of some runs, as a column frame (`spec/api.md`, POST /api/scalars).

use std::sync::Arc;

use rayon::prelude::*;
use serde::Serialize;

use crate::ascending::{Ascending, X};
use crate::attempts::{Parts, Snapshot};
use crate::baseline::{Baseline, Reference, keys, references};
use crate::catalog::{Catalog, Run};
use crate::downsample::{Grid, vertices};
use crate::frame::{Column, encode};
use crate::parts::sort_by_x;
use crate::picture::{Extent, Head, Picture, span, within_budget};
use crate::quantiles::Quantiles;
use crate::query::{Axis, Incomplete, QueryError, View, check_smoothing, distinct, runs_of};
use crate::said;
use crate::smoothing::Smoothing;
use crate::superseding::Attempts;

/// Vertices in one answer at most; the width gives way.
const BUDGET: usize = 2_000_000;

/// A question for the curves of some tags.
#[derive(Debug, Clone)]
pub struct ScalarQuery {
    /// Tags, whose kind is scalar. Repeated ones count once.
    pub tags: Vec<String>,
    /// Ids, or none for every run. Unknown ones are left out, repeated ones count once.
    pub runs: Option<Vec<String>>,
    /// The picture of each tag.
    pub view: View,
    /// How curves are smoothed; none for as they are.
    pub smoothing: Option<Smoothing>,
    /// Whether points count that a later attempt superseded.
    pub attempts: Attempts,
    /// What curves are compared with; none for as they are.
    pub baseline: Option<Baseline>,
    /// Whether to tell how the values are spread.
    pub quantiles: bool,
}

#[derive(Serialize)]
struct Metadata<'a> {
    #[serde(flatten)]
    head: Head<'a>,
    attempts: Attempts,
    series: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    run: &'a str,
    tag: &'a str,
    attempt: usize,
    attempts: usize,
    start: usize,
    length: usize,
    points: usize,
    superseded: usize,
    superseded_from: Option<i64>,
    thinned: bool,
    non_finite: u64,
    first_non_finite_step: Option<i64>,
    last_non_finite_step: Option<i64>,
    first_wall_time: Option<f64>,
    quantiles: Option<Quantiles>,
}

/// A run that has a tag, and the extent of each attempt.
struct Asked<'a> {
    run: &'a Run,
    /// Place of its tag.
    tag: usize,
    extents: Vec<Extent>,
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

/// What became of an attempt's points in the picture.
#[derive(Default)]
struct Added {
    /// Whether some were left out.
    thinned: bool,
    /// How they are spread, if that was asked for.
    quantiles: Option<Quantiles>,
}

/// Answers `query` from the runs of `catalog`, as of `version`.
///
/// # Errors
/// When the query makes no sense.
pub(crate) fn answer(
    catalog: &Catalog,
    version: u64,
    query: &ScalarQuery,
) -> Result<Vec<u8>, QueryError> {
    query.view.check()?;
    check_smoothing(query.smoothing)?;
    let tags = distinct(&query.tags);
    let runs = runs_of(catalog, query.runs.as_deref());
    let pairs: Vec<(usize, &Arc<Run>)> = (0..tags.len())
        .flat_map(|tag| runs.iter().map(move |run| (tag, *run)))
        .collect();
    let incomplete = Incomplete::default();
    let asked: Vec<Asked<'_>> = pairs
        .into_par_iter()
        .filter_map(|(tag, run)| {
            let extents = extents(run, tags[tag], query, &incomplete)?;
            Some(Asked { run, tag, extents })
        })
        .collect();
    let pictures: Vec<Picture<'_>> = tags
        .iter()
        .enumerate()
        .map(|(place, tag)| {
            let of_tag = || asked.iter().filter(|asked| asked.tag == place);
            let extents = of_tag().flat_map(|asked| asked.extents.iter().copied());
            let said = said::of_runs(of_tag().map(|asked| asked.run), tag);
            Picture::of(tag, &query.view, extents, said)
        })
        .collect();
    // Attempts are smoothed one by one, as those of other runs are.
    let attempts = |snapshot: &Snapshot<'_>, tag: &str| {
        let attempts = snapshot.attempts_of(tag, Attempts::Latest);
        attempts.into_iter().map(|it| it.parts).collect()
    };
    let how = (query.view.axis, query.smoothing);
    let baseline = query.baseline.as_ref();
    let references = references(catalog, baseline, &tags, how, &incomplete, attempts);
    let points: Vec<usize> = asked
        .iter()
        .flat_map(|asked| asked.extents.iter().map(|extent| extent.points))
        .collect();
    let a_column = if query.smoothing.is_some() { 6 } else { 4 };
    let (width, drawn) = within_budget(
        &query.view,
        &points,
        a_column,
        BUDGET,
        |width| {
            let drawn = asked.par_iter().map(|asked| {
                let grid = pictures[asked.tag].grid(width);
                let reference = references[asked.tag].as_ref();
                draw(
                    asked.run,
                    tags[asked.tag],
                    query,
                    &grid,
                    reference,
                    &incomplete,
                )
            });
            drawn.collect()
        },
        |drawn: &Drawn<'_>| drawn.steps.len(),
    );
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
    let head = Head {
        version,
        axis: query.view.axis,
        smoothing: query.smoothing,
        baseline: query.baseline.as_ref(),
        width_asked: query.view.width,
        width,
        vertex_budget: BUDGET,
        vertices: all.steps.len(),
        pictures,
        incomplete: incomplete.runs(),
    };
    let metadata = Metadata {
        head,
        attempts: query.attempts,
        series: all.entries,
    };
    let mut columns = vec![
        ("step", Column::I64(all.steps)),
        ("wall_time", Column::F64(all.wall_times)),
        ("value", Column::F64(all.values)),
    ];
    if query.smoothing.is_some() {
        columns.push(("smoothed", Column::F64(all.smoothed)));
    }
    Ok(encode(&metadata, &columns).expect("numbers and text serialise"))
}

/// None if the run does not have the tag.
fn extents<'a>(
    run: &'a Run,
    tag: &str,
    query: &ScalarQuery,
    incomplete: &Incomplete<'a>,
) -> Option<Vec<Extent>> {
    let snapshot = Snapshot::of(run);
    let attempts = snapshot.attempts_of(tag, query.attempts);
    let extents = attempts
        .iter()
        .filter_map(|it| Extent::of(&snapshot, tag, &it.parts, query.view.axis))
        .collect();
    incomplete.note(run, &snapshot);
    (!attempts.is_empty()).then_some(extents)
}

fn draw<'a>(
    run: &'a Run,
    tag: &'a str,
    query: &ScalarQuery,
    grid: &Grid,
    reference: Option<&Reference>,
    incomplete: &Incomplete<'a>,
) -> Drawn<'a> {
    let snapshot = Snapshot::of(run);
    let mut drawn = Drawn::default();
    for attempt in snapshot.attempts_of(tag, query.attempts) {
        let parts = &attempt.parts;
        let start = drawn.steps.len();
        let Some(added) = drawn.add(&snapshot, tag, query, grid, reference, parts) else {
            continue;
        };
        let extremes = snapshot.extremes(tag, parts);
        let last_non_finite_step = match extremes.non_finite() {
            0 => None,
            _ => snapshot.last_non_finite_step(tag, parts),
        };
        drawn.entries.push(Entry {
            run: &run.id,
            tag,
            attempt: attempt.number,
            attempts: snapshot.attempts,
            start,
            length: drawn.steps.len() - start,
            points: attempt.points,
            superseded: attempt.superseded,
            superseded_from: attempt.superseded_from,
            thinned: added.thinned,
            non_finite: extremes.non_finite(),
            first_non_finite_step: extremes.first_non_finite_step,
            last_non_finite_step,
            first_wall_time: snapshot.first_wall_time(),
            quantiles: added.quantiles,
        });
    }
    incomplete.note(run, &snapshot);
    drawn
}

impl Drawn<'_> {
    /// Adds the vertices of an attempt. None if the cache does not hold what was written to it.
    fn add(
        &mut self,
        snapshot: &Snapshot<'_>,
        tag: &str,
        query: &ScalarQuery,
        grid: &Grid,
        reference: Option<&Reference>,
        parts: &Parts,
    ) -> Option<Added> {
        if parts.is_empty() {
            return Some(Added::default());
        }
        let axis = query.view.axis;
        let origin = axis.origin(snapshot.first_wall_time());
        let range = (grid.x_min, grid.x_max);
        // Smoothing looks at every point; else only those in the picture are unpacked.
        let narrowed = match query.smoothing {
            None => snapshot.narrowed(tag, parts, range, |it| span(it, axis, origin)),
            Some(_) => None,
        };
        if query.baseline.is_none()
            && !query.quantiles
            && let Some(parts) = &narrowed
        {
            let x = match axis {
                Axis::Step => X::Step,
                Axis::Relative | Axis::Wall => X::WallTime(origin),
            };
            let pieces = snapshot.pieces(tag, parts)?;
            let Ok(mut vertices) = Ascending::new(pieces, x).vertices(grid) else {
                snapshot.distrust_all(parts);
                return None;
            };
            self.steps.append(&mut vertices.steps);
            self.wall_times.append(&mut vertices.wall_times);
            self.values.append(&mut vertices.values);
            return Some(Added {
                thinned: vertices.thinned,
                quantiles: None,
            });
        }
        let mut curve = snapshot.gather(tag, narrowed.as_ref().unwrap_or(parts))?;
        let x = sort_by_x(&mut curve, axis, origin);
        let mut smoothed = query.smoothing.map(|it| it.apply(&x, &curve.values));
        if query.baseline.is_some() {
            let compare = |values: &mut [f64], are_smoothed: bool| match reference {
                Some(it) => it.compare(keys(axis, &curve.steps, &x), values, are_smoothed),
                None => values.fill(f64::NAN),
            };
            compare(curve.values.to_mut(), false);
            if let Some(smoothed) = &mut smoothed {
                compare(smoothed, true);
            }
        }
        let curves: Vec<&[f64]> = [&*curve.values]
            .into_iter()
            .chain(smoothed.as_deref())
            .collect();
        let picked = vertices(&x, &curves, grid);
        let quantiles = query.quantiles.then(|| {
            let from = x.partition_point(|x| *x < grid.x_min);
            let to = x.partition_point(|x| *x <= grid.x_max).max(from);
            Quantiles::of(&curves[curves.len() - 1][from..to])
        });
        self.steps.extend(picked.iter().map(|it| curve.steps[*it]));
        self.wall_times
            .extend(picked.iter().map(|it| curve.wall_times[*it]));
        self.values
            .extend(picked.iter().map(|it| curve.values[*it]));
        if let Some(smoothed) = smoothed {
            self.smoothed.extend(picked.iter().map(|it| smoothed[*it]));
        }
        // Those of the picture follow each other: whatever is passed over was left out.
        let thinned = match *picked {
            [first, .., last] => last - first >= picked.len(),
            _ => false,
        };
        Some(Added {
            thinned,
            quantiles: quantiles.flatten(),
        })
    }
}
