//! What is a tensor: tensors themselves, curves and meshes.
#![expect(
    clippy::too_many_arguments,
    reason = "one call a record: a struct would have to be built in Python"
)]
#![expect(
    clippy::needless_pass_by_value,
    reason = "what is extracted from Python is owned"
)]

use std::io::Read;

use lightboard_events::MeshPart;
use lightboard_events::encode::{self, Pieces};
use pyo3::buffer::{PyBuffer, PyUntypedBuffer};
use pyo3::prelude::*;

use super::array::array_of;
use super::{SPOOLED, Writer, aside, elements, fits_into_record};

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
        let mut copy = Vec::new();
        let elements = if let Some(elements) = array.contiguous() {
            elements
        } else {
            let size = array.len_bytes();
            if size > SPOOLED {
                fits_into_record(tag, size)?;
                let wrap = |out: &mut Pieces<'_>, wall_time, elements| {
                    let shape = &shape[..];
                    encode::tensor_elsewhere(out, wall_time, step, tag, data_type, shape, elements);
                };
                let added = self.add_spooled(py, file, wall_time, size, || array.bytes(), wrap);
                if let Some(added) = added {
                    return Ok(added);
                }
            }
            aside(py, size, || array.bytes().read_to_end(&mut copy))?;
            &copy
        };
        let size = tag.len() + 16 * shape.len() + elements.len();
        self.add_sized(py, file, tag, wall_time, size, |out, wall_time| {
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
