//! The catalog: which runs there are and which event files each has. Immutable; every walk that finds something new
//! makes another.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use crate::attempts::Snapshot;
use crate::changes::Change;
use crate::event_file::EventFile;
use crate::logdir::{Found, Listing, Logdir, file_path, folders_above, is_absent};
use crate::manifest::Saved;
use crate::names::{natural, run_id, shown};
use crate::store::Store;

/// A directory that holds event files.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) id: String,
    /// Place of its log directory in the catalog.
    pub(crate) logdir: usize,
    /// Raw path below the log directory.
    pub(crate) path: Vec<u8>,
    pub(crate) name: String,
    /// The run in the nearest folder above that is one.
    pub(crate) above: Option<Arc<Run>>,
    /// In order of their names.
    pub(crate) files: Vec<Arc<EventFile>>,
    /// How its attempts lay when its files were read last.
    layout: AtomicU64,
}

impl Run {
    /// Whether its attempts lie otherwise than the last time: then series changed of which no value was read.
    pub(crate) fn lies_otherwise(&self) -> bool {
        let layout = Snapshot::of(self).layout();
        self.layout.swap(layout, Ordering::Relaxed) != layout
    }
}

/// All runs, by log directory and in natural order of their names.
#[derive(Debug, Default)]
pub(crate) struct Catalog {
    pub(crate) listings: Vec<Listing>,
    pub(crate) runs: Vec<Arc<Run>>,
    by_id: HashMap<String, usize>,
    store: Arc<Store>,
}

impl Catalog {
    /// Before the first walk.
    pub(crate) fn unwalked(logdirs: usize, store: Arc<Store>) -> Self {
        Self {
            listings: vec![Listing::unwalked(); logdirs],
            store,
            ..Self::default()
        }
    }

    pub(crate) fn get(&self, id: &str) -> Option<&Arc<Run>> {
        self.by_id.get(id).map(|index| &self.runs[*index])
    }

    pub(crate) fn files(&self) -> impl Iterator<Item = (&Arc<Run>, &Arc<EventFile>)> {
        self.runs
            .iter()
            .flat_map(|run| run.files.iter().map(move |file| (run, file)))
    }

    /// The catalog after a walk, and what changed. Files that were known keep what was read of them; of others `saved`
    /// may know it, by log directory, run and name.
    pub(crate) fn next(
        &self,
        logdirs: &[Logdir],
        mut listings: Vec<Listing>,
        saved: impl Fn(usize, &[u8], &OsStr) -> Option<Saved> + Sync,
    ) -> (Self, Change) {
        let mut known: HashMap<(usize, &[u8], &OsStr), &Arc<EventFile>> = HashMap::new();
        for (run, file) in self.files() {
            known.insert((run.logdir, &run.path, &file.file_name), file);
        }
        for (&(logdir, run, name), file) in &known {
            // A folder that cannot be listed for now still holds its runs.
            if listings[logdir].is_unlisted(run)
                && !fs::metadata(&file.path).is_err_and(|error| is_absent(&error))
            {
                listings[logdir].files.push(Found {
                    run: run.to_vec(),
                    name: name.to_owned(),
                });
            }
        }
        let mut runs = Vec::new();
        for (logdir, listing) in listings.iter_mut().enumerate() {
            listing.files.sort_unstable();
            listing.files.dedup();
            let first = runs.len();
            let found = listing.files.par_chunk_by(|a, b| a.run == b.run);
            let found: Vec<Run> = found
                .map(|files| {
                    let path = &files[0].run;
                    let id = run_id(&logdirs[logdir].name, path);
                    let before = self.get(&id);
                    let layout = before.map_or(0, |run| run.layout.load(Ordering::Relaxed));
                    let file = |found: &Found| {
                        let key = (logdir, found.run.as_slice(), found.name.as_os_str());
                        if let Some(file) = known.get(&key) {
                            return Arc::clone(file);
                        }
                        let file = file_path(&logdirs[logdir], found);
                        let (name, store) = (found.name.clone(), Arc::clone(&self.store));
                        Arc::new(match saved(logdir, &found.run, &name) {
                            Some(saved) => EventFile::restored(file, name, store, saved),
                            None => EventFile::new(file, name, store),
                        })
                    };
                    Run {
                        id,
                        logdir,
                        path: path.clone(),
                        name: if path.is_empty() {
                            ".".to_owned()
                        } else {
                            shown(path)
                        },
                        above: None,
                        files: files.iter().map(file).collect(),
                        layout: AtomicU64::new(layout),
                    }
                })
                .collect();
            // Folders above come first.
            let mut by_path: HashMap<&[u8], Arc<Run>> = HashMap::new();
            let paths = listing.files.chunk_by(|a, b| a.run == b.run);
            for (mut run, files) in found.into_iter().zip(paths) {
                let above = folders_above(&run.path).find_map(|folder| by_path.get(folder));
                run.above = above.cloned();
                let run = Arc::new(run);
                by_path.insert(&files[0].run, Arc::clone(&run));
                runs.push(run);
            }
            runs[first..].par_sort_by(|a, b| natural(&a.name, &b.name));
        }
        let by_id = runs
            .iter()
            .enumerate()
            .map(|(index, run)| (run.id.clone(), index))
            .collect();
        let next = Self {
            listings,
            runs,
            by_id,
            store: Arc::clone(&self.store),
        };
        let change = self.change_to(&next);
        (next, change)
    }

    fn change_to(&self, next: &Self) -> Change {
        let mut change = Change::default();
        for run in &next.runs {
            let same = self.get(&run.id).is_some_and(|before| {
                before.above.as_ref().map(|it| &it.id) == run.above.as_ref().map(|it| &it.id)
                    && before.files.len() == run.files.len()
                    && before
                        .files
                        .iter()
                        .zip(&run.files)
                        .all(|(a, b)| Arc::ptr_eq(a, b))
            });
            if !same {
                change.runs.insert(run.id.clone());
                // What a cache holds of a file is known at once, and no reading tells of it.
                let known = |file: &Arc<EventFile>| file.contents().series.len() > 0;
                change.tags |= run.files.iter().any(known);
            }
        }
        for run in &self.runs {
            let Some(now) = next.get(&run.id) else {
                change.removed.insert(run.id.clone());
                continue;
            };
            // Files that are gone take their series with them.
            change.tags |= run
                .files
                .iter()
                .any(|file| !now.files.iter().any(|other| Arc::ptr_eq(file, other)));
        }
        change.tags |= !change.removed.is_empty();
        change
    }
}
