//! How many bytes of records a writer may hold that are not with the operating system.

use crate::hand_over::{HIGH_WATER, Pending};

/// Bytes of records, of all files together, from which on further ones wait. Media have room of their own.
pub const CAPACITY: usize = 32 << 20;

/// As many of these at most are of files that cannot be written at present; what comes on top is dropped. So such a file
/// never keeps others from being written.
pub const STUCK_CAPACITY: usize = 24 << 20;

/// Bytes of records held, taken by the thread or not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Held {
    /// Of files that are being written.
    moving: usize,
    /// Of files that cannot be written at present.
    stuck: usize,
}

impl Held {
    pub(crate) fn of(files: &[Pending]) -> Self {
        let mut held = Self::default();
        for file in files {
            held.add(file, file.bytes.len() + file.taken_bytes);
        }
        held
    }

    /// Notes that `file` holds as many bytes more.
    #[inline]
    pub(crate) fn add(&mut self, file: &Pending, bytes: usize) {
        if file.is_stuck() {
            self.stuck += bytes;
        } else {
            self.moving += bytes;
        }
    }

    /// Whether `file` may hold as many bytes more. A record that is larger than all the room may be held beside next to
    /// nothing: to wait for nothing would be in vain while other threads log.
    #[inline]
    pub(crate) fn has_room(self, file: &Pending, bytes: usize) -> bool {
        if file.is_stuck() {
            self.stuck.saturating_add(bytes) <= STUCK_CAPACITY
        } else {
            self.moving_may_be(self.moving.saturating_add(bytes))
        }
    }

    /// Whether a wait for room for as many bytes is over: when half is free, so that not every record has to wait.
    pub(crate) fn is_eased(self, bytes: usize) -> bool {
        self.moving_may_be(self.moving.saturating_add(bytes.max(CAPACITY / 2)))
    }

    #[inline]
    fn moving_may_be(self, bytes: usize) -> bool {
        self.moving < HIGH_WATER || bytes <= CAPACITY - self.stuck.min(STUCK_CAPACITY)
    }
}

#[cfg(test)]
mod tests {
    use super::{CAPACITY, HIGH_WATER, Held, Pending, STUCK_CAPACITY};

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
        held.add(&stuck, STUCK_CAPACITY);
        assert!(!held.has_room(&stuck, 1));
        assert!(held.has_room(&moving, CAPACITY - STUCK_CAPACITY));
        held.add(&moving, CAPACITY - STUCK_CAPACITY);
        assert!(!held.has_room(&moving, 1));
        // It was moving until now.
        held.add(&stuck, CAPACITY);
        held.moving = 0;
        assert!(held.has_room(&moving, CAPACITY - STUCK_CAPACITY));
    }

    #[test]
    fn a_record_larger_than_all_the_room_is_held_beside_next_to_nothing() {
        let moving = file(None);
        let mut held = Held::default();
        held.add(&moving, HIGH_WATER - 1);
        assert!(held.has_room(&moving, 2 * CAPACITY));
        assert!(held.is_eased(2 * CAPACITY));
        held.add(&moving, 1);
        assert!(!held.has_room(&moving, 2 * CAPACITY));
        assert!(!held.is_eased(2 * CAPACITY));
        assert!(held.is_eased(0));
    }
}
