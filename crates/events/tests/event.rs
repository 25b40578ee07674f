//! Events are decoded as prost decodes them, and the numbers in them as TensorBoard reads them.

mod oracle;

use lightboard_events::{
    Data, DecodeError, HEADER, Kind, LoneScalar, OVERHEAD, What, decode, encode, lone_scalar,
};
use oracle::messages::{
    Event, Image, PluginData, Summary, SummaryMetadata, Tensor, Value, event, value,
};
use oracle::{compare, shape};
use prost::Message as _;

/// The payload of an event with one value.
fn payload(value: Value) -> Vec<u8> {
    let what = Some(event::What::Summary(Summary { value: vec![value] }));
    Event {
        wall_time: 1.5,
        step: 3,
        what,
        source_metadata: None,
    }
    .encode_to_vec()
}

fn tensor_value(tensor: Tensor) -> Value {
    Value {
        tag: "t".into(),
        data: Some(value::Data::Tensor(tensor)),
        ..Value::default()
    }
}

fn scalar_of(tensor: Tensor) -> Option<f64> {
    let payload = payload(tensor_value(tensor));
    compare(&payload);
    let value = decode(&payload).unwrap().values().next().unwrap().unwrap();
    value.scalar().unwrap()
}

#[test]
fn every_numeric_type_gives_its_number_from_its_field() {
    type Case = (i32, f64, fn(&mut Tensor));
    let cases: [Case; 18] = [
        (1, -2.5, |tensor| tensor.float_val = vec![-2.5]),
        (2, 0.1, |tensor| tensor.double_val = vec![0.1]),
        (3, -7.0, |tensor| tensor.int_val = vec![-7]),
        (4, 200.0, |tensor| tensor.int_val = vec![200]),
        (4, 201.0, |tensor| tensor.uint32_val = vec![201]), // as torch
        (5, -300.0, |tensor| tensor.int_val = vec![-300]),
        (6, -1.0, |tensor| tensor.int_val = vec![-1]),
        (9, -9.0, |tensor| tensor.int64_val = vec![-9]),
        (10, 1.0, |tensor| tensor.bool_val = vec![true]),
        (14, 1.0, |tensor| tensor.half_val = vec![0x3f80]),
        (17, 65535.0, |tensor| tensor.int_val = vec![65535]),
        (19, 1.5, |tensor| tensor.half_val = vec![0x3e00]),
        (19, 1.0, |tensor| tensor.half_val = vec![0x3f80_0000]), // as torch writes it
        (22, 4e9, |tensor| tensor.uint32_val = vec![4_000_000_000]),
        (23, 9_223_372_036_854_775_808.0, |tensor| {
            tensor.uint64_val = vec![1 << 63];
        }),
        (27, 30.0, |tensor| tensor.float8_val = vec![0x7f]),
        (29, -8.0, |tensor| tensor.int_val = vec![8]),
        (32, 3.0, |tensor| tensor.int_val = vec![3]),
    ];
    for (dtype, number, fill) in cases {
        for shape in [
            None,
            Some(shape(&[])),
            Some(shape(&[1])),
            Some(shape(&[1, 1, 1])),
        ] {
            let mut tensor = Tensor {
                dtype,
                shape,
                ..Tensor::default()
            };
            fill(&mut tensor);
            assert_eq!(scalar_of(tensor), Some(number), "type {dtype}");
        }
    }
}

#[test]
fn every_numeric_type_gives_its_number_from_packed_content() {
    let cases: [(i32, f64, &[u8]); 12] = [
        (1, 0.5, &0.5f32.to_le_bytes()),
        (102, 0.1, &0.1f64.to_le_bytes()), // a reference
        (6, -1.0, &[255]),
        (9, -9.0, &(-9i64).to_le_bytes()),
        (10, 1.0, &[1]),
        (14, -2.0, &0xc000u16.to_le_bytes()),
        (17, 65535.0, &[255, 255]),
        (19, (-24f64).exp2(), &[1, 0]),
        (24, 1.0, &[0x3c]),
        (25, -448.0, &[0xfe]),
        (29, -1.0, &[15]),
        (33, -6.0, &[15]),
    ];
    for (dtype, number, content) in cases {
        let tensor = Tensor {
            dtype,
            content: content.to_vec(),
            ..Tensor::default()
        };
        assert_eq!(scalar_of(tensor), Some(number), "type {dtype}");
    }
}

#[test]
fn what_is_not_one_number_is_none() {
    let tensors = [
        Tensor {
            dtype: 1,
            shape: Some(shape(&[2])),
            float_val: vec![1.0, 2.0],
            ..Tensor::default()
        },
        Tensor {
            dtype: 1,
            shape: Some(shape(&[0])),
            ..Tensor::default()
        },
        Tensor {
            dtype: 1,
            shape: Some(shape(&[-1])),
            float_val: vec![1.0],
            ..Tensor::default()
        },
        Tensor {
            dtype: 1,
            shape: Some(shape(&[i64::MAX, i64::MAX, 4])),
            ..Tensor::default()
        },
        Tensor {
            dtype: 1,
            content: vec![0; 8],
            ..Tensor::default()
        },
        Tensor {
            dtype: 7,
            string_val: vec![b"1".to_vec()],
            ..Tensor::default()
        },
        Tensor {
            dtype: 8,
            content: vec![0; 8],
            ..Tensor::default()
        },
        Tensor::default(),
    ];
    for tensor in tensors {
        assert_eq!(scalar_of(tensor.clone()), None, "{tensor:?}");
    }
}

#[test]
fn a_tensor_without_values_is_zero_as_tensorflow_has_it() {
    assert_eq!(
        scalar_of(Tensor {
            dtype: 1,
            ..Tensor::default()
        }),
        Some(0.0)
    );
}

#[test]
fn the_kind_is_the_plugins_or_else_the_datas_or_the_classs() {
    let kind = |plugin: &str, data_class, data| {
        let plugin_data = (!plugin.is_empty()).then(|| PluginData {
            plugin_name: plugin.into(),
            content: Vec::new(),
        });
        let metadata = Some(SummaryMetadata {
            plugin_data,
            data_class,
            ..SummaryMetadata::default()
        });
        let payload = payload(Value {
            tag: "t".into(),
            data,
            metadata,
            ..Value::default()
        });
        decode(&payload)
            .unwrap()
            .values()
            .next()
            .unwrap()
            .unwrap()
            .kind()
    };
    let tensor = || {
        Some(value::Data::Tensor(Tensor {
            dtype: 1,
            ..Tensor::default()
        }))
    };
    let image = |encoded: &[u8]| {
        Some(value::Data::Image(Image {
            encoded: encoded.to_vec(),
            ..Image::default()
        }))
    };
    for (plugin, expected) in [
        ("scalars", Kind::Scalar),
        ("histograms", Kind::Histogram),
        ("images", Kind::Image),
        ("audio", Kind::Audio),
        ("text", Kind::Text),
        ("pr_curves", Kind::PrCurve),
        ("mesh", Kind::Mesh),
        ("hparams", Kind::Hparams),
        ("custom_scalars", Kind::Layout),
        ("graph_keras_model", Kind::Graph),
        ("tensor", Kind::Tensor),
        ("npmi", Kind::Unknown),
    ] {
        assert_eq!(kind(plugin, 0, tensor()), expected, "{plugin}");
    }
    assert_eq!(kind("npmi", 1, tensor()), Kind::Scalar);
    assert_eq!(kind("npmi", 2, tensor()), Kind::Tensor);
    assert_eq!(kind("", 0, tensor()), Kind::Unknown);
    assert_eq!(
        kind("", 0, Some(value::Data::SimpleValue(1.0))),
        Kind::Scalar
    );
    assert_eq!(kind("", 0, image(b"\x89PNG")), Kind::Image);
    assert_eq!(kind("", 0, image(b"GIF89a")), Kind::Video);
    let webp = |flags: &[u8]| [b"RIFF\x10\0\0\0WEBPVP8X\x0a\0\0\0".as_slice(), flags].concat();
    assert_eq!(kind("", 0, image(&webp(&[0x12]))), Kind::Video);
    assert_eq!(kind("", 0, image(&webp(&[0x10]))), Kind::Image);
    assert_eq!(kind("", 0, image(&webp(&[]))), Kind::Image);
    assert_eq!(kind("hparams", 0, None), Kind::Hparams);
}

#[test]
fn a_value_that_does_not_decode_costs_only_itself() {
    let mut summary = vec![0x0a, 2, 0x0a, 9]; // a value whose tag claims nine bytes
    summary.extend(
        Summary {
            value: vec![tensor_value(Tensor {
                dtype: 1,
                ..Tensor::default()
            })],
        }
        .encode_to_vec(),
    );
    let mut payload = vec![0x2a, summary.len() as u8];
    payload.extend(summary);
    let values: Vec<_> = decode(&payload)
        .unwrap()
        .values()
        .map(|value| value.map(|value| value.tag))
        .collect();
    assert_eq!(values, [Err(DecodeError::Short), Ok("t")]);
}

#[test]
fn what_is_no_event_says_why() {
    let cases: [(&[u8], DecodeError); 7] = [
        (&[0x09, 1, 2], DecodeError::Short),
        (&[0x10, 0x80], DecodeError::Varint),
        (&[0x00, 0], DecodeError::Key),
        (&[0x0e], DecodeError::Key),
        (&[0x0a, 0], DecodeError::WireType { field: 1, found: 2 }),
        (&[0x1a, 1, 0xff], DecodeError::Text),
        (&[0x63], DecodeError::Group),
    ];
    for (payload, expected) in cases {
        assert_eq!(decode(payload).unwrap_err(), expected, "{payload:02x?}");
        compare(payload);
    }
    assert!(matches!(decode(b"").unwrap().what, What::Nothing));
}

/// As proto2 writers write repeated numbers, and TensorFlow's first versions.
#[test]
fn repeated_numbers_may_be_packed_or_not() {
    let float = |number: f32| [&[0x2d][..], &number.to_le_bytes()].concat();
    let tensor = [&[0x08, 1][..], &float(0.25), &float(9.0)].concat();
    let double = |key: u8, number: f64| [&[key][..], &number.to_le_bytes()].concat();
    let packed = [&[0x32, 8][..], &3f64.to_le_bytes()].concat();
    let histogram = [
        double(0x31, 1.0),
        double(0x31, 2.0),
        packed,
        double(0x39, 5.0),
    ]
    .concat();
    let message = |key: u8, body: &[u8]| [&[key, body.len() as u8][..], body].concat();
    let values = [message(0x42, &tensor), message(0x2a, &histogram)]
        .map(|data| message(0x0a, &data))
        .concat();
    let payload = message(0x2a, &values);
    compare(&payload);

    let values: Vec<_> = decode(&payload)
        .unwrap()
        .values()
        .map(Result::unwrap)
        .collect();
    assert_eq!(values[0].scalar(), Ok(Some(0.25)));
    let Data::Histogram(histogram) = values[1].data else {
        panic!("{values:?}")
    };
    assert_eq!(histogram.limits(), Ok(vec![1.0, 2.0, 3.0]));
    assert_eq!(histogram.counts(), Ok(vec![5.0]));
}

#[test]
fn unknown_fields_and_groups_are_skipped_and_pieces_are_one() {
    let mut payload = vec![0x63, 0x08, 1, 0x64, 0xf8, 0x07, 5]; // group 12 with a field, then field 127
    for tag in ["a", "b"] {
        let value = Value {
            tag: tag.into(),
            data: Some(value::Data::SimpleValue(1.0)),
            ..Value::default()
        };
        payload.extend(self::payload(value));
    }
    compare(&payload);
    let tags: Vec<_> = decode(&payload)
        .unwrap()
        .values()
        .map(|value| value.unwrap().tag)
        .collect();
    assert_eq!(tags, ["a", "b"]);
}

#[test]
fn groups_may_be_nested_as_deeply_as_prost_allows() {
    for depth in [1, 99, 100] {
        let payload = [vec![0x63; depth], vec![0x64; depth]].concat();
        compare(&payload);
        assert!(decode(&payload).is_ok(), "{depth}");
    }
    assert_eq!(decode(&[0x63; 10_000]).unwrap_err(), DecodeError::Group);
}

#[test]
fn very_old_writers_name_the_node() {
    let payload = payload(Value {
        node_name: "node".into(),
        data: Some(value::Data::SimpleValue(2.0)),
        ..Value::default()
    });
    let value = decode(&payload).unwrap().values().next().unwrap().unwrap();
    assert!(matches!(
        (value.tag, value.data),
        ("node", Data::SimpleValue(_))
    ));
}

/// What the writers in common use write takes the short way: their scalars, from steps of one byte to those of ten, and
/// tags of any length that has one byte.
#[test]
fn a_lone_scalar_is_read_the_short_way() {
    for step in [0, 1, 127, 128, i64::MAX, -1] {
        for tag in ["", "loss", "ünicode", &"x".repeat(118)] {
            let mut record = Vec::new();
            encode::scalar(&mut record, 1.5e9, step, tag, encode::Scalar::Simple(0.5));
            let payload = &record[HEADER..record.len() - (OVERHEAD - HEADER)];
            compare(payload);
            let scalar = lone_scalar(payload);
            let expected = LoneScalar {
                wall_time: 1.5e9,
                step,
                tag: tag.as_bytes(),
                value: 0.5,
            };
            assert_eq!(
                scalar,
                (!tag.is_empty()).then_some(expected),
                "{tag} {step}"
            );
        }
    }
}

/// Payloads near those that take the short way: each byte of one in turn is another, missing, or there twice.
#[test]
fn what_is_nearly_a_lone_scalar_is_read_as_it_is() {
    let mut record = Vec::new();
    encode::scalar(&mut record, 1.5e9, 300, "loss", encode::Scalar::Simple(0.5));
    let payload = &record[HEADER..record.len() - (OVERHEAD - HEADER)];
    for place in 0..payload.len() {
        for byte in 0..=255 {
            let mut other = payload.to_vec();
            other[place] = byte;
            compare(&other);
            other.insert(place, payload[place]);
            compare(&other);
        }
        compare(&payload[..place]);
        compare(&[&payload[..place], &payload[place + 1..]].concat());
    }
    let twice = [payload, payload].concat();
    assert_eq!(lone_scalar(&twice), None);
    compare(&twice);
}
