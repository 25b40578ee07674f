//! `lightboard._core.Column`: a column of Rust's, read by Python in place.

use std::ffi::{c_int, c_void};

use pyo3::ffi;
use pyo3::prelude::*;

/// Items in the machine's byte order, for the buffer protocol.
#[pyclass(frozen, module = "lightboard._core")]
pub(crate) enum Column {
    I32(Vec<i32>),
    I64(Vec<i64>),
    F64(Vec<f64>),
}

#[pymethods]
impl Column {
    #[expect(
        clippy::needless_pass_by_value,
        reason = "the signature that Python's slot has"
    )]
    unsafe fn __getbuffer__(
        slf: Bound<'_, Self>,
        view: *mut ffi::Py_buffer,
        flags: c_int,
    ) -> PyResult<()> {
        let (start, bytes) = match slf.get() {
            Self::I32(items) => (items.as_ptr().cast::<c_void>(), size_of_val(&**items)),
            Self::I64(items) => (items.as_ptr().cast(), size_of_val(&**items)),
            Self::F64(items) => (items.as_ptr().cast(), size_of_val(&**items)),
        };
        // SAFETY: the items stay where they are and as they are while the object lives, and the view, which is
        // read-only, holds a reference to it.
        let status = unsafe {
            ffi::PyBuffer_FillInfo(
                view,
                slf.as_ptr(),
                start.cast_mut(),
                bytes as isize,
                1,
                flags,
            )
        };
        if status == 0 {
            Ok(())
        } else {
            Err(PyErr::fetch(slf.py()))
        }
    }
}
