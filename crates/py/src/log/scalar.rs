//! Numbers.

use lightboard_events::encode::{self, Scalar};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyFloat, PyInt, PyString};

use super::{NOT_PLAIN, Writer};

#[pymethods]
impl Writer {
    #[expect(
        clippy::too_many_arguments,
        reason = "one call a record: a struct would have to be built in Python"
    )]
    fn add_scalar(
        &self,
        py: Python<'_>,
        file: usize,
        tag: &Bound<'_, PyAny>,
        value: &Bound<'_, PyAny>,
        step: &Bound<'_, PyAny>,
        wall_time: &Bound<'_, PyAny>,
        new_style: &Bound<'_, PyAny>,
        double_precision: &Bound<'_, PyAny>,
    ) -> u8 {
        let Ok(tag) = tag.cast::<PyString>() else {
            return NOT_PLAIN;
        };
        let (Ok(tag), Some(value), Some(step)) =
            (tag.to_str(), plain_float(value), plain_step(step))
        else {
            return NOT_PLAIN;
        };
        let wall_time = match (wall_time.is_none(), plain_float(wall_time)) {
            (true, _) => None,
            (false, Some(wall_time)) => Some(wall_time),
            (false, None) => return NOT_PLAIN,
        };
        let value = match (new_style.extract(), double_precision.extract()) {
            (Ok(false), Ok(_)) => Scalar::Simple(value as f32),
            (Ok(true), Ok(false)) => Scalar::Float(value as f32),
            (Ok(true), Ok(true)) => Scalar::Double(value),
            _ => return NOT_PLAIN,
        };
        self.add(py, file, wall_time, |out, wall_time| {
            encode::scalar(out, wall_time, step, tag, value);
        })
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "one call a record: a struct would have to be built in Python"
    )]
    fn add_described_scalar(
        &self,
        py: Python<'_>,
        file: usize,
        tag: &str,
        value: f64,
        display_name: &str,
        description: &str,
        step: i64,
        wall_time: Option<f64>,
    ) -> u8 {
        let words = (display_name, description);
        self.add(py, file, wall_time, |out, wall_time| {
            encode::described_scalar(out, wall_time, step, tag, value as f32, words);
        })
    }

    /// Several numbers of one moment, in one record.
    fn add_scalars(
        &self,
        py: Python<'_>,
        file: usize,
        values: &Bound<'_, PyAny>,
        step: &Bound<'_, PyAny>,
        wall_time: Option<f64>,
    ) -> u8 {
        let (Ok(values), Some(step)) = (values.cast_exact::<PyDict>(), plain_step(step)) else {
            return NOT_PLAIN;
        };
        let mut scalars = Vec::with_capacity(values.len());
        for (tag, value) in values {
            let (Ok(tag), Some(value)) = (tag.cast_into::<PyString>(), plain_float(&value)) else {
                return NOT_PLAIN;
            };
            if tag.to_str().is_err() {
                return NOT_PLAIN;
            }
            scalars.push((tag, value as f32));
        }
        self.add(py, file, wall_time, |out, wall_time| {
            let scalars = scalars
                .iter()
                .map(|(tag, value)| (tag.to_str().unwrap_or_default(), *value));
            encode::scalars(out, wall_time, step, scalars);
        })
    }
}

/// The value of a float (also of a subclass, such as NumPy's float64) or of an int that a float can hold.
#[inline]
fn plain_float(value: &Bound<'_, PyAny>) -> Option<f64> {
    if let Ok(value) = value.cast::<PyFloat>() {
        return Some(value.value());
    }
    value.cast_exact::<PyInt>().ok()?.extract().ok()
}

#[inline]
fn plain_step(step: &Bound<'_, PyAny>) -> Option<i64> {
    step.cast_exact::<PyInt>().ok()?.extract().ok()
}
