//! What was encoded elsewhere: by protobuf's classes, in programs that use them.

use lightboard_events::encode::{self, Out};
use pyo3::prelude::*;

use super::Writer;

#[pymethods]
impl Writer {
    fn add_event(&self, py: Python<'_>, file: usize, event: &[u8]) -> PyResult<u8> {
        self.add_sized(py, file, "", None, event.len(), |out, _| {
            encode::record(out, |out| out.content(event));
        })
    }

    fn add_summary(
        &self,
        py: Python<'_>,
        file: usize,
        summary: &[u8],
        step: i64,
        wall_time: Option<f64>,
    ) -> PyResult<u8> {
        self.add_sized(py, file, "", wall_time, summary.len(), |out, wall_time| {
            encode::encoded_summary(out, wall_time, step, summary);
        })
    }

    fn add_encoded_graph(
        &self,
        py: Python<'_>,
        file: usize,
        graph: &[u8],
        wall_time: Option<f64>,
    ) -> PyResult<u8> {
        self.add_sized(py, file, "", wall_time, graph.len(), |out, wall_time| {
            encode::encoded_graph(out, wall_time, graph);
        })
    }

    fn add_encoded_run_metadata(
        &self,
        py: Python<'_>,
        file: usize,
        tag: &str,
        run_metadata: &[u8],
        wall_time: Option<f64>,
    ) -> PyResult<u8> {
        let size = run_metadata.len();
        self.add_sized(py, file, tag, wall_time, size, |out, wall_time| {
            encode::encoded_run_metadata(out, wall_time, tag, run_metadata);
        })
    }
}

/// A record that holds `payload`: its length, the payload, and a checksum of each.
#[pyfunction]
pub(crate) fn frame(payload: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(payload.len() + 16);
    encode::record(&mut out, |out| out.extend_from_slice(payload));
    out
}
