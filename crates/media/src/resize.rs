//! Pictures of another size.

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};

use crate::{MediaError, Picture};

/// The picture in `width` × `height` pixels, by Lanczos's filter.
///
/// # Errors
/// The size is zero or too large.
pub fn resized(picture: Picture, width: usize, height: usize) -> Result<Picture, MediaError> {
    if (picture.width as usize, picture.height as usize) == (width, height) {
        return Ok(picture);
    }
    if width == 0 || height == 0 {
        return Err(MediaError::Unfit {
            expected: "at least one pixel each way",
            found: format!("{width} × {height} pixels"),
        });
    }
    let mut resized = Picture::black(width, height, picture.channels.into())?;
    let pixel_type = match picture.channels {
        2 => PixelType::U8x2,
        4 => PixelType::U8x4,
        _ => PixelType::U8x3,
    };
    let source = ImageRef::new(picture.width, picture.height, &picture.pixels, pixel_type)
        .map_err(MediaError::encoder)?;
    let (wide, high) = (resized.width, resized.height);
    let mut target = Image::from_slice_u8(wide, high, &mut resized.pixels, pixel_type)
        .map_err(MediaError::encoder)?;
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3));
    Resizer::new()
        .resize(&source, &mut target, &options)
        .map_err(MediaError::encoder)?;
    Ok(resized)
}
