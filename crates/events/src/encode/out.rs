//! Where records are appended.

use super::wire::put_length;
use crate::HEADER;
use crate::crc;

/// What records are appended to: a vector, which holds all bytes, or [`Pieces`](super::Pieces), which only refer to what
/// may be large and lives for `'a`.
pub trait Out<'a>: Sized {
    /// Where small bytes are appended.
    fn small(&mut self) -> &mut Vec<u8>;

    /// Appends bytes that may be large.
    fn content(&mut self, content: &'a [u8]);

    /// Appends the length of what `fields` appends, as a varint, and that.
    fn with_length(&mut self, fields: impl FnOnce(&mut Self));

    /// Appends what `payload` appends as a record: its length, the checksum of that, the payload, its checksum.
    fn framed(&mut self, payload: impl FnOnce(&mut Self));
}

impl<'a> Out<'a> for Vec<u8> {
    #[inline]
    fn small(&mut self) -> &mut Vec<u8> {
        self
    }

    #[inline]
    fn content(&mut self, content: &'a [u8]) {
        self.extend_from_slice(content);
    }

    #[inline]
    fn with_length(&mut self, fields: impl FnOnce(&mut Self)) {
        let start = self.len();
        self.push(0);
        fields(self);
        let length = self.len() - start - 1;
        put_length(self, start, length as u64);
    }

    #[inline]
    fn framed(&mut self, payload: impl FnOnce(&mut Self)) {
        let start = self.len();
        self.extend_from_slice(&[0; HEADER]);
        payload(self);
        let payload = start + HEADER;
        let length = (self.len() - payload) as u64;
        put_header(self, start, length);
        let checksum = crc::masked(&self[payload..]);
        self.extend_from_slice(&checksum.to_le_bytes());
    }
}

/// Puts the length of a record's payload, and its checksum, in place of the bytes at `start`.
#[inline]
pub(super) fn put_header(out: &mut [u8], start: usize, length: u64) {
    out[start..start + 8].copy_from_slice(&length.to_le_bytes());
    out[start + 8..start + HEADER].copy_from_slice(&crc::masked_length(length).to_le_bytes());
}
