//! What a file holds of each tag and kind.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use lightboard_events::{Data, DecodeError, Kind, Tensor, Value};
use serde::{Serialize, Serializer};

use crate::facts::{Change, Finite, Number, Place, Seen, told};

/// Series that are told; further ones are counted only.
const SERIES: usize = 100_000;
/// Bytes of text that are told of all of them; a series whose tag has no room left is counted only.
const TEXT: usize = 64 << 20;
/// Series that are counted.
const COUNTED: usize = 1_000_000;
/// Plugins told of one series.
const PLUGINS: usize = 8;
/// Forms told of one series.
const FORMS: usize = 8;
/// From here on float32 has whole numbers only, and not all of them.
const ROUNDED: f64 = (1u32 << f32::MANTISSA_DIGITS) as f64;

/// Where and when a value was logged.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Logged {
    pub(crate) place: Place,
    pub(crate) step: i64,
    pub(crate) wall_time: f64,
}

/// The values of one tag and kind.
#[derive(Debug, Serialize)]
struct Series {
    #[serde(serialize_with = "text")]
    tag: Arc<str>,
    #[serde(serialize_with = "word")]
    kind: Kind,
    plugins: Vec<Box<str>>,
    plugin_version: Option<i32>,
    count: u64,
    bytes: u64,
    first_step: i64,
    last_step: i64,
    min_step: i64,
    max_step: i64,
    first_wall_time: Number,
    last_wall_time: Number,
    first: Place,
    back: Seen<Change<i64>>,
    repeated: u64,
    longest_repeat: u64,
    #[serde(flatten)]
    scalars: Scalars,
    forms: Forms,
    no_metadata: u64,
    /// Values with the step of the last one, in a row.
    #[serde(skip)]
    in_a_row: u64,
    /// Some value told metadata.
    #[serde(skip)]
    told: bool,
    /// The tag's next series, of another kind.
    #[serde(skip)]
    sibling: Option<u32>,
    /// The series whose value came after this one's the last time: most programs log their tags in turn.
    #[serde(skip)]
    next: u32,
}

/// What is told of numbers.
#[derive(Debug, Serialize)]
struct Scalars {
    min: Finite,
    max: Finite,
    last: Finite,
    non_finite: NonFinite,
    rounded: u64,
}

impl Default for Scalars {
    fn default() -> Self {
        Self {
            min: Finite::HIGHEST,
            max: Finite::LOWEST,
            last: Finite::NONE,
            non_finite: NonFinite::default(),
            rounded: 0,
        }
    }
}

#[derive(Debug, Default, Serialize)]
struct NonFinite {
    count: u64,
    first_step: Option<i64>,
    first_value: Option<Number>,
    record: Option<u64>,
    offset: Option<u64>,
}

/// How values stand in the file.
#[derive(Debug, Default)]
struct Forms {
    simple_values: u64,
    tensors: Vec<Form>,
    others: u64,
}

/// Tensors of one type, number of dimensions and number of elements.
#[derive(Debug)]
struct Form {
    alike: (i32, usize, Option<u64>),
    name: Box<str>,
    count: u64,
}

/// Bytes of `TEXT` that are taken.
#[derive(Debug, Default)]
struct Room(usize);

impl Room {
    /// Whether there is room for `text` as it stands in JSON; if so, it is taken.
    fn take(&mut self, text: &str) -> bool {
        let longer = |byte: u8| match byte {
            ..0x20 => 5,
            b'"' | b'\\' => 1,
            _ => 0,
        };
        let length = text.len() + text.bytes().map(longer).sum::<usize>();
        let fits = self.0 + length <= TEXT;
        self.0 += if fits { length } else { 0 };
        fits
    }
}

/// All series of one file.
#[derive(Debug, Default)]
pub(crate) struct SeriesSet {
    all: Vec<Series>,
    /// The first series of each tag.
    by_tag: HashMap<Arc<str>, u32>,
    /// The series of the last value.
    last: usize,
    /// The one that followed it the last time.
    guess: usize,
    room: Room,
    /// Hashes of the tags that are counted only.
    further: HashSet<u64>,
    hashes: RandomState,
}

impl SeriesSet {
    /// How many series there are; further tags count once whatever they hold.
    pub(crate) fn count(&self) -> usize {
        self.all.len() + self.further.len()
    }

    /// Takes in a scalar of the old shape without metadata, which takes `size` bytes. None if its tag is not text.
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "the loop over records: each call costs more than what it does"
    )]
    pub(crate) fn add_simple(
        &mut self,
        logged: Logged,
        tag: &[u8],
        number: f32,
        size: usize,
    ) -> Option<()> {
        if !self.is_guess(tag, Kind::Scalar) {
            let tag = std::str::from_utf8(tag).ok()?;
            let Some(place) = self.look_up(tag, Kind::Scalar, logged) else {
                // It is counted only.
                return Some(());
            };
            self.guess = place;
        }
        let (series, _) = self.follow();
        series.log(logged, size);
        series.forms.simple_values += 1;
        series.scalars.add(logged, f64::from(number), true);
        Some(())
    }

    /// Takes in a value.
    ///
    /// # Errors
    /// If its data do not decode; it is counted nevertheless.
    pub(crate) fn add(&mut self, logged: Logged, value: &Value<'_>) -> Result<(), DecodeError> {
        if let (Data::SimpleValue(number), None) = (value.data, value.metadata) {
            self.add_simple(logged, value.tag.as_bytes(), number, value.bytes.len());
            return Ok(());
        }
        let number = value.scalar();
        let first = || {
            let first = &self.all[*self.by_tag.get(value.tag)? as usize];
            (first.told || first.kind != Kind::Unknown).then_some(first.kind)
        };
        let kind = Kind::among(first, value, number);
        if !self.is_guess(value.tag.as_bytes(), kind) {
            let Some(place) = self.look_up(value.tag, kind, logged) else {
                return number.map(|_| ());
            };
            self.guess = place;
        }
        let (series, room) = self.follow();
        series.log(logged, value.bytes.len());
        series.tell(value, room);
        match (kind, number, value.data) {
            (Kind::Scalar, Ok(Some(number)), Data::SimpleValue(_)) => {
                series.forms.simple_values += 1;
                series.scalars.add(logged, number, true);
            }
            (Kind::Scalar, Ok(Some(number)), Data::Tensor(tensor)) => {
                let of_float32 = series.forms.add(tensor, room);
                series.scalars.add(logged, number, of_float32);
            }
            (Kind::Tensor | Kind::Unknown, _, Data::Tensor(tensor)) if series.is_of("scalars") => {
                series.forms.add(tensor, room);
            }
            _ => {}
        }
        number.map(|_| ())
    }

    /// Whether the series that followed the last one the last time is this one.
    #[inline]
    fn is_guess(&self, tag: &[u8], kind: Kind) -> bool {
        let guess = self.all.get(self.guess);
        guess.is_some_and(|series| series.kind == kind && same(series.tag.as_bytes(), tag))
    }

    /// The series that was guessed, or set right; it now is the last one. Beside it the room that all share.
    #[inline]
    fn follow(&mut self) -> (&mut Series, &mut Room) {
        let series = &mut self.all[self.guess];
        (self.last, self.guess) = (self.guess, series.next as usize);
        (series, &mut self.room)
    }

    #[inline(never)]
    fn look_up(&mut self, tag: &str, kind: Kind, logged: Logged) -> Option<usize> {
        let (mut known, mut last) = (self.by_tag.get(tag).copied(), None);
        while let Some(place) = known
            && self.all[place as usize].kind != kind
        {
            last = known;
            known = self.all[place as usize].sibling;
        }
        let place = match known {
            Some(place) => place,
            None => self.make(tag, kind, logged, last)?,
        };
        if let Some(before) = self.all.get_mut(self.last) {
            before.next = place;
        }
        Some(place as usize)
    }

    /// Makes a series; `sibling` is the last one of the same tag.
    fn make(&mut self, tag: &str, kind: Kind, logged: Logged, sibling: Option<u32>) -> Option<u32> {
        if self.all.len() == SERIES || !self.room.take(tag) {
            if sibling.is_none() && self.count() < COUNTED {
                self.further.insert(self.hashes.hash_one(tag));
            }
            return None;
        }
        let place = self.all.len() as u32;
        let tag = if let Some(sibling) = sibling {
            let sibling = &mut self.all[sibling as usize];
            sibling.sibling = Some(place);
            Arc::clone(&sibling.tag)
        } else {
            let tag: Arc<str> = tag.into();
            self.by_tag.insert(Arc::clone(&tag), place);
            tag
        };
        self.all.push(Series::new(tag, kind, logged));
        Some(place)
    }

    /// Counts values without metadata only where no value of the tag told any.
    pub(crate) fn finish(&mut self) {
        let told = self.all.iter().filter(|series| series.told);
        let told: HashSet<Arc<str>> = told.map(|series| Arc::clone(&series.tag)).collect();
        for series in &mut self.all {
            if told.contains(&series.tag) {
                series.no_metadata = 0;
            }
        }
    }
}

impl Serialize for SeriesSet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.all.serialize(serializer)
    }
}

impl Series {
    /// Without a value so far; `logged` is that of its first.
    fn new(tag: Arc<str>, kind: Kind, logged: Logged) -> Self {
        let Logged {
            place,
            step,
            wall_time,
        } = logged;
        Self {
            tag,
            kind,
            plugins: Vec::new(),
            plugin_version: None,
            count: 0,
            bytes: 0,
            first_step: step,
            last_step: step,
            min_step: step,
            max_step: step,
            first_wall_time: Number(wall_time),
            last_wall_time: Number(wall_time),
            first: place,
            back: Seen::default(),
            repeated: 0,
            longest_repeat: 0,
            scalars: Scalars::default(),
            forms: Forms::default(),
            no_metadata: 0,
            in_a_row: 0,
            told: false,
            sibling: None,
            next: 0,
        }
    }

    #[inline]
    fn log(&mut self, logged: Logged, size: usize) {
        let (from, to) = (self.last_step, logged.step);
        match to.cmp(&from) {
            Ordering::Greater => {
                self.in_a_row = 1;
                self.max_step = self.max_step.max(to);
            }
            Ordering::Equal => {
                self.repeated += u64::from(self.count > 0);
                self.in_a_row += 1;
                self.longest_repeat = self.longest_repeat.max(self.in_a_row);
            }
            Ordering::Less => {
                let place = logged.place;
                self.in_a_row = 1;
                self.back.add(|| Change { place, from, to });
                self.min_step = self.min_step.min(to);
            }
        }
        self.count += 1;
        self.bytes += size as u64;
        self.last_step = to;
        self.last_wall_time = Number(logged.wall_time);
    }

    /// Takes in what a value tells of its series.
    fn tell(&mut self, value: &Value<'_>, room: &mut Room) {
        let Some(metadata) = value.metadata else {
            self.no_metadata += u64::from(matches!(value.data, Data::Tensor(_)));
            return;
        };
        self.told = true;
        self.plugin_version = self.plugin_version.max(metadata.version());
        let name = told(metadata.plugin_name);
        let is_new = !name.is_empty() && !self.is_of(name);
        if is_new && self.plugins.len() < PLUGINS && room.take(name) {
            self.plugins.push(name.into());
        }
    }

    fn is_of(&self, plugin: &str) -> bool {
        self.plugins.iter().any(|known| **known == *plugin)
    }
}

impl Scalars {
    #[inline]
    fn add(&mut self, logged: Logged, number: f64, of_float32: bool) {
        match number.abs() {
            size if size < ROUNDED => {}
            size if size.is_finite() => self.rounded += u64::from(of_float32),
            _ => return self.non_finite.add(logged, number),
        }
        if number < self.min.0 {
            self.min.0 = number;
        }
        if number > self.max.0 {
            self.max.0 = number;
        }
        self.last.0 = number;
    }
}

impl NonFinite {
    #[cold]
    fn add(&mut self, logged: Logged, number: f64) {
        self.count += 1;
        if self.count == 1 {
            let Place { record, offset } = logged.place;
            *self = Self {
                count: 1,
                first_step: Some(logged.step),
                first_value: Some(Number(number)),
                record: Some(record),
                offset: Some(offset),
            };
        }
    }
}

impl Forms {
    /// Takes in a tensor. Returns whether it is of float32.
    fn add(&mut self, tensor: Tensor<'_>, room: &mut Room) -> bool {
        const FLOAT32: i32 = 1;
        let Ok(outline) = tensor.outline() else {
            self.others += 1;
            return false;
        };
        let alike = (outline.data_type, outline.rank, outline.elements);
        if let Some(form) = self.tensors.iter_mut().find(|form| form.alike == alike) {
            form.count += 1;
        } else if self.tensors.len() < FORMS
            && let name = tensor.form()
            && let name = told(&name)
            && room.take(name)
        {
            self.tensors.push(Form {
                alike,
                name: name.into(),
                count: 1,
            });
        } else {
            self.others += 1;
        }
        outline.data_type == FLOAT32
    }
}

impl Serialize for Forms {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let tensors = self.tensors.iter().map(|form| (&*form.name, form.count));
        let all = [("simple_value", self.simple_values)].into_iter();
        let all = all.chain(tensors).chain([("other", self.others)]);
        serializer.collect_map(all.filter(|(_, count)| *count > 0))
    }
}

/// Whether two tags are the same. Most are so short that a call of the library's function costs more than this.
#[inline]
fn same(one: &[u8], other: &[u8]) -> bool {
    let ((words, _), (others, _)) = (one.as_chunks::<8>(), other.as_chunks());
    one.len() == other.len()
        && words.iter().zip(others).all(|(one, other)| one == other)
        && match (one.last_chunk::<8>(), other.last_chunk()) {
            (Some(one), Some(other)) => one == other,
            _ => one == other,
        }
}

fn text<S: Serializer>(text: &Arc<str>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(text)
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
fn word<S: Serializer>(kind: &Kind, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(kind.as_str())
}
