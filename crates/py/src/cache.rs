//! `lightboard._core.list_caches` and `clear_caches`: what indexes keep on disk.

use std::path::PathBuf;

use pyo3::exceptions::PyOSError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

#[pyfunction]
pub(crate) fn list_caches(py: Python<'_>, cache_dir: PathBuf) -> Bound<'_, PyBytes> {
    let found = py.detach(move || lightboard_index::list_caches(&cache_dir));
    PyBytes::new(py, &found)
}

#[pyfunction]
#[pyo3(signature = (cache_dir, logdir = None))]
pub(crate) fn clear_caches(
    py: Python<'_>,
    cache_dir: PathBuf,
    logdir: Option<PathBuf>,
) -> PyResult<Bound<'_, PyBytes>> {
    let outcome = py.detach(move || lightboard_index::clear_caches(&cache_dir, logdir.as_deref()));
    match outcome {
        Ok(outcome) => Ok(PyBytes::new(py, &outcome)),
        Err(error) => Err(PyOSError::new_err(error.to_string())),
    }
}
