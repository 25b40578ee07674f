//! Graphs.

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
        Ok(self.add(py, file, wall_time, |out, wall_time| {
            graph::graph(out, wall_time, &nodes);
        }))
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
