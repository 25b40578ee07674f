//! How many bytes of records a writer may hold that are not with the operating system.

use crate::hand_over::Pending;

/// Bytes of records, of all files together, from which on further ones wait. Media have room of their own.
pub const CAPACITY: usize = 24 << 20;

/// As many of these at most are of files that cannot be written at present; what comes on top is dropped. So such a file
/// never keeps others from being written.
pub const STUCK_CAPACITY: usize = 16 << 20;

/// Bytes of records that may wait in spools; likewise of media. One may have more, if it is the only one.
pub const SPOOL_CAPACITY: u64 = 1 << 30;

/// As many of these at most are of files that cannot be written at present, likewise.
const STUCK_SPOOL_CAPACITY: u64 = SPOOL_CAPACITY / 2;

/// Less than this is next to nothing.
const LITTLE: usize = 1 << 20;

/// Bytes of records held: those that callers are about to append, those that wait, and those that the thread writes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Held {
    /// Of files that are being written.
    moving: Bytes,
    /// Of files that cannot be written at present.
    stuck: Bytes,
}

/// Bytes in memory and in spools.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Bytes {
    memory: usize,
    spooled: u64,
}

impl Held {
    pub(crate) fn of(files: &[Pending]) -> Self {
        let mut held = Self::default();
        for file in files {
            let (bytes, spooled) = file.held();
            held.add(file, bytes, spooled);
        }
        held
    }

    /// Notes that `file` holds as many bytes more, in memory and in spools.
    #[inline]
    pub(crate) fn add(&mut self, file: &Pending, bytes: usize, spooled: u64) {
        let held = if file.is_stuck() {
            &mut self.stuck
        } else {
            &mut self.moving
        };
        held.memory += bytes;
        held.spooled += spooled;
    }

    /// Whether `file` may hold as many bytes more. A record that is larger than all the room may be held beside next to
    /// nothing: to wait for nothing would be in vain while other threads log.
    #[inline]
    pub(crate) fn has_room(self, file: &Pending, bytes: usize, spooled: u64) -> bool {
        if !file.is_stuck() {
            return self.memory_may_be(self.moving.memory.saturating_add(bytes))
                && self.spools_take(spooled);
        }
        let Bytes {
            memory,
            spooled: before,
        } = self.stuck;
        let after = before.saturating_add(spooled);
        memory.saturating_add(bytes) <= STUCK_CAPACITY
            && (spooled == 0 || before == 0 || after <= STUCK_SPOOL_CAPACITY)
    }

    /// Whether a wait for room for as many bytes is over: when half is free, so that not every record has to wait.
    pub(crate) fn is_eased(self, bytes: usize, spooled: u64) -> bool {
        let bytes = bytes.max(CAPACITY / 2);
        self.memory_may_be(self.moving.memory.saturating_add(bytes)) && self.spools_take(spooled)
    }

    #[inline]
    fn memory_may_be(self, bytes: usize) -> bool {
        self.moving.memory < LITTLE || bytes <= CAPACITY - self.stuck.memory.min(STUCK_CAPACITY)
    }

    #[inline]
    fn spools_take(self, more: u64) -> bool {
        let (before, stuck) = (self.moving.spooled, self.stuck.spooled);
        more == 0
            || before == 0
            || before.saturating_add(more) <= SPOOL_CAPACITY - stuck.min(STUCK_SPOOL_CAPACITY)
    }
}

#[cfg(test)]
mod tests {
    use super::{Bytes, CAPACITY, Held, LITTLE, Pending, SPOOL_CAPACITY, STUCK_CAPACITY};

    fn file(failing: Option<i32>) -> Pending {
        Pending {
            failing,
            ..Pending::default()
        }
    }

    #[test]
    fn a_stuck_file_leaves_room_to_others() {
        let (moving, stuck) = (file(None), file(Some(libc::ENOSPC)));
        let mut held = Held::default();
        held.add(&stuck, STUCK_CAPACITY, 0);
        assert!(!held.has_room(&stuck, 1, 0));
        assert!(held.has_room(&moving, CAPACITY - STUCK_CAPACITY, 0));
        held.add(&moving, CAPACITY - STUCK_CAPACITY, 0);
        assert!(!held.has_room(&moving, 1, 0));
        // It was moving until now.
        held.add(&stuck, CAPACITY, 0);
        held.moving = Bytes::default();
        assert!(held.has_room(&moving, CAPACITY - STUCK_CAPACITY, 0));
    }

    #[test]
    fn a_record_larger_than_all_the_room_is_held_beside_next_to_nothing() {
        let moving = file(None);
        let mut held = Held::default();
        held.add(&moving, LITTLE - 1, 0);
        assert!(held.has_room(&moving, 2 * CAPACITY, 0));
        assert!(held.is_eased(2 * CAPACITY, 0));
        held.add(&moving, 1, 0);
        assert!(!held.has_room(&moving, 2 * CAPACITY, 0));
        assert!(!held.is_eased(2 * CAPACITY, 0));
        assert!(held.is_eased(0, 0));
    }

    #[test]
    fn spools_have_room_of_their_own() {
        let moving = file(None);
        let mut held = Held::default();
        assert!(held.has_room(&moving, 1, 2 * SPOOL_CAPACITY));
        held.add(&moving, 1, 1);
        assert!(!held.has_room(&moving, 1, SPOOL_CAPACITY));
        assert!(!held.is_eased(1, SPOOL_CAPACITY));
        assert!(held.has_room(&moving, 1, SPOOL_CAPACITY - 1));
        held.add(&moving, 1, SPOOL_CAPACITY);
        assert!(held.has_room(&moving, 1, 0));
    }

    #[test]
    fn spools_of_a_stuck_file_leave_room_to_others() {
        let (moving, stuck) = (file(None), file(Some(libc::ENOSPC)));
        let mut held = Held::default();
        assert!(held.has_room(&stuck, 1, SPOOL_CAPACITY));
        held.add(&stuck, 1, SPOOL_CAPACITY / 2);
        assert!(!held.has_room(&stuck, 1, 1));
        assert!(held.has_room(&stuck, 1, 0));
        held.add(&moving, 1, 1);
        assert!(held.has_room(&moving, 1, SPOOL_CAPACITY / 2 - 1));
        assert!(!held.has_room(&moving, 1, SPOOL_CAPACITY / 2));
        // They were of a moving file until now.
        held.add(&stuck, 1, SPOOL_CAPACITY);
        assert!(held.has_room(&moving, 1, SPOOL_CAPACITY / 2 - 1));
    }
}
