//! All caches in the user's cache directory: listed, cleared, kept below a bound (`spec/index.md`).

use std::fs::{self, File};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::cache::{MANIFEST, PARTIAL, VERSION, segment_number};
use crate::lock::{self, LOCK};
use crate::names::{is_id, shown};

/// Bytes that all log directories together may take.
const BOUND: u64 = 16 << 30;
/// The part of the file system that they may take, if that is less.
const PART: u64 = 4;

/// One log directory's cache, as `lightboard cache` lists it.
#[derive(Debug, Serialize)]
struct Entry {
    /// Real path of the log directory; none if the manifest cannot be read.
    logdir: Option<String>,
    /// Folder of the cache.
    folder: PathBuf,
    /// Bytes that it takes.
    bytes: u64,
    /// Seconds since 1970.
    last_used: f64,
    /// A board has it open.
    in_use: bool,
    #[serde(skip)]
    raw_logdir: Option<Vec<u8>>,
}

/// All caches below `root`, whatever their version, those used last first: `{"caches": [{"logdir", "folder", "bytes",
/// "last_used", "in_use"}]}` as JSON.
pub fn list_caches(root: &Path) -> Vec<u8> {
    #[derive(Serialize)]
    struct Body {
        caches: Vec<Entry>,
    }
    let caches = all(root);
    crate::describe::json(&Body { caches })
}

/// Removes the caches below `root`, or the one of the log directory at `logdir`. Those that a board has open stay.
/// Returns `{"removed": […], "in_use": […]}` as JSON, each as it was listed.
///
/// # Errors
/// When a folder cannot be removed.
pub fn clear_caches(root: &Path, logdir: Option<&Path>) -> io::Result<Vec<u8>> {
    #[derive(Serialize, Default)]
    struct Body {
        removed: Vec<Entry>,
        in_use: Vec<Entry>,
    }
    let logdir = logdir.map(|path| fs::canonicalize(path).unwrap_or_else(|_| path.to_owned()));
    let mut body = Body::default();
    for entry in all(root) {
        let wanted = logdir
            .as_ref()
            .is_none_or(|path| entry.raw_logdir.as_deref() == Some(path.as_os_str().as_bytes()));
        if wanted && remove(&entry.folder)? {
            body.removed.push(entry);
        } else if wanted {
            body.in_use.push(entry);
        }
    }
    Ok(crate::describe::json(&body))
}

fn all(root: &Path) -> Vec<Entry> {
    let versions = fs::read_dir(root).into_iter().flatten().flatten();
    let mut all: Vec<Entry> = versions
        .filter(|version| is_version(version.file_name().as_bytes()))
        .flat_map(|version| entries(&version.path()))
        .collect();
    all.sort_by(|a, b| b.last_used.total_cmp(&a.last_used));
    all
}

fn is_version(name: &[u8]) -> bool {
    let digits = name.strip_prefix(b"v").unwrap_or_default();
    !digits.is_empty() && digits.iter().all(u8::is_ascii_digit)
}

/// The caches in the folder of one version. The folder may hold anything else, if the user chose one that is in use.
fn entries(version: &Path) -> Vec<Entry> {
    let folders = fs::read_dir(version).into_iter().flatten().flatten();
    folders
        .filter(|folder| {
            is_id(folder.file_name().as_bytes())
                && folder.file_type().is_ok_and(|kind| kind.is_dir())
        })
        .map(|folder| entry(folder.path()))
        .collect()
}

fn entry(folder: PathBuf) -> Entry {
    let files = fs::read_dir(&folder).into_iter().flatten().flatten();
    let bytes = files
        .filter_map(|file| file.metadata().ok())
        .map(|file| file.len())
        .sum();
    let manifest = folder.join(MANIFEST);
    let used = fs::metadata(&manifest).or_else(|_| fs::metadata(&folder));
    let raw_logdir = crate::manifest::logdir_of(&manifest);
    Entry {
        logdir: raw_logdir.as_deref().map(shown),
        bytes,
        last_used: used
            .and_then(|it| it.modified())
            .map_or(0.0, crate::contents::seconds),
        in_use: lock::is_held(&folder).unwrap_or(true),
        folder,
        raw_logdir,
    }
}

/// Removes a cache that no board has open, but nothing that no board ever puts there. Returns whether it did.
fn remove(folder: &Path) -> io::Result<bool> {
    // Held until the folder is gone.
    let _lock = match File::options()
        .read(true)
        .write(true)
        .open(folder.join(LOCK))
    {
        Ok(lock) if !lock::take(&lock)? => return Ok(false),
        Ok(lock) => Some(lock),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name();
        let name = name.to_string_lossy();
        let manifest = name == MANIFEST || name == format!("{MANIFEST}.{PARTIAL}");
        if manifest || segment_number(&name).is_some() {
            fs::remove_file(folder.join(&*name))?;
        }
    }
    match fs::remove_file(folder.join(LOCK)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => fs::remove_dir(folder).map(|()| true),
    }
}

/// Removes caches until all together are below the bound: those of other versions first, which nobody may use any more,
/// then those used longest ago, but never the one in the folder `own`.
pub(crate) fn keep_bound(root: &Path, own: &Path) {
    let size = rustix::fs::statvfs(root).map_or(u64::MAX, |it| it.f_blocks * it.f_frsize);
    keep_below(BOUND.min(size / PART), root, own);
}

fn keep_below(bound: u64, root: &Path, own: &Path) {
    let mut entries = all(root);
    let mut bytes: u64 = entries.iter().map(|entry| entry.bytes).sum();
    entries.reverse();
    // Stable: those of one version stay in order of their last use.
    entries.sort_by_key(|entry| entry.folder.starts_with(root.join(VERSION)));
    for entry in entries {
        if bytes <= bound {
            return;
        }
        if entry.folder != own && matches!(remove(&entry.folder), Ok(true)) {
            bytes -= entry.bytes;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::{Path, PathBuf};
    use std::sync::Arc;

    use tempfile::{TempDir, tempdir};

    use super::{clear_caches, keep_below};
    use crate::cache::{Cache, VERSION};
    use crate::store::Store;

    fn folders() -> (TempDir, TempDir) {
        (tempdir().expect("cache"), tempdir().expect("logdir"))
    }

    fn open(root: &TempDir, logdir: &TempDir) -> Cache {
        Cache::open(root.path(), logdir.path(), &Arc::new(Store::new(1 << 30))).0
    }

    #[test]
    fn clearing_removes_caches_and_nothing_else() {
        let (root, logdir) = folders();
        let cache = open(&root, &logdir).folder.clone();
        let foreign = ["videos/holiday", "v1/checkpoints", "v2-runs/0123456789abc"];
        for folder in foreign {
            fs::create_dir_all(root.path().join(folder)).expect("folder");
            fs::write(root.path().join(folder).join("file"), "mine").expect("file");
        }
        clear_caches(root.path(), None).expect("cleared");
        assert!(!cache.exists());
        for folder in foreign {
            assert!(root.path().join(folder).join("file").exists(), "{folder}");
        }
    }

    #[test]
    fn a_file_that_no_board_wrote_stays_and_is_told() {
        let (root, logdir) = folders();
        let foreign = open(&root, &logdir).folder.join("notes");
        fs::write(&foreign, "mine").expect("file");
        clear_caches(root.path(), None).expect_err("the folder is not empty");
        assert!(foreign.exists());
    }

    fn made(root: &Path, version: &str, id: &str, bytes: usize) -> PathBuf {
        let folder = root.join(version).join(id);
        fs::create_dir_all(&folder).expect("folder");
        fs::write(folder.join("0.segment"), vec![0; bytes]).expect("segment");
        fs::write(folder.join("manifest"), "").expect("manifest");
        folder
    }

    #[test]
    fn those_used_longest_ago_go_first_and_those_of_other_versions_before_them() {
        let root = tempdir().expect("cache");
        let oldest = made(root.path(), VERSION, "0000000000001", 100);
        let middle = made(root.path(), VERSION, "0000000000002", 100);
        let own = made(root.path(), VERSION, "0000000000003", 100);
        // Used last of all, by a program that no longer runs.
        let other = made(root.path(), "v1", "0000000000004", 100);
        let left = |bound| {
            keep_below(bound, root.path(), &own);
            [&oldest, &middle, &own, &other].map(|folder| folder.exists())
        };
        assert_eq!(left(400), [true, true, true, true]);
        assert_eq!(left(399), [true, true, true, false]);
        assert_eq!(left(250), [false, true, true, false]);
        assert_eq!(left(0), [false, false, true, false]);
    }
}
