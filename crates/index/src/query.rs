//! What the questions have in common: which runs and tags, what x is, which part of it, how wide the picture is.

use std::collections::{BTreeSet, HashSet};
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;

use crate::attempts::Snapshot;
use crate::catalog::{Catalog, Run};
use crate::smoothing::Smoothing;

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

impl Axis {
    /// What is taken off a wall time of a run that began at `first_wall_time`.
    pub(crate) fn origin(self, first_wall_time: Option<f64>) -> f64 {
        match self {
            Self::Relative => first_wall_time.unwrap_or(0.0),
            Self::Step | Self::Wall => 0.0,
        }
    }
}

/// The picture that an answer is for.
#[derive(Debug, Clone, Copy)]
pub struct View {
    /// What x is.
    pub axis: Axis,
    /// Left edge of the picture; none for the lowest x.
    pub x_min: Option<f64>,
    /// Right edge of the picture; none for the highest x.
    pub x_max: Option<f64>,
    /// Pixel columns of the picture, at least 1.
    pub width: usize,
}

/// Why a question cannot be answered.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum QueryError {
    /// No picture has that width.
    #[error("expected a width of at least 1 pixel column, found 0")]
    Width,
    /// Its amount is out of range.
    #[error(
        "expected smoothing with a weight of at least 0 and below 1, or a finite sigma or window above 0, found {0:?}"
    )]
    Smoothing(Smoothing),
    /// An edge is no number.
    #[error("expected finite x_min and x_max with x_min <= x_max, found {0:?} and {1:?}")]
    Range(f64, f64),
    /// A group would take too much memory.
    #[error(
        "expected at most {most} points of the tag {tag:?} in the picture for the runs of the group {group:?}, found \
         {points}: ask for a smaller range without smoothing, or for fewer runs"
    )]
    Points {
        /// Name of the group.
        group: String,
        /// The tag.
        tag: String,
        /// How many there are.
        points: usize,
        /// How many there may be.
        most: usize,
    },
    /// All groups together would take too long.
    #[error(
        "expected at most {most} points in the pictures for the runs of all groups and tags together, those of a run in \
         several groups as often, found {points}: ask for fewer groups or tags, or for a smaller range without smoothing"
    )]
    AllPoints {
        /// How many there are.
        points: usize,
        /// How many there may be.
        most: usize,
    },
}

impl View {
    pub(crate) fn check(&self) -> Result<(), QueryError> {
        if self.width == 0 {
            return Err(QueryError::Width);
        }
        let low = self.x_min.unwrap_or(f64::MIN);
        let high = self.x_max.unwrap_or(f64::MAX);
        if !low.is_finite() || !high.is_finite() || low > high {
            return Err(QueryError::Range(low, high));
        }
        Ok(())
    }
}

pub(crate) fn check_smoothing(smoothing: Option<Smoothing>) -> Result<(), QueryError> {
    match smoothing {
        Some(smoothing) if !smoothing.is_defined() => Err(QueryError::Smoothing(smoothing)),
        _ => Ok(()),
    }
}

/// The runs with these ids, in their order, each once; every run if there are none. Unknown ones are left out.
pub(crate) fn runs_of<'a>(catalog: &'a Catalog, ids: Option<&[String]>) -> Vec<&'a Arc<Run>> {
    match ids {
        Some(ids) => distinct(ids)
            .into_iter()
            .filter_map(|id| catalog.get(id))
            .collect(),
        None => catalog.runs.iter().collect(),
    }
}

/// The runs of an answer that lack points, since the cache does not hold what was written to it.
#[derive(Debug, Default)]
pub(crate) struct Incomplete<'a>(Mutex<BTreeSet<&'a str>>);

impl<'a> Incomplete<'a> {
    /// Adds a run if points of it could not be read since this was asked last; whether that is so.
    pub(crate) fn note(&self, run: &'a Run, snapshot: &Snapshot<'_>) -> bool {
        let unread = snapshot.take_unread();
        if unread {
            let mut runs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            runs.insert(&run.id);
        }
        unread
    }

    /// Their ids, ascending.
    pub(crate) fn runs(self) -> BTreeSet<&'a str> {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The items in order of their first appearance.
pub(crate) fn distinct<T: Eq + Hash>(items: &[T]) -> Vec<&T> {
    let mut seen = HashSet::new();
    items.iter().filter(|item| seen.insert(*item)).collect()
}
