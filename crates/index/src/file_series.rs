//! The series of one file, which come out of the cache's manifest only when they are asked for: a start needs no more
//! than how many they are.

use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::manifest::PackedSeries;
use crate::series::SeriesSet;
use crate::store::Store;

/// What is known of the series of one file without looking at each.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) series: usize,
    /// Points of those that are scalars.
    pub(crate) scalar_points: u64,
    /// Series of which the file does not tell what they are.
    pub(crate) untold: usize,
}

/// The series of one file: those that were read, or those that a manifest holds, unpacked when more is asked of them
/// than their counts.
#[derive(Debug, Default)]
pub(crate) struct FileSeries {
    set: OnceLock<Box<SeriesSet>>,
    packed: Mutex<Option<PackedSeries>>,
    /// Of those that are packed.
    counts: Counts,
    /// What was packed did not fit together.
    lost: AtomicBool,
}

impl FileSeries {
    /// No series so far; tags are taken from `store`.
    pub(crate) fn new(store: Arc<Store>) -> Self {
        Self {
            set: Box::new(SeriesSet::new(store)).into(),
            ..Self::default()
        }
    }

    pub(crate) fn packed(packed: PackedSeries, counts: Counts) -> Self {
        Self {
            packed: Mutex::new(Some(packed)),
            counts,
            ..Self::default()
        }
    }

    /// The series if they were read or unpacked.
    fn known(&self) -> Option<&SeriesSet> {
        self.set.get().map(|set| &**set).filter(|_| !self.is_lost())
    }

    /// What is known of the series without unpacking them.
    pub(crate) fn counts(&self) -> Counts {
        self.known().map_or(self.counts, SeriesSet::counts)
    }

    pub(crate) fn len(&self) -> usize {
        self.known().map_or(self.counts.series, SeriesSet::len)
    }

    /// Series of which the file does not tell what they are.
    pub(crate) fn untold(&self) -> usize {
        self.known().map_or(self.counts.untold, SeriesSet::untold)
    }

    /// Bytes of memory that the points take; what is packed lies in segments.
    pub(crate) fn memory(&self) -> usize {
        self.set.get().map_or(0, |set| set.memory())
    }

    /// Whether the series turned out to be lost when they were unpacked. Their file must be read anew.
    pub(crate) fn is_lost(&self) -> bool {
        self.lost.load(Ordering::Relaxed)
    }

    /// Unpacks the series if they are not. Returns whether they are there.
    #[cold]
    pub(crate) fn unpack(&self) -> bool {
        self.set.get_or_init(|| self.unpacked());
        !self.is_lost()
    }

    fn unpacked(&self) -> Box<SeriesSet> {
        let mut packed = self.packed.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(packed) = packed.take() else {
            return Box::default();
        };
        let set = packed.unpack().filter(|set| set.counts() == self.counts);
        self.lost.store(set.is_none(), Ordering::Relaxed);
        Box::new(set.unwrap_or_default())
    }
}

impl Deref for FileSeries {
    type Target = SeriesSet;

    #[inline]
    fn deref(&self) -> &SeriesSet {
        self.set.get_or_init(|| self.unpacked())
    }
}

impl DerefMut for FileSeries {
    #[inline]
    fn deref_mut(&mut self) -> &mut SeriesSet {
        if self.set.get_mut().is_none() {
            self.unpack();
        }
        self.set.get_mut().expect("they are unpacked")
    }
}
