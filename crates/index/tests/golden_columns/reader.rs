//! A reader of column frames, written from `spec/columns.md` alone.

use serde_json::Value;

/// A column, widened to what it stands for.
#[derive(Debug, PartialEq)]
pub(crate) enum Items {
    Floats(Vec<f64>),
    Signed(Vec<i64>),
    Unsigned(Vec<u64>),
}

/// A frame's metadata, and its columns: name, type on the wire, items.
#[derive(Debug)]
pub(crate) struct Frame {
    pub(crate) metadata: Value,
    pub(crate) columns: Vec<(String, String, Items)>,
}

/// Reads a frame, or says why it is none.
pub(crate) fn read(frame: &[u8]) -> Result<Frame, String> {
    if frame.len() < 16 || &frame[..4] != b"LBCF" {
        return Err("magic".to_owned());
    }
    let word = |at: usize| u32::from_le_bytes(frame[at..at + 4].try_into().expect("4 bytes"));
    if word(4) != 2 {
        return Err(format!("version {}", word(4)));
    }
    let bodies = 16 + word(8) as usize;
    if !bodies.is_multiple_of(8) {
        return Err("header length".to_owned());
    }
    let header = frame.get(16..bodies).ok_or("header passes the end")?;
    let mut metadata: Value = serde_json::from_slice(header).map_err(|error| error.to_string())?;
    let object = metadata.as_object_mut().ok_or("header is no object")?;
    let Some(Value::Object(places)) = object.remove("columns") else {
        return Err("no columns".to_owned());
    };
    let mut columns = Vec::new();
    for (name, place) in places {
        let type_name = place["type"].as_str();
        let type_name = type_name.ok_or_else(|| format!("type of {name}"))?;
        let size = match type_name {
            "f64" | "i64" => 8,
            "f32" | "i32" | "u32" => 4,
            "u8" => 1,
            _ => continue,
        };
        let number = |member: &str| {
            let number = place[member].as_u64();
            let number = number.and_then(|number| usize::try_from(number).ok());
            number.ok_or_else(|| format!("{member} of {name}"))
        };
        let (offset, length) = (number("offset")?, number("length")?);
        let end = length
            .checked_mul(size)
            .and_then(|bytes| offset.checked_add(bytes));
        let body = end.and_then(|end| frame.get(offset..end));
        let Some(body) = body.filter(|_| offset.is_multiple_of(8) && offset >= bodies) else {
            return Err(format!("place of {name}"));
        };
        columns.push((name.clone(), type_name.to_owned(), items(type_name, body)));
    }
    Ok(Frame { metadata, columns })
}

fn items(type_name: &str, body: &[u8]) -> Items {
    let (fours, eights) = (body.as_chunks().0, body.as_chunks().0);
    match type_name {
        "f64" => Items::Floats(
            eights
                .iter()
                .map(|item| f64::from_le_bytes(*item))
                .collect(),
        ),
        "f32" => Items::Floats(
            fours
                .iter()
                .map(|item| f32::from_le_bytes(*item).into())
                .collect(),
        ),
        "i64" => Items::Signed(
            eights
                .iter()
                .map(|item| i64::from_le_bytes(*item))
                .collect(),
        ),
        "i32" => Items::Signed(
            fours
                .iter()
                .map(|item| i32::from_le_bytes(*item).into())
                .collect(),
        ),
        "u32" => Items::Unsigned(
            fours
                .iter()
                .map(|item| u32::from_le_bytes(*item).into())
                .collect(),
        ),
        _ => Items::Unsigned(body.iter().map(|item| (*item).into()).collect()),
    }
}
