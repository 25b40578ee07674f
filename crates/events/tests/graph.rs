//! Graphs are written as prost decodes them, and read back as what they are.

use lightboard_events::encode::graph::{Attribute, Node, graph, run_metadata};
use lightboard_events::{
    Content, GraphFormat, Kind, Metadata, RUN_GRAPH_TAG, Scan, Scanner, decode,
};
use messages::{GraphDef, RunMetadata, attr_value};
use proptest::prelude::*;
use prost::Message as _;

/// The tag and the bytes of the one graph in the one record of `file`.
fn read_back(file: &[u8], expected: GraphFormat) -> (String, Vec<u8>) {
    let Scan::Record(record) = Scanner::new().next(file, true) else {
        panic!("no record in {file:02x?}");
    };
    let payload = record.payload();
    let event = decode(payload).unwrap();
    assert_eq!((event.wall_time, event.step), (1.5, 0));
    let value = event.values().next().unwrap().unwrap();
    assert_eq!(value.kind(), Kind::Graph);
    let Ok(Content::Graph(graph)) = value.content(value.kind(), Metadata::default()) else {
        panic!("no graph in {payload:02x?}");
    };
    assert_eq!(graph.format, expected);
    (value.tag.to_owned(), graph.encoded.to_vec())
}

fn written(nodes: &[Node]) -> GraphDef {
    let mut file = Vec::new();
    graph(&mut file, 1.5, nodes);
    let (tag, encoded) = read_back(&file, GraphFormat::GraphDef);
    assert_eq!(tag, RUN_GRAPH_TAG);
    GraphDef::decode(&encoded[..]).unwrap()
}

fn shape(sizes: Option<&[i64]>) -> messages::Shape {
    messages::Shape {
        dim: sizes
            .unwrap_or_default()
            .iter()
            .map(|&size| messages::Dim { size })
            .collect(),
        unknown_rank: sizes.is_none(),
    }
}

/// The node as the protobuf message that it must be read as.
fn message(node: &Node) -> messages::NodeDef {
    let value = |attribute: &Attribute| match attribute {
        Attribute::Text(text) => attr_value::Value::S(text.clone().into_bytes()),
        Attribute::DataType(number) => attr_value::Value::Type(*number),
        Attribute::Shape(sizes) => attr_value::Value::Shape(shape(Some(sizes))),
        Attribute::Shapes(shapes) => attr_value::Value::List(messages::List {
            shape: shapes.iter().map(|sizes| shape(sizes.as_deref())).collect(),
        }),
    };
    messages::NodeDef {
        name: node.name.clone(),
        op: node.op.clone(),
        input: node.inputs.clone(),
        attr: node
            .attributes
            .iter()
            .map(|(name, attribute)| {
                let value = Some(value(attribute));
                (name.clone(), messages::AttrValue { value })
            })
            .collect(),
    }
}

fn attributes() -> impl Strategy<Value = Attribute> {
    let sizes = || prop::collection::vec(any::<i64>(), 0..4);
    prop_oneof![
        any::<String>().prop_map(Attribute::Text),
        any::<i32>().prop_map(Attribute::DataType),
        sizes().prop_map(Attribute::Shape),
        prop::collection::vec(prop::option::of(sizes()), 0..4).prop_map(Attribute::Shapes),
    ]
}

fn nodes() -> impl Strategy<Value = Node> {
    (
        any::<String>(),
        "[a-z:]{0,20}",
        prop::collection::vec(any::<String>(), 0..4),
        prop::collection::btree_map(".{0,8}", attributes(), 0..4),
    )
        .prop_map(|(name, op, inputs, attributes)| Node {
            name,
            op,
            inputs,
            attributes: attributes.into_iter().collect(),
        })
}

proptest! {
    #[test]
    fn graphs_are_what_protobuf_reads(nodes in prop::collection::vec(nodes(), 0..8)) {
        let read = written(&nodes);
        prop_assert_eq!(read.node, nodes.iter().map(message).collect::<Vec<_>>());
        prop_assert_eq!(read.versions.map(|versions| versions.producer), Some(22));
    }
}

#[test]
fn a_run_tells_its_tag_and_its_device() {
    let mut file = Vec::new();
    run_metadata(&mut file, 1.5, "step1", "/device:CPU:0");
    let (tag, encoded) = read_back(&file, GraphFormat::RunMetadata);
    assert_eq!(tag, "step1");
    let read = RunMetadata::decode(&encoded[..]).unwrap();
    let devices: Vec<_> = read
        .step_stats
        .iter()
        .flat_map(|stats| &stats.dev_stats)
        .map(|stats| &stats.device)
        .collect();
    assert_eq!(devices, ["/device:CPU:0"]);
}

/// The messages as prost declares them.
mod messages {
    use std::collections::HashMap;

    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct GraphDef {
        #[prost(message, repeated, tag = "1")]
        pub(super) node: Vec<NodeDef>,
        #[prost(message, optional, tag = "4")]
        pub(super) versions: Option<Versions>,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct Versions {
        #[prost(int32, tag = "1")]
        pub(super) producer: i32,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct NodeDef {
        #[prost(string, tag = "1")]
        pub(super) name: String,
        #[prost(string, tag = "2")]
        pub(super) op: String,
        #[prost(string, repeated, tag = "3")]
        pub(super) input: Vec<String>,
        #[prost(map = "string, message", tag = "5")]
        pub(super) attr: HashMap<String, AttrValue>,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct AttrValue {
        #[prost(oneof = "attr_value::Value", tags = "1, 2, 6, 7")]
        pub(super) value: Option<attr_value::Value>,
    }

    pub(super) mod attr_value {
        #[derive(Clone, PartialEq, prost::Oneof)]
        pub(crate) enum Value {
            #[prost(message, tag = "1")]
            List(super::List),
            #[prost(bytes, tag = "2")]
            S(Vec<u8>),
            #[prost(int32, tag = "6")]
            Type(i32),
            #[prost(message, tag = "7")]
            Shape(super::Shape),
        }
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct List {
        #[prost(message, repeated, tag = "7")]
        pub(super) shape: Vec<Shape>,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct Shape {
        #[prost(message, repeated, tag = "2")]
        pub(super) dim: Vec<Dim>,
        #[prost(bool, tag = "3")]
        pub(super) unknown_rank: bool,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct Dim {
        #[prost(int64, tag = "1")]
        pub(super) size: i64,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct RunMetadata {
        #[prost(message, optional, tag = "1")]
        pub(super) step_stats: Option<StepStats>,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct StepStats {
        #[prost(message, repeated, tag = "1")]
        pub(super) dev_stats: Vec<DeviceStats>,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct DeviceStats {
        #[prost(string, tag = "1")]
        pub(super) device: String,
    }
}
