//! Conflicts: several writers at work in one run at a time.

use std::collections::{BTreeSet, HashMap};
use std::time::SystemTime;

use serde::Serialize;

use crate::attempts::Snapshot;
use crate::writer::Writer;

/// Tags that a message names.
const NAMED: usize = 3;

/// Writers that interleave: their files' times overlap, and they log one tag or are being written by two processes.
#[derive(Debug, Serialize)]
pub(crate) struct Conflict<'a> {
    message: String,
    writers: BTreeSet<&'a Writer>,
    files: Vec<&'a str>,
}

/// The conflict in a run, if there is one.
pub(crate) fn conflict<'a>(snapshot: &Snapshot<'a>, now: SystemTime) -> Option<Conflict<'a>> {
    let logged: Vec<usize> = (0..snapshot.files.len())
        .filter(|place| snapshot.files[*place].1.series.len() > 0)
        .filter(|place| !snapshot.labels.is_record(*place))
        .collect();
    if logged.len() < 2 {
        return None;
    }
    let mut concerned = BTreeSet::new();
    let mut tags = BTreeSet::new();
    // The file that was written last of those so far, of all that have the tag and of all that are being written.
    let mut with_tag: HashMap<&str, usize> = HashMap::new();
    let mut live: Option<usize> = None;
    let later = |one: usize, other: usize| {
        if snapshot.files[one].1.end() > snapshot.files[other].1.end() {
            one
        } else {
            other
        }
    };
    for place in logged {
        let (file, contents) = &snapshot.files[place];
        let overlaps = |other: usize| snapshot.files[other].1.end() > contents.begin();
        for (tag, _) in contents.series.scalars() {
            let last = with_tag.entry(tag).or_insert(place);
            if *last != place && overlaps(*last) {
                concerned.extend([*last, place]);
                tags.insert(tag);
            }
            *last = later(*last, place);
        }
        if contents.is_live(now) {
            if let Some(other) = live
                && overlaps(other)
                && snapshot.files[other].0.writer != file.writer
            {
                concerned.extend([other, place]);
            }
            live = Some(live.map_or(place, |other| later(other, place)));
        }
    }
    let concerned: Vec<_> = concerned
        .iter()
        .map(|place| snapshot.files[*place].0)
        .collect();
    let first = concerned.first()?;
    let files: Vec<&str> = concerned.iter().map(|file| file.name.as_str()).collect();
    let (what, drawn) = match (tags.len(), quoted(&tags)) {
        (0, _) => ("are being written".to_owned(), "Every curve is drawn."),
        (count, named) => {
            let more = match count.saturating_sub(NAMED) {
                0 => String::new(),
                more => format!(" and {more} more tags"),
            };
            let drawn =
                "Their curves are kept apart as attempts, of which none supersedes another.";
            (format!("log {named}{more}"), drawn)
        }
    };
    let message = format!(
        "Expected one writer at a time in a run, found {} files that {what} at the same time: {}. {drawn} Give each \
         writer a directory of its own, or let one process of a job log. Directory: {}",
        files.len(),
        files.join(", "),
        first.path.parent().unwrap_or(&first.path).display(),
    );
    Some(Conflict {
        message,
        writers: concerned
            .iter()
            .filter_map(|file| file.writer.as_ref())
            .collect(),
        files,
    })
}

fn quoted(tags: &BTreeSet<&str>) -> String {
    let named: Vec<String> = tags
        .iter()
        .take(NAMED)
        .map(|tag| format!("{tag:?}"))
        .collect();
    named.join(", ")
}
