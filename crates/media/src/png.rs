//! PNG: lossless, fast rather than small.

use png::{BitDepth, ColorType, Compression, Encoder};

use crate::{MediaError, Picture};

/// The picture as a PNG file.
///
/// # Errors
/// The picture has a channel count that PNG does not know.
pub(crate) fn encode(picture: &Picture) -> Result<Vec<u8>, MediaError> {
    let mut out = Vec::new();
    let mut encoder = Encoder::new(&mut out, picture.width, picture.height);
    encoder.set_color(match picture.channels {
        2 => ColorType::GrayscaleAlpha,
        4 => ColorType::Rgba,
        _ => ColorType::Rgb,
    });
    encoder.set_depth(BitDepth::Eight);
    encoder.set_compression(Compression::Fast);
    let mut writer = encoder.write_header().map_err(MediaError::encoder)?;
    writer
        .write_image_data(&picture.pixels)
        .map_err(MediaError::encoder)?;
    writer.finish().map_err(MediaError::encoder)?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::encode;
    use crate::Picture;

    proptest! {
        #[test]
        fn decodes_to_the_same_pixels(
            width in 1u32..40, height in 1u32..40, channels in 2u8..5, seed: u64, noise: bool,
        ) {
            let size = width as usize * height as usize * usize::from(channels);
            let mut state = seed | 1;
            let pixels = (0..size).map(|at| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                if noise { (state >> 56) as u8 } else { (at / 50) as u8 }
            }).collect();
            let picture = Picture { width, height, channels, pixels };
            let encoded = encode(&picture).unwrap();
            let mut reader = ::png::Decoder::new(std::io::Cursor::new(&encoded)).read_info().unwrap();
            let mut decoded = vec![0; reader.output_buffer_size().unwrap()];
            let info = reader.next_frame(&mut decoded).unwrap();
            prop_assert_eq!((info.width, info.height), (width, height));
            prop_assert_eq!(decoded, picture.pixels);
        }
    }
}
