//! Embeddings: files that are written by a thread of the writer.

use std::io::{BufReader, Cursor, Read, Write};
use std::path::PathBuf;

use lightboard_arrays::{Array, floats, integers};
use lightboard_events::Number;
use lightboard_log::{Claimed, Element, Embedding, FileId, Media, Progress, Spool, WriteFile};
use lightboard_media::{Grid, PictureFormat};
use pyo3::buffer::PyUntypedBuffer;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;

use super::array::{array_of, number_of};
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
        let buffer = PyUntypedBuffer::get(points)?;
        let points = Points::of(&buffer)?;
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
        let embedding = Embedding {
            directory,
            folder,
            name,
            points: self.copied(py, sizes[0], || points.read()),
            element: points.element,
            shape: points.shape,
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

/// The points as they are kept until they are written.
struct Points<'a> {
    array: Array<'a>,
    number: Number,
    element: Element,
    shape: (usize, usize),
}

impl<'a> Points<'a> {
    fn of(buffer: &'a PyUntypedBuffer) -> PyResult<Self> {
        let &[rows, columns] = buffer.shape() else {
            return Err(PyTypeError::new_err(
                "points: expected an array of two dimensions",
            ));
        };
        let number = number_of(buffer)?;
        Ok(Self {
            array: array_of(buffer)?,
            number,
            element: match number {
                Number::Bool => Element::Bool,
                Number::I8 | Number::I16 | Number::I32 | Number::I64 => Element::I64,
                Number::U8 | Number::U16 | Number::U32 | Number::U64 => Element::U64,
                Number::F64 => Element::F64,
                _ => Element::F32,
            },
            shape: (rows, columns),
        })
    }

    fn len_bytes(&self) -> usize {
        self.array.len_bytes() / self.number.size() * self.element.size()
    }

    fn read(&self) -> impl Read + use<'a> {
        let (number, element) = (self.number, self.element);
        self.array.read(move |elements, made| match element {
            Element::Bool | Element::F64 => made.extend_from_slice(elements),
            Element::I64 | Element::U64 => integers(number, elements, |it| {
                made.extend_from_slice(&it.to_ne_bytes());
            }),
            Element::F32 => floats(number, elements, |it| {
                made.extend_from_slice(&it.to_ne_bytes());
            }),
        })
    }
}
