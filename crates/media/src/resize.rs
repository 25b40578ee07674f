//! Pictures of another size, with the pixels that Pillow's Lanczos filter gives them.

use std::f64::consts::PI;

use crate::{MediaError, Outline, Picture};

/// How many pixels of the smaller picture the filter reaches to each side.
const REACH: f64 = 3.0;

/// Weights are whole numbers of 2⁻²².
const PRECISION: u32 = 22;

/// The picture in `width` × `height` pixels.
///
/// # Errors
/// The size is zero or too large.
pub fn resized(picture: Picture, width: usize, height: usize) -> Result<Picture, MediaError> {
    let before = (picture.width as usize, picture.height as usize);
    if before == (width, height) {
        return Ok(picture);
    }
    if width == 0 || height == 0 {
        return Err(MediaError::Unfit {
            expected: "at least one pixel each way",
            found: format!("{width} × {height} pixels"),
        });
    }
    let channels = usize::from(picture.channels);
    let mut wide = Picture::black(width, before.1, channels)?;
    let mut pixels = picture.pixels;
    weigh_by_alpha(&mut pixels, channels);
    // Along a row, a neighbour is a pixel away; along a column, a row.
    let columns = weights(before.0, width);
    let rows = pixels.chunks_exact(before.0 * channels);
    for (from, to) in rows.zip(wide.pixels.chunks_exact_mut(width * channels)) {
        for (weights, to) in columns.iter().zip(to.chunks_exact_mut(channels)) {
            weights.apply(from, channels, to);
        }
    }
    drop((pixels, columns));
    let mut resized = Picture::black(width, height, channels)?;
    let row = width * channels;
    let rows = weights(before.1, height);
    for (weights, to) in rows.iter().zip(resized.pixels.chunks_exact_mut(row)) {
        weights.apply(&wide.pixels, row, to);
    }
    weigh_back(&mut resized.pixels, channels);
    Ok(resized)
}

/// About how many bytes `resized` takes, those of the picture included.
#[must_use]
pub fn bytes_to_resize(picture: Outline, width: usize, height: usize) -> usize {
    let before = (picture.width as usize, picture.height as usize);
    let held = picture.bytes();
    if before == (width, height) {
        return held;
    }
    let pixels = |height: usize| {
        width
            .saturating_mul(height)
            .saturating_mul(picture.channels.into())
    };
    // Of each new column or row, its weights: of the neighbours, which are more where the picture gets smaller.
    let weights = |before: usize, after: usize| {
        let all = before
            .max(after)
            .saturating_mul(2 * REACH as usize * size_of::<i32>());
        all.saturating_add(after.saturating_mul(size_of::<Weights>()))
    };
    [
        pixels(before.1),
        pixels(height),
        weights(before.0, width),
        weights(before.1, height),
    ]
    .into_iter()
    .fold(held, usize::saturating_add)
}

/// What one new pixel is made of: neighbours from `first` on, in parts.
struct Weights {
    first: usize,
    parts: Vec<i32>,
}

impl Weights {
    /// Makes one pixel, or one row, of those in `from`, which lie `apart` from each other.
    fn apply(&self, from: &[u8], apart: usize, to: &mut [u8]) {
        for (offset, to) in to.iter_mut().enumerate() {
            let neighbours = from[self.first * apart + offset..].iter().step_by(apart);
            let parts = self.parts.iter().zip(neighbours);
            let sum: i32 = parts.map(|(part, &pixel)| part * i32::from(pixel)).sum();
            *to = ((sum + (1 << (PRECISION - 1))) >> PRECISION).clamp(0, 255) as u8;
        }
    }
}

/// The weights of each of `after` pixels that come from `before`.
fn weights(before: usize, after: usize) -> Vec<Weights> {
    if before == after {
        let only = |first| Weights {
            first,
            parts: vec![1 << PRECISION],
        };
        return (0..after).map(only).collect();
    }
    let scale = before as f64 / after as f64;
    let stretch = scale.max(1.0);
    let one = |index: usize| {
        let centre = (index as f64 + 0.5) * scale;
        let first = (centre - REACH * stretch + 0.5).max(0.0) as usize;
        let end = ((centre + REACH * stretch + 0.5) as usize).min(before);
        let weight = |at: usize| lanczos((at as f64 - centre + 0.5) / stretch);
        let total: f64 = (first..end).map(weight).sum();
        let part = |at| (weight(at) / total * f64::from(1 << PRECISION)).round() as i32;
        Weights {
            first,
            parts: (first..end).map(part).collect(),
        }
    };
    (0..after).map(one).collect()
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
    use proptest::prelude::*;

    use super::{bytes_to_resize, resized};
    use crate::Picture;

    proptest! {
        #[test]
        fn one_colour_stays_that_colour(
            width in 1u32..30, height in 1u32..30, wide in 1usize..60, high in 1usize..60, colour: [u8; 3],
        ) {
            let pixels = colour.repeat((width * height) as usize);
            let picture = Picture { width, height, channels: 3, pixels };
            let found = resized(picture, wide, high).unwrap();
            prop_assert_eq!((found.width as usize, found.height as usize), (wide, high));
            prop_assert_eq!(found.pixels, colour.repeat(wide * high));
        }
    }

    #[test]
    fn what_is_to_be_enlarged_counts_as_it_will_be() {
        let pixels = vec![0; 10 * 20 * 3];
        let picture = Picture {
            width: 10,
            height: 20,
            channels: 3,
            pixels,
        };
        assert_eq!(bytes_to_resize(picture.outline(), 10, 20), 600);
        let bytes = bytes_to_resize(picture.outline(), 1000, 2000);
        let pixels = 1000 * 2000 * 3 + 1000 * 20 * 3;
        assert!((pixels..pixels + 200_000).contains(&bytes), "{bytes}");
        assert_eq!(
            bytes_to_resize(picture.outline(), usize::MAX, usize::MAX),
            usize::MAX
        );
    }
}
