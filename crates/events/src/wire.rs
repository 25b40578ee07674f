//! The protobuf wire format, as far as events need it: a walk over fields that copies nothing.

use std::borrow::Cow;
use std::ops::RangeInclusive;

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
    #[error("a text is not UTF-8")]
    Text,
    /// A group without its end, an end without its group, or groups nested too deeply.
    #[error("a group is not closed, not open, or nested more than {MAX_GROUP_DEPTH} deep")]
    Group,
}

/// As deep as other parsers go.
const MAX_GROUP_DEPTH: usize = 100;

/// Stands for the end of a message where a key is expected; no field has it.
pub(crate) const END: u32 = 0;

/// Keys: a field's number and the wire type that its values have.
pub(crate) mod key {
    pub(crate) const fn varint(number: u32) -> u32 {
        number << 3
    }
    pub(crate) const fn fixed64(number: u32) -> u32 {
        number << 3 | 1
    }
    pub(crate) const fn bytes(number: u32) -> u32 {
        number << 3 | 2
    }
    pub(crate) const fn fixed32(number: u32) -> u32 {
        number << 3 | 5
    }
}

/// The fields of one message, in the order in which they were written: a key, then the value that the key says.
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

    /// The next field's key, or [`END`].
    #[inline]
    pub(crate) fn key(&mut self) -> Result<u32, DecodeError> {
        if self.rest.is_empty() {
            return Ok(END);
        }
        match u32::try_from(self.varint()?) {
            Ok(key) if key >> 3 != 0 && key & 7 <= 5 => Ok(key),
            _ => Err(DecodeError::Key),
        }
    }

    #[inline]
    pub(crate) fn varint(&mut self) -> Result<u64, DecodeError> {
        if let [first, rest @ ..] = self.rest
            && *first < 0x80
        {
            self.rest = rest;
            return Ok(u64::from(*first));
        }
        self.long_varint()
    }

    fn long_varint(&mut self) -> Result<u64, DecodeError> {
        let mut value = 0u64;
        for (index, byte) in self.rest.iter().take(10).enumerate() {
            if index == 9 && *byte > 1 {
                break;
            }
            value |= u64::from(byte & 0x7f) << (7 * index);
            if *byte < 0x80 {
                self.rest = &self.rest[index + 1..];
                return Ok(value);
            }
        }
        Err(DecodeError::Varint)
    }

    #[inline]
    pub(crate) fn fixed64(&mut self) -> Result<u64, DecodeError> {
        let (bytes, rest) = self.rest.split_first_chunk().ok_or(DecodeError::Short)?;
        self.rest = rest;
        Ok(u64::from_le_bytes(*bytes))
    }

    #[inline]
    pub(crate) fn fixed32(&mut self) -> Result<u32, DecodeError> {
        let (bytes, rest) = self.rest.split_first_chunk().ok_or(DecodeError::Short)?;
        self.rest = rest;
        Ok(u32::from_le_bytes(*bytes))
    }

    #[inline]
    pub(crate) fn double(&mut self) -> Result<f64, DecodeError> {
        self.fixed64().map(f64::from_bits)
    }

    #[inline]
    pub(crate) fn float(&mut self) -> Result<f32, DecodeError> {
        self.fixed32().map(f32::from_bits)
    }

    #[inline]
    pub(crate) fn bytes(&mut self) -> Result<&'a [u8], DecodeError> {
        let length = usize::try_from(self.varint()?).map_err(|_| DecodeError::Short)?;
        let (bytes, rest) = self
            .rest
            .split_at_checked(length)
            .ok_or(DecodeError::Short)?;
        self.rest = rest;
        Ok(bytes)
    }

    #[inline]
    pub(crate) fn text(&mut self) -> Result<&'a str, DecodeError> {
        let bytes = self.bytes()?;
        if bytes.is_ascii() {
            // SAFETY: ASCII is UTF-8. Nearly all tags are ASCII, and this takes a fifth of the time to see it.
            return Ok(unsafe { std::str::from_utf8_unchecked(bytes) });
        }
        std::str::from_utf8(bytes).map_err(|_| DecodeError::Text)
    }

    /// Skips the value of a field that is not read. If its number is one of `known`, its wire type is wrong.
    pub(crate) fn skip(&mut self, key: u32, known: RangeInclusive<u32>) -> Result<(), DecodeError> {
        let (number, wire_type) = (key >> 3, key & 7);
        if known.contains(&number) {
            return Err(DecodeError::WireType {
                field: number,
                found: wire_type as u8,
            });
        }
        match wire_type {
            0 => drop(self.varint()?),
            1 => drop(self.fixed64()?),
            2 => drop(self.bytes()?),
            3 => self.skip_group(number)?,
            4 => return Err(DecodeError::Group),
            _ => drop(self.fixed32()?),
        }
        Ok(())
    }

    fn skip_group(&mut self, number: u32) -> Result<(), DecodeError> {
        let mut open = vec![number];
        while let Some(&innermost) = open.last() {
            let key = self.key()?;
            match (key >> 3, key & 7) {
                (number, 3) if open.len() < MAX_GROUP_DEPTH => open.push(number),
                (number, 4) if number == innermost => drop(open.pop()),
                (0, _) | (_, 3 | 4) => return Err(DecodeError::Group),
                _ => self.skip(key, NONE)?,
            }
        }
        Ok(())
    }
}

/// No field number.
#[expect(clippy::reversed_empty_ranges, reason = "it is empty on purpose")]
pub(crate) const NONE: RangeInclusive<u32> = 1..=0;

/// A message field that may stand in several pieces, which protobuf reads as one: all fields with the key `key` in the
/// message `outer`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pieces<'a> {
    pub(crate) outer: &'a [u8],
    pub(crate) key: u32,
}

impl<'a> Pieces<'a> {
    /// The message in one piece.
    pub(crate) fn joined(self) -> Result<Cow<'a, [u8]>, DecodeError> {
        let mut joined = Cow::Borrowed(&[][..]);
        for piece in self {
            let piece = piece?;
            if joined.is_empty() {
                joined = piece.into();
            } else {
                joined.to_mut().extend_from_slice(piece);
            }
        }
        Ok(joined)
    }
}

impl<'a> IntoIterator for Pieces<'a> {
    type Item = Result<&'a [u8], DecodeError>;
    type IntoIter = PieceIter<'a>;

    #[inline]
    fn into_iter(self) -> PieceIter<'a> {
        PieceIter {
            outer: Fields::new(self.outer),
            key: self.key,
        }
    }
}

/// The pieces of a message, one after the other.
#[derive(Debug, Clone)]
pub(crate) struct PieceIter<'a> {
    outer: Fields<'a>,
    key: u32,
}

impl<'a> PieceIter<'a> {
    #[inline]
    fn advance(&mut self) -> Result<Option<&'a [u8]>, DecodeError> {
        loop {
            match self.outer.key()? {
                END => return Ok(None),
                key if key == self.key => return self.outer.bytes().map(Some),
                key => self.outer.skip(key, NONE)?,
            }
        }
    }
}

impl<'a> Iterator for PieceIter<'a> {
    type Item = Result<&'a [u8], DecodeError>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let piece = self.advance().transpose();
        if let Some(Err(_)) = piece {
            self.outer = Fields::new(&[]);
        }
        piece
    }
}
