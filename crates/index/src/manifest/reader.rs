//! Reading a manifest.

use std::fs::File;
use std::io::Read;
use std::mem;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use lightboard_events::{Kind, OVERHEAD, Watch};

use super::bytes::SUM;
use super::codec::{Take, find_next, take_extent, take_extremes};
use super::damage::{take_damage, take_tail};
use super::folders::{SavedFolders, take_folders};
use super::{Bytes, HEAD, MAGIC, Progress, Refused, Saved};
use crate::contents::{Contents, Section, Sections, Start};
use crate::event_file::{LastRecord, Stamp};
use crate::file_series::{Counts, FileSeries};
use crate::points::{Block, Location, Place, Points, Value};
use crate::segment::{Segment, Span, Stored, VERSION};
use crate::series::{Series, SeriesData, SeriesSet};
use crate::store::Store;

/// Bytes of a series and of a block at least.
const MIN_SERIES: usize = 17;
const MIN_BLOCK: usize = 89;

/// The event files of a manifest. Each is decoded when it is asked for, so that many can be at once, and the series of
/// each when these are.
#[derive(Debug, Default)]
pub(crate) struct SavedFiles {
    source: Arc<Source>,
    /// In order of run and name.
    places: Vec<Places>,
    folders: SavedFolders,
}

/// What a manifest's files have in common.
#[derive(Debug, Clone, Default)]
struct Source {
    bytes: Arc<Bytes>,
    segments: Vec<Option<Arc<Segment>>>,
    tags: Vec<Arc<str>>,
    store: Arc<Store>,
}

/// The series of one file as they stand in a manifest.
#[derive(Debug)]
pub(crate) struct PackedSeries {
    source: Arc<Source>,
    place: Range<usize>,
    count: usize,
    /// Sections of the file.
    sections: usize,
}

/// Where a file's parts are in a manifest.
#[derive(Debug)]
struct Places {
    run: Range<usize>,
    name: Range<usize>,
    rest: Range<usize>,
}

impl SavedFiles {
    /// Reads the manifest of the log directory at `path`; `open` finds a segment by number and length.
    ///
    /// # Errors
    /// If the bytes are no whole manifest of this version and of that log directory.
    pub(crate) fn read(
        bytes: impl TryInto<Bytes>,
        path: &[u8],
        store: &Arc<Store>,
        mut open: impl FnMut(u64, u64) -> Option<Arc<Segment>>,
    ) -> Result<Self, Refused> {
        let bytes = bytes.try_into().map_err(|_| Refused)?;
        let (body, _) = bytes.split_last_chunk::<SUM>().ok_or(Refused)?;
        let mut take = Take(body);
        if take.array::<8>()? != MAGIC
            || take.u32()? != VERSION
            || take.u64()? != take.0.len() as u64
        {
            return Err(Refused);
        }
        if take.text()? != path {
            return Err(Refused);
        }
        let segments = take.list(16, |take| {
            let (number, length) = (take.u64()?, take.u64()?);
            Ok(open(number, length))
        })?;
        let tags = take.list(4, |take| {
            let tag = std::str::from_utf8(take.text()?).map_err(|_| Refused)?;
            Ok(store.share(tag))
        })?;
        let range = |take: &mut Take<'_>| {
            let length = take.text()?.len();
            let end = body.len() - take.0.len();
            Ok(end - length..end)
        };
        let mut places = take.list(12, |take| {
            Ok(Places {
                run: range(take)?,
                name: range(take)?,
                rest: range(take)?,
            })
        })?;
        let folders = take_folders(&mut take, range)?;
        if !take.0.is_empty() {
            return Err(Refused);
        }
        let bytes = Arc::new(bytes);
        let key = |places: &Places| (&bytes[places.run.clone()], &bytes[places.name.clone()]);
        places.sort_unstable_by(|a, b| key(a).cmp(&key(b)));
        Ok(Self {
            places,
            folders: SavedFolders::new(Arc::clone(&bytes), folders),
            source: Arc::new(Source {
                bytes,
                segments,
                tags,
                store: Arc::clone(store),
            }),
        })
    }

    /// The folders as they were listed. Gives them away.
    pub(crate) fn take_folders(&mut self) -> SavedFolders {
        mem::take(&mut self.folders)
    }

    /// What was read of the file `name` in `run`. Nothing if it has blocks in a segment that is not to be found, or its
    /// parts do not fit together. `next` is where files that are asked for in order are found without a search.
    pub(crate) fn get(&self, run: &[u8], name: &[u8], next: &mut usize) -> Option<Saved> {
        let bytes = &self.source.bytes;
        let places = find_next(&self.places, next, |places| {
            bytes[places.run.clone()]
                .cmp(run)
                .then_with(|| bytes[places.name.clone()].cmp(name))
        })?;
        let saved = take_file(&self.source, places.rest.clone()).ok()?;
        // What is gone must be read anew.
        let there = self.source.segments.iter().all(Option::is_some);
        (there || saved.contents.series.unpack()).then_some(saved)
    }

    /// Keeps only segments with these numbers. What lies in others is no longer to be found.
    pub(crate) fn keep_segments(&mut self, numbers: &[u64]) {
        for segment in &mut Arc::make_mut(&mut self.source).segments {
            segment.take_if(|segment| segment.number.is_none_or(|it| !numbers.contains(&it)));
        }
    }

    /// Runs and names of the files.
    pub(crate) fn names(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        let bytes = &self.source.bytes;
        let names = self.places.iter();
        names.map(|places| (&bytes[places.run.clone()], &bytes[places.name.clone()]))
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

/// A file whose parts are at `place` in the manifest.
fn take_file(source: &Arc<Source>, place: Range<usize>) -> Result<Saved, Refused> {
    let take = &mut Take(&source.bytes[place.clone()]);
    let stamp = Stamp {
        device: take.u64()?,
        inode: take.u64()?,
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
    let watched = take.list(20, |take| {
        Ok(Watch {
            offset: take.u64()?,
            length: take.u64()?,
            checksum: take.u32()?,
        })
    })?;
    let mut contents = Contents::with(FileSeries::default());
    contents.size = stamp.size;
    contents.modified = time(stamp.modified).ok_or(Refused)?;
    contents.settled = true;
    contents.damage = take.list(17, take_damage)?;
    contents.damage_count = take.u64()?;
    contents.tail = take_tail(take)?;
    contents.bytes_read = take.u64()?;
    contents.records = take.u64()?;
    contents.first_wall_time = take.optional(Take::f64)?;
    contents.first_value_wall_time = take.optional(Take::f64)?;
    contents.last_wall_time = take.optional(Take::f64)?;
    contents.last_step = take.optional(Take::i64)?;
    let sections = take.list(2, |take| {
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
    let counts = Counts {
        scalar_points: take.u64()?,
        untold: take.u32()? as usize,
        series: take.u32()? as usize,
    };
    let packed = PackedSeries {
        source: Arc::clone(source),
        place: place.end - take.0.len()..place.end,
        count: counts.series,
        sections: contents.sections.all().len(),
    };
    contents.series = FileSeries::packed(packed, counts);
    Ok(Saved {
        progress: Progress {
            stamp,
            finished,
            opening,
            last_record,
            watched,
        },
        contents,
    })
}

impl PackedSeries {
    /// The series. None if they do not fit together, or have blocks in a segment that is not to be found.
    pub(crate) fn unpack(&self) -> Option<SeriesSet> {
        self.take_series().ok()
    }

    fn take_series(&self) -> Result<SeriesSet, Refused> {
        let Source {
            bytes,
            segments,
            tags,
            store,
        } = &*self.source;
        let take = &mut Take(&bytes[self.place.clone()]);
        let mut set = SeriesSet::new(Arc::clone(store));
        set.reserve(self.count.min(take.0.len() / MIN_SERIES));
        for _ in 0..self.count {
            let tag = tags.get(take.u32()? as usize).ok_or(Refused)?;
            let kind = std::str::from_utf8(take.text()?)
                .ok()
                .and_then(Kind::from_word);
            let kind = kind.ok_or(Refused)?;
            let metadata = take.optional(|take| {
                Ok(Location {
                    offset: take.u64()?,
                    length: take.u64()?,
                    checksum: take.u32()?,
                    index: take.u32()?,
                })
            })?;
            let data = if kind == Kind::Scalar {
                take_points(take, segments, self.sections, take_extremes)
                    .map(SeriesData::Scalars)?
            } else {
                take_points(take, segments, self.sections, |_, _| Ok(())).map(SeriesData::Values)?
            };
            if !set.insert(Series::new(Arc::clone(tag), kind, data, metadata)) {
                return Err(Refused);
            }
        }
        take.0.is_empty().then_some(set).ok_or(Refused)
    }
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
    take_summary: fn(&mut Take<'_>, usize) -> Result<V::Summary, Refused>,
) -> Result<Points<V>, Refused> {
    let sections = take.list(16, |take| Ok((take.size()?, take.size()?)))?;
    let mut end = 0_usize;
    let blocks = take.list(MIN_BLOCK, |take| {
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
        let summary = take_summary(take, points)?;
        // What is gone must be read anew.
        let segment = Arc::clone(segment.as_ref().ok_or(Refused)?);
        Ok(Block {
            end,
            extent,
            summary,
            place: Place::Segment(Stored { segment, span }),
        })
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
    Ok(Points::restored(blocks, sections))
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
