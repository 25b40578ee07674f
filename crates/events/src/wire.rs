//! The protobuf wire format, as far as events need it: a walk over fields that copies nothing.

/// Why a payload is not an event, or part of one is not what its field says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// A varint that the payload ends in, or of more than 64 bits.
    #[error("a number ends early or has more than 64 bits")]
    Varint,
    /// A field that is longer than what is left.
    #[error("a field is longer than what is left of its message")]
    Short,
    /// A field number or wire type that protobuf does not have.
    #[error("a field number or wire type is none that protobuf has")]
    Key,
    /// A known field with another wire type than its own.
    #[error("field {field} has wire type {found}, which is not that field's")]
    WireType {
        /// Number of the field in its message.
        field: u32,
        /// Wire type as found.
        found: u8,
    },
    /// Text that is not UTF-8.
    #[error("the text in field {field} is not UTF-8")]
    Text {
        /// Number of the field in its message.
        field: u32,
    },
    /// A group without its end, an end without its group, or groups nested too deeply.
    #[error("a group is not closed, not open, or nested more than {MAX_GROUP_DEPTH} deep")]
    Group,
}

const MAX_GROUP_DEPTH: usize = 90;

/// One field as it stands on the wire.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Field<'a> {
    pub(crate) number: u32,
    pub(crate) raw: Raw<'a>,
}

/// A field's value by wire type.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Raw<'a> {
    Varint(u64),
    Fixed64(u64),
    Bytes(&'a [u8]),
    /// Skipped whole: no message that we read has a group.
    Group,
    Fixed32(u32),
}

impl<'a> Field<'a> {
    #[inline]
    pub(crate) fn varint(self) -> Result<u64, DecodeError> {
        if let Raw::Varint(value) = self.raw {
            Ok(value)
        } else {
            Err(self.unexpected())
        }
    }

    #[inline]
    pub(crate) fn float(self) -> Result<f32, DecodeError> {
        if let Raw::Fixed32(bits) = self.raw {
            Ok(f32::from_bits(bits))
        } else {
            Err(self.unexpected())
        }
    }

    #[inline]
    pub(crate) fn double(self) -> Result<f64, DecodeError> {
        if let Raw::Fixed64(bits) = self.raw {
            Ok(f64::from_bits(bits))
        } else {
            Err(self.unexpected())
        }
    }

    #[inline]
    pub(crate) fn bytes(self) -> Result<&'a [u8], DecodeError> {
        if let Raw::Bytes(bytes) = self.raw {
            Ok(bytes)
        } else {
            Err(self.unexpected())
        }
    }

    #[inline]
    pub(crate) fn text(self) -> Result<&'a str, DecodeError> {
        std::str::from_utf8(self.bytes()?).map_err(|_| DecodeError::Text { field: self.number })
    }

    pub(crate) fn unexpected(self) -> DecodeError {
        let found = match self.raw {
            Raw::Varint(_) => 0,
            Raw::Fixed64(_) => 1,
            Raw::Bytes(_) => 2,
            Raw::Group => 3,
            Raw::Fixed32(_) => 5,
        };
        DecodeError::WireType {
            field: self.number,
            found,
        }
    }
}

/// The fields of one message, in the order in which they were written.
#[derive(Debug, Clone)]
pub(crate) struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Fields<'a> {
    #[inline]
    pub(crate) fn new(message: &'a [u8]) -> Self {
        Self { rest: message }
    }

    /// What has not been walked yet.
    #[inline]
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    #[inline]
    fn varint(&mut self) -> Result<u64, DecodeError> {
        if let [first, rest @ ..] = self.rest
            && *first < 0x80
        {
            self.rest = rest;
            return Ok(u64::from(*first));
        }
        let (value, rest) = long_varint(self.rest)?;
        self.rest = rest;
        Ok(value)
    }

    #[inline]
    fn cut(&mut self, length: u64) -> Result<&'a [u8], DecodeError> {
        let (taken, rest) = usize::try_from(length)
            .ok()
            .and_then(|length| self.rest.split_at_checked(length))
            .ok_or(DecodeError::Short)?;
        self.rest = rest;
        Ok(taken)
    }

    #[inline]
    fn key(&mut self) -> Result<(u32, u8), DecodeError> {
        let key = self.varint()?;
        match u32::try_from(key) {
            Ok(key) if key >> 3 != 0 && key & 7 <= 5 => Ok((key >> 3, (key & 7) as u8)),
            _ => Err(DecodeError::Key),
        }
    }

    #[inline]
    fn value(&mut self, number: u32, wire_type: u8) -> Result<Raw<'a>, DecodeError> {
        Ok(match wire_type {
            0 => Raw::Varint(self.varint()?),
            1 => Raw::Fixed64(u64::from_le_bytes(array(self.cut(8)?))),
            2 => {
                let length = self.varint()?;
                Raw::Bytes(self.cut(length)?)
            }
            3 => {
                self.skip_group(number)?;
                Raw::Group
            }
            4 => return Err(DecodeError::Group),
            _ => Raw::Fixed32(u32::from_le_bytes(array(self.cut(4)?))),
        })
    }

    #[cold]
    fn skip_group(&mut self, number: u32) -> Result<(), DecodeError> {
        let mut open = vec![number];
        while let Some(&innermost) = open.last() {
            if self.rest.is_empty() {
                return Err(DecodeError::Group);
            }
            match self.key()? {
                (number, 3) if open.len() < MAX_GROUP_DEPTH => open.push(number),
                (number, 4) if number == innermost => drop(open.pop()),
                (_, 3 | 4) => return Err(DecodeError::Group),
                (number, wire_type) => drop(self.value(number, wire_type)?),
            }
        }
        Ok(())
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<Field<'a>, DecodeError>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let field = self.key().and_then(|(number, wire_type)| {
            self.value(number, wire_type)
                .map(|raw| Field { number, raw })
        });
        if field.is_err() {
            self.rest = &[];
        }
        Some(field)
    }
}

/// A message field that may stand in several pieces, which protobuf reads as one: all occurrences of field `number` in
/// the message `outer`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pieces<'a> {
    pub(crate) outer: &'a [u8],
    pub(crate) number: u32,
}

impl<'a> IntoIterator for Pieces<'a> {
    type Item = Result<Field<'a>, DecodeError>;
    type IntoIter = PieceFields<'a>;

    #[inline]
    fn into_iter(self) -> PieceFields<'a> {
        PieceFields {
            outer: Fields::new(self.outer),
            number: self.number,
            inner: Fields::new(&[]),
        }
    }
}

/// The fields of a message in pieces.
#[derive(Debug, Clone)]
pub(crate) struct PieceFields<'a> {
    outer: Fields<'a>,
    number: u32,
    inner: Fields<'a>,
}

impl<'a> Iterator for PieceFields<'a> {
    type Item = Result<Field<'a>, DecodeError>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(field) = self.inner.next() {
                return Some(field);
            }
            let piece = match self.outer.next()? {
                Ok(field) if field.number == self.number => field.bytes(),
                Ok(_) => continue,
                Err(error) => Err(error),
            };
            match piece {
                Ok(message) => self.inner = Fields::new(message),
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

/// Both encodings of a repeated number: packed into one field, or one field each.
pub(crate) fn repeated(
    field: Field<'_>,
    wire_type: u8,
) -> impl Iterator<Item = Result<u64, DecodeError>> + use<'_> {
    let packed = if let Raw::Bytes(bytes) = field.raw {
        bytes
    } else {
        &[]
    };
    let mut single = match field.raw {
        Raw::Bytes(_) => None,
        Raw::Varint(value) if wire_type == 0 => Some(Ok(value)),
        Raw::Fixed64(bits) if wire_type == 1 => Some(Ok(bits)),
        Raw::Fixed32(bits) if wire_type == 5 => Some(Ok(u64::from(bits))),
        _ => Some(Err(field.unexpected())),
    };
    let mut rest = Fields::new(packed);
    std::iter::from_fn(move || {
        if let Some(single) = single.take() {
            return Some(single);
        }
        if rest.rest.is_empty() {
            return None;
        }
        let number = match wire_type {
            0 => rest.varint(),
            1 => rest.cut(8).map(|bytes| u64::from_le_bytes(array(bytes))),
            _ => rest
                .cut(4)
                .map(|bytes| u64::from(u32::from_le_bytes(array(bytes)))),
        };
        if number.is_err() {
            rest.rest = &[];
        }
        Some(number)
    })
}

#[inline(never)]
fn long_varint(bytes: &[u8]) -> Result<(u64, &[u8]), DecodeError> {
    let mut value = 0u64;
    for (index, byte) in bytes.iter().take(10).enumerate() {
        if index == 9 && *byte > 1 {
            break;
        }
        value |= u64::from(byte & 0x7f) << (7 * index);
        if *byte < 0x80 {
            return Ok((value, &bytes[index + 1..]));
        }
    }
    Err(DecodeError::Varint)
}

#[inline]
fn array<const N: usize>(bytes: &[u8]) -> [u8; N] {
    let mut array = [0; N];
    array.copy_from_slice(bytes);
    array
}
