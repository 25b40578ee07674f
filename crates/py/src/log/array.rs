//! The memory of arrays that Python lends: of any layout, and of any type of real numbers.

use std::io::Read;

use lightboard_arrays::Array;
use lightboard_events::Number;
use pyo3::buffer::PyUntypedBuffer;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use super::aside;

/// The numbers of an array, one behind the other, as little-endian float32.
#[pyfunction]
pub(crate) fn to_float32<'py>(
    py: Python<'py>,
    array: &Bound<'_, PyAny>,
) -> PyResult<Bound<'py, PyBytes>> {
    let buffer = PyUntypedBuffer::get(array)?;
    let mut floats = array_of(&buffer)?.floats(number_of(&buffer)?);
    PyBytes::new_with(py, 4 * buffer.item_count(), |out| {
        Ok(aside(py, buffer.len_bytes(), || floats.read_exact(out))?)
    })
}

/// What an array's elements are. The types that NumPy has not are records of one field, which is named as they are and
/// holds their bits.
pub(super) fn number_of(buffer: &PyUntypedBuffer) -> PyResult<Number> {
    let small = |data_type| Number::of(data_type);
    // Elements that are not aligned have the sizes of the standard, which the array tells anyhow.
    let told = buffer.format().to_bytes();
    let marks: &[u8] = if cfg!(target_endian = "little") {
        b"@=^<"
    } else {
        b"@=^>"
    };
    let format: Vec<u8> = told
        .iter()
        .copied()
        .filter(|it| !marks.contains(it))
        .collect();
    let number = match (&format[..], buffer.item_size()) {
        (b"?", 1) => Some(Number::Bool),
        (b"b", 1) => Some(Number::I8),
        (b"B", 1) => Some(Number::U8),
        (b"h", 2) => Some(Number::I16),
        (b"H", 2) => Some(Number::U16),
        (b"i" | b"l", 4) => Some(Number::I32),
        (b"I" | b"L", 4) => Some(Number::U32),
        (b"l" | b"q", 8) => Some(Number::I64),
        (b"L" | b"Q", 8) => Some(Number::U64),
        (b"e", 2) => Some(Number::F16),
        (b"f", 4) => Some(Number::F32),
        (b"d", 8) => Some(Number::F64),
        (b"T{H:bfloat16:}", 2) => Some(Number::Bf16),
        (b"T{B:float8_e5m2:}", 1) => small(24),
        (b"T{B:float8_e4m3fn:}", 1) => small(25),
        (b"T{B:float8_e4m3fnuz:}", 1) => small(26),
        (b"T{B:float8_e4m3b11fnuz:}", 1) => small(27),
        (b"T{B:float8_e5m2fnuz:}", 1) => small(28),
        _ => None,
    };
    number.ok_or_else(|| {
        PyTypeError::new_err(format!(
            "expected an array of real numbers in the machine's byte order, found the format {}",
            told.escape_ascii()
        ))
    })
}

/// An array's elements, where they lie.
pub(super) fn array_of(buffer: &PyUntypedBuffer) -> PyResult<Array<'_>> {
    let (bytes, first) = memory_of(buffer);
    let (size, shape, strides) = (buffer.item_size(), buffer.shape(), buffer.strides());
    Array::new(bytes, first, size, shape, strides)
        .ok_or_else(|| PyValueError::new_err("expected an array whose elements lie in its memory"))
}

/// The memory from the element with the lowest address to the end of that with the highest, and where in it the first
/// element begins.
pub(super) fn memory_of(buffer: &PyUntypedBuffer) -> (&[u8], usize) {
    if buffer.item_count() == 0 {
        return (&[], 0);
    }
    let (mut before, mut after) = (0, buffer.item_size());
    for (length, stride) in buffer.shape().iter().zip(buffer.strides()) {
        let span = (length - 1) * stride.unsigned_abs();
        *(if *stride < 0 { &mut before } else { &mut after }) += span;
    }
    // SAFETY: the exporter keeps the elements where they are while it lends them, which `buffer` outlives; a program
    // that writes to them in another thread gets some of both states, as it would from a copy.
    let bytes = unsafe {
        let lowest = buffer.buf_ptr().cast::<u8>().cast_const().sub(before);
        std::slice::from_raw_parts(lowest, before + after)
    };
    (bytes, before)
}
