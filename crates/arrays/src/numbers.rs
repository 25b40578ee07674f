//! The numbers that an array's elements are.

use lightboard_events::Number;

use crate::Array;

/// Puts the number that each of `elements` is, which lie beside each other in the machine's byte order, into `out`, in
/// place of what is there.
pub fn numbers(number: Number, elements: &[u8], out: &mut Vec<f64>) {
    out.clear();
    // A loop for each type: they are many, and what is common to all would take three times as long.
    match number {
        Number::F32 => each(elements, out, |it| f32::from_ne_bytes(it).into()),
        Number::F64 => each(elements, out, f64::from_ne_bytes),
        Number::Bool => each(elements, out, |[it]| f64::from(u8::from(it != 0))),
        Number::I8 => each(elements, out, |[it]| it.cast_signed().into()),
        Number::U8 => each(elements, out, |[it]| it.into()),
        Number::I16 => each(elements, out, |it| i16::from_ne_bytes(it).into()),
        Number::U16 => each(elements, out, |it| u16::from_ne_bytes(it).into()),
        Number::I32 => each(elements, out, |it| i32::from_ne_bytes(it).into()),
        Number::U32 => each(elements, out, |it| u32::from_ne_bytes(it).into()),
        Number::I64 => each(elements, out, |it| i64::from_ne_bytes(it) as f64),
        Number::U64 => each(elements, out, |it| u64::from_ne_bytes(it) as f64),
        Number::F16 => each(elements, out, |it| {
            Number::F16.value(u16::from_ne_bytes(it).into())
        }),
        Number::Bf16 => each(elements, out, |it| {
            Number::Bf16.value(u16::from_ne_bytes(it).into())
        }),
        Number::Small(_) | Number::Signed(_) | Number::Unsigned(_) => {
            each(elements, out, |[it]| number.value(it.into()));
        }
    }
}

#[inline]
fn each<const SIZE: usize>(
    elements: &[u8],
    out: &mut Vec<f64>,
    number: impl Fn([u8; SIZE]) -> f64,
) {
    out.extend(elements.as_chunks().0.iter().map(|it| number(*it)));
}

/// Gives `take` each of `elements`, which are whole numbers, as one of 64 bits; above what it holds, the bits of an
/// unsigned one.
#[inline]
pub fn integers(number: Number, elements: &[u8], mut take: impl FnMut(i64)) {
    for element in elements.chunks_exact(number.size()) {
        let is_negative = match number {
            Number::I8 | Number::I16 | Number::I32 | Number::I64 => {
                let last = if cfg!(target_endian = "big") {
                    0
                } else {
                    element.len() - 1
                };
                element[last] > 0x7f
            }
            _ => false,
        };
        let mut bytes = [if is_negative { 0xff } else { 0 }; 8];
        let place = if cfg!(target_endian = "big") {
            8 - element.len()
        } else {
            0
        };
        bytes[place..place + element.len()].copy_from_slice(element);
        take(i64::from_ne_bytes(bytes));
    }
}

/// Gives `take` the float32 that is next to each number, as a conversion in one step has it.
#[inline]
pub fn floats(number: Number, elements: &[u8], mut take: impl FnMut(f32)) {
    match number {
        Number::I64 => integers(number, elements, |it| take(it as f32)),
        Number::U64 => integers(number, elements, |it| take(it.cast_unsigned() as f32)),
        _ => {
            let mut found = Vec::new();
            numbers(number, elements, &mut found);
            for number in found {
                take(number as f32);
            }
        }
    }
}

impl Array<'_> {
    /// Gives `take` its numbers in the order of its last index, some at a time; its elements are of type `number`.
    pub fn numbers(&self, number: Number, mut take: impl FnMut(&[f64])) {
        debug_assert_eq!(self.size, number.size());
        let (mut pieces, mut elements, mut values) = (self.pieces(), Vec::new(), Vec::new());
        loop {
            pieces.next_into(&mut elements);
            if elements.is_empty() {
                return;
            }
            numbers(number, &elements, &mut values);
            take(&values);
        }
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
            let mut found = Vec::new();
            array.numbers(number, |values| found.extend_from_slice(values));
            found
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
