//! Laying out pictures before anything is drawn: their edges, and a width whose vertices fit the budget.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::attempts::{Parts, Snapshot};
use crate::baseline::Baseline;
use crate::downsample::Grid;
use crate::query::{Axis, View};
use crate::said::Said;
use crate::smoothing::Smoothing;
use crate::summary;

/// What the header of every answer with pictures says.
#[derive(Serialize)]
pub(crate) struct Head<'a> {
    pub(crate) version: u64,
    pub(crate) axis: Axis,
    pub(crate) smoothing: Option<Smoothing>,
    pub(crate) baseline: Option<&'a Baseline>,
    pub(crate) width_asked: usize,
    pub(crate) width: usize,
    pub(crate) vertex_budget: usize,
    pub(crate) vertices: usize,
    pub(crate) pictures: Vec<Picture<'a>>,
    pub(crate) incomplete: BTreeSet<&'a str>,
}

/// Points and extent of what is drawn as one curve.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Extent {
    pub(crate) points: usize,
    pub(crate) x_min: f64,
    pub(crate) x_max: f64,
}

impl Extent {
    /// None if there are no points.
    pub(crate) fn of(
        snapshot: &Snapshot<'_>,
        tag: &str,
        parts: &Parts,
        axis: Axis,
    ) -> Option<Self> {
        let whole = parts
            .iter()
            .filter_map(|(file, range)| snapshot.extent(*file, tag, range))
            .reduce(summary::Extent::and)?;
        let (x_min, x_max, _) = span(&whole, axis, axis.origin(snapshot.first_wall_time()));
        Some(Self {
            points: parts.iter().map(|(_, range)| range.len()).sum(),
            x_min,
            x_max,
        })
    }
}

/// Lowest and highest x, and whether x ascends.
pub(crate) fn span(extent: &summary::Extent, axis: Axis, origin: f64) -> (f64, f64, bool) {
    match axis {
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
    }
}

/// The picture of one tag: the range that its pixel columns divide evenly, as asked for, else the extent of its curves;
/// and what is said of the tag.
#[derive(Debug, Serialize)]
pub(crate) struct Picture<'a> {
    tag: &'a str,
    x_min: Option<f64>,
    x_max: Option<f64>,
    #[serde(flatten)]
    said: Said,
}

impl<'a> Picture<'a> {
    pub(crate) fn of(
        tag: &'a str,
        view: &View,
        extents: impl Iterator<Item = Extent>,
        said: Said,
    ) -> Self {
        let edges = extents
            .map(|extent| (extent.x_min, extent.x_max))
            .reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)));
        Self {
            tag,
            x_min: view.x_min.or(edges.map(|(low, _)| low)),
            x_max: view.x_max.or(edges.map(|(_, high)| high)),
            said,
        }
    }

    pub(crate) fn grid(&self, width: usize) -> Grid {
        Grid {
            x_min: self.x_min.unwrap_or(f64::NEG_INFINITY),
            x_max: self.x_max.unwrap_or(f64::INFINITY),
            width,
        }
    }
}

/// Draws with the widest pictures, up to the width asked for, whose vertices fit the budget; returns that width too.
///
/// `points` are those of each curve, of which a pixel column takes `a_column` vertices at most, unless values that are
/// not finite break it: then it is drawn again, narrower. At a width of 1 the budget gives way.
pub(crate) fn within_budget<T>(
    view: &View,
    points: &[usize],
    a_column: usize,
    budget: usize,
    draw: impl Fn(usize) -> Vec<T>,
    vertices: impl Fn(&T) -> usize,
) -> (usize, Vec<T>) {
    let mut width = affordable_width(view.width, points, a_column, budget);
    loop {
        let drawn = draw(width);
        let used: usize = drawn.iter().map(&vertices).sum();
        if used <= budget || width == 1 {
            return (width, drawn);
        }
        width = (width as u128 * budget as u128 / used as u128).max(1) as usize;
    }
}

fn affordable_width(asked: usize, points: &[usize], a_column: usize, budget: usize) -> usize {
    let cost = |width: usize| {
        let most = width.saturating_mul(a_column);
        points
            .iter()
            .map(|points| *points.min(&most))
            .sum::<usize>()
    };
    if cost(asked) <= budget {
        return asked;
    }
    let (mut fits, mut fails) = (1, asked);
    while fails - fits > 1 {
        let middle = usize::midpoint(fits, fails);
        if cost(middle) <= budget {
            fits = middle;
        } else {
            fails = middle;
        }
    }
    fits
}
