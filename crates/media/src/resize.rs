//! Pictures of another size, with the pixels that Pillow's Lanczos filter gives them.

use std::f64::consts::PI;
use std::io::{self, Read};

use crate::{MediaError, Outline, zeros};

/// How many pixels of the smaller picture the filter reaches to each side.
const REACH: f64 = 3.0;

/// Weights are whole numbers of 2⁻²².
const PRECISION: u32 = 22;

/// Reads the pixels of a picture in another size, as those of a [`Picture`](crate::Picture) lie. Of the picture as it was
/// it has a few rows at a time.
pub struct Resized<R> {
    pixels: R,
    outline: Outline,
    filter: Option<Filter>,
}

impl<R: Read> Resized<R> {
    /// Of a picture with this outline and these `pixels`, in `width` × `height`.
    ///
    /// # Errors
    /// The size is zero or too large.
    pub fn new(
        before: Outline,
        pixels: R,
        width: usize,
        height: usize,
    ) -> Result<Self, MediaError> {
        let outline = Outline::new(width, height, before.channels)?;
        let filter = if before == outline {
            None
        } else {
            let filter = Filter::new(before, outline);
            Some(filter.ok_or_else(|| outline.too_large())?)
        };
        Ok(Self {
            pixels,
            outline,
            filter,
        })
    }

    /// Of the picture that it reads.
    pub fn outline(&self) -> Outline {
        self.outline
    }
}

/// The most bytes that [`Resized`] allocates at a time.
pub fn work_to_resize(before: Outline, width: usize, height: usize) -> usize {
    if (width, height) == (before.width as usize, before.height as usize) {
        return 0;
    }
    let row = width.saturating_mul(before.channels.into());
    let rows = neighbours(before.height, height);
    // Of each new column, the weights of its neighbours; and of the row that is being made.
    let column = neighbours(before.width, width) * size_of::<i32>() + size_of::<Weights>();
    [
        before.row(),
        row.saturating_mul(rows + size_of::<i32>() + 1),
        width.saturating_mul(column),
        rows * size_of::<i32>(),
    ]
    .into_iter()
    .fold(0, usize::saturating_add)
}

impl<R: Read> Read for Resized<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        match &mut self.filter {
            Some(filter) => filter.read(&mut self.pixels, out),
            None => self.pixels.read(out),
        }
    }
}

/// Weighs the columns of each row of the picture as it was, and some of those rows for each of what it becomes.
struct Filter {
    before: Outline,
    height: usize,
    channels: usize,
    columns: Vec<Weights>,
    /// A row as it was.
    row: Vec<u8>,
    /// The last rows that were read, in the new width, each in place of one that is not needed any more.
    wide: Vec<u8>,
    read: usize,
    /// A row that is being made, in parts of [`PRECISION`].
    sums: Vec<i32>,
    /// The last row that was made, and how much of it was taken.
    made: Vec<u8>,
    taken: usize,
    next: usize,
}

impl Filter {
    /// Unless there is no memory.
    fn new(before: Outline, after: Outline) -> Option<Self> {
        let wide = after
            .row()
            .checked_mul(neighbours(before.height, after.height as usize))?;
        let mut columns = Vec::new();
        columns.try_reserve_exact(after.width as usize).ok()?;
        let column = |at| weights(before.width as usize, after.width as usize, at);
        columns.extend((0..after.width as usize).map(column));
        Some(Self {
            before,
            height: after.height as usize,
            channels: after.channels.into(),
            columns,
            row: zeros(before.row())?,
            wide: zeros(wide)?,
            read: 0,
            sums: zeros(after.row())?,
            made: zeros(after.row())?,
            taken: after.row(),
            next: 0,
        })
    }

    fn read(&mut self, pixels: &mut impl Read, out: &mut [u8]) -> io::Result<usize> {
        if self.taken == self.made.len() && self.next < self.height {
            self.make(pixels)?;
        }
        let count = (&self.made[self.taken..]).read(out)?;
        self.taken += count;
        Ok(count)
    }

    /// Makes the next row.
    fn make(&mut self, pixels: &mut impl Read) -> io::Result<()> {
        let size = self.made.len();
        let rows = weights(self.before.height as usize, self.height, self.next);
        while self.read < rows.first + rows.parts.len() {
            pixels.read_exact(&mut self.row)?;
            weigh_by_alpha(&mut self.row, self.channels);
            let place = self.read * size % self.wide.len();
            let wide = self.wide[place..][..size].chunks_exact_mut(self.channels);
            for (column, pixel) in self.columns.iter().zip(wide) {
                column.apply(&self.row, pixel);
            }
            self.read += 1;
        }
        self.sums.fill(HALF);
        for (at, part) in (rows.first..).zip(&rows.parts) {
            let wide = &self.wide[at * size % self.wide.len()..][..size];
            for (sum, &byte) in self.sums.iter_mut().zip(wide) {
                *sum += part * i32::from(byte);
            }
        }
        for (byte, &sum) in self.made.iter_mut().zip(&self.sums) {
            *byte = rounded(sum);
        }
        weigh_back(&mut self.made, self.channels);
        self.taken = 0;
        self.next += 1;
        Ok(())
    }
}

/// Half of one, so that sums are rounded.
const HALF: i32 = 1 << (PRECISION - 1);

fn rounded(sum: i32) -> u8 {
    (sum >> PRECISION).clamp(0, 255) as u8
}

/// How many of `before` pixels one of `after` is made of, at most.
fn neighbours(before: u32, after: usize) -> usize {
    let before = before as usize;
    let stretch = (before as f64 / after as f64).max(1.0);
    ((2.0 * REACH * stretch).ceil() as usize + 1).min(before)
}

/// What one new pixel is made of: neighbours from `first` on, in parts.
struct Weights {
    first: usize,
    parts: Vec<i32>,
}

impl Weights {
    /// Makes one pixel of those in `row`.
    fn apply(&self, row: &[u8], pixel: &mut [u8]) {
        let channels = pixel.len();
        for (channel, byte) in pixel.iter_mut().enumerate() {
            let neighbours = row[self.first * channels + channel..]
                .iter()
                .step_by(channels);
            let parts = self.parts.iter().zip(neighbours);
            let sum: i32 = parts.map(|(part, &byte)| part * i32::from(byte)).sum();
            *byte = rounded(sum + HALF);
        }
    }
}

/// The weights for the one `at` its place of `after` pixels that come from `before`.
fn weights(before: usize, after: usize, at: usize) -> Weights {
    if before == after {
        return Weights {
            first: at,
            parts: vec![1 << PRECISION],
        };
    }
    let scale = before as f64 / after as f64;
    let stretch = scale.max(1.0);
    let centre = (at as f64 + 0.5) * scale;
    let first = (centre - REACH * stretch + 0.5).max(0.0) as usize;
    let end = ((centre + REACH * stretch + 0.5) as usize).min(before);
    let weight = |at: usize| lanczos((at as f64 - centre + 0.5) / stretch);
    let total: f64 = (first..end).map(weight).sum();
    let part = |at| (weight(at) / total * f64::from(1 << PRECISION)).round() as i32;
    Weights {
        first,
        parts: (first..end).map(part).collect(),
    }
}

fn lanczos(x: f64) -> f64 {
    let sinc = |x: f64| {
        if x == 0.0 {
            1.0
        } else {
            (x * PI).sin() / (x * PI)
        }
    };
    if (-REACH..REACH).contains(&x) {
        sinc(x) * sinc(x / REACH)
    } else {
        0.0
    }
}

/// Multiplies colours by their alpha, so that what cannot be seen does not colour what can.
fn weigh_by_alpha(pixels: &mut [u8], channels: usize) {
    for_each_with_alpha(pixels, channels, |colour, alpha| {
        let product = u32::from(colour) * u32::from(alpha) + 128;
        ((product + (product >> 8)) >> 8) as u8
    });
}

fn weigh_back(pixels: &mut [u8], channels: usize) {
    for_each_with_alpha(pixels, channels, |colour, alpha| match alpha {
        0 => colour,
        _ => (255 * u32::from(colour) / u32::from(alpha)).min(255) as u8,
    });
}

fn for_each_with_alpha(pixels: &mut [u8], channels: usize, change: impl Fn(u8, u8) -> u8) {
    if channels == 3 {
        return;
    }
    for pixel in pixels.chunks_exact_mut(channels) {
        if let Some((&mut alpha, colours)) = pixel.split_last_mut() {
            for colour in colours {
                *colour = change(*colour, alpha);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use proptest::prelude::*;

    use super::{Resized, neighbours, weights, work_to_resize};
    use crate::Outline;

    proptest! {
        #[test]
        fn one_colour_stays_that_colour(
            width in 1u32..30, height in 1u32..30, wide in 1usize..60, high in 1usize..60, colour: [u8; 3],
        ) {
            let pixels = colour.repeat((width * height) as usize);
            let outline = Outline { width, height, channels: 3 };
            let mut resized = Resized::new(outline, &pixels[..], wide, high).unwrap();
            let after = resized.outline();
            prop_assert_eq!((after.width as usize, after.height as usize), (wide, high));
            let mut found = Vec::new();
            resized.read_to_end(&mut found).unwrap();
            prop_assert_eq!(found, colour.repeat(wide * high));
        }

        #[test]
        fn a_pixel_is_made_of_so_many_in_a_row(before in 1u32..3_000, after in 1usize..3_000, at: prop::sample::Index) {
            let weights = weights(before as usize, after, at.index(after));
            prop_assert!(weights.parts.len() <= neighbours(before, after));
        }
    }

    #[test]
    fn a_size_without_pixels_or_without_end_is_refused() {
        let outline = Outline {
            width: 1,
            height: 1,
            channels: 3,
        };
        for (width, height) in [(0, 1), (1, 0), (usize::MAX, 1), (1, 1 << 31)] {
            assert!(Resized::new(outline, &[7; 3][..], width, height).is_err());
        }
        assert_eq!(work_to_resize(outline, usize::MAX, 1), usize::MAX);
    }
}
