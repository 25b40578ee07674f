//! One event file on disk: made exclusively, locked, and followed when it is moved or deleted.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::fd::AsRawFd;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use lightboard_events::encode;
use rustix::fs::{FlockOperation, flock};

use crate::{fork, wall_time};

/// What the header says of who wrote the file.
const WRITER: &str = "lightboard";

/// Distinguishes the files of this process, and orders those of one second: TensorBoard reads the files of a run in the
/// order of their names as text, so the number has leading zeros.
static NEXT: AtomicU64 = AtomicU64::new(0);

/// An event file that nobody else writes.
#[derive(Debug)]
pub(crate) struct EventFile {
    file: File,
    path: PathBuf,
}

/// Where the file is, compared with where it was made.
pub(crate) enum Place {
    Same,
    Moved,
    Deleted,
}

impl EventFile {
    /// Makes a new file in `directory`, which must exist, and writes its header; with `purge_step`, also the start of
    /// a session that supersedes what was logged from that step on. A file that cannot get its header is removed.
    pub(crate) fn create(
        directory: &Path,
        suffix: &str,
        purge_step: Option<i64>,
    ) -> io::Result<Self> {
        let mut this = Self::create_exclusively(directory, suffix)?;
        fork::track(this.file.as_raw_fd());
        this.lock();
        if let Err(error) = this.write_header(purge_step) {
            // What is reported is why the header could not be written; a leftover is seen as an empty file.
            let _ = fs::remove_file(&this.path);
            return Err(error);
        }
        Ok(this)
    }

    fn create_exclusively(directory: &Path, suffix: &str) -> io::Result<Self> {
        let host = rustix::system::uname()
            .nodename()
            .to_string_lossy()
            .into_owned();
        let host = if host.is_empty() { "localhost" } else { &host };
        loop {
            let name = format!(
                "events.out.tfevents.{:010}.{host}.{}.{:05}{suffix}",
                wall_time() as u64,
                std::process::id(),
                NEXT.fetch_add(1, Ordering::Relaxed),
            );
            let path = directory.join(name);
            match OpenOptions::new().append(true).create_new(true).open(&path) {
                Ok(file) => return Ok(Self { file, path }),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Marks the file as being written, for other writers to notice.
    ///
    /// Somebody who looks holds a shared lock for a moment. A file system without locks is fine: then the marks are
    /// the name of the file and the time of its last change.
    fn lock(&self) {
        for _ in 0..20 {
            match flock(&self.file, FlockOperation::NonBlockingLockExclusive) {
                Err(rustix::io::Errno::WOULDBLOCK) => std::thread::sleep(Duration::from_millis(1)),
                _ => return,
            }
        }
    }

    fn write_header(&mut self, purge_step: Option<i64>) -> io::Result<()> {
        let mut records = Vec::with_capacity(256);
        encode::header(&mut records, wall_time(), WRITER);
        if let Some(step) = purge_step {
            encode::file_version(&mut records, wall_time(), step);
            encode::session_start(&mut records, wall_time(), step);
        }
        self.file.write_all(&records)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    /// Cuts the last `bytes` off, so that a record that was written in part does not stay behind.
    pub(crate) fn cut(&self, bytes: u64) -> io::Result<()> {
        let length = self.file.metadata()?.len();
        self.file.set_len(length.saturating_sub(bytes))
    }

    /// Compares the path with the open file. An error that says nothing about this counts as `Same`: the next write
    /// will tell.
    pub(crate) fn place(&self) -> Place {
        let Ok(open) = self.file.metadata() else {
            return Place::Same;
        };
        if open.nlink() == 0 {
            return Place::Deleted;
        }
        match fs::symlink_metadata(&self.path) {
            Ok(named) if (named.dev(), named.ino()) == (open.dev(), open.ino()) => {
                return Place::Same;
            }
            Err(error) if !matches!(error.raw_os_error(), Some(libc::ENOENT | libc::ENOTDIR)) => {
                return Place::Same;
            }
            _ => {}
        }
        match self.present_path() {
            // Some user-space file systems change the numbers of a file while it is open.
            Some(present) if fs::canonicalize(&self.path).is_ok_and(|path| path == present) => {
                Place::Same
            }
            // What NFS makes of a file that is deleted while it is open.
            Some(present)
                if present
                    .file_name()
                    .is_some_and(|name| name.as_encoded_bytes().starts_with(b".nfs")) =>
            {
                Place::Deleted
            }
            _ => Place::Moved,
        }
    }

    /// Where the open file is now, if the system tells.
    pub(crate) fn present_path(&self) -> Option<PathBuf> {
        let path = fs::read_link(format!("/proc/self/fd/{}", self.file.as_raw_fd())).ok()?;
        path.exists().then_some(path)
    }
}

impl Drop for EventFile {
    fn drop(&mut self) {
        fork::untrack(self.file.as_raw_fd());
    }
}
