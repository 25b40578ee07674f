//! Parts of what is told (`spec/doctor.md`, Facts).

use lightboard_events::Damage;
use serde::{Serialize, Serializer};

/// Bytes that are told of a text other than a tag.
const TEXT: usize = 1000;

/// Where a record stands: its number within the file, from 0, and its first byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct Place {
    pub(crate) record: u64,
    pub(crate) offset: u64,
}

/// A number, also one that JSON does not have.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Number(pub(crate) f64);

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            number if number.is_finite() => serializer.serialize_f64(number),
            number if number.is_nan() => serializer.serialize_str("NaN"),
            number if number > 0.0 => serializer.serialize_str("Infinity"),
            _ => serializer.serialize_str("-Infinity"),
        }
    }
}

/// A finite number, or none: whatever is not finite stands for that.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Finite(pub(crate) f64);

impl Finite {
    pub(crate) const NONE: Self = Self(f64::NAN);
    /// None, and higher than any number.
    pub(crate) const HIGHEST: Self = Self(f64::INFINITY);
    /// None, and lower than any number.
    pub(crate) const LOWEST: Self = Self(f64::NEG_INFINITY);
}

impl Serialize for Finite {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let number = self.0.is_finite().then_some(self.0);
        number.serialize(serializer)
    }
}

/// How often something was seen, and the first time.
#[derive(Debug, Serialize)]
pub(crate) struct Seen<T> {
    pub(crate) count: u64,
    pub(crate) first: Option<T>,
}

impl<T> Default for Seen<T> {
    fn default() -> Self {
        let (count, first) = (0, None);
        Self { count, first }
    }
}

impl<T> Seen<T> {
    pub(crate) fn add(&mut self, what: impl FnOnce() -> T) {
        self.count += 1;
        self.first.get_or_insert_with(what);
    }
}

/// A step from one number to another.
#[derive(Debug, Serialize)]
pub(crate) struct Change<T> {
    #[serde(flatten)]
    pub(crate) place: Place,
    pub(crate) from: T,
    pub(crate) to: T,
}

/// A number where there should be another.
#[derive(Debug, Serialize)]
pub(crate) struct Odd {
    #[serde(flatten)]
    pub(crate) place: Place,
    pub(crate) value: Number,
}

/// A range without a readable record, as in GET /api/runs.
#[derive(Debug, Serialize)]
pub(crate) struct Range {
    code: &'static str,
    offset: u64,
    length: u64,
    message: String,
}

/// Such a range among the records of a file.
#[derive(Debug, Serialize)]
pub(crate) struct Damaged {
    #[serde(flatten)]
    pub(crate) range: Range,
    /// Whole records before it.
    pub(crate) record: u64,
}

impl Range {
    /// A range that the disk does not give.
    pub(crate) fn unreadable(offset: u64, length: u64, message: String) -> Self {
        Self {
            code: "unreadable",
            offset,
            length,
            message,
        }
    }

    pub(crate) fn length(&self) -> u64 {
        self.length
    }

    /// The byte behind it.
    pub(crate) fn end(&self) -> u64 {
        self.offset + self.length
    }
}

impl From<Damage> for Range {
    fn from(damage: Damage) -> Self {
        Self {
            code: damage.cause.code(),
            offset: damage.offset,
            length: damage.length,
            message: damage.to_string(),
        }
    }
}

/// A text as it is told: a file may hold one of any length.
pub(crate) fn told(text: &str) -> &str {
    let cut = (0..=TEXT.min(text.len()))
        .rev()
        .find_map(|end| text.get(..end));
    cut.unwrap_or_default()
}
