//! Embeddings: files that are written by a thread of the writer.

use std::io::{self, BufReader, Cursor, Read, Write};
use std::path::PathBuf;

use lightboard_arrays::{Array, floats, integers};
use lightboard_events::Number;
use lightboard_log::{
    Added, Claimed, Element, Embedding, FileId, Media, Place, Progress, Spool, WriteFile,
};
use lightboard_media::{Grid, PictureFormat};
use pyo3::buffer::PyUntypedBuffer;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;

use super::array::{array_of, number_of};
use super::media::{pixels_of, unfit};
use super::queued::copy_all;
use super::{LARGE, Writer};

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
        labels: Option<&str>,
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

        let write_points = |out: &mut dyn Write| copy_all(&mut points.read(), out);
        let write_labels =
            |out: &mut dyn Write| out.write_all(labels.unwrap_or_default().as_bytes());
        let write_pixels = |out: &mut dyn Write| match &pixels {
            Some((rows, _)) => copy_all(&mut rows.clone(), out),
            None => Ok(()),
        };
        let parts = Parts {
            points: Part {
                size: points.len_bytes(),
                write: &write_points,
            },
            labels: labels.map(|labels| Part {
                size: labels.len(),
                write: &write_labels,
            }),
            sprite: pixels.as_ref().map(|(_, outline)| Part {
                size: outline.bytes(),
                write: &write_pixels,
            }),
        };
        let (place, copies) = match py.detach(|| self.copied(FileId(file), tag, work, &parts)) {
            Ok(copied) => copied,
            Err(added) => return Ok(self.told(py, added)),
        };
        let embedding = Embedding {
            directory,
            folder,
            name,
            points: copies.points,
            element: points.element,
            shape: points.shape,
            labels: copies.labels,
            picture,
        };
        let outline = pixels.map(|(_, outline)| outline);
        let sprite = copies.sprite.zip(outline).map(|(pixels, outline)| {
            let pixels = BufReader::new(pixels);
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

/// What an embedding consists of.
struct Parts<T> {
    points: T,
    labels: Option<T>,
    sprite: Option<T>,
}

/// Bytes that are to be copied.
struct Part<'a> {
    size: usize,
    write: &'a (dyn Fn(&mut dyn Write) -> io::Result<()> + Sync),
}

impl<T> Parts<T> {
    fn iter(&self) -> impl Iterator<Item = &T> {
        [&self.points]
            .into_iter()
            .chain(&self.labels)
            .chain(&self.sprite)
    }
}

/// A copy, in a spool or in memory.
type Copied = Box<dyn Read + Send>;

impl Writer {
    /// Copies of all parts, in room for them. Where no spool can be had, all of them are in memory.
    fn copied(
        &self,
        file: FileId,
        tag: &str,
        work: usize,
        parts: &Parts<Part<'_>>,
    ) -> Result<(Place<'_>, Parts<Copied>), Added> {
        match self.copied_to(file, tag, work, parts, |part| part.size > LARGE)? {
            (place, Ok(copies)) => return Ok((place, copies)),
            (place, Err(_)) => drop(place),
        }
        match self.copied_to(file, tag, work, parts, |_| false)? {
            (place, Ok(copies)) => Ok((place, copies)),
            (place, Err(cause)) => Err(place.finish(Err(cause.into()))),
        }
    }

    fn copied_to(
        &self,
        file: FileId,
        tag: &str,
        work: usize,
        parts: &Parts<Part<'_>>,
        is_spooled: impl Fn(&Part<'_>) -> bool,
    ) -> Result<(Place<'_>, io::Result<Parts<Copied>>), Added> {
        let (large, small): (Vec<_>, Vec<_>) = parts.iter().partition(|part| is_spooled(part));
        let media = Media {
            what: format!("The embedding {tag:?}"),
            bytes: small
                .iter()
                .fold(0, |sum, part| part.size.saturating_add(sum)),
            work,
            spooled: large.iter().map(|part| Spool::cost(part.size as u64)).sum(),
            kept: true,
            tag: None,
        };
        let place = match self.inner.claim_media(file, media) {
            Claimed::Place(place) => place,
            Claimed::Refused(added) => return Err(added),
        };
        let copy = |part: &Part<'_>| self.copy_of(&place, part, is_spooled(part));
        let copies = || {
            Ok(Parts {
                points: copy(&parts.points)?,
                labels: parts.labels.as_ref().map(copy).transpose()?,
                sprite: parts.sprite.as_ref().map(copy).transpose()?,
            })
        };
        let copies = copies();
        place.goes_on(false); // What may be waited for next is the interpreter.
        Ok((place, copies))
    }

    fn copy_of(&self, place: &Place<'_>, part: &Part<'_>, spooled: bool) -> io::Result<Copied> {
        if spooled {
            let spool = Spool::fed(self.directory(), part.write, || place.goes_on(true))?;
            return Ok(Box::new(spool));
        }
        place.goes_on(false);
        let mut copy = Vec::new();
        copy.try_reserve_exact(part.size)?;
        (part.write)(&mut copy)?;
        Ok(Box::new(Cursor::new(copy)))
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
