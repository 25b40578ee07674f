//! Encodes events into records (`spec/events.md`, Writing).
//!
//! Each function appends one whole record to `out` and allocates nothing beyond `out`'s own growth. Fields stand in
//! the order of their numbers and zeros are left out, so the bytes equal those of the usual protobuf encoders. What a
//! value of a kind holds has a module of its own.
//!
//! What may be large is appended to any [`Out`]: a vector, which copies it, or [`Pieces`], which only refer to it.

pub mod graph;
mod histogram;
mod hparams;
mod layout;
mod media;
mod mesh;
mod out;
mod pieces;
mod pr_curve;
mod tensor;
mod text;
mod wire;

pub use histogram::histogram;
pub use hparams::{hparams, known};
pub use layout::layout;
pub use media::{audio, audio_elsewhere, image, image_elsewhere};
pub use mesh::{Part, mesh};
pub use out::{Bytes, Make, Out};
pub use pieces::{Elsewhere, Encoded, Pieces};
pub use pr_curve::pr_curve;
pub use tensor::tensor;
pub use text::text;

use crate::{DataClass, Reduce, reduce};
use wire::{bytes, bytes_size, content, double, float, integer, message};

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
    event(out, wall_time, 0, |out| {
        bytes(out, 3, FILE_VERSION.as_bytes());
        message(out, 10, |out| bytes(out, 1, writer.as_bytes()));
    });
}

/// A file version in the middle of a file: what stands before the start of a session that purges.
pub fn file_version(out: &mut Vec<u8>, wall_time: f64, step: i64) {
    event(out, wall_time, step, |out| {
        bytes(out, 3, FILE_VERSION.as_bytes());
    });
}

/// The start of a session: what was logged at `step` and above before it is superseded.
pub fn session_start(out: &mut Vec<u8>, wall_time: f64, step: i64) {
    const START: i64 = 1;
    event(out, wall_time, step, |out| {
        message(out, 7, |out| integer(out, 1, START));
    });
}

/// One scalar of the series `tag`. A `step` of 0 is stored as an absent one, which reads as 0.
///
/// The commonest record by far, so its lengths are known before it is written.
#[inline]
pub fn scalar(out: &mut Vec<u8>, wall_time: f64, step: i64, tag: &str, value: Scalar) {
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
    event(out, wall_time, step, |out| {
        wire::length(out, 5, bytes_size(summary_value_size) as u64);
        wire::length(out, 1, summary_value_size as u64);
        name(out, tag);
        match value {
            Scalar::Simple(value) => float(out, 2, value),
            Scalar::Float(value) => tensor::field(out, tensor::FLOAT, &[], |out| {
                bytes(out, 5, &value.to_le_bytes());
            }),
            Scalar::Double(value) => tensor::field(out, tensor::DOUBLE, &[], |out| {
                bytes(out, 6, &value.to_le_bytes());
            }),
        }
        if !matches!(value, Scalar::Simple(_)) {
            bytes(out, 9, METADATA);
        }
    });
}

/// Several scalars of one moment, in one record: tag and value of each. Stored as simple values.
pub fn scalars<'a>(
    out: &mut Vec<u8>,
    wall_time: f64,
    step: i64,
    scalars: impl IntoIterator<Item = (&'a str, f32)>,
) {
    summary(out, wall_time, step, |out| {
        for (tag, value) in scalars {
            part(out, tag, |out| float(out, 2, value));
        }
    });
}

/// What a writer says of a series of scalars.
#[derive(Debug, Clone, Copy, Default)]
pub struct Described<'a> {
    /// What to show for its tag; may be empty.
    pub display_name: &'a str,
    /// What it means, in Markdown; may be empty.
    pub description: &'a str,
    /// How the curves of several ranks are to be brought together.
    pub reduce: Option<Reduce>,
}

/// One scalar, a simple value, with what there is to say of its series.
pub fn described_scalar(
    out: &mut Vec<u8>,
    wall_time: f64,
    step: i64,
    tag: &str,
    number: f32,
    described: Described<'_>,
) {
    value(out, wall_time, step, tag, |out| {
        float(out, 2, number);
        message(out, 9, |out| {
            if let Some(reduce) = described.reduce {
                message(out, 1, |out| {
                    bytes(out, 1, b"scalars");
                    message(out, 2, |out| {
                        bytes(out, reduce::FIELD, reduce.as_str().as_bytes());
                    });
                });
            }
            wire::text_if_any(out, 2, described.display_name);
            wire::text_if_any(out, 3, described.description);
        });
    });
}

/// A summary that was encoded elsewhere.
pub fn encoded_summary<'a>(out: &mut impl Out<'a>, wall_time: f64, step: i64, summary: &'a [u8]) {
    event(out, wall_time, step, |out| content(out, 5, summary));
}

/// Values of one moment, each of which was encoded elsewhere.
pub fn encoded_values<'a>(
    out: &mut Vec<u8>,
    wall_time: f64,
    step: i64,
    values: impl IntoIterator<Item = &'a [u8]>,
) {
    summary(out, wall_time, step, |out| {
        for value in values {
            bytes(out, 1, value);
        }
    });
}

/// A graph that was encoded elsewhere.
pub fn encoded_graph<'a>(out: &mut impl Out<'a>, wall_time: f64, graph: &'a [u8]) {
    event(out, wall_time, 0, |out| content(out, 4, graph));
}

/// What a run of the graph took, which was encoded elsewhere.
pub fn encoded_run_metadata<'a>(
    out: &mut impl Out<'a>,
    wall_time: f64,
    tag: &str,
    run_metadata: &'a [u8],
) {
    event(out, wall_time, 0, |out| {
        message(out, 8, |out| {
            name(out, tag);
            content(out, 2, run_metadata);
        });
    });
}

/// One value of the series `tag`; `fields` appends its fields after the tag.
fn value<'a, O: Out<'a>>(
    out: &mut O,
    wall_time: f64,
    step: i64,
    tag: &str,
    fields: impl FnOnce(&mut O),
) {
    summary(out, wall_time, step, |out| part(out, tag, fields));
}

/// Values of one moment; `parts` appends them, each by [`part`].
fn summary<'a, O: Out<'a>>(out: &mut O, wall_time: f64, step: i64, parts: impl FnOnce(&mut O)) {
    event(out, wall_time, step, |out| message(out, 5, parts));
}

/// One value of a summary.
fn part<'a, O: Out<'a>>(out: &mut O, tag: &str, fields: impl FnOnce(&mut O)) {
    message(out, 1, |out| {
        name(out, tag);
        fields(out);
    });
}

/// The tag of a value.
#[inline]
fn name<'a>(out: &mut impl Out<'a>, tag: &str) {
    if !tag.is_empty() {
        bytes(out, 1, tag.as_bytes());
    }
}

/// The metadata of a value: its plugin, how its data are to be served, and what the plugin keeps there, if `content`
/// appends that as field 2.
fn metadata<'a, O: Out<'a>>(
    out: &mut O,
    plugin: &str,
    class: DataClass,
    content: impl FnOnce(&mut O),
) {
    message(out, 9, |out| {
        message(out, 1, |out| {
            bytes(out, 1, plugin.as_bytes());
            content(out);
        });
        if class != DataClass::Unknown {
            integer(out, 4, class as i64);
        }
    });
}

/// One event; `what` appends its fields after wall time and step.
#[inline]
fn event<'a, O: Out<'a>>(out: &mut O, wall_time: f64, step: i64, what: impl FnOnce(&mut O)) {
    record(out, |out| {
        if wall_time.to_bits() != 0 {
            double(out, 1, wall_time);
        }
        if step != 0 {
            integer(out, 2, step);
        }
        what(out);
    });
}

/// Frames what `payload` appends: length, its checksum, payload, its checksum.
#[inline]
pub fn record<'a, O: Out<'a>>(out: &mut O, payload: impl FnOnce(&mut O)) {
    out.framed(payload);
}

#[cfg(test)]
mod tests {
    use super::{Scalar, file_version, header, scalar, session_start};

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
