//! The numbers that an array's elements are.

use lightboard_events::Number;

use crate::{Array, PIECE, Pieces};

/// Gives `take` the number that each of `elements` is, which lie beside each other in the machine's byte order.
#[inline]
pub fn numbers(number: Number, elements: &[u8], mut take: impl FnMut(f64)) {
    match number {
        Number::F32 => each(elements, |it| take(f32::from_ne_bytes(it).into())),
        Number::F64 => each(elements, |it| take(f64::from_ne_bytes(it))),
        _ => bits(number, elements, |bits| take(number.value(bits))),
    }
}

/// Gives `take` the bits of each element.
#[inline]
fn bits(number: Number, elements: &[u8], mut take: impl FnMut(u64)) {
    match number.size() {
        1 => each(elements, |[it]| take(it.into())),
        2 => each(elements, |it| take(u16::from_ne_bytes(it).into())),
        4 => each(elements, |it| take(u32::from_ne_bytes(it).into())),
        _ => each(elements, |it| take(u64::from_ne_bytes(it))),
    }
}

#[inline]
fn each<const SIZE: usize>(elements: &[u8], mut take: impl FnMut([u8; SIZE])) {
    for element in elements.as_chunks().0 {
        take(*element);
    }
}

/// Gives `take` each of `elements`, which are whole numbers, as one of 64 bits; above what it holds, the bits of an
/// unsigned one.
#[inline]
pub fn integers(number: Number, elements: &[u8], mut take: impl FnMut(i64)) {
    bits(number, elements, |bits| {
        take(match number {
            Number::I8 => i64::from(bits as i8),
            Number::I16 => i64::from(bits as i16),
            Number::I32 => i64::from(bits as i32),
            _ => bits as i64,
        });
    });
}

/// Gives `take` the float32 that is next to each number, as a conversion in one step has it.
#[inline]
pub fn floats(number: Number, elements: &[u8], mut take: impl FnMut(f32)) {
    match number {
        Number::I64 => bits(number, elements, |bits| take(bits as i64 as f32)),
        Number::U64 => bits(number, elements, |bits| take(bits as f32)),
        _ => numbers(number, elements, |number| take(number as f32)),
    }
}

/// The numbers of an array in the order of its last index.
#[derive(Clone, Debug)]
pub struct Numbers<'a> {
    number: Number,
    pieces: Pieces<'a>,
    elements: Vec<u8>,
    piece: Vec<f64>,
    at: usize,
}

impl<'a> Array<'a> {
    /// Its numbers in the order of its last index; its elements are of type `number`.
    pub fn numbers(&self, number: Number) -> Numbers<'a> {
        debug_assert_eq!(self.size, number.size());
        Numbers {
            number,
            pieces: self.pieces(),
            elements: Vec::with_capacity(PIECE),
            piece: Vec::new(),
            at: 0,
        }
    }
}

impl Iterator for Numbers<'_> {
    type Item = f64;

    #[inline]
    fn next(&mut self) -> Option<f64> {
        if let Some(number) = self.piece.get(self.at) {
            self.at += 1;
            return Some(*number);
        }
        self.next_piece()
    }
}

impl Numbers<'_> {
    #[cold]
    fn next_piece(&mut self) -> Option<f64> {
        self.pieces.next_into(&mut self.elements);
        self.piece.clear();
        numbers(self.number, &self.elements, |number| {
            self.piece.push(number);
        });
        self.at = 1;
        self.piece.first().copied()
    }
}

#[cfg(test)]
mod tests {
    use lightboard_events::Number;

    use crate::Array;

    #[test]
    #[expect(clippy::float_cmp, reason = "the very numbers are meant")]
    fn numbers_are_those_of_the_elements() {
        let bytes = [1u8, 0xff, 0x80, 0x3f];
        let of = |number: Number| {
            let size = number.size();
            let array = Array::new(&bytes, 0, size, &[4 / size], &[size as isize]).unwrap();
            array.numbers(number).collect::<Vec<_>>()
        };
        assert_eq!(of(Number::I8), [1.0, -1.0, -128.0, 63.0]);
        assert_eq!(of(Number::U8), [1.0, 255.0, 128.0, 63.0]);
        assert_eq!(of(Number::Bool), [1.0; 4]);
        let words = [0, 2].map(|at| u16::from_ne_bytes([bytes[at], bytes[at + 1]]));
        assert_eq!(of(Number::U16), words.map(f64::from));
        assert_eq!(
            of(Number::Bf16)[1],
            f64::from(f32::from_bits(u32::from(words[1]) << 16))
        );
        let whole = |number| {
            let mut found = Vec::new();
            super::integers(number, &bytes, |it| found.push(it));
            found
        };
        assert_eq!(whole(Number::I8), [1, -1, -128, 63]);
        assert_eq!(whole(Number::U8), [1, 255, 128, 63]);
        assert_eq!(whole(Number::U32), [u32::from_ne_bytes(bytes).into()]);
        assert_eq!(whole(Number::I16), words.map(|it| i64::from(it as i16)));
        assert_eq!(of(Number::F32), [f64::from(f32::from_ne_bytes(bytes))]);
    }
}
