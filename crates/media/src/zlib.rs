//! A zlib stream that is made, and handed on, a block at a time.

use std::io;
use std::mem;

use fdeflate::Compressor;

/// What a stream begins with.
const HEADER: [u8; 2] = [0x78, 0x01];

/// The most bytes that a block has room for if they are stored as they are.
const STORED: usize = u16::MAX as usize;

/// Compresses what it is given as a whole, or stores it where that is smaller, and forgets it.
pub(crate) struct Zlib {
    block: Vec<u8>,
    begun: bool,
    checksum: Adler,
}

impl Zlib {
    /// For blocks of at most so many bytes.
    pub(crate) fn for_blocks_of(size: usize) -> Self {
        Self {
            block: Vec::with_capacity(Self::work(size)),
            begun: false,
            checksum: Adler { a: 1, b: 0 },
        }
    }

    /// How many bytes it takes: fdeflate makes at most 12 bits of a byte, and a header of 54 bytes.
    pub(crate) fn work(size: usize) -> usize {
        size.saturating_add(size / 2).saturating_add(80)
    }

    /// What `data`, a byte at least, adds to the stream, which ends with it if it is the `last`.
    pub(crate) fn block(&mut self, data: &[u8], last: bool) -> io::Result<&[u8]> {
        self.block.clear();
        let mut compressor = Compressor::new(mem::take(&mut self.block))?;
        compressor.write_data(data)?;
        self.block = compressor.finish()?;
        // A whole stream: header, a block that says that it is the last, checksum.
        let end = self.block.len() - size_of::<u32>();
        let (_, checksum) = self.block.split_at(end);
        self.checksum = self.checksum.before(Adler::read(checksum), data.len());
        self.block.truncate(end);
        if end > data.len() + 5 * data.len().div_ceil(STORED) {
            self.store(data, last);
        } else if !last {
            self.block[HEADER.len()] &= !1;
            self.align();
        }
        if last {
            self.block.extend(self.checksum.bytes());
        }
        let begun = mem::replace(&mut self.begun, true);
        Ok(&self.block[if begun { HEADER.len() } else { 0 }..])
    }

    /// Has the next block begin with a byte. After the compressed one stands, in three bits and from the next byte on, one
    /// of zero stored bytes.
    fn align(&mut self) {
        // The code for the end of a block ends with a one in fdeflate, so the zeros above it are free.
        let free = self.block.last().map_or(0, |last| last.leading_zeros());
        if free < 3 {
            self.block.push(0);
        }
        self.block.extend([0, 0, 0xff, 0xff]);
    }

    fn store(&mut self, data: &[u8], last: bool) {
        self.block.clear();
        self.block.extend(HEADER);
        let mut pieces = data.chunks(STORED).peekable();
        while let Some(piece) = pieces.next() {
            let size = piece.len() as u16;
            self.block.push(u8::from(last && pieces.peek().is_none()));
            self.block.extend(size.to_le_bytes());
            self.block.extend((!size).to_le_bytes());
            self.block.extend(piece);
        }
    }
}

/// The checksum of zlib: a sum of bytes, and one of such sums.
#[derive(Clone, Copy)]
struct Adler {
    a: u32,
    b: u32,
}

impl Adler {
    fn read(bytes: &[u8]) -> Self {
        let part = |bytes: &[u8]| {
            bytes
                .iter()
                .fold(0, |sum, &byte| sum << 8 | u32::from(byte))
        };
        let (b, a) = bytes.split_at(2);
        Self {
            a: part(a),
            b: part(b),
        }
    }

    fn bytes(self) -> [u8; 4] {
        (self.b << 16 | self.a).to_be_bytes()
    }

    /// That of bytes with this checksum and `length` others with `next`, whose sums would have begun with `a` rather than
    /// one.
    fn before(self, next: Self, length: usize) -> Self {
        const PRIME: u64 = 65_521;
        let more = u64::from(self.a) + PRIME - 1;
        let repeated = more * (length as u64 % PRIME);
        Self {
            a: ((more + u64::from(next.a)) % PRIME) as u32,
            b: ((repeated + u64::from(self.b) + u64::from(next.b)) % PRIME) as u32,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{STORED, Zlib};

    /// Noise does not get smaller, zeros do; either in any number, so that blocks end at any bit.
    fn data() -> impl Strategy<Value = Vec<u8>> {
        let bytes = prop_oneof![
            prop::collection::vec(any::<u8>(), 1..300),
            prop::collection::vec(prop_oneof![Just(0), any::<u8>()], 1..300),
            (1..3 * STORED).prop_map(|size| vec![0; size]),
            (1..3 * STORED, any::<u32>()).prop_map(|(size, seed)| {
                let mut state = seed | 1;
                let mut byte = || {
                    state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    (state >> 24) as u8
                };
                (0..size).map(|_| byte()).collect()
            }),
        ];
        bytes.boxed()
    }

    proptest! {
        #[test]
        fn decompresses_to_the_same_bytes(blocks in prop::collection::vec(data(), 1..6)) {
            let largest = blocks.iter().map(Vec::len).max().unwrap();
            let mut zlib = Zlib::for_blocks_of(largest);
            let room = zlib.block.capacity();
            let mut stream = Vec::new();
            for (index, data) in blocks.iter().enumerate() {
                let block = zlib.block(data, index + 1 == blocks.len()).unwrap();
                prop_assert!(block.len() <= data.len() + 5 * (data.len() / STORED + 1) + 70);
                stream.extend_from_slice(block);
            }
            prop_assert_eq!(zlib.block.capacity(), room);
            let found = fdeflate::decompress_to_vec(&stream).unwrap();
            prop_assert!(found == blocks.concat());
        }
    }
}
