//! What is encoded equals, byte for byte, what prost makes of the same message.

mod oracle;

use lightboard_events::{HEADER, OVERHEAD, Scan, Scanner, encode};
use oracle::compare;
use oracle::messages::{
    Dim, Event, PluginData, Shape, Summary, SummaryMetadata, Tensor, Value, event, value,
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
        Scan::Record { payload, .. } => assert_eq!(payload.len() + OVERHEAD, record.len()),
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

proptest! {
    #[test]
    fn text(wall in 0.1..1e12, step: i64, tag in ".{0,200}", text in ".{0,300}") {
        let tensor = Tensor {
            dtype: 7,
            shape: Some(shape(&[1])),
            string_val: vec![text.clone().into_bytes()],
            ..Tensor::default()
        };
        let value = Value {
            tag: tag.clone(),
            data: Some(value::Data::Tensor(tensor)),
            metadata: Some(metadata("text", Vec::new(), 0)),
            ..Value::default()
        };
        let found = payload(|out| encode::text(out, wall, step, &tag, &text));
        prop_assert_eq!(found, expected(wall, step, vec![value]));
    }
}
