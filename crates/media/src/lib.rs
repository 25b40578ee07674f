//! Pixels and samples in, the bytes of files out. No I/O, no threads.
//!
//! [`Pixels`] are an array as a program holds it, in whatever order its elements lie in memory; [`Picture`] is what the
//! encoders take. Turning the one into the other is all that a caller who is in a hurry has to wait for.

mod boxes;
mod flac;
mod format;
mod gif;
mod grid;
mod jpeg;
mod pixels;
mod png;
mod resize;
mod samples;
mod wav;
mod webp;

use std::error::Error;

pub use boxes::{BoundingBox, draw};
pub use format::{PictureFormat, SoundFormat, VideoFormat};
pub use grid::Grid;
pub use pixels::Pixels;
pub use resize::{bytes_to_resize, resized};
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

/// Rows of pixels of 8 bits a channel, the channels of a pixel next to each other.
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
    /// A black picture, transparent if it has alpha.
    fn black(width: usize, height: usize, channels: usize) -> Result<Self, MediaError> {
        let unfit = || MediaError::Unfit {
            expected: "a picture that fits into memory, of at most 2³¹ − 1 pixels each way",
            found: format!("{width} × {height} pixels of {channels} channels"),
        };
        let pixels_of = |length: usize| i32::try_from(length).map(i32::unsigned_abs).ok();
        let (Some(wide), Some(high)) = (pixels_of(width), pixels_of(height)) else {
            return Err(unfit());
        };
        let size = width
            .checked_mul(height)
            .and_then(|size| size.checked_mul(channels))
            .ok_or_else(unfit)?;
        let mut pixels = Vec::new();
        pixels.try_reserve_exact(size).map_err(|_| unfit())?;
        pixels.resize(size, 0);
        Ok(Self {
            width: wide,
            height: high,
            channels: channels as u8,
            pixels,
        })
    }
}
