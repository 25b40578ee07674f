//! The commonest event by far, without the general walk over its fields: one scalar and nothing else.

use crate::wire::Fields;

/// An event that carries one scalar of the old shape and nothing else.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LoneScalar<'a> {
    /// Seconds since 1970.
    pub wall_time: f64,
    /// 0 if the writer left it out.
    pub step: i64,
    /// The series' name inside its run, which [`decode`](crate::decode) refuses if it is not UTF-8.
    pub tag: &'a [u8],
    /// The value itself.
    pub value: f32,
}

/// The scalar in a record's payload, if the payload has the form that writers in common use give one: fields in the
/// order of their numbers, none of them twice, a tag of at most 118 bytes. If so, [`decode`](crate::decode) finds the
/// same in it, more slowly; if not, this says nothing about the payload.
#[inline(always)]
#[expect(
    clippy::inline_always,
    reason = "the loop over records: each call costs more than what it does"
)]
pub fn lone_scalar(payload: &[u8]) -> Option<LoneScalar<'_>> {
    let (&[WALL_TIME], rest) = payload.split_first_chunk()? else {
        return None;
    };
    let (wall_time, rest) = rest.split_first_chunk()?;
    let (step, rest) = match rest {
        [STEP, rest @ ..] => varint(rest)?,
        _ => (0, rest),
    };
    let head = u64::from_le_bytes(*rest.first_chunk()?) & HEAD_MASK;
    let (tag, [SIMPLE_VALUE, value @ ..]) = rest[HEAD_BYTES..].split_last_chunk::<5>()? else {
        return None;
    };
    (tag.len() <= LONGEST_TAG && head == HEAD + tag.len() as u64 * LENGTHS).then(|| LoneScalar {
        wall_time: f64::from_le_bytes(*wall_time),
        step: step as i64,
        tag,
        value: f32::from_le_bytes(*value),
    })
}

/// The number at the start of `bytes`, and what follows it.
#[inline(always)]
fn varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    const GOES_ON: u32 = u32::from_ne_bytes([0x80; 4]);
    let word = u32::from_le_bytes(*bytes.first_chunk()?);
    let ends = !word & GOES_ON;
    if ends == 0 {
        let mut fields = Fields::new(bytes);
        return Some((fields.varint().ok()?, fields.rest()));
    }
    // Seven bits of each byte up to the first that ends the number: two make 14, and two of these 28.
    let word = word & (ends ^ (ends - 1)) & !GOES_ON;
    let word = word & 0x007f_007f | (word & 0x7f00_7f00) >> 1;
    let word = word & 0x3fff | (word & 0x3fff_0000) >> 2;
    let length = ends.trailing_zeros() as usize / 8 + 1;
    Some((word.into(), &bytes[length..]))
}

/// Keys of an event's fields, and of a value's, as they stand in a file.
const WALL_TIME: u8 = 0x09;
const STEP: u8 = 0x10;
const SIMPLE_VALUE: u8 = 0x15;

/// What stands before a tag: the keys of the summary, of the value in it and of the tag in that, each with the length of
/// what follows, up to the payload's end. With a tag of no bytes they are these, and grow with it.
const HEAD: u64 = u64::from_le_bytes([0x2a, 9, 0x0a, 7, 0x0a, 0, 0, 0]);
const LENGTHS: u64 = u64::from_le_bytes([0, 1, 0, 1, 0, 1, 0, 0]);
const HEAD_BYTES: usize = 6;
const HEAD_MASK: u64 = (1 << (8 * HEAD_BYTES)) - 1;
/// Messages around a longer one have lengths of two bytes.
const LONGEST_TAG: usize = 0x7f - 9;
