//! Numbers that are quickly had: Python's own, NumPy's, and what torch holds in the host's memory. All others, and all
//! refusals, are `lightboard.log.numbers`'.

use std::sync::Mutex;

use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyType};

/// The value of a float (also of a subclass, such as NumPy's float64), of an int that a float can hold, of a NumPy scalar
/// or of a tensor in the host's memory.
#[inline]
pub(super) fn plain_float(value: &Bound<'_, PyAny>) -> Option<f64> {
    if let Ok(value) = value.cast::<PyFloat>() {
        return Some(value.value());
    }
    if value.cast_exact::<PyInt>().is_ok() {
        return value.extract().ok();
    }
    other_number(value)
}

#[cold]
fn other_number(value: &Bound<'_, PyAny>) -> Option<f64> {
    if is_numpy_scalar(value) {
        return value.extract().ok();
    }
    // Torch's; one on a device would have to be waited for.
    let is_on_host = value.getattr_opt("is_cpu").ok()??;
    if !is_on_host.cast_exact::<PyBool>().ok()?.is_true() {
        return None;
    }
    let number = value.call_method0("item").ok()?;
    match number.cast::<PyFloat>() {
        Ok(number) => Some(number.value()),
        Err(_) => number.cast::<PyInt>().ok()?.extract().ok(),
    }
}

/// The value of an int that fits.
#[inline]
pub(super) fn plain_step(step: &Bound<'_, PyAny>) -> Option<i64> {
    step.cast_exact::<PyInt>().ok()?.extract().ok()
}

#[inline]
pub(super) fn plain_bool(value: &Bound<'_, PyAny>) -> Option<bool> {
    Some(value.cast_exact::<PyBool>().ok()?.is_true())
}

/// What is no wall time, or not quickly had.
pub(super) struct NotPlain;

/// The wall time that a record is given: none is the present one.
#[inline]
pub(super) fn plain_wall_time(wall_time: &Bound<'_, PyAny>) -> Result<Option<f64>, NotPlain> {
    if wall_time.is_none() {
        return Ok(None);
    }
    plain_float(wall_time).map(Some).ok_or(NotPlain)
}

/// Whether `value` is one of NumPy's real numbers. Looks for NumPy among what is imported, and imports nothing.
fn is_numpy_scalar(value: &Bound<'_, PyAny>) -> bool {
    // Nothing here waits, as PyO3's cells do: a thread that a fork cut off while it filled one would be waited for in the
    // child for ever.
    static TYPES: Mutex<Option<Vec<Py<PyType>>>> = Mutex::new(None);
    let kind = value.get_type();
    if let Ok(kept) = TYPES.try_lock()
        && let Some(types) = kept.as_ref()
    {
        return types.iter().any(|known| known.is(&kind));
    }
    let Ok(types) = numpy_scalars(value.py()) else {
        return false;
    };
    let is_one = types.iter().any(|known| known.is(&kind));
    if let Ok(mut kept) = TYPES.try_lock() {
        *kept = Some(types);
    }
    is_one
}

fn numpy_scalars(py: Python<'_>) -> PyResult<Vec<Py<PyType>>> {
    const NAMES: [&str; 10] = [
        "float32", "float16", "int64", "int32", "int16", "int8", "uint64", "uint32", "uint16",
        "uint8",
    ];
    let modules = py
        .import("sys")?
        .getattr("modules")?
        .cast_into::<PyDict>()?;
    let numpy = modules.as_any().get_item("numpy")?;
    NAMES
        .iter()
        .map(|name| Ok(numpy.getattr(*name)?.cast_into::<PyType>()?.unbind()))
        .collect()
}
