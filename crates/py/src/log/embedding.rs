//! Embeddings: files that are written by a thread of the writer.

use std::io::{BufReader, Cursor, Read, Write};
use std::path::PathBuf;

use lightboard_log::{Claimed, Element, Embedding, FileId, Media, Progress, Spool, WriteFile};
use lightboard_media::{Grid, PictureFormat};
use pyo3::buffer::PyUntypedBuffer;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;

use super::media::{pixels_of, unfit};
use super::queued::copy_all;
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
        let points = PyUntypedBuffer::get(points)?;
        let (shape, element) = (shape_of(&points)?, element_of(&points)?);
        let pictures = pictures.map(PyUntypedBuffer::get).transpose()?;
        let pixels = pictures.as_ref().map(pixels_of).transpose()?;
        let pixels = pixels.map(|pixels| {
            let side = (pixels.batch() as f64).sqrt().ceil() as usize;
            let grid = Grid {
                columns: side,
                rows: side,
            };
            Ok((pixels.rows(grid)?, pixels.outline(grid)?))
        });
        let pixels = pixels.transpose().map_err(|error| unfit(&error))?;
        let picture = pictures.as_ref().map(|it| (it.shape()[4], it.shape()[3]));
        let work = pixels
            .as_ref()
            .map_or(0, |(_, outline)| PictureFormat::Png.work(*outline));

        let mut media = Media {
            what: format!("The embedding {tag:?}"),
            bytes: 0,
            work,
            spooled: 0,
            kept: true,
            tag: None,
        };
        let sizes = [
            points.len_bytes(),
            labels.as_ref().map_or(0, String::len),
            pixels.as_ref().map_or(0, |(_, outline)| outline.bytes()),
        ];
        for size in sizes {
            if size > LARGE {
                media.spooled = media.spooled.saturating_add(size as u64);
            } else {
                media.bytes += size;
            }
        }
        let place = match py.detach(|| self.inner.claim_media(FileId(file), media)) {
            Claimed::Place(place) => place,
            Claimed::Refused(added) => return Ok(self.told(py, added)),
        };
        let points = bytes_of(&points);
        let embedding = Embedding {
            directory,
            folder,
            name,
            points: self.copied(py, sizes[0], || points),
            element,
            shape,
            labels: labels.map(|labels| self.copied(py, sizes[1], || labels.as_bytes())),
            picture,
        };
        let sprite = pixels.map(|(rows, outline)| {
            let pixels = BufReader::new(self.copied(py, sizes[2], || rows.clone()));
            let write: WriteFile = Box::new(move |out: &mut dyn Write| {
                Ok(PictureFormat::Png.encode(outline, pixels, out)?)
            });
            write
        });
        let encode = move |_, progress: Progress<'_>| {
            embedding.write(sprite, progress)?;
            Ok(None)
        };
        let added = py.detach(|| place.fill(None, Box::new(encode)));
        Ok(self.told(py, added))
    }
}

impl Writer {
    /// A copy of a part of an embedding, in a spool if it is large: others have no room in memory while it waits for its
    /// turn. Where no spool can be had, it is kept in memory.
    fn copied<Source: Read>(
        &self,
        py: Python<'_>,
        size: usize,
        read: impl Fn() -> Source + Sync,
    ) -> Box<dyn Read + Send> {
        aside(py, size, || -> Box<dyn Read + Send> {
            if size > LARGE
                && let Ok(spool) = Spool::of(self.directory(), |file| copy_all(&mut read(), file))
            {
                return Box::new(spool);
            }
            let mut copy = vec![0; size];
            // From the program's memory, which has as many bytes.
            let _ = read().read_exact(&mut copy);
            Box::new(Cursor::new(copy))
        })
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
