//! Samples as a program holds them: numbers of some type, in any order in memory.

use std::io::Read;

use lightboard_arrays::{Array, numbers};
use lightboard_events::Number;

/// Samples whose channels alternate.
#[derive(Clone, Debug)]
pub struct Samples<'a> {
    array: Array<'a>,
    number: Number,
}

impl<'a> Samples<'a> {
    /// The elements of `array`, which are of type `number`, in the order of its last index.
    pub fn new(array: Array<'a>, number: Number) -> Self {
        Self { array, number }
    }

    /// How many samples there are, of all channels.
    pub fn count(&self) -> usize {
        self.array.len_bytes() / self.number.size()
    }

    /// Reads them as 16 bits, little-endian. Whole numbers of 16 bits are samples as they are; of others, what lies
    /// beyond -1 to 1 is clipped, and NaN is silence.
    pub fn read(&self) -> impl Read + use<'a> {
        let number = self.number;
        let mut values = Vec::new();
        self.array.read(move |elements, made| {
            if number == Number::I16 {
                let (elements, _) = elements.as_chunks();
                let samples = elements.iter().map(|it| i16::from_ne_bytes(*it));
                made.extend(samples.flat_map(i16::to_le_bytes));
                return;
            }
            numbers(number, elements, &mut values);
            made.resize(2 * values.len(), 0);
            let samples = made.as_chunks_mut().0.iter_mut().zip(&values);
            // In the type that they have, as torch does: the last bit depends on it.
            match number {
                Number::F32 | Number::F16 | Number::Bf16 | Number::Small(_) => {
                    for (sample, value) in samples {
                        let value = (*value as f32).clamp(-1.0, 1.0) * 32767.0;
                        *sample = (value as i16).to_le_bytes();
                    }
                }
                _ => {
                    for (sample, value) in samples {
                        let value = value.clamp(-1.0, 1.0) * 32767.0;
                        *sample = (value as i16).to_le_bytes();
                    }
                }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use lightboard_arrays::Array;
    use lightboard_events::Number;

    use super::Samples;

    fn of<const SIZE: usize>(number: Number, elements: &[[u8; SIZE]]) -> Vec<i16> {
        let bytes = elements.as_flattened();
        let array = Array::new(bytes, 0, SIZE, &[elements.len()], &[SIZE as isize]).unwrap();
        let samples = Samples::new(array, number);
        let mut found = Vec::new();
        samples.read().read_to_end(&mut found).unwrap();
        assert_eq!(found.len(), 2 * samples.count());
        let (found, _) = found.as_chunks();
        found.iter().map(|it| i16::from_le_bytes(*it)).collect()
    }

    #[test]
    fn samples_are_clipped_and_cut_off() {
        let numbers = [0.0, 1.0, -1.0, 0.5, -0.5, 2.0, f32::NEG_INFINITY, f32::NAN];
        let expected = [0, 32767, -32767, 16383, -16383, 32767, -32767, 0];
        assert_eq!(of(Number::F32, &numbers.map(f32::to_ne_bytes)), expected);
        assert_eq!(
            of(Number::F64, &numbers.map(|it| f64::from(it).to_ne_bytes())),
            expected
        );
        assert_eq!(
            of(Number::I16, &[-32768i16, 7, 32767].map(i16::to_ne_bytes)),
            [-32768, 7, 32767]
        );
        assert_eq!(
            of(Number::I32, &[-9i32, 0, 1, 9].map(i32::to_ne_bytes)),
            [-32767, 0, 32767, 32767]
        );
        assert_eq!(
            of(Number::F16, &[0x3800u16, 0xbc00].map(u16::to_ne_bytes)),
            [16383, -32767]
        );
    }

    #[test]
    fn a_row_for_each_channel_is_read_frame_by_frame() {
        let bytes: Vec<u8> = [1i16, 2, 3, -1, -2, -3]
            .into_iter()
            .flat_map(i16::to_ne_bytes)
            .collect();
        let array = Array::new(&bytes, 0, 2, &[3, 2], &[2, 6]).unwrap();
        let mut found = Vec::new();
        Samples::new(array, Number::I16)
            .read()
            .read_to_end(&mut found)
            .unwrap();
        let expected = [1i16, -1, 2, -2, 3, -3].map(i16::to_le_bytes);
        assert_eq!(found, expected.as_flattened());
    }
}
