//! WebP: an animation without loss, of any number of colours.

use std::io::{Read, Seek, SeekFrom, Write};

use crate::frames::Frames;
use crate::{MediaError, Outline, vp8l};

/// The most pixels that WebP without loss has room for each way.
pub(crate) const LONGEST: usize = 1 << 14;

/// Writes `count` frames as an animated WebP, played for ever at `fps` a second.
///
/// # Errors
/// A side has more than [`LONGEST`] pixels; those of `pixels` and of `out`; or the file would have 4 GiB or more.
pub(crate) fn encode(
    frame: Outline,
    count: usize,
    pixels: impl Read + Seek,
    fps: f64,
    mut out: impl Write + Seek,
) -> Result<(), MediaError> {
    const ANIMATED: u8 = 0x02;
    const ALPHA: u8 = 0x10;
    /// The frame replaces what was there.
    const NO_BLENDING: u8 = 0x02;
    let size = [number(frame.width - 1), number(frame.height - 1)].concat();
    let alpha = if frame.channels == 3 { 0 } else { ALPHA };
    let mut frames = Frames::new(frame, pixels);
    chunk(&mut out, *b"RIFF", |out| {
        write(out, &[b"WEBP"])?;
        chunk(out, *b"VP8X", |out| {
            write(out, &[&[ANIMATED | alpha, 0, 0, 0], &size])
        })?;
        // Background: transparent black. Repeated without end.
        chunk(out, *b"ANIM", |out| write(out, &[&[0; 4], &[0; 2]]))?;
        for index in 0..count {
            let duration = number(milliseconds(index, fps));
            chunk(out, *b"ANMF", |out| {
                write(out, &[&[0; 6], &size, &duration, &[NO_BLENDING]])?;
                chunk(out, *b"VP8L", |out| vp8l::encode(frame, &mut frames, out))
            })?;
        }
        Ok(())
    })
}

/// The most bytes that `encode` allocates at a time: what a frame takes, and a few to say how long things are.
pub(crate) fn work(frame: Outline) -> usize {
    vp8l::work(frame)
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

fn write(out: &mut impl Write, parts: &[&[u8]]) -> Result<(), MediaError> {
    Ok(parts.iter().try_for_each(|part| out.write_all(part))?)
}

/// Writes a chunk whose length is known when its `content` is written.
fn chunk<W: Write + Seek>(
    out: &mut W,
    name: [u8; 4],
    content: impl FnOnce(&mut W) -> Result<(), MediaError>,
) -> Result<(), MediaError> {
    write(out, &[&name, &[0; 4]])?;
    let begin = out.stream_position()?;
    content(out)?;
    let end = out.stream_position()?;
    let length = u32::try_from(end - begin).map_err(MediaError::encoder)?;
    out.seek(SeekFrom::Start(begin - 4))?;
    write(out, &[&length.to_le_bytes()])?;
    out.seek(SeekFrom::Start(end))?;
    write(out, &[&[0][..length as usize % 2]])
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use image_webp::WebPDecoder;
    use proptest::prelude::*;

    use super::{encode, milliseconds};
    use crate::Outline;

    proptest! {
        #[test]
        fn decodes_to_the_same_pixels(
            width in 1u32..200, height in 1u32..200, channels in 2u8..5, count in 1usize..4, seed: u64,
            // Noise of so many bits, in so many channels, in so many pixels of 256.
            bits in 0u32..9, noisy in 0usize..5, often in prop_oneof![0u8..9, Just(255)],
        ) {
            let mut state = seed | 1;
            let mut byte = |at: usize| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                let quiet = (seed >> (8 * (at % usize::from(channels)))) as u8;
                let is_noisy = at % usize::from(channels) < noisy && (state >> 40) as u8 <= often;
                if is_noisy { quiet ^ (state >> 56).unbounded_shr(8 - bits) as u8 } else { quiet }
            };
            let size = width as usize * height as usize * usize::from(channels);
            let pixels: Vec<u8> = (0..size * count).map(&mut byte).collect();
            let mut encoded = Cursor::new(Vec::new());
            let outline = Outline { width, height, channels };
            encode(outline, count, Cursor::new(&pixels), 25.0, &mut encoded).unwrap();
            let mut decoder = WebPDecoder::new(Cursor::new(encoded.into_inner())).unwrap();
            prop_assert_eq!(decoder.dimensions(), (width, height));
            prop_assert_eq!(decoder.num_frames() as usize, count);
            let mut found = vec![0; decoder.output_buffer_size().unwrap()];
            for frame in pixels.chunks(size) {
                prop_assert_eq!(decoder.read_frame(&mut found).unwrap(), 40);
                let expected: Vec<u8> = if channels == 2 {
                    frame.chunks(2).flat_map(|pixel| [pixel[0], pixel[0], pixel[0], pixel[1]]).collect()
                } else {
                    frame.to_vec()
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
