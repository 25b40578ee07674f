//! The cache of one log directory on disk: a lock, a manifest, segments (`spec/index.md`).

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use crate::caches::keep_bound;
use crate::lock::{self, LOCK};
use crate::manifest::{Bytes, ManifestWriter, SavedFiles};
use crate::names::id_of;
use crate::segment::{Segment, SegmentWriter};
use crate::store::Store;

/// Of the folder's formats; another version has a folder of its own.
pub(crate) const VERSION: &str = "v5";
pub(crate) const MANIFEST: &str = "manifest";
const SEGMENT: &str = "segment";
/// Appended to the name of what is not whole yet.
pub(crate) const PARTIAL: &str = "partial";

/// The cache of one log directory.
#[derive(Debug)]
pub(crate) struct Cache {
    root: PathBuf,
    pub(crate) folder: PathBuf,
    /// Real path of the log directory.
    logdir: PathBuf,
    /// Held as long as this board may write in the folder.
    lock: Option<File>,
    /// What other boards write in the folder may be mapped.
    shared: bool,
    /// Numbers below this one may be taken, or belong to segments that another board removed.
    first_number: u64,
    next_number: u64,
}

/// A segment being written.
pub(crate) struct NewSegment {
    writer: SegmentWriter<BufWriter<File>>,
    /// Its number and paths before and after it is whole; none for a segment without a name.
    named: Option<(u64, Unfinished, PathBuf)>,
}

/// The path of a segment that is not whole. Removed when dropped, so that a full disk is not kept full by what did not
/// fit on it; nothing lies there any more once the segment has its name.
struct Unfinished(PathBuf);

impl Drop for Unfinished {
    fn drop(&mut self) {
        drop(fs::remove_file(&self.0));
    }
}

impl Cache {
    /// Opens the cache below `root` of the log directory at `logdir`, and reads what it holds. A folder that cannot be
    /// made or read is one that holds nothing.
    pub(crate) fn open(root: &Path, logdir: &Path, store: &Arc<Store>) -> (Self, SavedFiles) {
        let logdir = real_path(logdir);
        let folder = root
            .join(VERSION)
            .join(id_of(logdir.as_os_str().as_bytes()));
        let mut cache = Self {
            root: root.to_owned(),
            folder,
            logdir,
            lock: None,
            shared: false,
            first_number: 0,
            next_number: 0,
        };
        cache.acquire();
        // What it found when it got the lock is its own: nobody else removes it.
        cache.first_number = 0;
        // A segment that another host removes would end whoever has it mapped: the network keeps no removed files.
        let on_network = is_on_network(&cache.folder);
        cache.shared = cache.lock.is_some() || !on_network;
        let saved = cache.shared.then(|| cache.read(store, on_network));
        let saved = saved.flatten();
        let saved = saved.unwrap_or_default();
        (cache, saved)
    }

    fn read(&self, store: &Arc<Store>, on_network: bool) -> Option<SavedFiles> {
        let path = self.folder.join(MANIFEST);
        // A network that fails is an error of a read, and the end of who has mapped what it cannot bring.
        let bytes = if on_network {
            Bytes::try_from(fs::read(&path).ok()?)
        } else {
            Bytes::map(&File::open(&path).ok()?)
        };
        let bytes = bytes.ok()?;
        let saved = SavedFiles::read(
            bytes,
            self.logdir.as_os_str().as_bytes(),
            store,
            |number, length| {
                let file = File::open(self.segment_path(number)).ok()?;
                let segment = Segment::open(&file, Some(number)).ok()??;
                (segment.len() == length).then_some(segment)
            },
        );
        // The time of last use decides what goes first when space runs short.
        let used = File::options().append(true).open(&path);
        drop(used.and_then(|file| file.set_modified(SystemTime::now())));
        saved.ok()
    }

    /// Tries to become the board that writes in the folder. Returns whether it is.
    pub(crate) fn acquire(&mut self) -> bool {
        if self.lock.is_some() {
            return true;
        }
        let made = DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&self.folder);
        let lock = made.and_then(|()| {
            OpenOptions::new()
                .create(true)
                .truncate(false)
                .read(true)
                .write(true)
                .mode(0o600)
                .open(self.folder.join(LOCK))
        });
        let Ok(lock) = lock else {
            return false;
        };
        if !lock::take(&lock).unwrap_or(false) {
            return false;
        }
        // Whoever held it may have removed the folder meanwhile.
        let inode = |found: io::Result<fs::Metadata>| found.map(|it| it.ino()).ok();
        if inode(lock.metadata()) != inode(fs::metadata(self.folder.join(LOCK))) {
            return false;
        }
        // Never below a number of its own, should the folder have been removed meanwhile.
        let number = self.numbers().into_iter().max().map_or(0, |last| last + 1);
        let number = number.max(self.next_number);
        (self.first_number, self.next_number) = (number, number);
        self.lock = Some(lock);
        true
    }

    /// Lets another board write in the folder, or this one after its folder was removed.
    pub(crate) fn give_up(&mut self) {
        self.lock = None;
    }

    /// Segments with this number or a higher one lie in the folder and stay there.
    pub(crate) fn first_number(&self) -> u64 {
        self.first_number
    }

    /// The number of the next segment.
    pub(crate) fn next_number(&self) -> u64 {
        self.next_number
    }

    /// Numbers of the segments in the folder, whole or not.
    pub(crate) fn numbers(&self) -> Vec<u64> {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        entries
            .filter_map(|entry| segment_number(&entry.file_name().to_string_lossy()))
            .collect()
    }

    fn segment_path(&self, number: u64) -> PathBuf {
        self.folder.join(format!("{number}.{SEGMENT}"))
    }

    /// Starts a segment: a named one for the board that holds the lock, else one without a name.
    pub(crate) fn new_segment(&mut self) -> io::Result<NewSegment> {
        if self.lock.is_none() {
            return nameless(self.shared.then_some(&*self.folder));
        }
        let number = self.next_number;
        let path = self.segment_path(number);
        let partial = path.with_extension(format!("{SEGMENT}.{PARTIAL}"));
        let file = OpenOptions::new()
            .create(true)
            .truncate(true)
            .read(true)
            .write(true)
            .mode(0o600)
            .open(&partial)?;
        let partial = Unfinished(partial);
        self.next_number += 1;
        Ok(NewSegment {
            writer: SegmentWriter::new(BufWriter::with_capacity(1 << 20, file))?,
            named: Some((number, partial, path)),
        })
    }

    /// Replaces the manifest and removes what it does not name. Only for the board that holds the lock.
    pub(crate) fn replace_manifest(&mut self, manifest: &ManifestWriter) -> io::Result<()> {
        let path = self.folder.join(MANIFEST);
        let partial = self.folder.join(format!("{MANIFEST}.{PARTIAL}"));
        let bytes = manifest.finish(self.logdir.as_os_str().as_bytes());
        let mut file = OpenOptions::new()
            .create(true)
            .truncate(true)
            .write(true)
            .mode(0o600)
            .open(&partial)?;
        let written = file.write_all(&bytes);
        drop(file);
        if let Err(error) = written.and_then(|()| fs::rename(&partial, &path)) {
            drop(fs::remove_file(&partial));
            return Err(error);
        }
        let named: Vec<u64> = manifest
            .segments()
            .iter()
            .filter_map(|segment| segment.number)
            .collect();
        for entry in fs::read_dir(&self.folder)?.flatten() {
            let name = entry.file_name();
            let number = segment_number(&name.to_string_lossy());
            if number.is_some_and(|number| !named.contains(&number)) {
                // What cannot be removed now is tried again after the next save.
                drop(fs::remove_file(entry.path()));
            }
        }
        keep_bound(&self.root, &self.folder);
        Ok(())
    }
}

/// The real path of a log directory, which may not be there yet.
fn real_path(logdir: &Path) -> PathBuf {
    let absolute = std::path::absolute(logdir).unwrap_or_else(|_| logdir.to_owned());
    let real = absolute.ancestors().find_map(|above| {
        let below = absolute.strip_prefix(above).ok()?;
        let real = fs::canonicalize(above).ok()?;
        Some(real.components().chain(below.components()).collect())
    });
    real.unwrap_or(absolute)
}

/// Whether a folder lies on a file system that other hosts may change.
#[cfg(target_os = "linux")]
fn is_on_network(folder: &Path) -> bool {
    // By `statfs(2)`: NFS, SMB, CIFS, SMB 2, 9P, Ceph, AFS, Lustre, GPFS, BeeGFS, FUSE.
    const NETWORK: [u32; 11] = [
        0x6969,
        0x517b,
        0xff53_4d42,
        0xfe53_4d42,
        0x0102_1997,
        0x00c3_6400,
        0x5346_414f,
        0x0bd0_0bd3,
        0x4750_4653,
        0x1983_0326,
        0x6573_5546,
    ];
    rustix::fs::statfs(folder).is_ok_and(|found| NETWORK.contains(&(found.f_type as u32)))
}

#[cfg(not(target_os = "linux"))]
fn is_on_network(_: &Path) -> bool {
    false
}

/// A segment without a name, in `folder` or else in the system's folder for temporary files.
pub(crate) fn nameless(folder: Option<&Path>) -> io::Result<NewSegment> {
    let temporary = || tempfile::tempfile_in(std::env::temp_dir());
    let file = match folder {
        Some(folder) => tempfile::tempfile_in(folder).or_else(|_| temporary()),
        None => temporary(),
    };
    Ok(NewSegment {
        writer: SegmentWriter::new(BufWriter::with_capacity(1 << 20, file?))?,
        named: None,
    })
}

impl NewSegment {
    /// Adds a block.
    pub(crate) fn add(&mut self, block: &[u8]) -> io::Result<crate::segment::Span> {
        self.writer.add(block)
    }

    /// Finishes the segment and gives it its name, if it has one.
    pub(crate) fn finish(self) -> io::Result<Arc<Segment>> {
        let out = self.writer.finish()?;
        let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
        let segment = match &self.named {
            Some((number, partial, path)) => {
                fs::rename(&partial.0, path)?;
                Segment::open(&file, Some(*number))?
            }
            None => Segment::open(&file, None)?,
        };
        segment.ok_or_else(|| io::Error::other("a segment is not what was written"))
    }
}

/// The number of a segment by its file name, whole or not.
pub(crate) fn segment_number(name: &str) -> Option<u64> {
    let (number, extension) = name.split_once('.')?;
    let partial = extension
        .strip_suffix(PARTIAL)
        .and_then(|it| it.strip_suffix('.'));
    (partial.unwrap_or(extension) == SEGMENT)
        .then(|| number.parse().ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use tempfile::{TempDir, tempdir};

    use super::{Cache, NewSegment};
    use crate::caches::list_caches;
    use crate::store::Store;

    fn folders() -> (TempDir, TempDir) {
        (tempdir().expect("cache"), tempdir().expect("logdir"))
    }

    fn open(root: &TempDir, logdir: &TempDir) -> Cache {
        Cache::open(root.path(), logdir.path(), &Arc::new(Store::new(1 << 30))).0
    }

    #[test]
    fn a_segment_that_is_given_up_leaves_nothing() {
        let (root, logdir) = folders();
        let mut cache = open(&root, &logdir);
        drop(cache.new_segment().expect("segment"));
        assert!(cache.numbers().is_empty());
        cache
            .new_segment()
            .and_then(NewSegment::finish)
            .expect("segment");
        assert_eq!(cache.numbers(), [1]);
    }

    #[test]
    fn no_number_is_given_twice_though_the_folder_was_removed() {
        let (root, logdir) = folders();
        let mut cache = open(&root, &logdir);
        let segment = cache
            .new_segment()
            .and_then(NewSegment::finish)
            .expect("segment");
        fs::remove_dir_all(&cache.folder).expect("removed");
        cache.give_up();
        assert!(cache.acquire());
        assert!(segment.number < Some(cache.first_number()));
    }

    #[test]
    fn a_log_directory_that_comes_later_has_the_same_cache() {
        let (root, above) = folders();
        std::os::unix::fs::symlink(above.path(), root.path().join("link")).expect("link");
        let logdir = root.path().join("link").join("a").join("b");
        let folder = || {
            let store = Arc::new(Store::new(1 << 30));
            Cache::open(root.path(), &logdir, &store).0.folder
        };
        let before = folder();
        fs::create_dir_all(&logdir).expect("logdir");
        assert_eq!(folder(), before);
    }

    #[test]
    fn a_board_gets_its_lock_while_caches_are_listed() {
        let (root, logdir) = folders();
        drop(open(&root, &logdir));
        let done = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    list_caches(root.path());
                }
            });
            let locked = (0..300)
                .filter(|_| open(&root, &logdir).lock.is_some())
                .count();
            done.store(true, Ordering::Relaxed);
            assert_eq!(locked, 300);
        });
    }
}
