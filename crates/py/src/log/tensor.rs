//! What is a tensor: tensors themselves, curves and meshes.
#![expect(
    clippy::too_many_arguments,
    reason = "one call a record: a struct would have to be built in Python"
)]
#![expect(
    clippy::needless_pass_by_value,
    reason = "what is extracted from Python is owned"
)]

use lightboard_events::{MeshPart, encode};
use pyo3::buffer::PyBuffer;
use pyo3::prelude::*;

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
        content: PyBuffer<u8>,
        step: i64,
        wall_time: Option<f64>,
    ) -> PyResult<u8> {
        let content = elements(&content)?;
        let size = tag.len() + 16 * shape.len() + content.len();
        self.add_sized(py, file, tag, wall_time, size, |out, wall_time| {
            encode::tensor(out, wall_time, step, tag, data_type, &shape, content);
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
        parts: [Option<PyBuffer<f32>>; 3],
        config: &str,
        step: i64,
        wall_time: Option<f64>,
    ) -> PyResult<u8> {
        let kinds = [MeshPart::Vertex, MeshPart::Face, MeshPart::Color];
        let mut numbers = Vec::new();
        for (part, buffer) in kinds.into_iter().zip(&parts) {
            if let Some(buffer) = buffer {
                numbers.push(encode::Part {
                    part,
                    shape: buffer.shape().try_into()?,
                    numbers: elements(buffer)?,
                });
            }
        }
        let parts = numbers;
        let size = parts
            .iter()
            .map(|it| 2 * tag.len() + config.len() + size_of_val(it.numbers))
            .sum();
        self.add_sized(py, file, tag, wall_time, size, |out, wall_time| {
            encode::mesh(out, wall_time, step, tag, config, &parts);
        })
    }
}
