//! All that a window holds.

use super::record::whole;
use super::{Record, Scan, Scanner, Tail, Watch};
use crate::damage::Damage;

/// A part of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part<'a> {
    /// A whole record.
    Record(Record<'a>),
    /// A range that holds no readable record, and what to watch of it; readable ones follow.
    Damage(Damage, Watch),
    /// What is behind them at the file's present end.
    End(Tail),
}

impl Scanner {
    /// Gives what `window` holds, the file's bytes from [`offset`](Self::offset) on, to `each`, in the file's order. `at_end`
    /// says that it reaches the file's present end. Returns the bytes that the next window must have; or None at the end:
    /// then more may be fed when the file has grown, unless it must be read anew ([`Damage::stands_below`]).
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "the loop over records: each call costs more than what it does"
    )]
    pub fn feed<'a>(
        &mut self,
        window: &'a [u8],
        at_end: bool,
        mut each: impl FnMut(Part<'a>),
    ) -> Option<u64> {
        let (start, end) = (self.offset, self.offset + window.len() as u64);
        loop {
            // It may step past a window that ends inside bytes it need not see.
            let rest = &window[((self.offset - start) as usize).min(window.len())..];
            // All parts are handed over at one place, so that `each` is part of this loop.
            let part = match self.next(rest, at_end) {
                Scan::Record(record) => Part::Record(record),
                Scan::Damage(damage, watch) => Part::Damage(damage, watch),
                Scan::More { needed } if needed > end.saturating_sub(self.offset) && !at_end => {
                    return Some(needed);
                }
                Scan::More { .. } => continue,
                Scan::End(tail) => Part::End(tail),
            };
            each(part);
            if matches!(part, Part::End(_)) {
                return None;
            }
        }
    }

    /// Gives the whole records that stand at the window's start one after the other to `each`. What stops it is for
    /// [`feed`](Self::feed), which would give them as well: this takes a tenth less where `each` does little.
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "the loop over records: each call costs more than what it does"
    )]
    pub fn records<'a>(&mut self, mut window: &'a [u8], mut each: impl FnMut(Record<'a>)) {
        if !self.is_undisturbed() {
            return;
        }
        let mut offset = self.offset;
        while let Some(record) = whole(window, offset) {
            each(record);
            offset = record.end();
            window = &window[record.bytes.len()..];
        }
        self.offset = offset;
    }
}
