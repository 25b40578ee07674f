//! What all event files of an index share: one copy of each tag, and the count of memory that points take.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// The part of the memory limit that points may take before they go to a segment.
const PART: u64 = 8;

/// One copy of each tag, and the count of memory that points take.
#[derive(Debug, Default)]
pub(crate) struct Store {
    tags: Mutex<HashSet<Arc<str>>>,
    held: AtomicUsize,
    /// Bytes that the whole process may take.
    pub(crate) max_memory: u64,
}

impl Store {
    pub(crate) fn new(max_memory: u64) -> Self {
        Self {
            max_memory,
            ..Self::default()
        }
    }

    /// The shared copy of `tag`.
    pub(crate) fn share(&self, tag: &str) -> Arc<str> {
        let mut tags = self.tags.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = tags.get(tag) {
            return Arc::clone(known);
        }
        let new: Arc<str> = tag.into();
        tags.insert(Arc::clone(&new));
        new
    }

    /// Counts memory anew that one file's points take: `before` and now.
    pub(crate) fn count(&self, before: usize, now: usize) {
        self.held.fetch_add(now, Ordering::Relaxed);
        self.held.fetch_sub(before, Ordering::Relaxed);
    }

    /// Whether points take so much memory that they should go to a segment. While there are none, there is room.
    pub(crate) fn is_full(&self) -> bool {
        self.held() > self.part()
    }

    /// Bytes that points may take more before they should.
    pub(crate) fn left(&self) -> usize {
        usize::try_from(self.part().saturating_sub(self.held())).unwrap_or(usize::MAX)
    }

    fn held(&self) -> u64 {
        self.held.load(Ordering::Relaxed) as u64
    }

    fn part(&self) -> u64 {
        self.max_memory / PART
    }
}
