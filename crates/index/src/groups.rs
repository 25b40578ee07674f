//! The answer to a question for groups of runs: at each x what its runs have in common (`spec/api.md`, POST /api/groups).

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use lightboard_events::Reduce;
use rayon::prelude::*;
use serde::Serialize;

use crate::aggregate::{self, Row, Track, key_of, x_of};
use crate::attempts::Snapshot;
use crate::baseline::{Baseline, Reference, references};
use crate::block::Malformed;
use crate::catalog::{Catalog, Run};
use crate::downsample::{Grid, vertices};
use crate::frame::{Column, encode};
use crate::parts::order_by;
use crate::picture::{Extent, Head, Picture, span, within_budget};
use crate::piece::Piece;
use crate::query::{Axis, Incomplete, QueryError, View, check_smoothing, distinct, runs_of};
use crate::said;
use crate::smoothing::Smoothing;
use crate::statistics::Statistics;

/// Rows in one answer at most; the width gives way.
const BUDGET: usize = 500_000;
/// Points of one tag that the runs of one group may have in the picture: half a gigabyte while they are brought together.
const POINTS: usize = 1 << 25;
/// The same of all tags and groups together: about ten seconds of work.
const ALL_POINTS: usize = 1 << 28;
/// First and last row of a pixel column, and both extremes of each curve of [`Aggregate::curves`].
const A_COLUMN: usize = 18;

/// How runs that log at different x are brought together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Alignment {
    /// A run counts only at its own points.
    Exact,
    /// A run counts from its first point to its last.
    Interpolate,
}

/// Runs that are told of together.
#[derive(Debug, Clone)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// Ids. Unknown ones are left out, repeated ones count once.
    pub runs: Vec<String>,
}

/// A question for the groups of some runs.
#[derive(Debug, Clone)]
pub struct GroupQuery {
    /// Tags, whose kind is scalar. Repeated ones count once.
    pub tags: Vec<String>,
    /// The groups. A run may be in several.
    pub groups: Vec<Group>,
    /// The picture of each tag.
    pub view: View,
    /// How each run's curve is smoothed before; none for as it is.
    pub smoothing: Option<Smoothing>,
    /// How runs are brought together; none for exactly by steps, interpolated by time.
    pub alignment: Option<Alignment>,
    /// What each run's curve is compared with before; none for as it is.
    pub baseline: Option<Baseline>,
}

#[derive(Serialize)]
struct Metadata<'a> {
    #[serde(flatten)]
    head: Head<'a>,
    alignment: Alignment,
    groups: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    group: &'a str,
    tag: &'a str,
    runs: usize,
    jobs: usize,
    start: usize,
    length: usize,
    thinned: bool,
    spacing: Option<f64>,
    reduce: Option<&'static str>,
}

/// What is known of one run's curve before it is unpacked.
struct Known {
    extent: Extent,
    /// Points that the picture needs.
    needed: usize,
}

/// A group of a tag, by their places, with those of its runs that have the tag.
struct Pair<'a> {
    tag: usize,
    group: usize,
    runs: Vec<&'a Arc<Run>>,
    most_rows: usize,
}

/// A group's rows for one tag, and whether rows of the picture were left out.
struct Aggregate {
    rows: Vec<Row>,
    thinned: bool,
    spacing: Option<f64>,
}

/// Answers `query` from the runs of `catalog`, as of `version`.
///
/// # Errors
/// When the query makes no sense, or its groups have more points than can be brought together.
pub(crate) fn answer(
    catalog: &Catalog,
    version: u64,
    query: &GroupQuery,
) -> Result<Vec<u8>, QueryError> {
    query.view.check()?;
    check_smoothing(query.smoothing)?;
    let alignment = query.alignment.unwrap_or(match query.view.axis {
        Axis::Step => Alignment::Exact,
        Axis::Relative | Axis::Wall => Alignment::Interpolate,
    });
    let tags = distinct(&query.tags);
    let members: Vec<Vec<&Arc<Run>>> = query
        .groups
        .iter()
        .map(|group| runs_of(catalog, Some(&group.runs)))
        .collect();
    let mut all: HashMap<&str, &Arc<Run>> = HashMap::new();
    all.extend(members.iter().flatten().map(|run| (&*run.id, *run)));
    let incomplete = Incomplete::default();
    let known: Vec<HashMap<&str, Known>> = tags
        .iter()
        .map(|tag| {
            let known = all
                .par_iter()
                .filter_map(|(id, run)| Some((*id, known(run, tag, query, &incomplete)?)));
            known.collect()
        })
        .collect();
    let pictures: Vec<Picture<'_>> = tags
        .iter()
        .zip(&known)
        .map(|(tag, known)| {
            let extents = known.values().map(|known| known.extent);
            let runs = members.iter().flatten().map(|run| &***run);
            let with_tag = runs.filter(|run| known.contains_key(&*run.id));
            Picture::of(tag, &query.view, extents, said::of_runs(with_tag, tag))
        })
        .collect();
    let how = (query.view.axis, query.smoothing);
    let latest = |snapshot: &Snapshot<'_>, tag: &str| vec![snapshot.latest(tag)];
    let baseline = query.baseline.as_ref();
    let references = references(catalog, baseline, &tags, how, &incomplete, latest);
    let pairs = pairs(query, &tags, &members, &known)?;
    let most_rows: Vec<usize> = pairs.iter().map(|pair| pair.most_rows).collect();
    let (width, drawn) = within_budget(
        &query.view,
        &most_rows,
        A_COLUMN,
        BUDGET,
        |width| {
            let drawn = pairs.iter().map(|Pair { tag, runs, .. }| {
                let grid = pictures[*tag].grid(width);
                let reference = references[*tag].as_ref();
                let tracks = tracks(runs, tags[*tag], query, reference, &incomplete);
                Aggregate::of(&tracks, &query.view, alignment, &grid)
            });
            drawn.collect()
        },
        |drawn: &Aggregate| drawn.rows.len(),
    );
    let mut rows = Vec::new();
    let mut entries = Vec::new();
    for (pair, mut drawn) in pairs.iter().zip(drawn) {
        let tag = tags[pair.tag];
        let reduce = said::agreed(pair.runs.iter().map(|run| &***run), tag);
        entries.push(Entry {
            group: &query.groups[pair.group].name,
            tag,
            runs: pair.runs.len(),
            jobs: jobs(&pair.runs),
            start: rows.len(),
            length: drawn.rows.len(),
            thinned: drawn.thinned,
            spacing: drawn.spacing,
            reduce: reduce.map(Reduce::as_str),
        });
        rows.append(&mut drawn.rows);
    }
    let head = Head {
        version,
        axis: query.view.axis,
        smoothing: query.smoothing,
        baseline: query.baseline.as_ref(),
        width_asked: query.view.width,
        width,
        vertex_budget: BUDGET,
        vertices: rows.len(),
        pictures,
        incomplete: incomplete.runs(),
    };
    let metadata = Metadata {
        head,
        alignment,
        groups: entries,
    };
    let columns = columns(query.view.axis, &rows);
    Ok(encode(&metadata, &columns).expect("numbers and text serialise"))
}

/// Of how many jobs these runs are the ranks.
fn jobs(runs: &[&Arc<Run>]) -> usize {
    let jobs: HashSet<(usize, &str)> = runs
        .iter()
        .map(|run| (run.logdir, job(&run.name)))
        .collect();
    jobs.len()
}

/// The name of a run without a last part that says which rank it is.
fn job(name: &str) -> &str {
    let (above, last) = name.split_at(name.rfind('/').map_or(0, |slash| slash + 1));
    let is_rank = |rank: &str| !rank.is_empty() && rank.bytes().all(|it| it.is_ascii_digit());
    match last.strip_prefix("rank_") {
        Some(rank) if is_rank(rank) => above,
        _ => name,
    }
}

fn known<'a>(
    run: &'a Run,
    tag: &str,
    query: &GroupQuery,
    incomplete: &Incomplete<'a>,
) -> Option<Known> {
    let snapshot = Snapshot::of(run);
    let parts = snapshot.latest(tag);
    let extent = Extent::of(&snapshot, tag, &parts, query.view.axis);
    incomplete.note(run, &snapshot);
    let extent = extent?;
    let mut needed = extent.points;
    if query.smoothing.is_none() {
        let axis = query.view.axis;
        let origin = axis.origin(snapshot.first_wall_time());
        let parts = snapshot.around(tag, parts, range(&query.view), |it| span(it, axis, origin));
        needed = parts.iter().map(|(_, range)| range.len()).sum();
    }
    Some(Known { extent, needed })
}

/// Each group of each tag, if that is not too much.
fn pairs<'a>(
    query: &GroupQuery,
    tags: &[&String],
    members: &[Vec<&'a Arc<Run>>],
    known: &[HashMap<&str, Known>],
) -> Result<Vec<Pair<'a>>, QueryError> {
    let mut pairs = Vec::new();
    let mut all_needed: usize = 0;
    for (tag, known) in known.iter().enumerate() {
        for (group, members) in members.iter().enumerate() {
            let runs: Vec<&Arc<Run>> = members
                .iter()
                .copied()
                .filter(|run| known.contains_key(&*run.id))
                .collect();
            let needed = runs.iter().map(|run| known[&*run.id].needed).sum();
            if needed > POINTS {
                return Err(QueryError::Points {
                    group: query.groups[group].name.clone(),
                    tag: tags[tag].clone(),
                    points: needed,
                    most: POINTS,
                });
            }
            all_needed = all_needed.saturating_add(needed);
            let extents = runs.iter().map(|run| known[&*run.id].extent);
            let most_rows = rows_at_most(query.view.axis, needed, extents);
            pairs.push(Pair {
                tag,
                group,
                runs,
                most_rows,
            });
        }
    }
    if all_needed > ALL_POINTS {
        return Err(QueryError::AllPoints {
            points: all_needed,
            most: ALL_POINTS,
        });
    }
    Ok(pairs)
}

fn range(view: &View) -> (f64, f64) {
    (
        view.x_min.unwrap_or(f64::NEG_INFINITY),
        view.x_max.unwrap_or(f64::INFINITY),
    )
}

/// Points have different x, and there are no more steps than lie between the lowest and the highest.
fn rows_at_most(axis: Axis, points: usize, extents: impl Iterator<Item = Extent>) -> usize {
    let edges = extents
        .map(|extent| (extent.x_min, extent.x_max))
        .reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)));
    match (axis, edges) {
        (Axis::Step, Some((low, high))) => points.min((high - low + 1.0) as usize),
        _ => points,
    }
}

impl Aggregate {
    fn of(tracks: &[Track], view: &View, alignment: Alignment, grid: &Grid) -> Self {
        let axis = view.axis;
        let (rows, spacing) = match alignment {
            Alignment::Exact => (aggregate::exact(tracks), None),
            Alignment::Interpolate => aggregate::interpolated(tracks, axis, &keys_within(view)),
        };
        let x: Vec<f64> = rows.iter().map(|row| x_of(axis, row.key)).collect();
        let curves = Self::curves(&rows);
        let curves: Vec<&[f64]> = curves.iter().map(Vec::as_slice).collect();
        let picked = vertices(&x, &curves, grid);
        // Those of the picture follow each other: whatever is passed over was left out.
        let thinned = match *picked {
            [first, .., last] => last - first >= picked.len(),
            _ => false,
        };
        Self {
            rows: picked.iter().map(|at| rows[*at]).collect(),
            thinned,
            spacing,
        }
    }

    /// What a picture may show: middles, and the edges of bands.
    fn curves(rows: &[Row]) -> [Vec<f64>; 8] {
        let curves: [fn(&Statistics) -> f64; 8] = [
            |it| it.mean,
            |it| it.median,
            |it| it.min,
            |it| it.max,
            |it| it.mean - it.sd,
            |it| it.mean + it.sd,
            |it| it.low95,
            |it| it.high95,
        ];
        curves.map(|curve| rows.iter().map(|row| curve(&row.statistics)).collect())
    }
}

/// The curves of a group's runs as far as the picture needs them.
fn tracks<'a>(
    runs: &[&'a Arc<Run>],
    tag: &str,
    query: &GroupQuery,
    reference: Option<&Reference>,
    incomplete: &Incomplete<'a>,
) -> Vec<Track> {
    let tracks = runs.par_iter().filter_map(|run| {
        let snapshot = Snapshot::of(run);
        let track = track(&snapshot, tag, query, reference);
        incomplete.note(run, &snapshot);
        track
    });
    tracks.collect()
}

/// A run's curve as far as the picture needs it. Of steps and wall times only those that x is are unpacked.
fn track(
    snapshot: &Snapshot<'_>,
    tag: &str,
    query: &GroupQuery,
    reference: Option<&Reference>,
) -> Option<Track> {
    let axis = query.view.axis;
    let origin = axis.origin(snapshot.first_wall_time());
    let mut parts = snapshot.latest(tag);
    if query.smoothing.is_none() {
        parts = snapshot.around(tag, parts, range(&query.view), |it| span(it, axis, origin));
    }
    let pieces = snapshot.pieces(tag, &parts)?;
    let Ok((mut keys, mut values)) = unpack(&pieces, axis, origin) else {
        snapshot.distrust_all(&parts);
        return None;
    };
    if !keys.is_sorted() {
        let order = order_by(keys.len(), |a, b| keys[a].cmp(&keys[b]));
        keys = order.iter().map(|at| keys[*at]).collect();
        values = order.iter().map(|at| values[*at]).collect();
    }
    if let Some(smoothing) = query.smoothing {
        let x: Vec<f64> = keys.iter().map(|key| x_of(axis, *key)).collect();
        values = smoothing.apply(&x, &values);
    }
    if query.baseline.is_some() {
        match reference {
            Some(it) => it.compare(keys.iter().copied(), &mut values, true),
            None => values.fill(f64::NAN),
        }
    }
    Some(Track::of(keys, values).around(&keys_within(&query.view)))
}

/// Keys and values in log order.
fn unpack(
    pieces: &[Piece<'_, f64>],
    axis: Axis,
    origin: f64,
) -> Result<(Vec<i64>, Vec<f64>), Malformed> {
    let points = pieces.iter().map(Piece::len).sum();
    let mut values = Vec::with_capacity(points);
    for piece in pieces {
        piece.values(&mut values)?;
    }
    if axis == Axis::Step {
        let mut steps = Vec::with_capacity(points);
        for piece in pieces {
            piece.steps(&mut steps)?;
        }
        return Ok((steps, values));
    }
    let mut wall_times = Vec::with_capacity(points);
    for piece in pieces {
        piece.wall_times(&mut wall_times)?;
    }
    let keys = wall_times.into_iter().map(|time| key_of(time - origin));
    Ok((keys.collect(), values))
}

/// The lowest and the highest key in the picture.
fn keys_within(view: &View) -> Range<Option<i64>> {
    match view.axis {
        Axis::Step => view.x_min.map(|x| x.ceil() as i64)..view.x_max.map(|x| x.floor() as i64),
        Axis::Relative | Axis::Wall => view.x_min.map(key_of)..view.x_max.map(key_of),
    }
}

fn columns(axis: Axis, rows: &[Row]) -> Vec<(&'static str, Column)> {
    let floats = |of: fn(&Statistics) -> f64| {
        Column::F64(rows.iter().map(|row| of(&row.statistics)).collect())
    };
    let x = match axis {
        Axis::Step => Column::I64(rows.iter().map(|row| row.key).collect()),
        Axis::Relative | Axis::Wall => {
            Column::F64(rows.iter().map(|row| x_of(axis, row.key)).collect())
        }
    };
    vec![
        ("x", x),
        (
            "n",
            Column::U32(rows.iter().map(|row| row.statistics.n).collect()),
        ),
        (
            "non_finite",
            Column::U32(rows.iter().map(|row| row.non_finite).collect()),
        ),
        ("mean", floats(|it| it.mean)),
        ("median", floats(|it| it.median)),
        ("min", floats(|it| it.min)),
        ("max", floats(|it| it.max)),
        ("sd", floats(|it| it.sd)),
        ("se", floats(|it| it.se)),
        ("low95", floats(|it| it.low95)),
        ("high95", floats(|it| it.high95)),
    ]
}
