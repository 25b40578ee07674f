//! Encodes events into records (`spec/events.md`, Writing).
//!
//! Each function appends one whole record to `out` and allocates nothing beyond `out`'s own growth. Fields stand in
//! the order of their numbers and zeros are left out, so the bytes equal those of the usual protobuf encoders.

use crate::crc;

/// The version that marks the present event format.
pub const FILE_VERSION: &str = "brain.Event:2";

/// A scalar as it is stored in a summary value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scalar {
    /// `simple_value`: what every reader understands.
    Simple(f32),
    /// A rank-0 `DT_FLOAT` tensor with the metadata of the scalars plugin.
    Float(f32),
    /// A rank-0 `DT_DOUBLE` tensor with the metadata of the scalars plugin.
    Double(f64),
}

/// The first event of a file: the file version, and who writes it.
pub fn header(out: &mut Vec<u8>, wall_time: f64, writer: &str) {
    record(out, |out| {
        event(out, wall_time, 0);
        bytes(out, 3, FILE_VERSION.as_bytes());
        varint(out, key(10, LENGTH));
        varint(out, bytes_size(writer.len()) as u64);
        bytes(out, 1, writer.as_bytes());
    });
}

/// A file version in the middle of a file: what stands before the start of a session that purges.
pub fn file_version(out: &mut Vec<u8>, wall_time: f64, step: i64) {
    record(out, |out| {
        event(out, wall_time, step);
        bytes(out, 3, FILE_VERSION.as_bytes());
    });
}

/// The start of a session: what was logged at `step` and above before it is superseded.
pub fn session_start(out: &mut Vec<u8>, wall_time: f64, step: i64) {
    const START: u8 = 1;
    record(out, |out| {
        event(out, wall_time, step);
        bytes(out, 7, &[key(1, VARINT) as u8, START]);
    });
}

/// One scalar of the series `tag`. A `step` of 0 is stored as an absent one, which reads as 0.
#[inline]
pub fn scalar(out: &mut Vec<u8>, wall_time: f64, step: i64, tag: &str, value: Scalar) {
    const DT_FLOAT: u8 = 1;
    const DT_DOUBLE: u8 = 2;
    // SummaryMetadata { plugin_data { plugin_name: "scalars" } }
    const METADATA: &[u8] = b"\x0a\x09\x0a\x07scalars";

    let value_size = match value {
        Scalar::Simple(_) => 1 + 4,
        Scalar::Float(_) => bytes_size(4 + 4) + bytes_size(METADATA.len()),
        Scalar::Double(_) => bytes_size(4 + 8) + bytes_size(METADATA.len()),
    };
    let tag_size = if tag.is_empty() {
        0
    } else {
        bytes_size(tag.len())
    };
    let summary_value_size = tag_size + value_size;
    record(out, |out| {
        event(out, wall_time, step);
        varint(out, key(5, LENGTH));
        varint(out, bytes_size(summary_value_size) as u64);
        varint(out, key(1, LENGTH));
        varint(out, summary_value_size as u64);
        if !tag.is_empty() {
            bytes(out, 1, tag.as_bytes());
        }
        match value {
            Scalar::Simple(value) => {
                varint(out, key(2, FIXED32));
                out.extend_from_slice(&value.to_le_bytes());
            }
            Scalar::Float(value) => tensor(out, DT_FLOAT, 5, &value.to_le_bytes()),
            Scalar::Double(value) => tensor(out, DT_DOUBLE, 6, &value.to_le_bytes()),
        }
        if !matches!(value, Scalar::Simple(_)) {
            bytes(out, 9, METADATA);
        }
    });
}

/// Frames what `payload` appends: length, its checksum, payload, its checksum.
#[inline]
fn record(out: &mut Vec<u8>, payload: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    out.extend_from_slice(&[0; 12]);
    payload(out);
    let length = ((out.len() - start - 12) as u64).to_le_bytes();
    out[start..start + 8].copy_from_slice(&length);
    out[start + 8..start + 12].copy_from_slice(&crc::masked(&length).to_le_bytes());
    let checksum = crc::masked(&out[start + 12..]);
    out.extend_from_slice(&checksum.to_le_bytes());
}

/// The fields that every event has.
#[inline]
fn event(out: &mut Vec<u8>, wall_time: f64, step: i64) {
    if wall_time.to_bits() != 0 {
        varint(out, key(1, FIXED64));
        out.extend_from_slice(&wall_time.to_le_bytes());
    }
    if step != 0 {
        varint(out, key(2, VARINT));
        varint(out, step as u64);
    }
}

/// A tensor without a shape that holds one element in the packed field `field`.
fn tensor(out: &mut Vec<u8>, dtype: u8, field: u32, element: &[u8]) {
    varint(out, key(8, LENGTH));
    varint(out, (2 + bytes_size(element.len())) as u64);
    out.extend_from_slice(&[key(1, VARINT) as u8, dtype]);
    bytes(out, field, element);
}

const VARINT: u32 = 0;
const FIXED64: u32 = 1;
const LENGTH: u32 = 2;
const FIXED32: u32 = 5;

const fn key(field: u32, wire_type: u32) -> u64 {
    (field << 3 | wire_type) as u64
}

#[inline]
fn bytes(out: &mut Vec<u8>, field: u32, value: &[u8]) {
    varint(out, key(field, LENGTH));
    varint(out, value.len() as u64);
    out.extend_from_slice(value);
}

/// Size of a length-delimited field with a one-byte key (fields 1 to 15) and `length` bytes.
const fn bytes_size(length: usize) -> usize {
    1 + varint_size(length as u64) + length
}

#[inline]
fn varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

const fn varint_size(value: u64) -> usize {
    (64 - (value | 1).leading_zeros() as usize).div_ceil(7)
}

#[cfg(test)]
mod tests {
    use super::{Scalar, file_version, header, scalar, session_start, varint, varint_size};

    // Made with TensorBoard 2.21's protobuf classes: Event(...).SerializeToString(), framed with the published CRC.
    const WALL: f64 = 1_763_800_000.25;

    type Encode = fn(&mut Vec<u8>);

    #[test]
    fn bytes_equal_those_of_protobuf() {
        let cases: [(Encode, &str); 8] = [
            (
                |out| header(out, WALL, "lightboard"),
                "2600000000000000734fe30009000010f05c48da411a0d627261696e2e4576656e743a32520c0a0a6c69676874626f6172646fac7c97",
            ),
            (
                |out| file_version(out, WALL, 700),
                "1b000000000000001a0d9e1309000010f05c48da4110bc051a0d627261696e2e4576656e743a3245de260d",
            ),
            (
                |out| session_start(out, WALL, 700),
                "100000000000000095fbfe1809000010f05c48da4110bc053a020801840aa6b5",
            ),
            (
                |out| scalar(out, WALL, 3, "loss/train", Scalar::Simple(0.5)),
                "200000000000000029eda95009000010f05c48da4110032a130a110a0a6c6f73732f747261696e150000003fe5f25e9c",
            ),
            (
                |out| scalar(out, 0.0, 0, "", Scalar::Simple(0.0)),
                "090000000000000037f971392a070a0515000000007ac09df7",
            ),
            (
                |out| scalar(out, WALL, -1, "損失", Scalar::Simple(f32::INFINITY)),
                "2500000000000000eabc36f309000010f05c48da4110ffffffffffffffffff012a0f0a0d0a06e6908de5a4b1150000807f64fbec73",
            ),
            (
                |out| scalar(out, WALL, 3, "loss", Scalar::Float(0.1)),
                "2c00000000000000f4aecc4509000010f05c48da4110032a1f0a1d0a046c6f7373420808012a04cdcccc3d4a0b0a090a077363616c6172730f231087",
            ),
            (
                |out| scalar(out, WALL, i64::MAX, "loss", Scalar::Double(0.1)),
                "3800000000000000a3797d5709000010f05c48da4110ffffffffffffffff7f2a230a210a046c6f7373420c080232089a9999999999b93f4a0b0a090a077363616c6172739443eb89",
            ),
        ];
        for (encode, expected) in cases {
            let mut out = Vec::new();
            encode(&mut out);
            assert_eq!(out, unhex(expected));
        }
    }

    fn unhex(digits: &str) -> Vec<u8> {
        (0..digits.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap())
            .collect()
    }

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
    fn lengths_hold_for_tags_of_every_size_class() {
        for length in [0, 1, 100, 127, 128, 16_383, 16_384, 3_000_000] {
            let tag = "t".repeat(length);
            for value in [Scalar::Simple(1.0), Scalar::Float(1.0), Scalar::Double(1.0)] {
                let mut out = b"before".to_vec();
                scalar(&mut out, 1.0, 1, &tag, value);
                let payload = u64::from_le_bytes(out[6..14].try_into().unwrap()) as usize;
                assert_eq!(out.len(), 6 + 12 + payload + 4);
                // wall time 9, step 2; then the summary's key and length, which cover the rest.
                let summary = &out[6 + 12 + 11..out.len() - 4];
                assert_eq!(summary[0], 0x2a);
                let (declared, used) = read_varint(&summary[1..]);
                assert_eq!(declared, summary.len() - 1 - used);
            }
        }
    }

    fn read_varint(bytes: &[u8]) -> (usize, usize) {
        let used = bytes.iter().position(|byte| byte & 0x80 == 0).unwrap() + 1;
        let value = bytes[..used]
            .iter()
            .rev()
            .fold(0, |value, byte| value << 7 | usize::from(byte & 0x7f));
        (value, used)
    }
}
