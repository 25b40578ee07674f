//! The lock of a cache: whoever holds it may write there. The kernel gives it back when a process dies.

use std::fs::File;
use std::io;
use std::path::Path;
use std::time::Duration;

use rustix::fs::FlockOperation;

/// The file that is locked, in the cache's folder.
pub(crate) const LOCK: &str = "lock";
/// Whoever lists caches holds each lock for a moment: a board asks this often before another one counts as its holder.
const ATTEMPTS: u32 = 5;
const BETWEEN_ATTEMPTS: Duration = Duration::from_millis(1);

/// Whether a cache is nobody's.
pub(crate) enum Ownership {
    /// A board has it open.
    Taken,
    /// It is ours as long as this file lives; a folder without a lock needs none.
    Ours(Option<File>),
}

pub(crate) fn try_lock(folder: &Path) -> io::Result<Ownership> {
    match File::open(folder.join(LOCK)) {
        Ok(lock) => match rustix::fs::flock(&lock, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Ownership::Ours(Some(lock))),
            Err(error) if error == rustix::io::Errno::WOULDBLOCK => Ok(Ownership::Taken),
            Err(error) => Err(error.into()),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Ownership::Ours(None)),
        Err(error) => Err(error),
    }
}

/// Asks for the lock until it is ours, or is held for longer than a look takes.
pub(crate) fn lock_patiently(lock: &File) -> bool {
    for attempt in 0..ATTEMPTS {
        if attempt > 0 {
            std::thread::sleep(BETWEEN_ATTEMPTS);
        }
        match rustix::fs::flock(lock, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => return true,
            Err(error) if error == rustix::io::Errno::WOULDBLOCK => {}
            Err(_) => return false,
        }
    }
    false
}
