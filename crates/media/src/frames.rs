//! Frames of a video row by row, each as often as an encoder needs it.

use std::io::{Read, Seek};

use crate::{MediaError, Outline};

/// RGB and alpha.
pub(crate) type Pixel = [u8; 4];

/// Reads the rows of one frame after the other as RGB and alpha.
pub(crate) struct Frames<R> {
    pixels: R,
    outline: Outline,
    row: Vec<u8>,
    expanded: Vec<Pixel>,
}

impl<R: Read + Seek> Frames<R> {
    /// Of frames with this outline, whose `pixels` lie one behind the other.
    pub(crate) fn new(outline: Outline, pixels: R) -> Self {
        Self {
            pixels,
            outline,
            row: vec![0; outline.row()],
            expanded: vec![[0; 4]; outline.width as usize],
        }
    }

    /// Gives `each` the rows of the next frame.
    pub(crate) fn rows(
        &mut self,
        mut each: impl FnMut(&[Pixel]) -> Result<(), MediaError>,
    ) -> Result<(), MediaError> {
        for _ in 0..self.outline.height {
            self.pixels.read_exact(&mut self.row)?;
            let expanded = self.expanded.iter_mut();
            match self.outline.channels {
                2 => {
                    for (pixel, &[grey, alpha]) in expanded.zip(self.row.as_chunks().0) {
                        *pixel = [grey, grey, grey, alpha];
                    }
                }
                3 => {
                    for (pixel, &[red, green, blue]) in expanded.zip(self.row.as_chunks().0) {
                        *pixel = [red, green, blue, u8::MAX];
                    }
                }
                _ => self.expanded.as_flattened_mut().copy_from_slice(&self.row),
            }
            each(&self.expanded)?;
        }
        Ok(())
    }

    /// Goes back to the begin of the frame that was read.
    pub(crate) fn again(&mut self) -> Result<(), MediaError> {
        let bytes = i64::try_from(self.outline.bytes()).map_err(MediaError::encoder)?;
        // Not `seek`, with which a buffer forgets what it holds.
        Ok(self.pixels.seek_relative(-bytes)?)
    }
}

/// How many bytes [`Frames`] take.
pub(crate) fn work(outline: Outline) -> usize {
    let expanded = (outline.width as usize).saturating_mul(size_of::<Pixel>());
    outline.row().saturating_add(expanded)
}
