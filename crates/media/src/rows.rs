//! Pixels row by row, as the encoders read them.

use std::io::{self, Read, Seek, SeekFrom};

use crate::{Grid, MediaError, Pixels};

/// The rows of all frames, one behind the other: in each the pictures of the batch, side by side.
#[derive(Clone, Debug)]
pub struct Rows<'a> {
    pixels: Pixels<'a>,
    grid: Grid,
    /// Bytes of a row.
    size: usize,
    /// How many there are in a frame and in all, and how many are read.
    height: usize,
    count: usize,
    next: usize,
    /// The end of one that is read in part, backwards.
    rest: Vec<u8>,
}

impl<'a> Pixels<'a> {
    /// What the pictures of each frame are as one, row by row: 8 bits a channel; one channel becomes three.
    ///
    /// # Errors
    /// They are too large.
    pub fn rows(&self, grid: Grid) -> Result<Rows<'a>, MediaError> {
        let outline = self.outline(grid)?;
        let height = outline.height as usize;
        Ok(Rows {
            pixels: *self,
            grid,
            size: outline.row(),
            height,
            count: height.saturating_mul(self.frames()),
            next: 0,
            rest: Vec::new(),
        })
    }
}

impl Rows<'_> {
    /// Writes the next row.
    fn put(&mut self, row: &mut [u8]) {
        let (frame, y) = (self.next / self.height, self.next % self.height);
        self.pixels.row_of_all(frame, self.grid, y, row);
        self.next += 1;
    }

    /// Makes the next row the rest.
    fn begin(&mut self) {
        let mut row = vec![0; self.size];
        self.put(&mut row);
        row.reverse();
        self.rest = row;
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
                self.begin();
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

impl Seek for Rows<'_> {
    fn seek(&mut self, place: SeekFrom) -> io::Result<u64> {
        let bytes = |rows: usize| rows as u64 * self.size as u64;
        let position = match place {
            SeekFrom::Start(position) => Some(position),
            SeekFrom::Current(by) => {
                (bytes(self.next) - self.rest.len() as u64).checked_add_signed(by)
            }
            SeekFrom::End(by) => bytes(self.count).checked_add_signed(by),
        };
        let position = position.filter(|&position| position <= bytes(self.count));
        let position = position.ok_or(io::ErrorKind::InvalidInput)?;
        self.next = (position / self.size as u64) as usize;
        self.rest.clear();
        let taken = (position % self.size as u64) as usize;
        if taken > 0 {
            self.begin();
            self.rest.truncate(self.size - taken);
        }
        Ok(position)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Seek, SeekFrom};

    use lightboard_events::Number;
    use proptest::prelude::*;

    use crate::{Grid, Pixels};

    proptest! {
        /// However many bytes are asked for at a time, they are the same.
        #[test]
        fn parts_are_those_of_the_whole(
            shape in [1usize..10, 1usize..3, 1usize..5, 1usize..4, 1usize..5],
            parts in prop::collection::vec(1usize..40, 1..20),
            begins in prop::collection::vec(any::<prop::sample::Index>(), 20),
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
            pixels.rows(grid).unwrap().read_exact(&mut whole).unwrap();
            let (mut rows, mut found) = (pixels.rows(grid).unwrap(), Vec::new());
            for part in parts.iter().cycle() {
                let mut read = vec![9; *part];
                let count = rows.read(&mut read).unwrap();
                if count == 0 {
                    break;
                }
                found.extend_from_slice(&read[..count]);
            }
            prop_assert_eq!(&found, &whole);
            // And wherever reading begins.
            let mut position = size;
            for (part, begin) in parts.iter().zip(begins) {
                let begin = begin.index(size + 1);
                let place = match begin % 3 {
                    0 => SeekFrom::Start(begin as u64),
                    1 => SeekFrom::End(begin as i64 - size as i64),
                    _ => SeekFrom::Current(begin as i64 - position as i64),
                };
                prop_assert_eq!(rows.seek(place).unwrap(), begin as u64);
                let mut read = vec![9; (*part).min(size - begin)];
                rows.read_exact(&mut read).unwrap();
                position = begin + read.len();
                prop_assert_eq!(&read, &whole[begin..position]);
            }
            prop_assert!(rows.seek(SeekFrom::Start(size as u64 + 1)).is_err());
        }
    }
}
