//! The pictures of an embedding's points, all in one.

use lightboard_media::{Grid, PictureFormat};
use pyo3::buffer::PyUntypedBuffer;
use pyo3::prelude::*;

use super::aside;
use super::media::{pixels_of, unfit};

/// A PNG of all pictures of a batch, as many in a row as there are rows.
#[pyfunction]
pub(crate) fn sprite_png(py: Python<'_>, pixels: &Bound<'_, PyAny>) -> PyResult<Vec<u8>> {
    let buffer = PyUntypedBuffer::get(pixels)?;
    let pixels = pixels_of(&buffer)?;
    let side = (pixels.batch() as f64).sqrt().ceil() as usize;
    let grid = Grid {
        columns: side,
        rows: side,
    };
    let picture =
        aside(py, buffer.len_bytes(), || pixels.picture(0, grid)).map_err(|error| unfit(&error))?;
    drop(buffer);
    py.detach(|| PictureFormat::Png.encode(&picture))
        .map_err(|error| unfit(&error))
}
