//! Tensors, as far as a single number is wanted of them (`spec/events.md`, Tensors).

use crate::wire::{DecodeError, END, Fields, Pieces, key};

/// A tensor, not walked yet.
#[derive(Debug, Clone, Copy)]
pub struct Tensor<'a> {
    pub(crate) pieces: Pieces<'a>,
}

/// A tensor's outline: everything but its typed values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outline<'a> {
    /// Number of the data type, without the flag for references.
    pub data_type: i32,
    /// Number of dimensions.
    pub rank: usize,
    /// Product of the dimensions, 1 for rank 0; None if one is unknown or the product passes 64 bits.
    pub elements: Option<u64>,
    /// The elements' bytes, little-endian, if the writer packed them; else empty.
    pub content: &'a [u8],
}

const DATA_TYPE: u32 = key::varint(1);
const SHAPE: u32 = key::bytes(2);
const VERSION: u32 = key::varint(3);
const CONTENT: u32 = key::bytes(4);

impl<'a> Tensor<'a> {
    /// Type, shape and packed content.
    ///
    /// # Errors
    ///
    /// If the bytes are no tensor.
    #[inline]
    pub fn outline(&self) -> Result<Outline<'a>, DecodeError> {
        let mut outline = Outline {
            data_type: 0,
            rank: 0,
            elements: Some(1),
            content: &[],
        };
        for piece in self.pieces {
            let mut fields = Fields::new(piece?);
            loop {
                match fields.key()? {
                    END => break,
                    // A reference type is its plain type and 100.
                    DATA_TYPE => outline.data_type = fields.varint()? as i32 % 100,
                    SHAPE => shape(&mut outline, fields.bytes()?)?,
                    VERSION => drop(fields.varint()?),
                    CONTENT => outline.content = fields.bytes()?,
                    key => fields.skip(key, 1..=4)?,
                }
            }
        }
        Ok(outline)
    }

    /// The one number of a numeric tensor of one element, however it is written. None for anything else, and for the
    /// types of 8 bits and fewer that have no integer or IEEE meaning.
    ///
    /// # Errors
    ///
    /// If the bytes are no tensor.
    #[inline]
    pub fn scalar(&self) -> Result<Option<f64>, DecodeError> {
        let outline = self.outline()?;
        let Some(number) = Number::of(outline.data_type) else {
            return Ok(None);
        };
        if outline.elements != Some(1) {
            return Ok(None);
        }
        if !outline.content.is_empty() {
            return Ok(number.unpack(outline.content));
        }
        // As TensorFlow reads it: a tensor without values is filled with zeros.
        let first = self.first(number.typed_key())?;
        Ok(Some(first.map_or(0.0, |bits| number.value(bits))))
    }

    /// The bits of the first item of the repeated field whose single items have the key `single`.
    #[inline]
    fn first(&self, single: u32) -> Result<Option<u64>, DecodeError> {
        let packed = key::bytes(single >> 3);
        for piece in self.pieces {
            let mut fields = Fields::new(piece?);
            loop {
                match fields.key()? {
                    END => break,
                    key if key == single => return item(&mut fields, single).map(Some),
                    key if key == packed => {
                        let mut items = Fields::new(fields.bytes()?);
                        if !items.rest().is_empty() {
                            return item(&mut items, single).map(Some);
                        }
                    }
                    key => fields.skip(key, single >> 3..=single >> 3)?,
                }
            }
        }
        Ok(None)
    }
}

#[inline]
fn item(fields: &mut Fields<'_>, key: u32) -> Result<u64, DecodeError> {
    match key & 7 {
        0 => fields.varint(),
        1 => fields.fixed64(),
        _ => fields.fixed32().map(u64::from),
    }
}

fn shape(outline: &mut Outline<'_>, message: &[u8]) -> Result<(), DecodeError> {
    const DIMENSION: u32 = key::bytes(2);
    const UNKNOWN_RANK: u32 = key::varint(3);
    let mut fields = Fields::new(message);
    loop {
        match fields.key()? {
            END => return Ok(()),
            DIMENSION => {
                let size = u64::try_from(size(fields.bytes()?)?).ok();
                outline.rank += 1;
                outline.elements = outline
                    .elements
                    .and_then(|product| product.checked_mul(size?));
            }
            UNKNOWN_RANK if fields.varint()? != 0 => outline.elements = None,
            UNKNOWN_RANK => {}
            key => fields.skip(key, 2..=3)?,
        }
    }
}

/// The size of a dimension; -1 if unknown.
fn size(dimension: &[u8]) -> Result<i64, DecodeError> {
    const SIZE: u32 = key::varint(1);
    let (mut fields, mut size) = (Fields::new(dimension), 0);
    loop {
        match fields.key()? {
            END => return Ok(size),
            SIZE => size = fields.varint()? as i64,
            key => fields.skip(key, 1..=1)?,
        }
    }
}

/// The numeric data types, by how one element is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Number {
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
}

impl Number {
    #[inline]
    fn of(data_type: i32) -> Option<Self> {
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
            29 => Self::Signed(4),
            30 => Self::Unsigned(4),
            31 => Self::Signed(2),
            32 => Self::Unsigned(2),
            _ => return None,
        })
    }

    /// The key of a single item in the field of typed values.
    #[inline]
    fn typed_key(self) -> u32 {
        match self {
            Self::F32 => key::fixed32(5),
            Self::F64 => key::fixed64(6),
            Self::I64 => key::varint(10),
            Self::Bool => key::varint(11),
            Self::F16 | Self::Bf16 => key::varint(13),
            Self::U32 => key::varint(16),
            Self::U64 => key::varint(17),
            _ => key::varint(7),
        }
    }

    /// The number in `content`, if it is as long as one element.
    fn unpack(self, content: &[u8]) -> Option<f64> {
        let size = match self {
            Self::F64 | Self::I64 | Self::U64 => 8,
            Self::F32 | Self::I32 | Self::U32 => 4,
            Self::F16 | Self::Bf16 | Self::I16 | Self::U16 => 2,
            Self::Bool | Self::I8 | Self::U8 | Self::Signed(_) | Self::Unsigned(_) => 1,
        };
        let mut bits = [0; 8];
        bits[..size].copy_from_slice(content.get(..size).filter(|_| content.len() == size)?);
        Some(self.value(u64::from_le_bytes(bits)))
    }

    /// The number with these low bits.
    #[inline]
    fn value(self, bits: u64) -> f64 {
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
        }
    }
}

/// The value of an IEEE 754 half.
fn half(bits: u16) -> f64 {
    let sign = if bits >> 15 == 0 { 1.0 } else { -1.0 };
    let exponent = i32::from(bits >> 10 & 0x1f);
    let fraction = f64::from(bits & 0x3ff) / 1024.0;
    match exponent {
        0 => sign * fraction * (-14f64).exp2(),
        31 if fraction == 0.0 => sign * f64::INFINITY,
        31 => f64::NAN,
        _ => sign * (1.0 + fraction) * f64::from(exponent - 15).exp2(),
    }
}
