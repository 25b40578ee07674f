//! A log directory: the walk that finds event files below it, and what to tell when it finds none.

use std::collections::{HashMap, VecDeque};
use std::ffi::{OsStr, OsString};
use std::fs::{self, FileType, Metadata};
use std::io;
use std::mem;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rayon::prelude::*;
use serde::Serialize;

use crate::names::shown;
use crate::suggest::suggestion;

/// What an event file's name contains.
const MARK: &[u8] = b"tfevents";
/// The coarsest clock of a file system.
const TICK: Duration = Duration::from_secs(3);
/// How long a folder's entries are remembered at most.
const REMEMBERED: Duration = Duration::from_secs(60);

/// The root that a board is opened on.
#[derive(Debug, Clone)]
pub(crate) struct Logdir {
    pub(crate) name: String,
    pub(crate) path: PathBuf,
}

/// Whether a log directory can be walked, and whether anything was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LogdirState {
    Ok,
    Missing,
    NotADirectory,
    Unreadable,
    Empty,
    /// The first walk is not finished.
    Loading,
    /// The index itself failed.
    Failed,
}

/// Something that the walk passed over, and why.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct Skipped {
    pub(crate) path: String,
    pub(crate) reason: String,
}

/// An event file as the walk found it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Found {
    /// Raw path of its directory below the log directory; empty for the log directory itself.
    pub(crate) run: Vec<u8>,
    pub(crate) name: OsString,
}

/// The outcome of one walk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Listing {
    pub(crate) state: LogdirState,
    pub(crate) message: String,
    pub(crate) skipped: Vec<Skipped>,
    /// In order of run and name.
    pub(crate) files: Vec<Found>,
    /// Folders that could not be listed, by raw path below the log directory.
    unlisted: Vec<Vec<u8>>,
}

impl Listing {
    /// Before the first walk.
    pub(crate) fn unwalked() -> Self {
        Self {
            state: LogdirState::Loading,
            message: String::new(),
            skipped: Vec::new(),
            files: Vec::new(),
            unlisted: Vec::new(),
        }
    }

    /// Whether every folder could be listed.
    pub(crate) fn is_whole(&self) -> bool {
        self.unlisted.is_empty()
    }

    /// Whether a run lies in a folder that could not be listed, or below one.
    pub(crate) fn is_unlisted(&self, run: &[u8]) -> bool {
        !self.unlisted.is_empty()
            && [run]
                .into_iter()
                .chain(folders_above(run))
                .any(|folder| self.unlisted.iter().any(|it| it == folder))
    }
}

impl Logdir {
    /// The full path of a file or folder below the log directory.
    pub(crate) fn join(&self, below: &[u8]) -> PathBuf {
        if below.is_empty() {
            self.path.clone()
        } else {
            self.path.join(OsStr::from_bytes(below))
        }
    }

    /// Walks the log directory. Links are followed, each folder is listed once, folders whose names begin with a dot
    /// are passed over. Nothing that goes wrong below the log directory ends the walk.
    ///
    /// What `folders` remembers of an earlier walk is not listed again as long as it did not change.
    pub(crate) fn walk(&self, folders: &mut Folders) -> Listing {
        let path = self.path.display();
        let failed = |state, message| {
            let unlisted = if state == LogdirState::Unreadable {
                vec![Vec::new()]
            } else {
                Vec::new()
            };
            Listing {
                state,
                message,
                unlisted,
                ..Listing::unwalked()
            }
        };
        let root = match fs::metadata(&self.path) {
            Ok(root) => root,
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
        if !root.is_dir() {
            let parent = self.path.parent().unwrap_or(&self.path).display();
            return failed(
                LogdirState::NotADirectory,
                format!(
                    "Expected a directory at {path}, found a file. Open the directory that holds it: {parent}"
                ),
            );
        }
        if let Err(error) = fs::read_dir(&self.path) {
            return failed(LogdirState::Unreadable, unreadable(&self.path, &error));
        }
        let mut walk = Walk::new(self, folders);
        walk.run(&root);
        walk.into_listing()
    }
}

/// What earlier walks listed, by raw path below the log directory.
#[derive(Debug, Default)]
pub(crate) struct Folders(HashMap<Vec<u8>, Listed>);

/// The entries of one folder.
#[derive(Debug, Clone)]
struct Listed {
    stamp: FolderStamp,
    when: SystemTime,
    /// Names and kinds, in order of names.
    entries: Arc<Vec<(OsString, FileType)>>,
}

/// Tells whether a folder's entries are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct FolderStamp {
    identity: (u64, u64),
    modified: (i64, i64),
    changed: (i64, i64),
}

impl FolderStamp {
    fn of(metadata: &Metadata) -> Self {
        Self {
            identity: (metadata.dev(), metadata.ino()),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        }
    }
}

impl Listed {
    /// Whether the folder has the same entries now, which its `stamp` tells unless it had changed only just before it
    /// was listed: another change in the same tick of a coarse clock would not show.
    fn holds(&self, stamp: FolderStamp) -> bool {
        let (seconds, _) = self.stamp.modified.max(self.stamp.changed);
        let changed = u64::try_from(seconds).map(|it| UNIX_EPOCH + Duration::from_secs(it));
        self.stamp == stamp
            && changed.is_ok_and(|changed| changed + TICK < self.when)
            && self.when.elapsed().is_ok_and(|age| age < REMEMBERED)
    }
}

/// What was found at a folder.
struct Looked {
    folder: Vec<u8>,
    link: bool,
    found: io::Result<Metadata>,
    listed: io::Result<(Listed, Vec<io::Error>)>,
}

struct Walk<'a> {
    logdir: &'a Logdir,
    before: &'a mut Folders,
    now: Folders,
    /// Folders by device and inode, with the path under which each was listed.
    seen: HashMap<(u64, u64), Vec<u8>>,
    folders: Vec<Vec<u8>>,
    /// Links to folders wait until all true folders are known, so that these are listed under their own names.
    links: VecDeque<Vec<u8>>,
    listing: Listing,
    other_files: usize,
}

impl<'a> Walk<'a> {
    fn new(logdir: &'a Logdir, before: &'a mut Folders) -> Self {
        Self {
            logdir,
            before,
            now: Folders::default(),
            seen: HashMap::new(),
            folders: Vec::new(),
            links: VecDeque::new(),
            listing: Listing {
                state: LogdirState::Ok,
                ..Listing::unwalked()
            },
            other_files: 0,
        }
    }

    /// Folder by folder, those of one depth in parallel.
    fn run(&mut self, root: &Metadata) {
        self.seen.insert((root.dev(), root.ino()), Vec::new());
        let looked = self.look(Vec::new(), false);
        self.list(looked.folder, looked.listed);
        loop {
            let folders = mem::take(&mut self.folders);
            let looked: Vec<Looked> = if folders.is_empty() {
                let Some(link) = self.links.pop_front() else {
                    break;
                };
                vec![self.look(link, true)]
            } else {
                let walk = &*self;
                folders
                    .into_par_iter()
                    .map(|folder| walk.look(folder, false))
                    .collect()
            };
            for looked in looked {
                self.enter(looked);
            }
        }
        *self.before = mem::take(&mut self.now);
    }

    fn look(&self, folder: Vec<u8>, link: bool) -> Looked {
        let path = self.logdir.join(&folder);
        let found = fs::metadata(&path);
        let listed = match &found {
            Ok(found) => {
                let stamp = FolderStamp::of(found);
                match self.before.0.get(&folder) {
                    Some(listed) if listed.holds(stamp) => Ok((listed.clone(), Vec::new())),
                    _ => list_folder(&path, stamp),
                }
            }
            Err(_) => Err(io::ErrorKind::NotFound.into()),
        };
        Looked {
            folder,
            link,
            found,
            listed,
        }
    }

    fn enter(&mut self, looked: Looked) {
        let Looked {
            folder,
            link,
            found,
            listed,
        } = looked;
        let found = match found {
            Ok(found) => found,
            Err(error) if is_absent(&error) && !link => return,
            Err(error) => return self.skip_unlisted(&folder, &error),
        };
        if let Some(known) = self.seen.get(&(found.dev(), found.ino())) {
            let known = self.shown_path(known);
            return self.skip(
                &folder,
                format!("leads to {known}, which is listed already"),
            );
        }
        self.seen.insert((found.dev(), found.ino()), folder.clone());
        self.list(folder, listed);
    }

    fn list(&mut self, folder: Vec<u8>, listed: io::Result<(Listed, Vec<io::Error>)>) {
        let (listed, errors) = match listed {
            Ok(listed) => listed,
            Err(error) if is_absent(&error) => return,
            Err(error) => return self.skip_unlisted(&folder, &error),
        };
        for error in &errors {
            self.skip_unlisted(&folder, error);
        }
        let entries = Arc::clone(&listed.entries);
        for (name, kind) in entries.iter() {
            self.sort_in(&folder, name, *kind);
        }
        if errors.is_empty() {
            self.now.0.insert(folder, listed);
        }
    }

    fn sort_in(&mut self, folder: &[u8], name: &OsStr, kind: FileType) {
        let below = join(folder, name.as_bytes());
        let named_event_file = contains_mark(name.as_bytes());
        let link = kind.is_symlink();
        let (is_dir, is_file) = if link {
            match fs::metadata(self.logdir.join(&below)) {
                Ok(target) => (target.is_dir(), target.is_file()),
                Err(error) if is_absent(&error) => {
                    return self.skip(&below, "is a link to nothing".to_owned());
                }
                Err(error) => {
                    return self.skip(
                        &below,
                        format!("is a link that cannot be followed: {error}"),
                    );
                }
            }
        } else {
            (kind.is_dir(), kind.is_file())
        };
        let dotted = name.as_bytes().starts_with(b".");
        match (is_dir, named_event_file) {
            (true, _) if dotted => self.skip(&below, "its name begins with a dot".to_owned()),
            (true, _) if link => self.links.push_back(below),
            (true, _) => self.folders.push(below),
            (false, false) => self.other_files += 1,
            (false, true) if dotted => {
                self.skip(
                    &below,
                    "its name begins with a dot, as unfinished copies of event files have"
                        .to_owned(),
                );
            }
            (false, true) if is_file => self.listing.files.push(Found {
                run: folder.to_vec(),
                name: name.to_owned(),
            }),
            (false, true) => self.skip(
                &below,
                "is named like an event file, but is no regular file".to_owned(),
            ),
        }
    }

    fn skip_unlisted(&mut self, folder: &[u8], error: &io::Error) {
        self.listing.unlisted.push(folder.to_vec());
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

    fn into_listing(self) -> Listing {
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

/// Lists a folder: its entries, and what went wrong with some of them.
fn list_folder(path: &Path, stamp: FolderStamp) -> io::Result<(Listed, Vec<io::Error>)> {
    let when = SystemTime::now();
    let (mut entries, mut errors) = (Vec::new(), Vec::new());
    for entry in fs::read_dir(path)? {
        match entry.and_then(|entry| Ok((entry.file_name(), entry.file_type()?))) {
            Ok(entry) => entries.push(entry),
            Err(error) => errors.push(error),
        }
    }
    entries.sort_by(|(a, _), (b, _)| a.cmp(b));
    let entries = Arc::new(entries);
    Ok((
        Listed {
            stamp,
            when,
            entries,
        },
        errors,
    ))
}

fn join(folder: &[u8], name: &[u8]) -> Vec<u8> {
    if folder.is_empty() || name.is_empty() {
        [folder, name].concat()
    } else {
        [folder, b"/", name].concat()
    }
}

fn contains_mark(name: &[u8]) -> bool {
    name.windows(MARK.len()).any(|window| window == MARK)
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

/// Whether an error says that there is nothing at a path (any more).
pub(crate) fn is_absent(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}

/// The path of a file found below a log directory.
pub(crate) fn file_path(logdir: &Logdir, found: &Found) -> PathBuf {
    logdir.join(&join(&found.run, found.name.as_bytes()))
}

/// The parts of a raw path, from the innermost folder that contains it to the outermost; the log directory comes last.
pub(crate) fn folders_above(run: &[u8]) -> impl Iterator<Item = &[u8]> {
    let cuts = (0..run.len()).rev().filter(|index| run[*index] == b'/');
    cuts.map(|index| &run[..index])
        .chain((!run.is_empty()).then_some(&run[..0]))
}

#[cfg(test)]
mod tests {
    use super::{Folders, Listing, Logdir, LogdirState, folders_above};
    use std::ffi::OsStr;
    use std::fs;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::symlink;
    use std::path::Path;

    fn walk(path: &Path) -> Listing {
        Logdir {
            name: "runs".to_owned(),
            path: path.to_owned(),
        }
        .walk(&mut Folders::default())
    }

    fn touch(path: &Path) {
        fs::create_dir_all(path.parent().expect("parent")).expect("folder");
        fs::write(path, b"").expect("file");
    }

    fn found(listing: &Listing) -> Vec<String> {
        let path =
            |file: &super::Found| super::shown(&super::join(&file.run, file.name.as_bytes()));
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

    #[test]
    fn folders_above_a_run() {
        let above: Vec<&[u8]> = folders_above(b"a/b/c").collect();
        assert_eq!(above, [&b"a/b"[..], b"a", b""]);
        assert_eq!(folders_above(b"").count(), 0);
    }
}
