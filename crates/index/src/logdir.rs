//! A log directory, and what a walk through it finds.

use std::cmp::Ordering;
use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, Mode, OFlags, Stat};
use serde::Serialize;

use crate::event_file::Stamp;

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
#[derive(Debug, Clone)]
pub(crate) struct Found {
    /// Raw path of its directory below the log directory; empty for the log directory itself.
    pub(crate) run: Vec<u8>,
    pub(crate) name: OsString,
    /// What the file itself was, for its first look, where no file was looked at before. It tells no file from another.
    pub(crate) seen: Option<Box<Stamp>>,
}

impl Found {
    fn key(&self) -> (&[u8], &OsStr) {
        (&self.run, &self.name)
    }
}

impl PartialEq for Found {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Found {}

impl PartialOrd for Found {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Found {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
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
    pub(crate) unlisted: HashSet<Vec<u8>>,
}

impl Listing {
    /// Before the first walk.
    pub(crate) fn unwalked() -> Self {
        Self {
            state: LogdirState::Loading,
            message: String::new(),
            skipped: Vec::new(),
            files: Vec::new(),
            unlisted: HashSet::new(),
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
                .any(|folder| self.unlisted.contains(folder))
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
}

/// A log directory held open: what lies below it is found in half the time that it takes by full paths.
#[derive(Debug)]
pub(crate) struct Root(OwnedFd);

impl Root {
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        Ok(Self(rustix::fs::open(path, flags, Mode::empty())?))
    }

    /// What is at a raw path below the log directory. Links are followed. What lies in a folder that was just found is
    /// found soonest.
    pub(crate) fn find(&self, below: &[u8]) -> io::Result<Stat> {
        let below = if below.is_empty() { b"." } else { below };
        Ok(rustix::fs::statat(&self.0, below, AtFlags::empty())?)
    }
}

/// A raw path below a log directory.
pub(crate) fn join(folder: &[u8], name: &[u8]) -> Vec<u8> {
    if folder.is_empty() || name.is_empty() {
        [folder, name].concat()
    } else {
        [folder, b"/", name].concat()
    }
}

/// Whether an error says that there is nothing at a path (any more).
pub(crate) fn is_absent(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}

/// The parts of a raw path, from the innermost folder that contains it to the outermost; the log directory comes last.
pub(crate) fn folders_above(run: &[u8]) -> impl Iterator<Item = &[u8]> {
    let cuts = (0..run.len()).rev().filter(|index| run[*index] == b'/');
    cuts.map(|index| &run[..index])
        .chain((!run.is_empty()).then_some(&run[..0]))
}

#[cfg(test)]
mod tests {
    use super::folders_above;

    #[test]
    fn folders_above_a_run() {
        let above: Vec<&[u8]> = folders_above(b"a/b/c").collect();
        assert_eq!(above, [&b"a/b"[..], b"a", b""]);
        assert_eq!(folders_above(b"").count(), 0);
    }
}
