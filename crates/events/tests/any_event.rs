//! Any event, whole or mutated, is decoded as prost decodes it.

mod oracle;

use lightboard_events::decode;
use oracle::messages::{
    Audio, Event, Histogram, Image, PluginData, SessionLog, SourceMetadata, Summary,
    SummaryMetadata, TaggedRunMetadata, Tensor, Value, event, value,
};
use oracle::{compare, shape};
use proptest::prelude::*;
use prost::Message as _;

fn text() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), "[a-z/]{1,12}", "\\PC{0,6}"]
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..20)
}

#[expect(clippy::similar_names, reason = "the fields' own")]
fn tensors() -> impl Strategy<Value = Tensor> {
    let typed = (
        prop::collection::vec(any::<f32>(), 0..3),
        prop::collection::vec(any::<f64>(), 0..3),
        prop::collection::vec(any::<i32>(), 0..3),
        prop::collection::vec(bytes(), 0..2),
        prop::collection::vec(any::<i64>(), 0..3),
        prop::collection::vec(any::<bool>(), 0..3),
        prop::collection::vec(prop_oneof![0..65536i32, any::<i32>()], 0..3),
        prop::collection::vec(any::<u32>(), 0..3),
        prop::collection::vec(any::<u64>(), 0..3),
        prop::collection::vec(any::<u8>(), 0..3),
    );
    let sizes = prop::option::of(prop::collection::vec(
        prop_oneof![4 => Just(1i64), 1 => -1..3i64],
        0..3,
    ));
    let content = prop_oneof![3 => Just(Vec::new()), 1 => prop::collection::vec(any::<u8>(), 1..9)];
    (0..40i32, any::<bool>(), sizes, content, typed).prop_map(
        |(dtype, reference, sizes, content, typed)| {
            let (
                float_val,
                double_val,
                int_val,
                string_val,
                int64_val,
                bool_val,
                half_val,
                uint32_val,
                uint64_val,
                float8_val,
            ) = typed;
            Tensor {
                dtype: dtype + if reference { 100 } else { 0 },
                shape: sizes.map(|sizes| shape(&sizes)),
                version_number: 0,
                content,
                float_val,
                double_val,
                int_val,
                string_val,
                int64_val,
                bool_val,
                half_val,
                uint32_val,
                uint64_val,
                float8_val,
            }
        },
    )
}

fn values() -> impl Strategy<Value = Value> {
    let image = (any::<i32>(), any::<i32>(), 0..5i32, bytes()).prop_map(
        |(height, width, colorspace, encoded)| Image {
            height,
            width,
            colorspace,
            encoded,
        },
    );
    let histogram = (
        any::<[f64; 5]>(),
        prop::collection::vec(any::<f64>(), 0..4),
        prop::collection::vec(any::<f64>(), 0..4),
    )
        .prop_map(
            |([min, max, num, sum, sum_squares], bucket_limit, bucket)| Histogram {
                min,
                max,
                num,
                sum,
                sum_squares,
                bucket_limit,
                bucket,
            },
        );
    let audio = (any::<f32>(), any::<i64>(), any::<i64>(), bytes(), text()).prop_map(
        |(sample_rate, num_channels, length_frames, encoded, content_type)| Audio {
            sample_rate,
            num_channels,
            length_frames,
            encoded,
            content_type,
        },
    );
    let data = prop_oneof![
        any::<f32>().prop_map(value::Data::SimpleValue),
        bytes().prop_map(value::Data::Obsolete),
        image.prop_map(value::Data::Image),
        histogram.prop_map(value::Data::Histo),
        audio.prop_map(value::Data::Audio),
        tensors().prop_map(value::Data::Tensor),
    ];
    let plugin_data =
        prop::option::of(
            (text(), bytes()).prop_map(|(plugin_name, content)| PluginData {
                plugin_name,
                content,
            }),
        );
    let metadata = (plugin_data, text(), text(), -1..5i32).prop_map(
        |(plugin_data, display_name, summary_description, data_class)| SummaryMetadata {
            plugin_data,
            display_name,
            summary_description,
            data_class,
        },
    );
    (
        text(),
        prop::option::of(data),
        text(),
        prop::option::of(metadata),
    )
        .prop_map(|(tag, data, node_name, metadata)| Value {
            tag,
            data,
            node_name,
            metadata,
        })
}

fn events() -> impl Strategy<Value = Event> {
    let what = prop_oneof![
        text().prop_map(event::What::FileVersion),
        bytes().prop_map(event::What::GraphDef),
        prop::collection::vec(values(), 0..4)
            .prop_map(|value| event::What::Summary(Summary { value })),
        bytes().prop_map(event::What::LogMessage),
        (any::<i32>(), text(), text()).prop_map(|(status, checkpoint_path, msg)| {
            event::What::SessionLog(SessionLog {
                status,
                checkpoint_path,
                msg,
            })
        }),
        (text(), bytes()).prop_map(|(tag, run_metadata)| event::What::TaggedRunMetadata(
            TaggedRunMetadata { tag, run_metadata }
        )),
        bytes().prop_map(event::What::MetaGraphDef),
    ];
    let source = prop::option::of(text().prop_map(|writer| SourceMetadata { writer }));
    (any::<f64>(), any::<i64>(), prop::option::of(what), source).prop_map(
        |(wall_time, step, what, source_metadata)| Event {
            wall_time,
            step,
            what,
            source_metadata,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn decodes_as_prost_does(event in events()) {
        let payload = event.encode_to_vec();
        prop_assert!(decode(&payload).is_ok());
        compare(&payload);
    }

    #[test]
    fn decodes_mutated_payloads_as_prost_does(
        event in events(),
        second in events(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        // Two events after one another are one, with its pieces merged.
        let mut payload = event.encode_to_vec();
        payload.extend(second.encode_to_vec());
        for (index, byte) in changes {
            if !payload.is_empty() {
                let at = index.index(payload.len());
                payload[at] = byte;
            }
        }
        if let Some(cut) = cut {
            payload.truncate(cut.index(payload.len() + 1));
        }
        compare(&payload);
    }
}
