//! The bits of a WebP picture without loss (RFC 9649): of each pixel what its neighbours do not tell, in prefix codes.

use std::io::{self, Read, Seek, Write};
use std::mem;

use crate::bits::Bits;
use crate::frames::{self, Frames, Pixel};
use crate::huffman::Code;
use crate::{MediaError, Outline};

/// Symbols of green, and of lengths behind them.
const GREEN: usize = 256 + 24;

/// Symbols of distances, and the one for the pixel to the left.
const DISTANCES: usize = 40;
const LEFT: usize = 1;

/// The number of what is above among what may be expected of a pixel.
const ABOVE: u8 = 2;

/// The most pixels that are repeated at once.
const LONGEST_RUN: usize = 4096;

/// Writes the next frame: reads it twice, for codes and for itself.
pub(crate) fn encode(
    frame: Outline,
    frames: &mut Frames<impl Read + Seek>,
    out: impl Write,
) -> Result<(), MediaError> {
    let mut counts = Counts::new();
    each_symbol(frame, frames, &mut counts)?;
    frames.again()?;

    let mut out = Bits::new(out);
    out.write(0x2f, 8)?;
    out.write(u64::from(frame.width) - 1, 14)?;
    out.write(u64::from(frame.height) - 1, 14)?;
    out.write(u64::from(frame.channels != 3), 1)?;
    out.write(0, 3)?; // The version.
    // Green is subtracted from red and blue. From what is there is subtracted, in blocks of 512 pixels each way, what is above.
    out.write(0b101, 3)?;
    out.write(0b111_001, 6)?;
    let mut above = Counts::new();
    above.literal([0, ABOVE, 0, 0])?;
    out.write(0, 1)?; // No cache of colours.
    above.write(&mut out)?; // Nor any bits with codes for one pixel.
    // No more transforms, no cache of colours, no codes that change.
    out.write(0, 3)?;
    let codes = counts.write(&mut out)?;
    each_symbol(
        frame,
        frames,
        &mut Coded {
            codes,
            out: &mut out,
        },
    )?;
    Ok(out.finish()?)
}

/// The most bytes that `encode` allocates at a time: some rows, counts and codes, and what codes are made of.
pub(crate) fn work(frame: Outline) -> usize {
    let row = frame.width as usize * size_of::<Pixel>();
    frames::work(frame) + 2 * row + (1 << 15)
}

/// What pixels are told as.
trait Symbols {
    fn literal(&mut self, pixel: Pixel) -> io::Result<()>;

    /// The last pixel again, so many times.
    fn run(&mut self, length: u32) -> io::Result<()>;
}

/// Gives `to` what the next frame is told as.
fn each_symbol(
    frame: Outline,
    frames: &mut Frames<impl Read + Seek>,
    to: &mut impl Symbols,
) -> Result<(), MediaError> {
    let mut residuals = Residuals::new(frame);
    let (mut last, mut run) = (None, 0);
    frames.rows(|row| {
        let mut row = residuals.next(row);
        loop {
            if let Some(last) = last {
                let same = row.iter().take_while(|pixel| **pixel == last).count();
                run += same;
                row = &row[same..];
            }
            let Some((&pixel, others)) = row.split_first() else {
                return Ok(()); // The run may go on in the next row.
            };
            tell(mem::take(&mut run), to)?;
            to.literal(pixel)?;
            last = Some(pixel);
            row = others;
        }
    })?;
    Ok(tell(run, to)?)
}

/// Gives `to` a run of any length.
#[inline]
fn tell(mut run: usize, to: &mut impl Symbols) -> io::Result<()> {
    while run > 0 {
        let length = run.min(LONGEST_RUN);
        to.run(length as u32)?;
        run -= length;
    }
    Ok(())
}

/// What is left of pixels when green is subtracted from red and blue, and then what is above from all.
struct Residuals {
    above: Vec<Pixel>,
    left: Vec<Pixel>,
    is_first: bool,
}

impl Residuals {
    fn new(frame: Outline) -> Self {
        let row = vec![[0; 4]; frame.width as usize];
        Self {
            above: row.clone(),
            left: row,
            is_first: true,
        }
    }

    /// Of the next row.
    fn next(&mut self, row: &[Pixel]) -> &[Pixel] {
        if mem::take(&mut self.is_first) {
            // There is nothing above: it is to the left instead, and of the first pixel black.
            self.above[0] = [0, 0, 0, u8::MAX];
            self.above[1..].copy_from_slice(&row[..row.len() - 1]);
        }
        // In the other order, which comes to the same. Loops without checks become instructions for many bytes.
        let bytes = row.as_flattened();
        let above = &self.above.as_flattened()[..bytes.len()];
        let left = &mut self.left.as_flattened_mut()[..bytes.len()];
        for at in 0..bytes.len() {
            left[at] = bytes[at].wrapping_sub(above[at]);
        }
        for pixel in &mut self.left {
            *pixel = without_green(*pixel);
        }
        self.above.copy_from_slice(row);
        &self.left
    }
}

/// With green subtracted from red and blue, both at a time.
#[inline]
fn without_green(pixel: Pixel) -> Pixel {
    const RED_AND_BLUE: u32 = 0x00ff_00ff;
    /// What each may borrow.
    const ABOVE: u32 = 0x0100_0100;
    let pixel = u32::from_le_bytes(pixel);
    let green = pixel >> 8 & 0xff;
    let others = (pixel & RED_AND_BLUE | ABOVE) - (green << 16 | green);
    (pixel & !RED_AND_BLUE | others & RED_AND_BLUE).to_le_bytes()
}

/// How often each symbol is told.
struct Counts {
    green: [u32; GREEN],
    red: [u32; 256],
    blue: [u32; 256],
    /// Zero is not counted: to add to one number again and again takes time, and most frames have no other.
    alpha: [u32; 256],
}

impl Counts {
    fn new() -> Self {
        Self {
            green: [0; GREEN],
            red: [0; 256],
            blue: [0; 256],
            alpha: [0; 256],
        }
    }

    /// Tells the codes for them.
    fn write(&self, out: &mut Bits<impl Write>) -> io::Result<Codes> {
        let mut write = |counts: &[u32]| {
            let code = Code::of(counts);
            code.write(counts, out)?;
            Ok::<_, io::Error>(code)
        };
        let mut alpha = self.alpha;
        alpha[0] = self.red.iter().sum::<u32>() - alpha.iter().sum::<u32>();
        let codes = Codes {
            green: write(&self.green)?,
            red: write(&self.red)?,
            blue: write(&self.blue)?,
            alpha: write(&alpha)?,
        };
        // All distances are the same, so they take no bits.
        let mut distances = [0; DISTANCES];
        distances[LEFT] = 1;
        write(&distances)?;
        Ok(codes)
    }
}

impl Symbols for Counts {
    #[inline]
    fn literal(&mut self, [red, green, blue, alpha]: Pixel) -> io::Result<()> {
        self.red[usize::from(red)] += 1;
        self.green[usize::from(green)] += 1;
        self.blue[usize::from(blue)] += 1;
        if alpha != 0 {
            self.alpha[usize::from(alpha)] += 1;
        }
        Ok(())
    }

    #[inline]
    fn run(&mut self, length: u32) -> io::Result<()> {
        self.green[256 + symbol_of(length).0] += 1;
        Ok(())
    }
}

struct Codes {
    green: Code,
    red: Code,
    blue: Code,
    alpha: Code,
}

/// Writes symbols.
struct Coded<'a, W> {
    codes: Codes,
    out: &'a mut Bits<W>,
}

impl<W: Write> Symbols for Coded<'_, W> {
    #[inline]
    fn literal(&mut self, [red, green, blue, alpha]: Pixel) -> io::Result<()> {
        let (mut bits, mut count) = self.codes.green.of_symbol(green.into());
        for (code, byte) in [(&self.codes.red, red), (&self.codes.blue, blue)] {
            let (more, more_count) = code.of_symbol(byte.into());
            bits |= more << count;
            count += more_count;
        }
        self.out.write(bits, count)?;
        let (bits, count) = self.codes.alpha.of_symbol(alpha.into());
        if count > 0 {
            self.out.write(bits, count)?;
        }
        Ok(())
    }

    #[inline]
    fn run(&mut self, length: u32) -> io::Result<()> {
        let (symbol, more, more_count) = symbol_of(length);
        let (bits, count) = self.codes.green.of_symbol(256 + symbol);
        self.out.write(bits | more << count, count + more_count)
    }
}

/// The symbol of a length, and what is told besides in how many bits.
fn symbol_of(length: u32) -> (usize, u64, u32) {
    let length = length - 1;
    if length < 4 {
        return (length as usize, 0, 0);
    }
    // The highest two bits, and how many are below.
    let below = length.ilog2() - 1;
    let symbol = 2 * below + (length >> below);
    let more = length & ((1 << below) - 1);
    (symbol as usize, more.into(), below)
}
