//! A run held still for a query: its files in order, its attempts, and the points of each.

use std::cell::Cell;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;
use std::sync::RwLockReadGuard;

use lightboard_events::Kind;

use crate::catalog::Run;
use crate::contents::{Contents, Start};
use crate::event_file::EventFile;
use crate::piece::Piece;
use crate::points::{Points, Value};
use crate::restarts::{Labels, Stretch, label};
use crate::series::SeriesData;
use crate::sub_runs::starts_above;
use crate::summary::Extent;
use crate::writer::Writer;

/// A run as it stands, held still for a query.
pub(crate) struct Snapshot<'a> {
    /// The files in order of their first wall time.
    pub(crate) files: Vec<(&'a EventFile, RwLockReadGuard<'a, Contents>)>,
    pub(crate) labels: Labels,
    /// Attempts in all; at least 1.
    pub(crate) attempts: usize,
    /// Session starts of the run that this is a sub-run of, and who wrote them.
    pub(crate) starts_above: Vec<(Start, Option<Writer>)>,
    /// Whether points that were asked for could not be read.
    unread: Cell<bool>,
}

/// One attempt's points of one series: for each file that has some, its place in the run and a range of indices.
pub(crate) type Parts = Vec<(usize, Range<usize>)>;

impl<'a> Snapshot<'a> {
    /// Not to be called by whoever holds this run, or the one above it, still already.
    pub(crate) fn of(run: &'a Run) -> Self {
        let starts_above = starts_above(run);
        let mut files: Vec<_> = run
            .files
            .iter()
            .map(|file| (&**file, file.contents()))
            .collect();
        let time = |contents: &Contents| contents.first_wall_time.unwrap_or(f64::INFINITY);
        files.sort_by(|(_, a), (_, b)| time(a).total_cmp(&time(b)));
        let stretches: Vec<_> = files
            .iter()
            .map(|(file, contents)| Stretch { file, contents })
            .collect();
        let labels = label(&stretches);
        Self {
            attempts: labels.attempts(),
            files,
            labels,
            starts_above,
            unread: Cell::new(false),
        }
    }

    /// A number that is another one once points of series may count otherwise that got no values; 0 for a run that was
    /// never restarted.
    pub(crate) fn layout(&self) -> u64 {
        let contents = || self.files.iter().map(|(_, contents)| contents);
        let starts = || {
            contents()
                .flat_map(|it| it.sections.all())
                .filter_map(|it| it.start)
        };
        if self.files.len() == 1 && starts().next().is_none() {
            return 0;
        }
        let mut hasher = DefaultHasher::new();
        self.labels.hash(&mut hasher);
        for start in starts() {
            (start.step, start.wall_time.to_bits()).hash(&mut hasher);
        }
        let mut ends: Vec<f64> = contents().map(|it| it.end()).collect();
        ends.sort_by(f64::total_cmp);
        for contents in contents() {
            // How many files had ended by then: those that this one may restart.
            ends.partition_point(|end| *end <= contents.begin())
                .hash(&mut hasher);
        }
        hasher.finish()
    }

    /// Seconds since 1970, of the first event; of the first one with values if that is earlier.
    pub(crate) fn first_wall_time(&self) -> Option<f64> {
        let first = |time: fn(&Contents) -> Option<f64>| {
            self.files.iter().find_map(|(_, contents)| time(contents))
        };
        let (opened, logged) = (
            first(|contents| contents.first_wall_time),
            first(|contents| contents.first_value_wall_time),
        );
        opened.into_iter().chain(logged).reduce(f64::min)
    }

    /// The points of a series by attempt, in log order: (attempt, parts), ascending, none empty.
    pub(crate) fn parts(&self, tag: &str, kind: Kind) -> Vec<(usize, Parts)> {
        let mut attempts: Vec<(usize, Parts)> = Vec::new();
        for (index, (_, contents)) in self.files.iter().enumerate() {
            let series = contents.series.get(tag, kind);
            let sections: Vec<_> = match series.map(|series| &series.data) {
                Some(SeriesData::Scalars(points)) => points.sections().collect(),
                Some(SeriesData::Values(points)) => points.sections().collect(),
                None => continue,
            };
            for (section, range) in sections {
                let attempt = self.labels.attempt(index, section);
                match attempts.last_mut() {
                    Some((last, parts)) if *last == attempt => parts.push((index, range)),
                    _ => attempts.push((attempt, vec![(index, range)])),
                }
            }
        }
        attempts
    }
}

impl Snapshot<'_> {
    /// Extent of the points of a scalar series in one file that have the indices of `range`. Blocks inside the range
    /// are not unpacked. None if there are no such points, or the cache does not hold what was written to it; the file
    /// is then read anew.
    pub(crate) fn extent(&self, file: usize, tag: &str, range: &Range<usize>) -> Option<Extent> {
        self.extent_of(file, (tag, Kind::Scalar), range)
    }

    /// The same of a series of any kind.
    pub(crate) fn extent_of(
        &self,
        file: usize,
        (tag, kind): (&str, Kind),
        range: &Range<usize>,
    ) -> Option<Extent> {
        match &self.files[file].1.series.get(tag, kind)?.data {
            SeriesData::Scalars(points) => self.extent_in(file, points, range),
            SeriesData::Values(points) => self.extent_in(file, points, range),
        }
    }

    fn extent_in<V: Value>(
        &self,
        file: usize,
        points: &Points<V>,
        range: &Range<usize>,
    ) -> Option<Extent> {
        let mut whole: Option<Extent> = None;
        for (part, complete, extent, _) in points.stretches(range.clone()) {
            let extent = if complete {
                extent
            } else if let Ok(columns) = points.columns(part) {
                Extent::of(&columns.steps, &columns.wall_times)?
            } else {
                self.distrust(file);
                return None;
            };
            whole = Some(whole.map_or(extent, |whole| whole.and(extent)));
        }
        whole
    }

    /// The part of `parts` that has every point with `x` from `low` to `high` and the nearest outside on either side,
    /// whole blocks at a time. None if x, of which `span` gives lowest and highest of an extent and whether it ascends,
    /// does not ascend.
    pub(crate) fn narrowed(
        &self,
        tag: &str,
        parts: &Parts,
        (low, high): (f64, f64),
        span: impl Fn(&Extent) -> (f64, f64, bool),
    ) -> Option<Parts> {
        let whole = parts
            .iter()
            .filter_map(|(file, range)| self.extent(*file, tag, range))
            .reduce(Extent::and);
        if !whole.is_some_and(|whole| span(&whole).2) {
            return None;
        }
        let narrow = |(file, range): &(usize, Range<usize>)| {
            let (mut start, mut end) = (range.start, range.end);
            let points = self.files[*file].1.series.scalar(tag);
            let stretches = points
                .into_iter()
                .flat_map(|it| it.stretches(range.clone()));
            for (part, whole, extent, _) in stretches {
                // What lies in the range of another section may be anywhere.
                if !whole {
                    continue;
                }
                let (lowest, highest, _) = span(&extent);
                if highest < low {
                    start = part.end - 1;
                } else if lowest > high {
                    end = part.start + 1;
                    break;
                }
            }
            (*file, start..end)
        };
        Some(parts.iter().map(narrow).collect())
    }
}

impl Snapshot<'_> {
    /// The points of `parts` of a scalar series as they are kept. None if the cache does not hold what was written to
    /// it; those files are then read anew.
    pub(crate) fn pieces<'s>(&'s self, tag: &str, parts: &Parts) -> Option<Vec<Piece<'s, f64>>> {
        let mut pieces = Vec::new();
        for (file, range) in parts {
            let points = self.files[*file].1.series.scalar(tag)?;
            let Ok(mut more) = points.pieces(range.clone()) else {
                self.distrust(*file);
                return None;
            };
            pieces.append(&mut more);
        }
        Some(pieces)
    }

    /// Lets a file be read anew, since the cache does not hold what was read of it.
    pub(crate) fn distrust(&self, file: usize) {
        self.files[file].0.distrust();
        self.unread.set(true);
    }

    /// The same of all files of some parts.
    pub(crate) fn distrust_all(&self, parts: &Parts) {
        for (file, _) in parts {
            self.distrust(*file);
        }
    }

    /// Whether points that were asked for since this was asked last could not be read.
    pub(crate) fn take_unread(&self) -> bool {
        let lost = self.files.iter().any(|(_, it)| it.series.is_lost());
        self.unread.take() || lost
    }
}
