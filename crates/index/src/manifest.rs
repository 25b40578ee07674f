//! The manifest: what was read of which event file, and where its blocks are (`spec/index.md`).
//!
//! It comes back from disk: whatever does not fit together is refused as a whole, and no list is made longer than the
//! bytes that are there.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use lightboard_events::{Kind, crc};

use crate::contents::{Contents, Sections};
use crate::event_file::{LastRecord, Stamp};
use crate::points::{Block, Location, Place, Points, Value};
use crate::segment::{Segment, Span, Stored, VERSION};
use crate::series::{Series, SeriesData};
use crate::store::Store;
use crate::summary::{At, Extent, Extremes};

const MAGIC: [u8; 8] = *b"LBMANFST";
const HEAD: usize = 20;

/// What was read of one event file.
#[derive(Debug)]
pub(crate) struct Saved {
    pub(crate) stamp: Stamp,
    /// The file's first bytes.
    pub(crate) opening: Vec<u8>,
    pub(crate) last_record: Option<LastRecord>,
    pub(crate) contents: Contents,
}

/// Event files by raw path of the run and file name.
pub(crate) type SavedFiles = HashMap<(Vec<u8>, Vec<u8>), Saved>;

/// The bytes are no manifest, or not one that can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Refused;

/// Writes a manifest's body.
#[derive(Debug, Default)]
pub(crate) struct ManifestWriter {
    files: Vec<u8>,
    count: u32,
    segments: Vec<Arc<Segment>>,
    segment_places: HashMap<u64, u32>,
    tags: Vec<Arc<str>>,
    tag_places: HashMap<Arc<str>, u32>,
}

impl ManifestWriter {
    /// Adds an event file. Returns whether it could be: all of its blocks must lie in segments with a number.
    pub(crate) fn add(
        &mut self,
        run: &[u8],
        name: &[u8],
        stamp: &Stamp,
        opening: &[u8],
        last_record: Option<LastRecord>,
        contents: &Contents,
    ) -> bool {
        let start = self.files.len();
        let done = self.put_file(run, name, stamp, opening, last_record, contents);
        if done.is_none() {
            self.files.truncate(start);
            return false;
        }
        self.count += 1;
        true
    }

    fn put_file(
        &mut self,
        run: &[u8],
        name: &[u8],
        stamp: &Stamp,
        opening: &[u8],
        last_record: Option<LastRecord>,
        contents: &Contents,
    ) -> Option<()> {
        let mut out = std::mem::take(&mut self.files);
        out.text(run);
        out.text(name);
        let (device, inode) = stamp.identity;
        for number in [device, inode, stamp.size] {
            out.u64(number);
        }
        for (seconds, nanoseconds) in [stamp.modified, stamp.changed] {
            out.i64(seconds);
            out.i64(nanoseconds);
        }
        out.text(opening);
        out.optional(last_record, |out, it| {
            out.u64(it.offset);
            out.u32(it.checksum);
        });
        out.u64(contents.bytes_read);
        out.u64(contents.records);
        out.optional(contents.first_wall_time, Put::f64);
        out.optional(contents.first_value_wall_time, Put::f64);
        out.optional(contents.last_wall_time, Put::f64);
        out.optional(contents.last_step, Put::i64);
        out.u64(contents.sections.last as u64);
        out.optional(contents.sections.leading_start, Put::i64);
        out.optional(contents.sections.highest_step, Put::i64);
        out.u32(contents.series.len() as u32);
        let mut whole = Some(());
        for series in contents.series.iter() {
            let tag = self.tag(&series.tag);
            out.u32(tag);
            out.text(series.kind.as_str().as_bytes());
            out.optional(series.metadata, |out, it| {
                out.u64(it.offset);
                out.u64(it.length);
                out.u32(it.index);
            });
            whole = match &series.data {
                SeriesData::Scalars(points) => self.put_points(&mut out, points, put_extremes),
                SeriesData::Values(points) => self.put_points(&mut out, points, |_, ()| ()),
            };
            if whole.is_none() {
                break;
            }
        }
        self.files = out;
        whole
    }

    fn put_points<V: Value>(
        &mut self,
        out: &mut Vec<u8>,
        points: &Points<V>,
        put_summary: fn(&mut Vec<u8>, V::Summary),
    ) -> Option<()> {
        if points.sealed() != points.len() {
            return None;
        }
        out.u32(points.sections.len() as u32);
        for (section, first) in &points.sections {
            out.u64(*section as u64);
            out.u64(*first as u64);
        }
        out.u32(points.blocks.len() as u32);
        let mut start = 0;
        for block in &points.blocks {
            let Place::Segment(stored) = &block.place else {
                return None;
            };
            let segment = self.segment(&stored.segment)?;
            out.u32(segment);
            out.u64(stored.span.offset);
            out.u32(stored.span.length);
            out.u32(stored.span.crc);
            out.u32((block.end - start) as u32);
            start = block.end;
            put_extent(out, &block.extent);
            put_summary(out, block.summary);
        }
        Some(())
    }

    fn tag(&mut self, tag: &Arc<str>) -> u32 {
        if let Some(place) = self.tag_places.get(tag) {
            return *place;
        }
        let place = self.tags.len() as u32;
        self.tags.push(Arc::clone(tag));
        self.tag_places.insert(Arc::clone(tag), place);
        place
    }

    fn segment(&mut self, segment: &Arc<Segment>) -> Option<u32> {
        let number = segment.number?;
        Some(*self.segment_places.entry(number).or_insert_with(|| {
            self.segments.push(Arc::clone(segment));
            self.segments.len() as u32 - 1
        }))
    }

    /// The manifest of the log directory at `path`.
    pub(crate) fn finish(&self, path: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(HEAD + self.files.len() + 4096);
        out.extend_from_slice(&MAGIC);
        out.u32(VERSION);
        out.u64(0);
        out.text(path);
        out.u32(self.segments.len() as u32);
        for segment in &self.segments {
            out.u64(segment.number.unwrap_or_default());
            out.u64(segment.len());
        }
        out.u32(self.tags.len() as u32);
        self.tags.iter().for_each(|tag| out.text(tag.as_bytes()));
        out.u32(self.count);
        out.extend_from_slice(&self.files);
        let length = (out.len() - HEAD) as u64;
        out[12..HEAD].copy_from_slice(&length.to_le_bytes());
        let crc = crc::masked(&out);
        out.u32(crc);
        out
    }

    /// The segments that the manifest names.
    pub(crate) fn segments(&self) -> &[Arc<Segment>] {
        &self.segments
    }
}

/// Reads the manifest of the log directory at `path`; `open` finds a segment by number and length. Files with blocks in
/// segments that are not to be found are left out.
///
/// # Errors
/// If the bytes are no whole manifest of this version and of that log directory.
pub(crate) fn read(
    bytes: &[u8],
    path: &[u8],
    store: &Arc<Store>,
    mut open: impl FnMut(u64, u64) -> Option<Arc<Segment>>,
) -> Result<SavedFiles, Refused> {
    let (body, sum) = bytes.split_last_chunk::<4>().ok_or(Refused)?;
    if u32::from_le_bytes(*sum) != crc::masked(body) {
        return Err(Refused);
    }
    let mut take = Take(body);
    if take.array::<8>()? != MAGIC || take.u32()? != VERSION || take.u64()? != take.0.len() as u64 {
        return Err(Refused);
    }
    if take.text()? != path {
        return Err(Refused);
    }
    let segments = take.list(|take| {
        let (number, length) = (take.u64()?, take.u64()?);
        Ok(open(number, length))
    })?;
    let tags = take.list(|take| {
        let tag = std::str::from_utf8(take.text()?).map_err(|_| Refused)?;
        Ok(store.share(tag))
    })?;
    let mut files = HashMap::new();
    for _ in 0..take.u32()? {
        let key = (take.text()?.to_vec(), take.text()?.to_vec());
        if let Some(saved) = take_file(&mut take, &segments, &tags, store)? {
            files.insert(key, saved);
        }
    }
    if take.0.is_empty() {
        Ok(files)
    } else {
        Err(Refused)
    }
}

/// The log directory that the manifest at `path` says it is of, as far as its start can be read.
pub(crate) fn logdir_of(path: &Path) -> Option<Vec<u8>> {
    // A path has at most 4 KiB.
    let mut start = Vec::new();
    let file = File::open(path).ok()?;
    file.take(HEAD as u64 + 8192).read_to_end(&mut start).ok()?;
    let mut take = Take(&start);
    let sound = take.array::<8>() == Ok(MAGIC) && take.u32().is_ok() && take.u64().is_ok();
    sound
        .then(|| take.text().ok().map(<[u8]>::to_vec))
        .flatten()
}

fn take_file(
    take: &mut Take<'_>,
    segments: &[Option<Arc<Segment>>],
    tags: &[Arc<str>],
    store: &Arc<Store>,
) -> Result<Option<Saved>, Refused> {
    let stamp = Stamp {
        identity: (take.u64()?, take.u64()?),
        size: take.u64()?,
        modified: (take.i64()?, take.i64()?),
        changed: (take.i64()?, take.i64()?),
    };
    let opening = take.text()?.to_vec();
    let last_record = take.optional(|take| {
        Ok(LastRecord {
            offset: take.u64()?,
            checksum: take.u32()?,
        })
    })?;
    let mut contents = Contents::new(Arc::clone(store));
    contents.size = stamp.size;
    contents.modified = time(stamp.modified).ok_or(Refused)?;
    contents.settled = true;
    contents.bytes_read = take.u64()?;
    contents.records = take.u64()?;
    contents.first_wall_time = take.optional(Take::f64)?;
    contents.first_value_wall_time = take.optional(Take::f64)?;
    contents.last_wall_time = take.optional(Take::f64)?;
    contents.last_step = take.optional(Take::i64)?;
    contents.sections = Sections {
        last: take.size()?,
        leading_start: take.optional(Take::i64)?,
        highest_step: take.optional(Take::i64)?,
    };
    let mut whole = true;
    for _ in 0..take.u32()? {
        let tag = tags.get(take.u32()? as usize).ok_or(Refused)?;
        let kind = std::str::from_utf8(take.text()?)
            .ok()
            .and_then(Kind::from_word);
        let kind = kind.ok_or(Refused)?;
        let metadata = take.optional(|take| {
            Ok(Location {
                offset: take.u64()?,
                length: take.u64()?,
                index: take.u32()?,
            })
        })?;
        let data = if kind == Kind::Scalar {
            take_points(take, segments, &mut whole, take_extremes).map(SeriesData::Scalars)?
        } else {
            take_points(take, segments, &mut whole, |_| Ok(())).map(SeriesData::Values)?
        };
        if contents.series.get(tag, kind).is_some() {
            return Err(Refused);
        }
        contents
            .series
            .insert(Series::new(Arc::clone(tag), kind, data, metadata));
    }
    Ok(whole.then_some(Saved {
        stamp,
        opening,
        last_record,
        contents,
    }))
}

fn take_points<V: Value>(
    take: &mut Take<'_>,
    segments: &[Option<Arc<Segment>>],
    whole: &mut bool,
    take_summary: fn(&mut Take<'_>) -> Result<V::Summary, Refused>,
) -> Result<Points<V>, Refused> {
    let sections = take.list(|take| Ok((take.size()?, take.size()?)))?;
    let mut end = 0_usize;
    let blocks = take.list(|take| {
        let segment = segments.get(take.u32()? as usize).ok_or(Refused)?;
        let span = Span {
            offset: take.u64()?,
            length: take.u32()?,
            crc: take.u32()?,
        };
        let points = take.u32()? as usize;
        if points == 0 || points > crate::block::CAPACITY {
            return Err(Refused);
        }
        end += points;
        let extent = take_extent(take)?;
        let summary = take_summary(take)?;
        Ok(segment.as_ref().map(|segment| Block {
            end,
            extent,
            summary,
            place: Place::Segment(Stored {
                segment: Arc::clone(segment),
                span,
            }),
        }))
    })?;
    let ascend = sections
        .windows(2)
        .all(|pair| pair[0].0 < pair[1].0 && pair[0].1 < pair[1].1);
    let starts_at_zero = sections.first().is_none_or(|(_, first)| *first == 0);
    let last_fits = sections.last().map_or(end == 0, |(_, first)| *first < end);
    if !ascend || !starts_at_zero || !last_fits {
        return Err(Refused);
    }
    let found: Option<Vec<Block<V>>> = blocks.into_iter().collect();
    *whole &= found.is_some();
    Ok(Points::restored(found.unwrap_or_default(), sections))
}

fn put_extent(out: &mut Vec<u8>, extent: &Extent) {
    for step in [
        extent.first_step,
        extent.last_step,
        extent.min_step,
        extent.max_step,
    ] {
        out.i64(step);
    }
    for wall_time in [
        extent.first_wall_time,
        extent.last_wall_time,
        extent.min_wall_time,
        extent.max_wall_time,
    ] {
        out.f64(wall_time);
    }
    out.push(u8::from(extent.steps_ascend) | u8::from(extent.wall_times_ascend) << 1);
}

fn take_extent(take: &mut Take<'_>) -> Result<Extent, Refused> {
    let (first_step, last_step) = (take.i64()?, take.i64()?);
    let (min_step, max_step) = (take.i64()?, take.i64()?);
    let (first_wall_time, last_wall_time) = (take.f64()?, take.f64()?);
    let (min_wall_time, max_wall_time) = (take.f64()?, take.f64()?);
    let [flags] = take.array::<1>()?;
    Ok(Extent {
        first_step,
        last_step,
        min_step,
        max_step,
        first_wall_time,
        last_wall_time,
        min_wall_time,
        max_wall_time,
        steps_ascend: flags & 1 != 0,
        wall_times_ascend: flags & 2 != 0,
    })
}

fn put_extremes(out: &mut Vec<u8>, extremes: Extremes) {
    for at in [extremes.lowest, extremes.highest] {
        out.optional(at, |out, at| {
            out.f64(at.value);
            out.i64(at.step);
        });
    }
    out.u64(extremes.nan);
    out.u64(extremes.positive_infinity);
    out.u64(extremes.negative_infinity);
    out.optional(extremes.first_non_finite_step, Put::i64);
}

fn take_extremes(take: &mut Take<'_>) -> Result<Extremes, Refused> {
    let at = |take: &mut Take<'_>| {
        take.optional(|take| {
            Ok(At {
                value: take.f64()?,
                step: take.i64()?,
            })
        })
    };
    Ok(Extremes {
        lowest: at(take)?,
        highest: at(take)?,
        nan: take.u64()?,
        positive_infinity: take.u64()?,
        negative_infinity: take.u64()?,
        first_non_finite_step: take.optional(Take::i64)?,
    })
}

/// A time since 1970 as a file's metadata have it.
fn time((seconds, nanoseconds): (i64, i64)) -> Option<SystemTime> {
    let nanoseconds = Duration::from_nanos(u64::try_from(nanoseconds).ok()?);
    let whole = Duration::from_secs(seconds.unsigned_abs());
    let start = if seconds < 0 {
        SystemTime::UNIX_EPOCH.checked_sub(whole)?
    } else {
        SystemTime::UNIX_EPOCH.checked_add(whole)?
    };
    start.checked_add(nanoseconds)
}

trait Put {
    fn u32(&mut self, number: u32);
    fn u64(&mut self, number: u64);
    fn i64(&mut self, number: i64);
    fn f64(&mut self, number: f64);
    fn text(&mut self, text: &[u8]);
    fn optional<T>(&mut self, item: Option<T>, put: impl FnOnce(&mut Self, T));
}

impl Put for Vec<u8> {
    fn u32(&mut self, number: u32) {
        self.extend_from_slice(&number.to_le_bytes());
    }

    fn u64(&mut self, number: u64) {
        self.extend_from_slice(&number.to_le_bytes());
    }

    fn i64(&mut self, number: i64) {
        self.extend_from_slice(&number.to_le_bytes());
    }

    fn f64(&mut self, number: f64) {
        self.extend_from_slice(&number.to_le_bytes());
    }

    fn text(&mut self, text: &[u8]) {
        self.u32(text.len() as u32);
        self.extend_from_slice(text);
    }

    fn optional<T>(&mut self, item: Option<T>, put: impl FnOnce(&mut Self, T)) {
        self.push(u8::from(item.is_some()));
        if let Some(item) = item {
            put(self, item);
        }
    }
}

/// What is left of a body.
struct Take<'a>(&'a [u8]);

impl<'a> Take<'a> {
    fn array<const LENGTH: usize>(&mut self) -> Result<[u8; LENGTH], Refused> {
        let (array, rest) = self.0.split_first_chunk::<LENGTH>().ok_or(Refused)?;
        self.0 = rest;
        Ok(*array)
    }

    fn u32(&mut self) -> Result<u32, Refused> {
        self.array().map(u32::from_le_bytes)
    }

    fn u64(&mut self) -> Result<u64, Refused> {
        self.array().map(u64::from_le_bytes)
    }

    fn i64(&mut self) -> Result<i64, Refused> {
        self.array().map(i64::from_le_bytes)
    }

    fn f64(&mut self) -> Result<f64, Refused> {
        self.array().map(f64::from_le_bytes)
    }

    fn size(&mut self) -> Result<usize, Refused> {
        usize::try_from(self.u64()?).map_err(|_| Refused)
    }

    fn text(&mut self) -> Result<&'a [u8], Refused> {
        let length = self.u32()? as usize;
        let (text, rest) = self.0.split_at_checked(length).ok_or(Refused)?;
        self.0 = rest;
        Ok(text)
    }

    fn optional<T>(
        &mut self,
        take: impl FnOnce(&mut Self) -> Result<T, Refused>,
    ) -> Result<Option<T>, Refused> {
        match self.array()? {
            [0] => Ok(None),
            [1] => take(self).map(Some),
            _ => Err(Refused),
        }
    }

    fn list<T>(
        &mut self,
        mut item: impl FnMut(&mut Self) -> Result<T, Refused>,
    ) -> Result<Vec<T>, Refused> {
        let length = self.u32()? as usize;
        let mut items = Vec::new();
        for _ in 0..length {
            items.push(item(self)?);
        }
        Ok(items)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use lightboard_events::encode::{Scalar, scalar};
    use lightboard_events::{Scan, Scanner};

    use super::{ManifestWriter, read};
    use crate::contents::Contents;
    use crate::event_file::{LastRecord, Stamp};
    use crate::points::Place;
    use crate::segment::{Segment, SegmentWriter, Stored};
    use crate::series::SeriesData;
    use crate::store::Store;

    const STAMP: Stamp = Stamp {
        identity: (1, 2),
        size: 3000,
        modified: (1_700_000_000, 5),
        changed: (1_700_000_001, 6),
    };
    const LAST: LastRecord = LastRecord {
        offset: 2900,
        checksum: 7,
    };

    /// A manifest with one file, and the segment that it names.
    fn sample() -> (Vec<u8>, Arc<Segment>) {
        let mut bytes = Vec::new();
        for step in 0..30 {
            scalar(&mut bytes, 1e9, step, "loss", Scalar::Simple(0.5));
            scalar(&mut bytes, 1e9, -step, "ünicode", Scalar::Simple(f32::NAN));
        }
        let mut contents = Contents::new(Arc::default());
        let mut scanner = Scanner::new();
        while let Scan::Record { offset, payload } =
            scanner.next(&bytes[scanner.offset() as usize..], true)
        {
            contents.add_record(offset, payload);
        }
        contents.bytes_read = scanner.offset();
        contents.series.seal();
        let mut writer = SegmentWriter::new(tempfile::tempfile().unwrap()).unwrap();
        let mut spans = Vec::new();
        for series in contents.series.iter() {
            let blocks = &series.scalars().unwrap().blocks;
            spans.extend(
                blocks
                    .iter()
                    .map(|it| writer.add(it.place.bytes().unwrap()).unwrap()),
            );
        }
        let segment = Segment::open(&writer.finish().unwrap(), Some(4))
            .unwrap()
            .unwrap();
        let mut spans = spans.into_iter();
        for series in contents.series.iter_mut() {
            if let SeriesData::Scalars(points) = &mut series.data {
                for block in &mut points.blocks {
                    let (segment, span) = (Arc::clone(&segment), spans.next().unwrap());
                    block.place = Place::Segment(Stored { segment, span });
                }
            }
        }
        let mut manifest = ManifestWriter::default();
        assert!(manifest.add(
            b"a/b",
            b"x.tfevents",
            &STAMP,
            b"opening",
            Some(LAST),
            &contents
        ));
        (manifest.finish(b"/logs"), segment)
    }

    #[test]
    fn what_was_saved_comes_back() {
        let (bytes, segment) = sample();
        let store = Arc::new(Store::default());
        let open = |number, _| (number == 4).then(|| Arc::clone(&segment));
        let files = read(&bytes, b"/logs", &store, open).unwrap();
        let saved = &files[&(b"a/b".to_vec(), b"x.tfevents".to_vec())];
        assert_eq!((saved.stamp, saved.last_record), (STAMP, Some(LAST)));
        assert_eq!(saved.opening, b"opening");
        assert_eq!(
            (saved.contents.records, saved.contents.last_step),
            (60, Some(-29))
        );
        let points = saved.contents.series.scalar("loss").unwrap();
        assert_eq!(
            *points.columns(0..30).unwrap().steps,
            (0..30).collect::<Vec<i64>>()
        );
        let points = saved.contents.series.scalar("ünicode").unwrap();
        assert!(
            points
                .columns(3..30)
                .unwrap()
                .values
                .iter()
                .all(|it| it.is_nan())
        );
        assert_eq!(points.stretches().next().unwrap().2.nan, 30);
    }

    #[test]
    fn files_whose_segments_are_gone_are_left_out_and_other_directories_refused() {
        let (bytes, segment) = sample();
        let store = Arc::new(Store::default());
        assert!(
            read(&bytes, b"/logs", &store, |_, _| None)
                .unwrap()
                .is_empty()
        );
        let open = |_, _| Some(Arc::clone(&segment));
        assert!(read(&bytes, b"/other", &store, open).is_err());
    }

    #[test]
    fn any_flipped_byte_and_any_cut_is_refused() {
        let (bytes, segment) = sample();
        let store = Arc::new(Store::default());
        let open = |_, _| Some(Arc::clone(&segment));
        for at in 0..bytes.len() {
            assert!(read(&bytes[..at], b"/logs", &store, open).is_err());
            for bit in [1, 0x80] {
                let mut flipped = bytes.clone();
                flipped[at] ^= bit;
                assert!(read(&flipped, b"/logs", &store, open).is_err(), "byte {at}");
            }
        }
    }

    #[test]
    fn any_body_with_a_right_checksum_is_read_or_refused() {
        let (bytes, segment) = sample();
        let store = Arc::new(Store::default());
        for at in 20..bytes.len() - 4 {
            for value in [0, 1, 0x7f, 0xff] {
                let mut changed = bytes[..bytes.len() - 4].to_vec();
                changed[at] = value;
                let sum = lightboard_events::crc::masked(&changed);
                changed.extend_from_slice(&sum.to_le_bytes());
                let Ok(files) = read(&changed, b"/logs", &store, |_, _| {
                    Some(Arc::clone(&segment))
                }) else {
                    continue;
                };
                for saved in files.values() {
                    for (_, points) in saved.contents.series.scalars() {
                        drop(points.columns(0..points.len()));
                    }
                }
            }
        }
    }
}
