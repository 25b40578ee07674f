//! What is a tensor: tensors themselves, curves and meshes.
#![expect(
    clippy::too_many_arguments,
    reason = "one call a record: a struct would have to be built in Python"
)]
#![expect(
    clippy::needless_pass_by_value,
    reason = "what is extracted from Python is owned"
)]

use lightboard_arrays::Floats;
use lightboard_events::MeshPart;
use lightboard_events::encode;
use pyo3::buffer::{PyBuffer, PyUntypedBuffer};
use pyo3::prelude::*;

use super::array::{array_of, number_of};
use super::{Writer, elements};

#[pymethods]
impl Writer {
    fn add_tensor(
        &self,
        py: Python<'_>,
        file: usize,
        tag: &str,
        data_type: i32,
        shape: Vec<usize>,
        elements: &Bound<'_, PyAny>,
        step: i64,
        wall_time: Option<f64>,
    ) -> PyResult<u8> {
        let buffer = PyUntypedBuffer::get(elements)?;
        let array = array_of(&buffer)?;
        let size = tag.len() + 16 * shape.len() + array.len_bytes();
        self.add_sized(py, file, tag, wall_time, size, |out, wall_time| {
            let elements = array.elements();
            encode::tensor(out, wall_time, step, tag, data_type, &shape, elements);
        })
    }

    fn add_pr_curve(
        &self,
        py: Python<'_>,
        file: usize,
        tag: &str,
        thresholds: u32,
        rows: PyBuffer<f32>,
        step: i64,
        wall_time: Option<f64>,
    ) -> PyResult<u8> {
        let rows = elements(&rows)?;
        let size = tag.len() + size_of_val(rows);
        self.add_sized(py, file, tag, wall_time, size, |out, wall_time| {
            encode::pr_curve(out, wall_time, step, tag, thresholds, rows);
        })
    }

    fn add_mesh(
        &self,
        py: Python<'_>,
        file: usize,
        tag: &str,
        parts: [Option<Bound<'_, PyAny>>; 3],
        config: &str,
        step: i64,
        wall_time: Option<f64>,
    ) -> PyResult<u8> {
        let kinds = [MeshPart::Vertex, MeshPart::Face, MeshPart::Color];
        let mut buffers = Vec::new();
        for (part, array) in kinds.into_iter().zip(&parts) {
            if let Some(array) = array {
                buffers.push((part, PyUntypedBuffer::get(array)?));
            }
        }
        let mut floats = Vec::new();
        for (part, buffer) in &buffers {
            let numbers = Floats::of(array_of(buffer)?, number_of(buffer)?);
            floats.push((part, buffer.shape().try_into()?, numbers));
        }
        let parts: Vec<_> = floats
            .iter()
            .map(|(part, shape, numbers)| encode::Part {
                part: **part,
                shape: *shape,
                numbers: numbers.bytes(),
            })
            .collect();
        let size = parts
            .iter()
            .map(|it| 2 * tag.len() + config.len() + it.numbers.size())
            .sum();
        self.add_sized(py, file, tag, wall_time, size, |out, wall_time| {
            encode::mesh(out, wall_time, step, tag, config, &parts);
        })
    }
}
