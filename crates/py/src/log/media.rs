//! Images, videos and sounds: what is encoded by threads of the writer.
//!
//! Pixels cross by the buffer protocol, in whatever order they lie in memory, and are brought to 8 bits on the way.

use std::io::{self, Read, Seek, SeekFrom};

use lightboard_events::encode::{Encoded, Pieces};
use lightboard_events::{Audio, Image, encode};
use lightboard_media::{
    self as media, BoundingBox, Drawn, Grid, MediaError, Outline, PictureFormat, Pixels, Resized,
    Samples, SoundFormat, VideoFormat,
};
use pyo3::buffer::PyUntypedBuffer;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use super::array::{array_of, memory_of, number_of};
use super::queued::{Medium, Sink, Source, wrapping};
use super::{AROUND, Writer};

/// A box in pixels, left, top, right, bottom, and its label.
type LabelledBox = (i32, i32, i32, i32, Option<String>);

/// Whether a picture can be encoded: raises `ValueError` if not.
#[pyfunction]
pub(crate) fn check_picture(
    format: &str,
    width: usize,
    height: usize,
    channels: u8,
) -> PyResult<()> {
    let format = named(format, PictureFormat::named, "png or jpeg")?;
    format
        .fits(width, height, channels)
        .map_err(|error| unfit(&error))
}

/// As `check_picture`, for videos of this shape.
#[pyfunction]
pub(crate) fn check_video(format: &str, shape: [usize; 5]) -> PyResult<()> {
    let format = named(format, VideoFormat::named, "gif or webp")?;
    let [batch, _, _, height, width] = shape;
    let Grid { columns, rows } = Grid::of_videos(batch);
    format
        .fits(width.saturating_mul(columns), height.saturating_mul(rows))
        .map_err(|error| unfit(&error))
}

/// As `check_picture`, for sounds.
#[pyfunction]
pub(crate) fn check_sound(format: &str, frames: usize, sample_rate: u32) -> PyResult<()> {
    let format = named(format, SoundFormat::named, "wav or flac")?;
    format
        .fits(frames, sample_rate)
        .map_err(|error| PyValueError::new_err(format!("snd_tensor, sample_rate: {error}.")))
}

#[pymethods]
impl Writer {
    #[expect(
        clippy::too_many_arguments,
        reason = "one call a record: a struct would have to be built in Python"
    )]
    fn add_image(
        &self,
        py: Python<'_>,
        file: usize,
        tag: String,
        pixels: &Bound<'_, PyAny>,
        boxes: Vec<LabelledBox>,
        size: Option<(usize, usize)>,
        format: &str,
        step: i64,
        wall_time: Option<f64>,
    ) -> PyResult<u8> {
        let buffer = PyUntypedBuffer::get(pixels)?;
        let pixels = pixels_of(&buffer)?;
        let format = named(format, PictureFormat::named, "png or jpeg")?;
        let grid = Grid::of_images(pixels.batch());
        let outline = pixels.outline(grid).map_err(|error| unfit(&error))?;
        let rows = pixels.rows(grid).map_err(|error| unfit(&error))?;
        let (width, height) = size.unwrap_or((outline.width as usize, outline.height as usize));
        let made = Outline::new(width, height, outline.channels).map_err(|error| unfit(&error))?;
        let boxes: Vec<_> = boxes.into_iter().map(bounding_box).collect();
        let work = [
            media::work_to_draw(outline),
            media::work_to_resize(outline, width, height),
            format.work(made),
        ];
        let series = tag.clone();
        let medium = Medium {
            noun: "image",
            tag: &series,
            read: || rows.clone(),
            size: outline.bytes(),
            encode: move |pixels: &mut dyn Source, out: &mut dyn Sink| {
                let drawn = Drawn::new(outline, pixels, boxes.clone());
                let resized = Resized::new(outline, drawn, width, height)?;
                format.encode(made, resized, out)
            },
            work: work.into_iter().fold(0, usize::saturating_add),
            encoded: made.bytes(),
            wrap: in_image(tag, step, made),
        };
        Ok(self.add_medium(py, file, wall_time, medium))
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "one call a record: a struct would have to be built in Python"
    )]
    fn add_video(
        &self,
        py: Python<'_>,
        file: usize,
        tag: String,
        pixels: &Bound<'_, PyAny>,
        fps: f64,
        format: &str,
        step: i64,
        wall_time: Option<f64>,
    ) -> PyResult<u8> {
        let buffer = PyUntypedBuffer::get(pixels)?;
        let pixels = pixels_of(&buffer)?;
        let format = named(format, VideoFormat::named, "gif or webp")?;
        let grid = Grid::of_videos(pixels.batch());
        let outline = pixels.outline(grid).map_err(|error| unfit(&error))?;
        let rows = pixels.rows(grid).map_err(|error| unfit(&error))?;
        let count = pixels.frames();
        let size = outline.bytes().saturating_mul(count);
        let series = tag.clone();
        let medium = Medium {
            noun: "video",
            tag: &series,
            read: || rows.clone(),
            size,
            encode: move |pixels: &mut dyn Source, out: &mut dyn Sink| {
                format.encode(outline, count, pixels, fps, out)
            },
            work: format.work(outline),
            encoded: size,
            wrap: in_image(tag, step, outline),
        };
        Ok(self.add_medium(py, file, wall_time, medium))
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "one call a record: a struct would have to be built in Python"
    )]
    fn add_audio(
        &self,
        py: Python<'_>,
        file: usize,
        tag: String,
        samples: &Bound<'_, PyAny>,
        sample_rate: u32,
        format: &str,
        step: i64,
        wall_time: Option<f64>,
    ) -> PyResult<u8> {
        let buffer = PyUntypedBuffer::get(samples)?;
        let &[frames, channels @ (1 | 2)] = buffer.shape() else {
            return Err(PyValueError::new_err(
                "samples: expected frames of 1 or 2 channels",
            ));
        };
        let format = named(format, SoundFormat::named, "wav or flac")?;
        let samples = Samples::new(array_of(&buffer)?, number_of(&buffer)?);
        let size = 2 * samples.count();
        let series = tag.clone();
        let medium = Medium {
            noun: "sound",
            tag: &series,
            read: || Once(samples.read()),
            size,
            encode: move |samples: &mut dyn Source, out: &mut dyn Sink| {
                format.encode(frames, channels as u16, sample_rate, samples, out)
            },
            work: format.work(),
            encoded: size.saturating_add(AROUND),
            wrap: wrapping(move |out, wall_time, encoded| {
                let audio = Audio {
                    sample_rate: sample_rate as f32,
                    channels: channels as i64,
                    frames: frames as i64,
                    encoded: &[],
                    content_type: format.media_type(),
                };
                match encoded {
                    Encoded::Here(encoded) => {
                        let audio = Audio { encoded, ..audio };
                        encode::audio(out, wall_time, step, &tag, &audio);
                    }
                    Encoded::Elsewhere(encoded) => {
                        encode::audio_elsewhere(out, wall_time, step, &tag, &audio, encoded);
                    }
                }
            }),
        };
        Ok(self.add_medium(py, file, wall_time, medium))
    }
}

/// What an encoder reads from its begin to its end.
struct Once<R>(R);

impl<R: Read> Read for Once<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.0.read(out)
    }
}

impl<R> Seek for Once<R> {
    fn seek(&mut self, _: SeekFrom) -> io::Result<u64> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

/// What appends the record of a picture, or of a video whose frames are of this size, that holds the file.
fn in_image(
    tag: String,
    step: i64,
    outline: Outline,
) -> impl for<'p> FnOnce(&mut Pieces<'p>, f64, Encoded<'p>) + Send + 'static {
    wrapping(move |out, wall_time, encoded| {
        let image = Image {
            height: outline.height as i32,
            width: outline.width as i32,
            colorspace: outline.channels.into(),
            encoded: &[],
        };
        match encoded {
            Encoded::Here(encoded) => {
                let image = Image { encoded, ..image };
                encode::image(out, wall_time, step, &tag, &image);
            }
            Encoded::Elsewhere(encoded) => {
                encode::image_elsewhere(out, wall_time, step, &tag, &image, encoded);
            }
        }
    })
}

fn named<T>(name: &str, format: impl Fn(&str) -> Option<T>, expected: &str) -> PyResult<T> {
    format(name).ok_or_else(|| {
        PyValueError::new_err(format!("format: expected {expected}, found {name:?}"))
    })
}

fn bounding_box((left, top, right, bottom, label): LabelledBox) -> BoundingBox {
    BoundingBox {
        left,
        top,
        right,
        bottom,
        label,
    }
}

/// Pixels in an array of five dimensions: batch, frames, channels, height, width.
pub(super) fn pixels_of(buffer: &PyUntypedBuffer) -> PyResult<Pixels<'_>> {
    let number = number_of(buffer)?;
    let (Ok(shape), Ok(strides)) = (
        <[usize; 5]>::try_from(buffer.shape()),
        <[isize; 5]>::try_from(buffer.strides()),
    ) else {
        return Err(PyValueError::new_err("pixels: expected five dimensions"));
    };
    let (bytes, first) = memory_of(buffer);
    Pixels::new(bytes, first, number, shape, strides).map_err(|error| unfit(&error))
}

pub(super) fn unfit(error: &MediaError) -> PyErr {
    PyValueError::new_err(format!("{error}."))
}
