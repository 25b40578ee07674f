//! Graphs (`spec/events.md`, Writing).

use super::event;
use super::wire::{bytes, integer, integer_if_any, message, text_if_any};

/// The version of TensorFlow's graph format that torch's writer states, and that readers expect beside its graphs.
const PRODUCER: i64 = 22;

/// A node of a graph: an operator, a parameter, an input or an output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Its name, unique in the graph; what stands between slashes are scopes.
    pub name: String,
    /// The operator.
    pub op: String,
    /// The names of the nodes whose first output it takes; `name:1` for the second output, and so on.
    pub inputs: Vec<String>,
    /// What else is known of it.
    pub attributes: Vec<(String, Attribute)>,
}

/// The value of an attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attribute {
    /// Text.
    Text(String),
    /// The number of a data type, as tensors have it.
    DataType(i32),
    /// A shape; -1 for a size that is not known.
    Shape(Vec<i64>),
    /// A shape for each output, where it is known.
    Shapes(Vec<Option<Vec<i64>>>),
}

/// The graph of the run.
pub fn graph(out: &mut Vec<u8>, wall_time: f64, nodes: &[Node]) {
    event(out, wall_time, 0, |out| {
        message(out, 4, |out| {
            for it in nodes {
                message(out, 1, |out| node(out, it));
            }
            message(out, 4, |out| integer(out, 1, PRODUCER));
        });
    });
}

/// What a run of the graph took on `device`: nothing that is known. TensorBoard lists it by `tag` beside the graph.
pub fn run_metadata(out: &mut Vec<u8>, wall_time: f64, tag: &str, device: &str) {
    event(out, wall_time, 0, |out| {
        message(out, 8, |out| {
            bytes(out, 1, tag.as_bytes());
            // RunMetadata { step_stats { dev_stats { device } } }
            message(out, 2, |out| {
                message(out, 1, |out| {
                    message(out, 1, |out| bytes(out, 1, device.as_bytes()));
                });
            });
        });
    });
}

fn node(out: &mut Vec<u8>, node: &Node) {
    text_if_any(out, 1, &node.name);
    text_if_any(out, 2, &node.op);
    for input in &node.inputs {
        bytes(out, 3, input.as_bytes());
    }
    for (name, value) in &node.attributes {
        message(out, 5, |out| {
            bytes(out, 1, name.as_bytes());
            message(out, 2, |out| attribute(out, value));
        });
    }
}

fn attribute(out: &mut Vec<u8>, value: &Attribute) {
    match value {
        Attribute::Text(value) => bytes(out, 2, value.as_bytes()),
        Attribute::DataType(number) => integer(out, 6, i64::from(*number)),
        Attribute::Shape(sizes) => message(out, 7, |out| shape(out, Some(sizes))),
        Attribute::Shapes(shapes) => message(out, 1, |out| {
            for sizes in shapes {
                message(out, 7, |out| shape(out, sizes.as_deref()));
            }
        }),
    }
}

fn shape(out: &mut Vec<u8>, sizes: Option<&[i64]>) {
    let Some(sizes) = sizes else {
        integer(out, 3, 1); // unknown_rank
        return;
    };
    for &size in sizes {
        message(out, 2, |out| {
            integer_if_any(out, 1, size);
        });
    }
}
