//! The series of one event file.

mod set;

use std::sync::{Arc, OnceLock};

use lightboard_events::Kind;

pub(crate) use self::set::SeriesSet;
use crate::points::{Location, Points};
use crate::said::Said;

/// The points of a series.
#[derive(Debug)]
pub(crate) enum SeriesData {
    Scalars(Points<f64>),
    /// Everything else stays in the event file.
    Values(Points<Location>),
}

impl SeriesData {
    fn new(kind: Kind) -> Self {
        match kind {
            Kind::Scalar => Self::Scalars(Points::default()),
            _ => Self::Values(Points::default()),
        }
    }

    /// Points logged.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Scalars(points) => points.len(),
            Self::Values(points) => points.len(),
        }
    }

    fn seal(&mut self) -> isize {
        match self {
            Self::Scalars(points) => points.seal(),
            Self::Values(points) => points.seal(),
        }
    }
}

/// One series as far as one file has it.
#[derive(Debug)]
pub(crate) struct Series {
    pub(crate) tag: Arc<str>,
    /// What it is in its run: an earlier file may have told.
    pub(crate) kind: Kind,
    /// What it is by its own file.
    pub(crate) own: Kind,
    pub(crate) data: SeriesData,
    /// The record with the series' metadata, if any had some: TensorFlow tells plugin and description only once. Of
    /// scalars the last that says how to bring ranks together, if any does.
    pub(crate) metadata: Option<Location>,
    /// What those say of a series of scalars, once that was asked for.
    pub(crate) said: OnceLock<Arc<Said>>,
    /// The series whose value came after this one's the last time: most programs log their tags in turn.
    next: u32,
    /// The stretch of reading that added to it last.
    stretch: u32,
}

impl Series {
    pub(crate) fn new(
        tag: Arc<str>,
        kind: Kind,
        data: SeriesData,
        metadata: Option<Location>,
    ) -> Self {
        Self {
            tag,
            kind,
            own: kind,
            data,
            metadata,
            said: OnceLock::new(),
            next: 0,
            stretch: 0,
        }
    }

    /// Whether its file does not tell what it is.
    fn is_untold(&self) -> bool {
        self.own == Kind::Unknown && self.metadata.is_none()
    }

    /// Whether an earlier file may tell what it is, or did before its own file told.
    fn may_be_told(&self) -> bool {
        self.is_untold() || self.kind != self.own
    }

    /// The points of a series of scalars.
    pub(crate) fn scalars(&self) -> Option<&Points<f64>> {
        match &self.data {
            SeriesData::Scalars(points) => Some(points),
            SeriesData::Values(_) => None,
        }
    }

    /// Where the values of a series of another kind lie.
    pub(crate) fn values(&self) -> Option<&Points<Location>> {
        match &self.data {
            SeriesData::Scalars(_) => None,
            SeriesData::Values(points) => Some(points),
        }
    }
}

/// Where and when a value was logged.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Logged {
    pub(crate) section: usize,
    pub(crate) step: i64,
    pub(crate) wall_time: f64,
    pub(crate) location: Location,
}
