//! Embeddings: files that are written by a thread of the writer.

use std::io::{Cursor, Read};
use std::path::PathBuf;

use lightboard_log::{Element, Embedding, MEDIA_CAPACITY, Media, Spool};
use lightboard_media::{Grid, PictureFormat};
use pyo3::buffer::PyUntypedBuffer;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;

use super::media::{pixels_of, unfit};
use super::{Writer, aside};

#[pymethods]
impl Writer {
    #[expect(
        clippy::too_many_arguments,
        reason = "one call an embedding: a struct would have to be built in Python"
    )]
    fn add_embedding(
        &self,
        py: Python<'_>,
        file: usize,
        tag: &str,
        directory: PathBuf,
        folder: String,
        name: String,
        points: &Bound<'_, PyAny>,
        labels: Option<String>,
        pictures: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<u8> {
        let sprite = pictures
            .map(|pictures| {
                let buffer = PyUntypedBuffer::get(pictures)?;
                let pixels = pixels_of(&buffer)?;
                let side = (pixels.batch() as f64).sqrt().ceil() as usize;
                let grid = Grid {
                    columns: side,
                    rows: side,
                };
                let each = (buffer.shape()[4], buffer.shape()[3]);
                aside(py, buffer.len_bytes(), || pixels.picture(0, grid))
                    .map(|sprite| (sprite, each))
                    .map_err(|error| unfit(&error))
            })
            .transpose()?;
        let buffer = PyUntypedBuffer::get(points)?;
        let (shape, element) = (shape_of(&buffer)?, element_of(&buffer)?);
        let mut bytes = labels.as_ref().map_or(0, String::len);
        bytes += sprite.as_ref().map_or(0, |(sprite, _)| sprite.pixels.len());
        let (points, spooled) = copied(py, &buffer, &mut bytes);
        drop(buffer);
        let (sprite, picture) = sprite.unzip();
        let embedding = Embedding {
            directory,
            folder,
            name,
            points,
            element,
            shape,
            labels,
            picture,
        };
        let media = Media {
            what: format!("The embedding {tag:?}"),
            bytes,
            spooled,
            in_turn: true,
            encode: Box::new(move |_, _| {
                let sprite = sprite
                    .map(|sprite| PictureFormat::Png.encode(&sprite))
                    .transpose()?;
                embedding.write(sprite.as_deref())?;
                Ok(Vec::new())
            }),
        };
        Ok(self.add_media(py, file, None, media))
    }
}

/// A copy of the points, in a spool if they are many, and how many bytes are there. Those in memory are added to `bytes`.
fn copied(
    py: Python<'_>,
    buffer: &PyUntypedBuffer,
    bytes: &mut usize,
) -> (Box<dyn Read + Send>, u64) {
    let points = bytes_of(buffer);
    if points.len() > MEDIA_CAPACITY {
        // Where there is no file for it either, it is too large, but kept.
        let spooled = py.detach(|| Spool::of(|out| out.write_all(points)));
        if let Ok(spool) = spooled {
            let spooled = spool.size();
            return (Box::new(spool), spooled);
        }
    }
    *bytes = bytes.saturating_add(points.len());
    let points = aside(py, points.len(), || points.to_vec());
    (Box::new(Cursor::new(points)), 0)
}

fn bytes_of(buffer: &PyUntypedBuffer) -> &[u8] {
    if buffer.item_count() == 0 {
        return &[];
    }
    // SAFETY: a contiguous array (`shape_of`), which the exporter keeps where it is while it lends it, and `buffer`
    // outlives; a program that writes to it in another thread gets some of both states, as it would from a copy.
    unsafe {
        std::slice::from_raw_parts(
            buffer.buf_ptr().cast::<u8>().cast_const(),
            buffer.len_bytes(),
        )
    }
}

fn shape_of(buffer: &PyUntypedBuffer) -> PyResult<(usize, usize)> {
    match buffer.shape() {
        &[rows, columns] if buffer.is_c_contiguous() => Ok((rows, columns)),
        _ => Err(PyTypeError::new_err(
            "points: expected a contiguous array of two dimensions",
        )),
    }
}

fn element_of(buffer: &PyUntypedBuffer) -> PyResult<Element> {
    Ok(match (buffer.format().to_bytes(), buffer.item_size()) {
        (b"?", 1) => Element::Bool,
        (b"l" | b"q", 8) => Element::I64,
        (b"L" | b"Q", 8) => Element::U64,
        (b"f", 4) => Element::F32,
        (b"d", 8) => Element::F64,
        (other, _) => {
            return Err(PyTypeError::new_err(format!(
                "points: expected bool, int64, uint64, float32 or float64, found the format {}",
                other.escape_ascii()
            )));
        }
    })
}
