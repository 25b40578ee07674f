//! Embeddings: files that are written by a thread of the writer.

use std::borrow::Cow;
use std::io::{self, Cursor, Read};
use std::mem;
use std::path::PathBuf;

use lightboard_log::{Element, Embedding, Media, Spool};
use lightboard_media::{Grid, MediaError, Picture, PictureFormat};
use pyo3::buffer::PyUntypedBuffer;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;

use super::media::{pixels_of, unfit};
use super::{LARGE, Writer, aside};

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
        let mut copies = Copies {
            bytes: labels.as_ref().map_or(0, String::len),
            spooled: 0,
        };
        let points = copies.of(py, self, Cow::Borrowed(bytes_of(&buffer)));
        drop(buffer);
        let (sprite, picture) = sprite.unzip();
        let sprite = sprite.map(|mut sprite: Picture| {
            let pixels = mem::take(&mut sprite.pixels);
            let size = pixels.len();
            (sprite, size, copies.of(py, self, Cow::Owned(pixels)))
        });
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
            bytes: copies.bytes,
            spooled: copies.spooled,
            kept: true,
            tag: None,
            encode: Box::new(move |_, give_back| {
                let sprite = sprite.map(|(mut sprite, size, mut pixels)| {
                    sprite.pixels.resize(size, 0);
                    pixels
                        .read_exact(&mut sprite.pixels)
                        .map_err(MediaError::encoder)?;
                    PictureFormat::Png.encode(&sprite)
                });
                let sprite = sprite.transpose()?;
                embedding.write(sprite.as_deref(), give_back)?;
                Ok(Vec::new())
            }),
        };
        Ok(self.add_media(py, file, None, media))
    }
}

/// Where the copies of an embedding's parts are, in bytes.
struct Copies {
    bytes: usize,
    spooled: u64,
}

impl Copies {
    /// A copy of a part, in a spool if it is large: others have no room in memory while it waits for its turn. Where no
    /// spool can be had, it is kept in memory.
    fn of(&mut self, py: Python<'_>, writer: &Writer, part: Cow<'_, [u8]>) -> Box<dyn Read + Send> {
        if part.len() > LARGE {
            let write = |out: &mut dyn io::Write| out.write_all(&part);
            if let Ok(spool) = py.detach(|| Spool::of(writer.directory(), write)) {
                self.spooled += spool.size();
                return Box::new(spool);
            }
        }
        self.bytes = self.bytes.saturating_add(part.len());
        let part = aside(py, part.len(), || part.into_owned());
        Box::new(Cursor::new(part))
    }
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
