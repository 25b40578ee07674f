//! Numbers.

use lightboard_events::Reduce;
use lightboard_events::encode::{self, Described, Scalar};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyIterator, PyString};

use super::numbers::{plain_bool, plain_float, plain_step, plain_wall_time};
use super::{NOT_PLAIN, UNUSABLE, Writer};

/// Whether it is an empty str. Not an interned one to compare with: see `numbers::is_numpy_scalar` about cells.
#[inline]
fn is_empty(text: &Bound<'_, PyAny>) -> bool {
    text.cast_exact::<PyString>()
        .is_ok_and(|text| text.len().is_ok_and(|length| length == 0))
}

/// The run's own file.
const RUN: usize = 0;

#[pymethods]
impl Writer {
    /// What `SummaryWriter.add_scalar` is given, as it is: all that a call takes which needs nothing else is here.
    #[expect(
        clippy::too_many_arguments,
        reason = "one call a record: a struct would have to be built in Python"
    )]
    fn add_plain_scalar(
        &self,
        py: Python<'_>,
        tag: &Bound<'_, PyAny>,
        value: &Bound<'_, PyAny>,
        step: &Bound<'_, PyAny>,
        wall_time: &Bound<'_, PyAny>,
        new_style: &Bound<'_, PyAny>,
        double_precision: &Bound<'_, PyAny>,
        display_name: &Bound<'_, PyAny>,
        description: &Bound<'_, PyAny>,
    ) -> u8 {
        let (Ok(tag), Some(value)) = (tag.cast::<PyString>(), plain_float(value)) else {
            return NOT_PLAIN;
        };
        let (Ok(text), Ok(wall_time)) = (tag.to_str(), plain_wall_time(wall_time)) else {
            return NOT_PLAIN;
        };
        let (Some(new_style), Some(double_precision)) =
            (plain_bool(new_style), plain_bool(double_precision))
        else {
            return NOT_PLAIN;
        };
        if !is_empty(display_name) || !is_empty(description) {
            return NOT_PLAIN;
        }
        let step = if step.is_none() {
            if !self.inner.is_usable() {
                return UNUSABLE; // Before the step is counted.
            }
            self.counted_step(py, tag)
        } else {
            plain_step(step)
        };
        let Some(step) = step else {
            return NOT_PLAIN;
        };
        let value = scalar(value, new_style, double_precision);
        self.add(py, RUN, wall_time, |out, wall_time| {
            encode::scalar(out, wall_time, step, text, value);
        })
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "one call a record: a struct would have to be built in Python"
    )]
    fn add_scalar(
        &self,
        py: Python<'_>,
        file: usize,
        tag: &str,
        value: f64,
        step: i64,
        wall_time: Option<f64>,
        new_style: bool,
        double_precision: bool,
    ) -> u8 {
        let value = scalar(value, new_style, double_precision);
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
        reduce: Option<&str>,
        step: i64,
        wall_time: Option<f64>,
    ) -> PyResult<u8> {
        let reduce = reduce.map(known_reduce).transpose()?;
        let described = Described {
            display_name,
            description,
            reduce,
        };
        Ok(self.add(py, file, wall_time, |out, wall_time| {
            encode::described_scalar(out, wall_time, step, tag, value as f32, described);
        }))
    }

    /// Several numbers of one moment, in one record, as `SummaryWriter.log` is given them.
    fn add_plain_scalars(
        &self,
        py: Python<'_>,
        values: &Bound<'_, PyAny>,
        step: &Bound<'_, PyAny>,
        wall_time: &Bound<'_, PyAny>,
        counter: &Bound<'_, PyIterator>,
    ) -> u8 {
        let (Ok(values), Ok(wall_time)) =
            (values.cast_exact::<PyDict>(), plain_wall_time(wall_time))
        else {
            return NOT_PLAIN;
        };
        // All of them first: to convert one may run a program's code, which may change the dict.
        let given: Vec<_> = values.iter().collect();
        let mut scalars = Vec::with_capacity(given.len());
        for (tag, value) in given {
            let (Ok(tag), Some(value)) = (tag.cast_into::<PyString>(), plain_float(&value)) else {
                return NOT_PLAIN;
            };
            if tag.to_str().is_err() {
                return NOT_PLAIN;
            }
            scalars.push((tag, value as f32));
        }
        let step = if step.is_none() {
            if !self.inner.is_usable() {
                return UNUSABLE; // Before the step is counted.
            }
            next_step(counter)
        } else {
            plain_step(step)
        };
        let Some(step) = step else {
            return NOT_PLAIN;
        };
        self.add(py, RUN, wall_time, |out, wall_time| {
            let scalars = scalars
                .iter()
                .map(|(tag, value)| (tag.to_str().unwrap_or_default(), *value));
            encode::scalars(out, wall_time, step, scalars);
        })
    }

    #[expect(
        clippy::needless_pass_by_value,
        reason = "what is extracted from Python is owned"
    )]
    fn add_scalars(
        &self,
        py: Python<'_>,
        file: usize,
        values: Vec<(String, f64)>,
        step: i64,
        wall_time: Option<f64>,
    ) -> u8 {
        self.add(py, file, wall_time, |out, wall_time| {
            let scalars = values.iter().map(|(tag, value)| (&tag[..], *value as f32));
            encode::scalars(out, wall_time, step, scalars);
        })
    }
}

impl Writer {
    /// The next step of a tag that was counted before.
    fn counted_step(&self, py: Python<'_>, tag: &Bound<'_, PyString>) -> Option<i64> {
        let counter = self.counters.bind(py).get_item(tag).ok()??;
        next_step(&counter.cast_into::<PyIterator>().ok()?)
    }
}

fn next_step(counter: &Bound<'_, PyIterator>) -> Option<i64> {
    counter.clone().next()?.ok()?.extract().ok()
}

fn known_reduce(word: &str) -> PyResult<Reduce> {
    Reduce::from_word(word).ok_or_else(|| {
        let words = Reduce::ALL
            .map(|it| format!("{:?}", it.as_str()))
            .join(", ");
        PyValueError::new_err(format!("reduce: expected one of {words}, found {word:?}."))
    })
}

fn scalar(value: f64, new_style: bool, double_precision: bool) -> Scalar {
    match (new_style, double_precision) {
        (false, _) => Scalar::Simple(value as f32),
        (true, false) => Scalar::Float(value as f32),
        (true, true) => Scalar::Double(value),
    }
}
