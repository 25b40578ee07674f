//! One record as it stands in a file (`spec/events.md`, Framing).

use crate::crc;
use crate::damage::Cause;

/// Bytes of a record's header: the length and its checksum.
pub const HEADER: usize = 12;
/// Bytes of a record around its payload: the header and the payload's checksum.
pub const OVERHEAD: usize = 16;
/// The longest payload that is read, in bytes: protobuf's own limit for a message.
pub const MAX_PAYLOAD: u64 = (1 << 31) - 1;

/// A whole record as it stands in a file; both checksums are right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record<'a> {
    /// Where it starts in the file.
    pub offset: u64,
    /// Header, payload and footer.
    pub bytes: &'a [u8],
}

impl<'a> Record<'a> {
    /// Its payload.
    #[inline]
    pub fn payload(self) -> &'a [u8] {
        &self.bytes[HEADER..self.bytes.len() + HEADER - OVERHEAD]
    }

    /// The payload's masked checksum, which stands behind it.
    #[inline]
    pub fn checksum(self) -> u32 {
        little_u32(&self.bytes[self.bytes.len() + HEADER - OVERHEAD..])
    }

    /// The byte behind it.
    #[inline]
    pub fn end(self) -> u64 {
        self.offset + self.bytes.len() as u64
    }
}

/// The record at the window's start, byte `offset` of the file, if it is whole and its checksums are right.
#[inline(always)]
#[expect(
    clippy::inline_always,
    reason = "the loop over records: each call costs more than what it does"
)]
pub(super) fn whole(window: &[u8], offset: u64) -> Option<Record<'_>> {
    let Header::Length(length) = header(window.first_chunk()?) else {
        return None;
    };
    let end = OVERHEAD + length as usize;
    let bytes = window.get(..end)?;
    let is_right = little_u32(&bytes[end - 4..]) == crc::masked(&bytes[HEADER..end - 4]);
    is_right.then_some(Record { offset, bytes })
}

/// What the first bytes of a record say.
pub(super) enum Header {
    Length(u64),
    Bad(Cause),
}

#[inline(always)]
#[expect(
    clippy::inline_always,
    reason = "the loop over records: each call costs more than what it does"
)]
pub(super) fn header(bytes: &[u8; HEADER]) -> Header {
    let (length, stored) = (little_u64(bytes), little_u32(&bytes[8..]));
    let computed = crc::masked_length(length);
    if computed != stored {
        let zeros = length == 0 && stored == 0;
        return Header::Bad(if zeros {
            Cause::Zeros
        } else {
            Cause::LengthChecksum { stored, computed }
        });
    }
    if length > MAX_PAYLOAD {
        return Header::Bad(Cause::TooLong { claimed: length });
    }
    Header::Length(length)
}

/// Where the record at the window's start ends, if its header is right; perhaps behind the window.
pub(super) fn record_end(window: &[u8]) -> Option<usize> {
    match header(window.first_chunk()?) {
        Header::Length(length) => Some(OVERHEAD + length as usize),
        Header::Bad(_) => None,
    }
}

#[inline]
pub(super) fn little_u64(bytes: &[u8]) -> u64 {
    u64::from_le_bytes(*bytes.first_chunk().expect("eight bytes"))
}

#[inline]
pub(super) fn little_u32(bytes: &[u8]) -> u32 {
    u32::from_le_bytes(*bytes.first_chunk().expect("four bytes"))
}
