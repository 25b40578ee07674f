//! Graphs.

use lightboard_events::RUN_GRAPH_TAG;
use lightboard_events::encode::Out;
use lightboard_events::encode::graph::{self, Attribute, Node};
use pyo3::prelude::*;
use pyo3::types::{PyInt, PyString, PyTuple};

use super::Writer;

/// A `Node` of Python's: name, operator, inputs, attributes.
type PyNode<'py> = (
    String,
    String,
    Vec<String>,
    Vec<(String, Bound<'py, PyAny>)>,
);

#[pymethods]
impl Writer {
    fn add_graph(
        &self,
        py: Python<'_>,
        file: usize,
        nodes: Vec<PyNode<'_>>,
        wall_time: Option<f64>,
    ) -> PyResult<u8> {
        let nodes = nodes.into_iter().map(node).collect::<PyResult<Vec<_>>>()?;
        let size = nodes.iter().map(size).sum();
        self.add_sized(
            py,
            file,
            RUN_GRAPH_TAG,
            wall_time,
            size,
            |out, wall_time| {
                graph::graph(out.small(), wall_time, &nodes);
            },
        )
    }

    fn add_run_metadata(
        &self,
        py: Python<'_>,
        file: usize,
        tag: &str,
        device: &str,
        wall_time: Option<f64>,
    ) -> u8 {
        self.add(py, file, wall_time, |out, wall_time| {
            graph::run_metadata(out, wall_time, tag, device);
        })
    }
}

fn node((name, op, inputs, attributes): PyNode<'_>) -> PyResult<Node> {
    let attributes = attributes
        .into_iter()
        .map(|(name, value)| Ok((name, attribute(&value)?)))
        .collect::<PyResult<_>>()?;
    Ok(Node {
        name,
        op,
        inputs,
        attributes,
    })
}

/// About as many bytes as a node is written in; not fewer.
fn size(node: &Node) -> usize {
    /// Of a field: its key and length, and those of the messages around it.
    const AROUND: usize = 24;
    let shape = |sizes: &Vec<i64>| sizes.len() * AROUND;
    let value = |attribute: &Attribute| match attribute {
        Attribute::Text(text) => text.len(),
        Attribute::DataType(_) => 0,
        Attribute::Shape(sizes) => shape(sizes),
        Attribute::Shapes(shapes) => shapes
            .iter()
            .map(|sizes| AROUND + sizes.as_ref().map_or(0, shape))
            .sum(),
    };
    let attributes = node.attributes.iter();
    AROUND
        + node.name.len()
        + node.op.len()
        + node
            .inputs
            .iter()
            .map(|name| AROUND + name.len())
            .sum::<usize>()
        + attributes
            .map(|(name, attribute)| AROUND + name.len() + value(attribute))
            .sum::<usize>()
}

/// A str is text, an int the number of a data type, a tuple a shape, a list a shape or None for each output.
fn attribute(value: &Bound<'_, PyAny>) -> PyResult<Attribute> {
    Ok(if value.is_instance_of::<PyString>() {
        Attribute::Text(value.extract()?)
    } else if value.is_instance_of::<PyInt>() {
        Attribute::DataType(value.extract()?)
    } else if value.is_instance_of::<PyTuple>() {
        Attribute::Shape(value.extract()?)
    } else {
        Attribute::Shapes(value.extract()?)
    })
}
