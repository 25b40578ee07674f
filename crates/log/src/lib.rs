//! Writes event files: buffer, hand-over thread, failure handling.
//!
//! A [`Writer`] encodes each record in the calling thread into a buffer; one background thread hands the buffers of
//! all its files over to the operating system within [`HAND_OVER`]. What went wrong meanwhile comes back as
//! [`Report`]s with the next call, never from the thread. [`Media`] are encoded by threads of their own first. Nothing
//! here knows Python.

mod batch;
mod closing;
mod embedding;
mod feeding;
mod file;
mod fork;
mod hand_over;
mod held;
mod histogram;
mod media;
mod media_queue;
mod record;
mod report;
mod room;
mod sigterm;
mod spool;
mod writer;

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

pub use embedding::{Element, Embedding, WriteFile};
pub use fork::watch_forks;
pub use held::{CAPACITY, SPOOL_CAPACITY, STUCK_CAPACITY};
pub use histogram::{Counted, Histogram, Tally, default_edges};
pub use lightboard_events::encode::Scalar;
pub use media::{
    Claimed, Encode, KEPT_CAPACITY, MEDIA_CAPACITY, Media, Place, Progress, SMALL, SMALL_CAPACITY,
};
pub use record::{Record, SpooledRecord};
pub use report::{NotWritten, Report, errno};
pub use spool::Spool;
pub use writer::{Added, FileId, Options, Writer};

/// How long the background thread gathers records before it hands them over. The promise to users is twice that.
pub const HAND_OVER: Duration = Duration::from_millis(100);

/// A state is only ever left half changed by a panic between two assignments, which none of these can raise: so what
/// a poisoned lock guards is still good.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Seconds since 1970.
pub fn wall_time() -> f64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0.0, |since| since.as_secs_f64())
}
