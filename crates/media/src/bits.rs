//! Bits one behind the other, the lowest of each number first.

use std::io::{self, Write};

/// Bytes that are written at a time, about.
const TOGETHER: usize = 1 << 12;

/// Writes bits.
pub(crate) struct Bits<W> {
    out: W,
    bytes: Vec<u8>,
    /// Whole bytes that are not written yet.
    filled: usize,
    /// The last bits, fewer than 8, and how many there are.
    last: u64,
    count: u32,
}

impl<W: Write> Bits<W> {
    pub(crate) fn new(out: W) -> Self {
        Self {
            out,
            bytes: vec![0; TOGETHER],
            filled: 0,
            last: 0,
            count: 0,
        }
    }

    /// Writes the lowest `count` bits of `bits`, 56 at most; the others are zero.
    #[inline]
    pub(crate) fn write(&mut self, bits: u64, count: u32) -> io::Result<()> {
        debug_assert!(count <= 56 && bits >> count == 0);
        self.last |= bits << self.count;
        self.count += count;
        // With the last bits, which are written again when their byte is whole.
        self.bytes[self.filled..][..8].copy_from_slice(&self.last.to_le_bytes());
        self.filled += (self.count / 8) as usize;
        self.last >>= self.count & !7;
        self.count %= 8;
        if self.filled > TOGETHER - 8 {
            self.flush()?;
        }
        Ok(())
    }

    /// Fills the last byte with zeros.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        self.write(0, self.count.wrapping_neg() % 8)?;
        self.flush()
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.write_all(&self.bytes[..self.filled])?;
        self.filled = 0;
        Ok(())
    }
}
