//! Values of every kind are brought to one shape, and what nests in them is read as prost reads it.

mod oracle;

use lightboard_events::{Content, Kind, Metadata, decode};
use oracle::compare;
use oracle::messages::{
    Category, Chart, Dim, Event, Experiment, Histogram, HparamInfo, HparamsPluginData, Image,
    Interval, Layout, Margin, MarginChart, MeshPluginData, MetricInfo, MetricName, Multiline,
    PluginData, SessionEnd, SessionStart, Setting, SettingList, SettingStruct, Shape, Summary,
    SummaryMetadata, Tensor, Value, chart, event, hparam_info, hparams_plugin_data, setting, value,
};
use proptest::prelude::*;
use prost::Message as _;

fn payload(value: Value) -> Vec<u8> {
    let what = Some(event::What::Summary(Summary { value: vec![value] }));
    Event {
        what,
        ..Event::default()
    }
    .encode_to_vec()
}

fn of_plugin(plugin_name: &str, content: Vec<u8>, data: Option<value::Data>) -> Value {
    let plugin_data = Some(PluginData {
        plugin_name: plugin_name.to_owned(),
        content,
    });
    Value {
        tag: "t".to_owned(),
        data,
        metadata: Some(SummaryMetadata {
            plugin_data,
            ..SummaryMetadata::default()
        }),
        ..Value::default()
    }
}

fn shape(sizes: &[i64]) -> Shape {
    let dim = |size: &i64| Dim {
        size: *size,
        ..Dim::default()
    };
    Shape {
        dim: sizes.iter().map(dim).collect(),
        unknown_rank: false,
    }
}

/// What a value holds, or why not, as text.
fn content(value: Value) -> String {
    let payload = payload(value);
    compare(&payload);
    let value = decode(&payload).unwrap().values().next().unwrap().unwrap();
    match value.content(value.kind(), Metadata::default()) {
        Ok(content) => format!("{content:?}"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn what_is_not_of_its_kind_says_what_was_expected_and_found() {
    let tensor = |dtype, sizes: &[i64]| {
        Some(value::Data::Tensor(Tensor {
            dtype,
            shape: Some(shape(sizes)),
            ..Tensor::default()
        }))
    };
    let image = Some(value::Data::Image(Image::default()));
    for (plugin, data, message) in [
        (
            "histograms",
            tensor(1, &[2, 2]),
            "expected a tensor of the shape [k, 3], found one of the shape [2, 2]",
        ),
        (
            "histograms",
            image.clone(),
            "expected a histogram, found image",
        ),
        (
            "pr_curves",
            tensor(1, &[5, 9]),
            "expected a tensor of the shape [6, n], found one of the shape [5, 9]",
        ),
        (
            "pr_curves",
            tensor(8, &[6, 1]),
            "expected real numbers, found complex64",
        ),
        (
            "images",
            tensor(7, &[1]),
            "expected a width and a height, found 1 strings",
        ),
        (
            "images",
            tensor(7, &[3]),
            "expected a number of pixels in decimal digits, found ",
        ),
        (
            "text",
            tensor(3, &[1]),
            "expected a tensor of strings, found int32",
        ),
        ("text", None, "expected a tensor, found no data"),
        (
            "tensor",
            tensor(20, &[]),
            "expected a tensor of numbers or strings, found a tensor of the type 20",
        ),
        (
            "tensor",
            tensor(1, &[-1]),
            "expected a shape of known sizes, found one that is not known",
        ),
        (
            "tensor",
            tensor(1, &[1; 65]),
            "expected a shape of at most 64 dimensions, found one with more",
        ),
        (
            "pr_curves",
            tensor(1, &[6, 1 << 40]),
            "expected a tensor with all its elements, found 1 elements in the shape [6, 1099511627776]",
        ),
        (
            "custom_scalars",
            tensor(7, &[2]),
            "expected one layout, found 2 strings",
        ),
        (
            "graph_keras_model",
            tensor(7, &[2]),
            "expected one graph, found 2 strings",
        ),
        (
            "hparams",
            None,
            "expected an experiment, a session's start or its end in the metadata, found none of them",
        ),
    ] {
        assert_eq!(
            content(of_plugin(plugin, Vec::new(), data)),
            message,
            "{plugin}"
        );
    }
    assert_eq!(
        content(of_plugin("hparams", vec![0x0a, 0], None)),
        "expected a protobuf message as spec/events.md has it, found that field 1 has wire type 2, which is not that \
         field's"
    );
}

#[test]
fn a_content_of_more_or_fewer_elements_than_its_shape_is_refused() {
    for (content_bytes, sizes, found) in [
        (vec![0; 8], &[3][..], "2 elements in the shape [3]"),
        (vec![0; 8], &[1], "2 elements in the shape [1]"),
        (vec![0; 8], &[0], "2 elements in the shape [0]"),
    ] {
        let tensor = Tensor {
            dtype: 1,
            shape: Some(shape(sizes)),
            content: content_bytes,
            ..Tensor::default()
        };
        let data = Some(value::Data::Tensor(tensor));
        assert_eq!(
            content(of_plugin("tensor", Vec::new(), data)),
            format!("expected as many elements as the shape has, found {found}")
        );
    }
}

#[test]
fn settings_nested_beyond_reason_are_refused() {
    let mut nested = Setting::default();
    let mut bytes = Vec::new();
    for _ in 0..200 {
        let list = SettingList {
            values: vec![nested],
        };
        nested = Setting {
            kind: Some(setting::Kind::List(list)),
        };
    }
    let session = SessionStart {
        hparams: [("deep".to_owned(), nested)].into(),
        ..SessionStart::default()
    };
    let data = Some(hparams_plugin_data::Data::SessionStart(session));
    HparamsPluginData { version: 0, data }
        .encode(&mut bytes)
        .unwrap();
    let message = content(of_plugin("hparams", bytes, None));
    assert_eq!(
        message,
        "expected settings that are nested at most 100 deep, found deeper ones"
    );
}

#[test]
fn old_histograms_end_at_the_smallest_and_the_largest_value() {
    let histogram = |bucket_limit: &[f64], bucket: &[f64]| {
        let data = value::Data::Histo(Histogram {
            min: -1.0,
            max: 2.5,
            bucket_limit: bucket_limit.to_vec(),
            bucket: bucket.to_vec(),
            ..Histogram::default()
        });
        content(of_plugin("histograms", Vec::new(), Some(data)))
    };
    assert_eq!(
        histogram(&[-2.0, 0.0, 1.0, 3.0, f64::MAX], &[0.0, 1.0, 0.0, 2.0, 0.0]),
        "Histogram(Buckets { left: [-1.0, 0.0, 1.0], right: [0.0, 1.0, 2.5], count: [1.0, 0.0, 2.0] })"
    );
    assert_eq!(
        histogram(&[0.0, 1.0], &[0.0, 0.0]),
        "Histogram(Buckets { left: [], right: [], count: [] })"
    );
    assert_eq!(
        histogram(&[0.0], &[]),
        "expected a histogram with as many counts as limits, found 0 counts and 1 limits"
    );
}

fn text() -> impl Strategy<Value = String> {
    "[a-zß]{0,4}"
}

fn list<T: Strategy>(item: T) -> impl Strategy<Value = Vec<T::Value>> {
    prop::collection::vec(item, 0..4)
}

fn settings() -> impl Strategy<Value = Setting> {
    let leaf = prop_oneof![
        Just(None),
        Just(Some(setting::Kind::Null(0))),
        any::<f64>().prop_map(|it| Some(setting::Kind::Number(it))),
        text().prop_map(|it| Some(setting::Kind::Text(it))),
        any::<bool>().prop_map(|it| Some(setting::Kind::Bool(it))),
    ]
    .prop_map(|kind| Setting { kind });
    leaf.prop_recursive(3, 8, 3, |inner| {
        let fields = prop::collection::hash_map(text(), inner.clone(), 0..3);
        let kind = prop_oneof![
            fields.prop_map(|fields| setting::Kind::Struct(SettingStruct { fields })),
            list(inner).prop_map(|values| setting::Kind::List(SettingList { values })),
        ];
        kind.prop_map(|kind| Setting { kind: Some(kind) })
    })
}

fn hparams() -> impl Strategy<Value = HparamsPluginData> {
    let domain = prop_oneof![
        list(settings()).prop_map(|values| hparam_info::Domain::Discrete(SettingList { values })),
        any::<(f64, f64)>().prop_map(|(min_value, max_value)| hparam_info::Domain::Interval(
            Interval {
                min_value,
                max_value
            }
        )),
    ];
    let domain = prop::option::of(domain);
    let info = (text(), text(), text(), -1..5i32, domain, any::<bool>()).prop_map(
        |(name, display_name, description, r#type, domain, differs)| HparamInfo {
            name,
            display_name,
            description,
            r#type,
            domain,
            differs,
        },
    );
    let name = (text(), text()).prop_map(|(group, tag)| MetricName { group, tag });
    let metric = (prop::option::of(name), text(), text(), -1..4i32).prop_map(
        |(name, display_name, description, dataset_type)| MetricInfo {
            name,
            display_name,
            description,
            dataset_type,
        },
    );
    let experiment = (
        text(),
        text(),
        any::<f64>(),
        list(info),
        list(metric),
        text(),
    )
        .prop_map(
            |(description, user, time_created_secs, hparam_infos, metric_infos, name)| Experiment {
                description,
                user,
                time_created_secs,
                hparam_infos,
                metric_infos,
                name,
            },
        );
    let hparams = prop::collection::hash_map(text(), settings(), 0..4);
    let start = (hparams, text(), text(), text(), any::<f64>()).prop_map(
        |(hparams, model_uri, monitor_url, group_name, start_time_secs)| SessionStart {
            hparams,
            model_uri,
            monitor_url,
            group_name,
            start_time_secs,
        },
    );
    let end = (-1..5i32, any::<f64>()).prop_map(|(status, end_time_secs)| SessionEnd {
        status,
        end_time_secs,
    });
    let data = prop_oneof![
        experiment.prop_map(hparams_plugin_data::Data::Experiment),
        start.prop_map(hparams_plugin_data::Data::SessionStart),
        end.prop_map(hparams_plugin_data::Data::SessionEnd),
    ];
    (0..2i32, prop::option::of(data))
        .prop_map(|(version, data)| HparamsPluginData { version, data })
}

fn layouts() -> impl Strategy<Value = Layout> {
    let margin = (text(), text(), text()).prop_map(|(value, lower, upper)| Margin {
        value,
        lower,
        upper,
    });
    let content = prop_oneof![
        list(text()).prop_map(|tag| chart::Content::Multiline(Multiline { tag })),
        list(margin).prop_map(|series| chart::Content::Margin(MarginChart { series })),
    ];
    let chart =
        (text(), prop::option::of(content)).prop_map(|(title, content)| Chart { title, content });
    let category =
        (text(), list(chart), any::<bool>()).prop_map(|(title, chart, closed)| Category {
            title,
            chart,
            closed,
        });
    (0..2i32, list(category)).prop_map(|(version, category)| Layout { version, category })
}

/// The message, with some of it written twice: pieces of a message are one.
fn doubled(message: &[u8], from: f64) -> Vec<u8> {
    let mut bytes = message.to_vec();
    bytes.extend_from_slice(&message[(from * message.len() as f64) as usize..]);
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn hparams_are_read_as_prost_reads_them(message in hparams(), from in 0.0..=1.0f64) {
        let message = message.encode_to_vec();
        compare(&payload(of_plugin("hparams", message.clone(), None)));
        compare(&payload(of_plugin("hparams", doubled(&message, from), None)));
    }

    #[test]
    fn layouts_are_read_as_prost_reads_them(message in layouts(), from in 0.0..=1.0f64) {
        let message = message.encode_to_vec();
        for string in [message.clone(), doubled(&message, from)] {
            let tensor = Tensor { dtype: 7, string_val: vec![string], ..Tensor::default() };
            let data = Some(value::Data::Tensor(tensor));
            compare(&payload(of_plugin("custom_scalars", Vec::new(), data)));
        }
    }

    #[test]
    fn meshes_are_read_as_prost_reads_them(
        (name, content_type, json_config) in (text(), -1..6i32, text()),
        (shape, components) in (list(any::<i32>()), any::<u32>()),
    ) {
        let message = MeshPluginData { version: 0, name, content_type, json_config, shape, components };
        let data = Some(value::Data::Tensor(Tensor { dtype: 1, ..Tensor::default() }));
        let value = of_plugin("mesh", message.encode_to_vec(), data);
        compare(&payload(value.clone()));
        let payload = payload(value);
        let value = decode(&payload).unwrap().values().next().unwrap().unwrap();
        let content = value.content(Kind::Mesh, Metadata::default());
        prop_assert!(matches!(content, Ok(Content::Mesh(_))));
    }

    #[test]
    fn no_bytes_make_a_decoder_panic(
        bytes in prop::collection::vec(any::<u8>(), 0..60),
        plugin in prop_oneof![Just("hparams"), Just("mesh"), Just("images"), Just("audio")],
    ) {
        let tensor = Tensor { dtype: 7, string_val: vec![bytes.clone(); 3], ..Tensor::default() };
        let data = Some(value::Data::Tensor(tensor));
        compare(&payload(of_plugin(plugin, bytes, data)));
    }
}
