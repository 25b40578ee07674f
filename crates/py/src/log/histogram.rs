//! Histograms.
#![expect(
    clippy::too_many_arguments,
    reason = "one call a record: a struct would have to be built in Python"
)]
#![expect(
    clippy::needless_pass_by_value,
    reason = "what is extracted from Python is owned"
)]

use lightboard_events::{Moments, encode};
use lightboard_log::{Counted, Histogram};
use pyo3::buffer::{PyBuffer, PyUntypedBuffer};
use pyo3::prelude::*;

use super::{Writer, aside, elements};

/// The edges between which `add_histogram` counts unless it is told otherwise.
#[pyfunction]
pub(crate) fn default_edges() -> &'static [f64] {
    lightboard_log::default_edges()
}

#[pymethods]
impl Writer {
    fn add_histogram(
        &self,
        py: Python<'_>,
        file: usize,
        tag: &str,
        values: &Bound<'_, PyAny>,
        counted: Option<(PyBuffer<f64>, PyBuffer<f64>)>,
        max_bins: Option<usize>,
        step: i64,
        wall_time: Option<f64>,
    ) -> PyResult<u8> {
        let counted = counted
            .map(|(edges, counts)| {
                let (edges, counts) = (edges.to_vec(py)?, counts.to_vec(py)?);
                PyResult::Ok(Counted { edges, counts })
            })
            .transpose()?;
        let values = PyUntypedBuffer::get(values)?;
        let bytes = values.len_bytes();
        let histogram = if let Ok(values) = values.as_typed::<f32>() {
            let values = elements(values)?.iter().copied().map(f64::from);
            aside(py, bytes, || Histogram::of(values, counted, max_bins))
        } else {
            let values = elements(values.as_typed::<f64>()?)?.iter().copied();
            aside(py, bytes, || Histogram::of(values, counted, max_bins))
        };
        let size = tag.len() + 16 * histogram.counts.len();
        self.add_sized(py, file, tag, wall_time, size, |out, wall_time| {
            encode::histogram(
                out,
                wall_time,
                step,
                tag,
                &histogram.moments,
                &histogram.limits,
                &histogram.counts,
            );
        })
    }

    fn add_histogram_raw(
        &self,
        py: Python<'_>,
        file: usize,
        tag: &str,
        moments: [f64; 5],
        limits: PyBuffer<f64>,
        counts: PyBuffer<f64>,
        step: i64,
        wall_time: Option<f64>,
    ) -> PyResult<u8> {
        let [min, max, count, sum, sum_of_squares] = moments;
        let moments = Moments {
            min,
            max,
            count,
            sum,
            sum_of_squares,
        };
        let (limits, counts) = (limits.to_vec(py)?, counts.to_vec(py)?);
        let size = tag.len() + 8 * (limits.len() + counts.len());
        self.add_sized(py, file, tag, wall_time, size, |out, wall_time| {
            encode::histogram(out, wall_time, step, tag, &moments, &limits, &counts);
        })
    }
}
