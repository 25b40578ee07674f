//! The walk through a log directory that finds event files, and what to tell when it finds none.

use std::collections::{HashMap, HashSet, VecDeque};
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::mem;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;
use rustix::fs::FileType;

use crate::event_file::Stamp;
use crate::folders::{EntryKind, FolderStamp, Folders, Listed, is_named_event_file};
use crate::logdir::{Found, Listing, Logdir, LogdirState, Root, Skipped, is_absent, join};
use crate::manifest::SavedFolders;
use crate::names::shown;
use crate::strangers::LOOKED_INTO;
use crate::suggest::suggestion;

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
        let path = self.path.display();
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
        let found = match fs::metadata(&self.path) {
            Ok(found) => found,
            Err(error) if is_absent(&error) => {
                let hint = suggestion(&self.path);
                return failed(
                    LogdirState::Missing,
                    format!(
                        "Expected a directory at {path}, found nothing there. {hint}Runs show here as soon as it exists."
                    ),
                );
            }
            Err(error) => return failed(LogdirState::Unreadable, unreadable(&self.path, &error)),
        };
        if !found.is_dir() {
            let parent = self.path.parent().unwrap_or(&self.path).display();
            return failed(
                LogdirState::NotADirectory,
                format!(
                    "Expected a directory at {path}, found a file. Open the directory that holds it: {parent}"
                ),
            );
        }
        let root = match Root::open(&self.path) {
            Ok(root) => root,
            Err(error) => return failed(LogdirState::Unreadable, unreadable(&self.path, &error)),
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

/// What a folder holds, by what becomes of it.
#[derive(Default)]
struct Sorted {
    files: Vec<Found>,
    /// Raw paths below the log directory, as those of `links`, which lead to folders.
    folders: Vec<Vec<u8>>,
    links: Vec<Vec<u8>>,
    skipped: Vec<Skipped>,
    other_files: usize,
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
                format!(
                    "is an event file by its first bytes, but not by its name, so it is not read: rename it so that its name \
                     contains `tfevents`, for example events.out.tfevents.{}",
                    shown(name.as_bytes())
                ),
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

    /// Sorts what a folder holds. Only where links lead has to be looked up for that.
    fn sort(&self, folder: &[u8], listed: &Listed) -> Sorted {
        let files = listed
            .entries
            .iter()
            .filter(|(_, kind)| *kind == EntryKind::File);
        let mut sorted = Sorted {
            files: Vec::with_capacity(files.count()),
            ..Sorted::default()
        };
        for (name, kind) in listed.entries.iter() {
            if let Err(reason) = self.sort_in(&mut sorted, folder, name, *kind) {
                let path = self.shown_path(&join(folder, name.as_bytes()));
                sorted.skipped.push(Skipped { path, reason });
            }
        }
        sorted
    }

    /// The error is why an entry is skipped.
    fn sort_in(
        &self,
        sorted: &mut Sorted,
        folder: &[u8],
        name: &OsStr,
        kind: EntryKind,
    ) -> Result<(), String> {
        let below = || join(folder, name.as_bytes());
        let link = kind == EntryKind::Link;
        let (is_dir, is_file) = if link {
            let target = self.root.find(&below()).map_err(|error| {
                if is_absent(&error) {
                    "is a link to nothing".to_owned()
                } else {
                    format!("is a link that cannot be followed: {error}")
                }
            })?;
            let kind = FileType::from_raw_mode(target.st_mode);
            (kind.is_dir(), kind.is_file())
        } else {
            (kind == EntryKind::Folder, kind == EntryKind::File)
        };
        // Of files, no others are among the entries.
        let named_event_file = kind == EntryKind::File || is_named_event_file(name);
        let dotted = name.as_bytes().starts_with(b".");
        match (is_dir, named_event_file) {
            (true, _) if dotted => return Err("its name begins with a dot".to_owned()),
            (true, _) if link => sorted.links.push(below()),
            (true, _) => sorted.folders.push(below()),
            (false, false) => sorted.other_files += 1,
            (false, true) if dotted => {
                let reason = "its name begins with a dot, as unfinished copies of event files have";
                return Err(reason.to_owned());
            }
            (false, true) if is_file => sorted.files.push(Found {
                run: folder.to_vec(),
                name: name.to_owned(),
                seen: self.look_at_file(below),
            }),
            (false, true) => {
                return Err("is named like an event file, but is no regular file".to_owned());
            }
        }
        Ok(())
    }

    /// What an event file is as the first walk finds it. It need not be sought again, which from the root of the file
    /// system on takes twice the time.
    fn look_at_file(&self, below: impl Fn() -> Vec<u8>) -> Option<Box<Stamp>> {
        let first = self.before.is_empty();
        let found = first.then(|| self.root.find(&below()))?;
        // What goes wrong the file's own look will tell.
        Some(Box::new(Stamp::from(&found.ok()?)))
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
            let others = match folders {
                1 => String::new(),
                _ => format!(" and in {}", count(folders - 1, "smaller folder")),
            };
            self.skip(
                &folder,
                format!(
                    "{} here{others} were not looked into: event files whose names lack `tfevents` are looked for among \
                     {LOOKED_INTO} files of a folder, those with `event` in their names first",
                    count(files, "file"),
                ),
            );
        }
        let mut listing = self.listing;
        listing.files.sort_unstable();
        listing.skipped.sort_unstable();
        listing.skipped.dedup();
        if listing.files.is_empty() {
            listing.state = LogdirState::Empty;
            listing.message = format!(
                "Expected files with `tfevents` in their names below {}, found none: looked at {} and {}{}. Runs show here \
                 as soon as a SummaryWriter writes there; compare this path with the one that it announces.",
                self.logdir.path.display(),
                count(self.seen.len(), "folder"),
                count(self.other_files, "other file"),
                if listing.skipped.is_empty() {
                    String::new()
                } else {
                    format!(", skipped {}", listing.skipped.len())
                },
            );
        }
        listing
    }
}

fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

fn unreadable(path: &Path, error: &io::Error) -> String {
    format!(
        "Expected a directory at {}, but it cannot be read: {error}. Give the user that runs this board permission to read \
         and search it; it is tried again all the time.",
        path.display()
    )
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::ffi::OsStr;
    use std::fs;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::symlink;
    use std::path::Path;
    use std::sync::Arc;

    use rustix::fs::stat;

    use crate::event_file::Stamp;
    use crate::folders::{EntryKind, FolderStamp, Folders, Listed};
    use crate::logdir::{Found, Listing, Logdir, LogdirState, join};
    use crate::manifest::SavedFolders;
    use crate::names::shown;
    use crate::strangers::Strangers;

    fn walk(path: &Path) -> Listing {
        walk_again(path, &mut Arc::default())
    }

    fn walk_again(path: &Path, folders: &mut Arc<Folders>) -> Listing {
        let logdir = Logdir {
            name: "runs".to_owned(),
            path: path.to_owned(),
        };
        let known = SavedFolders::default();
        logdir
            .walk(folders, &known, &|| false)
            .expect("not stopped")
    }

    fn touch(path: &Path) {
        fs::create_dir_all(path.parent().expect("parent")).expect("folder");
        fs::write(path, b"").expect("file");
    }

    fn found(listing: &Listing) -> Vec<String> {
        let path = |file: &Found| shown(&join(&file.run, file.name.as_bytes()));
        listing.files.iter().map(path).collect()
    }

    #[test]
    fn links_are_followed_once_and_folders_keep_their_own_names() {
        let temp = tempfile::tempdir().expect("temp");
        let root = temp.path().join("root");
        let outside = temp.path().join("outside");
        touch(&root.join("z/run/x.tfevents.1"));
        touch(&outside.join("o/y.tfevents.1"));
        symlink(root.join("z"), root.join("a-link-to-z")).expect("link");
        symlink(&root, root.join("z/run/loop")).expect("link");
        symlink(&outside, root.join("out")).expect("link");
        symlink(&root, outside.join("back")).expect("link");
        symlink("/does/not/exist", root.join("broken")).expect("link");
        let listing = walk(&root);
        assert_eq!(
            found(&listing),
            ["out/o/y.tfevents.1", "z/run/x.tfevents.1"]
        );
        let skipped: Vec<(&str, &str)> = listing
            .skipped
            .iter()
            .map(|skipped| (skipped.path.as_str(), skipped.reason.as_str()))
            .collect();
        assert_eq!(
            skipped,
            [
                (
                    "runs/a-link-to-z",
                    "leads to runs/z, which is listed already"
                ),
                ("runs/broken", "is a link to nothing"),
                ("runs/out/back", "leads to runs, which is listed already"),
                ("runs/z/run/loop", "leads to runs, which is listed already"),
            ]
        );
    }

    #[test]
    fn dots_pipes_and_other_files_are_told_apart() {
        let temp = tempfile::tempdir().expect("temp");
        touch(&temp.path().join(".git/x.tfevents.1"));
        touch(&temp.path().join("run/.events.out.tfevents.1.host.Xy12"));
        touch(&temp.path().join("run/model.pt"));
        let pipe = temp.path().join("run/pipe.tfevents");
        rustix::fs::mknodat(
            rustix::fs::CWD,
            &pipe,
            rustix::fs::FileType::Fifo,
            0o600.into(),
            0,
        )
        .expect("pipe");
        let listing = walk(temp.path());
        assert_eq!(listing.state, LogdirState::Empty);
        assert!(
            listing
                .message
                .contains("2 folders and 1 other file, skipped 3"),
            "{}",
            listing.message
        );
        let name = OsStr::from_bytes(b"run-\xff");
        touch(&temp.path().join(name).join("x.tfevents"));
        assert_eq!(found(&walk(temp.path())), ["run-\\xff/x.tfevents"]);
    }

    /// A log directory as an earlier board listed it, with a run in it and one, `gone`, that is not there any more.
    fn listed_before(root: &Path) -> Arc<Folders> {
        let stamp = |below: &str| FolderStamp::of(&stat(root.join(below)).expect("folder"));
        let (file, link) = (EntryKind::File, EntryKind::Link);
        let folders = [
            (
                "",
                vec![
                    ("gone", EntryKind::Folder),
                    ("link", link),
                    ("run", EntryKind::Folder),
                ],
            ),
            ("run", vec![("old.tfevents", file), ("x.tfevents", file)]),
        ];
        let listed = folders.map(|(folder, entries)| {
            let entries = entries.into_iter().map(|(name, kind)| (name.into(), kind));
            let listed = Listed::restored(stamp(folder), entries.collect(), Strangers::default());
            (folder.as_bytes().to_vec(), Box::new(listed))
        });
        Arc::new(HashMap::from(listed))
    }

    #[test]
    fn what_an_earlier_board_listed_holds_for_one_walk() {
        let temp = tempfile::tempdir().expect("temp");
        let (root, outside) = (temp.path().join("root"), temp.path().join("outside"));
        touch(&root.join("run/x.tfevents"));
        touch(&outside.join("y.tfevents"));
        symlink(&outside, root.join("link")).expect("link");
        let mut folders = listed_before(&root);
        // Where a link leads is no matter of the folder in which it lies.
        let expected = ["link/y.tfevents", "run/old.tfevents", "run/x.tfevents"];
        assert_eq!(found(&walk_again(&root, &mut folders)), expected);
        // A stamp that does not tell of a change does no harm for long.
        let expected = ["link/y.tfevents", "run/x.tfevents"];
        assert_eq!(found(&walk_again(&root, &mut folders)), expected);
    }

    #[test]
    fn the_first_walk_tells_what_each_file_is() {
        let temp = tempfile::tempdir().expect("temp");
        let path = temp.path().join("run/x.tfevents");
        touch(&path);
        symlink(&path, temp.path().join("y.tfevents")).expect("link");
        let stamp = Stamp::of(&fs::metadata(&path).expect("file"));
        let mut folders = Arc::default();
        let mut seen = || -> Vec<Option<Stamp>> {
            let files = walk_again(temp.path(), &mut folders).files;
            files.into_iter().map(|it| it.seen.map(|it| *it)).collect()
        };
        assert_eq!(seen(), [Some(stamp), Some(stamp)]);
        assert_eq!(seen(), [None, None]);
    }

    #[test]
    fn a_folder_that_changed_between_two_starts_is_listed() {
        let changes: [fn(&Path); 3] = [
            |run| {
                let before = fs::metadata(run)
                    .and_then(|it| it.modified())
                    .expect("time");
                touch(&run.join("new.tfevents"));
                let run = fs::File::open(run).expect("folder");
                run.set_modified(before).expect("set back");
            },
            |run| fs::remove_file(run.join("x.tfevents")).expect("removed"),
            |run| {
                let other = run.with_file_name("other");
                touch(&other.join("z.tfevents"));
                fs::rename(run, run.with_file_name("away")).expect("renamed");
                fs::rename(&other, run).expect("renamed");
            },
        ];
        for change in changes {
            let temp = tempfile::tempdir().expect("temp");
            touch(&temp.path().join("run/x.tfevents"));
            let mut folders = listed_before(temp.path());
            let in_run = |listing: &Listing| {
                let mut found = found(listing);
                found.retain(|path| path.starts_with("run/"));
                found
            };
            // The log directory itself may have changed with it.
            change(&temp.path().join("run"));
            let expected = in_run(&walk(temp.path()));
            assert_eq!(in_run(&walk_again(temp.path(), &mut folders)), expected);
        }
    }

    #[test]
    fn what_is_no_directory_is_named() {
        let temp = tempfile::tempdir().expect("temp");
        let file = temp.path().join("events.out.tfevents.1");
        touch(&file);
        let listing = walk(&file);
        assert_eq!(listing.state, LogdirState::NotADirectory);
        assert!(
            listing
                .message
                .ends_with(&temp.path().display().to_string()),
            "{}",
            listing.message
        );
        assert_eq!(
            walk(&temp.path().join("nothing")).state,
            LogdirState::Missing
        );
        assert_eq!(walk(&file.join("below")).state, LogdirState::Missing);
    }
}
