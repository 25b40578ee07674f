//! WebP: an animation without loss, of any number of colours.

use image_webp::{ColorType, WebPEncoder};

use crate::{MediaError, Picture};

/// The most pixels that WebP without loss has room for each way.
pub(crate) const LONGEST: usize = 1 << 14;

/// Pictures of one size as an animated WebP, played for ever at `fps` frames a second.
///
/// # Errors
/// A side has more than [`LONGEST`] pixels; those of `frames`; or the file would have 4 GiB or more.
pub(crate) fn encode(
    frames: impl IntoIterator<Item = Result<Picture, MediaError>>,
    fps: f64,
) -> Result<Vec<u8>, MediaError> {
    const ANIMATED: u8 = 0x02;
    const ALPHA: u8 = 0x10;
    /// The frame replaces what was there.
    const NO_BLENDING: u8 = 0x02;
    let mut frames = frames.into_iter().peekable();
    let (size, alpha) = match frames.peek() {
        Some(Ok(first)) => {
            let size = [number(first.width - 1), number(first.height - 1)].concat();
            (size, if first.channels == 3 { 0 } else { ALPHA })
        }
        _ => (vec![0; 6], 0), // There are no frames, or an error comes at once.
    };
    let mut out = b"RIFF\0\0\0\0WEBP".to_vec();
    chunk(&mut out, *b"VP8X", &[&[ANIMATED | alpha, 0, 0, 0], &size]);
    // Background: transparent black. Repeated without end.
    chunk(&mut out, *b"ANIM", &[&[0; 4], &[0; 2]]);
    for (index, picture) in frames.enumerate() {
        let picture = picture?;
        let color = match picture.channels {
            2 => ColorType::La8,
            4 => ColorType::Rgba8,
            _ => ColorType::Rgb8,
        };
        let mut still = Vec::new();
        WebPEncoder::new(&mut still)
            .encode(&picture.pixels, picture.width, picture.height, color)
            .map_err(MediaError::encoder)?;
        // A still picture is one chunk behind the container's header.
        let pixels = still.get(12..).unwrap_or_default();
        let duration = number(milliseconds(index, fps));
        chunk(
            &mut out,
            *b"ANMF",
            &[&[0; 6], &size, &duration, &[NO_BLENDING], pixels],
        );
    }
    let length = u32::try_from(out.len() - 8).map_err(MediaError::encoder)?;
    out[4..8].copy_from_slice(&length.to_le_bytes());
    Ok(out)
}

/// How long a frame is shown, such that no rounding adds up over many.
fn milliseconds(index: usize, fps: f64) -> u32 {
    let begins = |index: usize| (index as f64 * 1000.0 / fps).round();
    ((begins(index + 1) - begins(index)) as u32).min(0x00ff_ffff)
}

/// 24 bits.
fn number(value: u32) -> [u8; 3] {
    let [low, middle, high, _] = value.to_le_bytes();
    [low, middle, high]
}

fn chunk(out: &mut Vec<u8>, name: [u8; 4], parts: &[&[u8]]) {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    out.extend_from_slice(&name);
    out.extend_from_slice(&(length as u32).to_le_bytes());
    for part in parts {
        out.extend_from_slice(part);
    }
    if length % 2 == 1 {
        out.push(0);
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use image_webp::WebPDecoder;
    use proptest::prelude::*;

    use super::{encode, milliseconds};
    use crate::Picture;

    proptest! {
        #[test]
        fn decodes_to_the_same_pixels(
            width in 1u32..24, height in 1u32..24, channels in 2u8..5, count in 1usize..4, seed: u64,
        ) {
            let mut state = seed | 1;
            let mut byte = |_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                (state >> 56) as u8
            };
            let size = width as usize * height as usize * usize::from(channels);
            let frames: Vec<_> = (0..count)
                .map(|_| Picture { width, height, channels, pixels: (0..size).map(&mut byte).collect() })
                .collect();
            let encoded = encode(frames.iter().cloned().map(Ok), 25.0).unwrap();
            let mut decoder = WebPDecoder::new(Cursor::new(encoded)).unwrap();
            prop_assert_eq!(decoder.dimensions(), (width, height));
            prop_assert_eq!(decoder.num_frames() as usize, count);
            let mut found = vec![0; decoder.output_buffer_size().unwrap()];
            for frame in &frames {
                prop_assert_eq!(decoder.read_frame(&mut found).unwrap(), 40);
                let expected: Vec<u8> = if channels == 2 {
                    frame.pixels.chunks(2).flat_map(|pixel| [pixel[0], pixel[0], pixel[0], pixel[1]]).collect()
                } else {
                    frame.pixels.clone()
                };
                prop_assert_eq!(&found, &expected);
            }
        }
    }

    #[test]
    fn frames_take_the_time_that_they_should() {
        assert_eq!(
            (0..300).map(|at| milliseconds(at, 30.0)).sum::<u32>(),
            10_000
        );
        assert_eq!(milliseconds(0, 1e-9), 0x00ff_ffff);
    }
}
