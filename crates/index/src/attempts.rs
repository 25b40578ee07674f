//! Attempts: the stretches of a run between restarts.
//!
//! The files of a run follow each other in order of their first wall time (names break ties). A file begins a new
//! attempt if it goes back: if one of its scalar tags starts at or below the last step that this tag had in the attempt
//! so far, or if it opens with a session start at or below the highest step of the attempt so far. A file that only
//! brings other tags, or goes on where the last one stopped, belongs to the same attempt. Inside a file only a session
//! start at or below a step already passed begins a new attempt. Nothing is ever dropped.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::RwLockReadGuard;

use crate::catalog::Run;
use crate::contents::Contents;
use crate::event_file::EventFile;
use crate::points::{Piece, Points};
use crate::summary::Extent;

/// A run as it stands, held still for a query.
pub(crate) struct Snapshot<'a> {
    /// The files in order of their first wall time.
    pub(crate) files: Vec<(&'a EventFile, RwLockReadGuard<'a, Contents>)>,
    /// For each file the attempt in which it begins.
    first_attempts: Vec<usize>,
    /// Attempts in all; at least 1.
    pub(crate) attempts: usize,
}

/// One attempt's points of one series: for each file that has some, its place in the run and a range of indices.
pub(crate) type Parts = Vec<(usize, Range<usize>)>;

impl<'a> Snapshot<'a> {
    pub(crate) fn of(run: &'a Run) -> Self {
        let mut files: Vec<_> = run
            .files
            .iter()
            .map(|file| (&**file, file.contents()))
            .collect();
        let time = |contents: &Contents| contents.first_wall_time.unwrap_or(f64::INFINITY);
        files.sort_by(|(_, a), (_, b)| time(a).total_cmp(&time(b)));
        let (first_attempts, attempts) = assign(files.iter().map(|(_, contents)| &**contents));
        Self {
            files,
            first_attempts,
            attempts,
        }
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

    /// The points of a scalar series by attempt, in log order: (attempt, parts), ascending, none empty.
    pub(crate) fn scalar_parts(&self, tag: &str) -> Vec<(usize, Parts)> {
        let mut attempts: Vec<(usize, Parts)> = Vec::new();
        for (index, (_, contents)) in self.files.iter().enumerate() {
            let Some(points) = contents.series.scalar(tag) else {
                continue;
            };
            for (section, range) in points.sections() {
                let attempt = self.first_attempts[index] + section;
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
        let (file, contents) = &self.files[file];
        let points = contents.series.scalar(tag)?;
        let mut whole: Option<Extent> = None;
        for (stretch, extent, _) in points.stretches() {
            let part = stretch.start.max(range.start)..stretch.end.min(range.end);
            if part.is_empty() {
                continue;
            }
            let extent = if part == stretch {
                extent
            } else if let Ok(columns) = points.columns(part) {
                Extent::of(&columns.steps, &columns.wall_times)?
            } else {
                file.distrust();
                return None;
            };
            whole = Some(whole.map_or(extent, |whole| whole.and(extent)));
        }
        whole
    }

    /// How many of the values of a scalar series in one file that have the indices of `range` are not finite.
    pub(crate) fn non_finite(&self, file: usize, tag: &str, range: &Range<usize>) -> usize {
        let (file, contents) = &self.files[file];
        let Some(points) = contents.series.scalar(tag) else {
            return 0;
        };
        let mut count = 0;
        for (stretch, _, extremes) in points.stretches() {
            let part = stretch.start.max(range.start)..stretch.end.min(range.end);
            if part == stretch || (!part.is_empty() && extremes.non_finite() == 0) {
                count += extremes.non_finite() as usize;
            } else if !part.is_empty() {
                match points.columns(part) {
                    Ok(columns) => {
                        count += columns.values.iter().filter(|it| !it.is_finite()).count();
                    }
                    Err(_) => file.distrust(),
                }
            }
        }
        count
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
            for (stretch, extent, _) in points.into_iter().flat_map(Points::stretches) {
                let part = stretch.start.max(range.start)..stretch.end.min(range.end);
                // What lies in the range of another section may be anywhere.
                if part != stretch {
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
            let (file, contents) = &self.files[*file];
            let Ok(mut more) = contents.series.scalar(tag)?.pieces(range.clone()) else {
                file.distrust();
                return None;
            };
            pieces.append(&mut more);
        }
        Some(pieces)
    }

    /// Lets the files of `parts` be read anew, since the cache does not hold what was read of them.
    pub(crate) fn distrust(&self, parts: &Parts) {
        for (file, _) in parts {
            self.files[*file].0.distrust();
        }
    }
}

/// The attempt in which each file begins, and the number of attempts.
fn assign<'a>(files: impl ExactSizeIterator<Item = &'a Contents>) -> (Vec<usize>, usize) {
    let mut firsts = Vec::with_capacity(files.len());
    let mut attempt = 0;
    let mut last_steps: HashMap<&str, i64> = HashMap::new();
    let mut highest: Option<i64> = None;
    let one_file = files.len() == 1;
    for contents in files {
        let scalars = || contents.series.scalars();
        let goes_back = !one_file
            && (scalars().any(|(tag, points)| {
                last_steps
                    .get(tag)
                    .is_some_and(|last| points.first_step().is_some_and(|first| first <= *last))
            }) || contents
                .sections
                .leading_start
                .is_some_and(|start| highest.is_some_and(|highest| start <= highest)));
        if goes_back {
            attempt += 1;
        }
        firsts.push(attempt);
        if goes_back || contents.sections.last > 0 {
            last_steps.clear();
            highest = None;
        }
        attempt += contents.sections.last;
        highest = highest.max(contents.sections.highest_step);
        if one_file {
            continue;
        }
        for (tag, points) in scalars() {
            let in_last_section = points
                .sections()
                .last()
                .is_some_and(|(section, _)| section == contents.sections.last);
            if in_last_section && let Some(step) = points.last_step() {
                last_steps.insert(tag, step);
            }
        }
    }
    (firsts, attempt + 1)
}

#[cfg(test)]
mod tests {
    use super::assign;
    use crate::contents::Contents;
    use lightboard_events::encode::{Scalar, scalar, session_start};
    use lightboard_events::{Scan, Scanner};

    /// The contents of a file: `(tag, step)` for a scalar, `("START", step)` for a session start.
    fn file(events: &[(&str, i64)]) -> Contents {
        let mut bytes = Vec::new();
        for (tag, step) in events {
            match *tag {
                "START" => session_start(&mut bytes, 0.0, *step),
                tag => scalar(&mut bytes, 0.0, *step, tag, Scalar::Simple(1.0)),
            }
        }
        let mut contents = Contents::new(std::sync::Arc::default());
        let mut scanner = Scanner::new();
        while let Scan::Record { offset, payload } =
            scanner.next(&bytes[scanner.offset() as usize..], true)
        {
            contents.add_record(offset, payload);
        }
        contents
    }

    fn firsts(files: &[&[(&str, i64)]]) -> (Vec<usize>, usize) {
        let files: Vec<Contents> = files.iter().map(|events| file(events)).collect();
        assign(files.iter())
    }

    #[test]
    fn files_that_go_on_are_one_attempt_and_files_that_go_back_are_another() {
        assert_eq!(firsts(&[]), (vec![], 1));
        assert_eq!(
            firsts(&[&[("loss", 0), ("loss", 9)], &[("loss", 10)]]),
            (vec![0, 0], 1)
        );
        assert_eq!(
            firsts(&[&[("loss", 0), ("loss", 9)], &[("loss", 9)]]),
            (vec![0, 1], 2)
        );
        assert_eq!(
            firsts(&[&[("loss", 9)], &[("loss", 0)], &[], &[("loss", 1)]]),
            (vec![0, 1, 1, 1], 2)
        );
    }

    #[test]
    fn a_file_with_other_tags_belongs_to_the_same_attempt() {
        assert_eq!(
            firsts(&[
                &[("loss", 0), ("loss", 9)],
                &[("eval", 0)],
                &[("eval", 1), ("loss", 10)]
            ]),
            (vec![0, 0, 0], 1)
        );
    }

    #[test]
    fn steps_that_go_back_inside_a_file_are_no_restart() {
        assert_eq!(
            firsts(&[&[("loss", 9), ("loss", 0)], &[("loss", 1)]]),
            (vec![0, 0], 1)
        );
    }

    #[test]
    fn session_starts_count_when_they_go_back() {
        assert_eq!(
            firsts(&[&[
                ("START", 0),
                ("loss", 0),
                ("loss", 9),
                ("START", 10),
                ("loss", 10)
            ]]),
            (vec![0], 1)
        );
        assert_eq!(
            firsts(&[&[("loss", 0), ("loss", 9), ("START", 5), ("loss", 5)]]),
            (vec![0], 2)
        );
        assert_eq!(
            firsts(&[&[("loss", 9)], &[("START", 5), ("other", 5)]]),
            (vec![0, 1], 2)
        );
        assert_eq!(
            firsts(&[
                &[("loss", 9), ("START", 5), ("loss", 5)],
                &[("loss", 6)],
                &[("loss", 6)]
            ]),
            (vec![0, 1, 2], 3)
        );
    }
}
