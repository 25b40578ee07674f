//! Kinds that an earlier file of a run told: TensorFlow gives a tag's plugin once, and a restart goes on in another file
//! (`spec/events.md`, Kinds).

use std::collections::HashMap;
use std::sync::Arc;

use lightboard_events::Kind;

use crate::changes::Touched;
use crate::event_file::{EventFile, News};

/// Gives series without metadata the kind that an earlier file of the run told of their tag, and takes it back where
/// that file is gone or was not so early. Returns what is new, if anything. To be called whenever files were read or
/// came or went, in whatever order.
pub(crate) fn tell_kinds(files: &[Arc<EventFile>]) -> Option<News> {
    if files
        .iter()
        .all(|file| file.contents().series.untold() == 0)
    {
        return None;
    }
    let mut moved = Vec::new();
    let mut told: HashMap<Arc<str>, Kind> = HashMap::new();
    for file in in_order(files) {
        let changes = file.contents().series.retold(&told);
        if !changes.is_empty() {
            let mut contents = file.contents_mut();
            for (place, kind) in changes {
                moved.push(contents.series.retell(place, kind));
            }
        }
        for series in file.contents().series.iter() {
            if series.metadata.is_some() {
                told.entry(Arc::clone(&series.tag)).or_insert(series.own);
            }
        }
    }
    (!moved.is_empty()).then_some(News {
        touched: Touched::Series(moved),
        tags: true,
    })
}

/// The files in order of their first wall time; names, by which they stand, break ties.
pub(crate) fn in_order(files: &[Arc<EventFile>]) -> Vec<&Arc<EventFile>> {
    let begin = |file: &EventFile| file.contents().first_wall_time.unwrap_or(f64::INFINITY);
    let mut files: Vec<_> = files.iter().map(|file| (begin(file), file)).collect();
    files.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    files.into_iter().map(|(_, file)| file).collect()
}
