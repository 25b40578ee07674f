//! What is known of the points that a question is about: from the summaries of whole blocks where they suffice, else
//! from the points themselves.

use std::cmp::Ordering;
use std::ops::Range;

use crate::attempts::{Parts, Snapshot};
use crate::points::{Columns, Points};
use crate::query::Axis;
use crate::summary::{Extent, Extremes};

/// Some points of one file that are kept together.
struct Stretch {
    file: usize,
    range: Range<usize>,
    /// What is known of them if they are all points of a block.
    known: Option<(Extent, Extremes)>,
}

impl Snapshot<'_> {
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

    fn columns(&self, tag: &str, file: usize, range: Range<usize>) -> Option<Columns<'_>> {
        let (file, contents) = &self.files[file];
        let columns = contents.series.scalar(tag)?.columns(range);
        if columns.is_err() {
            file.distrust();
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
            for (stretch, extent, extremes) in points.into_iter().flat_map(Points::stretches) {
                let part = stretch.start.max(range.start)..stretch.end.min(range.end);
                if !part.is_empty() {
                    let whole = part == stretch;
                    all.push(Stretch {
                        file: *file,
                        range: part,
                        known: whole.then_some((extent, extremes)),
                    });
                }
            }
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
fn order_by(length: usize, compare: impl Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut order: Vec<usize> = (0..length).collect();
    order.sort_by(|a, b| compare(*a, *b));
    order
}
