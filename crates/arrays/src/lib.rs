//! Arrays as a program holds them: elements of one size, in any order in memory, read in pieces of bounded size. No I/O.
//!
//! What is made of an array's elements (other numbers, or the same ones beside each other) is made while they are read,
//! so that it never lies in memory whole.

mod made;
mod numbers;
mod read;

pub use made::Floats;
pub use numbers::{floats, integers, numbers};
pub use read::Reader;

/// Bytes of elements that are taken at a time, at most; enough that what is done once for all of them does not count.
const PIECE: usize = 1 << 12;

/// An array that lies in borrowed memory.
#[derive(Clone, Debug)]
pub struct Array<'a> {
    bytes: &'a [u8],
    size: usize,
    /// Where in `bytes` the next row begins.
    start: usize,
    /// Dimensions and strides in bytes, without those that can be told apart by nobody: a contiguous array has one.
    axes: Vec<(usize, isize)>,
}

impl<'a> Array<'a> {
    /// An array of elements of `size` bytes, whose first one begins at `start`; `strides` are in bytes. None if elements
    /// lie outside of `bytes`.
    pub fn new(
        bytes: &'a [u8],
        start: usize,
        size: usize,
        shape: &[usize],
        strides: &[isize],
    ) -> Option<Self> {
        if size == 0 || size > PIECE || shape.len() != strides.len() {
            return None;
        }
        let is_empty = shape.contains(&0);
        let (mut first, mut last) = (isize::try_from(start).ok()?, isize::try_from(start).ok()?);
        let mut axes: Vec<(usize, isize)> = Vec::with_capacity(shape.len().max(1));
        let apart = shape.iter().copied().zip(strides.iter().copied());
        for (length, stride) in apart.filter(|(length, _)| *length > 1 && !is_empty) {
            let span = stride.checked_mul(isize::try_from(length - 1).ok()?)?;
            let end = if stride < 0 { &mut first } else { &mut last };
            *end = end.checked_add(span)?;
            match axes.last_mut() {
                Some(before) if Some(before.1) == stride.checked_mul(length as isize) => {
                    *before = (before.0.checked_mul(length)?, stride);
                }
                _ => axes.push((length, stride)),
            }
        }
        if axes.is_empty() {
            axes.push((usize::from(!is_empty), size as isize));
        }
        let end = last.checked_add(size as isize)?;
        let lies_inside = is_empty || first >= 0 && end <= bytes.len() as isize;
        axes.iter()
            .try_fold(size, |total, (length, _)| total.checked_mul(*length))
            .filter(|_| lies_inside)
            .map(|_| Self {
                bytes,
                size,
                start,
                axes,
            })
    }

    /// How many bytes its elements have.
    pub fn len_bytes(&self) -> usize {
        self.axes
            .iter()
            .map(|(length, _)| length)
            .product::<usize>()
            * self.size
    }

    /// Its elements in the order of its last index, if they lie so in memory.
    pub fn contiguous(&self) -> Option<&'a [u8]> {
        match self.axes[..] {
            [(0, _)] => Some(&[]),
            [(length, stride)] if stride == self.size as isize => {
                Some(&self.bytes[self.start..][..length * self.size])
            }
            _ => None,
        }
    }

    /// Its elements in the order of its last index, as they are.
    pub fn pieces(&self) -> Pieces<'a> {
        Pieces {
            array: self.clone(),
            index: vec![0; self.axes.len() - 1],
            taken: 0,
            left: self.len_bytes() / self.size,
        }
    }
}

/// Goes over an array's elements.
#[derive(Clone, Debug)]
pub struct Pieces<'a> {
    array: Array<'a>,
    /// Of the row that `array.start` is in, in all dimensions but the last.
    index: Vec<usize>,
    /// Elements of that row that were taken.
    taken: usize,
    /// Elements that were not taken.
    left: usize,
}

impl Pieces<'_> {
    /// Puts the next elements beside each other into `out`, in place of what is there, as many as make a piece; none at
    /// the end.
    pub fn next_into(&mut self, out: &mut Vec<u8>) {
        let size = self.array.size;
        out.clear();
        while self.left > 0 && out.len() + size <= PIECE {
            let (length, stride) = self.array.axes[self.index.len()];
            let count = (length - self.taken).min((PIECE - out.len()) / size);
            let first = self
                .array
                .start
                .wrapping_add_signed(self.taken as isize * stride);
            self.array.run(first, count, stride, out);
            self.taken += count;
            self.left -= count;
            if self.taken == length && self.left > 0 {
                self.taken = 0;
                self.next_row();
            }
        }
    }

    fn next_row(&mut self) {
        for (index, &(length, stride)) in self.index.iter_mut().zip(&self.array.axes).rev() {
            *index += 1;
            if *index < length {
                self.array.start = self.array.start.wrapping_add_signed(stride);
                return;
            }
            *index = 0;
            let back = stride * (length as isize - 1);
            self.array.start = self.array.start.wrapping_add_signed(-back);
        }
    }
}

impl Array<'_> {
    /// Appends `count` elements, the first at `first`, each `stride` behind the one before it.
    fn run(&self, first: usize, count: usize, stride: isize, out: &mut Vec<u8>) {
        match self.size {
            size if stride == size as isize => {
                out.extend_from_slice(&self.bytes[first..first + count * size]);
            }
            1 => self.apart::<1>(first, count, stride, out),
            2 => self.apart::<2>(first, count, stride, out),
            4 => self.apart::<4>(first, count, stride, out),
            8 => self.apart::<8>(first, count, stride, out),
            size => {
                for number in 0..count {
                    let at = first.wrapping_add_signed(number as isize * stride);
                    out.extend_from_slice(&self.bytes[at..at + size]);
                }
            }
        }
    }

    fn apart<const SIZE: usize>(
        &self,
        first: usize,
        count: usize,
        stride: isize,
        out: &mut Vec<u8>,
    ) {
        let before = out.len();
        out.resize(before + count * SIZE, 0);
        let (elements, _) = out[before..].as_chunks_mut::<SIZE>();
        for (number, element) in elements.iter_mut().enumerate() {
            let at = first.wrapping_add_signed(number as isize * stride);
            element.copy_from_slice(&self.bytes[at..at + SIZE]);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use proptest::prelude::*;

    use super::Array;

    proptest! {
        /// What is read is what a look-up element by element finds, whatever the order in memory.
        #[test]
        fn any_layout_is_read_in_the_order_of_the_last_index(
            shape in prop::collection::vec(0usize..6, 0..5),
            seed in prop::collection::vec(any::<prop::sample::Index>(), 5),
            flipped in prop::collection::vec(any::<bool>(), 5),
            gaps in prop::collection::vec(1usize..4, 5),
            size in prop::sample::select(vec![1usize, 2, 3, 4, 8, 16]),
        ) {
            let mut order: Vec<usize> = (0..shape.len()).collect();
            for (place, index) in (0..shape.len()).rev().zip(&seed) {
                order.swap(place, index.index(place + 1));
            }
            let (mut strides, mut step, mut start) = (vec![0isize; shape.len()], size, 0);
            for &axis in &order {
                strides[axis] = (step * gaps[axis]) as isize;
                step *= gaps[axis] * shape[axis].max(1);
                if flipped[axis] && shape[axis] > 0 {
                    start += (shape[axis] - 1) * strides[axis] as usize;
                    strides[axis] = -strides[axis];
                }
            }
            let bytes: Vec<u8> = (0..step).map(|at| (at * 31 % 251) as u8).collect();
            let count: usize = shape.iter().product();
            let mut expected = Vec::new();
            for number in 0..count {
                let (mut rest, mut at) = (number, start as isize);
                for axis in (0..shape.len()).rev() {
                    at += (rest % shape[axis]) as isize * strides[axis];
                    rest /= shape[axis];
                }
                expected.extend_from_slice(&bytes[at as usize..at as usize + size]);
            }
            let array = Array::new(&bytes, start, size, &shape, &strides).unwrap();
            prop_assert_eq!(array.len_bytes(), expected.len());
            if let Some(contiguous) = array.contiguous() {
                prop_assert_eq!(contiguous, &expected[..]);
            }
            let mut found = Vec::new();
            array.bytes().read_to_end(&mut found).unwrap();
            prop_assert_eq!(found, expected);
        }

        /// Whatever an array claims, nothing outside of its memory is read.
        #[test]
        fn elements_outside_are_refused(
            length in 0usize..40,
            start in 0usize..50,
            axes in prop::collection::vec((
                0usize..5,
                prop_oneof![-9isize..9, Just(isize::MIN), Just(isize::MAX)],
            ), 0..4),
            size in 0usize..9,
        ) {
            let bytes = vec![7; length];
            let (shape, strides): (Vec<_>, Vec<_>) = axes.into_iter().unzip();
            if let Some(array) = Array::new(&bytes, start, size, &shape, &strides) {
                let read = array.bytes().read_to_end(&mut Vec::new()).unwrap();
                prop_assert_eq!(read, shape.iter().product::<usize>() * size);
            }
        }
    }

    #[test]
    fn more_than_a_piece_is_read_whole() {
        let bytes: Vec<u8> = (0..100_000u32).flat_map(u32::to_ne_bytes).collect();
        let columns = Array::new(&bytes, 0, 4, &[1000, 100], &[4, 4000]).unwrap();
        let mut found = Vec::new();
        columns.bytes().read_to_end(&mut found).unwrap();
        let expected = (0..100_000u32).map(|at| at % 100 * 1000 + at / 100);
        assert_eq!(
            found,
            expected.flat_map(u32::to_ne_bytes).collect::<Vec<_>>()
        );
        // One element stands for all.
        let same = Array::new(&bytes[4..8], 0, 4, &[300, 300], &[0, 0]).unwrap();
        assert_eq!(same.contiguous(), None);
        found.clear();
        same.bytes().read_to_end(&mut found).unwrap();
        assert_eq!(found, 1u32.to_ne_bytes().repeat(90_000));
    }
}
