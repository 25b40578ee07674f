//! What the walk keeps of each folder, so that it is listed again only when it has changed.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::fs::{self, FileType, Metadata};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirEntryExt, MetadataExt};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::strangers::Strangers;

/// What an event file's name contains.
const MARK: &[u8] = b"tfevents";
/// The coarsest clock of a file system.
const TICK: Duration = Duration::from_secs(3);
/// How long a folder's entries are remembered at most.
const REMEMBERED: Duration = Duration::from_secs(60);

/// What earlier walks listed, by raw path below the log directory.
pub(crate) type Folders = HashMap<Vec<u8>, Listed>;

/// One folder as it was listed.
#[derive(Debug, Clone)]
pub(crate) struct Listed {
    stamp: FolderStamp,
    when: SystemTime,
    /// Names and kinds of what may lead to runs, in order of names.
    pub(crate) entries: Arc<Vec<(OsString, FileType)>>,
    strangers: Arc<Mutex<Strangers>>,
}

/// Tells whether a folder's entries are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FolderStamp {
    identity: (u64, u64),
    modified: (i64, i64),
    changed: (i64, i64),
}

impl FolderStamp {
    pub(crate) fn of(metadata: &Metadata) -> Self {
        Self {
            identity: (metadata.dev(), metadata.ino()),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        }
    }
}

impl Listed {
    /// Lists a folder, of which `before` was known: its entries, and what went wrong with some of them. Of a million
    /// other files none is kept but those that may turn out to be event files.
    pub(crate) fn list(
        path: &Path,
        stamp: FolderStamp,
        before: Option<&Self>,
    ) -> io::Result<(Self, Vec<io::Error>)> {
        let when = SystemTime::now();
        let (mut entries, mut errors) = (Vec::new(), Vec::new());
        let mut strangers = Strangers::default();
        for entry in fs::read_dir(path)? {
            match entry.and_then(|entry| Ok((entry.file_name(), entry.file_type()?, entry.ino()))) {
                Ok((name, kind, inode)) if kind.is_file() && !is_named_event_file(&name) => {
                    strangers.add(name, inode);
                }
                Ok((name, kind, _)) => entries.push((name, kind)),
                Err(error) => errors.push(error),
            }
        }
        entries.sort_by(|(a, _), (b, _)| a.cmp(b));
        strangers.choose(before.map(Self::strangers).as_deref());
        let listed = Self {
            stamp,
            when,
            entries: Arc::new(entries),
            strangers: Arc::new(Mutex::new(strangers)),
        };
        Ok((listed, errors))
    }

    /// Whether the folder has the same entries now, which its `stamp` tells unless it had changed only just before it
    /// was listed: another change in the same tick of a coarse clock would not show.
    pub(crate) fn holds(&self, stamp: FolderStamp) -> bool {
        let (seconds, _) = self.stamp.modified.max(self.stamp.changed);
        let changed = u64::try_from(seconds).map(|it| UNIX_EPOCH + Duration::from_secs(it));
        self.stamp == stamp
            && changed.is_ok_and(|changed| changed + TICK < self.when)
            && self.when.elapsed().is_ok_and(|age| age < REMEMBERED)
    }

    /// Its files that are not named like event files.
    pub(crate) fn strangers(&self) -> MutexGuard<'_, Strangers> {
        self.strangers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

pub(crate) fn is_named_event_file(name: &OsStr) -> bool {
    name.as_bytes()
        .windows(MARK.len())
        .any(|window| window == MARK)
}
