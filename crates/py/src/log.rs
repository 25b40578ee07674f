//! The writer of event files, as `lightboard.log` uses it.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use lightboard_log::{Added, FileId, Options, Scalar};
use pyo3::exceptions::PyOSError;
use pyo3::prelude::*;
use pyo3::types::{PyFloat, PyInt, PyString};

/// What became of a record: see `_core.pyi`.
const TAKEN: u8 = 0;
const TAKEN_WITH_REPORTS: u8 = 1;
const NOT_PLAIN: u8 = 2;
const UNUSABLE: u8 = 3;

/// Notices forks from here on.
#[pyfunction]
pub(crate) fn watch_forks() {
    lightboard_log::watch_forks();
}

/// One writer's files and its background thread.
#[pyclass(frozen, module = "lightboard._core")]
pub(crate) struct Writer {
    inner: lightboard_log::Writer,
}

#[pymethods]
impl Writer {
    #[new]
    fn new(
        py: Python<'_>,
        directory: PathBuf,
        suffix: String,
        purge_step: Option<i64>,
        delay_secs: f64,
    ) -> PyResult<Self> {
        let delay = Duration::try_from_secs_f64(delay_secs).unwrap_or(Duration::MAX);
        let options = Options {
            directory,
            suffix,
            purge_step,
            delay,
        };
        let inner = py
            .detach(|| lightboard_log::Writer::open(&options))
            .map_err(|error| os_error(&error, &options.directory))?;
        Ok(Self { inner })
    }

    #[getter]
    fn path(&self) -> OsString {
        self.inner.path().into()
    }

    #[getter]
    fn is_usable(&self) -> bool {
        self.inner.is_usable()
    }

    #[getter]
    fn is_closed(&self) -> bool {
        self.inner.is_closed()
    }

    #[expect(
        clippy::needless_pass_by_value,
        reason = "a path is extracted from Python by value"
    )]
    fn add_file(&self, py: Python<'_>, directory: PathBuf) -> PyResult<usize> {
        py.detach(|| self.inner.add_file(&directory))
            .map(|file| file.0)
            .map_err(|error| os_error(&error, &directory))
    }

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
        loop {
            match self
                .inner
                .add_scalar(FileId(file), wall_time, step, tag, value)
            {
                Added::Full => py.detach(|| self.inner.wait_for_room()),
                Added::Unusable => return UNUSABLE,
                _ if self.inner.is_write_through() => {
                    py.detach(|| self.inner.flush());
                    return TAKEN_WITH_REPORTS;
                }
                Added::TakenWithReports => return TAKEN_WITH_REPORTS,
                Added::Taken => return TAKEN,
            }
        }
    }

    fn flush(&self, py: Python<'_>) {
        py.detach(|| self.inner.flush());
    }

    fn write_through(&self, py: Python<'_>) {
        py.detach(|| self.inner.write_through());
    }

    fn close(&self, py: Python<'_>) {
        py.detach(|| self.inner.close());
    }

    fn reports(&self) -> Vec<(Option<i32>, OsString, String)> {
        self.inner
            .reports()
            .into_iter()
            .map(|report| (report.errno(), report.path().into(), report.to_string()))
            .collect()
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

/// The step, 0 for None.
#[inline]
fn plain_step(step: &Bound<'_, PyAny>) -> Option<i64> {
    if step.is_none() {
        Some(0)
    } else {
        step.cast_exact::<PyInt>().ok()?.extract().ok()
    }
}

/// The subclass of `OSError` that fits, with number and path.
fn os_error(error: &std::io::Error, path: &std::path::Path) -> PyErr {
    let text = error.to_string();
    let words = text.split(" (os error").next().unwrap_or(&text).to_owned();
    PyOSError::new_err((
        lightboard_log::errno(error),
        words,
        path.as_os_str().to_owned(),
    ))
}
