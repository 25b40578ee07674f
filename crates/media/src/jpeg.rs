//! JPEG: for photographs, where a tenth of the bytes is worth what the eye does not see.

use std::cell::RefCell;
use std::io::{self, Read, Write};

use jpeg_encoder::{Encoder, ImageBuffer, JpegColorType, rgb_to_ycbcr};

use crate::{MediaError, Outline};

/// The most pixels that a JPEG has room for each way.
pub(crate) const LONGEST: u16 = u16::MAX;

/// Of 100.
const QUALITY: u8 = 90;

/// Pixels that are converted at a time: as many as the widest registers take.
const TOGETHER: usize = 16;

/// Writes a picture, which must have three channels, as a JPEG file.
///
/// # Errors
/// It has a side of more than [`LONGEST`] pixels; or those of `pixels` and of `out`.
pub(crate) fn encode(
    outline: Outline,
    pixels: impl Read,
    out: impl Write,
) -> Result<(), MediaError> {
    let side = |length: u32| u16::try_from(length).map_err(MediaError::encoder);
    let rows = Rows {
        width: side(outline.width)?,
        height: side(outline.height)?,
        reading: RefCell::new(Reading {
            pixels,
            row: vec![0; outline.row()],
            next: 0,
            error: None,
        }),
    };
    Encoder::new(out, QUALITY)
        .encode_image(&rows)
        .map_err(MediaError::encoder)?;
    match rows.reading.into_inner().error {
        Some(error) => Err(MediaError::encoder(error)),
        None => Ok(()),
    }
}

/// The most bytes that `encode` allocates at a time: a row, and eight rows of whole blocks of each of three channels; and
/// tables.
pub(crate) fn work(outline: Outline) -> usize {
    let blocks = outline.row().saturating_add(3 * 8).saturating_mul(8);
    outline.row().saturating_add(blocks).saturating_add(1024)
}

/// A picture as the encoder asks for it: each row once, but the last as often as fills a block.
struct Rows<R> {
    width: u16,
    height: u16,
    reading: RefCell<Reading<R>>,
}

struct Reading<R> {
    pixels: R,
    row: Vec<u8>,
    next: u16,
    /// The encoder takes no errors: it gets the row before instead.
    error: Option<io::Error>,
}

impl<R: Read> ImageBuffer for &Rows<R> {
    fn get_jpeg_color_type(&self) -> JpegColorType {
        JpegColorType::Ycbcr
    }

    fn width(&self) -> u16 {
        self.width
    }

    fn height(&self) -> u16 {
        self.height
    }

    fn fill_buffers(&self, y: u16, [luma, blue, red, _]: &mut [Vec<u8>; 4]) {
        let mut reading = self.reading.borrow_mut();
        let Reading {
            pixels,
            row,
            next,
            error,
        } = &mut *reading;
        if y == *next && error.is_none() {
            *error = pixels.read_exact(row).err();
            *next += 1;
        }
        let pixels = row.as_chunks::<3>().0;
        for pixels in pixels.chunks(TOGETHER) {
            let mut converted = [[0; TOGETHER]; 3];
            for (at, &[r, g, b]) in pixels.iter().enumerate() {
                (converted[0][at], converted[1][at], converted[2][at]) = rgb_to_ycbcr(r, g, b);
            }
            luma.extend_from_slice(&converted[0][..pixels.len()]);
            blue.extend_from_slice(&converted[1][..pixels.len()]);
            red.extend_from_slice(&converted[2][..pixels.len()]);
        }
    }
}
