//! What is encoded equals, byte for byte, what prost makes of the same message.

mod oracle;

use lightboard_events::{
    Audio, HEADER, Image, MeshPart, Metadata, Moments, Reduce, Scan, Scanner, decode, encode,
};
use oracle::compare;
use oracle::messages::{
    self, Dim, Event, Histogram, PluginData, Shape, Summary, SummaryMetadata, Tensor, Value, event,
    value,
};
use proptest::prelude::*;
use prost::Message as _;

/// The payload of the one record that `encode` appends behind what was there before.
fn payload(encode: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut out = b"before".to_vec();
    encode(&mut out);
    let record = &out[b"before".len()..];
    let mut scanner = Scanner::new();
    match scanner.next(record, true) {
        Scan::Record(found) => assert_eq!(found.bytes.len(), record.len()),
        other => panic!("{other:?}"),
    }
    let payload = record[HEADER..record.len() - 4].to_vec();
    compare(&payload);
    payload
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
    fn text(wall in 0.1..1e12, step: i64, tag in ".{0,200}", text in ".{0,300}") {
        let tensor = Tensor {
            dtype: 7,
            shape: Some(shape(&[1])),
            string_val: vec![text.clone().into_bytes()],
            ..Tensor::default()
        };
        let value = tensor_value(&tag, tensor, metadata("text", Vec::new(), 0));
        let found = payload(|out| encode::text(out, wall, step, &tag, &text));
        prop_assert_eq!(found, expected(wall, step, vec![value]));
    }

    #[test]
    fn histogram(
        wall in 0.1..1e12,
        step: i64,
        tag in ".{0,200}",
        numbers in [number(), number(), number(), number(), number()],
        buckets in prop::collection::vec((number(), 0.0..1e9), 0..300),
    ) {
        let [min, max, num, sum, sum_squares] = numbers;
        let (bucket_limit, bucket): (Vec<f64>, Vec<f64>) = buckets.into_iter().unzip();
        let moments = Moments { min, max, count: num, sum, sum_of_squares: sum_squares };
        let found = payload(|out| {
            encode::histogram(out, wall, step, &tag, &moments, &bucket_limit, &bucket);
        });
        let histogram = Histogram { min, max, num, sum, sum_squares, bucket_limit, bucket };
        let value = Value {
            tag,
            data: Some(value::Data::Histo(histogram)),
            ..Value::default()
        };
        prop_assert_eq!(found, expected(wall, step, vec![value]));
    }

    #[test]
    fn tensor(
        wall in 0.1..1e12,
        step: i64,
        tag in ".{0,200}",
        data_type in 1..34,
        sizes in prop::collection::vec(0usize..5, 0..4),
        content in prop::collection::vec(any::<u8>(), 0..600),
    ) {
        let tensor = Tensor {
            dtype: data_type,
            shape: (!sizes.is_empty()).then(|| shape(&sizes)),
            content: content.clone(),
            ..Tensor::default()
        };
        let value = tensor_value(&tag, tensor, metadata("tensor", Vec::new(), 2));
        let found = payload(|out| encode::tensor(out, wall, step, &tag, data_type, &sizes, &content));
        prop_assert_eq!(found, expected(wall, step, vec![value]));
    }

    #[test]
    fn pr_curve(
        wall in 0.1..1e12,
        step: i64,
        tag in ".{0,200}",
        thresholds in 1u32..1000,
        columns in 1usize..300,
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
        let found = payload(|out| encode::pr_curve(out, wall, step, &tag, thresholds, &rows));
        prop_assert_eq!(found, expected(wall, step, vec![value]));
    }

    #[test]
    fn mesh(
        wall in 0.1..1e12,
        step: i64,
        name in ".{0,60}",
        config in ".{0,60}",
        counts in [0usize..200, 0usize..200, 0usize..200],
    ) {
        let kinds = [MeshPart::Vertex, MeshPart::Face, MeshPart::Color];
        let numbers = counts.map(|count| vec![0.5; 2 * count * 3]);
        let parts: Vec<_> = (0..3)
            .filter(|&at| at == 0 || counts[at] > 0)
            .map(|at| encode::Part { part: kinds[at], shape: [2, counts[at], 3], numbers: &numbers[at] })
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
                    float_val: part.numbers.to_vec(),
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
        let found = payload(|out| encode::mesh(out, wall, step, &name, &config, &parts));
        prop_assert_eq!(found, expected(wall, step, values));
    }

    #[test]
    fn image(
        wall in 0.1..1e12, step: i64, tag in ".{0,200}", height: i32, width: i32, colorspace in 0..5,
        encoded in prop::collection::vec(any::<u8>(), 1..300),
    ) {
        let image = messages::Image { height, width, colorspace, encoded: encoded.clone() };
        let value = Value {
            tag: tag.clone(),
            data: Some(value::Data::Image(image)),
            ..Value::default()
        };
        let image = Image { height, width, colorspace, encoded: &encoded };
        let found = payload(|out| encode::image(out, wall, step, &tag, &image));
        prop_assert_eq!(found, expected(wall, step, vec![value]));
    }

    #[test]
    fn audio(
        wall in 0.1..1e12, step: i64, tag in ".{0,200}", sample_rate in 0.0f32..1e9, channels: i64, frames: i64,
        encoded in prop::collection::vec(any::<u8>(), 1..300),
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
        let found = payload(|out| encode::audio(out, wall, step, &tag, &audio));
        prop_assert_eq!(found, expected(wall, step, vec![value]));
    }
}
