//! The catalog: which runs there are and which event files each has. Immutable; every walk that finds something new
//! makes another.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use crate::attempts::Snapshot;
use crate::changes::Change;
use crate::event_file::EventFile;
use crate::logdir::{Found, Listing, Logdir, LogdirState, folders_above, is_absent, join};
use crate::manifest::SavedFiles;
use crate::names::{hash_of, natural, run_id, shown};
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
    /// Places by the hashes that are their ids.
    by_id: HashMap<u64, usize>,
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

    fn is_unwalked(&self) -> bool {
        let mut listings = self.listings.iter();
        listings.any(|listing| listing.state == LogdirState::Loading)
    }

    pub(crate) fn get(&self, id: &str) -> Option<&Arc<Run>> {
        let place = self.by_id.get(&hash_of(id)?)?;
        Some(&self.runs[*place]).filter(|run| run.id == id)
    }

    pub(crate) fn files(&self) -> impl Iterator<Item = (&Arc<Run>, &Arc<EventFile>)> {
        self.runs
            .iter()
            .flat_map(|run| run.files.iter().map(move |file| (run, file)))
    }

    /// The catalog after a walk, and what changed. Files that were known keep what was read of them; of others what was
    /// `saved` of the files of their log directory may tell it.
    pub(crate) fn next<'a>(
        &self,
        logdirs: &[Logdir],
        mut listings: Vec<Listing>,
        saved: impl Fn(usize) -> Option<&'a SavedFiles>,
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
                    seen: None,
                });
            }
        }
        let mut runs = Vec::new();
        for (logdir, listing) in listings.iter_mut().enumerate() {
            if !listing.is_whole() {
                listing.files.sort_unstable();
                listing.files.dedup();
            }
            let first = runs.len();
            let saved = saved(logdir);
            let found = listing.files.par_chunk_by_mut(|a, b| a.run == b.run);
            let found: Vec<Arc<Run>> = found
                .map_init(usize::default, |next, files| {
                    let path = files[0].run.clone();
                    let id = run_id(&logdirs[logdir].name, &path);
                    let before = self.get(&id);
                    let layout = before.map_or(0, |run| run.layout.load(Ordering::Relaxed));
                    let file = |found: &mut Found| {
                        let key = (logdir, found.run.as_slice(), found.name.as_os_str());
                        if let Some(file) = known.get(&key) {
                            return Arc::clone(file);
                        }
                        let below = join(&found.run, found.name.as_bytes());
                        let file = logdirs[logdir].join(&below);
                        let (name, store) = (found.name.clone(), Arc::clone(&self.store));
                        let saved = saved.and_then(|it| it.get(&found.run, name.as_bytes(), next));
                        let mut file = match saved {
                            Some(saved) => EventFile::restored(file, name, store, saved),
                            None => EventFile::new(file, name, store),
                        };
                        file.see(found.seen.take());
                        Arc::new(file)
                    };
                    Arc::new(Run {
                        id,
                        logdir,
                        name: if path.is_empty() {
                            ".".to_owned()
                        } else {
                            shown(&path)
                        },
                        path,
                        above: None,
                        files: files.iter_mut().map(file).collect(),
                        layout: AtomicU64::new(layout),
                    })
                })
                .collect();
            runs.reserve(found.len());
            for mut run in found {
                // In order of paths, so that folders above come first.
                let before: &[Arc<Run>] = &runs[first..];
                let above = folders_above(&run.path).find_map(|folder| {
                    if folder.is_empty() {
                        return before.first().filter(|it| it.path.is_empty());
                    }
                    let place = before.binary_search_by(|it| (*it.path).cmp(folder));
                    Some(&before[place.ok()?])
                });
                let above = above.cloned();
                if let Some(run) = Arc::get_mut(&mut run) {
                    run.above = above;
                }
                runs.push(run);
            }
            runs[first..].par_sort_by(|a, b| natural(&a.name, &b.name));
        }
        let by_id = runs
            .iter()
            .enumerate()
            .filter_map(|(place, run)| Some((hash_of(&run.id)?, place)))
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
        // What a cache holds of a file is known at once, and no reading tells of it.
        let known = |file: &Arc<EventFile>| file.contents().series.len() > 0;
        if self.is_unwalked() {
            // Whoever asked knows of no run yet, so that none need be named.
            return Change {
                tags: next.files().any(|(_, file)| known(file)),
                all: true,
                ..Change::default()
            };
        }
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
