//! GIF: what every browser and TensorBoard play as a video. At most 256 colours a frame.

use std::io::Write;

use gif::{DisposalMethod, Encoder, Frame, Repeat};

use crate::{MediaError, Outline, Picture};

/// From how many of its pixels, about, a frame with more than 256 colours gets its palette.
const LEARNED: usize = 20_000;

/// The most pixels that a GIF has room for each way.
pub(crate) const LONGEST: u16 = u16::MAX;

/// Browsers play a frame that is shown for less than this, in hundredths of a second, ten times slower.
const SHORTEST: u16 = 2;

/// Writes pictures of one size, played for ever at `fps` frames a second; at 50 if `fps` is more. A frame with at most 256
/// colours keeps them exactly; of alpha, GIF knows "transparent" (0) and "not" (else).
///
/// # Errors
/// A side has more than [`LONGEST`] pixels; or those of `frames` and of `out`.
pub(crate) fn encode(
    frames: impl IntoIterator<Item = Result<Picture, MediaError>>,
    fps: f64,
    out: impl Write,
) -> Result<(), MediaError> {
    let mut frames = frames.into_iter().peekable();
    let (width, height) = match frames.peek() {
        Some(Ok(first)) => (side(first.width)?, side(first.height)?),
        _ => (1, 1), // There are no frames, or an error comes at once.
    };
    let mut encoder = Encoder::new(out, width, height, &[]).map_err(MediaError::encoder)?;
    encoder
        .set_repeat(Repeat::Infinite)
        .map_err(MediaError::encoder)?;
    for (index, picture) in frames.enumerate() {
        let mut frame = indexed(picture?, width, height);
        frame.delay = delay(index, fps);
        // In a buffer that goes with the frame, where the encoder's own would stay beside the colours of the next.
        frame.make_lzw_pre_encoded();
        encoder
            .write_lzw_pre_encoded_frame(&frame)
            .map_err(MediaError::encoder)?;
    }
    encoder.into_inner().map_err(MediaError::encoder)?;
    Ok(())
}

/// The pixels as numbers of colours in a palette.
fn indexed(mut picture: Picture, width: u16, height: u16) -> Frame<'static> {
    // Every how many pixels one is looked at.
    let speed = (usize::from(width) * usize::from(height) / LEARNED).clamp(1, 30) as i32;
    if picture.channels == 3 {
        return Frame::from_rgb_speed(width, height, &picture.pixels, speed);
    }
    if picture.channels == 2 {
        picture.pixels = rgba(&picture.pixels);
    }
    let mut frame = Frame::from_rgba_speed(width, height, &mut picture.pixels, speed);
    frame.dispose = DisposalMethod::Background;
    frame
}

/// The most bytes that `encode` allocates at a time. Of each pixel: an index into the palette, and first RGB and alpha of
/// what has other channels, then 12 bits at most when that is compressed, in a buffer that doubles, so two bytes, and another
/// while it is moved. And the table of at most 4,096 strings by which it is compressed, of 100 bytes each.
pub(crate) fn work(frame: Outline) -> usize {
    let bytes = frame.pixels().saturating_mul(1 + 4);
    bytes.saturating_add(1 << 19)
}

fn side(length: u32) -> Result<u16, MediaError> {
    u16::try_from(length).map_err(MediaError::encoder)
}

/// The same as RGB and alpha.
fn rgba(grey_and_alpha: &[u8]) -> Vec<u8> {
    let pixels = grey_and_alpha.as_chunks::<2>().0.iter();
    pixels
        .flat_map(|&[grey, alpha]| [grey, grey, grey, alpha])
        .collect()
}

/// Hundredths of a second for one frame, such that no rounding adds up over many.
fn delay(index: usize, fps: f64) -> u16 {
    let begins = |index: usize| (index as f64 * 100.0 / fps).round();
    ((begins(index + 1) - begins(index)) as u16).max(SHORTEST)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{delay, encode};
    use crate::Picture;

    fn decode(bytes: &[u8]) -> Vec<(u16, Vec<u8>)> {
        let mut options = ::gif::DecodeOptions::new();
        options.set_color_output(::gif::ColorOutput::RGBA);
        let mut decoder = options.read_info(bytes).unwrap();
        let mut frames = Vec::new();
        while let Some(frame) = decoder.read_next_frame().unwrap() {
            frames.push((frame.delay, frame.buffer.to_vec()));
        }
        frames
    }

    proptest! {
        #[test]
        fn up_to_256_colours_are_kept(
            width in 1u32..20, height in 1u32..12, channels in 2u8..5, count in 1usize..5, seed: u8,
        ) {
            let frames: Vec<_> = (0..count).map(|t| {
                let pixels = (0..width * height).flat_map(|at| {
                    let grey = (at as u8).wrapping_add(seed).wrapping_add(t as u8);
                    let alpha = if at % 7 == 3 { 0 } else { 255 };
                    match channels { 2 => vec![grey, alpha], 3 => vec![grey, 9, !grey], _ => vec![grey, 9, !grey, alpha] }
                }).collect();
                Picture { width, height, channels, pixels }
            }).collect();
            let mut encoded = Vec::new();
            encode(frames.iter().cloned().map(Ok), 4.0, &mut encoded).unwrap();
            let decoded = decode(&encoded);
            prop_assert_eq!(decoded.len(), count);
            for ((delay, found), frame) in decoded.iter().zip(&frames) {
                prop_assert_eq!(*delay, 25);
                for (found, expected) in found.chunks(4).zip(frame.pixels.chunks(channels.into())) {
                    let (rgb, alpha) = match *expected {
                        [grey, alpha] => ([grey; 3], alpha),
                        [r, g, b] => ([r, g, b], 255),
                        [r, g, b, alpha] => ([r, g, b], alpha),
                        _ => unreachable!(),
                    };
                    prop_assert_eq!(found[3], alpha);
                    if alpha > 0 {
                        prop_assert_eq!(&found[..3], &rgb);
                    }
                }
            }
        }
    }

    #[test]
    fn frames_take_the_time_that_they_should() {
        let hundredths =
            |fps: f64, count: usize| (0..count).map(|at| u32::from(delay(at, fps))).sum::<u32>();
        assert_eq!(hundredths(30.0, 300), 1_000);
        assert_eq!(hundredths(24.0, 24), 100);
        assert_eq!(hundredths(0.5, 2), 400);
        assert_eq!(hundredths(1000.0, 10), 20);
        assert_eq!(hundredths(1e-9, 1), 65_535);
    }
}
