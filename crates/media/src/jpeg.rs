//! JPEG: for photographs, where a tenth of the bytes is worth what the eye does not see.

use jpeg_encoder::{ColorType, Encoder};

use crate::{MediaError, Picture};

/// The most pixels that a JPEG has room for each way.
pub(crate) const LONGEST: u16 = u16::MAX;

/// Of 100.
const QUALITY: u8 = 90;

/// The picture, which must have three channels, as a JPEG file.
///
/// # Errors
/// It has a side of more than [`LONGEST`] pixels.
pub(crate) fn encode(picture: &Picture) -> Result<Vec<u8>, MediaError> {
    let side = |length: u32| u16::try_from(length).map_err(MediaError::encoder);
    let mut out = Vec::new();
    Encoder::new(&mut out, QUALITY)
        .encode(
            &picture.pixels,
            side(picture.width)?,
            side(picture.height)?,
            ColorType::Rgb,
        )
        .map_err(MediaError::encoder)?;
    Ok(out)
}
