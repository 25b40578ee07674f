//! Superseding: which points of an attempt a later one took over.
//!
//! A point is superseded if a later attempt has the same tag at or below its step, or has a `SessionLog` START at or
//! below it, in a file that began when the point's own had ended, or later in the same file. A START of the run above
//! supersedes what a sub-run had logged by then. Steps of different tags are compared by a START only. What is
//! superseded stays in the index.

use std::collections::HashMap;
use std::ops::Range;

use lightboard_events::Kind;
use serde::Serialize;

use crate::attempts::{Parts, Snapshot};
use crate::block::Malformed;
use crate::contents::Start;
use crate::points::{Points, Value};
use crate::series::SeriesData;
use crate::staircase::Staircase;

/// Which points a question is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Attempts {
    /// Those that no later attempt supersedes.
    Latest,
    /// Every one.
    All,
}

/// One attempt's points of a series.
#[derive(Debug)]
pub(crate) struct Attempt {
    pub(crate) number: usize,
    /// Points in all.
    pub(crate) points: usize,
    /// Those that were asked for; there may be none.
    pub(crate) parts: Parts,
    /// How many are superseded.
    pub(crate) superseded: usize,
    /// The lowest step of those.
    pub(crate) superseded_from: Option<i64>,
}

/// Supersedes the points from a step on that were logged before a time.
#[derive(Debug, Clone, Copy)]
struct Cut {
    step: i64,
    before: f64,
}

/// A range of points parted by cuts.
#[derive(Debug, Default, PartialEq)]
struct Parted {
    kept: Vec<Range<usize>>,
    superseded: usize,
    lowest: Option<i64>,
}

/// What takes over: an attempt in a file, from a step on.
struct Taker {
    attempt: usize,
    file: usize,
    step: i64,
}

impl Snapshot<'_> {
    /// The points of a scalar series by attempt, in log order, attempts ascending.
    pub(crate) fn attempts_of(&self, tag: &str, asked: Attempts) -> Vec<Attempt> {
        self.attempts_of_kind((tag, Kind::Scalar), asked)
    }

    /// The same of a series of any kind.
    pub(crate) fn attempts_of_kind(&self, series: (&str, Kind), asked: Attempts) -> Vec<Attempt> {
        let all = self.parts(series.0, series.1);
        let mut takers = Takers::new(self, series, &all);
        let mut attempts: Vec<Attempt> = all
            .into_iter()
            .rev()
            .map(|(number, parts)| self.part(series, number, parts, takers.as_mut(), asked))
            .collect();
        attempts.reverse();
        attempts
    }

    fn part(
        &self,
        (tag, kind): (&str, Kind),
        number: usize,
        parts: Parts,
        mut takers: Option<&mut Takers>,
        asked: Attempts,
    ) -> Attempt {
        let mut attempt = Attempt {
            number,
            points: parts.iter().map(|(_, range)| range.len()).sum(),
            parts: Vec::new(),
            superseded: 0,
            superseded_from: None,
        };
        for (place, range) in parts {
            let contents = &self.files[place].1;
            let end = contents.end();
            let from = takers.as_mut().and_then(|it| it.from(number, place, end));
            let cuts: Vec<Cut> = from
                .map(|step| Cut {
                    step,
                    before: f64::INFINITY,
                })
                .into_iter()
                .chain(self.cuts_from_above(place))
                .collect();
            let series = contents.series.get(tag, kind);
            let parted = match series.map(|series| match &series.data {
                SeriesData::Scalars(points) => parted(points, &range, &cuts),
                SeriesData::Values(points) => parted(points, &range, &cuts),
            }) {
                Some(Ok(parted)) if !cuts.is_empty() => parted,
                Some(Err(Malformed)) => {
                    self.distrust(place);
                    continue;
                }
                _ => {
                    attempt.parts.push((place, range));
                    continue;
                }
            };
            attempt.superseded += parted.superseded;
            attempt.superseded_from = attempt
                .superseded_from
                .into_iter()
                .chain(parted.lowest)
                .min();
            match asked {
                Attempts::All => attempt.parts.push((place, range)),
                Attempts::Latest => {
                    attempt
                        .parts
                        .extend(parted.kept.into_iter().map(|range| (place, range)));
                }
            }
        }
        attempt
    }

    /// The cuts that session starts of the run above make in a file. Another writer's spare a file that was still
    /// being written.
    fn cuts_from_above(&self, file: usize) -> impl Iterator<Item = Cut> {
        let (file, contents) = &self.files[file];
        let end = contents.end();
        self.starts_above
            .iter()
            .filter(move |(start, writer)| end <= start.wall_time || *writer == file.writer)
            .map(|(Start { step, wall_time }, _)| Cut {
                step: *step,
                before: *wall_time,
            })
    }
}

/// The takers of a series' attempts, the latest first, as far as they were needed.
struct Takers {
    /// Those that are left, attempts ascending.
    left: Vec<(Taker, f64)>,
    /// By when their files began.
    others: Staircase,
    /// By file.
    own: HashMap<usize, i64>,
}

impl Takers {
    /// None if nothing can be superseded.
    fn new(snapshot: &Snapshot<'_>, series: (&str, Kind), all: &[(usize, Parts)]) -> Option<Self> {
        if snapshot.attempts == 1 || all.is_empty() {
            return None;
        }
        let parts = all.iter().flat_map(|(attempt, parts)| {
            parts
                .iter()
                .map(move |(file, range)| (*attempt, *file, range))
        });
        let logged_again = parts
            .filter(|(_, file, _)| !snapshot.labels.is_record(*file))
            .filter_map(|(attempt, file, range)| {
                let step = snapshot.extent_of(file, series, range)?.min_step;
                Some(Taker {
                    attempt,
                    file,
                    step,
                })
            });
        let starts = snapshot
            .files
            .iter()
            .enumerate()
            .flat_map(|(file, (_, contents))| {
                let sections = contents.sections.all().iter().enumerate();
                sections.filter_map(move |(section, known)| {
                    let attempt = snapshot.labels.attempt(file, section);
                    let step = known.start?.step;
                    Some(Taker {
                        attempt,
                        file,
                        step,
                    })
                })
            });
        let mut left: Vec<_> = logged_again
            .chain(starts)
            .map(|taker| {
                let begin = snapshot.files[taker.file].1.begin();
                (taker, begin)
            })
            .collect();
        left.sort_by_key(|(taker, _)| taker.attempt);
        Some(Self {
            left,
            others: Staircase::default(),
            own: HashMap::new(),
        })
    }

    /// From which step on a later attempt took over from `attempt` in `file`, which ended at `end`. Attempts are to be
    /// asked for in descending order.
    fn from(&mut self, attempt: usize, file: usize, end: f64) -> Option<i64> {
        while let Some((taker, begin)) = self.left.pop_if(|(it, _)| it.attempt > attempt) {
            self.others.add(begin, taker.step);
            let own = self.own.entry(taker.file).or_insert(taker.step);
            *own = taker.step.min(*own);
        }
        let own = self.own.get(&file).copied();
        own.into_iter().chain(self.others.lowest(end)).min()
    }
}

/// Parts a range of points; only blocks in which a cut lies are unpacked.
fn parted<V: Value>(
    points: &Points<V>,
    range: &Range<usize>,
    cuts: &[Cut],
) -> Result<Parted, Malformed> {
    let mut all = Parted::default();
    for (part, whole, extent, _) in points.stretches(range.clone()) {
        let untouched = cuts
            .iter()
            .all(|cut| extent.max_step < cut.step || extent.min_wall_time >= cut.before);
        if untouched {
            all.keep(part);
            continue;
        }
        let gone = cuts
            .iter()
            .any(|cut| extent.min_step >= cut.step && extent.max_wall_time < cut.before);
        if gone && whole {
            all.supersede(part.len(), extent.min_step);
            continue;
        }
        let columns = points.columns(part.clone())?;
        for (index, (step, time)) in part.zip(columns.steps.iter().zip(&*columns.wall_times)) {
            if cuts
                .iter()
                .any(|cut| *step >= cut.step && *time < cut.before)
            {
                all.supersede(1, *step);
            } else {
                all.keep(index..index + 1);
            }
        }
    }
    Ok(all)
}

impl Parted {
    fn keep(&mut self, range: Range<usize>) {
        match self.kept.last_mut() {
            Some(last) if last.end == range.start => last.end = range.end,
            _ => self.kept.push(range),
        }
    }

    fn supersede(&mut self, points: usize, lowest: i64) {
        self.superseded += points;
        self.lowest = Some(self.lowest.map_or(lowest, |before| before.min(lowest)));
    }
}
