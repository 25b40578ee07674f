//! Curves of several runs brought together: at each x the statistics of the runs that have a value there.

use std::ops::Range;

use rayon::prelude::*;

use crate::query::Axis;
use crate::statistics::Statistics;

/// Values that are looked at in one go: they fit a core's cache.
const CHUNK: usize = 1 << 16;
/// Values that are interpolated at most; above it there are rows at even distances only.
const INTERPOLATED: usize = 1 << 23;

/// One run's curve. Keys are x in a form that compares as integers do: steps, or see [`key_of`].
#[derive(Debug, Clone, Default)]
pub(crate) struct Track {
    /// Ascending, none twice.
    keys: Vec<i64>,
    values: Vec<f64>,
}

/// The runs of a group at one x.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    pub(crate) key: i64,
    /// Runs whose value is NaN or infinite.
    pub(crate) non_finite: u32,
    /// Of the others.
    pub(crate) statistics: Statistics,
}

/// The key of an x in seconds: of two floats the lower one has the lower key.
pub(crate) fn key_of(x: f64) -> i64 {
    // Adding zero makes -0 the same number as 0.
    in_order((x + 0.0).to_bits() as i64)
}

/// The x of a key.
pub(crate) fn x_of(axis: Axis, key: i64) -> f64 {
    match axis {
        Axis::Step => key as f64,
        Axis::Relative | Axis::Wall => f64::from_bits(in_order(key) as u64),
    }
}

/// Turns the order of negative floats' bits around; its own inverse.
fn in_order(bits: i64) -> i64 {
    bits ^ ((bits >> 63) as u64 >> 1) as i64
}

impl Track {
    /// Of ascending keys; of equal ones the last counts.
    pub(crate) fn of(mut keys: Vec<i64>, mut values: Vec<f64>) -> Self {
        let mut kept = 0;
        for at in 0..keys.len() {
            if kept > 0 && keys[kept - 1] == keys[at] {
                kept -= 1;
            }
            (keys[kept], values[kept]) = (keys[at], values[at]);
            kept += 1;
        }
        keys.truncate(kept);
        values.truncate(kept);
        Self { keys, values }
    }

    /// The points in a range of keys, both ends included, and the nearest on either side.
    pub(crate) fn around(mut self, inside: &Range<Option<i64>>) -> Self {
        let range = around(&self.keys, inside);
        self.keys.truncate(range.end);
        self.values.truncate(range.end);
        self.keys.drain(..range.start);
        self.values.drain(..range.start);
        self
    }

    /// The value at a key between its ends: on the line between the points beside it. `next` is where to look first and
    /// moves on with ascending keys.
    pub(crate) fn value_at(&self, key: i64, next: &mut usize, axis: Axis) -> Option<f64> {
        while self.keys.get(*next).is_some_and(|known| *known < key) {
            *next += 1;
        }
        let after = *self.keys.get(*next)?;
        let value = self.values[*next];
        if after == key {
            return Some(value);
        }
        let before = next.checked_sub(1)?;
        let part =
            distance(axis, self.keys[before], key) / distance(axis, self.keys[before], after);
        let from = self.values[before];
        Some(if from.is_finite() && value.is_finite() {
            from + (value - from) * part
        } else {
            f64::NAN
        })
    }
}

/// The indices of the keys in a range, both ends included, and of the nearest on either side.
fn around(keys: &[i64], inside: &Range<Option<i64>>) -> Range<usize> {
    let start = inside.start.map_or(0, |low| {
        keys.partition_point(|key| *key < low).saturating_sub(1)
    });
    let end = inside.end.map_or(keys.len(), |high| {
        let behind = keys.partition_point(|key| *key <= high) + 1;
        behind.min(keys.len())
    });
    start..end.max(start)
}

/// How far apart two keys are, in x; exact also for steps beyond 2^53.
fn distance(axis: Axis, from: i64, to: i64) -> f64 {
    match axis {
        Axis::Step => to.wrapping_sub(from) as u64 as f64,
        Axis::Relative | Axis::Wall => x_of(axis, to) - x_of(axis, from),
    }
}

/// A row for each x at which some track has a point; a track counts only where it has one.
pub(crate) fn exact(tracks: &[Track]) -> Vec<Row> {
    chunks(tracks)
        .into_par_iter()
        .flat_map_iter(|(from, to)| {
            let mut points: Vec<(i64, f64)> = Vec::new();
            for Track { keys, values } in tracks {
                let start = keys.partition_point(|key| *key < from);
                let end = keys.partition_point(|key| *key <= to);
                let keys = keys[start..end].iter().copied();
                points.extend(keys.zip(values[start..end].iter().copied()));
            }
            // Stable: values are added up in the order of the tracks, whichever runs they go with.
            points.sort_by_key(|(key, _)| *key);
            let mut scratch = Vec::new();
            let rows = points.chunk_by(|a, b| a.0 == b.0);
            let rows = rows.map(|row| {
                let values = row.iter().map(|(_, value)| *value);
                row_of(row[0].0, values, &mut scratch)
            });
            rows.collect::<Vec<Row>>()
        })
        .collect()
}

/// A row for each x of `inside`, and the nearest, at which some track has a point, or, if that is too many, at even distances, which are then told
/// too. A track counts from its first point to its last, with the value on the line between its points.
pub(crate) fn interpolated(
    tracks: &[Track],
    axis: Axis,
    inside: &Range<Option<i64>>,
) -> (Vec<Row>, Option<f64>) {
    let mut keys: Vec<i64> = tracks
        .iter()
        .flat_map(|track| track.keys.iter().copied())
        .collect();
    keys.par_sort_unstable();
    keys.dedup();
    let keys_around = around(&keys, inside);
    keys = keys[keys_around].to_vec();
    let most = (INTERPOLATED / tracks.len().max(1)).max(2);
    let mut spacing = None;
    if keys.len() > most
        && let (Some(first), Some(last)) = (keys.first().copied(), keys.last().copied())
    {
        let apart = (distance(axis, first, last) / most as f64)
            .log2()
            .ceil()
            .exp2();
        spacing = Some(apart);
        keys = evenly(axis, first, last, apart);
    }
    let lot = (CHUNK / tracks.len().max(1)).max(1);
    let rows = keys
        .par_chunks(lot)
        .flat_map_iter(|keys| {
            let mut nexts: Vec<usize> = tracks
                .iter()
                .map(|track| track.keys.partition_point(|key| *key < keys[0]))
                .collect();
            let mut scratch = Vec::new();
            let rows = keys.iter().map(|key| {
                let both = tracks.iter().zip(&mut nexts);
                let values = both.filter_map(|(track, next)| track.value_at(*key, next, axis));
                row_of(*key, values, &mut scratch)
            });
            rows.collect::<Vec<Row>>()
        })
        .collect();
    (rows, spacing)
}

/// The multiples of `apart` between two keys, and these.
fn evenly(axis: Axis, first: i64, last: i64, apart: f64) -> Vec<i64> {
    let multiple = |number: f64| match axis {
        Axis::Step => (number * apart) as i64,
        Axis::Relative | Axis::Wall => key_of(number * apart),
    };
    let from = (x_of(axis, first) / apart).ceil();
    let to = (x_of(axis, last) / apart).floor();
    let count = (to - from).max(-1.0) as usize;
    let mut keys: Vec<i64> = (0..=count)
        .map(|number| multiple(from + number as f64))
        .chain([first, last])
        .filter(|key| (first..=last).contains(key))
        .collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// Ranges of keys, both ends included, that hold all keys, about [`CHUNK`] points each.
fn chunks(tracks: &[Track]) -> Vec<(i64, i64)> {
    const SAMPLES: usize = 32;
    let points: usize = tracks.iter().map(|track| track.keys.len()).sum();
    let stride = (CHUNK / SAMPLES).min(points.max(1));
    let mut sample = Vec::with_capacity(points / stride + 1);
    let mut skip = 0;
    for track in tracks {
        sample.extend(track.keys.iter().skip(skip).step_by(stride).copied());
        let (length, rest) = (track.keys.len(), track.keys.len().saturating_sub(skip));
        skip = match rest {
            0 => skip - length,
            _ => rest.next_multiple_of(stride) - rest,
        };
    }
    sample.sort_unstable();
    let mut starts: Vec<i64> = sample.into_iter().step_by(SAMPLES).skip(1).collect();
    starts.dedup();
    starts.retain(|start| *start > i64::MIN);
    let ends = starts.iter().map(|start| start - 1);
    let ends: Vec<i64> = ends.chain([i64::MAX]).collect();
    [i64::MIN].into_iter().chain(starts).zip(ends).collect()
}

fn row_of(key: i64, values: impl Iterator<Item = f64>, scratch: &mut Vec<f64>) -> Row {
    scratch.clear();
    let mut non_finite = 0;
    for value in values {
        if value.is_finite() {
            scratch.push(value);
        } else {
            non_finite += 1;
        }
    }
    Row {
        key,
        non_finite,
        statistics: Statistics::of(scratch),
    }
}
