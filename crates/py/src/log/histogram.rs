//! Histograms.
#![expect(
    clippy::too_many_arguments,
    reason = "one call a record: a struct would have to be built in Python"
)]
#![expect(
    clippy::needless_pass_by_value,
    reason = "what is extracted from Python is owned"
)]

use lightboard_events::{Moments, Number, encode};
use lightboard_log::{Counted, Histogram, Tally};
use pyo3::buffer::{PyBuffer, PyUntypedBuffer};
use pyo3::prelude::*;

use super::array::{array_of, number_of};
use super::{Writer, aside};

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
        let (array, number) = (array_of(&values)?, number_of(&values)?);
        let histogram = match (number, array.contiguous()) {
            (Number::F32, Some(elements)) => {
                let values = elements.as_chunks().0.iter().copied();
                let values = values.map(|it| f32::from_ne_bytes(it).into());
                aside(py, bytes, || Histogram::of(values, counted, max_bins))
            }
            (Number::F64, Some(elements)) => {
                let values = elements.as_chunks().0.iter().copied();
                let values = values.map(f64::from_ne_bytes);
                aside(py, bytes, || Histogram::of(values, counted, max_bins))
            }
            _ => aside(py, bytes, || {
                let mut tally = Tally::new(counted);
                array.numbers(number, |values| tally.add(values.iter().copied()));
                tally.histogram(max_bins)
            }),
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
