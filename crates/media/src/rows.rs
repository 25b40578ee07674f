//! Pixels row by row, as the encoders read them.

use std::io::{self, Read};

use crate::{Grid, MediaError, Outline, Pixels};

/// The rows of all frames, one behind the other: in each the pictures of the batch, side by side.
#[derive(Debug)]
pub struct Rows<'a> {
    pixels: Pixels<'a>,
    grid: Grid,
    /// Bytes of a row of one picture.
    size: usize,
    /// How many of those rows there are, and how many are read.
    count: usize,
    next: usize,
    /// The end of one that is read in part, backwards.
    rest: Vec<u8>,
}

impl<'a> Pixels<'a> {
    /// How large the pictures of a frame are side by side.
    ///
    /// # Errors
    /// They are too large.
    pub fn outline(&self, grid: Grid) -> Result<Outline, MediaError> {
        let [_, _, channels, height, width] = self.shape();
        let channels = if channels == 1 { 3 } else { channels };
        Outline::new(
            width.saturating_mul(grid.columns),
            height.saturating_mul(grid.rows),
            channels as u8,
        )
    }

    /// What the pictures of each frame are as one, row by row: 8 bits a channel; one channel becomes three.
    pub fn rows(&self, grid: Grid) -> Rows<'a> {
        let [_, frames, channels, height, width] = self.shape();
        let channels = if channels == 1 { 3 } else { channels };
        let total = [grid.columns, grid.rows, height, frames];
        Rows {
            pixels: *self,
            grid,
            size: width * channels,
            count: total.into_iter().fold(1, usize::saturating_mul),
            next: 0,
            rest: Vec::new(),
        }
    }
}

impl Rows<'_> {
    /// Writes the next row of one picture.
    fn put(&mut self, row: &mut [u8]) {
        let [batch, _, _, height, _] = self.pixels.shape();
        let rows = self.grid.rows * height;
        let (line, column) = (self.next / self.grid.columns, self.next % self.grid.columns);
        let (frame, line) = (line / rows, line % rows);
        let picture = line / height * self.grid.columns + column;
        if picture < batch {
            self.pixels.row([picture, frame, 0, line % height, 0], row);
        } else {
            row.fill(0);
        }
        self.next += 1;
    }
}

impl Read for Rows<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        while filled < out.len() {
            let left = &mut out[filled..];
            if self.rest.is_empty() && left.len() >= self.size && self.next < self.count {
                self.put(&mut left[..self.size]);
                filled += self.size;
                continue;
            }
            if self.rest.is_empty() && self.next < self.count {
                let mut row = vec![0; self.size];
                self.put(&mut row);
                row.reverse();
                self.rest = row;
            }
            let part = self.rest.len().min(left.len());
            if part == 0 {
                break;
            }
            let from = self.rest.len() - part;
            for (to, byte) in left.iter_mut().zip(self.rest.drain(from..).rev()) {
                *to = byte;
            }
            filled += part;
        }
        Ok(filled)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use lightboard_events::Number;
    use proptest::prelude::*;

    use crate::{Grid, Pixels};

    proptest! {
        /// However many bytes are asked for at a time, they are the same.
        #[test]
        fn parts_are_those_of_the_whole(
            shape in [1usize..10, 1usize..3, 1usize..5, 1usize..4, 1usize..5],
            parts in prop::collection::vec(1usize..40, 1..20),
        ) {
            let bytes: Vec<u8> = (0..shape.iter().product()).map(|at: usize| at as u8).collect();
            let mut strides = [1; 5];
            for axis in (0..4).rev() {
                strides[axis] = strides[axis + 1] * shape[axis + 1] as isize;
            }
            let pixels = Pixels::new(&bytes, 0, Number::U8, shape, strides).unwrap();
            let grid = Grid::of_images(shape[0]);
            let size = pixels.outline(grid).unwrap().bytes() * shape[1];
            let mut whole = vec![0; size];
            pixels.rows(grid).read_exact(&mut whole).unwrap();
            let (mut rows, mut found) = (pixels.rows(grid), Vec::new());
            for part in parts.iter().cycle() {
                let mut read = vec![9; *part];
                let count = rows.read(&mut read).unwrap();
                if count == 0 {
                    break;
                }
                found.extend_from_slice(&read[..count]);
            }
            prop_assert_eq!(found, whole);
        }
    }
}
