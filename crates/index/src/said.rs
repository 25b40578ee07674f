//! What writers say of series of scalars beside their points: how a tag is called and described, and what its ranks are
//! to become.

use std::sync::Arc;

use lightboard_events::{Kind, Metadata, Reduce};
use serde::Serialize;

use crate::catalog::Run;
use crate::values::{Told, all_told, read_told};

/// Bytes of a text that are kept: it stays in memory for each file and tag that was asked for, and every picture of its tag
/// tells it.
const MOST_TEXT: usize = 4096;
/// Runs that are asked of one tag: each asked for the first time costs a read.
const MOST_RUNS: usize = 8;

/// What metadata say.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Said {
    pub(crate) display_name: String,
    pub(crate) description: String,
    #[serde(skip)]
    pub(crate) reduce: Option<Reduce>,
}

impl Said {
    fn of(metadata: &Metadata<'_>) -> Self {
        Self {
            display_name: beginning(metadata.display_name),
            description: beginning(metadata.description),
            reduce: Reduce::told(metadata),
        }
    }

    /// What an earlier file said, and of what it said nothing, what a later one did.
    fn and(mut self, later: &Self) -> Self {
        for (text, other) in [
            (&mut self.display_name, &later.display_name),
            (&mut self.description, &later.description),
        ] {
            if text.is_empty() {
                text.clone_from(other);
            }
        }
        self.reduce = self.reduce.or(later.reduce);
        self
    }
}

fn beginning(text: &str) -> String {
    let mut end = text.len().min(MOST_TEXT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text[..end].to_owned()
}

/// What a run says of a tag; none if no metadata of it can be read. Each record is read once.
pub(crate) fn of_run(run: &Run, tag: &str) -> Option<Said> {
    let mut all = all_told(run, tag, Kind::Scalar).filter_map(|told| of_file(&told, tag));
    let first = Arc::unwrap_or_clone(all.next()?);
    Some(all.fold(first, |said, later| said.and(&later)))
}

/// What the first of these runs whose metadata can be read says of a tag; nothing if there is none.
pub(crate) fn of_runs<'a>(runs: impl Iterator<Item = &'a Run>, tag: &str) -> Said {
    asked(runs, tag).next().unwrap_or_default()
}

/// What the ranks of a tag are to become, if these runs agree on it.
pub(crate) fn agreed<'a>(runs: impl Iterator<Item = &'a Run>, tag: &str) -> Option<Reduce> {
    let mut told = asked(runs, tag).filter_map(|said| said.reduce);
    let first = told.next()?;
    told.all(|other| other == first).then_some(first)
}

fn asked<'a>(runs: impl Iterator<Item = &'a Run>, tag: &str) -> impl Iterator<Item = Said> {
    runs.filter(move |run| has_metadata(run, tag))
        .take(MOST_RUNS)
        .filter_map(move |run| of_run(run, tag))
}

fn has_metadata(run: &Run, tag: &str) -> bool {
    run.files.iter().any(|file| {
        let contents = file.contents();
        let series = contents.series.get(tag, Kind::Scalar);
        series.is_some_and(|series| series.metadata.is_some())
    })
}

fn of_file(told: &Told<'_>, tag: &str) -> Option<Arc<Said>> {
    let known = told
        .0
        .contents()
        .series
        .get(tag, Kind::Scalar)?
        .said
        .get()
        .cloned();
    if known.is_some() {
        return known;
    }
    let said = Arc::new(read_told(told, |metadata| Said::of(&metadata))?);
    let contents = told.0.contents();
    let series = contents.series.get(tag, Kind::Scalar);
    // Meanwhile a later record may have said otherwise.
    if let Some(series) = series.filter(|series| series.metadata == Some(told.2)) {
        series.said.get_or_init(|| Arc::clone(&said));
    }
    Some(said)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::Arc;
    use std::time::{Duration, Instant};

    use lightboard_events::encode::{Described, described_scalar};
    use lightboard_events::{Kind, Reduce};

    use super::{MOST_TEXT, beginning, of_file};
    use crate::event_file::EventFile;
    use crate::values::Told;

    #[test]
    fn what_a_record_said_that_was_superseded_while_it_was_read_is_not_kept() {
        let temp = tempfile::tempdir().expect("temp");
        let path = temp.path().join("x.tfevents");
        let file = EventFile::new(path.clone(), "x.tfevents".into(), Arc::default());
        let mut bytes = Vec::new();
        let mut append = |display_name, reduce| {
            let described = Described {
                display_name,
                reduce,
                ..Described::default()
            };
            described_scalar(&mut bytes, 0.0, 0, "loss", 1.0, described);
            fs::write(&path, &bytes).expect("file");
            file.glance();
            let deadline = Instant::now() + Duration::from_secs(10);
            file.read(&mut Vec::new(), deadline, true, |_| {});
        };
        let told = || -> Told<'_> {
            let contents = file.contents();
            let series = contents.series.get("loss", Kind::Scalar).expect("series");
            let location = series.metadata.expect("metadata");
            (&file, contents.file_id.clone().expect("id"), location)
        };
        append("early", None);
        let early = told();
        append("late", Some(Reduce::Sum));
        let said = |told| of_file(told, "loss").map(|said| said.display_name.clone());
        assert_eq!(said(&early).as_deref(), Some("early"));
        assert_eq!(said(&told()).as_deref(), Some("late"));
    }

    #[test]
    fn of_a_long_text_the_beginning_is_kept_in_whole_characters() {
        let text = format!("x{}", "ü".repeat(MOST_TEXT));
        let kept = beginning(&text);
        assert!(text.starts_with(&kept));
        assert_eq!(kept.len(), MOST_TEXT - 1);
        assert_eq!(beginning("short"), "short");
    }
}
