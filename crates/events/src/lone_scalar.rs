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
/// order of their numbers, none of them twice, a tag of at most 116 bytes. If so, [`decode`](crate::decode) finds the
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
        [STEP, rest @ ..] => {
            let mut fields = Fields::new(rest);
            (fields.varint().ok()? as i64, fields.rest())
        }
        _ => (0, rest),
    };
    let [SUMMARY, summary, VALUE, value, TAG, tag, rest @ ..] = rest else {
        return None;
    };
    let (tag, number) = rest.split_at_checked(usize::from(*tag))?;
    let &[SIMPLE_VALUE, a, b, c, d] = number else {
        return None;
    };
    // The lengths of messages that end where the payload does. Longer ones take more than one byte each.
    let length = TAG_HEAD + tag.len() + number.len();
    let fits = usize::from(*value) == length && usize::from(*summary) == VALUE_HEAD + length;
    (fits && *summary < 0x80).then(|| LoneScalar {
        wall_time: f64::from_le_bytes(*wall_time),
        step,
        tag,
        value: f32::from_le_bytes([a, b, c, d]),
    })
}

/// Keys of an event's fields, of those of its summary and of those of the value in that, as they stand in a file.
const WALL_TIME: u8 = 0x09;
const STEP: u8 = 0x10;
const SUMMARY: u8 = 0x2a;
const VALUE: u8 = 0x0a;
const TAG: u8 = 0x0a;
const SIMPLE_VALUE: u8 = 0x15;

/// Bytes of a key and a length.
const VALUE_HEAD: usize = 2;
const TAG_HEAD: usize = 2;
