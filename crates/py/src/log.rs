//! The writer of event files, as `lightboard.log` uses it. Its methods for a group of kinds have a file of their own.

mod graph;
mod histogram;
mod scalar;
mod tensor;
mod text;

pub(crate) use histogram::default_edges;

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use lightboard_log::{Added, FileId, Options};
use pyo3::exceptions::PyOSError;
use pyo3::prelude::*;

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

impl Writer {
    /// Adds the record that `encode` appends, and says what became of it.
    #[inline]
    fn add(
        &self,
        py: Python<'_>,
        file: usize,
        wall_time: Option<f64>,
        encode: impl Fn(&mut Vec<u8>, f64),
    ) -> u8 {
        loop {
            match self.inner.add(FileId(file), wall_time, &encode) {
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
