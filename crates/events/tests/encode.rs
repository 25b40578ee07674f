//! What is encoded equals, byte for byte, what prost makes of the same message, in one piece or in many.

mod oracle;

use lightboard_events::encode::{Elsewhere, Out, Pieces};
use lightboard_events::{
    Audio, HEADER, Image, MeshPart, Metadata, Moments, OVERHEAD, Reduce, Scan, Scanner, crc,
    decode, encode,
};
use oracle::compare;
use oracle::messages::{
    self, Dim, Event, Histogram, PluginData, Shape, Summary, SummaryMetadata, Tensor, Value, event,
    value,
};
use proptest::prelude::*;
use prost::Message as _;

/// What the record to be looked at stands behind.
fn before<'a>(out: &mut impl Out<'a>) {
    encode::record(out, |out| {
        out.small().extend_from_slice(b"be");
        out.content(&b"fore"[..]);
    });
}

/// The payload of the one record that is appended to [`before`].
fn payload(encode: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut out = Vec::new();
    before(&mut out);
    let start = out.len();
    encode(&mut out);
    let record = &out[start..];
    let mut scanner = Scanner::new();
    match scanner.next(record, true) {
        Scan::Record(found) => assert_eq!(found.bytes.len(), record.len()),
        other => panic!("{other:?}"),
    }
    record[HEADER..record.len() - 4].to_vec()
}

/// The same of a function that can append pieces, which are then the same bytes.
macro_rules! payload {
    (|$out:ident| $encode:expr) => {{
        let found = payload(|$out| $encode);
        let mut pieces = Pieces::default();
        {
            let $out = &mut pieces;
            $encode;
        }
        let mut written = Vec::new();
        pieces.write_to(&mut written).unwrap();
        assert_eq!(written.len() as u64, pieces.size());
        assert!(payload(|out| out.extend_from_slice(&written)) == found);
        assert!(pieces.around().is_none());
        found
    }};
}

/// The payload of the record in `pieces`, in which `content` lies elsewhere.
fn payload_around(pieces: &Pieces<'_>, content: &[u8]) -> Vec<u8> {
    let mut refused = Vec::new();
    assert!(pieces.write_to(&mut refused).is_err() && refused.is_empty());
    let (before, behind) = pieces.around().unwrap();
    let joined = [before, content, behind].concat();
    let payload = payload(|out| out.extend_from_slice(&joined));
    assert_eq!(pieces.size(), (payload.len() + OVERHEAD) as u64);
    payload
}

fn elsewhere(content: &[u8]) -> Elsewhere {
    Elsewhere {
        length: content.len() as u64,
        checksum: crc::go_on(0, content),
    }
}

/// How long what may be large is: often such that the length of a message around it is about to take a byte more.
fn length() -> impl Strategy<Value = usize> {
    let below = |limit: usize| limit - 100..limit + 4;
    prop_oneof![
        40 => 0..600usize,
        20 => below(1 << 7),
        20 => below(1 << 14),
        1 => below(1 << 21),
    ]
}

fn content() -> impl Strategy<Value = Vec<u8>> {
    (length(), any::<u8>()).prop_map(|(length, seed)| {
        (0..length)
            .map(|at| (at >> 8) as u8 ^ (at as u8).wrapping_mul(seed | 1))
            .collect()
    })
}

/// Tags, most of them short.
fn tag() -> impl Strategy<Value = String> {
    prop_oneof![3 => "[a-z/]{0,12}", 1 => ".{0,200}"]
}

/// What prost makes of an event with these values.
fn expected(wall_time: f64, step: i64, value: Vec<Value>) -> Vec<u8> {
    Event {
        wall_time,
        step,
        what: Some(event::What::Summary(Summary { value })),
        source_metadata: None,
    }
    .encode_to_vec()
}

fn shape(sizes: &[usize]) -> Shape {
    let dim = |&size: &usize| Dim {
        size: size as i64,
        name: String::new(),
    };
    Shape {
        dim: sizes.iter().map(dim).collect(),
        unknown_rank: false,
    }
}

fn metadata(plugin: &str, content: Vec<u8>, data_class: i32) -> SummaryMetadata {
    SummaryMetadata {
        plugin_data: Some(PluginData {
            plugin_name: plugin.to_owned(),
            content,
        }),
        data_class,
        ..SummaryMetadata::default()
    }
}

/// `MeshPluginData`, which no oracle of values has.
#[derive(Clone, PartialEq, prost::Message)]
struct MeshPluginData {
    #[prost(string, tag = "2")]
    name: String,
    #[prost(int32, tag = "3")]
    content_type: i32,
    #[prost(string, tag = "5")]
    json_config: String,
    #[prost(int32, repeated, tag = "6")]
    shape: Vec<i32>,
    #[prost(uint32, tag = "7")]
    components: u32,
}

/// Any number but -0, which prost leaves out as protobuf does not.
fn number() -> impl Strategy<Value = f64> {
    use proptest::num::f64;
    (f64::NORMAL | f64::SUBNORMAL | f64::INFINITE).boxed()
}

fn tensor_value(tag: &str, tensor: Tensor, metadata: SummaryMetadata) -> Value {
    Value {
        tag: tag.to_owned(),
        data: Some(value::Data::Tensor(tensor)),
        metadata: Some(metadata),
        ..Value::default()
    }
}

#[test]
fn what_becomes_of_ranks_is_read_again() {
    for reduce in Reduce::ALL {
        let described = encode::Described {
            display_name: "Loss",
            description: "of *training*",
            reduce: Some(reduce),
        };
        let found = payload(|out| encode::described_scalar(out, 1.5, 7, "loss", 0.5, described));
        compare(&found);
        // With an oracle of what it is for those who know nothing of the field: a version of 0.
        let mut content = vec![0xaa, 0xe8, 0x09, reduce.as_str().len() as u8];
        content.extend_from_slice(reduce.as_str().as_bytes());
        let mut told = metadata("scalars", content, 0);
        (told.display_name, told.summary_description) = ("Loss".into(), "of *training*".into());
        let value = Value {
            tag: "loss".to_owned(),
            data: Some(value::Data::SimpleValue(0.5)),
            metadata: Some(told),
            ..Value::default()
        };
        assert_eq!(found, expected(1.5, 7, vec![value]));
        let event = decode(&found).unwrap();
        let value = event.values().next().unwrap().unwrap();
        assert_eq!(Reduce::told(&value.metadata.unwrap()), Some(reduce));
    }
}

#[test]
fn what_is_not_understood_tells_nothing_of_ranks() {
    const MAX: &[u8] = b"\xaa\xe8\x09\x03max";
    let told = |plugin_name, content| {
        Reduce::told(&Metadata {
            plugin_name,
            content,
            ..Metadata::default()
        })
    };
    assert_eq!(told("scalars", MAX), Some(Reduce::Max));
    assert_eq!(
        told("scalars", b"\x08\x01\xaa\xe8\x09\x03max"),
        Some(Reduce::Max)
    );
    for (plugin_name, content) in [
        ("text", MAX),
        ("scalars", b""),
        ("scalars", b"\x08\x00"),
        ("scalars", b"\xaa\xe8\x09\x03mad"),
        ("scalars", b"\xaa\xe8\x09\x09max"),
        ("scalars", b"\xa8\xe8\x09\x03"),
        ("scalars", b"\xff"),
    ] {
        assert_eq!(told(plugin_name, content), None, "{content:?}");
    }
}

proptest! {
    #[test]
    fn text(wall in 0.1..1e12, step: i64, tag in tag(), text in prop_oneof![".{0,300}", length().prop_map(|length| "x".repeat(length))]) {
        let tensor = Tensor {
            dtype: 7,
            shape: Some(shape(&[1])),
            string_val: vec![text.clone().into_bytes()],
            ..Tensor::default()
        };
        let value = tensor_value(&tag, tensor, metadata("text", Vec::new(), 0));
        let found = payload!(|out| encode::text(out, wall, step, &tag, text.as_str().into()));
        compare(&found);
        prop_assert!(found == expected(wall, step, vec![value]));
    }

    #[test]
    fn histogram(
        wall in 0.1..1e12,
        step: i64,
        tag in tag(),
        numbers in [number(), number(), number(), number(), number()],
        buckets in length(),
    ) {
        let [min, max, num, sum, sum_squares] = numbers;
        let bucket_limit: Vec<f64> = (0..buckets / 8).map(|at| at as f64 / 7.0).collect();
        let bucket: Vec<f64> = bucket_limit.iter().map(|limit| 100.0 - limit).collect();
        let moments = Moments { min, max, count: num, sum, sum_of_squares: sum_squares };
        let found = payload!(|out| {
            encode::histogram(out, wall, step, &tag, &moments, &bucket_limit, &bucket);
        });
        let histogram = Histogram { min, max, num, sum, sum_squares, bucket_limit, bucket };
        let value = Value {
            tag,
            data: Some(value::Data::Histo(histogram)),
            ..Value::default()
        };
        compare(&found);
        prop_assert!(found == expected(wall, step, vec![value]));
    }

    #[test]
    fn tensor(
        wall in 0.1..1e12,
        step: i64,
        tag in tag(),
        data_type in 1..34,
        sizes in prop::collection::vec(0usize..5, 0..4),
        content in content(),
    ) {
        let tensor = Tensor {
            dtype: data_type,
            shape: (!sizes.is_empty()).then(|| shape(&sizes)),
            content: content.clone(),
            ..Tensor::default()
        };
        let value = tensor_value(&tag, tensor, metadata("tensor", Vec::new(), 2));
        let found = payload!(|out| encode::tensor(out, wall, step, &tag, data_type, &sizes, (&content).into()));
        compare(&found);
        prop_assert!(found == expected(wall, step, vec![value]));
    }

    #[test]
    fn pr_curve(
        wall in 0.1..1e12,
        step: i64,
        tag in tag(),
        thresholds in 1u32..1000,
        columns in length().prop_map(|length| 1 + length / 24),
    ) {
        let rows: Vec<f32> = (0..6 * columns).map(|index| index as f32 / 7.0).collect();
        let tensor = Tensor {
            dtype: 1,
            shape: Some(shape(&[6, columns])),
            float_val: rows.clone(),
            ..Tensor::default()
        };
        // PrCurvePluginData is a message of one number.
        let content = Dim { size: thresholds.into(), name: String::new() }.encode_to_vec();
        let content = [&[2 << 3], &content[1..]].concat();
        let value = tensor_value(&tag, tensor, metadata("pr_curves", content, 0));
        let found = payload!(|out| encode::pr_curve(out, wall, step, &tag, thresholds, &rows));
        compare(&found);
        prop_assert!(found == expected(wall, step, vec![value]));
    }

    #[test]
    fn mesh(
        wall in 0.1..1e12,
        step: i64,
        name in ".{0,60}",
        config in ".{0,60}",
        counts in [length(), length(), length()],
    ) {
        let kinds = [MeshPart::Vertex, MeshPart::Face, MeshPart::Color];
        let counts = counts.map(|length| length / 24);
        let numbers = counts.map(|count| 0.5f32.to_le_bytes().repeat(2 * count * 3));
        let parts: Vec<_> = (0..3)
            .filter(|&at| at == 0 || counts[at] > 0)
            .map(|at| encode::Part { part: kinds[at], shape: [2, counts[at], 3], numbers: (&numbers[at]).into() })
            .collect();
        let components = parts.iter().map(|part| 1 << part.part as u32).sum();
        let values = parts
            .iter()
            .map(|part| {
                let content = MeshPluginData {
                    name: name.clone(),
                    content_type: part.part as i32,
                    json_config: config.clone(),
                    shape: part.shape.iter().map(|&size| size as i32).collect(),
                    components,
                };
                let tensor = Tensor {
                    dtype: 1,
                    shape: Some(shape(&part.shape)),
                    float_val: vec![0.5; part.numbers.size() / 4],
                    ..Tensor::default()
                };
                let word = ["VERTEX", "FACE", "COLOR"][part.part as usize - 1];
                tensor_value(
                    &format!("{name}_{word}"),
                    tensor,
                    metadata("mesh", content.encode_to_vec(), 0),
                )
            })
            .collect();
        let found = payload!(|out| encode::mesh(out, wall, step, &name, &config, &parts));
        compare(&found);
        prop_assert!(found == expected(wall, step, values));
    }

    #[test]
    fn image(
        wall in 0.1..1e12, step: i64, tag in tag(), height: i32, width: i32, colorspace in 0..5,
        encoded in content().prop_filter("no file is empty", |it| !it.is_empty()),
    ) {
        let image = messages::Image { height, width, colorspace, encoded: encoded.clone() };
        let value = Value {
            tag: tag.clone(),
            data: Some(value::Data::Image(image)),
            ..Value::default()
        };
        let image = Image { height, width, colorspace, encoded: &encoded };
        let found = payload!(|out| encode::image(out, wall, step, &tag, &image));
        let outline = Image { encoded: &[], ..image };
        let mut pieces = Pieces::default();
        encode::image_elsewhere(&mut pieces, wall, step, &tag, &outline, elsewhere(&encoded));
        prop_assert!(payload_around(&pieces, &encoded) == found);
        compare(&found);
        prop_assert!(found == expected(wall, step, vec![value]));
    }

    #[test]
    fn audio(
        wall in 0.1..1e12, step: i64, tag in tag(), sample_rate in 0.0f32..1e9, channels: i64, frames: i64,
        encoded in content().prop_filter("no file is empty", |it| !it.is_empty()),
    ) {
        let audio = messages::Audio {
            sample_rate,
            num_channels: channels,
            length_frames: frames,
            encoded: encoded.clone(),
            content_type: "audio/wav".to_owned(),
        };
        let value = Value {
            tag: tag.clone(),
            data: Some(value::Data::Audio(audio)),
            ..Value::default()
        };
        let audio = Audio { sample_rate, channels, frames, encoded: &encoded, content_type: "audio/wav" };
        let found = payload!(|out| encode::audio(out, wall, step, &tag, &audio));
        let outline = Audio { encoded: &[], ..audio };
        let mut pieces = Pieces::default();
        encode::audio_elsewhere(&mut pieces, wall, step, &tag, &outline, elsewhere(&encoded));
        prop_assert!(payload_around(&pieces, &encoded) == found);
        compare(&found);
        prop_assert!(found == expected(wall, step, vec![value]));
    }

    #[test]
    fn what_was_encoded_elsewhere(wall in 0.1..1e12, step: i64, tag in tag(), content in content()) {
        let summary = payload!(|out| encode::encoded_summary(out, wall, step, &content));
        prop_assert!(summary.ends_with(&content));
        let graph = payload!(|out| encode::encoded_graph(out, wall, &content));
        prop_assert!(graph.ends_with(&content));
        let run = payload!(|out| encode::encoded_run_metadata(out, wall, &tag, &content));
        prop_assert!(run.ends_with(&content));
        let record = payload!(|out| encode::record(out, |out| out.content(&content)));
        prop_assert!(record == content);
    }
}
