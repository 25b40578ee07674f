//! Tensors in outline, and as single numbers (`spec/events.md`, Tensors).

use crate::number::Number;
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
/// Of the types of 8 bits and fewer.
pub(crate) const FLOAT8: u32 = key::bytes(18);

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

    /// The one number of a numeric tensor of one element, however it is written. None for anything else.
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
        if number.typed_key() == FLOAT8 {
            let first = self.float8()?.first().copied();
            return Ok(Some(first.map_or(0.0, |bits| number.value(bits.into()))));
        }
        // As TensorFlow reads it: a tensor without values is filled with zeros.
        let first = match (self.first(number.typed_key())?, number.other_key()) {
            (None, Some(other)) => self.first(other)?,
            (first, _) => first,
        };
        Ok(Some(first.map_or(0.0, |bits| number.value(bits))))
    }

    /// The elements of the types of 8 bits and fewer, a byte each.
    pub(crate) fn float8(&self) -> Result<&'a [u8], DecodeError> {
        let mut elements = &[][..];
        for piece in self.pieces {
            let mut fields = Fields::new(piece?);
            loop {
                match fields.key()? {
                    END => break,
                    FLOAT8 => elements = fields.bytes()?,
                    key => fields.skip(key, 18..=18)?,
                }
            }
        }
        Ok(elements)
    }

    /// The string at place `place`, if there are so many.
    pub(crate) fn string(&self, place: usize) -> Result<Option<&'a [u8]>, DecodeError> {
        const STRING: u32 = key::bytes(8);
        let mut before = 0;
        for piece in self.pieces {
            let mut fields = Fields::new(piece?);
            loop {
                match fields.key()? {
                    END => break,
                    STRING if before == place => return fields.bytes().map(Some),
                    STRING => {
                        fields.bytes()?;
                        before += 1;
                    }
                    key => fields.skip(key, 8..=8)?,
                }
            }
        }
        Ok(None)
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
pub(crate) fn item(fields: &mut Fields<'_>, key: u32) -> Result<u64, DecodeError> {
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
pub(crate) fn size(dimension: &[u8]) -> Result<i64, DecodeError> {
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
