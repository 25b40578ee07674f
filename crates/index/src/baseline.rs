//! Curves as their difference or ratio to the curve of one run, the baseline.

use rayon::prelude::*;
use serde::Serialize;

use crate::aggregate::{Track, key_of};
use crate::attempts::{Parts, Snapshot};
use crate::catalog::Catalog;
use crate::parts::sort_by_x;
use crate::query::{Axis, Incomplete};
use crate::smoothing::Smoothing;

/// What curves are told as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Compare {
    /// The value less that of the baseline.
    Difference,
    /// The value divided by that of the baseline.
    Ratio,
}

/// What curves are compared with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Baseline {
    /// Id of the run.
    pub run: String,
    /// How they are compared.
    pub compare: Compare,
}

/// The baseline's curve of one tag; without points if it does not have the tag.
#[derive(Debug)]
pub(crate) struct Reference {
    compare: Compare,
    axis: Axis,
    value: Track,
    /// None without smoothing.
    smoothed: Option<Track>,
}

/// The baseline's curve of each tag; none where nothing is compared, or nothing can be. `stretches` tells which points of
/// a tag count, and which of them are smoothed together.
pub(crate) fn references<'a>(
    catalog: &'a Catalog,
    baseline: Option<&Baseline>,
    tags: &[&String],
    (axis, smoothing): (Axis, Option<Smoothing>),
    incomplete: &Incomplete<'a>,
    stretches: impl Fn(&Snapshot<'_>, &str) -> Vec<Parts> + Sync,
) -> Vec<Option<Reference>> {
    let of_tag = |tag: &&String| {
        let baseline = baseline?;
        let run = catalog.get(&baseline.run)?;
        let snapshot = Snapshot::of(run);
        let stretches = stretches(&snapshot, tag);
        let how = (axis, baseline.compare, smoothing);
        let reference = Reference::of(&snapshot, tag, &stretches, how);
        incomplete.note(run, &snapshot);
        reference
    };
    tags.par_iter().map(of_tag).collect()
}

impl Reference {
    /// Of the points of `stretches`, each of which is smoothed by itself. None if the cache does not hold what was written
    /// to it.
    fn of(
        snapshot: &Snapshot<'_>,
        tag: &str,
        stretches: &[Parts],
        (axis, compare, smoothing): (Axis, Compare, Option<Smoothing>),
    ) -> Option<Self> {
        let origin = axis.origin(snapshot.first_wall_time());
        // Key, value and smoothed value.
        let mut points: Vec<(i64, f64, f64)> = Vec::new();
        for parts in stretches.iter().filter(|parts| !parts.is_empty()) {
            let mut curve = snapshot.gather(tag, parts)?;
            let x = sort_by_x(&mut curve, axis, origin);
            let smoothed = smoothing.map(|it| it.apply(&x, &curve.values));
            let smoothed = smoothed.as_deref().unwrap_or(&curve.values);
            let keys = keys(axis, &curve.steps, &x);
            let values = curve.values.iter().zip(smoothed);
            points.extend(
                keys.zip(values)
                    .map(|(key, (value, smoothed))| (key, *value, *smoothed)),
            );
        }
        points.sort_by_key(|(key, ..)| *key);
        let track = |of: fn(&(i64, f64, f64)) -> f64| {
            let keys = points.iter().map(|(key, ..)| *key).collect();
            Track::of(keys, points.iter().map(of).collect())
        };
        Some(Self {
            compare,
            axis,
            value: track(|(_, value, _)| *value),
            smoothed: smoothing.map(|_| track(|(.., smoothed)| *smoothed)),
        })
    }

    /// Makes `values` at ascending `keys`, smoothed ones or as logged, what they are compared with the baseline: NaN where
    /// it has no finite value, and, of ratios, where that is zero.
    pub(crate) fn compare(
        &self,
        keys: impl Iterator<Item = i64>,
        values: &mut [f64],
        are_smoothed: bool,
    ) {
        let track = match &self.smoothed {
            Some(smoothed) if are_smoothed => smoothed,
            _ => &self.value,
        };
        let mut next = 0;
        for (key, value) in keys.zip(values) {
            let reference = track.value_at(key, &mut next, self.axis);
            *value = match (reference.filter(|it| it.is_finite()), self.compare) {
                (Some(reference), Compare::Difference) => *value - reference,
                (Some(reference), Compare::Ratio) if reference != 0.0 => *value / reference,
                _ => f64::NAN,
            };
        }
    }
}

/// The keys of points whose x is this, in the form that compares as integers do.
pub(crate) fn keys<'a>(
    axis: Axis,
    steps: &'a [i64],
    x: &'a [f64],
) -> impl Iterator<Item = i64> + 'a {
    steps.iter().zip(x).map(move |(step, x)| match axis {
        Axis::Step => *step,
        Axis::Relative | Axis::Wall => key_of(*x),
    })
}
