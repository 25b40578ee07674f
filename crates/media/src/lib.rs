//! Pixels and samples in, the bytes of files out. No files of its own, no threads.
//!
//! [`Pixels`] are an array as a program holds it, in whatever order its elements lie in memory; [`Picture`] is such pixels
//! as the encoders take them. Turning the one into the other is all that a caller who is in a hurry has to wait for.
//!
//! Encoders read what they encode and write the file as they go, in small pieces: hand them a `BufReader` and a `BufWriter`
//! of what is not in memory. Those of videos read each frame twice, first for its colours or codes. What they allocate besides, at most, `work` of each format tells.

mod bits;
mod boxes;
mod filter;
mod flac;
mod format;
mod frames;
mod gif;
mod grid;
mod huffman;
mod jpeg;
mod palette;
mod pixels;
mod png;
mod resize;
mod rows;
mod samples;
mod vp8l;
mod wav;
mod webp;
mod zlib;

use std::error::Error;
use std::io;

pub use boxes::{BoundingBox, Drawn, work_to_draw};
pub use format::{PictureFormat, SoundFormat, VideoFormat};
pub use grid::Grid;
pub use pixels::Pixels;
pub use resize::{Resized, work_to_resize};
pub use rows::Rows;
pub use samples::Samples;

/// Why something cannot be encoded.
#[derive(Debug, thiserror::Error)]
pub enum MediaError {
    /// The format, or this machine's memory, has no room for it.
    #[error("expected {expected}, found {found}")]
    Unfit {
        /// What can be encoded.
        expected: &'static str,
        /// What was to be encoded.
        found: String,
    },
    /// The encoder's own words.
    #[error(transparent)]
    Encoder(Box<dyn Error + Send + Sync>),
}

impl MediaError {
    /// The words of what failed while encoding.
    pub fn encoder(error: impl Error + Send + Sync + 'static) -> Self {
        Self::Encoder(Box::new(error))
    }
}

/// Of what is read and written.
impl From<io::Error> for MediaError {
    fn from(error: io::Error) -> Self {
        Self::encoder(error)
    }
}

/// How large a picture is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outline {
    /// Pixels in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// 2 grey and alpha, 3 RGB, 4 RGB and alpha.
    pub channels: u8,
}

impl Outline {
    /// Of a picture that can be encoded, as far as its size goes.
    ///
    /// # Errors
    /// It has no pixels, or too many each way.
    pub fn new(width: usize, height: usize, channels: u8) -> Result<Self, MediaError> {
        let side = |length: usize| i32::try_from(length).map(i32::unsigned_abs).ok();
        match (side(width), side(height)) {
            (Some(width @ 1..), Some(height @ 1..)) => Ok(Self {
                width,
                height,
                channels,
            }),
            _ => Err(MediaError::Unfit {
                expected: "at least one pixel, and at most 2³¹ − 1, each way",
                found: format!("{width} × {height} pixels"),
            }),
        }
    }

    fn too_large(self) -> MediaError {
        MediaError::Unfit {
            expected: "a picture that fits into memory",
            found: format!(
                "{} × {} pixels of {} channels",
                self.width, self.height, self.channels
            ),
        }
    }

    /// Bytes of all pixels.
    pub fn bytes(self) -> usize {
        self.row().saturating_mul(self.height as usize)
    }

    /// Bytes in a row.
    fn row(self) -> usize {
        (self.width as usize).saturating_mul(self.channels.into())
    }
}

/// Rows of pixels of 8 bits a channel, from top to bottom, the channels of a pixel next to each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Pixels in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// 2 grey and alpha, 3 RGB, 4 RGB and alpha.
    pub channels: u8,
    /// `height` × `width` × `channels` bytes.
    pub pixels: Vec<u8>,
}

impl Picture {
    /// How large it is.
    pub fn outline(&self) -> Outline {
        Outline {
            width: self.width,
            height: self.height,
            channels: self.channels,
        }
    }

    /// Reads one from the beginning of `pixels`.
    #[cfg(test)]
    fn read(outline: Outline, mut pixels: impl io::Read) -> io::Result<Self> {
        let mut read = vec![0; outline.bytes()];
        pixels.read_exact(&mut read)?;
        let Outline {
            width,
            height,
            channels,
        } = outline;
        Ok(Self {
            width,
            height,
            channels,
            pixels: read,
        })
    }
}

/// So many zeros, unless there is no memory.
fn zeros<T: Clone + Default>(count: usize) -> Option<Vec<T>> {
    let mut zeros = Vec::new();
    zeros.try_reserve_exact(count).ok()?;
    zeros.resize(count, T::default());
    Some(zeros)
}
