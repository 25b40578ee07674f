//! One pass over a file: windows in, whole records and damage out.

use lightboard_events::{Cause, Damage, Part, Record, Scanner, Tail};

/// What takes in what a pass finds, in the file's order.
pub trait Sink {
    /// A whole record.
    fn record(&mut self, record: Record<'_>);
    /// A whole record of `length` bytes whose checksums are right, and which is too long to be given.
    fn long_record(&mut self, offset: u64, length: u64);
    /// A range without a readable record.
    fn damage(&mut self, damage: Damage);
}

/// How far a file was read.
#[derive(Debug, Default)]
pub struct Pass {
    scanner: Scanner,
    tail: Option<Tail>,
}

impl Pass {
    /// Where in the file the next window must start.
    pub fn offset(&self) -> u64 {
        self.scanner.offset()
    }

    /// Up to where all was told: what follows was not looked at, or searched in vain so far.
    pub fn told_up_to(&self) -> u64 {
        let searched = self.scanner.searched();
        searched.map_or(self.offset(), |searched| searched.offset)
    }

    /// How the file ends; None until its end was reached.
    pub fn tail(&self) -> Option<Tail> {
        self.tail
    }

    /// Takes in what is wrong with the record of `length` bytes at [`offset`](Self::offset), or that nothing is, where the
    /// next window would have to be longer than anybody wants to hold.
    pub fn settle(&mut self, length: u64, damage: Option<Cause>, sink: &mut impl Sink) {
        if damage.is_some() || self.scanner.searched().is_some() {
            // A search that comes to a record ends there first.
            return self.scanner.settle(damage);
        }
        sink.long_record(self.offset(), length);
        self.scanner.pass_over(length);
    }

    /// Reads `window`, the file's bytes from [`offset`](Self::offset) on; `at_end` says that it reaches the file's end.
    /// Returns the bytes that the next window must have, or None at the file's end.
    pub fn feed(&mut self, window: &[u8], at_end: bool, sink: &mut impl Sink) -> Option<u64> {
        let Self { scanner, tail } = self;
        let start = scanner.offset();
        // Nearly all windows hold nothing else.
        scanner.records(window, |record| sink.record(record));
        let rest = &window[(scanner.offset() - start) as usize..];
        scanner.feed(rest, at_end, |part| match part {
            Part::Record(record) => sink.record(record),
            Part::Damage(damage, _) => sink.damage(damage),
            Part::End(end) => *tail = Some(end),
        })
    }
}
