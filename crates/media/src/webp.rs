//! WebP: an animation without loss, of any number of colours.

use std::io::{self, Read, Seek, SeekFrom, Write};

use image_webp::{ColorType, WebPEncoder};

use crate::{MediaError, Outline, Picture};

/// The most pixels that WebP without loss has room for each way.
pub(crate) const LONGEST: usize = 1 << 14;

/// Writes `count` frames as an animated WebP, played for ever at `fps` a second.
///
/// # Errors
/// A side has more than [`LONGEST`] pixels; those of `pixels` and of `out`; or the file would have 4 GiB or more.
pub(crate) fn encode(
    frame: Outline,
    count: usize,
    mut pixels: impl Read + Seek,
    fps: f64,
    mut out: impl Write + Seek,
) -> Result<(), MediaError> {
    const ANIMATED: u8 = 0x02;
    const ALPHA: u8 = 0x10;
    /// The frame replaces what was there.
    const NO_BLENDING: u8 = 0x02;
    let size = [number(frame.width - 1), number(frame.height - 1)].concat();
    let alpha = if frame.channels == 3 { 0 } else { ALPHA };
    chunk(&mut out, *b"RIFF", |out| {
        write(out, &[b"WEBP"])?;
        chunk(out, *b"VP8X", |out| {
            write(out, &[&[ANIMATED | alpha, 0, 0, 0], &size])
        })?;
        // Background: transparent black. Repeated without end.
        chunk(out, *b"ANIM", |out| write(out, &[&[0; 4], &[0; 2]]))?;
        for index in 0..count {
            let picture = Picture::read(frame, &mut pixels)?;
            let duration = number(milliseconds(index, fps));
            chunk(out, *b"ANMF", |out| {
                write(out, &[&[0; 6], &size, &duration, &[NO_BLENDING]])?;
                encode_still(&picture, out)
            })?;
        }
        Ok(())
    })
}

/// Writes a still picture as the one chunk that it is behind the container's header.
fn encode_still(picture: &Picture, out: impl Write) -> Result<(), MediaError> {
    let color = match picture.channels {
        2 => ColorType::La8,
        4 => ColorType::Rgba8,
        _ => ColorType::Rgb8,
    };
    WebPEncoder::new(Without { first: 12, out })
        .encode(&picture.pixels, picture.width, picture.height, color)
        .map_err(MediaError::encoder)
}

/// The most bytes that `encode` allocates at a time: a frame, RGB and alpha of each pixel, and the compressed frame. A channel gets
/// codes of 8 bits at most on average, green of 9 as it tells runs as well; and the buffer doubles, so it may be three times
/// as large as what is in it while it is moved.
pub(crate) fn work(frame: Outline) -> usize {
    let pixels = frame.pixels();
    let compressed = pixels
        .saturating_mul(frame.channels.into())
        .saturating_add(pixels / 8);
    let bytes = frame
        .bytes()
        .saturating_add(pixels.saturating_mul(4))
        .saturating_add(compressed.saturating_mul(3));
    bytes.saturating_add(1 << 14)
}

/// What is written but its first bytes.
struct Without<W> {
    first: usize,
    out: W,
}

impl<W: Write> Write for Without<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.first > 0 {
            let dropped = self.first.min(bytes.len());
            self.first -= dropped;
            return Ok(dropped);
        }
        self.out.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
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
            width in 1u32..24, height in 1u32..24, channels in 2u8..5, count in 1usize..4, seed: u64,
        ) {
            let mut state = seed | 1;
            let mut byte = |_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                (state >> 56) as u8
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
