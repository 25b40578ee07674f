//! Restarts: which attempt each stretch of a run belongs to.
//!
//! The files of a run follow each other in order of their first wall time (names break ties). A file begins a new
//! attempt if one of its scalar tags goes back: starts at or below the last step that this tag had in the attempt so
//! far. A `SessionLog` START, wherever it stands, begins one if its step is at or below the highest of the attempt so
//! far in files that had ended, or below the highest in its own. A file that only brings other tags, or goes on where the last one stopped, belongs to the same attempt; so does what
//! `add_hparams` left. A file restarts only what had ended before it began: one that logs a tag while another file
//! does is another writer at work, and an attempt of its own. Nothing is ever dropped.

use std::collections::HashMap;

use crate::contents::Contents;
use crate::event_file::EventFile;
use crate::staircase::Staircase;

/// One event file of a run, held still.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stretch<'a> {
    pub(crate) file: &'a EventFile,
    pub(crate) contents: &'a Contents,
}

/// The attempts of a run.
#[derive(Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Labels {
    /// The attempt of each section of each file, file after file; none if there is one attempt of one section.
    sections: Vec<usize>,
    /// Where each file begins in `sections`.
    firsts: Vec<usize>,
    /// For each file, whether it is what a call of `add_hparams` left in a run of the same writer: that restarts nothing.
    records: Vec<bool>,
}

impl Labels {
    /// The attempt of a section of a file.
    pub(crate) fn attempt(&self, file: usize, section: usize) -> usize {
        let first = self.firsts.get(file);
        first.map_or(0, |first| self.sections[first + section])
    }

    /// Attempts in all, at least 1.
    pub(crate) fn attempts(&self) -> usize {
        self.sections.last().map_or(1, |last| last + 1)
    }

    pub(crate) fn is_record(&self, file: usize) -> bool {
        self.records.get(file).is_some_and(|record| *record)
    }
}

/// What an attempt has logged so far.
#[derive(Default)]
struct Passed<'a> {
    /// The last step of each tag, and when its file was written last.
    tags: HashMap<&'a str, (i64, f64)>,
    /// The highest steps of its files, by when they were written last.
    highest: Staircase,
}

impl<'a> Passed<'a> {
    /// The highest step that was logged in files which had ended by `begin`. In the staircase both are upside down.
    fn highest(&self, begin: f64) -> Option<i64> {
        self.highest.lowest(-begin).map(|step| !step)
    }

    /// Whether a file that began at `begin` goes back in a tag, or logs one that another file was logging.
    fn meets(&self, contents: &Contents) -> bool {
        let begin = contents.begin();
        !self.tags.is_empty()
            && contents.series.scalars().any(|(tag, points)| {
                self.tags.get(tag).is_some_and(|(last, end)| {
                    *end > begin || points.first_step().is_some_and(|first| first <= *last)
                })
            })
    }

    /// Adds what a file logged in its sections from `section` on.
    fn add(&mut self, contents: &'a Contents, section: usize) {
        let end = contents.end();
        let sections = &contents.sections.all()[section..];
        if let Some(highest) = sections.iter().filter_map(|it| it.highest_step).max() {
            self.highest.add(-end, !highest);
        }
        for (tag, points) in contents.series.scalars() {
            let logged = points.sections().last().is_some_and(|it| it.0 >= section);
            if logged && let Some(step) = points.last_step() {
                self.tags.insert(tag, (step, end));
            }
        }
    }
}

/// The attempts of a run with these files, which stand in order of their first wall time.
pub(crate) fn label(files: &[Stretch<'_>]) -> Labels {
    let mut labels = Labels::default();
    if let [only] = files
        && only.contents.sections.all().len() == 1
    {
        return labels;
    }
    let mut passed = Passed::default();
    let mut attempt = 0;
    for (place, Stretch { file, contents }) in files.iter().enumerate() {
        let begin = contents.begin();
        let is_record = files[..place]
            .iter()
            .any(|it| it.file.writer == file.writer)
            && contents.is_hparams_record();
        labels.firsts.push(labels.sections.len());
        labels.records.push(is_record);
        // The attempt's first section in this file.
        let mut first = 0;
        let mut highest = None;
        for (section, known) in contents.sections.all().iter().enumerate() {
            // A start in the midst of a file is to go back behind what was logged there: TensorFlow's hooks write one
            // each, at the step at which they all begin.
            let restarts = known.start.is_some_and(|start| {
                highest > Some(start.step) || passed.highest(begin) >= Some(start.step)
            });
            let goes_back = restarts || (section == 0 && !is_record && passed.meets(contents));
            if goes_back {
                attempt += 1;
                passed = Passed::default();
                (first, highest) = (section, None);
            }
            highest = highest.max(known.highest_step);
            labels.sections.push(attempt);
        }
        if files.len() > 1 && !is_record {
            passed.add(contents, first);
        }
    }
    labels
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use lightboard_events::encode::{Scalar, scalar, session_start};
    use lightboard_events::{Part, Scanner};

    use super::{Stretch, label};
    use crate::event_file::EventFile;

    /// A file whose events are a second apart from `begin` on: `(tag, step)` for a scalar, `("START", step)` for a
    /// session start.
    fn file(begin: f64, events: &[(&str, i64)]) -> EventFile {
        let mut bytes = Vec::new();
        for (index, (tag, step)) in events.iter().enumerate() {
            let time = begin + index as f64;
            match *tag {
                "START" => session_start(&mut bytes, time, *step),
                tag => scalar(&mut bytes, time, *step, tag, Scalar::Simple(1.0)),
            }
        }
        let file = EventFile::new("x".into(), "x.tfevents".into(), Arc::default());
        let mut scanner = Scanner::new();
        scanner.feed(&bytes, true, |part| {
            if let Part::Record(record) = part {
                let mut contents = file.contents_mut();
                contents.add_record(record.offset, record.payload(), record.checksum());
            }
        });
        file
    }

    /// The attempts of each file's sections. Each file begins `pause` seconds after the one before it.
    fn labels(pause: f64, files: &[&[(&str, i64)]]) -> Vec<Vec<usize>> {
        let files: Vec<EventFile> = files
            .iter()
            .enumerate()
            .map(|(index, events)| file(index as f64 * pause, events))
            .collect();
        let contents: Vec<_> = files.iter().map(EventFile::contents).collect();
        let stretches: Vec<_> = files
            .iter()
            .zip(&contents)
            .map(|(file, contents)| Stretch { file, contents })
            .collect();
        let labels = label(&stretches);
        let sections = contents
            .iter()
            .map(|contents| contents.sections.all().len());
        let of_file = |(file, sections)| (0..sections).map(|it| labels.attempt(file, it)).collect();
        sections.enumerate().map(of_file).collect()
    }

    fn in_turn(files: &[&[(&str, i64)]]) -> Vec<Vec<usize>> {
        labels(100.0, files)
    }

    #[test]
    fn files_that_go_on_are_one_attempt_and_files_that_go_back_are_another() {
        assert_eq!(in_turn(&[]), Vec::<Vec<usize>>::new());
        assert_eq!(
            in_turn(&[&[("loss", 0), ("loss", 9)], &[("loss", 10)]]),
            [[0], [0]]
        );
        assert_eq!(
            in_turn(&[&[("loss", 0), ("loss", 9)], &[("loss", 9)]]),
            [[0], [1]]
        );
        assert_eq!(
            in_turn(&[&[("loss", 9)], &[("loss", 0)], &[], &[("loss", 1)]]),
            [[0], [1], [1], [1]]
        );
    }

    #[test]
    fn a_file_with_other_tags_belongs_to_the_same_attempt() {
        let files: [&[(&str, i64)]; 3] = [
            &[("loss", 0), ("loss", 9)],
            &[("eval", 0)],
            &[("eval", 1), ("loss", 10)],
        ];
        assert_eq!(in_turn(&files), [[0], [0], [0]]);
        assert_eq!(labels(0.5, &files[..2]), [[0], [0]]);
    }

    #[test]
    fn a_tag_that_two_files_log_at_a_time_makes_two_attempts_though_no_step_goes_back() {
        let files: [&[(&str, i64)]; 2] = [&[("loss", 0), ("loss", 1)], &[("loss", 2)]];
        assert_eq!(labels(0.5, &files), [[0], [1]]);
        assert_eq!(labels(1.0, &files), [[0], [0]]);
    }

    #[test]
    fn steps_that_go_back_inside_a_file_are_no_restart() {
        assert_eq!(
            in_turn(&[&[("loss", 9), ("loss", 0)], &[("loss", 1)]]),
            [[0], [0]]
        );
    }

    #[test]
    fn session_starts_count_when_they_go_back() {
        let supervised = [
            ("START", 0),
            ("loss", 0),
            ("loss", 9),
            ("START", 10),
            ("loss", 10),
        ];
        assert_eq!(in_turn(&[&supervised]), [[0, 0]]);
        assert_eq!(
            in_turn(&[&[("loss", 0), ("loss", 9), ("START", 5), ("loss", 5)]]),
            [[0, 1]]
        );
        let two_hooks = [("START", 1), ("loss", 1), ("START", 1), ("norm", 1)];
        assert_eq!(in_turn(&[&two_hooks]), [[0, 0]]);
        assert_eq!(
            in_turn(&[&[("loss", 9)], &[("START", 9), ("other", 9)]]),
            [[0], [1]]
        );
        assert_eq!(
            in_turn(&[
                &[("loss", 9), ("START", 5), ("loss", 5)],
                &[("loss", 6)],
                &[("loss", 6)]
            ]),
            [vec![0, 1], vec![1], vec![2]]
        );
        // Nothing of this file went so far, but the run did.
        assert_eq!(
            in_turn(&[&[("loss", 9)], &[("other", 0), ("START", 5), ("other", 5)]]),
            [vec![0], vec![0, 1]]
        );
    }

    #[test]
    fn a_session_start_restarts_nothing_that_was_still_being_written() {
        let files: [&[(&str, i64)]; 2] =
            [&[("loss", 0), ("loss", 9)], &[("START", 5), ("other", 5)]];
        assert_eq!(labels(0.5, &files), [[0], [0]]);
        assert_eq!(labels(1.0, &files), [[0], [1]]);
    }
}
