//! What the walk keeps of each folder, so that it is listed again only when it has changed.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rustix::fs::{AtFlags, Dir, DirEntry, FileType, Mode, OFlags, Stat};

use crate::strangers::Strangers;

/// What an event file's name contains.
const MARK: &[u8] = b"tfevents";
/// The coarsest clock of a file system.
const TICK: Duration = Duration::from_secs(3);
/// How long a folder's entries are remembered at most.
const REMEMBERED: Duration = Duration::from_secs(60);

/// What earlier walks listed, by raw path below the log directory.
pub(crate) type Folders = HashMap<Vec<u8>, Box<Listed>>;

/// One folder as it was listed.
#[derive(Debug, Clone)]
pub(crate) struct Listed {
    pub(crate) stamp: FolderStamp,
    when: When,
    /// Whether a change since then shows in the stamp.
    lasting: bool,
    /// Names and kinds of what may lead to runs, in order of names.
    pub(crate) entries: Arc<[(OsString, EntryKind)]>,
    /// None where there are none, as in most folders.
    strangers: Option<Arc<Mutex<Strangers>>>,
}

/// When a folder was listed.
#[derive(Debug, Clone, Copy)]
enum When {
    At(SystemTime),
    /// Before this start, as the cache tells.
    Before,
    /// As before, and that was made use of.
    Used,
}

/// What an entry of a folder is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EntryKind {
    File,
    Folder,
    Link,
    /// A pipe, a socket, a device.
    Other,
}

impl From<FileType> for EntryKind {
    fn from(kind: FileType) -> Self {
        match kind {
            FileType::RegularFile => Self::File,
            FileType::Directory => Self::Folder,
            FileType::Symlink => Self::Link,
            _ => Self::Other,
        }
    }
}

/// Tells whether a folder's entries are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FolderStamp {
    pub(crate) device: u64,
    pub(crate) inode: u64,
    /// Seconds and nanoseconds since 1970.
    pub(crate) modified: (i64, i64),
    pub(crate) changed: (i64, i64),
}

impl FolderStamp {
    pub(crate) fn of(found: &Stat) -> Self {
        Self {
            device: found.st_dev,
            inode: found.st_ino,
            modified: (found.st_mtime, found.st_mtime_nsec as i64),
            changed: (found.st_ctime, found.st_ctime_nsec as i64),
        }
    }

    /// Whether what changes after `when` shows. It does unless the folder had changed only just before: another change in
    /// the same tick of a coarse clock would not.
    fn is_older_than(&self, when: SystemTime) -> bool {
        let (seconds, _) = self.modified.max(self.changed);
        let changed = u64::try_from(seconds)
            .ok()
            .and_then(|it| UNIX_EPOCH.checked_add(Duration::from_secs(it) + TICK));
        changed.is_some_and(|changed| changed < when)
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
        // Half the time that the standard library takes, which looks what it opened and gets memory for it.
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let mut folder = Dir::new(rustix::fs::open(path, flags, Mode::empty())?)?;
        while let Some(entry) = folder.read() {
            let entry = entry
                .map_err(io::Error::from)
                .and_then(|entry| Ok((name_of(&entry), kind_of(&entry, &folder)?, entry.ino())));
            match entry {
                Ok((name, _, _)) if name == "." || name == ".." => {}
                Ok((name, EntryKind::File, inode)) if !is_named_event_file(&name) => {
                    strangers.add(name, inode);
                }
                Ok((name, kind, _)) => entries.push((name, kind)),
                Err(error) => errors.push(error),
            }
        }
        entries.sort_by(|(a, _), (b, _)| a.cmp(b));
        strangers.choose(before.and_then(Self::strangers).as_deref());
        let listed = Self {
            stamp,
            when: When::At(when),
            lasting: stamp.is_older_than(when),
            entries: entries.into(),
            strangers: shared(strangers),
        };
        Ok((listed, errors))
    }

    /// As an earlier board listed a folder, which lasted.
    pub(crate) fn restored(
        stamp: FolderStamp,
        entries: Vec<(OsString, EntryKind)>,
        strangers: Strangers,
    ) -> Self {
        Self {
            stamp,
            when: When::Before,
            lasting: true,
            entries: entries.into(),
            strangers: shared(strangers),
        }
    }

    /// The same, if the folder has the same entries now, which its `stamp` tells; None if it must be listed again. What
    /// an earlier board listed holds once: should its stamp not have told of a change, as that of some network drives,
    /// the next walk finds it.
    pub(crate) fn holding(&self, stamp: FolderStamp) -> Option<Self> {
        let when = match self.when {
            When::At(when) => {
                let recent = when.elapsed().is_ok_and(|age| age < REMEMBERED);
                recent.then_some(self.when)
            }
            When::Before => Some(When::Used),
            When::Used => None,
        };
        let when = when.filter(|_| self.lasting && self.stamp == stamp)?;
        Some(Self {
            when,
            ..self.clone()
        })
    }

    /// Whether a later board may use it.
    pub(crate) fn is_lasting(&self) -> bool {
        self.lasting
    }

    /// Its files that are not named like event files, if there are any.
    pub(crate) fn strangers(&self) -> Option<MutexGuard<'_, Strangers>> {
        let strangers = self.strangers.as_ref()?;
        Some(strangers.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn shared(strangers: Strangers) -> Option<Arc<Mutex<Strangers>>> {
    (strangers.count > 0).then(|| Arc::new(Mutex::new(strangers)))
}

fn name_of(entry: &DirEntry) -> OsString {
    OsStr::from_bytes(entry.file_name().to_bytes()).to_owned()
}

/// Some file systems do not tell with the name.
fn kind_of(entry: &DirEntry, folder: &Dir) -> io::Result<EntryKind> {
    let kind = match entry.file_type() {
        FileType::Unknown => {
            let found =
                rustix::fs::statat(folder.fd()?, entry.file_name(), AtFlags::SYMLINK_NOFOLLOW)?;
            FileType::from_raw_mode(found.st_mode)
        }
        kind => kind,
    };
    Ok(kind.into())
}

pub(crate) fn is_named_event_file(name: &OsStr) -> bool {
    name.as_bytes()
        .windows(MARK.len())
        .any(|window| window == MARK)
}
