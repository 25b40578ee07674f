//! Room for large records, which is taken before they are copied, and the wait for it.

use std::sync::atomic::Ordering;
use std::sync::{MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::hand_over::{Shared, State};
use crate::held::Held;
use crate::lock;
use crate::record::Record;
use crate::spool::Spool;
use crate::writer::{Added, FileId, Writer};

/// How long a record waits for room while the disk is slow.
const ROOM_WITHIN: Duration = Duration::from_secs(2);

impl Writer {
    /// Adds a large record, which `encode` makes as soon as there is room for all of it: `bytes` in memory, or `spooled`
    /// bytes in a spool, or some of both. Nobody else waits meanwhile. It is not called if the answer is `Full`.
    ///
    /// # Errors
    /// Those of `encode`; nothing is added then.
    ///
    /// # Panics
    /// If `file` is not of this writer.
    pub fn add_large<E>(
        &self,
        file: FileId,
        (bytes, spooled): (usize, u64),
        encode: impl FnOnce() -> Result<Record, E>,
    ) -> Result<Added, E> {
        if self.is_inherited() {
            return Ok(Added::Unusable);
        }
        let spooled = Spool::cost(spooled);
        let mut state = lock(&self.shared.state);
        if state.is_closed() {
            return Ok(Added::Unusable);
        }
        let pending = &state.pending[file.0];
        if !state.held.has_room(pending, bytes, spooled) {
            return Ok(state.dropped(file.0).unwrap_or(Added::Full));
        }
        state.claim(file, bytes, spooled);
        drop(state);
        let mut claim = Claim {
            shared: &self.shared,
            file,
            bytes,
            spooled,
        };
        let record = encode()?;
        let mut state = claim.give_back();
        if state.is_closed() {
            return Ok(Added::Unusable);
        }
        if state.append(file.0, record) {
            self.shared.wake.notify_one();
        }
        Ok(state.taken())
    }

    /// Waits for a slow disk to make room for so many bytes in memory and in spools; bounded, but for a spool as long as
    /// there is progress, or another record is copied into one. After a wait in vain records are dropped and counted.
    pub fn wait_for_room(&self, bytes: usize, spooled: u64) {
        if self.is_inherited() {
            return;
        }
        let spooled = Spool::cost(spooled);
        let state = lock(&self.shared.state);
        let room = |_: &State| (bytes, spooled);
        drop(self.shared.wait_for_room(state, room));
    }
}

/// Room for a record that is about to be appended.
struct Claim<'a> {
    shared: &'a Shared,
    file: FileId,
    bytes: usize,
    spooled: u64,
}

impl<'a> Claim<'a> {
    /// Gives the room back, and the lock, for the record to be appended before others take the room.
    fn give_back(&mut self) -> MutexGuard<'a, State> {
        let mut state = lock(&self.shared.state);
        let claimed = &mut state.pending[self.file.0].claimed;
        *claimed = (claimed.0 - self.bytes, claimed.1 - self.spooled);
        (self.bytes, self.spooled) = (0, 0);
        state.held = Held::of(&state.pending);
        state
    }
}

impl Drop for Claim<'_> {
    fn drop(&mut self) {
        drop(self.give_back());
        self.shared.done.notify_all();
    }
}

impl State {
    /// Whether a caller copies something into a spool, which it gives up itself if the disk does not answer. Until then it
    /// may wait for the interpreter, too.
    fn is_copying(&self) -> bool {
        self.pending.iter().any(|file| file.claimed.1 > 0)
    }

    fn claim(&mut self, file: FileId, bytes: usize, spooled: u64) {
        let pending = &mut self.pending[file.0];
        pending.claimed = (pending.claimed.0 + bytes, pending.claimed.1 + spooled);
        self.held.add(pending, bytes, spooled);
    }
}

impl Shared {
    /// Waits for as much room, in memory and in spools, as `room` says at the time, as [`Writer::wait_for_room`] does.
    pub(crate) fn wait_for_room<'a>(
        &'a self,
        mut state: MutexGuard<'a, State>,
        room: impl Fn(&State) -> (usize, u64),
    ) -> MutexGuard<'a, State> {
        let mut start = Instant::now();
        let (mut seen, mut was_copying) = (self.progress.load(Ordering::Relaxed), false);
        loop {
            let (bytes, spooled) = room(&state);
            if state.held.is_eased(bytes, spooled) {
                return state;
            }
            let progress = self.progress.load(Ordering::Relaxed);
            let is_copying = state.is_copying();
            if spooled > 0 && (progress != seen || is_copying || was_copying) {
                (start, seen) = (Instant::now(), progress);
            }
            was_copying = is_copying;
            let Some(left) = ROOM_WITHIN.checked_sub(start.elapsed()) else {
                state.stalled = true;
                return state;
            };
            state = self
                .done
                .wait_timeout(state, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
    }
}
