//! Pixels as a program holds them: numbers of some type, in any order in memory.

use lightboard_events::Number;

use crate::{Grid, MediaError, Outline};

/// Frames of a batch of videos, or of images, which have one frame each.
///
/// Floats are 0.0 to 1.0, rounded to float32 first; whole numbers are 0 to 255: what lies beyond is clipped, and NaN is 0.
/// Bools are black and white.
#[derive(Clone, Copy, Debug)]
pub struct Pixels<'a> {
    bytes: &'a [u8],
    start: usize,
    number: Number,
    shape: [usize; 5],
    strides: [isize; 5],
}

impl<'a> Pixels<'a> {
    /// An array of batch size, frames, channels, height and width, whose elements are numbers of one type, and the first
    /// begins at `start`; `strides` are in bytes.
    ///
    /// # Errors
    /// The array has no elements, not 1 to 4 channels, or elements outside of `bytes`.
    pub fn new(
        bytes: &'a [u8],
        start: usize,
        number: Number,
        shape: [usize; 5],
        strides: [isize; 5],
    ) -> Result<Self, MediaError> {
        if shape.contains(&0) || shape[2] > 4 {
            return Err(MediaError::Unfit {
                expected: "at least one pixel, of 1 to 4 channels",
                found: format!(
                    "an array of shape {shape:?} (batch, frames, channels, height, width)"
                ),
            });
        }
        let (mut first, mut last) = (Some(start as isize), Some(start as isize));
        for (&length, stride) in shape.iter().zip(strides) {
            let span = stride.checked_mul(length as isize - 1);
            let end = if stride < 0 { &mut first } else { &mut last };
            *end = end.zip(span).and_then(|(end, span)| end.checked_add(span));
        }
        let end = last.and_then(|last| last.checked_add(number.size() as isize));
        match (first, end) {
            (Some(0..), Some(end)) if end <= bytes.len() as isize => Ok(Self {
                bytes,
                start,
                number,
                shape,
                strides,
            }),
            _ => Err(MediaError::Unfit {
                expected: "an array whose elements lie in its memory",
                found: format!(
                    "strides {strides:?} for shape {shape:?} in {} bytes",
                    bytes.len()
                ),
            }),
        }
    }

    /// How many frames there are.
    pub fn frames(&self) -> usize {
        self.shape[1]
    }

    /// How many images or videos there are.
    pub fn batch(&self) -> usize {
        self.shape[0]
    }

    /// How large the pictures of one frame are, side by side.
    ///
    /// # Errors
    /// They are too large.
    pub fn outline(&self, grid: Grid) -> Result<Outline, MediaError> {
        let [_, _, channels, height, width] = self.shape;
        Outline::new(
            width.saturating_mul(grid.columns),
            height.saturating_mul(grid.rows),
            if channels == 1 { 3 } else { channels as u8 },
        )
    }

    /// Writes row `y` of the pictures of a frame, side by side, as 8 bits a channel; one channel becomes three.
    pub(crate) fn row_of_all(&self, frame: usize, grid: Grid, y: usize, out: &mut [u8]) {
        assert!(frame < self.frames());
        let [batch, _, _, height, _] = self.shape;
        let size = out.len() / grid.columns;
        for (column, row) in out.chunks_exact_mut(size).enumerate() {
            let place = y / height * grid.columns + column;
            if place < batch {
                self.row(self.at([place, frame, 0, y % height, 0]), row);
            } else {
                row.fill(0);
            }
        }
    }

    fn at(&self, index: [usize; 5]) -> usize {
        let offset = |(index, stride): (usize, isize)| index as isize * stride;
        let offset: isize = index.into_iter().zip(self.strides).map(offset).sum();
        self.start.wrapping_add_signed(offset)
    }

    fn row(&self, at: usize, out: &mut [u8]) {
        match self.number {
            Number::U8 => self.convert(at, out, |[byte]| byte),
            Number::Bool => self.convert(at, out, |[byte]| if byte == 0 { 0 } else { 255 }),
            Number::I8 => self.convert(at, out, |[byte]| byte.cast_signed().max(0) as u8),
            Number::I16 => {
                self.convert(at, out, |bytes| {
                    i16::from_ne_bytes(bytes).clamp(0, 255) as u8
                });
            }
            Number::U16 => self.convert(at, out, |bytes| u16::from_ne_bytes(bytes).min(255) as u8),
            Number::I32 => {
                self.convert(at, out, |bytes| {
                    i32::from_ne_bytes(bytes).clamp(0, 255) as u8
                });
            }
            Number::U32 => self.convert(at, out, |bytes| u32::from_ne_bytes(bytes).min(255) as u8),
            Number::I64 => {
                self.convert(at, out, |bytes| {
                    i64::from_ne_bytes(bytes).clamp(0, 255) as u8
                });
            }
            Number::U64 => self.convert(at, out, |bytes| u64::from_ne_bytes(bytes).min(255) as u8),
            Number::F32 => self.convert(at, out, |bytes| scaled(f32::from_ne_bytes(bytes))),
            Number::F64 => {
                self.convert(at, out, |bytes| scaled(f64::from_ne_bytes(bytes) as f32));
            }
            half @ (Number::F16 | Number::Bf16) => self.convert(at, out, |bytes| {
                scaled(half.value(u16::from_ne_bytes(bytes).into()) as f32)
            }),
            small @ Number::Small(_) => {
                self.convert(at, out, |[byte]| scaled(small.value(byte.into()) as f32));
            }
            whole @ (Number::Signed(_) | Number::Unsigned(_)) => {
                self.convert(at, out, |[byte]| whole.value(byte.into()) as u8);
            }
        }
    }

    /// Writes the row that begins at `at`; where elements are neighbours in memory, without a look at strides.
    #[inline]
    fn convert<const SIZE: usize>(
        &self,
        at: usize,
        out: &mut [u8],
        convert: impl Fn([u8; SIZE]) -> u8,
    ) {
        let [_, _, channels, _, width] = self.shape;
        let [_, _, to_channel, _, to_pixel] = self.strides;
        let (whole, _) = self.bytes[at..].as_chunks::<SIZE>();
        if channels == 1 {
            for (x, pixel) in out.chunks_exact_mut(3).enumerate() {
                pixel.fill(convert(self.element_at(at, x, to_pixel)));
            }
        } else if to_channel == SIZE as isize && to_pixel == (channels * SIZE) as isize {
            for (out, &element) in out.iter_mut().zip(whole) {
                *out = convert(element);
            }
        } else {
            for channel in 0..channels {
                let at = at.wrapping_add_signed(channel as isize * to_channel);
                let pixels = out.chunks_exact_mut(channels);
                if to_pixel == SIZE as isize {
                    let (plane, _) = self.bytes[at..at + width * SIZE].as_chunks::<SIZE>();
                    for (pixel, &element) in pixels.zip(plane) {
                        pixel[channel] = convert(element);
                    }
                } else {
                    for (x, pixel) in pixels.enumerate() {
                        pixel[channel] = convert(self.element_at(at, x, to_pixel));
                    }
                }
            }
        }
    }

    #[inline]
    fn element_at<const SIZE: usize>(&self, at: usize, x: usize, stride: isize) -> [u8; SIZE] {
        let at = at.wrapping_add_signed(x as isize * stride);
        let mut element = [0; SIZE];
        element.copy_from_slice(&self.bytes[at..at + SIZE]);
        element
    }
}

/// What torch makes of a float: times 255, clipped, cut off. NaN becomes 0.
#[inline]
fn scaled(value: f32) -> u8 {
    (value * 255.0) as u8
}

#[cfg(test)]
mod tests {
    use lightboard_events::Number;
    use proptest::prelude::*;

    use super::{Pixels, scaled};
    use crate::{Grid, Picture};

    /// The picture of each frame.
    fn pictures(pixels: &Pixels<'_>, grid: Grid) -> Vec<Picture> {
        let outline = pixels.outline(grid).unwrap();
        let mut rows = pixels.rows(grid).unwrap();
        let frames = 0..pixels.frames();
        frames
            .map(|_| Picture::read(outline, &mut rows).unwrap())
            .collect()
    }

    #[test]
    fn floats_are_clipped_and_cut_off() {
        let cases = [
            (0.0, 0),
            (1.0, 255),
            (0.999, 254),
            (0.5, 127),
            (-0.5, 0),
            (2.0, 255),
            (f32::NAN, 0),
            (f32::INFINITY, 255),
            (f32::NEG_INFINITY, 0),
        ];
        for (value, expected) in cases {
            assert_eq!(scaled(value), expected, "{value}");
        }
    }

    #[test]
    fn whole_numbers_are_clipped_and_bools_are_black_and_white() {
        let of = |number: Number, element: &[u8]| {
            let strides = [element.len() as isize; 5];
            let pixels = Pixels::new(element, 0, number, [1; 5], strides).unwrap();
            pictures(&pixels, Grid::of_images(1))[0].pixels[0]
        };
        assert_eq!([0, 1, 2].map(|it| of(Number::Bool, &[it])), [0, 255, 255]);
        assert_eq!([0, 127, 200].map(|it| of(Number::I8, &[it])), [0, 127, 0]);
        let numbers = [0, 200, 255, 256, 30_000];
        assert_eq!(
            numbers.map(|it: u16| of(Number::U16, &it.to_ne_bytes())),
            [0, 200, 255, 255, 255]
        );
        assert_eq!(
            numbers.map(|it| of(Number::U32, &u32::from(it).to_ne_bytes())),
            [0, 200, 255, 255, 255]
        );
        assert_eq!(
            numbers.map(|it| of(Number::U64, &u64::from(it).to_ne_bytes())),
            [0, 200, 255, 255, 255]
        );
        let numbers = [-30_000, -1, 0, 200, 256];
        assert_eq!(
            numbers.map(|it: i16| of(Number::I16, &it.to_ne_bytes())),
            [0, 0, 0, 200, 255]
        );
        assert_eq!(
            numbers.map(|it| of(Number::I32, &i32::from(it).to_ne_bytes())),
            [0, 0, 0, 200, 255]
        );
        assert_eq!(
            numbers.map(|it| of(Number::I64, &i64::from(it).to_ne_bytes())),
            [0, 0, 0, 200, 255]
        );
        let bfloats = [-1.0f32, f32::NAN, 0.5, 1.0, 9.0].map(|it| (it.to_bits() >> 16) as u16);
        assert_eq!(
            bfloats.map(|it| of(Number::Bf16, &it.to_ne_bytes())),
            [0, 0, 127, 255, 255]
        );
    }

    /// Bytes of an array in which axis `order[0]` varies slowest, with its start and strides; `flipped` axes run
    /// backwards.
    fn laid_out(
        shape: [usize; 5],
        order: [usize; 5],
        flipped: [bool; 5],
        size: usize,
    ) -> (usize, [isize; 5], usize) {
        let mut strides = [0isize; 5];
        let mut step = size;
        for &axis in order.iter().rev() {
            strides[axis] = step as isize;
            step *= shape[axis];
        }
        let mut start = 0;
        for axis in 0..5 {
            if flipped[axis] {
                start += (shape[axis] - 1) * strides[axis] as usize;
                strides[axis] = -strides[axis];
            }
        }
        (start, strides, step)
    }

    proptest! {
        /// Every memory layout and element type gives the picture that a look-up element by element gives.
        #[test]
        fn any_layout_gives_the_same_picture(
            shape in [1usize..10, 1usize..3, 1usize..5, 1usize..5, 1usize..7],
            order in Just([0, 1, 2, 3, 4]).prop_shuffle(),
            flipped: [bool; 5],
            number in prop::sample::select(vec![Number::U8, Number::I32, Number::F16, Number::F32, Number::F64]),
            videos: bool,
        ) {
            let [batch, frames, channels, height, width] = shape;
            let (start, strides, length) = laid_out(shape, order, flipped, number.size());
            let value = |n: usize, t: usize, c: usize, y: usize, x: usize| {
                ((((n * 3 + t) * 5 + c) * 7 + y) * 11 + x) as u8
            };
            let mut bytes = vec![0; length];
            for n in 0..batch { for t in 0..frames { for c in 0..channels { for y in 0..height { for x in 0..width {
                let at = start as isize + [n, t, c, y, x].iter().zip(strides).map(|(&i, s)| i as isize * s).sum::<isize>();
                let at = at as usize;
                let byte = value(n, t, c, y, x);
                // Half a step above, so that rounding does not matter.
                let float = (f32::from(byte) + 0.5) / 255.0;
                match number {
                    Number::U8 => bytes[at] = byte,
                    Number::I32 => bytes[at..at + 4].copy_from_slice(&i32::from(byte).to_ne_bytes()),
                    Number::F16 => {
                        // The same exponent and the first bits of the fraction.
                        let half = (float.to_bits() >> 13) - ((127 - 15) << 10);
                        bytes[at..at + 2].copy_from_slice(&(half as u16).to_ne_bytes());
                    }
                    Number::F32 => bytes[at..at + 4].copy_from_slice(&float.to_ne_bytes()),
                    _ => bytes[at..at + 8].copy_from_slice(&f64::from(float).to_ne_bytes()),
                }
            }}}}}
            let pixels = Pixels::new(&bytes, start, number, shape, strides).unwrap();
            let grid = if videos { Grid::of_videos(batch) } else { Grid::of_images(batch) };
            let out_channels = if channels == 1 { 3 } else { channels };
            for (t, picture) in pictures(&pixels, grid).into_iter().enumerate() {
                prop_assert_eq!(picture.width as usize, width * grid.columns);
                prop_assert_eq!(picture.height as usize, height * grid.rows);
                for (index, &found) in picture.pixels.iter().enumerate() {
                    let (pixel, c) = (index / out_channels, index % out_channels);
                    let (y, x) = (pixel / (width * grid.columns), pixel % (width * grid.columns));
                    let n = y / height * grid.columns + x / width;
                    let expected = if n < batch {
                        value(n, t, if channels == 1 { 0 } else { c }, y % height, x % width)
                    } else { 0 };
                    prop_assert_eq!(found, expected);
                }
            }
        }

        /// Whatever an array claims, nothing outside of its memory is read.
        #[test]
        fn elements_outside_are_refused(
            length in 0usize..40,
            start in 0usize..50,
            shape in [0usize..4, 0usize..3, 0usize..6, 0usize..4, 0usize..4],
            strides in prop::array::uniform5(prop_oneof![-9isize..9, Just(isize::MIN), Just(isize::MAX)]),
        ) {
            let bytes = vec![7; length];
            if let Ok(pixels) = Pixels::new(&bytes, start, Number::F32, shape, strides) {
                pictures(&pixels, Grid::of_images(pixels.batch()));
            }
        }
    }
}
