//! What prost makes of a payload, beside what we make of it.
//!
//! Known differences: we check what lies deeper than a value only as far as it is read, and pieces of a message that a
//! later field of its oneof replaces not at all, so we may accept a payload that prost refuses; never the reverse.
#![allow(dead_code)] // fields are compared through Debug

mod contents;

use lightboard_events::{
    Data, DecodeError, LoneScalar, RUN_GRAPH_TAG, Value, What, decode, lone_scalar,
};
use prost::Message as _;

/// A shape of dimensions without names.
pub(crate) fn shape(sizes: &[i64]) -> messages::Shape {
    let dim = sizes
        .iter()
        .map(|size| messages::Dim {
            size: *size,
            name: String::new(),
        })
        .collect();
    messages::Shape {
        dim,
        unknown_rank: false,
    }
}

/// An event as both sides can say it. Compared by its debug text, in which NaN equals NaN.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    wall_time: f64,
    step: i64,
    what: String,
    source_writer: Option<String>,
    values: Vec<SeenValue>,
}

#[derive(Debug, Default)]
struct SeenValue {
    tag: String,
    /// Plugin name, content, display name, description, data class.
    metadata: Option<(String, Vec<u8>, String, String, i32)>,
    data: String,
    scalar: Option<f64>,
}

/// Panics if prost accepts `payload` and we do not, or read something else in it, or if the short way to a lone scalar
/// leads elsewhere.
pub(crate) fn compare(payload: &[u8]) {
    if let Some(scalar) = lone_scalar(payload) {
        compare_lone_scalar(payload, &scalar);
    }
    let ours = ours(payload);
    if let Ok(theirs) = messages::Event::decode(payload) {
        if let Some(messages::event::What::Summary(summary)) = &theirs.what
            && let Ok(event) = decode(payload)
        {
            for (ours, theirs) in event.values().zip(&summary.value) {
                contents::compare(&ours.expect("prost reads it"), theirs);
            }
        }
        let theirs = seen(theirs);
        match ours {
            Ok(ours) => assert_eq!(
                format!("{ours:#?}"),
                format!("{theirs:#?}"),
                "payload {payload:02x?}"
            ),
            Err(error) => panic!("prost reads {theirs:#?}, we say {error}; payload {payload:02x?}"),
        }
    }
}

fn compare_lone_scalar(payload: &[u8], scalar: &LoneScalar<'_>) {
    let event = decode(payload).expect("an event with one value");
    let values: Vec<_> = event.values().collect();
    assert_eq!(values.len(), 1);
    assert_eq!(event.source_writer, None);
    match (values[0], str::from_utf8(scalar.tag)) {
        (Ok(value), Ok(tag)) => {
            let Data::SimpleValue(number) = value.data else {
                panic!("{value:?} is no scalar of the old shape");
            };
            assert_eq!((value.tag, value.metadata), (tag, None));
            assert_eq!(number.to_bits(), scalar.value.to_bits());
            assert_eq!(event.wall_time.to_bits(), scalar.wall_time.to_bits());
            assert_eq!(event.step, scalar.step);
        }
        (Err(error), Err(_)) => assert_eq!(error, DecodeError::Text),
        (value, tag) => panic!("{value:?}, but the tag {tag:?}"),
    }
}

fn ours(payload: &[u8]) -> Result<Seen, DecodeError> {
    let event = decode(payload)?;
    let what = match event.what {
        What::Nothing => String::new(),
        What::FileVersion(version) => format!("file_version {version:?}"),
        What::GraphDef(bytes) => format!("graph_def {bytes:?}"),
        What::Summary(_) => "summary".to_owned(),
        What::LogMessage(bytes) => format!("log_message {bytes:?}"),
        What::SessionLog(log) => format!(
            "session_log {} {:?} {:?}",
            log.status, log.checkpoint_path, log.message
        ),
        What::TaggedRunMetadata(tagged) => {
            format!("run_metadata {:?} {:?}", tagged.tag, tagged.run_metadata)
        }
        What::MetaGraphDef(bytes) => format!("meta_graph_def {bytes:?}"),
    };
    Ok(Seen {
        wall_time: event.wall_time,
        step: event.step,
        what,
        source_writer: event.source_writer.map(str::to_owned),
        values: event
            .values()
            .map(|value| our_value(&value?))
            .collect::<Result<_, _>>()?,
    })
}

fn our_value(value: &Value<'_>) -> Result<SeenValue, DecodeError> {
    let data = match value.data {
        Data::Nothing => String::new(),
        Data::SimpleValue(_) => "simple".to_owned(),
        Data::ObsoleteHistogram(bytes) => format!("obsolete {bytes:?}"),
        Data::Image(it) => format!(
            "image {} {} {} {:?}",
            it.height, it.width, it.colorspace, it.encoded
        ),
        Data::Histogram(histogram) => {
            let moments = histogram.moments()?;
            format!(
                "histogram {:?} {:?} {:?}",
                [
                    moments.min,
                    moments.max,
                    moments.count,
                    moments.sum,
                    moments.sum_of_squares
                ],
                histogram.limits()?,
                histogram.counts()?,
            )
        }
        Data::Audio(it) => format!(
            "audio {:?} {} {} {:?} {:?}",
            it.sample_rate, it.channels, it.frames, it.encoded, it.content_type
        ),
        Data::Tensor(tensor) => {
            let it = tensor.outline()?;
            format!(
                "tensor {} {} {:?} {:?}",
                it.data_type, it.rank, it.elements, it.content
            )
        }
        Data::Graph(_) | Data::RunMetadata(_) => "graph".to_owned(),
    };
    // Asked of every value, so that no kind can panic; the answer is the caller's business.
    let _ = value.kind().as_str();
    Ok(SeenValue {
        tag: value.tag.to_owned(),
        metadata: value.metadata.map(|it| {
            let text = |text: &str| text.to_owned();
            (
                text(it.plugin_name),
                it.content.to_vec(),
                text(it.display_name),
                text(it.description),
                it.data_class as i32,
            )
        }),
        data,
        scalar: value.scalar()?,
    })
}

fn seen(event: messages::Event) -> Seen {
    use messages::event::What;
    let mut values = Vec::new();
    let graph = |tag: &str| SeenValue {
        tag: tag.to_owned(),
        data: "graph".to_owned(),
        ..SeenValue::default()
    };
    let what = match event.what {
        None => String::new(),
        Some(What::FileVersion(version)) => format!("file_version {version:?}"),
        Some(What::GraphDef(bytes)) => {
            values.push(graph(RUN_GRAPH_TAG));
            format!("graph_def {bytes:?}")
        }
        Some(What::Summary(summary)) => {
            values.extend(summary.value.into_iter().map(seen_value));
            "summary".to_owned()
        }
        Some(What::LogMessage(bytes)) => format!("log_message {bytes:?}"),
        Some(What::SessionLog(log)) => format!(
            "session_log {} {:?} {:?}",
            log.status, log.checkpoint_path, log.msg
        ),
        Some(What::TaggedRunMetadata(tagged)) => {
            values.push(graph(&tagged.tag));
            format!("run_metadata {:?} {:?}", tagged.tag, tagged.run_metadata)
        }
        Some(What::MetaGraphDef(bytes)) => format!("meta_graph_def {bytes:?}"),
    };
    let source_writer = event.source_metadata.map(|source| source.writer);
    Seen {
        wall_time: event.wall_time,
        step: event.step,
        what,
        source_writer,
        values,
    }
}

fn seen_value(value: messages::Value) -> SeenValue {
    use messages::value::Data;
    let mut scalar = None;
    let data = match value.data {
        None => String::new(),
        Some(Data::SimpleValue(number)) => {
            scalar = Some(f64::from(number));
            "simple".to_owned()
        }
        Some(Data::Obsolete(bytes)) => format!("obsolete {bytes:?}"),
        Some(Data::Image(it)) => format!(
            "image {} {} {} {:?}",
            it.height, it.width, it.colorspace, it.encoded
        ),
        Some(Data::Histo(it)) => {
            let moments = [it.min, it.max, it.num, it.sum, it.sum_squares];
            format!(
                "histogram {moments:?} {:?} {:?}",
                it.bucket_limit, it.bucket
            )
        }
        Some(Data::Audio(it)) => format!(
            "audio {:?} {} {} {:?} {:?}",
            it.sample_rate, it.num_channels, it.length_frames, it.encoded, it.content_type
        ),
        Some(Data::Tensor(it)) => {
            scalar = tensor_scalar(&it);
            format!(
                "tensor {} {} {:?} {:?}",
                it.dtype % 100,
                dimensions(&it).len(),
                elements(&it),
                it.content
            )
        }
    };
    SeenValue {
        tag: if value.tag.is_empty() {
            value.node_name
        } else {
            value.tag
        },
        metadata: value.metadata.map(|it| {
            let plugin = it.plugin_data.unwrap_or_default();
            let class = if (0..=3).contains(&it.data_class) {
                it.data_class
            } else {
                0
            };
            (
                plugin.plugin_name,
                plugin.content,
                it.display_name,
                it.summary_description,
                class,
            )
        }),
        data,
        scalar,
    }
}

fn dimensions(tensor: &messages::Tensor) -> Vec<i64> {
    tensor
        .shape
        .iter()
        .flat_map(|shape| shape.dim.iter().map(|dim| dim.size))
        .collect()
}

fn elements(tensor: &messages::Tensor) -> Option<u64> {
    if tensor
        .shape
        .as_ref()
        .is_some_and(|shape| shape.unknown_rank)
    {
        return None;
    }
    let mut product = 1u64;
    for size in dimensions(tensor) {
        product = product.checked_mul(u64::try_from(size).ok()?)?;
    }
    Some(product)
}

/// The number of a one-element tensor, from prost's lists of values.
fn tensor_scalar(tensor: &messages::Tensor) -> Option<f64> {
    if elements(tensor) != Some(1) {
        return None;
    }
    let content = &tensor.content;
    if content.is_empty() {
        return typed_scalar(tensor);
    }
    macro_rules! packed {
        ($type:ty) => {
            f64::from(<$type>::from_le_bytes(content.as_slice().try_into().ok()?))
        };
    }
    Some(match tensor.dtype % 100 {
        1 => packed!(f32),
        2 => packed!(f64),
        3 | 13 => packed!(i32),
        4 | 12 => packed!(u8),
        5 | 15 => packed!(i16),
        6 | 11 => packed!(i8),
        9 => i64::from_le_bytes(content.as_slice().try_into().ok()?) as f64,
        10 => f64::from(u8::from(packed!(u8) != 0.0)),
        14 => half_or_float(
            u32::from(u16::from_le_bytes(content.as_slice().try_into().ok()?)),
            false,
        ),
        16 | 17 => packed!(u16),
        19 => half_or_float(
            u32::from(u16::from_le_bytes(content.as_slice().try_into().ok()?)),
            true,
        ),
        22 => packed!(u32),
        23 => u64::from_le_bytes(content.as_slice().try_into().ok()?) as f64,
        24..=28 | 33 => small_float(
            tensor.dtype % 100,
            *content.first().filter(|_| content.len() == 1)?,
        ),
        29..=32 => small(
            tensor.dtype % 100,
            i32::from(*content.first().filter(|_| content.len() == 1)?),
        ),
        _ => return None,
    })
}

fn typed_scalar(tensor: &messages::Tensor) -> Option<f64> {
    let int = tensor.int_val.first().copied().unwrap_or_default();
    let half = tensor.half_val.first().copied().unwrap_or_default() as u32;
    Some(match tensor.dtype % 100 {
        1 => f64::from(tensor.float_val.first().copied().unwrap_or_default()),
        2 => tensor.double_val.first().copied().unwrap_or_default(),
        3 | 13 => f64::from(int),
        4 | 12 if tensor.int_val.is_empty() => {
            f64::from(tensor.uint32_val.first().copied().unwrap_or_default() as u8)
        }
        4 | 12 => f64::from(int as u8),
        5 | 15 => f64::from(int as i16),
        6 | 11 => f64::from(int as i8),
        9 => tensor.int64_val.first().copied().unwrap_or_default() as f64,
        10 => f64::from(u8::from(
            tensor.bool_val.first().copied().unwrap_or_default(),
        )),
        14 => half_or_float(half, false),
        16 | 17 => f64::from(int as u16),
        19 => half_or_float(half, true),
        22 => f64::from(tensor.uint32_val.first().copied().unwrap_or_default()),
        23 => tensor.uint64_val.first().copied().unwrap_or_default() as f64,
        24..=28 | 33 => small_float(
            tensor.dtype % 100,
            tensor.float8_val.first().copied().unwrap_or_default(),
        ),
        29..=32 => small(tensor.dtype % 100, int),
        _ => return None,
    })
}

fn small(data_type: i32, int: i32) -> f64 {
    f64::from(match data_type {
        29 => (int & 15) - if int & 8 == 0 { 0 } else { 16 },
        30 => int & 15,
        31 => (int & 3) - if int & 2 == 0 { 0 } else { 4 },
        _ => int & 3,
    })
}

/// The floats of 8 bits and fewer, by counting up from zero.
fn small_float(data_type: i32, element: u8) -> f64 {
    let (fraction, bias, magnitude_bits) = match data_type {
        24 => (2, 15, 7),
        25 => (3, 7, 7),
        26 => (3, 8, 7),
        27 => (3, 11, 7),
        28 => (2, 16, 7),
        _ => (1, 1, 3),
    };
    let magnitude = i32::from(element) & ((1 << magnitude_bits) - 1);
    let negative = element >> magnitude_bits & 1 == 1;
    let special = match data_type {
        24 if magnitude == 0x7c => Some(f64::INFINITY),
        24 if magnitude > 0x7c => Some(f64::NAN),
        25 if magnitude == 0x7f => Some(f64::NAN),
        26..=28 if element == 0x80 => Some(f64::NAN),
        _ => None,
    };
    let value = special.unwrap_or_else(|| {
        // Between two powers of two, numbers are as far apart as the lower one says.
        let mut step = 2f64.powi(1 - bias - fraction);
        let mut value = 0.0;
        for at in 1..=magnitude {
            if at > 2 << fraction && (at - 1) % (1 << fraction) == 0 {
                step *= 2.0;
            }
            value += step;
        }
        value
    });
    if negative { -value } else { value }
}

/// By moving bits into a float32, where our own way is arithmetic.
fn half_or_float(bits: u32, is_half: bool) -> f64 {
    if bits > 0xffff {
        return f64::from(f32::from_bits(bits));
    }
    if !is_half {
        return f64::from(f32::from_bits(bits << 16));
    }
    let (sign, exponent, fraction) = (bits >> 15 << 31, bits >> 10 & 31, bits & 0x3ff);
    let magnitude = match exponent {
        0 => fraction as f32 / (1 << 24) as f32,
        31 => f32::from_bits(0x7f80_0000 | fraction << 13),
        _ => f32::from_bits((exponent + 112) << 23 | fraction << 13),
    };
    f64::from(f32::from_bits(magnitude.to_bits() | sign))
}

/// The messages as prost declares them.
pub(crate) mod messages {
    #[derive(Clone, PartialEq, prost::Message)]
    pub(crate) struct Event {
        #[prost(double, tag = "1")]
        pub(crate) wall_time: f64,
        #[prost(int64, tag = "2")]
        pub(crate) step: i64,
        #[prost(oneof = "event::What", tags = "3, 4, 5, 6, 7, 8, 9")]
        pub(crate) what: Option<event::What>,
        #[prost(message, optional, tag = "10")]
        pub(crate) source_metadata: Option<SourceMetadata>,
    }

    pub(crate) mod event {
        #[derive(Clone, PartialEq, prost::Oneof)]
        pub(crate) enum What {
            #[prost(string, tag = "3")]
            FileVersion(String),
            #[prost(bytes, tag = "4")]
            GraphDef(Vec<u8>),
            #[prost(message, tag = "5")]
            Summary(super::Summary),
            #[prost(bytes, tag = "6")]
            LogMessage(Vec<u8>),
            #[prost(message, tag = "7")]
            SessionLog(super::SessionLog),
            #[prost(message, tag = "8")]
            TaggedRunMetadata(super::TaggedRunMetadata),
            #[prost(bytes, tag = "9")]
            MetaGraphDef(Vec<u8>),
        }
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(crate) struct SourceMetadata {
        #[prost(string, tag = "1")]
        pub(crate) writer: String,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(crate) struct SessionLog {
        #[prost(int32, tag = "1")]
        pub(crate) status: i32,
        #[prost(string, tag = "2")]
        pub(crate) checkpoint_path: String,
        #[prost(string, tag = "3")]
        pub(crate) msg: String,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(crate) struct TaggedRunMetadata {
        #[prost(string, tag = "1")]
        pub(crate) tag: String,
        #[prost(bytes = "vec", tag = "2")]
        pub(crate) run_metadata: Vec<u8>,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(crate) struct Summary {
        #[prost(message, repeated, tag = "1")]
        pub(crate) value: Vec<Value>,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(crate) struct Value {
        #[prost(string, tag = "1")]
        pub(crate) tag: String,
        #[prost(oneof = "value::Data", tags = "2, 3, 4, 5, 6, 8")]
        pub(crate) data: Option<value::Data>,
        #[prost(string, tag = "7")]
        pub(crate) node_name: String,
        #[prost(message, optional, tag = "9")]
        pub(crate) metadata: Option<SummaryMetadata>,
    }

    pub(crate) mod value {
        #[derive(Clone, PartialEq, prost::Oneof)]
        #[allow(clippy::large_enum_variant)] // test values are few
        pub(crate) enum Data {
            #[prost(float, tag = "2")]
            SimpleValue(f32),
            #[prost(bytes, tag = "3")]
            Obsolete(Vec<u8>),
            #[prost(message, tag = "4")]
            Image(super::Image),
            #[prost(message, tag = "5")]
            Histo(super::Histogram),
            #[prost(message, tag = "6")]
            Audio(super::Audio),
            #[prost(message, tag = "8")]
            Tensor(super::Tensor),
        }
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(crate) struct SummaryMetadata {
        #[prost(message, optional, tag = "1")]
        pub(crate) plugin_data: Option<PluginData>,
        #[prost(string, tag = "2")]
        pub(crate) display_name: String,
        #[prost(string, tag = "3")]
        pub(crate) summary_description: String,
        #[prost(int32, tag = "4")]
        pub(crate) data_class: i32,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(crate) struct PluginData {
        #[prost(string, tag = "1")]
        pub(crate) plugin_name: String,
        #[prost(bytes = "vec", tag = "2")]
        pub(crate) content: Vec<u8>,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(crate) struct Image {
        #[prost(int32, tag = "1")]
        pub(crate) height: i32,
        #[prost(int32, tag = "2")]
        pub(crate) width: i32,
        #[prost(int32, tag = "3")]
        pub(crate) colorspace: i32,
        #[prost(bytes = "vec", tag = "4")]
        pub(crate) encoded: Vec<u8>,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(crate) struct Histogram {
        #[prost(double, tag = "1")]
        pub(crate) min: f64,
        #[prost(double, tag = "2")]
        pub(crate) max: f64,
        #[prost(double, tag = "3")]
        pub(crate) num: f64,
        #[prost(double, tag = "4")]
        pub(crate) sum: f64,
        #[prost(double, tag = "5")]
        pub(crate) sum_squares: f64,
        #[prost(double, repeated, tag = "6")]
        pub(crate) bucket_limit: Vec<f64>,
        #[prost(double, repeated, tag = "7")]
        pub(crate) bucket: Vec<f64>,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(crate) struct Audio {
        #[prost(float, tag = "1")]
        pub(crate) sample_rate: f32,
        #[prost(int64, tag = "2")]
        pub(crate) num_channels: i64,
        #[prost(int64, tag = "3")]
        pub(crate) length_frames: i64,
        #[prost(bytes = "vec", tag = "4")]
        pub(crate) encoded: Vec<u8>,
        #[prost(string, tag = "5")]
        pub(crate) content_type: String,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(crate) struct Tensor {
        #[prost(int32, tag = "1")]
        pub(crate) dtype: i32,
        #[prost(message, optional, tag = "2")]
        pub(crate) shape: Option<Shape>,
        #[prost(int32, tag = "3")]
        pub(crate) version_number: i32,
        #[prost(bytes = "vec", tag = "4")]
        pub(crate) content: Vec<u8>,
        #[prost(float, repeated, tag = "5")]
        pub(crate) float_val: Vec<f32>,
        #[prost(double, repeated, tag = "6")]
        pub(crate) double_val: Vec<f64>,
        #[prost(int32, repeated, tag = "7")]
        pub(crate) int_val: Vec<i32>,
        #[prost(bytes = "vec", repeated, tag = "8")]
        pub(crate) string_val: Vec<Vec<u8>>,
        #[prost(int64, repeated, tag = "10")]
        pub int64_val: Vec<i64>,
        #[prost(bool, repeated, tag = "11")]
        pub(crate) bool_val: Vec<bool>,
        #[prost(int32, repeated, tag = "13")]
        pub(crate) half_val: Vec<i32>,
        #[prost(uint32, repeated, tag = "16")]
        pub uint32_val: Vec<u32>,
        #[prost(uint64, repeated, tag = "17")]
        pub uint64_val: Vec<u64>,
        #[prost(bytes = "vec", tag = "18")]
        pub float8_val: Vec<u8>,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(crate) struct Shape {
        #[prost(message, repeated, tag = "2")]
        pub(crate) dim: Vec<Dim>,
        #[prost(bool, tag = "3")]
        pub(crate) unknown_rank: bool,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(crate) struct Dim {
        #[prost(int64, tag = "1")]
        pub(crate) size: i64,
        #[prost(string, tag = "2")]
        pub(crate) name: String,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(crate) struct MeshPluginData {
        #[prost(int32, tag = "1")]
        pub(crate) version: i32,
        #[prost(string, tag = "2")]
        pub(crate) name: String,
        #[prost(int32, tag = "3")]
        pub(crate) content_type: i32,
        #[prost(string, tag = "5")]
        pub(crate) json_config: String,
        #[prost(int32, repeated, tag = "6")]
        pub(crate) shape: Vec<i32>,
        #[prost(uint32, tag = "7")]
        pub(crate) components: u32,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(crate) struct Layout {
        #[prost(int32, tag = "1")]
        pub(crate) version: i32,
        #[prost(message, repeated, tag = "2")]
        pub(crate) category: Vec<Category>,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(crate) struct Category {
        #[prost(string, tag = "1")]
        pub(crate) title: String,
        #[prost(message, repeated, tag = "2")]
        pub(crate) chart: Vec<Chart>,
        #[prost(bool, tag = "3")]
        pub(crate) closed: bool,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(crate) struct Chart {
        #[prost(string, tag = "1")]
        pub(crate) title: String,
        #[prost(oneof = "chart::Content", tags = "2, 3")]
        pub(crate) content: Option<chart::Content>,
    }

    pub(crate) mod chart {
        #[derive(Clone, PartialEq, prost::Oneof)]
        pub(crate) enum Content {
            #[prost(message, tag = "2")]
            Multiline(super::Multiline),
            #[prost(message, tag = "3")]
            Margin(super::MarginChart),
        }
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(crate) struct Multiline {
        #[prost(string, repeated, tag = "1")]
        pub(crate) tag: Vec<String>,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(crate) struct MarginChart {
        #[prost(message, repeated, tag = "1")]
        pub(crate) series: Vec<Margin>,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(crate) struct Margin {
        #[prost(string, tag = "1")]
        pub(crate) value: String,
        #[prost(string, tag = "2")]
        pub(crate) lower: String,
        #[prost(string, tag = "3")]
        pub(crate) upper: String,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(crate) struct HparamsPluginData {
        #[prost(int32, tag = "1")]
        pub(crate) version: i32,
        #[prost(oneof = "hparams_plugin_data::Data", tags = "2, 3, 4")]
        pub(crate) data: Option<hparams_plugin_data::Data>,
    }

    pub(crate) mod hparams_plugin_data {
        #[derive(Clone, PartialEq, prost::Oneof)]
        pub(crate) enum Data {
            #[prost(message, tag = "2")]
            Experiment(super::Experiment),
            #[prost(message, tag = "3")]
            SessionStart(super::SessionStart),
            #[prost(message, tag = "4")]
            SessionEnd(super::SessionEnd),
        }
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(crate) struct Experiment {
        #[prost(string, tag = "1")]
        pub(crate) description: String,
        #[prost(string, tag = "2")]
        pub(crate) user: String,
        #[prost(double, tag = "3")]
        pub(crate) time_created_secs: f64,
        #[prost(message, repeated, tag = "4")]
        pub(crate) hparam_infos: Vec<HparamInfo>,
        #[prost(message, repeated, tag = "5")]
        pub(crate) metric_infos: Vec<MetricInfo>,
        #[prost(string, tag = "6")]
        pub(crate) name: String,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(crate) struct HparamInfo {
        #[prost(string, tag = "1")]
        pub(crate) name: String,
        #[prost(string, tag = "2")]
        pub(crate) display_name: String,
        #[prost(string, tag = "3")]
        pub(crate) description: String,
        #[prost(int32, tag = "4")]
        pub(crate) r#type: i32,
        #[prost(oneof = "hparam_info::Domain", tags = "5, 6")]
        pub(crate) domain: Option<hparam_info::Domain>,
        #[prost(bool, tag = "7")]
        pub(crate) differs: bool,
    }

    pub(crate) mod hparam_info {
        #[derive(Clone, PartialEq, prost::Oneof)]
        pub(crate) enum Domain {
            #[prost(message, tag = "5")]
            Discrete(super::SettingList),
            #[prost(message, tag = "6")]
            Interval(super::Interval),
        }
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(crate) struct Interval {
        #[prost(double, tag = "1")]
        pub(crate) min_value: f64,
        #[prost(double, tag = "2")]
        pub(crate) max_value: f64,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(crate) struct MetricInfo {
        #[prost(message, optional, tag = "1")]
        pub(crate) name: Option<MetricName>,
        #[prost(string, tag = "3")]
        pub(crate) display_name: String,
        #[prost(string, tag = "4")]
        pub(crate) description: String,
        #[prost(int32, tag = "5")]
        pub(crate) dataset_type: i32,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(crate) struct MetricName {
        #[prost(string, tag = "1")]
        pub(crate) group: String,
        #[prost(string, tag = "2")]
        pub(crate) tag: String,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(crate) struct SessionStart {
        #[prost(map = "string, message", tag = "1")]
        pub(crate) hparams: std::collections::HashMap<String, Setting>,
        #[prost(string, tag = "2")]
        pub(crate) model_uri: String,
        #[prost(string, tag = "3")]
        pub(crate) monitor_url: String,
        #[prost(string, tag = "4")]
        pub(crate) group_name: String,
        #[prost(double, tag = "5")]
        pub(crate) start_time_secs: f64,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(crate) struct SessionEnd {
        #[prost(int32, tag = "1")]
        pub(crate) status: i32,
        #[prost(double, tag = "2")]
        pub(crate) end_time_secs: f64,
    }

    /// `google.protobuf.Value`.
    #[derive(Clone, PartialEq, prost::Message)]
    pub(crate) struct Setting {
        #[prost(oneof = "setting::Kind", tags = "1, 2, 3, 4, 5, 6")]
        pub(crate) kind: Option<setting::Kind>,
    }

    pub(crate) mod setting {
        #[derive(Clone, PartialEq, prost::Oneof)]
        pub(crate) enum Kind {
            #[prost(int32, tag = "1")]
            Null(i32),
            #[prost(double, tag = "2")]
            Number(f64),
            #[prost(string, tag = "3")]
            Text(String),
            #[prost(bool, tag = "4")]
            Bool(bool),
            #[prost(message, tag = "5")]
            Struct(super::SettingStruct),
            #[prost(message, tag = "6")]
            List(super::SettingList),
        }
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(crate) struct SettingStruct {
        #[prost(map = "string, message", tag = "1")]
        pub(crate) fields: std::collections::HashMap<String, Setting>,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(crate) struct SettingList {
        #[prost(message, repeated, tag = "1")]
        pub(crate) values: Vec<Setting>,
    }
}
