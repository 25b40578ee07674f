//! The values of series of other kinds than scalar: where they lie, and each of them on demand (`spec/api.md`,
//! POST /api/values and what follows it).

mod list;

use std::cmp::Ordering;
use std::path::PathBuf;

use lightboard_events::{Content, DecodeError, Kind, Metadata, Value, decode, media_type};
use serde::Serialize;
use serde_json::json;
use serde_json::value::{RawValue, to_raw_value};

pub use self::list::ListError;
pub(crate) use self::list::list;
use crate::block::Malformed;
use crate::catalog::{Catalog, Run};
use crate::event_file::EventFile;
use crate::frame::{Column, encode};
use crate::points::{Location, Points};
use crate::present::{Presented, files};
use crate::records::{MAX_RECORD, OpenFile, ValueError};
use crate::series::Series;
use crate::told::in_order;

/// Names one value of a series.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// Id of the event file, as the list of values gives it.
    pub file: String,
    /// Where its record begins.
    pub offset: u64,
    /// Place among the values of its event.
    pub index: u32,
}

/// One file out of a value: an image, a sound, a graph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValueFile {
    /// If browsers may be shown it.
    pub media_type: Option<&'static str>,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// What the writer says of a series; each may be empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Described {
    /// The plugin that shows it.
    pub plugin_name: String,
    /// Its name for people.
    pub display_name: String,
    /// What it is, in Markdown.
    pub description: String,
}

#[derive(Serialize)]
struct ReadHeader<'a> {
    version: u64,
    run: &'a str,
    tag: &'a str,
    kind: &'static str,
    values: Vec<Box<RawValue>>,
}

/// What the writer says of a series of a run: the first of its files that can be read and tells something. What a file
/// that is gone or changed said is left out; its values tell so when they are asked for.
pub(crate) fn described(run: &Run, tag: &str, kind: Kind) -> Described {
    let words = |metadata: Metadata<'_>| Described {
        plugin_name: metadata.plugin_name.to_owned(),
        display_name: metadata.display_name.to_owned(),
        description: metadata.description.to_owned(),
    };
    all_told(run, tag, kind)
        .find_map(|told| read_told(&told, words))
        .unwrap_or_default()
}

/// What is made of metadata, if their record can be read.
pub(crate) fn read_told<T>(
    (file, id, location): &Told<'_>,
    make: impl FnOnce(Metadata<'_>) -> T,
) -> Option<T> {
    let open = OpenFile::open(file, id, location.offset).ok()?;
    let payload = open.payload(*location).ok()?;
    Some(make(value_in(&payload, location.index).ok()??.metadata?))
}

/// The value at place `index` of an event.
fn value_in(payload: &[u8], index: u32) -> Result<Option<Value<'_>>, DecodeError> {
    decode(payload)?.values().nth(index as usize).transpose()
}

/// Where a value lies, found in the index.
struct Found<'a> {
    file: &'a EventFile,
    location: Location,
    metadata: Option<Told<'a>>,
}

/// A record with a series' metadata: its file, that file's id, and where it lies.
pub(crate) type Told<'a> = (&'a EventFile, String, Location);

/// The records of the run with metadata of a series, one of each file: earlier files tell for later ones.
pub(crate) fn all_told<'a>(run: &'a Run, tag: &str, kind: Kind) -> impl Iterator<Item = Told<'a>> {
    in_order(&run.files).into_iter().filter_map(move |file| {
        let contents = file.contents();
        let location = contents.series.get(tag, kind)?.metadata?;
        Some((&**file, contents.file_id.clone()?, location))
    })
}

/// Where the value of a series lies that was logged last, by wall time; of equal times, the one that stands last.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Place {
    pub(crate) tag: &'static str,
    pub(crate) path: PathBuf,
    file: String,
    pub(crate) location: Location,
    wall_time: f64,
}

impl Place {
    pub(crate) fn reference(&self) -> Reference {
        Reference {
            file: self.file.clone(),
            offset: self.location.offset,
            index: self.location.index,
        }
    }
}

/// The last value of a series of a run, if it has any.
pub(crate) fn last(run: &Run, tag: &'static str, kind: Kind) -> Result<Option<Place>, ValueError> {
    let mut found: Option<Place> = None;
    for file in &run.files {
        let contents = file.contents();
        let series = contents.series.get(tag, kind).and_then(Series::values);
        let (Some(points), Some(id)) = (series, &contents.file_id) else {
            continue;
        };
        let Ok(columns) = points.columns(points.len().saturating_sub(1)..points.len()) else {
            file.distrust();
            return Err(ValueError::ReadAnew);
        };
        let last = columns.wall_times.first().zip(columns.values.first());
        let Some((&wall_time, &location)) = last else {
            continue;
        };
        if found
            .as_ref()
            .is_none_or(|found| found.wall_time <= wall_time)
        {
            found = Some(Place {
                tag,
                path: file.path.clone(),
                file: id.clone(),
                location,
                wall_time,
            });
        }
    }
    Ok(found)
}

/// Looks a reference up. What is not a value of the series is not found, whatever lies there. Several names of a run may
/// be of the same file, by links: all but one of them are its copies, which hold no series.
fn find<'a>(
    run: &'a Run,
    tag: &str,
    kind: Kind,
    reference: &Reference,
) -> Result<Found<'a>, ValueError> {
    let unknown = |expected, found| ValueError::Unknown { expected, found };
    let mut missing = unknown(
        "the id of an event file of the run",
        format!("{:?}", reference.file),
    );
    for file in &run.files {
        let contents = file.contents();
        if contents.file_id.as_ref() != Some(&reference.file) || contents.copy_of.is_some() {
            continue;
        }
        let Some(series) = contents.series.get(tag, kind) else {
            let found = format!("{tag:?} of the kind {}", kind.as_str());
            missing = unknown("a series of the file", found);
            continue;
        };
        let points = series.values();
        let found = points.map_or(Ok(None), |points| look_up(points, reference));
        let Ok(found) = found else {
            file.distrust();
            return Err(ValueError::ReadAnew);
        };
        let Some(location) = found else {
            let found = format!("byte {}, value {}", reference.offset, reference.index);
            missing = unknown("the place of a value of the series", found);
            continue;
        };
        let own = series.metadata;
        let own = own.map(|place| (&**file, reference.file.clone(), place));
        // Nobody holds two files at a time.
        drop(contents);
        return Ok(Found {
            file,
            location,
            metadata: own.or_else(|| all_told(run, tag, kind).next()),
        });
    }
    Err(missing)
}

/// Values lie in the order of their records.
fn look_up(
    points: &Points<Location>,
    reference: &Reference,
) -> Result<Option<Location>, Malformed> {
    let (mut low, mut high) = (0, points.len());
    while low < high {
        let middle = low + (high - low) / 2;
        let columns = points.columns(middle..middle + 1)?;
        let location = columns.values[0];
        match (location.offset, location.index).cmp(&(reference.offset, reference.index)) {
            Ordering::Less => low = middle + 1,
            Ordering::Greater => high = middle,
            Ordering::Equal => return Ok(Some(location)),
        }
    }
    Ok(None)
}

/// Reads values of one series, one record in memory at a time.
struct Reader<'a> {
    run: &'a Run,
    tag: &'a str,
    kind: Kind,
    /// The file that was read last.
    open: Option<(String, OpenFile<'a>)>,
    /// The record with the series' metadata that was read last: its file, where it lies, and what it holds.
    described: Option<(String, Location, Vec<u8>)>,
    /// Bytes that may still be read.
    left: u64,
}

impl<'a> Reader<'a> {
    fn new(catalog: &'a Catalog, run: &str, tag: &'a str, kind: Kind) -> Result<Self, ValueError> {
        let run = catalog.get(run).ok_or_else(|| ValueError::Unknown {
            expected: "the id of a run of this index",
            found: format!("{run:?}"),
        })?;
        Ok(Self {
            run,
            tag,
            kind,
            open: None,
            described: None,
            left: MAX_RECORD,
        })
    }

    /// Reads one value and gives its content to `take`.
    fn read<T>(
        &mut self,
        reference: &Reference,
        take: impl FnOnce(Content<'_>) -> Result<T, ValueError>,
    ) -> Result<T, ValueError> {
        let found = find(self.run, self.tag, self.kind, reference)?;
        let (location, id) = (found.location, &reference.file);
        self.charge(location)?;
        let open = match self.open.take() {
            Some((before, open)) if before == *id => open,
            _ => OpenFile::open(found.file, id, location.offset)?,
        };
        let outcome = self.decode(&open, id, &found, take);
        self.open = Some((id.clone(), open));
        outcome
    }

    /// Counts a record that is going to be read.
    fn charge(&mut self, location: Location) -> Result<(), ValueError> {
        let used = MAX_RECORD - self.left;
        let left = self.left.checked_sub(location.length);
        self.left =
            left.ok_or_else(|| ValueError::TooLarge(used.saturating_add(location.length)))?;
        Ok(())
    }

    /// The record with the series' metadata, which is read once for all values of a file that need it.
    fn described(
        &mut self,
        open: &OpenFile<'_>,
        open_id: &str,
        (file, id, place): &Told<'_>,
    ) -> Result<&[u8], ValueError> {
        let place = *place;
        let (_, _, payload) = match self.described.take() {
            Some(before) if before.0 == *id && before.1 == place => self.described.insert(before),
            _ => {
                self.charge(place)?;
                let payload = if id == open_id {
                    open.payload(place)?
                } else {
                    OpenFile::open(file, id, place.offset)?.payload(place)?
                };
                self.described.insert((id.clone(), place, payload))
            }
        };
        Ok(payload)
    }

    fn decode<T>(
        &mut self,
        open: &OpenFile<'_>,
        id: &str,
        found: &Found<'_>,
        take: impl FnOnce(Content<'_>) -> Result<T, ValueError>,
    ) -> Result<T, ValueError> {
        let (kind, location) = (self.kind, found.location);
        let offset = location.offset;
        let payload = open.payload(location)?;
        let broken = |error: DecodeError| open.content(offset, error.into());
        let event = decode(&payload).map_err(broken)?;
        let value = event.values().nth(location.index as usize);
        let value = value.transpose().map_err(broken)?;
        let Some(value) = value.filter(|it| it.tag == self.tag) else {
            return Err(open.changed(offset, "a record of other values"));
        };
        let first = match (value.metadata, &found.metadata) {
            (None, Some(told)) => {
                let described = self.described(open, id, told)?;
                value_in(described, told.2.index).map_err(broken)?
            }
            _ => None,
        };
        let series = first.and_then(|first| first.metadata);
        let content = value.content(kind, series.unwrap_or(Metadata::default()));
        take(content.map_err(|error| open.content(offset, error))?)
    }
}

/// The column frame of POST /api/values/read. `with_files` puts images, sounds and graphs into it as well.
pub(crate) fn read(
    catalog: &Catalog,
    version: u64,
    (run, tag, kind): (&str, &str, Kind),
    references: &[Reference],
    with_files: bool,
) -> Result<Vec<u8>, ValueError> {
    let mut reader = Reader::new(catalog, run, tag, kind)?;
    let mut presented = Presented::new(with_files);
    let values = references
        .iter()
        .map(|reference| {
            let read = reader.read(reference, |content| presented.add(&content));
            read.unwrap_or_else(|error| {
                let error = json!({"code": error.code(), "message": error.to_string()});
                to_raw_value(&json!({"error": error})).expect("text serialises")
            })
        })
        .collect();
    let header = ReadHeader {
        version,
        run,
        tag,
        kind: kind.as_str(),
        values,
    };
    let columns = [
        ("number", Column::F64(presented.numbers)),
        ("byte", Column::U8(presented.bytes)),
    ];
    Ok(encode(&header, &columns).expect("numbers and text serialise"))
}

/// Reads one value and gives its content to `take`.
pub(crate) fn read_one<T>(
    catalog: &Catalog,
    (run, tag, kind): (&str, &str, Kind),
    reference: &Reference,
    take: impl FnOnce(Content<'_>) -> Result<T, ValueError>,
) -> Result<T, ValueError> {
    Reader::new(catalog, run, tag, kind)?.read(reference, take)
}

/// One file out of a value.
pub(crate) fn file(
    catalog: &Catalog,
    series: (&str, &str, Kind),
    reference: &Reference,
    item: usize,
) -> Result<ValueFile, ValueError> {
    read_one(catalog, series, reference, |content| {
        let files = files(&content);
        let bytes = files.get(item).ok_or_else(|| ValueError::Unknown {
            expected: "the place of a file in the value",
            found: format!("{item}, of {} files", files.len()),
        })?;
        Ok(ValueFile {
            media_type: media_type(bytes),
            bytes: bytes.to_vec(),
        })
    })
}

impl ValueError {
    /// The code for it in every interface.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unknown { .. } => "unknown_value",
            Self::Changed { .. } => "file_changed",
            Self::Gone(_) => "file_gone",
            Self::Unreadable { .. } => "file_unreadable",
            Self::TooLarge(_) => "value_too_large",
            Self::Content { .. } => "not_decodable",
            Self::ReadAnew => "read_anew",
        }
    }
}
