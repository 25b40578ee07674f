//! GIF: what every browser and TensorBoard play as a video. At most 256 colours a frame.

use std::io::{Read, Seek, Write};

use weezl::encode::Encoder;
use weezl::{BitOrder, LzwStatus};

use crate::frames::{self, Frames};
use crate::palette::{Palette, Seen};
use crate::{MediaError, Outline};

/// The most pixels that a GIF has room for each way.
pub(crate) const LONGEST: u16 = u16::MAX;

/// Browsers play a frame that is shown for less than this, in hundredths of a second, ten times slower.
const SHORTEST: u16 = 2;

/// The most bytes of a block of compressed indices.
const BLOCK: usize = 255;

/// Writes `count` frames, played for ever at `fps` a second; at 50 if `fps` is more. A frame with at most 256 colours keeps
/// them exactly; of alpha, GIF knows "transparent" (0) and "not" (else).
///
/// # Errors
/// A side has more than [`LONGEST`] pixels; or those of `pixels` and of `out`.
pub(crate) fn encode(
    frame: Outline,
    count: usize,
    pixels: impl Read + Seek,
    fps: f64,
    mut out: impl Write,
) -> Result<(), MediaError> {
    /// What is to be done with a frame before the next is shown.
    const KEEP: u8 = 1 << 2;
    const CLEAR: u8 = 2 << 2;
    let size = [side(frame.width)?, side(frame.height)?];
    let mut frames = Frames::new(frame, pixels);
    out.write_all(b"GIF89a")?;
    out.write_all(size.as_flattened())?;
    // No colours for all frames; the background is the first of them; pixels are square.
    out.write_all(&[0; 3])?;
    // An extension by which what follows is played again, without end.
    out.write_all(b"\x21\xff\x0bNETSCAPE2.0\x03\x01\0\0\0")?;
    for index in 0..count {
        let mut seen = Seen::new();
        frames.rows(|row| {
            seen.add(row);
            Ok(())
        })?;
        frames.again()?;
        let mut palette = seen.palette();
        let dispose = if frame.channels == 3 { KEEP } else { CLEAR };
        let transparent = palette.transparent();
        let has_transparent = u8::from(transparent.is_some());
        let [low, high] = delay(index, fps).to_le_bytes();
        out.write_all(&[0x21, 0xf9, 4, dispose | has_transparent, low, high])?;
        out.write_all(&[transparent.unwrap_or(0), 0])?;
        write_image(&mut frames, size, &mut palette, &mut out)?;
    }
    Ok(out.write_all(b"\x3b")?)
}

/// Writes the next frame as an image with colours of its own.
fn write_image(
    frames: &mut Frames<impl Read + Seek>,
    size: [[u8; 2]; 2],
    palette: &mut Palette,
    out: &mut impl Write,
) -> Result<(), MediaError> {
    /// Has a palette, of which this says the size besides.
    const COLOURS: u8 = 1 << 7;
    let bits = palette.len().next_power_of_two().ilog2().max(1) as u8;
    out.write_all(&[0x2c, 0, 0, 0, 0])?;
    out.write_all(size.as_flattened())?;
    out.write_all(&[COLOURS | (bits - 1)])?;
    for colour in palette.colours() {
        out.write_all(&colour)?;
    }
    for _ in palette.len()..1 << bits {
        out.write_all(&[0; 3])?;
    }
    let bits = bits.max(2); // The least that the format knows for indices.
    out.write_all(&[bits])?;
    let mut blocks = Blocks::new(bits, out);
    let mut indices = Vec::new();
    frames.rows(|row| {
        indices.clear();
        indices.extend(row.iter().map(|&pixel| palette.index_of(pixel)));
        blocks.write(&indices)
    })?;
    blocks.finish()
}

/// The most bytes that `encode` allocates at a time: some rows, what palettes are made of, and the table of at most 4,096
/// strings by which indices are compressed, of 100 bytes each.
pub(crate) fn work(frame: Outline) -> usize {
    let indices = frame.width as usize;
    frames::work(frame).saturating_add(indices + Seen::WORK + (1 << 19))
}

/// Compresses indices into blocks that begin with their length.
struct Blocks<W> {
    encoder: Encoder,
    block: [u8; 1 + BLOCK],
    filled: usize,
    out: W,
}

impl<W: Write> Blocks<W> {
    /// Of indices of so many bits.
    fn new(bits: u8, out: W) -> Self {
        Self {
            encoder: Encoder::new(BitOrder::Lsb, bits),
            block: [0; 1 + BLOCK],
            filled: 0,
            out,
        }
    }

    fn write(&mut self, mut indices: &[u8]) -> Result<(), MediaError> {
        while !indices.is_empty() {
            indices = &indices[self.encode(indices)?.0..];
        }
        Ok(())
    }

    fn finish(mut self) -> Result<(), MediaError> {
        self.encoder.finish();
        while !matches!(self.encode(&[])?.1, LzwStatus::Done) {}
        if self.filled > 0 {
            self.write_block()?;
        }
        Ok(self.out.write_all(&[0])?)
    }

    /// Goes on until the block is full; says how many indices were taken, and whether there is more to come.
    fn encode(&mut self, indices: &[u8]) -> Result<(usize, LzwStatus), MediaError> {
        let free = &mut self.block[1 + self.filled..];
        let encoded = self.encoder.encode_bytes(indices, free);
        let status = encoded.status.map_err(MediaError::encoder)?;
        self.filled += encoded.consumed_out;
        if self.filled == BLOCK {
            self.write_block()?;
        }
        Ok((encoded.consumed_in, status))
    }

    fn write_block(&mut self) -> Result<(), MediaError> {
        self.block[0] = self.filled as u8;
        self.out.write_all(&self.block[..=self.filled])?;
        self.filled = 0;
        Ok(())
    }
}

fn side(length: u32) -> Result<[u8; 2], MediaError> {
    let length = u16::try_from(length).map_err(MediaError::encoder)?;
    Ok(length.to_le_bytes())
}

/// Hundredths of a second for one frame, such that no rounding adds up over many.
fn delay(index: usize, fps: f64) -> u16 {
    let begins = |index: usize| (index as f64 * 100.0 / fps).round();
    ((begins(index + 1) - begins(index)) as u16).max(SHORTEST)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use std::io::Cursor;

    use super::{delay, encode};
    use crate::Outline;

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
            let pixels: Vec<u8> = (0..count).flat_map(|t| {
                (0..width * height).flat_map(move |at| {
                    let grey = (at as u8).wrapping_add(seed).wrapping_add(t as u8);
                    let alpha = if at % 7 == 3 { 0 } else { 255 };
                    match channels { 2 => vec![grey, alpha], 3 => vec![grey, 9, !grey], _ => vec![grey, 9, !grey, alpha] }
                })
            }).collect();
            let mut encoded = Vec::new();
            let outline = Outline { width, height, channels };
            encode(outline, count, Cursor::new(&pixels), 4.0, &mut encoded).unwrap();
            let decoded = decode(&encoded);
            prop_assert_eq!(decoded.len(), count);
            for ((delay, found), frame) in decoded.iter().zip(pixels.chunks(outline.bytes())) {
                prop_assert_eq!(*delay, 25);
                for (found, expected) in found.chunks(4).zip(frame.chunks(channels.into())) {
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
    fn of_more_colours_all_are_near_and_transparent_stays_so() {
        let outline = Outline::new(320, 250, 4).unwrap();
        // From zero to 160 each, and 40 blues.
        let pixels: Vec<u8> = (0..250u32)
            .flat_map(|y| (0..320u32).map(move |x| (x, y)))
            .flat_map(|(x, y)| [(x / 2) as u8, (y / 2) as u8, (x % 40) as u8, (x % 3) as u8])
            .collect();
        let mut encoded = Vec::new();
        encode(outline, 1, Cursor::new(&pixels), 4.0, &mut encoded).unwrap();
        let decoded = decode(&encoded);
        let mut differences = 0;
        for (found, expected) in decoded[0].1.chunks(4).zip(pixels.chunks(4)) {
            assert_eq!(found[3] > 0, expected[3] > 0);
            if found[3] > 0 {
                let pairs = found[..3].iter().zip(expected);
                differences += pairs.map(|(a, b)| u64::from(a.abs_diff(*b))).sum::<u64>();
            }
        }
        let channels = (320 * 250 * 2 / 3 * 3) as u64;
        assert!(differences < 6 * channels, "{differences} of {channels}");
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
