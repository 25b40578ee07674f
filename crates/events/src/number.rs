//! The numeric data types of tensors (`spec/events.md`, Tensors).

use crate::elements::Element;
use crate::tensor::FLOAT8;
use crate::wire::key;

/// The numeric data types, by how one element is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "their names say all")]
pub enum Number {
    F16,
    Bf16,
    F32,
    F64,
    Bool,
    I8,
    U8,
    I16,
    U16,
    I32,
    U32,
    I64,
    U64,
    /// Of 4 or 2 bits: one element a byte when packed.
    Signed(u32),
    Unsigned(u32),
    /// A float of 8 bits or fewer: one element a byte when packed.
    Small(SmallFloat),
}

impl Number {
    /// That with this number (`spec/events.md`, Tensors).
    #[inline]
    pub fn of(data_type: i32) -> Option<Self> {
        Some(match data_type {
            1 => Self::F32,
            2 => Self::F64,
            3 | 13 => Self::I32,
            4 | 12 => Self::U8,
            5 | 15 => Self::I16,
            6 | 11 => Self::I8,
            9 => Self::I64,
            10 => Self::Bool,
            14 => Self::Bf16,
            16 | 17 => Self::U16,
            19 => Self::F16,
            22 => Self::U32,
            23 => Self::U64,
            24 => Self::Small(SmallFloat::E5M2),
            25 => Self::Small(SmallFloat::E4M3FN),
            26 => Self::Small(SmallFloat::E4M3FNUZ),
            27 => Self::Small(SmallFloat::E4M3B11FNUZ),
            28 => Self::Small(SmallFloat::E5M2FNUZ),
            29 => Self::Signed(4),
            30 => Self::Unsigned(4),
            31 => Self::Signed(2),
            32 => Self::Unsigned(2),
            33 => Self::Small(SmallFloat::E2M1FN),
            _ => return None,
        })
    }

    /// The key of a single item in the field of typed values.
    #[inline]
    pub(crate) fn typed_key(self) -> u32 {
        match self {
            Self::F32 => key::fixed32(5),
            Self::F64 => key::fixed64(6),
            Self::I64 => key::varint(10),
            Self::Bool => key::varint(11),
            Self::F16 | Self::Bf16 => key::varint(13),
            Self::U32 => key::varint(16),
            Self::U64 => key::varint(17),
            Self::Small(_) => FLOAT8,
            _ => key::varint(7),
        }
    }

    /// The key of the field that holds the items if the type's own one is empty: torch puts uint8 into that of uint32.
    #[inline]
    pub(crate) fn other_key(self) -> Option<u32> {
        (self == Self::U8).then(|| Self::U32.typed_key())
    }

    /// The number in `content`, if it is as long as one element.
    pub(crate) fn unpack(self, content: &[u8]) -> Option<f64> {
        (content.len() == self.size()).then(|| self.value(little_endian(content)))
    }

    /// Bytes of one element in packed content.
    pub fn size(self) -> usize {
        match self {
            Self::F64 | Self::I64 | Self::U64 => 8,
            Self::F32 | Self::I32 | Self::U32 => 4,
            Self::F16 | Self::Bf16 | Self::I16 | Self::U16 => 2,
            Self::Bool
            | Self::I8
            | Self::U8
            | Self::Signed(_)
            | Self::Unsigned(_)
            | Self::Small(_) => 1,
        }
    }

    /// The type that readers get: the plain one that has all its values.
    pub(crate) fn element(self) -> Element {
        match self {
            Self::F16 | Self::Bf16 | Self::Small(_) | Self::F32 => Element::Float32,
            Self::F64 => Element::Float64,
            Self::Bool => Element::Bool,
            Self::I8 | Self::Signed(_) => Element::Int8,
            Self::U8 | Self::Unsigned(_) => Element::Uint8,
            Self::I16 => Element::Int16,
            Self::U16 => Element::Uint16,
            Self::I32 => Element::Int32,
            Self::U32 => Element::Uint32,
            Self::I64 => Element::Int64,
            Self::U64 => Element::Uint64,
        }
    }

    /// Whether packed content is what readers get.
    pub(crate) fn is_plain(self) -> bool {
        !matches!(
            self,
            Self::F16
                | Self::Bf16
                | Self::Small(_)
                | Self::Bool
                | Self::Signed(_)
                | Self::Unsigned(_)
        )
    }

    /// Appends the element with these low bits, as readers get it.
    pub(crate) fn store(self, bits: u64, out: &mut Vec<u8>) {
        match self {
            Self::F16 | Self::Bf16 | Self::Small(_) => {
                out.extend_from_slice(&(self.value(bits) as f32).to_le_bytes());
            }
            Self::Bool => out.push(u8::from(bits != 0)),
            Self::Signed(_) | Self::Unsigned(_) => out.push(self.value(bits) as i8 as u8),
            _ => out.extend_from_slice(&bits.to_le_bytes()[..self.size()]),
        }
    }

    /// The number with these low bits.
    #[inline]
    pub fn value(self, bits: u64) -> f64 {
        match self {
            Self::F32 => f64::from(f32::from_bits(bits as u32)),
            Self::F64 => f64::from_bits(bits),
            // torch writes a half's bits as those of a float32; a half has 16.
            Self::F16 | Self::Bf16 if bits as u32 > 0xffff => {
                f64::from(f32::from_bits(bits as u32))
            }
            Self::F16 => half(bits as u16),
            Self::Bf16 => f64::from(f32::from_bits((bits as u32) << 16)),
            Self::Bool => f64::from(u8::from(bits != 0)),
            Self::I8 => f64::from(bits as i8),
            Self::U8 => f64::from(bits as u8),
            Self::I16 => f64::from(bits as i16),
            Self::U16 => f64::from(bits as u16),
            Self::I32 => f64::from(bits as i32),
            Self::U32 => f64::from(bits as u32),
            Self::I64 => bits as i64 as f64,
            Self::U64 => bits as f64,
            Self::Signed(width) => f64::from(((bits as i32) << (32 - width)) >> (32 - width)),
            Self::Unsigned(width) => f64::from((bits as u32) & ((1 << width) - 1)),
            Self::Small(format) => format.value(bits as u8),
        }
    }
}

/// The value of an IEEE 754 half.
#[inline]
fn half(bits: u16) -> f64 {
    /// The least number above 0, 2⁻²⁴, as a float64.
    const LEAST: u64 = (1023 - 24) << 52;
    let magnitude = bits & 0x7fff;
    let fields = u64::from(magnitude) << (52 - 10);
    let value = match magnitude {
        ..0x400 => (f64::from(magnitude) * f64::from_bits(LEAST)).to_bits(),
        0x7c00.. => fields | 0x7ff << 52,
        _ => fields + ((1023 - 15) << 52),
    };
    f64::from_bits(value | u64::from(bits >> 15) << 63)
}

/// At most 8 bytes as the low bytes of a number.
pub(crate) fn little_endian(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .rev()
        .fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// A float of 8 bits or fewer: a sign, then exponent and fraction of so many bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SmallFloat {
    exponent: u32,
    fraction: u32,
    bias: i32,
    special: Special,
}

/// Which bits of a small float are no finite number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Special {
    /// As in IEEE 754: those with the highest exponent, infinite if their fraction is 0.
    Ieee,
    /// Those with all ones behind the sign.
    AllOnes,
    /// Negative zero.
    NegativeZero,
    None,
}

impl SmallFloat {
    const E5M2: Self = Self::new(5, 2, 15, Special::Ieee);
    const E4M3FN: Self = Self::new(4, 3, 7, Special::AllOnes);
    const E4M3FNUZ: Self = Self::new(4, 3, 8, Special::NegativeZero);
    const E4M3B11FNUZ: Self = Self::new(4, 3, 11, Special::NegativeZero);
    const E5M2FNUZ: Self = Self::new(5, 2, 16, Special::NegativeZero);
    const E2M1FN: Self = Self::new(2, 1, 1, Special::None);

    const fn new(exponent: u32, fraction: u32, bias: i32, special: Special) -> Self {
        Self {
            exponent,
            fraction,
            bias,
            special,
        }
    }

    fn value(self, bits: u8) -> f64 {
        let bits = u32::from(bits);
        let ones = |count: u32| (1u32 << count) - 1;
        let fraction = bits & ones(self.fraction);
        let exponent = bits >> self.fraction & ones(self.exponent);
        let negative = bits >> (self.fraction + self.exponent) & 1 == 1;
        let sign = if negative { -1.0 } else { 1.0 };
        let highest = exponent == ones(self.exponent);
        match self.special {
            Special::Ieee if highest && fraction == 0 => return sign * f64::INFINITY,
            Special::Ieee if highest => return f64::NAN,
            Special::AllOnes if highest && fraction == ones(self.fraction) => return f64::NAN,
            Special::NegativeZero if negative && exponent == 0 && fraction == 0 => {
                return f64::NAN;
            }
            _ => {}
        }
        let (whole, exponent) = match exponent {
            0 => (fraction, 1),
            _ => (fraction | 1 << self.fraction, exponent as i32),
        };
        sign * f64::from(whole) * f64::from(exponent - self.bias - self.fraction as i32).exp2()
    }
}

#[cfg(test)]
mod tests {
    use super::{SmallFloat, half};

    #[test]
    fn halves_are_those_of_their_definition() {
        for bits in 0..=u16::MAX {
            let sign = if bits >> 15 == 0 { 1.0 } else { -1.0 };
            let fraction = f64::from(bits & 0x3ff) / 1024.0;
            let expected = match i32::from(bits >> 10 & 0x1f) {
                0 => sign * fraction * (-14f64).exp2(),
                31 if fraction == 0.0 => sign * f64::INFINITY,
                31 => f64::NAN,
                exponent => sign * (1.0 + fraction) * f64::from(exponent - 15).exp2(),
            };
            let found = half(bits);
            let is_same = found.to_bits() == expected.to_bits();
            assert!(is_same || found.is_nan() && expected.is_nan(), "{bits:x}");
        }
    }

    #[test]
    #[expect(clippy::float_cmp, reason = "the very numbers are meant")]
    fn small_floats_are_those_of_their_definitions() {
        let value = SmallFloat::value;
        assert_eq!(value(SmallFloat::E5M2, 0x3c), 1.0);
        assert_eq!(value(SmallFloat::E5M2, 0x7b), 57344.0);
        assert_eq!(value(SmallFloat::E5M2, 0x01), (-16f64).exp2());
        assert_eq!(value(SmallFloat::E5M2, 0xfc), f64::NEG_INFINITY);
        assert!(value(SmallFloat::E5M2, 0x7d).is_nan());
        assert_eq!(value(SmallFloat::E4M3FN, 0x38), 1.0);
        assert_eq!(value(SmallFloat::E4M3FN, 0x7e), 448.0);
        assert_eq!(value(SmallFloat::E4M3FN, 0x01), (-9f64).exp2());
        assert!(value(SmallFloat::E4M3FN, 0xff).is_nan());
        assert_eq!(value(SmallFloat::E4M3FNUZ, 0x7f), 240.0);
        assert!(value(SmallFloat::E4M3FNUZ, 0x80).is_nan());
        assert_eq!(value(SmallFloat::E4M3B11FNUZ, 0x7f), 30.0);
        assert_eq!(value(SmallFloat::E5M2FNUZ, 0x7f), 57344.0);
        let four_bits: Vec<f64> = (0..16)
            .map(|bits| value(SmallFloat::E2M1FN, bits))
            .collect();
        assert_eq!(four_bits[..8], [0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0]);
        assert_eq!(four_bits[9..], [-0.5, -1.0, -1.5, -2.0, -3.0, -4.0, -6.0]);
    }
}
