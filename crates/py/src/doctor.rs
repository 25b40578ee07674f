//! `lightboard._core.audit_file`: what the doctor reads of event files.

use std::ffi::OsStr;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::time::Duration;

use pyo3::exceptions::PyOSError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

#[pyfunction]
pub(crate) fn audit_file(path: &Bound<'_, PyAny>, budget: f64) -> PyResult<String> {
    let file = file_path(path)?;
    // A budget that no clock reaches is none.
    let budget = Duration::try_from_secs_f64(budget.max(0.0)).unwrap_or(Duration::MAX);
    path.py()
        .detach(|| lightboard_doctor::files::audit(&file, budget))
        .map_err(|error| os_error(&error, path))
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
