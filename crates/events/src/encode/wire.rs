//! Protobuf's wire format, the writing side: fields appended one after another.

use zerocopy::{Immutable, IntoBytes};

use super::{Bytes, Elsewhere, Out, Pieces};

/// Wire types.
const VARINT: u32 = 0;
const FIXED64: u32 = 1;
const LENGTH: u32 = 2;
const FIXED32: u32 = 5;

/// An integer, an enum or a bool. As for all single fields, leaving a zero out is the caller's decision.
#[inline]
pub(super) fn integer<'a>(out: &mut impl Out<'a>, field: u32, value: i64) {
    key(out, field, VARINT);
    varint(out, value as u64);
}

/// A double.
#[inline]
pub(super) fn double<'a>(out: &mut impl Out<'a>, field: u32, value: f64) {
    key(out, field, FIXED64);
    out.small().extend_from_slice(&value.to_le_bytes());
}

/// A float.
#[inline]
pub(super) fn float<'a>(out: &mut impl Out<'a>, field: u32, value: f32) {
    key(out, field, FIXED32);
    out.small().extend_from_slice(&value.to_le_bytes());
}

/// Bytes or text, which are small.
#[inline]
pub(super) fn bytes<'a>(out: &mut impl Out<'a>, field: u32, value: &[u8]) {
    length(out, field, value.len() as u64);
    out.small().extend_from_slice(value);
}

/// Bytes, text, or packed numbers that are bytes already, which may be large.
pub(super) fn content<'a>(out: &mut impl Out<'a>, field: u32, value: impl Into<Bytes<'a>>) {
    let value = value.into();
    length(out, field, value.size() as u64);
    out.content(value);
}

/// The same, of what is not in memory.
pub(super) fn elsewhere(out: &mut Pieces<'_>, field: u32, value: Elsewhere) {
    length(out, field, value.length);
    out.elsewhere(value);
}

/// Packed numbers of a fixed size, which are left out if there are none. In memory they are what they are on the wire,
/// but for the few machines that have their bytes the other way round.
pub(super) fn numbers<'a, T: IntoBytes + Immutable>(
    out: &mut impl Out<'a>,
    field: u32,
    values: &'a [T],
) {
    let value = values.as_bytes();
    if value.is_empty() {
        return;
    }
    if cfg!(target_endian = "little") {
        content(out, field, value);
    } else {
        length(out, field, value.len() as u64);
        let numbers = value.chunks_exact(size_of::<T>());
        out.small()
            .extend(numbers.flat_map(|number| number.iter().rev()));
    }
}

/// What stands before `length` bytes of a field.
#[inline]
pub(super) fn length<'a>(out: &mut impl Out<'a>, field: u32, length: u64) {
    key(out, field, LENGTH);
    varint(out, length);
}

/// A message whose fields `fields` appends.
#[inline]
pub(super) fn message<'a, O: Out<'a>>(out: &mut O, field: u32, fields: impl FnOnce(&mut O)) {
    key(out, field, LENGTH);
    out.with_length(fields);
}

/// Puts the length of a message in place of the byte at `start`, and moves what is behind that if it takes more bytes: by
/// how many is given back.
#[inline]
pub(super) fn put_length(out: &mut Vec<u8>, start: usize, length: u64) -> usize {
    if length < 0x80 {
        out[start] = length as u8; // As of nearly all messages.
        return 0;
    }
    insert_length(out, start, length)
}

fn insert_length(out: &mut Vec<u8>, start: usize, mut length: u64) -> usize {
    let more = varint_size(length) - 1;
    let end = out.len();
    out.resize(end + more, 0);
    out.copy_within(start + 1..end, start + 1 + more);
    for byte in &mut out[start..start + more] {
        *byte = length as u8 | 0x80;
        length >>= 7;
    }
    out[start + more] = length as u8;
    more
}

/// A text that is left out if it is empty, as single fields usually are.
pub(super) fn text_if_any<'a>(out: &mut impl Out<'a>, field: u32, value: &str) {
    if !value.is_empty() {
        bytes(out, field, value.as_bytes());
    }
}

/// An integer, an enum or a bool that is left out if it is zero.
pub(super) fn integer_if_any<'a>(out: &mut impl Out<'a>, field: u32, value: i64) {
    if value != 0 {
        integer(out, field, value);
    }
}

/// A double that is left out if all its bits are zero.
pub(super) fn double_if_any<'a>(out: &mut impl Out<'a>, field: u32, value: f64) {
    if value.to_bits() != 0 {
        double(out, field, value);
    }
}

#[inline]
fn key<'a>(out: &mut impl Out<'a>, field: u32, wire_type: u32) {
    varint(out, u64::from(field << 3 | wire_type));
}

#[inline]
pub(super) fn varint<'a>(out: &mut impl Out<'a>, mut value: u64) {
    let out = out.small();
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

const fn varint_size(value: u64) -> usize {
    (64 - (value | 1).leading_zeros() as usize).div_ceil(7)
}

/// Size of a length-delimited field with a one-byte key (fields 1 to 15) and `length` bytes.
pub(super) const fn bytes_size(length: usize) -> usize {
    1 + varint_size(length as u64) + length
}

#[cfg(test)]
mod tests {
    use super::{bytes, message, varint, varint_size};

    #[test]
    fn sizes_agree_with_what_is_written() {
        for shift in 0..64 {
            for value in [(1u64 << shift) - 1, 1 << shift, u64::MAX >> shift] {
                let mut out = Vec::new();
                varint(&mut out, value);
                assert_eq!(out.len(), varint_size(value), "{value}");
            }
        }
    }

    #[test]
    fn a_message_is_what_the_bytes_of_its_fields_are() {
        for length in [0, 1, 125, 126, 127, 128, 16_380, 16_384, 3_000_000] {
            let value = vec![7; length];
            let (mut inner, mut outer, mut found) =
                (Vec::new(), b"before".to_vec(), b"before".to_vec());
            bytes(&mut inner, 1, &value);
            bytes(&mut outer, 20, &inner);
            message(&mut found, 20, |out| bytes(out, 1, &value));
            assert!(found == outer, "{length}");
        }
    }
}
