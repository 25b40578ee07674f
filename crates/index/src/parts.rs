//! What is known of the points that a question is about: from the summaries of whole blocks where they suffice, else
//! from the points themselves.

use std::cmp::Ordering;
use std::ops::Range;

use crate::attempts::{Parts, Snapshot};
use crate::points::Columns;
use crate::query::Axis;
use crate::summary::{Extent, Extremes};
use crate::superseding::Attempts;

/// Some points of one file that are kept together.
struct Stretch {
    file: usize,
    range: Range<usize>,
    /// What is known of them if they are all points of a block.
    known: Option<(Extent, Extremes)>,
}

impl Snapshot<'_> {
    /// The points that one curve of the whole run has: those that no later attempt superseded, attempts in turn, in log
    /// order.
    pub(crate) fn latest(&self, tag: &str) -> Parts {
        let attempts = self.attempts_of(tag, Attempts::Latest);
        attempts.into_iter().flat_map(|it| it.parts).collect()
    }

    /// Lowest and highest finite value and what is not finite, in log order.
    pub(crate) fn extremes(&self, tag: &str, parts: &Parts) -> Extremes {
        self.stretches(tag, parts)
            .iter()
            .filter_map(|stretch| self.known(tag, stretch))
            .fold(Extremes::default(), |all, (_, extremes)| all.and(extremes))
    }

    /// Step of the last value, in log order, that is not finite.
    pub(crate) fn last_non_finite_step(&self, tag: &str, parts: &Parts) -> Option<i64> {
        let stretches = self.stretches(tag, parts);
        let without = |stretch: &Stretch| {
            let known = stretch.known.as_ref();
            known.is_some_and(|(_, extremes)| extremes.non_finite() == 0)
        };
        stretches
            .iter()
            .rev()
            .filter(|stretch| !without(stretch))
            .find_map(|stretch| {
                let columns = self.columns(tag, stretch.file, stretch.range.clone())?;
                let last = columns.values.iter().rposition(|it| !it.is_finite())?;
                Some(columns.steps[last])
            })
    }

    /// The point logged last: step, wall time, value.
    pub(crate) fn last(&self, tag: &str, parts: &Parts) -> Option<(i64, f64, f64)> {
        let (file, range) = parts.last()?;
        self.point(tag, *file, range.end.checked_sub(1)?)
    }

    /// The point in force at a step: of those at or below it the one with the highest step, of these the last logged.
    pub(crate) fn in_force(&self, tag: &str, parts: &Parts, at: i64) -> Option<(i64, f64, f64)> {
        let mut found: Option<(i64, Stretch)> = None;
        for stretch in self.stretches(tag, parts) {
            let Some((extent, _)) = self.known(tag, &stretch) else {
                continue;
            };
            let step = if extent.max_step <= at {
                Some(extent.max_step)
            } else if extent.min_step <= at {
                let columns = self.columns(tag, stretch.file, stretch.range.clone());
                let steps = columns.iter().flat_map(|columns| columns.steps.iter());
                steps.copied().filter(|step| *step <= at).max()
            } else {
                None
            };
            if let Some(step) = step
                && found.as_ref().is_none_or(|(best, _)| *best <= step)
            {
                found = Some((step, stretch));
            }
        }
        let (step, stretch) = found?;
        let columns = self.columns(tag, stretch.file, stretch.range)?;
        let last = columns.steps.iter().rposition(|it| *it == step)?;
        Some((step, columns.wall_times[last], columns.values[last]))
    }

    /// The points of `parts` with x from `low` to `high`, whole blocks at a time, and on either side the nearest ones: all
    /// those at the nearest x above. All of `parts` if x, which `span` gives with whether it ascends, does not ascend.
    pub(crate) fn around(
        &self,
        tag: &str,
        parts: Parts,
        (low, high): (f64, f64),
        span: impl Fn(&Extent) -> (f64, f64, bool),
    ) -> Parts {
        let stretches = self.stretches(tag, &parts);
        let known = |stretch: &Stretch| self.known(tag, stretch).map(|(extent, _)| extent);
        let whole = stretches.iter().filter_map(known).reduce(Extent::and);
        if !whole.is_some_and(|whole| span(&whole).2) {
            return parts;
        }
        let mut kept = Parts::new();
        let mut before = None;
        let mut above: Option<f64> = None;
        for stretch in stretches {
            let Some((lowest, highest, _)) = known(&stretch).map(|extent| span(&extent)) else {
                continue;
            };
            let part = (stretch.file, stretch.range);
            if highest < low {
                before = Some(part);
                continue;
            }
            if above.is_some_and(|above| lowest > above) {
                break;
            }
            if lowest > high {
                above = Some(lowest);
            }
            kept.extend(before.take());
            kept.push(part);
        }
        kept.extend(before);
        kept
    }

    /// All points of some parts: borrowed if they lie in one stretch, else copied. None if there are none, or if the
    /// cache does not hold what was written to it; those files are then read anew.
    pub(crate) fn gather(&self, tag: &str, parts: &Parts) -> Option<Columns<'_>> {
        let mut all: Option<Columns<'_>> = None;
        for (file, range) in parts {
            let part = self.columns(tag, *file, range.clone())?;
            match &mut all {
                None => all = Some(part),
                Some(all) => {
                    all.steps.to_mut().extend_from_slice(&part.steps);
                    all.wall_times.to_mut().extend_from_slice(&part.wall_times);
                    all.values.to_mut().extend_from_slice(&part.values);
                }
            }
        }
        all
    }

    fn point(&self, tag: &str, file: usize, at: usize) -> Option<(i64, f64, f64)> {
        let columns = self.columns(tag, file, at..at + 1)?;
        Some((
            *columns.steps.first()?,
            *columns.wall_times.first()?,
            *columns.values.first()?,
        ))
    }

    fn columns(&self, tag: &str, file: usize, range: Range<usize>) -> Option<Columns<'_>> {
        let columns = self.files[file].1.series.scalar(tag)?.columns(range);
        if columns.is_err() {
            self.distrust(file);
        }
        columns.ok()
    }

    fn known(&self, tag: &str, stretch: &Stretch) -> Option<(Extent, Extremes)> {
        stretch.known.or_else(|| {
            let columns = self.columns(tag, stretch.file, stretch.range.clone())?;
            let extent = Extent::of(&columns.steps, &columns.wall_times)?;
            Some((extent, Extremes::of(&columns.steps, &columns.values)))
        })
    }

    fn stretches(&self, tag: &str, parts: &Parts) -> Vec<Stretch> {
        let mut all = Vec::new();
        for (file, range) in parts {
            let points = self.files[*file].1.series.scalar(tag);
            let stretches = points
                .into_iter()
                .flat_map(|it| it.stretches(range.clone()));
            all.extend(stretches.map(|(part, whole, extent, extremes)| Stretch {
                file: *file,
                range: part,
                known: whole.then_some((extent, extremes)),
            }));
        }
        all
    }
}

/// Brings points in order of x, equal ones in log order, and returns x.
pub(crate) fn sort_by_x(columns: &mut Columns<'_>, axis: Axis, origin: f64) -> Vec<f64> {
    // Steps are compared as integers: as floats, neighbours above 2^53 would be equal.
    let order = match axis {
        Axis::Step if !columns.steps.is_sorted() => {
            let steps = &columns.steps;
            Some(order_by(steps.len(), |a, b| steps[a].cmp(&steps[b])))
        }
        Axis::Relative | Axis::Wall if !columns.wall_times.is_sorted() => {
            let times = &columns.wall_times;
            Some(order_by(times.len(), |a, b| times[a].total_cmp(&times[b])))
        }
        _ => None,
    };
    if let Some(order) = order {
        columns.steps = order.iter().map(|at| columns.steps[*at]).collect();
        columns.wall_times = order.iter().map(|at| columns.wall_times[*at]).collect();
        columns.values = order.iter().map(|at| columns.values[*at]).collect();
    }
    match axis {
        Axis::Step => columns.steps.iter().map(|step| *step as f64).collect(),
        Axis::Relative | Axis::Wall => {
            let times = columns.wall_times.iter();
            times.map(|time| time - origin).collect()
        }
    }
}

/// A stable order of indices.
pub(crate) fn order_by(length: usize, compare: impl Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut order: Vec<usize> = (0..length).collect();
    order.sort_by(|a, b| compare(*a, *b));
    order
}
