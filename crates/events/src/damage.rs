//! What is wrong with a file, and where (`spec/events.md`, Damage).

use std::fmt;

use crate::frame::MAX_PAYLOAD;
use crate::wire::DecodeError;

/// A range of bytes that holds no readable record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Damage {
    /// First byte, from the file's start.
    pub offset: u64,
    /// Bytes up to the next readable record, or to the file's present end.
    pub length: u64,
    /// What was found at `offset`.
    pub cause: Cause,
}

/// What was found where a record was expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// The checksum of the length is wrong, so that the record's end is not known.
    LengthChecksum {
        /// As written in the file.
        stored: u32,
        /// Of the bytes in the file.
        computed: u32,
    },
    /// The checksum of the payload is wrong.
    PayloadChecksum {
        /// As written in the file.
        stored: u32,
        /// Of the bytes in the file.
        computed: u32,
    },
    /// A length above [`MAX_PAYLOAD`]; or any, once wrong payloads have used up what the search may spend on them.
    TooLong {
        /// The length, in bytes.
        claimed: u64,
    },
    /// A whole record whose payload is no event, or partly none.
    NotAnEvent(DecodeError),
    /// Zero bytes, as a file system leaves them that lost what was written.
    Zeros,
    /// Inside a record the file ended, or others follow that were appended.
    Truncated {
        /// Bytes that the record needs, as far as known.
        needed: u64,
    },
}

impl Damage {
    /// The size of the file below which this is the damage there, if it depends on that: what a record cut short claims
    /// might come yet, though others follow inside of it. A file of `size` bytes had the damage; when it reaches the
    /// size given, it must be read anew.
    pub fn stands_below(&self, size: u64) -> Option<u64> {
        match self.cause {
            Cause::Truncated { needed } => Some(
                self.offset
                    .saturating_add(needed)
                    .max(size.saturating_add(1)),
            ),
            _ => None,
        }
    }
}

impl Cause {
    /// The stable word for it in every interface.
    pub fn code(&self) -> &'static str {
        match self {
            Self::LengthChecksum { .. } => "length_checksum",
            Self::PayloadChecksum { .. } => "payload_checksum",
            Self::TooLong { .. } => "too_long",
            Self::NotAnEvent(_) => "not_an_event",
            Self::Zeros => "zeros",
            Self::Truncated { .. } => "truncated",
        }
    }
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            offset,
            length,
            cause,
        } = self;
        match cause {
            Cause::LengthChecksum { stored, computed } => write!(
                f,
                "expected a record at byte {offset}, found a length with checksum {stored:#010x} instead of \
                 {computed:#010x}: {length} bytes hold no readable record"
            ),
            Cause::PayloadChecksum { stored, computed } => write!(
                f,
                "expected the payload of the record at byte {offset} to have checksum {stored:#010x}, found \
                 {computed:#010x}: {length} bytes hold no readable record"
            ),
            Cause::TooLong { claimed } => write!(
                f,
                "expected a record at byte {offset}, found one that claims {claimed} bytes where at most {MAX_PAYLOAD} \
                 can be, or fewer after many wrong ones: {length} bytes hold no readable record"
            ),
            Cause::NotAnEvent(error) => {
                write!(
                    f,
                    "expected an event in the record of {length} bytes at byte {offset}, found that {error}"
                )
            }
            Cause::Zeros => write!(
                f,
                "expected a record at byte {offset}, found {length} zero bytes"
            ),
            Cause::Truncated { needed } => {
                write!(
                    f,
                    "expected {needed} bytes for the record at byte {offset}, found {length} before the file's end or \
                     another record"
                )
            }
        }
    }
}
