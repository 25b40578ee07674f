//! PNG: lossless, fast rather than small.

use std::io::{Read, Write};

use png::{BitDepth, ColorType, Encoder, chunk};

use crate::filter::Rows;
use crate::zlib::Zlib;
use crate::{MediaError, Outline};

/// How many bytes are compressed at a time, if that is more than a row. Each stretch takes up to 70 bytes more.
const STRETCH: usize = 1 << 17;

/// Writes a picture as a PNG file.
///
/// # Errors
/// It has no pixels; or those of `pixels` and of `out`.
pub(crate) fn encode(
    outline: Outline,
    mut pixels: impl Read,
    out: impl Write,
) -> Result<(), MediaError> {
    let mut encoder = Encoder::new(out, outline.width, outline.height);
    encoder.set_color(match outline.channels {
        2 => ColorType::GrayscaleAlpha,
        4 => ColorType::Rgba,
        _ => ColorType::Rgb,
    });
    encoder.set_depth(BitDepth::Eight);
    let mut writer = encoder.write_header().map_err(MediaError::encoder)?;
    let row = outline.row();
    let mut rows = Rows::new(row, outline.channels);
    let mut stretch = vec![0; stretch(outline)];
    let mut zlib = Zlib::for_blocks_of(stretch.len());
    let mut left = outline.height as usize;
    while left > 0 {
        let count = left.min(stretch.len() / (row + 1));
        left -= count;
        let stretch = &mut stretch[..count * (row + 1)];
        for row in stretch.chunks_exact_mut(row + 1) {
            pixels.read_exact(rows.next())?;
            rows.filter(row);
        }
        let block = zlib.block(stretch, left == 0)?;
        writer
            .write_chunk(chunk::IDAT, block)
            .map_err(MediaError::encoder)?;
    }
    writer.finish().map_err(MediaError::encoder)
}

/// The most bytes that `encode` allocates at a time: two rows, a stretch of rows before and after compression; and what the
/// header is made of.
pub(crate) fn work(outline: Outline) -> usize {
    let stretch = stretch(outline);
    [Rows::work(outline.row()), stretch, Zlib::work(stretch)]
        .into_iter()
        .fold(2048, usize::saturating_add)
}

/// How many bytes of whole rows, with a byte before each, are compressed at a time.
fn stretch(outline: Outline) -> usize {
    let row = outline.row().saturating_add(1);
    let rows = (STRETCH / row).clamp(1, outline.height.max(1) as usize);
    row.saturating_mul(rows)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::encode;
    use crate::Picture;

    proptest! {
        #[test]
        fn decodes_to_the_same_pixels(
            width in 1u32..400, height in 1u32..400, channels in 2u8..5, seed: u64, noise in 1u32..9,
        ) {
            let size = width as usize * height as usize * usize::from(channels);
            let mut state = seed | 1;
            let pixels = (0..size).map(|at| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                ((at / 50) as u8).wrapping_add((state >> (64 - noise)) as u8)
            }).collect();
            let picture = Picture { width, height, channels, pixels };
            let mut encoded = Vec::new();
            encode(picture.outline(), &picture.pixels[..], &mut encoded).unwrap();
            let mut reader = ::png::Decoder::new(std::io::Cursor::new(&encoded)).read_info().unwrap();
            let mut decoded = vec![0; reader.output_buffer_size().unwrap()];
            let info = reader.next_frame(&mut decoded).unwrap();
            prop_assert_eq!((info.width, info.height), (width, height));
            prop_assert_eq!(decoded, picture.pixels);
        }
    }
}
