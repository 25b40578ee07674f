//! Where records are appended.

use std::fmt;
use std::io::{self, Write};

use super::wire::put_length;
use crate::HEADER;
use crate::crc;

/// Bytes that may be many.
#[derive(Clone, Copy, Debug)]
pub enum Bytes<'a> {
    /// As they lie in memory.
    Here(&'a [u8]),
    /// As they are made each time that they are copied.
    Made(&'a dyn Make),
}

/// What bytes are made from: elements of an array in another order than they lie in memory, for one. They may be others
/// the next time, since a program can go on writing to its arrays; but always as many.
pub trait Make: fmt::Debug + Sync {
    /// How many there are.
    fn size(&self) -> usize;

    /// Writes them, a part at a time.
    ///
    /// # Errors
    /// Those of `out`.
    fn write_to(&self, out: &mut dyn Write) -> io::Result<()>;
}

impl Bytes<'_> {
    /// How many there are.
    pub fn size(self) -> usize {
        match self {
            Self::Here(bytes) => bytes.len(),
            Self::Made(maker) => maker.size(),
        }
    }

    /// Appends a copy.
    pub(super) fn append_to(self, out: &mut Vec<u8>) {
        match self {
            Self::Here(bytes) => out.extend_from_slice(bytes),
            Self::Made(maker) => maker.write_to(out).expect("a vector takes all"),
        }
    }
}

impl<'a> From<&'a [u8]> for Bytes<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Self::Here(bytes)
    }
}

impl<'a> From<&'a str> for Bytes<'a> {
    fn from(text: &'a str) -> Self {
        Self::Here(text.as_bytes())
    }
}

impl<'a> From<&'a Vec<u8>> for Bytes<'a> {
    fn from(bytes: &'a Vec<u8>) -> Self {
        Self::Here(bytes)
    }
}

/// What records are appended to: a vector, which holds all bytes, or [`Pieces`](super::Pieces), which only refer to what
/// may be large and lives for `'a`.
pub trait Out<'a>: Sized {
    /// Where small bytes are appended.
    fn small(&mut self) -> &mut Vec<u8>;

    /// Appends bytes that may be many.
    fn content(&mut self, content: impl Into<Bytes<'a>>);

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
    fn content(&mut self, content: impl Into<Bytes<'a>>) {
        content.into().append_to(self);
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
