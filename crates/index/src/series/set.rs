//! All series of one event file, by tag and kind, as its values come in.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, OnceLock};

use hashbrown::HashTable;
use lightboard_events::{Data, DecodeError, Kind, Reduce, Value};

use super::{Logged, Series, SeriesData};
use crate::file_series::Counts;
use crate::points::Points;
use crate::store::Store;

/// Bytes that a scalar takes before it is sealed.
const POINT: usize = 24;

/// All series of one file.
#[derive(Debug, Default)]
pub(crate) struct SeriesSet {
    all: Vec<Series>,
    /// Places in `all`, by the hashes of their tags. Sorted places would make the cost of a file's tags quadratic.
    by_tag: HashTable<u32>,
    /// Its keys are random, so that no file can be made to be slow.
    hashes: RandomState,
    last: usize,
    /// Series of which earlier files may tell what they are, or did.
    untold: usize,
    /// Counts the stretches of reading.
    stretch: u32,
    /// Bytes of the file as it is read.
    size: u64,
    /// Places of the series that the present stretch added to.
    touched: Vec<u32>,
    /// Bytes of memory that the points take.
    memory: isize,
    /// Those of them that the store has counted.
    counted: isize,
    store: Arc<Store>,
}

impl SeriesSet {
    /// An empty set, which takes its tags from `store`.
    pub(crate) fn new(store: Arc<Store>) -> Self {
        Self {
            store,
            ..Self::default()
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Series> {
        self.all.iter()
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Series> {
        self.all.iter_mut()
    }

    /// The series of scalars, with their points.
    pub(crate) fn scalars(&self) -> impl Iterator<Item = (&str, &Points<f64>)> {
        self.all
            .iter()
            .filter_map(|series| Some((&*series.tag, series.scalars()?)))
    }

    pub(crate) fn len(&self) -> usize {
        self.all.len()
    }

    /// Series of which earlier files may tell what they are, or did.
    pub(crate) fn untold(&self) -> usize {
        self.untold
    }

    pub(crate) fn counts(&self) -> Counts {
        let scalars = self.scalars().map(|(_, points)| points.len() as u64);
        Counts {
            series: self.all.len(),
            scalar_points: scalars.sum(),
            untold: self.all.iter().filter(|it| it.is_untold()).count(),
        }
    }

    /// The places and kinds of series that are something else if earlier files have `told` the kinds of tags.
    pub(crate) fn retold(&self, told: &HashMap<Arc<str>, Kind>) -> Vec<(usize, Kind)> {
        let kind = |series: &Series| match told.get(&series.tag) {
            // What is kept of it are places in the file, not numbers.
            None | Some(Kind::Scalar) => Kind::Unknown,
            // The file told of the same tag later.
            Some(kind) if self.find(&series.tag, *kind).is_some() => Kind::Unknown,
            Some(kind) => *kind,
        };
        let all = self.all.iter().enumerate();
        all.filter(|(_, series)| series.own == Kind::Unknown)
            .map(|(place, series)| {
                let untold = series.is_untold();
                (place, if untold { kind(series) } else { Kind::Unknown })
            })
            .filter(|(place, kind)| self.all[*place].kind != *kind)
            .collect()
    }

    /// Lets a series be of another kind in its run. Returns its tag.
    pub(crate) fn retell(&mut self, place: usize, kind: Kind) -> Arc<str> {
        let series = &mut self.all[place];
        self.untold -= usize::from(series.may_be_told());
        series.kind = kind;
        self.untold += usize::from(series.may_be_told());
        Arc::clone(&series.tag)
    }

    /// Begins another stretch of reading, of a file of so many bytes.
    pub(crate) fn begin_stretch(&mut self, size: u64) {
        self.size = size;
        self.counted = self.memory;
        self.stretch = self.stretch.wrapping_add(1);
        self.touched.clear();
    }

    /// Tags of the series that got values in the present stretch of reading.
    pub(crate) fn touched(&self) -> Vec<Arc<str>> {
        let tags = self.touched.iter();
        tags.map(|place| Arc::clone(&self.at(*place).tag)).collect()
    }

    /// Bytes of memory that the points take.
    pub(crate) fn memory(&self) -> usize {
        usize::try_from(self.memory).unwrap_or_default()
    }

    /// Notes that blocks left memory for a segment, or came from one.
    pub(crate) fn add_memory(&mut self, change: isize) {
        self.memory += change;
    }

    /// Seals all points: a file at rest keeps no room for more.
    pub(crate) fn seal(&mut self) {
        self.memory += self
            .all
            .iter_mut()
            .map(|series| series.data.seal())
            .sum::<isize>();
        self.all.shrink_to_fit();
        let (all, hashes) = (&self.all, &self.hashes);
        self.by_tag
            .shrink_to_fit(|place| hashes.hash_one(&*all[*place as usize].tag));
    }

    /// The points of a series of scalars.
    pub(crate) fn scalar(&self, tag: &str) -> Option<&Points<f64>> {
        self.get(tag, Kind::Scalar)?.scalars()
    }

    pub(crate) fn get(&self, tag: &str, kind: Kind) -> Option<&Series> {
        let mut found = self.with_tag(tag);
        let place = found.find(|(_, series)| series.kind == kind)?.0;
        Some(self.at(place))
    }

    /// The place of the series that is of this kind by its own file.
    fn find(&self, tag: &str, own: Kind) -> Option<u32> {
        self.with_tag(tag)
            .find(|(_, series)| series.own == own)
            .map(|(place, _)| place)
    }

    /// The series with this tag, in any order.
    fn with_tag<'a>(&'a self, tag: &'a str) -> impl Iterator<Item = (u32, &'a Series)> {
        self.by_tag
            .iter_hash(self.hashes.hash_one(tag))
            .map(|place| (*place, self.at(*place)))
            .filter(move |(_, series)| *series.tag == *tag)
    }

    fn at(&self, place: u32) -> &Series {
        &self.all[place as usize]
    }

    /// Adds one value. Returns whether it was a scalar.
    ///
    /// # Errors
    /// If the value's data do not decode; it is kept nevertheless.
    #[inline]
    pub(crate) fn add(&mut self, logged: Logged, value: &Value<'_>) -> Result<bool, DecodeError> {
        if let (Data::SimpleValue(number), None) = (value.data, value.metadata) {
            let place = self.place(value.tag, Kind::Scalar);
            self.push(place, logged, f64::from(number));
            return Ok(true);
        }
        self.add_unusual(logged, value)
    }

    fn add_unusual(&mut self, logged: Logged, value: &Value<'_>) -> Result<bool, DecodeError> {
        let number = value.scalar();
        let kind = Kind::among(|| self.first_kind(value.tag), value, number);
        let place = self.place(value.tag, kind);
        let series = &mut self.all[place];
        if let Some(metadata) = &value.metadata {
            if series.metadata.is_none() {
                self.untold -= usize::from(series.may_be_told());
                series.metadata = Some(logged.location);
                self.untold += usize::from(series.may_be_told());
            } else if kind == Kind::Scalar && Reduce::told(metadata).is_some() {
                series.metadata = Some(logged.location);
                series.said = OnceLock::new();
            }
        }
        if let (Kind::Scalar, Ok(Some(number))) = (kind, &number) {
            self.push(place, logged, *number);
            return Ok(true);
        }
        if let SeriesData::Values(points) = &mut self.all[place].data {
            let (step, wall_time, location) = (logged.step, logged.wall_time, logged.location);
            self.memory += points.push(logged.section, step, wall_time, location, |_| 0);
        }
        number.map(|_| false)
    }

    /// Adds a scalar to the series at a place.
    #[inline]
    pub(crate) fn push(&mut self, place: usize, logged: Logged, number: f64) {
        let series = self.all.len();
        let Logged {
            section,
            step,
            wall_time,
            location,
        } = logged;
        if let SeriesData::Scalars(points) = &mut self.all[place].data {
            self.memory += points.push(section, step, wall_time, number, |points| {
                let taken = self.memory - self.counted;
                let room = expected(points, location.offset, self.size);
                let left = self.store.left().saturating_sub(taken.unsigned_abs());
                // Room for points that do not fit would only drive out those that are there.
                let fits = room.saturating_mul(series * POINT) <= left;
                if fits { room } else { 0 }
            });
        }
    }

    /// The place of a series of scalars, which is made if there is none. None if its tag is not text.
    #[inline]
    pub(crate) fn place_of_scalar(&mut self, tag: &[u8]) -> Option<usize> {
        if let Some(place) = self.next_place(tag, Kind::Scalar) {
            return Some(place);
        }
        let tag = std::str::from_utf8(tag).ok()?;
        Some(self.place(tag, Kind::Scalar))
    }

    /// The kind of the tag's first series, unless that is unknown for want of metadata.
    fn first_kind(&self, tag: &str) -> Option<Kind> {
        let (_, first) = self.with_tag(tag).min_by_key(|(place, _)| *place)?;
        (!first.is_untold()).then_some(first.own)
    }

    /// The place of a series, which is made if there is none.
    fn place(&mut self, tag: &str, kind: Kind) -> usize {
        if let Some(place) = self.next_place(tag.as_bytes(), kind) {
            return place;
        }
        let place = self.look_up(tag, kind);
        self.touch(place);
        place
    }

    /// The place of a series if its turn has come.
    #[inline]
    fn next_place(&mut self, tag: &[u8], kind: Kind) -> Option<usize> {
        let next = self.all.get(self.last).map_or(0, |last| last.next as usize);
        let series = self.all.get(next)?;
        let is_it = series.own == kind && series.tag.as_bytes() == tag;
        is_it.then(|| {
            self.touch(next);
            next
        })
    }

    /// Notes that a series gets a value.
    #[inline]
    fn touch(&mut self, place: usize) {
        self.last = place;
        let series = &mut self.all[place];
        if series.stretch != self.stretch {
            series.stretch = self.stretch;
            self.touched.push(place as u32);
        }
    }

    fn look_up(&mut self, tag: &str, kind: Kind) -> usize {
        let place = if let Some(place) = self.find(tag, kind) {
            place as usize
        } else {
            let tag = self.store.share(tag);
            let hash = self.hashes.hash_one(&*tag);
            self.add_new(hash, Series::new(tag, kind, SeriesData::new(kind), None))
        };
        if let Some(last) = self.all.get_mut(self.last) {
            last.next = place as u32;
        }
        place
    }

    /// Makes room for so many series more.
    pub(crate) fn reserve(&mut self, count: usize) {
        self.all.reserve_exact(count);
        let (all, hashes) = (&self.all, &self.hashes);
        self.by_tag
            .reserve(count, |place| hashes.hash_one(&*all[*place as usize].tag));
    }

    /// Adds a series. Returns whether the set did not have it yet.
    pub(crate) fn insert(&mut self, series: Series) -> bool {
        let hash = self.hashes.hash_one(&*series.tag);
        let new = self.by_tag.find(hash, |place| {
            let known = self.at(*place);
            known.own == series.own && known.tag == series.tag
        });
        let new = new.is_none();
        if new {
            self.add_new(hash, series);
        }
        new
    }

    /// Adds a series that the set does not have yet. Returns its place.
    fn add_new(&mut self, hash: u64, series: Series) -> usize {
        let place = self.all.len();
        self.memory += match &series.data {
            SeriesData::Scalars(points) => points.memory(),
            SeriesData::Values(points) => points.memory(),
        } as isize;
        self.untold += usize::from(series.may_be_told());
        self.all.push(series);
        let (all, hashes) = (&self.all, &self.hashes);
        self.by_tag.insert_unique(hash, place as u32, |place| {
            hashes.hash_one(&*all[*place as usize].tag)
        });
        place
    }
}

/// How many points more a series has if the rest of its file, of which so many bytes were `read`, is as what was read, and
/// a few.
fn expected(points: usize, read: u64, size: u64) -> usize {
    let rest = size.saturating_sub(read) as f64 / read.max(1) as f64;
    ((points as f64 * rest * 1.125) as usize).saturating_add(8)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use lightboard_events::{Data, Value};

    use super::{Logged, SeriesSet};
    use crate::points::Location;
    use crate::store::Store;

    /// Reads a file of so many tags, logged in turn so often, in 2 MiB. Returns how often points had to leave memory.
    fn spills(tags: u64, steps: u64) -> usize {
        const RECORD: u64 = 50;
        const WINDOW: u64 = 256 << 10;
        let names: Vec<String> = (0..tags).map(|tag| format!("tag {tag}")).collect();
        let store = Arc::new(Store::new(16 << 20));
        let mut set = SeriesSet::new(Arc::clone(&store));
        let mut spills = 0;
        let mut before = 0;
        for place in 0..tags * steps {
            let offset = place * RECORD;
            if place % (WINDOW / RECORD) == 0 {
                store.count(before, set.memory());
                if store.is_full() {
                    before = set.memory();
                    set.seal();
                    set.add_memory(-set.memory);
                    store.count(before, 0);
                    spills += 1;
                }
                before = set.memory();
                set.begin_stretch(tags * steps * RECORD);
            }
            let value = Value {
                tag: &names[(place % tags) as usize],
                data: Data::SimpleValue(place as f32),
                metadata: None,
                bytes: &[],
            };
            let logged = Logged {
                section: 0,
                step: (place / tags) as i64,
                wall_time: place as f64,
                location: Location {
                    offset,
                    length: RECORD,
                    checksum: 0,
                    index: 0,
                },
            };
            set.add(logged, &value).expect("scalar");
        }
        spills
    }

    #[test]
    fn room_for_points_to_come_drives_out_none_that_are_there() {
        // 9.6 MB of points in all, of which 2 MiB fit.
        assert!((4..8).contains(&spills(1000, 400)), "{}", spills(1000, 400));
        // All fit.
        assert_eq!(spills(100, 400), 0);
    }
}
