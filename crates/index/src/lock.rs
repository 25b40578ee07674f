//! The lock of a cache: whoever holds it alone may write there. The kernel gives it back when a process dies.
//!
//! It is a `flock`, which every file system and container has. Whoever lists caches shares it for a moment and so is told
//! from a board: nobody takes the one for the other.

use std::fs::File;
use std::io;
use std::path::Path;
use std::time::Duration;

use rustix::fs::FlockOperation;
use rustix::io::Errno;

/// The file that is locked, in the cache's folder. Network file systems want it opened for reading to share it, for
/// writing to hold it alone.
pub(crate) const LOCK: &str = "lock";
/// How often, and how long after another, it is asked for while it is shared only: who shares it may have been put to
/// sleep right then.
const ATTEMPTS: u32 = 500;
const BETWEEN_ATTEMPTS: Duration = Duration::from_millis(1);

/// Whether somebody holds the lock in `folder`: a board, or one who removes the folder. A folder without a lock is
/// nobody's.
pub(crate) fn is_held(folder: &Path) -> io::Result<bool> {
    match File::open(folder.join(LOCK)) {
        Ok(lock) => Ok(!locked(&lock, FlockOperation::NonBlockingLockShared)?),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Takes the lock for as long as `lock` is open. Returns whether it is ours; if a board holds it, at once.
pub(crate) fn take(lock: &File) -> io::Result<bool> {
    for _ in 0..ATTEMPTS {
        if locked(lock, FlockOperation::NonBlockingLockExclusive)? {
            return Ok(true);
        }
        if !locked(lock, FlockOperation::NonBlockingLockShared)? {
            return Ok(false);
        }
        rustix::fs::flock(lock, FlockOperation::Unlock)?;
        std::thread::sleep(BETWEEN_ATTEMPTS);
    }
    Ok(false)
}

fn locked(lock: &File, operation: FlockOperation) -> io::Result<bool> {
    match rustix::fs::flock(lock, operation) {
        Ok(()) => Ok(true),
        Err(Errno::WOULDBLOCK) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::path::Path;

    use rustix::fs::FlockOperation;

    use super::{LOCK, is_held, take};

    fn open(folder: &Path) -> File {
        let options = &mut File::options();
        options.create(true).truncate(false).read(true).write(true);
        options.open(folder.join(LOCK)).expect("lock")
    }

    #[test]
    fn it_has_one_holder_and_is_free_when_that_one_is_gone() {
        let folder = tempfile::tempdir().expect("folder");
        let held = || is_held(folder.path()).expect("looked");
        assert!(!held());
        let (first, second) = (open(folder.path()), open(folder.path()));
        assert!(take(&first).expect("asked"));
        assert!(held());
        assert!(!take(&second).expect("asked"));
        drop(first);
        assert!(!held());
        assert!(take(&second).expect("asked"));
    }

    #[test]
    fn who_looks_at_it_keeps_nobody_from_it_for_long_and_is_taken_for_no_board() {
        let folder = tempfile::tempdir().expect("folder");
        let looks = open(folder.path());
        rustix::fs::flock(&looks, FlockOperation::LockShared).expect("shared");
        assert!(!is_held(folder.path()).expect("looked"));
        std::thread::scope(|scope| {
            let taken = scope.spawn(|| take(&open(folder.path())).expect("asked"));
            // Meanwhile it may have been refused once or not: it has to get it in either case.
            drop(looks);
            assert!(taken.join().expect("no panic"));
        });
    }
}
