//! `lightboard._core.audit_file` and `recover_file`: what the doctor reads of event files, and saves of them.

use std::ffi::OsStr;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::time::Duration;

use lightboard_doctor::files::{self, RecoveryError};
use pyo3::exceptions::PyOSError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

#[pyfunction]
pub(crate) fn audit_file(path: &Bound<'_, PyAny>, budget: f64) -> PyResult<String> {
    let file = file_path(path)?;
    // A budget that no clock reaches is none.
    let budget = Duration::try_from_secs_f64(budget.max(0.0)).unwrap_or(Duration::MAX);
    path.py()
        .detach(|| files::audit(&file, budget))
        .map_err(|error| os_error(&error, path))
}

#[pyfunction]
pub(crate) fn recover_file(path: &Bound<'_, PyAny>, to: &Bound<'_, PyAny>) -> PyResult<String> {
    let (from, new) = (file_path(path)?, file_path(to)?);
    path.py()
        .detach(|| files::recover(&from, &new))
        .map_err(|error| match error {
            RecoveryError::Read(error) => os_error(&error, path),
            RecoveryError::Write(error) => os_error(&error, to),
        })
}

/// A path of either kind that Python has.
fn file_path(path: &Bound<'_, PyAny>) -> PyResult<PathBuf> {
    match path.cast::<PyBytes>() {
        Ok(bytes) => Ok(OsStr::from_bytes(bytes.as_bytes()).into()),
        Err(_) => path.extract(),
    }
}

/// The subclass of `OSError` that fits, with number and path.
fn os_error(error: &io::Error, path: &Bound<'_, PyAny>) -> PyErr {
    const EINVAL: i32 = 22;
    let text = error.to_string();
    let words = text.split(" (os error").next().unwrap_or(&text).to_owned();
    PyOSError::new_err((
        error.raw_os_error().unwrap_or(EINVAL),
        words,
        path.clone().unbind(),
    ))
}
