//! Reading a manifest.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use lightboard_events::{Kind, OVERHEAD, Watch, crc};

use super::codec::{Take, take_extent, take_extremes};
use super::damage::{take_damage, take_tail};
use super::{HEAD, MAGIC, Progress, Refused, Saved, SavedFiles};
use crate::contents::{Contents, Section, Sections, Start};
use crate::event_file::{LastRecord, Stamp};
use crate::points::{Block, Location, Place, Points, Value};
use crate::segment::{Segment, Span, Stored, VERSION};
use crate::series::{Series, SeriesData};
use crate::store::Store;

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
    let finished = take.bool()?;
    let opening = take.text()?.to_vec();
    let last_record = take.optional(|take| {
        Ok(LastRecord {
            end: take.u64()?,
            checksum: take.u32()?,
        })
    })?;
    let watched = take.list(|take| {
        Ok(Watch {
            offset: take.u64()?,
            length: take.u64()?,
            checksum: take.u32()?,
        })
    })?;
    let mut contents = Contents::new(Arc::clone(store));
    contents.size = stamp.size;
    contents.modified = time(stamp.modified).ok_or(Refused)?;
    contents.settled = true;
    contents.damage = take.list(take_damage)?;
    contents.damage_count = take.u64()?;
    contents.tail = take_tail(take)?;
    contents.bytes_read = take.u64()?;
    contents.records = take.u64()?;
    contents.first_wall_time = take.optional(Take::f64)?;
    contents.first_value_wall_time = take.optional(Take::f64)?;
    contents.last_wall_time = take.optional(Take::f64)?;
    contents.last_step = take.optional(Take::i64)?;
    let sections = take.list(|take| {
        let start = take.optional(|take| {
            Ok(Start {
                step: take.i64()?,
                wall_time: take.f64()?,
            })
        })?;
        Ok(Section {
            start,
            highest_step: take.optional(Take::i64)?,
        })
    })?;
    contents.sections = Sections::of(sections).ok_or(Refused)?;
    check_bounds(&contents, last_record, &watched)?;
    let count = contents.sections.all().len();
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
            take_points(take, segments, count, &mut whole, take_extremes)
                .map(SeriesData::Scalars)?
        } else {
            take_points(take, segments, count, &mut whole, |_| Ok(())).map(SeriesData::Values)?
        };
        if contents.series.get(tag, kind).is_some() {
            return Err(Refused);
        }
        contents
            .series
            .insert(Series::new(Arc::clone(tag), kind, data, metadata));
    }
    Ok(whole.then_some(Saved {
        progress: Progress {
            stamp,
            finished,
            opening,
            last_record,
            watched,
        },
        contents,
    }))
}

/// Refuses places that cannot be in the file, and counts that it cannot hold.
fn check_bounds(
    contents: &Contents,
    last_record: Option<LastRecord>,
    watched: &[Watch],
) -> Result<(), Refused> {
    let damage = contents.damage.iter().copied();
    let mut ranges = damage
        .chain(contents.tail.damage())
        .map(|damage| (damage.offset, damage.length))
        .chain(watched.iter().map(|range| (range.offset, range.length)));
    let in_file = |(offset, length): (u64, u64)| {
        let end = offset.checked_add(length);
        end.is_some_and(|end| end <= contents.size)
    };
    let fits = contents.bytes_read <= contents.size
        && i64::try_from(contents.size).is_ok()
        && contents.records <= contents.bytes_read / OVERHEAD as u64
        && contents.sections.all().len() as u64 <= contents.records + 1
        && last_record.is_none_or(|last| last.end <= contents.bytes_read)
        && ranges.all(in_file);
    fits.then_some(()).ok_or(Refused)
}

fn take_points<V: Value>(
    take: &mut Take<'_>,
    segments: &[Option<Arc<Segment>>],
    sections_of_file: usize,
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
    let last_fits = sections.last().map_or(end == 0, |(section, first)| {
        *first < end && *section < sections_of_file
    });
    if !ascend || !starts_at_zero || !last_fits {
        return Err(Refused);
    }
    let found: Option<Vec<Block<V>>> = blocks.into_iter().collect();
    *whole &= found.is_some();
    Ok(Points::restored(found.unwrap_or_default(), sections))
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
