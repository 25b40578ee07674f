//! Arrays as contents of records: where they lie, or made while they are copied.

use std::io::{self, Write};

use lightboard_events::Number;
use lightboard_events::encode::{Bytes, Make};

use crate::Array;

impl Array<'_> {
    /// Its elements as they are.
    pub fn elements(&self) -> Bytes<'_> {
        self.contiguous().map_or(Bytes::Made(self), Into::into)
    }
}

impl Make for Array<'_> {
    fn size(&self) -> usize {
        self.len_bytes()
    }

    fn write_to(&self, out: &mut dyn Write) -> io::Result<()> {
        self.bytes().write_to(out)
    }
}

/// An array's numbers as little-endian float32.
#[derive(Clone, Debug)]
pub struct Floats<'a> {
    array: Array<'a>,
    number: Number,
}

impl<'a> Floats<'a> {
    /// Those of an array whose elements are of type `number`.
    pub fn of(array: Array<'a>, number: Number) -> Self {
        Self { array, number }
    }

    /// The bytes of all of them.
    pub fn bytes(&self) -> Bytes<'_> {
        match self.array.contiguous() {
            Some(floats) if self.number == Number::F32 && cfg!(target_endian = "little") => {
                floats.into()
            }
            _ => Bytes::Made(self),
        }
    }
}

impl Make for Floats<'_> {
    fn size(&self) -> usize {
        self.array.len_bytes() / self.number.size() * size_of::<f32>()
    }

    fn write_to(&self, out: &mut dyn Write) -> io::Result<()> {
        self.array.floats(self.number).write_to(out)
    }
}

#[cfg(test)]
mod tests {
    use lightboard_events::Number;
    use lightboard_events::encode::{Bytes, Make};

    use super::Floats;
    use crate::Array;

    fn written(maker: &dyn Make) -> Vec<u8> {
        let mut out = Vec::new();
        maker.write_to(&mut out).unwrap();
        assert_eq!(out.len(), maker.size());
        out
    }

    #[test]
    fn what_lies_as_it_is_to_be_is_not_made() {
        let bytes: Vec<u8> = (0..3000)
            .map(|at| f32::from(at as u16))
            .flat_map(f32::to_le_bytes)
            .collect();
        let rows = Array::new(&bytes, 0, 4, &[30, 100], &[400, 4]).unwrap();
        let columns = Array::new(&bytes, 0, 4, &[100, 30], &[4, 400]).unwrap();
        assert!(matches!(rows.elements(), Bytes::Here(found) if found == bytes));
        assert!(matches!(columns.elements(), Bytes::Made(_)));
        assert_eq!(written(&rows), bytes);
        assert_eq!(written(&columns)[4..8], 100f32.to_le_bytes());

        let floats = Floats::of(rows, Number::F32);
        assert!(matches!(floats.bytes(), Bytes::Here(found) if found == bytes));
        assert_eq!(written(&floats), bytes);
        let whole = Array::new(&bytes, 0, 8, &[1500], &[8]).unwrap();
        assert_eq!(written(&Floats::of(whole, Number::I64)).len(), 6000);
    }
}
