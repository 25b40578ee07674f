//! Column frames: a JSON header and raw little-endian columns in one body (`spec/columns.md`).

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

const MAGIC: [u8; 4] = *b"LBCF";
const VERSION: u32 = 1;
const PREFIX: usize = 16;
const ALIGN: usize = 8;

/// One column of a frame.
#[derive(Debug, Clone, PartialEq)]
pub enum Column {
    /// 64-bit floats.
    F64(Vec<f64>),
    /// Signed 64-bit integers.
    I64(Vec<i64>),
}

impl Column {
    fn type_name(&self) -> &'static str {
        match self {
            Self::F64(_) => "f64",
            Self::I64(_) => "i64",
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::F64(items) => items.len(),
            Self::I64(items) => items.len(),
        }
    }

    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::F64(items) => items
                .iter()
                .for_each(|item| out.extend_from_slice(&item.to_le_bytes())),
            Self::I64(items) => items
                .iter()
                .for_each(|item| out.extend_from_slice(&item.to_le_bytes())),
        }
    }
}

/// Encodes one frame. `metadata` must serialise to a JSON object without a member `columns`.
///
/// # Errors
/// When `metadata` cannot be serialised.
pub fn encode(
    metadata: &impl Serialize,
    columns: &[(&'static str, Column)],
) -> serde_json::Result<Vec<u8>> {
    let bodies: usize = columns.iter().map(|(_, column)| column.len() * ALIGN).sum();
    let mut start = PREFIX;
    // The header holds the columns' offsets, which depend on its own length: grow until both agree.
    let header = loop {
        let mut header = serde_json::to_vec(&Header {
            metadata,
            columns: Places { columns, start },
        })?;
        header.resize(header.len().next_multiple_of(ALIGN), b' ');
        if PREFIX + header.len() == start {
            break header;
        }
        start = PREFIX + header.len();
    };
    let mut out = Vec::with_capacity(start + bodies);
    out.extend_from_slice(&MAGIC);
    out.extend_from_slice(&VERSION.to_le_bytes());
    out.extend_from_slice(&(header.len() as u32).to_le_bytes());
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(&header);
    for (_, column) in columns {
        column.write(&mut out);
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
    columns: &'a [(&'static str, Column)],
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
        let mut map = serializer.serialize_map(Some(self.columns.len()))?;
        let mut offset = self.start;
        for (name, column) in self.columns {
            map.serialize_entry(
                name,
                &Place {
                    r#type: column.type_name(),
                    offset,
                    length: column.len(),
                },
            )?;
            offset += column.len() * ALIGN;
        }
        map.end()
    }
}
