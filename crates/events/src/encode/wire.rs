//! Protobuf's wire format, the writing side: fields appended one after another.

/// Wire types.
const VARINT: u32 = 0;
const FIXED64: u32 = 1;
const LENGTH: u32 = 2;
const FIXED32: u32 = 5;

/// An integer, an enum or a bool. As for all single fields, leaving a zero out is the caller's decision.
#[inline]
pub(super) fn integer(out: &mut Vec<u8>, field: u32, value: i64) {
    key(out, field, VARINT);
    varint(out, value as u64);
}

/// A double.
#[inline]
pub(super) fn double(out: &mut Vec<u8>, field: u32, value: f64) {
    key(out, field, FIXED64);
    out.extend_from_slice(&value.to_le_bytes());
}

/// A float.
#[inline]
pub(super) fn float(out: &mut Vec<u8>, field: u32, value: f32) {
    key(out, field, FIXED32);
    out.extend_from_slice(&value.to_le_bytes());
}

/// Bytes, text, or packed numbers that are bytes already.
#[inline]
pub(super) fn bytes(out: &mut Vec<u8>, field: u32, value: &[u8]) {
    length(out, field, value.len());
    out.extend_from_slice(value);
}

/// What stands before `length` bytes of a field.
#[inline]
pub(super) fn length(out: &mut Vec<u8>, field: u32, length: usize) {
    key(out, field, LENGTH);
    varint(out, length as u64);
}

/// A message whose fields `content` appends. Its length is inserted when it is known.
#[inline]
pub(super) fn message(out: &mut Vec<u8>, field: u32, content: impl FnOnce(&mut Vec<u8>)) {
    key(out, field, LENGTH);
    let start = out.len();
    out.push(0);
    content(out);
    let mut length = (out.len() - start - 1) as u64;
    let more = varint_size(length) - 1;
    if more > 0 {
        let end = out.len();
        out.resize(end + more, 0);
        out.copy_within(start + 1..end, start + 1 + more);
    }
    for byte in &mut out[start..start + more] {
        *byte = length as u8 | 0x80;
        length >>= 7;
    }
    out[start + more] = length as u8;
}

/// A text that is left out if it is empty, as single fields usually are.
pub(super) fn text_if_any(out: &mut Vec<u8>, field: u32, value: &str) {
    if !value.is_empty() {
        bytes(out, field, value.as_bytes());
    }
}

/// An integer, an enum or a bool that is left out if it is zero.
pub(super) fn integer_if_any(out: &mut Vec<u8>, field: u32, value: i64) {
    if value != 0 {
        integer(out, field, value);
    }
}

/// A double that is left out if all its bits are zero.
pub(super) fn double_if_any(out: &mut Vec<u8>, field: u32, value: f64) {
    if value.to_bits() != 0 {
        double(out, field, value);
    }
}

#[inline]
fn key(out: &mut Vec<u8>, field: u32, wire_type: u32) {
    varint(out, u64::from(field << 3 | wire_type));
}

#[inline]
pub(super) fn varint(out: &mut Vec<u8>, mut value: u64) {
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
