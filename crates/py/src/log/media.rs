//! Images, videos and sounds: what is encoded by threads of the writer.
//!
//! Pixels cross by the buffer protocol, in whatever order they lie in memory, and are brought to 8 bits on the way.

use std::io::Read;
use std::mem;
use std::path::Path;

use lightboard_events::{Audio, Image, encode};
use lightboard_log::{Added, FileId, GiveBack, MEDIA_CAPACITY, Media, Spool};
use lightboard_media::{
    self as media, BoundingBox, Grid, MediaError, Picture, PictureFormat, Pixels, Samples,
    SoundFormat, VideoFormat,
};
use pyo3::buffer::PyUntypedBuffer;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use super::array::{array_of, number_of};
use super::{TAKEN, TAKEN_WITH_REPORTS, UNUSABLE, Writer, aside};

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
        let mut picture = aside(py, buffer.len_bytes(), || pixels.picture(0, grid))
            .map_err(|error| unfit(&error))?;
        drop(buffer);
        let (width, height) = size.unwrap_or((picture.width as usize, picture.height as usize));
        let boxes: Vec<_> = boxes.into_iter().map(bounding_box).collect();
        let bytes = media::bytes_to_resize(&picture, width, height);
        let series = tag.clone();
        let media = sized("image", &series, bytes, move |wall_time, _| {
            media::draw(&mut picture, &boxes);
            let picture = media::resized(picture, width, height)?;
            let (outline, encoded) = (outline(&picture), format.encode(&picture)?);
            drop(picture); // Not to be held beside the record.
            Ok(record(wall_time, step, &tag, outline, &encoded))
        });
        Ok(self.add_media(py, file, wall_time, media))
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
        let grid = Grid::of_videos(pixels.batch());
        let frame = |number| pixels.picture(number, grid);
        let first = frame(0).map_err(|error| unfit(&error))?;
        let format = named(format, VideoFormat::named, "gif or webp")?;
        let series = tag.clone();
        let bytes = first.pixels.len().saturating_mul(pixels.frames());
        let outline = outline(&first);
        let (count, blank) = (
            pixels.frames(),
            Picture {
                pixels: Vec::new(),
                ..first
            },
        );
        let frame_bytes = bytes / count;
        let mut frames = (0..count).map(frame);
        if bytes <= MEDIA_CAPACITY {
            let copied = || frames.collect::<Result<Vec<_>, _>>();
            let frames = aside(py, buffer.len_bytes(), copied).map_err(|error| unfit(&error))?;
            drop(buffer);
            let encode = move |wall_time, give_back: GiveBack<'_>| {
                let mut before = 0;
                let frames = frames.into_iter().map(|frame| {
                    // The encoder asks for a frame when it is done with the one before.
                    give_back(mem::replace(&mut before, frame.pixels.len()));
                    Ok(frame)
                });
                let encoded = format.encode(frames, fps)?;
                Ok(record(wall_time, step, &tag, outline, &encoded))
            };
            let media = sized("video", &series, bytes, encode);
            return Ok(self.add_media(py, file, wall_time, media));
        }
        let spooled = py.detach(|| {
            Spool::of(self.directory(), |out| {
                frames.try_for_each(|frame| Ok(out.write_all(&frame?.pixels)?))
            })
        });
        let media = match spooled {
            Ok(mut spool) => {
                let spooled = spool.size();
                let encode = move |wall_time, _: GiveBack<'_>| {
                    let frames = (0..count).map(|_| {
                        let mut frame = blank.clone();
                        frame.pixels.resize(frame_bytes, 0);
                        spool
                            .read_exact(&mut frame.pixels)
                            .map_err(MediaError::encoder)?;
                        Ok(frame)
                    });
                    let encoded = format.encode(frames, fps)?;
                    Ok(record(wall_time, step, &tag, outline, &encoded))
                };
                Media {
                    spooled,
                    kept: true,
                    ..sized("video", &series, frame_bytes, encode)
                }
            }
            Err(Unspooled::Unfit(error)) => return Err(unfit(&error)),
            Err(Unspooled::NoFile) => {
                // There is nowhere to put a copy, so the caller has to wait.
                let wall_time = wall_time.unwrap_or_else(lightboard_log::wall_time);
                let encoded = py.detach(|| format.encode((0..count).map(frame), fps));
                let bytes = encoded.as_ref().map_or(0, Vec::len);
                let encode =
                    move |_, _: GiveBack<'_>| Ok(record(wall_time, step, &tag, outline, &encoded?));
                Media {
                    kept: true,
                    ..sized("video", &series, bytes, encode)
                }
            }
        };
        drop(buffer);
        Ok(self.add_media(py, file, wall_time, media))
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
        let bytes = 2 * samples.count();
        let samples: Vec<i16> = aside(py, bytes, || {
            let mut copy = Vec::with_capacity(bytes);
            samples.read().read_to_end(&mut copy).map(|_| copy)
        })?
        .as_chunks()
        .0
        .iter()
        .map(|sample| i16::from_le_bytes(*sample))
        .collect();
        let series = tag.clone();
        let media = sized("sound", &series, bytes, move |wall_time, _| {
            let encoded = format.encode(&samples, channels as u16, sample_rate)?;
            drop(samples); // Not to be held beside the record.
            let audio = Audio {
                sample_rate: sample_rate as f32,
                channels: channels as i64,
                frames: frames as i64,
                encoded: &encoded,
                content_type: format.media_type(),
            };
            let mut record = Vec::with_capacity(audio.encoded.len() + tag.len() + 100);
            encode::audio(&mut record, wall_time, step, &tag, &audio);
            Ok(record)
        });
        Ok(self.add_media(py, file, wall_time, media))
    }
}

impl Writer {
    /// Of the event file.
    pub(super) fn directory(&self) -> &Path {
        self.inner.path().parent().unwrap_or(Path::new("."))
    }

    pub(super) fn add_media(
        &self,
        py: Python<'_>,
        file: usize,
        wall_time: Option<f64>,
        media: Media,
    ) -> u8 {
        py.detach(
            || match self.inner.add_media(FileId(file), wall_time, media) {
                Added::Unusable => UNUSABLE,
                _ if self.inner.is_write_through() => {
                    self.inner.flush();
                    TAKEN_WITH_REPORTS
                }
                Added::TakenWithReports => TAKEN_WITH_REPORTS,
                _ => TAKEN,
            },
        )
    }
}

/// Small media of a tag, that hold so many bytes.
fn sized(
    noun: &str,
    tag: &str,
    bytes: usize,
    encode: impl FnOnce(f64, GiveBack<'_>) -> Result<Vec<u8>, MediaError> + Send + 'static,
) -> Media {
    Media {
        what: format!("The {noun} {tag:?}"),
        bytes,
        spooled: 0,
        kept: false,
        tag: Some(tag.to_owned()),
        encode: Box::new(move |wall_time, give_back| {
            encode(wall_time, give_back).map_err(Into::into)
        }),
    }
}

/// Why frames are not in a spool.
enum Unspooled {
    Unfit(MediaError),
    NoFile,
}

impl From<MediaError> for Unspooled {
    fn from(error: MediaError) -> Self {
        Self::Unfit(error)
    }
}

impl From<std::io::Error> for Unspooled {
    fn from(_: std::io::Error) -> Self {
        Self::NoFile
    }
}

/// What is said of a picture, or of a video whose first frame it is, beside the file that it becomes.
fn outline(picture: &Picture) -> Image<'static> {
    Image {
        height: picture.height as i32,
        width: picture.width as i32,
        colorspace: picture.channels.into(),
        encoded: &[],
    }
}

fn record(wall_time: f64, step: i64, tag: &str, outline: Image<'_>, encoded: &[u8]) -> Vec<u8> {
    let image = Image { encoded, ..outline };
    let mut record = Vec::with_capacity(encoded.len() + tag.len() + 100);
    encode::image(&mut record, wall_time, step, tag, &image);
    record
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
    // From the element with the lowest address to the end of that with the highest.
    let (mut before, mut after) = (0, buffer.item_size());
    for (length, stride) in shape.into_iter().zip(strides) {
        let span = length.saturating_sub(1) * stride.unsigned_abs();
        *(if stride < 0 { &mut before } else { &mut after }) += span;
    }
    let bytes = if shape.contains(&0) {
        &[][..]
    } else {
        // SAFETY: the exporter keeps the elements where they are while it lends them, which `buffer` outlives; a program
        // that writes to them in another thread gets a picture of both states, as it would from a copy.
        unsafe {
            let first = buffer.buf_ptr().cast::<u8>().cast_const().sub(before);
            std::slice::from_raw_parts(first, before + after)
        }
    };
    Pixels::new(bytes, before, number, shape, strides).map_err(|error| unfit(&error))
}

pub(super) fn unfit(error: &MediaError) -> PyErr {
    PyValueError::new_err(format!("{error}."))
}
