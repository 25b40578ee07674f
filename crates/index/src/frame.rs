//! Column frames: a JSON header and raw little-endian columns in one body (`spec/columns.md`).

use serde::Serialize;
use serde::ser::{Error, SerializeMap, Serializer};

const MAGIC: [u8; 4] = *b"LBCF";
const VERSION: u32 = 2;
const PREFIX: usize = 16;
const ALIGN: usize = 8;
/// Items looked at before it is asked whether all of them can be narrowed: long enough to be vectorised.
const BATCH: usize = 1024;

/// One column of a frame. Floats and signed integers are written with 32 bits where that loses nothing.
#[derive(Debug, Clone, PartialEq)]
pub enum Column {
    /// 64-bit floats.
    F64(Vec<f64>),
    /// Signed 64-bit integers.
    I64(Vec<i64>),
    /// Unsigned 32-bit integers.
    U32(Vec<u32>),
    /// Bytes.
    U8(Vec<u8>),
}

/// A column as it is written.
#[derive(Clone, Copy)]
enum Body<'a> {
    F64(&'a [f64]),
    F32(&'a [f64]),
    I64(&'a [i64]),
    I32(&'a [i64]),
    U32(&'a [u32]),
    U8(&'a [u8]),
}

impl<'a> From<&'a Column> for Body<'a> {
    fn from(column: &'a Column) -> Self {
        match column {
            Column::F64(items) if all(items, is_single) => Self::F32(items),
            Column::F64(items) => Self::F64(items),
            Column::I64(items) if all(items, is_short) => Self::I32(items),
            Column::I64(items) => Self::I64(items),
            Column::U32(items) => Self::U32(items),
            Column::U8(items) => Self::U8(items),
        }
    }
}

#[expect(
    clippy::float_cmp,
    reason = "a float32 is meant to be the very same number"
)]
fn is_single(item: f64) -> bool {
    item.is_nan() | (f64::from(item as f32) == item)
}

fn is_short(item: i64) -> bool {
    i64::from(item as i32) == item
}

fn all<T: Copy>(items: &[T], narrow: impl Fn(T) -> bool) -> bool {
    let whole = |batch: &[T]| batch.iter().fold(true, |all, item| all & narrow(*item));
    items.chunks(BATCH).all(whole)
}

impl Body<'_> {
    fn type_name(self) -> &'static str {
        match self {
            Self::F64(_) => "f64",
            Self::F32(_) => "f32",
            Self::I64(_) => "i64",
            Self::I32(_) => "i32",
            Self::U32(_) => "u32",
            Self::U8(_) => "u8",
        }
    }

    fn len(self) -> usize {
        match self {
            Self::F64(items) | Self::F32(items) => items.len(),
            Self::I64(items) | Self::I32(items) => items.len(),
            Self::U32(items) => items.len(),
            Self::U8(items) => items.len(),
        }
    }

    /// Bytes with padding.
    fn size(self) -> usize {
        let item = match self {
            Self::F64(_) | Self::I64(_) => 8,
            Self::F32(_) | Self::I32(_) | Self::U32(_) => 4,
            Self::U8(_) => 1,
        };
        (self.len() * item).next_multiple_of(ALIGN)
    }

    fn write(self, out: &mut [u8]) {
        match self {
            Self::F64(items) => fill(out, items, f64::to_le_bytes),
            Self::F32(items) => fill(out, items, |item| (item as f32).to_le_bytes()),
            Self::I64(items) => fill(out, items, i64::to_le_bytes),
            Self::I32(items) => fill(out, items, |item| (item as i32).to_le_bytes()),
            Self::U32(items) => fill(out, items, u32::to_le_bytes),
            Self::U8(items) => out[..items.len()].copy_from_slice(items),
        }
    }
}

fn fill<T: Copy, const N: usize>(out: &mut [u8], items: &[T], bytes: impl Fn(T) -> [u8; N]) {
    for (place, item) in out.as_chunks_mut().0.iter_mut().zip(items) {
        *place = bytes(*item);
    }
}

/// Encodes one frame. `metadata` must serialise to a JSON object without a member `columns`.
///
/// # Errors
/// When `metadata` cannot be serialised, or takes 4 GiB or more.
pub fn encode(
    metadata: &impl Serialize,
    columns: &[(&'static str, Column)],
) -> serde_json::Result<Vec<u8>> {
    let bodies: Vec<(&str, Body<'_>)> = columns
        .iter()
        .map(|(name, column)| (*name, column.into()))
        .collect();
    let mut start = PREFIX;
    // The header holds the columns' offsets, which depend on its own length: grow until both agree.
    let header = loop {
        let mut header = serde_json::to_vec(&Header {
            metadata,
            columns: Places {
                bodies: &bodies,
                start,
            },
        })?;
        header.resize(header.len().next_multiple_of(ALIGN), b' ');
        if PREFIX + header.len() == start {
            break header;
        }
        start = PREFIX + header.len();
    };
    let header_length = u32::try_from(header.len())
        .map_err(|_| Error::custom("expected a header of less than 4 GiB, found a longer one"))?;
    let mut out = vec![0; start + bodies.iter().map(|(_, body)| body.size()).sum::<usize>()];
    out[..4].copy_from_slice(&MAGIC);
    out[4..8].copy_from_slice(&VERSION.to_le_bytes());
    out[8..12].copy_from_slice(&header_length.to_le_bytes());
    out[PREFIX..start].copy_from_slice(&header);
    let mut rest = &mut out[start..];
    for (_, body) in bodies {
        let (place, behind) = rest.split_at_mut(body.size());
        body.write(place);
        rest = behind;
    }
    Ok(out)
}

#[derive(Serialize)]
struct Header<'a, M: Serialize> {
    #[serde(flatten)]
    metadata: &'a M,
    columns: Places<'a>,
}

struct Places<'a> {
    bodies: &'a [(&'a str, Body<'a>)],
    start: usize,
}

#[derive(Serialize)]
struct Place {
    r#type: &'static str,
    offset: usize,
    length: usize,
}

impl Serialize for Places<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.bodies.len()))?;
        let mut offset = self.start;
        for (name, body) in self.bodies {
            map.serialize_entry(
                name,
                &Place {
                    r#type: body.type_name(),
                    offset,
                    length: body.len(),
                },
            )?;
            offset += body.size();
        }
        map.end()
    }
}
