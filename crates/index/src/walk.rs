//! The walk through a log directory that finds event files.

mod messages;
mod sorted;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet, VecDeque};
use std::fs;
use std::io;
use std::mem;
use std::os::unix::ffi::OsStrExt;
use std::sync::Arc;

use rayon::prelude::*;

use self::sorted::Sorted;
use crate::folders::{FolderStamp, Folders, Listed};
use crate::logdir::{Listing, Logdir, LogdirState, Root, Skipped, is_absent, join};
use crate::manifest::SavedFolders;
use crate::names::shown;
use crate::strangers::LOOKED_INTO;

impl Logdir {
    /// Walks the log directory. Links are followed, each folder is listed once, folders whose names begin with a dot
    /// are passed over. Nothing that goes wrong below the log directory ends the walk.
    ///
    /// What `folders` remembers of an earlier walk is not listed again as long as it did not change, nor what is only
    /// `known` from an earlier board. None if `stop` says that nobody waits for the outcome any more.
    pub(crate) fn walk(
        &self,
        folders: &mut Arc<Folders>,
        known: &SavedFolders,
        stop: &(dyn Fn() -> bool + Sync),
    ) -> Option<Listing> {
        let path = &self.path;
        let failed = |state, message| {
            let unlisted = if state == LogdirState::Unreadable {
                HashSet::from([Vec::new()])
            } else {
                HashSet::new()
            };
            Some(Listing {
                state,
                message,
                unlisted,
                ..Listing::unwalked()
            })
        };
        let found = match fs::metadata(path) {
            Ok(found) => found,
            Err(error) if is_absent(&error) => {
                return failed(LogdirState::Missing, messages::missing(path));
            }
            Err(error) => {
                return failed(LogdirState::Unreadable, messages::unreadable(path, &error));
            }
        };
        if !found.is_dir() {
            return failed(LogdirState::NotADirectory, messages::no_directory(path));
        }
        let root = match Root::open(path) {
            Ok(root) => root,
            Err(error) => {
                return failed(LogdirState::Unreadable, messages::unreadable(path, &error));
            }
        };
        let mut walk = Walk::new(self, root, folders, known, stop);
        walk.run();
        (!stop()).then(|| walk.into_listing())
    }
}

/// What was found at a folder.
struct Looked {
    folder: Vec<u8>,
    link: bool,
    /// Its device and inode.
    place: io::Result<(u64, u64)>,
    listed: io::Result<(Box<Listed>, Vec<io::Error>, Sorted)>,
}

struct Walk<'a> {
    logdir: &'a Logdir,
    root: Root,
    before: &'a mut Arc<Folders>,
    known: &'a SavedFolders,
    stop: &'a (dyn Fn() -> bool + Sync),
    now: Folders,
    /// Folders by device and inode, with the path under which each was listed.
    seen: HashMap<(u64, u64), Vec<u8>>,
    folders: Vec<Vec<u8>>,
    /// Links to folders wait until all true folders are known, so that these are listed under their own names.
    links: VecDeque<Vec<u8>>,
    listing: Listing,
    other_files: usize,
    /// Folders with more files than are looked into: the largest, how many, and the files not looked into.
    crowded: (Option<(usize, Vec<u8>)>, usize, usize),
}

impl<'a> Walk<'a> {
    fn new(
        logdir: &'a Logdir,
        root: Root,
        before: &'a mut Arc<Folders>,
        known: &'a SavedFolders,
        stop: &'a (dyn Fn() -> bool + Sync),
    ) -> Self {
        Self {
            logdir,
            root,
            before,
            known,
            stop,
            now: Folders::default(),
            seen: HashMap::new(),
            folders: Vec::new(),
            links: VecDeque::new(),
            listing: Listing {
                state: LogdirState::Ok,
                ..Listing::unwalked()
            },
            other_files: 0,
            crowded: (None, 0, 0),
        }
    }

    /// Folder by folder, those of one depth in parallel.
    fn run(&mut self) {
        let root = self.look(Vec::new(), false, &mut 0);
        self.enter(root);
        while !(self.stop)() {
            let folders = mem::take(&mut self.folders);
            let looked: Vec<Looked> = if folders.is_empty() {
                let Some(link) = self.links.pop_front() else {
                    break;
                };
                vec![self.look(link, true, &mut 0)]
            } else {
                let walk = &*self;
                folders
                    .into_par_iter()
                    .map_init(usize::default, |next, folder| {
                        walk.look(folder, false, next)
                    })
                    .collect()
            };
            self.seen.reserve(looked.len());
            self.now.reserve(looked.len());
            self.listing.files.reserve(looked.len());
            for looked in looked {
                self.enter(looked);
            }
        }
        *self.before = Arc::new(mem::take(&mut self.now));
    }

    /// `next`: as for `SavedFolders::get`.
    fn look(&self, folder: Vec<u8>, link: bool, next: &mut usize) -> Looked {
        let found = self.root.find(&folder);
        let listed = match &found {
            Ok(_) if (self.stop)() => Err(io::ErrorKind::NotFound.into()),
            Ok(found) => {
                let stamp = FolderStamp::of(found);
                let known = self
                    .before
                    .is_empty()
                    .then(|| self.known.get(&folder, next));
                let before = self.before.get(&folder).map(|before| &**before);
                let before = before.or(known.as_ref().and_then(Option::as_ref));
                let listed = match before.and_then(|before| before.holding(stamp)) {
                    Some(listed) => Ok((listed, Vec::new())),
                    None => Listed::list(&self.logdir.join(&folder), stamp, before),
                };
                listed.map(|(listed, errors)| {
                    let sorted = self.sort(&folder, &listed);
                    (Box::new(listed), errors, sorted)
                })
            }
            Err(_) => Err(io::ErrorKind::NotFound.into()),
        };
        Looked {
            folder,
            link,
            place: found.map(|found| (found.st_dev, found.st_ino)),
            listed,
        }
    }

    fn enter(&mut self, looked: Looked) {
        let Looked {
            folder,
            link,
            place,
            listed,
        } = looked;
        let place = match place {
            Ok(place) => place,
            Err(error) if is_absent(&error) && !link => return,
            Err(error) => return self.skip_unlisted(&folder, &error),
        };
        if let Some(known) = self.seen.get(&place) {
            let known = self.shown_path(known);
            return self.skip(
                &folder,
                format!("leads to {known}, which is listed already"),
            );
        }
        self.seen.insert(place, folder.clone());
        self.list(folder, listed);
    }

    fn list(&mut self, folder: Vec<u8>, listed: io::Result<(Box<Listed>, Vec<io::Error>, Sorted)>) {
        let (listed, errors, mut sorted) = match listed {
            Ok(listed) => listed,
            Err(error) if is_absent(&error) => return,
            Err(error) => return self.skip_unlisted(&folder, &error),
        };
        for error in &errors {
            self.skip_unlisted(&folder, error);
        }
        self.listing.files.append(&mut sorted.files);
        self.listing.skipped.append(&mut sorted.skipped);
        self.folders.append(&mut sorted.folders);
        self.links.extend(sorted.links);
        self.other_files += sorted.other_files;
        self.pass_strangers(&folder, &listed);
        if errors.is_empty() {
            self.now.insert(folder, listed);
        }
    }

    /// Counts the files that are not named like event files, and reports those that are some.
    fn pass_strangers(&mut self, folder: &[u8], listed: &Listed) {
        let Some(strangers) = listed.strangers() else {
            return;
        };
        self.other_files += strangers.count;
        for name in strangers.found() {
            self.skip(
                &join(folder, name.as_bytes()),
                messages::foreign_name(&shown(name.as_bytes())),
            );
        }
        if strangers.count > LOOKED_INTO {
            let (largest, folders, files) = &mut self.crowded;
            *folders += 1;
            *files += strangers.count - LOOKED_INTO;
            if largest
                .as_ref()
                .is_none_or(|(count, _)| strangers.count > *count)
            {
                *largest = Some((strangers.count, folder.to_vec()));
            }
        }
    }

    fn skip_unlisted(&mut self, folder: &[u8], error: &io::Error) {
        self.listing.unlisted.insert(folder.to_vec());
        let advice = "give the user that runs this board permission to read and search it";
        self.skip(
            folder,
            format!("cannot be listed: {error}; runs below it may be missing here: {advice}"),
        );
    }

    fn skip(&mut self, below: &[u8], reason: String) {
        let path = self.shown_path(below);
        self.listing.skipped.push(Skipped { path, reason });
    }

    fn shown_path(&self, below: &[u8]) -> String {
        shown(&join(self.logdir.name.as_bytes(), below))
    }

    fn into_listing(mut self) -> Listing {
        if let (Some((_, folder)), folders, files) = mem::take(&mut self.crowded) {
            self.skip(&folder, messages::not_looked_into(files, folders));
        }
        let mut listing = self.listing;
        listing.files.sort_unstable();
        listing.skipped.sort_unstable();
        listing.skipped.dedup();
        if listing.files.is_empty() {
            listing.state = LogdirState::Empty;
            listing.message = messages::nothing_found(
                &self.logdir.path,
                self.seen.len(),
                self.other_files,
                listing.skipped.len(),
            );
        }
        listing
    }
}
