//! The points of one series in one file, in log order: sealed blocks and a tail that still grows.

mod value;

use std::borrow::Cow;
use std::mem;
use std::ops::Range;
use std::sync::Arc;

pub(crate) use self::value::{Location, Value};
use crate::block::{CAPACITY, Malformed, Packed, Packer};
use crate::piece::Piece;
use crate::segment::Stored;
use crate::summary::Extent;

/// Where a block's bytes are.
#[derive(Debug, Clone)]
pub(crate) enum Place {
    Memory(Arc<[u8]>),
    Segment(Stored),
}

/// A sealed stretch of points.
#[derive(Debug, Clone)]
pub(crate) struct Block<V: Value> {
    /// Points before this block and in it.
    pub(crate) end: usize,
    pub(crate) extent: Extent,
    pub(crate) summary: V::Summary,
    pub(crate) place: Place,
}

/// Points that there is room for when the first one comes: many series have few.
const FIRST_ROOM: usize = 4;

/// Points that are not sealed yet.
#[derive(Debug)]
struct Tail<V> {
    steps: Vec<i64>,
    wall_times: Vec<f64>,
    values: Vec<V>,
}

/// Some points of a series, a column each, in log order.
#[derive(Debug, Clone)]
pub(crate) struct Columns<'a, V: Clone = f64> {
    pub(crate) steps: Cow<'a, [i64]>,
    /// Seconds since 1970, always finite.
    pub(crate) wall_times: Cow<'a, [f64]>,
    pub(crate) values: Cow<'a, [V]>,
}

/// The points of one series in one file.
#[derive(Debug)]
pub(crate) struct Points<V: Value = f64> {
    pub(crate) blocks: Vec<Block<V>>,
    /// Boxed, so that a series at rest is small.
    tail: Option<Box<Tail<V>>>,
    /// Where the file's sections begin: (section, index of its first point), both ascending.
    pub(crate) sections: Vec<(usize, usize)>,
}

impl<V: Value> Default for Points<V> {
    fn default() -> Self {
        Self {
            blocks: Vec::new(),
            tail: None,
            sections: Vec::new(),
        }
    }
}

impl<V: Value> Default for Tail<V> {
    fn default() -> Self {
        Self::with_room(0)
    }
}

impl<V: Value> Tail<V> {
    fn with_room(points: usize) -> Self {
        Self {
            steps: Vec::with_capacity(points),
            wall_times: Vec::with_capacity(points),
            values: Vec::with_capacity(points),
        }
    }

    fn bytes(&self) -> usize {
        self.steps.capacity() * (16 + size_of::<V>())
    }
}

impl<V: Value> Points<V> {
    /// Adds a point and returns by how many bytes of memory that grew the series, or shrank it. `more` tells from the
    /// number of points how many more are expected; it is asked when room must be made.
    #[inline]
    pub(crate) fn push(
        &mut self,
        section: usize,
        step: i64,
        wall_time: f64,
        value: V,
        more: impl FnOnce(usize) -> usize,
    ) -> isize {
        if self
            .sections
            .last()
            .is_none_or(|(last, _)| *last != section)
        {
            let first = self.len();
            add(&mut self.sections, (section, first));
        }
        let mut change = 0;
        let tail = match &mut self.tail {
            Some(tail) if tail.steps.len() < tail.steps.capacity() => tail,
            _ => {
                change += self.make_room(more);
                self.tail.get_or_insert_default()
            }
        };
        tail.steps.push(step);
        tail.wall_times.push(wall_time);
        tail.values.push(value);
        if tail.steps.len() == CAPACITY {
            change += self.seal();
        }
        change
    }

    /// Makes room for further points. Returns by how many bytes of memory that grew the series.
    #[cold]
    fn make_room(&mut self, more: impl FnOnce(usize) -> usize) -> isize {
        let points = self.len();
        let tail = self.tail.get_or_insert_default();
        let (before, length) = (tail.bytes(), tail.steps.len());
        let room = match length {
            0 => FIRST_ROOM,
            _ => more(points)
                .max(length)
                .min(CAPACITY.saturating_sub(length)),
        };
        tail.steps.reserve_exact(room);
        tail.wall_times.reserve_exact(room);
        tail.values.reserve_exact(room);
        tail.bytes() as isize - before as isize
    }

    /// Seals the tail, together with the last block if both fit into one. Returns by how many bytes of memory that
    /// grew the series, or shrank it.
    pub(crate) fn seal(&mut self) -> isize {
        let Some(tail) = self.tail.take() else {
            return 0;
        };
        let mut change = -(tail.bytes() as isize);
        let mut tail = *tail;
        let sealed = self.sealed();
        let mut start = sealed;
        if let Some(last) = self.blocks.last() {
            let first = self.blocks.iter().rev().nth(1).map_or(0, |block| block.end);
            if sealed - first + tail.steps.len() <= CAPACITY
                && let Ok(mut whole) = self.unpack(first..sealed)
            {
                change -= last.place.memory() as isize;
                whole.steps.append(&mut tail.steps);
                whole.wall_times.append(&mut tail.wall_times);
                whole.values.append(&mut tail.values);
                (tail, start) = (whole, first);
                self.blocks.pop();
            }
        }
        let Some(extent) = Extent::of(&tail.steps, &tail.wall_times) else {
            return change;
        };
        let mut packer = Packer::default();
        packer.integers(&tail.steps);
        packer.floats(&tail.wall_times);
        V::pack(&tail.values, &mut packer);
        let place = Place::Memory(packer.finish().into());
        change += place.memory() as isize;
        let block = Block {
            end: start + tail.steps.len(),
            extent,
            summary: V::summary(&tail.steps, &tail.values),
            place,
        };
        add(&mut self.blocks, block);
        change
    }

    /// Points in all.
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.sealed() + self.tail.as_ref().map_or(0, |tail| tail.steps.len())
    }

    /// Points that lie in these blocks, and no more yet.
    pub(crate) fn restored(blocks: Vec<Block<V>>, sections: Vec<(usize, usize)>) -> Self {
        Self {
            blocks,
            tail: None,
            sections,
        }
    }

    /// Points in blocks.
    #[inline]
    pub(crate) fn sealed(&self) -> usize {
        self.blocks.last().map_or(0, |block| block.end)
    }

    /// Bytes of memory that the points take.
    pub(crate) fn memory(&self) -> usize {
        let blocks: usize = self.blocks.iter().map(|block| block.place.memory()).sum();
        blocks + self.tail.as_ref().map_or(0, |tail| tail.bytes())
    }

    /// The step that was logged first.
    pub(crate) fn first_step(&self) -> Option<i64> {
        match self.blocks.first() {
            Some(block) => Some(block.extent.first_step),
            None => self.tail.as_ref()?.steps.first().copied(),
        }
    }

    /// The step that was logged last.
    pub(crate) fn last_step(&self) -> Option<i64> {
        match &self.tail {
            Some(tail) => tail.steps.last().copied(),
            None => Some(self.blocks.last()?.extent.last_step),
        }
    }

    /// The blocks and the tail that hold the points with the indices of `range`, in log order: the indices in `range`,
    /// whether these are all, and extent and summary of all. Others are not looked at.
    pub(crate) fn stretches(
        &self,
        range: Range<usize>,
    ) -> impl Iterator<Item = (Range<usize>, bool, Extent, V::Summary)> {
        let (first, start) = self.block_with(range.start);
        let blocks = self.blocks[first..].iter().scan(start, |start, block| {
            let stretch = mem::replace(start, block.end)..block.end;
            Some((stretch, block.extent, block.summary))
        });
        let tail = self.tail.iter().filter(move |_| range.end > self.sealed());
        let tail = tail.filter_map(|tail| {
            let extent = Extent::of(&tail.steps, &tail.wall_times)?;
            let summary = V::summary(&tail.steps, &tail.values);
            Some((self.sealed()..self.len(), extent, summary))
        });
        let end = range.end;
        blocks
            .take_while(move |(stretch, ..)| stretch.start < end)
            .chain(tail)
            .map(move |(stretch, extent, summary)| {
                let part = stretch.start.max(range.start)..stretch.end.min(range.end);
                let whole = part == stretch;
                (part, whole, extent, summary)
            })
            .filter(|(part, ..)| !part.is_empty())
    }

    /// The first block that ends behind a point, and the index of its first one.
    fn block_with(&self, point: usize) -> (usize, usize) {
        let first = self.blocks.partition_point(|block| block.end <= point);
        let start = first.checked_sub(1).map_or(0, |last| self.blocks[last].end);
        (first, start)
    }

    /// The points with the indices of `range`.
    ///
    /// # Errors
    /// When a block's bytes are not what was written.
    pub(crate) fn columns(&self, range: Range<usize>) -> Result<Columns<'_, V>, Malformed> {
        let sealed = self.sealed();
        if let Some(tail) = &self.tail
            && range.start >= sealed
        {
            let range = range.start - sealed..range.end - sealed;
            return Ok(Columns {
                steps: Cow::Borrowed(&tail.steps[range.clone()]),
                wall_times: Cow::Borrowed(&tail.wall_times[range.clone()]),
                values: Cow::Borrowed(&tail.values[range]),
            });
        }
        let all = self.unpack(range)?;
        Ok(Columns {
            steps: Cow::Owned(all.steps),
            wall_times: Cow::Owned(all.wall_times),
            values: Cow::Owned(all.values),
        })
    }

    /// The points with the indices of `range`, unpacked.
    fn unpack(&self, range: Range<usize>) -> Result<Tail<V>, Malformed> {
        let mut all = Tail::with_room(range.len());
        for piece in self.pieces(range)? {
            piece.steps(&mut all.steps)?;
            piece.wall_times(&mut all.wall_times)?;
            piece.values(&mut all.values)?;
        }
        Ok(all)
    }

    /// The blocks and the tail that hold the points with the indices of `range`, in log order, none unpacked.
    ///
    /// # Errors
    /// When a block's bytes are not what was written.
    pub(crate) fn pieces(&self, range: Range<usize>) -> Result<Vec<Piece<'_, V>>, Malformed> {
        let (first, mut start) = self.block_with(range.start);
        let mut pieces = Vec::new();
        for block in &self.blocks[first..] {
            if start >= range.end {
                return Ok(pieces);
            }
            let part = range.start.max(start) - start..range.end.min(block.end) - start;
            let packed = Packed::new(block.place.bytes()?, block.end - start);
            pieces.push(Piece::Block(packed, part));
            start = block.end;
        }
        if let Some(tail) = &self.tail
            && range.end > start
        {
            let part = range.start.max(start) - start..range.end - start;
            pieces.push(Piece::Tail {
                steps: &tail.steps[part.clone()],
                wall_times: &tail.wall_times[part.clone()],
                values: &tail.values[part],
            });
        }
        Ok(pieces)
    }

    /// The points by section: (section, range of indices), ascending, none empty.
    pub(crate) fn sections(&self) -> impl Iterator<Item = (usize, Range<usize>)> {
        let ends = self
            .sections
            .iter()
            .skip(1)
            .map(|(_, start)| *start)
            .chain([self.len()]);
        self.sections
            .iter()
            .zip(ends)
            .map(|((section, start), end)| (*section, *start..end))
    }
}

/// Appends an item. Most series have one section and one block: the first item gets no room for others beside it.
fn add<T>(items: &mut Vec<T>, item: T) {
    if items.is_empty() {
        items.reserve_exact(1);
    }
    items.push(item);
}

impl Place {
    /// The block's bytes.
    ///
    /// # Errors
    /// When they are not what was written.
    pub(crate) fn bytes(&self) -> Result<&[u8], Malformed> {
        match self {
            Self::Memory(bytes) => Ok(bytes),
            Self::Segment(stored) => stored.bytes().ok_or(Malformed),
        }
    }

    /// Bytes of memory.
    pub(crate) fn memory(&self) -> usize {
        match self {
            Self::Memory(bytes) => bytes.len(),
            Self::Segment(_) => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Points;
    use crate::block::CAPACITY;
    use crate::summary::{Extent, Extremes};
    use proptest::prelude::*;

    #[test]
    fn a_short_series_at_rest_keeps_no_room_for_more() {
        let mut points: Points = Points::default();
        points.push(0, 1, 1.0, 1.0, |_| 0);
        points.seal();
        assert_eq!(
            (points.blocks.capacity(), points.sections.capacity()),
            (1, 1)
        );
    }

    #[test]
    fn a_tail_grows_to_what_is_expected_and_never_beyond_a_block() {
        for (expected, growths) in [(200, 2), (usize::MAX, 2), (0, 7)] {
            let mut points: Points = Points::default();
            let mut grown = 0;
            for step in 0..200 {
                let grew = points.push(0, step, 0.0, 1.0, |known| expected.saturating_sub(known));
                grown += usize::from(grew > 0);
            }
            assert_eq!(grown, growths);
            let tail = points.tail.as_ref().expect("not sealed");
            assert!(tail.steps.capacity() <= CAPACITY);
        }
    }

    proptest! {
        #[test]
        fn any_range_of_any_sealing_is_what_was_pushed(
            seals in prop::collection::vec(0..2500usize, 0..6),
            points in 0..2500usize,
            cuts in (0.0..=1.0f64, 0.0..=1.0f64),
        ) {
            let mut kept: Points = Points::default();
            let mut memory = 0;
            for index in 0..points {
                memory += kept.push(0, index as i64 / 2, index as f64, (index as f64).sqrt(), |_| 0);
                if seals.contains(&index) {
                    memory += kept.seal();
                }
            }
            prop_assert_eq!(kept.len(), points);
            prop_assert_eq!(kept.memory() as isize, memory);
            let cut = |part: f64| (part * points as f64) as usize;
            let (from, to) = (cut(cuts.0.min(cuts.1)), cut(cuts.0.max(cuts.1)));
            let columns = kept.columns(from..to).unwrap();
            prop_assert_eq!(&*columns.steps, &(from..to).map(|it| it as i64 / 2).collect::<Vec<_>>()[..]);
            prop_assert_eq!(&*columns.wall_times, &(from..to).map(|it| it as f64).collect::<Vec<_>>()[..]);
            prop_assert_eq!(&*columns.values, &(from..to).map(|it| (it as f64).sqrt()).collect::<Vec<_>>()[..]);
            let mut end = 0;
            let mut stretches = Vec::new();
            for (range, whole, extent, extremes) in kept.stretches(0..points) {
                prop_assert!(whole);
                prop_assert_eq!(range.start, end);
                end = range.end;
                stretches.push(range.clone());
                let part = kept.columns(range).unwrap();
                prop_assert_eq!(Some(extent), Extent::of(&part.steps, &part.wall_times));
                prop_assert_eq!(extremes, Extremes::of(&part.steps, &part.values));
            }
            prop_assert_eq!(end, points);
            let expected: Vec<_> = stretches
                .into_iter()
                .map(|all| (all.start.max(from)..all.end.min(to), all))
                .filter(|(part, _)| !part.is_empty())
                .map(|(part, all)| (part.clone(), part == all))
                .collect();
            let found = kept.stretches(from..to).map(|(part, whole, ..)| (part, whole));
            prop_assert_eq!(found.collect::<Vec<_>>(), expected);
        }
    }
}
