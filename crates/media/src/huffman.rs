//! Prefix codes, as WebP without loss has them: made of how often each symbol is written, and told by their lengths.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io::{self, Write};

use crate::bits::Bits;

/// The most bits of a symbol, and of the length of one.
const LONGEST: u8 = 15;
const LONGEST_OF_LENGTHS: u8 = 7;

/// The order in which lengths of the codes of lengths are told.
const ORDER: [usize; 19] = [
    17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
];

/// The most symbols of an alphabet: more than bytes have, so that these are looked up without a check.
const SYMBOLS: usize = 256 + 24;

/// The bits for each symbol of an alphabet, and how many they are.
pub(crate) struct Code {
    symbols: [(u16, u8); SYMBOLS],
    count: usize,
}

impl Code {
    /// For symbols that are written so often. A symbol that is the only one takes no bits.
    pub(crate) fn of(counts: &[u32]) -> Self {
        Self::limited(counts, LONGEST)
    }

    fn limited(counts: &[u32], longest: u8) -> Self {
        let mut counts = counts.to_vec();
        let mut lengths = lengths(&counts);
        while lengths.iter().any(|&length| length > longest) {
            // The more alike they are, the shorter is the longest.
            for count in &mut counts {
                *count = count.div_ceil(2);
            }
            lengths = self::lengths(&counts);
        }
        // Of one length they count up, in the order of the symbols, and the highest bit is read first.
        let mut symbols = [(0, 0); SYMBOLS];
        for (symbol, &length) in symbols.iter_mut().zip(&lengths) {
            symbol.1 = length;
        }
        let mut next = 0u16;
        for each in 1..=longest {
            next <<= 1;
            for (bits, length) in symbols.iter_mut().filter(|(_, length)| *length == each) {
                *bits = next.reverse_bits() >> (u16::BITS - u32::from(*length));
                next += 1;
            }
        }
        Self {
            symbols,
            count: lengths.len(),
        }
    }

    /// The bits of a symbol, and how many they are.
    #[inline]
    pub(crate) fn of_symbol(&self, symbol: usize) -> (u64, u32) {
        let (bits, length) = self.symbols[symbol];
        (bits.into(), length.into())
    }

    /// Tells the code of symbols that were counted so.
    pub(crate) fn write(&self, counts: &[u32], out: &mut Bits<impl Write>) -> io::Result<()> {
        let mut used = counts.iter().enumerate().filter(|(_, count)| **count > 0);
        let (first, second) = (used.next(), used.next());
        if second.is_none() {
            // A code in short of one symbol, which has eight bits.
            let symbol = first.map_or(0, |(symbol, _)| symbol as u64);
            out.write(0b101, 3)?;
            return out.write(symbol, 8);
        }
        let told = self.told();
        let mut counts = [0; ORDER.len()];
        for told in &told {
            counts[usize::from(told.symbol)] += 1;
        }
        let code = Self::limited(&counts, LONGEST_OF_LENGTHS);
        let is_single = counts.iter().filter(|count| **count > 0).count() == 1;
        out.write(0, 1)?;
        out.write(ORDER.len() as u64 - 4, 4)?;
        for symbol in ORDER {
            let length = match counts[symbol] {
                0 => 0,
                _ if is_single => 1,
                _ => code.symbols[symbol].1,
            };
            out.write(length.into(), 3)?;
        }
        out.write(0, 1)?; // Of all symbols.
        for told in told {
            let (bits, length) = code.of_symbol(told.symbol.into());
            out.write(bits, length)?;
            out.write(told.more.into(), told.more_bits.into())?;
        }
        Ok(())
    }

    /// The lengths, where some in a row are the same in short.
    fn told(&self) -> Vec<Told> {
        let mut told = Vec::new();
        for same in self.symbols[..self.count].chunk_by(|one, next| one.1 == next.1) {
            let (length, mut left) = (same[0].1, same.len());
            // Other lengths than zero are told before they are repeated.
            if length > 0 {
                told.push(Told::new(length, 0, 0));
                left -= 1;
            }
            while left > 0 {
                let (next, count) = match (length, left) {
                    (0, 11..) => (Told::new(18, left.min(138) - 11, 7), left.min(138)),
                    (0, 3..) => (Told::new(17, left - 3, 3), left),
                    (1.., 3..) => (Told::new(16, left.min(6) - 3, 2), left.min(6)),
                    (length, _) => (Told::new(length, 0, 0), 1),
                };
                told.push(next);
                left -= count;
            }
        }
        told
    }
}

/// A length, or how some more are told: as 16 the one before again, as 17 and 18 zeros, and `more` is how many.
struct Told {
    symbol: u8,
    more: u8,
    more_bits: u8,
}

impl Told {
    fn new(symbol: u8, more: usize, more_bits: u8) -> Self {
        Self {
            symbol,
            more: more as u8,
            more_bits,
        }
    }
}

/// How many bits each symbol has, so that all together are as short as can be; none, if there is one symbol.
fn lengths(counts: &[u32]) -> Vec<u8> {
    let used = counts.iter().enumerate().filter(|(_, count)| **count > 0);
    let mut trees: BinaryHeap<_> = used
        .map(|(symbol, &count)| Reverse((count, symbol)))
        .collect();
    // Of symbols, and behind them of trees that two others were joined to.
    let mut parents = vec![0; counts.len()];
    while let (Some(Reverse((one, a))), Some(Reverse((other, b)))) = (trees.pop(), trees.peek()) {
        let (other, b) = (*other, *b);
        trees.pop();
        let parent = parents.len();
        (parents[a], parents[b]) = (parent, parent);
        parents.push(0);
        trees.push(Reverse((one + other, parent)));
    }
    let mut depths = vec![0u8; parents.len()];
    for tree in (0..parents.len().saturating_sub(1)).rev() {
        if parents[tree] > 0 {
            depths[tree] = depths[parents[tree]] + 1;
        }
    }
    depths.truncate(counts.len());
    depths
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Code;

    proptest! {
        /// No code begins with another, and none is left over.
        #[test]
        fn codes_are_complete(counts in prop::collection::vec(prop_oneof![Just(0), 1u32..9, 1u32..1_000_000], 2..280)) {
            let used = counts.iter().filter(|count| **count > 0).count();
            let code = Code::of(&counts);
            let share = |(_, length): &(u16, u8)| if *length > 0 { 1 << (15 - length) } else { 0 };
            let shares: u32 = code.symbols.iter().map(share).sum();
            prop_assert_eq!(shares, if used > 1 { 1 << 15 } else { 0 });
        }
    }

    #[test]
    fn codes_are_short_where_counts_grow_as_fast_as_they_may() {
        let mut counts = vec![1, 1];
        while counts.len() < 40 {
            counts.push(counts[counts.len() - 2] + counts[counts.len() - 1]);
        }
        let code = Code::of(&counts);
        assert_eq!(code.symbols.iter().map(|it| it.1).max(), Some(15));
        assert!(code.symbols[39].1 <= 2);
    }
}
