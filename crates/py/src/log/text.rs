//! Texts.

use lightboard_events::encode;
use pyo3::prelude::*;

use super::Writer;

#[pymethods]
impl Writer {
    fn add_text(
        &self,
        py: Python<'_>,
        file: usize,
        tag: &str,
        text: &str,
        step: i64,
        wall_time: Option<f64>,
    ) -> PyResult<u8> {
        let size = tag.len() + text.len();
        self.add_sized(py, file, tag, wall_time, size, |out, wall_time| {
            encode::text(out, wall_time, step, tag, text);
        })
    }
}
