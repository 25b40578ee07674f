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

        let sizes = [
            points.len_bytes(),
            labels.map_or(0, str::len),
            pixels.as_ref().map_or(0, |(_, outline)| outline.bytes()),
        ];
        // Where no spool can be had, there must be room for all of it in memory.
        let copied = |spooled| -> Result<_, Option<Added>> {
            let in_spools = |size: &usize| spooled && *size > LARGE;
            let (large, small): (Vec<_>, Vec<_>) = sizes.into_iter().partition(in_spools);
            let media = Media {
                what: format!("The embedding {tag:?}"),
                bytes: small.into_iter().fold(0, usize::saturating_add),
                work,
                spooled: large.into_iter().fold(0, usize::saturating_add) as u64,
                kept: true,
                tag: None,
            };
            let place = match py.detach(|| self.inner.claim_media(FileId(file), media)) {
                Claimed::Place(place) => place,
                Claimed::Refused(added) => return Err(Some(added)),
            };
            let copy = |size, write: &(dyn Fn(&mut dyn Write) -> io::Result<()> + Sync)| {
                aside(py, size, || self.copy_of(&place, in_spools(&size), write)).ok_or(None)
            };
            let points = copy(sizes[0], &|out| copy_all(&mut points.read(), out))?;
            let labels =
                labels.map(|labels| copy(sizes[1], &|out| out.write_all(labels.as_bytes())));
            let sprite = pixels
                .as_ref()
                .map(|(rows, _)| copy(sizes[2], &|out| copy_all(&mut rows.clone(), out)));
            Ok((place, points, labels.transpose()?, sprite.transpose()?))
        };
        let (place, copied_points, labels, sprite) = match copied(true).or_else(|added| match added
        {
            Some(added) => Err(added),
            None => copied(false).map_err(|added| added.unwrap_or(Added::Taken)),
        }) {
            Ok(copied) => copied,
            Err(added) => return Ok(self.told(py, added)),
        };
        let embedding = Embedding {
            directory,
            folder,
            name,
            points: copied_points,
            element: points.element,
            shape: points.shape,
            labels,
            picture,
        };
        let outline = pixels.map(|(_, outline)| outline);
        let sprite = sprite.zip(outline).map(|(pixels, outline)| {
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

impl Writer {
    /// A copy of what `write` writes, in a spool or in memory; none, if no spool can be had.
    fn copy_of(
        &self,
        place: &Place<'_>,
        spooled: bool,
        write: &(dyn Fn(&mut dyn Write) -> io::Result<()> + Sync),
    ) -> Option<Box<dyn Read + Send>> {
        if spooled {
            let spool = Spool::fed(self.directory(), write, || place.goes_on(true)).ok()?;
            return Some(Box::new(spool));
        }
        place.goes_on(false);
        let mut copy = Vec::new();
        write(&mut copy).ok()?;
        Some(Box::new(Cursor::new(copy)))
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
