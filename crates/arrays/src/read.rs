//! What is made of an array's elements, as bytes.

use std::io::{self, Read, Write};

use lightboard_events::Number;

use crate::numbers::floats;
use crate::{Array, Pieces};

/// Reads what is made of an array's elements in the order of its last index.
#[derive(Debug)]
pub struct Reader<'a, F> {
    pieces: Pieces<'a>,
    make: F,
    elements: Vec<u8>,
    made: Vec<u8>,
    at: usize,
}

impl<'a> Array<'a> {
    /// Reads what `make` appends for some elements at a time.
    pub fn read<F: FnMut(&[u8], &mut Vec<u8>)>(&self, make: F) -> Reader<'a, F> {
        Reader {
            pieces: self.pieces(),
            make,
            elements: Vec::new(),
            made: Vec::new(),
            at: 0,
        }
    }

    /// Reads its elements as they are.
    pub fn bytes(&self) -> Reader<'a, impl FnMut(&[u8], &mut Vec<u8>) + use<>> {
        self.read(|elements, made| made.extend_from_slice(elements))
    }

    /// Reads its elements, which are of type `number`, as little-endian float32.
    pub fn floats(&self, number: Number) -> Reader<'a, impl FnMut(&[u8], &mut Vec<u8>) + use<>> {
        debug_assert_eq!(self.size, number.size());
        self.read(move |elements, made| {
            floats(number, elements, |float| {
                made.extend_from_slice(&float.to_le_bytes());
            });
        })
    }
}

impl<F: FnMut(&[u8], &mut Vec<u8>)> Reader<'_, F> {
    /// Writes all of it.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_to(mut self, out: &mut dyn Write) -> io::Result<()> {
        loop {
            self.next_piece();
            if self.made.is_empty() {
                return Ok(());
            }
            out.write_all(&self.made)?;
        }
    }

    fn next_piece(&mut self) {
        self.pieces.next_into(&mut self.elements);
        self.made.clear();
        self.at = 0;
        (self.make)(&self.elements, &mut self.made);
    }
}

impl<F: FnMut(&[u8], &mut Vec<u8>)> Read for Reader<'_, F> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.at == self.made.len() {
            self.next_piece();
        }
        let count = out.len().min(self.made.len() - self.at);
        out[..count].copy_from_slice(&self.made[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use lightboard_events::Number;

    use crate::Array;

    #[test]
    fn whole_numbers_are_rounded_once() {
        // Halfway between two floats but for its last bit, which float64 does not hold.
        let number: i64 = (1 << 60) + (1 << 36) + 1;
        let bytes = number.to_ne_bytes();
        let array = Array::new(&bytes, 0, 8, &[1], &[8]).unwrap();
        let mut found = Vec::new();
        array.floats(Number::I64).read_to_end(&mut found).unwrap();
        assert_eq!(found, (number as f32).to_le_bytes());
        assert_ne!(found, (number as f64 as f32).to_le_bytes());
    }
}
