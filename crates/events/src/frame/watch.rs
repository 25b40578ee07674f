//! What to watch of bytes in which no record was found.

use crate::crc;

/// Bytes at the start of a range without readable records that are watched for change.
pub const WATCHED: u64 = 16 << 20;

/// The start of a range in which no record was found: when its bytes change, there may be some.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Watch {
    /// First byte, from the file's start.
    pub offset: u64,
    /// Bytes, at most [`WATCHED`].
    pub length: u64,
    /// Of these bytes as the scanner saw them, to be compared with [`crc::go_on`].
    pub checksum: u32,
}

impl Watch {
    /// With `bytes`, which follow.
    pub(super) fn with(self, bytes: &[u8]) -> Self {
        let room = (WATCHED - self.length).min(bytes.len() as u64);
        Self {
            offset: self.offset,
            length: self.length + room,
            checksum: crc::go_on(self.checksum, &bytes[..room as usize]),
        }
    }
}
