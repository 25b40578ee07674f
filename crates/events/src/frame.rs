//! The scanner that finds records in a file's bytes (`spec/events.md`, Framing and Damage).
//!
//! It is fed windows of a file and may be fed again after the file has grown. Whatever the windows and whenever the
//! file grew, the records and the damage are the same, if a file is read anew as [`Damage::stands_below`] says.

mod search;
mod tail;
mod watch;

use self::search::{Lost, zeros};
pub use self::tail::Tail;
pub use self::watch::{WATCHED, Watch};
use crate::crc;
use crate::damage::{Cause, Damage};

/// Bytes of a record's header: the length and its checksum.
pub const HEADER: usize = 12;
/// Bytes of a record around its payload: the header and the payload's checksum.
pub const OVERHEAD: usize = 16;
/// The longest payload that is read, in bytes: protobuf's own limit for a message.
pub const MAX_PAYLOAD: u64 = (1 << 31) - 1;

/// Checksums of payloads that turn out wrong, of lengths within the same power of two, may together cover this many
/// bytes, and `WASTE_FACTOR` times the bytes up to the payload's end. It keeps the search linear on files that are made
/// to be slow; what long payloads cost is no reason to pass over short ones.
const WASTE_ALLOWANCE: u64 = 64 << 20;
const WASTE_FACTOR: u64 = 2;

/// Finds the records of one file.
#[derive(Debug, Clone, Default)]
pub struct Scanner {
    offset: u64,
    lost: Option<Lost>,
    /// Where the search found a readable record last. Up to there each place that may still be being written ends the
    /// damage before it, without a look at what follows.
    readable: u64,
    /// None while no payload turned out wrong in a search.
    wasted: Option<Box<Wasted>>,
    damaged: Option<Watch>,
    /// A record that is too long to be held, and what is wrong with it.
    settled: Option<(u64, Option<Cause>)>,
}

/// Bytes of payloads whose checksums turned out wrong, by the number of binary digits of their length.
type Wasted = [u64; 32];

fn digits(length: u64) -> usize {
    (u64::BITS - length.leading_zeros()) as usize
}

/// The scanner's answer to a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scan<'a> {
    /// A whole record; both checksums are right.
    Record {
        /// Where it starts in the file.
        offset: u64,
        /// Its payload.
        payload: &'a [u8],
        /// The payload's masked checksum, which stands behind it.
        checksum: u32,
    },
    /// A range that holds no readable record; readable ones follow it.
    Damage(Damage),
    /// The window is too short.
    More {
        /// Bytes that the window must have, or it must reach the file's end.
        needed: u64,
    },
    /// Nothing more can be said before the file grows or changes.
    End(Tail),
}

/// What the first bytes of a record say.
enum Header {
    Length(u64),
    Bad(Cause),
}

#[inline(always)]
#[expect(
    clippy::inline_always,
    reason = "the loop over records: each call costs more than what it does"
)]
fn header(bytes: &[u8; HEADER]) -> Header {
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

/// What stands at one place of a window.
enum Found<'a> {
    /// A payload and its checksum.
    Record(&'a [u8], u32),
    Bad(Cause),
    /// The window ends before the place can be judged.
    Short {
        needed: usize,
    },
    /// The same, but it is known to be a record.
    Long {
        needed: usize,
    },
}

impl Scanner {
    /// A scanner at the start of a file.
    pub fn new() -> Self {
        Self::default()
    }

    /// A scanner at `offset`, where a record is known to start.
    pub fn at(offset: u64) -> Self {
        Self {
            offset,
            ..Self::default()
        }
    }

    /// Where in the file the next window must start. Every answer may move it, [`Scan::End`] also backwards.
    #[inline]
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// What to watch of the damage that was reported last.
    pub fn damaged(&self) -> Option<Watch> {
        self.damaged
    }

    /// What to watch of the bytes that have been searched in vain so far. They are not looked at again, unless
    /// [`search_again`](Self::search_again) is called; what lies behind them is.
    pub fn searched(&self) -> Option<Watch> {
        self.lost.map(|lost| lost.watch())
    }

    /// Begins anew with what was searched in vain, since it has changed.
    pub fn search_again(&mut self) {
        if let Some(lost) = self.lost.take() {
            self.offset = lost.start;
            self.readable = 0;
        }
    }

    /// Says what is wrong with the record at [`offset`](Self::offset), or that nothing is. For those who were asked for a
    /// window that is longer than they want to hold, and checked it in pieces.
    pub fn settle(&mut self, damage: Option<Cause>) {
        if let Some(Cause::TooLong { claimed }) = damage {
            self.waste(claimed.min(MAX_PAYLOAD));
        }
        self.settled = Some((self.offset, damage));
    }

    /// Passes over a record of `length` bytes that starts at [`offset`](Self::offset), of which as much is known.
    pub fn pass_over(&mut self, length: u64) {
        self.offset += length;
    }

    /// Looks at `window`, the file's bytes from [`offset`](Self::offset) on. `at_end` says that the window reaches the
    /// file's present end. Nobody needs to hold more than the longest record, or more than the file. What was read is
    /// kept until more than that is needed: a file with many torn records is otherwise read once for each.
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "the loop over records: each call costs more than what it does"
    )]
    pub fn next<'a>(&mut self, window: &'a [u8], at_end: bool) -> Scan<'a> {
        if self.lost.is_none()
            && let Found::Record(payload, checksum) = self.look(window)
        {
            return self.record(payload, checksum);
        }
        self.next_unusual(window, at_end)
    }

    /// Gives the whole records that stand at the window's start one after the other to `each`, with where they start and
    /// their header and footer. What stops it is for [`next`](Self::next).
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "the loop over records: each call costs more than what it does"
    )]
    pub fn records<'a>(&mut self, mut window: &'a [u8], mut each: impl FnMut(u64, &'a [u8])) {
        if self.lost.is_some() || self.wasted.is_some() {
            return;
        }
        let mut offset = self.offset;
        while let Some(bytes) = window.first_chunk()
            && let Header::Length(length) = header(bytes)
            && let Some(end) = Some(OVERHEAD + length as usize)
            && let Some((record, rest)) = window.split_at_checked(end)
            && little_u32(&record[end - 4..]) == crc::masked(&record[HEADER..end - 4])
        {
            each(offset, record);
            offset += end as u64;
            window = rest;
        }
        self.offset = offset;
    }

    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "the loop over records: each call costs more than what it does"
    )]
    fn record<'a>(&mut self, payload: &'a [u8], checksum: u32) -> Scan<'a> {
        let offset = self.offset;
        self.offset += (OVERHEAD + payload.len()) as u64;
        Scan::Record {
            offset,
            payload,
            checksum,
        }
    }

    /// The record at the window's start, if its checksums are right.
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "the loop over records: each call costs more than what it does"
    )]
    fn look<'a>(&self, window: &'a [u8]) -> Found<'a> {
        let Some(bytes) = window.first_chunk() else {
            return Found::Short { needed: HEADER };
        };
        let length = match header(bytes) {
            Header::Length(length) => length as usize,
            Header::Bad(cause) => return Found::Bad(cause),
        };
        // Before the bytes are asked for, since to read them costs more than to check them.
        if self.wasted.is_some() && self.is_waste(length as u64) {
            return Found::Bad(Cause::TooLong {
                claimed: length as u64,
            });
        }
        let Some(footer) = window.get(HEADER + length..OVERHEAD + length) else {
            let needed = OVERHEAD + length;
            return match self.settled {
                Some((offset, None)) if offset == self.offset => Found::Long { needed },
                Some((offset, Some(cause))) if offset == self.offset => Found::Bad(cause),
                _ => Found::Short { needed },
            };
        };
        let payload = &window[HEADER..HEADER + length];
        let (stored, computed) = (little_u32(footer), crc::masked(payload));
        if stored == computed {
            Found::Record(payload, stored)
        } else {
            Found::Bad(Cause::PayloadChecksum { stored, computed })
        }
    }

    /// Whether too much was spent in vain on payloads like the one of `length` bytes at the present place.
    #[inline(never)]
    fn is_waste(&self, length: u64) -> bool {
        let wasted = self.wasted.as_ref().map_or(0, |all| all[digits(length)]);
        let end = self.offset + length;
        self.offset != self.readable && wasted > WASTE_ALLOWANCE + WASTE_FACTOR * end
    }

    /// Notes that a payload of `length` bytes, at most [`MAX_PAYLOAD`], turned out wrong.
    fn waste(&mut self, length: u64) {
        self.wasted.get_or_insert_default()[digits(length)] += length;
    }

    #[inline(never)]
    fn next_unusual<'a>(&mut self, window: &'a [u8], at_end: bool) -> Scan<'a> {
        match self.lost {
            Some(lost) if self.offset > lost.start => self.search(lost, window, at_end),
            _ => self.judge(window, at_end),
        }
    }

    /// Answers for a window that starts where a record is expected.
    fn judge<'a>(&mut self, window: &'a [u8], at_end: bool) -> Scan<'a> {
        let earlier = self.lost.take();
        let told = match self.look(window) {
            Found::Record(payload, checksum) => return self.record(payload, checksum),
            Found::Short { needed } | Found::Long { needed } if !at_end => {
                self.lost = earlier;
                return Scan::More {
                    needed: needed as u64,
                };
            }
            Found::Short { .. } if window.len() < HEADER => return Scan::End(self.tail(window)),
            // It may still be being written, or it was torn and others were appended.
            Found::Short { needed } | Found::Long { needed } => Cause::Truncated {
                needed: needed as u64,
            },
            Found::Bad(cause) => cause,
        };
        let mut cause = told;
        if let (Cause::PayloadChecksum { .. }, Some(end)) = (cause, record_end(window)) {
            // The record may still be being written until something follows it. If a header follows, the length was
            // right and only this record is lost; if not, the record was torn and others may lie inside its range.
            match window[end..].first_chunk() {
                None if at_end => cause = Cause::Truncated { needed: end as u64 },
                None => {
                    self.lost = earlier;
                    return Scan::More {
                        needed: (end + HEADER) as u64,
                    };
                }
                Some(next)
                    if !matches!(
                        header(next),
                        Header::Bad(Cause::LengthChecksum { .. } | Cause::Zeros)
                    ) =>
                {
                    let damage = Damage {
                        offset: self.offset,
                        length: end as u64,
                        cause,
                    };
                    self.damaged = Some(Watch::start(self.offset).with(&window[..end]));
                    self.offset += end as u64;
                    return Scan::Damage(damage);
                }
                Some(_) => {}
            }
        }
        let lost = earlier
            .filter(|lost| lost.cause == cause)
            .unwrap_or_else(|| {
                if let (Cause::PayloadChecksum { .. }, Some(end)) = (told, record_end(window)) {
                    self.waste((end - OVERHEAD) as u64);
                }
                Lost {
                    start: self.offset,
                    cause,
                    told,
                    searched: self.offset + 1,
                    zeros_end: self.offset
                        + if cause == Cause::Zeros {
                            HEADER as u64
                        } else {
                            0
                        },
                    checksum: crc::go_on(0, &window[..1]),
                }
            });
        self.offset = lost.searched;
        self.lost = Some(Lost { told, ..lost });
        Scan::More {
            needed: HEADER as u64,
        }
    }

    /// The tail of a file that ends before the header at the window's start does.
    fn tail(&self, window: &[u8]) -> Tail {
        let (offset, present) = (self.offset, window.len() as u64);
        if window.is_empty() {
            Tail::Clean
        } else if zeros(window) == window.len() {
            Tail::Zeros {
                offset,
                length: present,
            }
        } else {
            Tail::Truncated {
                offset,
                needed: OVERHEAD as u64,
                present,
            }
        }
    }
}

/// Where the record at the window's start ends, if its header is right; perhaps behind the window.
fn record_end(window: &[u8]) -> Option<usize> {
    match header(window.first_chunk()?) {
        Header::Length(length) => Some(OVERHEAD + length as usize),
        Header::Bad(_) => None,
    }
}

#[inline]
fn little_u64(bytes: &[u8]) -> u64 {
    u64::from_le_bytes(*bytes.first_chunk().expect("eight bytes"))
}

#[inline]
fn little_u32(bytes: &[u8]) -> u32 {
    u32::from_le_bytes(*bytes.first_chunk().expect("four bytes"))
}

#[cfg(test)]
mod tests {
    use super::{Cause, OVERHEAD, Scan, Scanner, Tail, WASTE_ALLOWANCE, WASTE_FACTOR, crc};

    fn header(length: u64) -> Vec<u8> {
        let length = length.to_le_bytes();
        [&length[..], &crc::masked(&length).to_le_bytes()].concat()
    }

    fn record(payload: &[u8]) -> Vec<u8> {
        let checksum = crc::masked(payload).to_le_bytes();
        [&header(payload.len() as u64)[..], payload, &checksum].concat()
    }

    /// What a reader found that holds no more than it is asked for, and what it took.
    #[derive(Debug, Default)]
    struct Read {
        /// Where they start.
        records: Vec<u64>,
        /// Offset, length and code.
        damage: Vec<(u64, u64, &'static str)>,
        /// Bytes read.
        fed: u64,
        /// Bytes whose checksums turned out wrong.
        wasted: u64,
    }

    impl Read {
        fn whole(file: &[u8]) -> Self {
            let mut read = Self::default();
            read.go_on(&mut Scanner::new(), file);
            read
        }

        fn go_on(&mut self, scanner: &mut Scanner, file: &[u8]) -> Tail {
            let (mut end, mut needed) = (0, 1 << 18);
            loop {
                let start = scanner.offset() as usize;
                if start + needed > end && end < file.len() {
                    let wanted = file.len().min(start + needed.max(1 << 18));
                    self.fed += (wanted - end.max(start)) as u64;
                    end = wanted;
                }
                needed = 1;
                match scanner.next(&file[start..end], end == file.len()) {
                    Scan::Record { offset, .. } => self.records.push(offset),
                    Scan::Damage(damage) => {
                        self.damage
                            .push((damage.offset, damage.length, damage.cause.code()));
                    }
                    Scan::More { needed: more } => needed = more as usize,
                    Scan::End(tail) => {
                        self.wasted = scanner.wasted.iter().flat_map(|wasted| **wasted).sum();
                        return tail;
                    }
                }
            }
        }
    }

    /// Headers with right checksums, each of a long payload that is wrong.
    #[test]
    fn a_file_made_to_be_slow_is_scanned_in_linear_time() {
        const SIZE: usize = 12_000_000;
        let claimed = SIZE as u64 / 2;
        let mut file = header(claimed).repeat(SIZE / 3 / 12);
        file.resize(SIZE, 1);
        file.extend(record(b"readable"));

        let read = Read::whole(&file);
        assert_eq!(read.records, [SIZE as u64]);
        let bound = WASTE_ALLOWANCE + (WASTE_FACTOR + 1) * SIZE as u64;
        let Read { wasted, fed, .. } = read;
        assert!(wasted > WASTE_ALLOWANCE && wasted < bound, "{wasted} bytes");
        assert_eq!(fed, file.len() as u64);
    }

    /// A reader that holds less than the payloads claim is asked to check only few of them.
    #[test]
    fn records_that_are_too_long_to_be_held_are_checked_in_linear_time() {
        const SIZE: usize = 12_000_000;
        const HELD: u64 = 1 << 20;
        let claimed = SIZE as u64 / 2;
        let mut file = header(claimed).repeat(3000);
        file.resize(SIZE, 1);
        file.extend(record(b"readable"));

        let (mut scanner, mut checked, mut needed) = (Scanner::new(), 0, 1);
        let records = &mut Vec::new();
        loop {
            let start = scanner.offset() as usize;
            if needed > HELD {
                checked += claimed;
                scanner.settle(Some(Cause::TooLong { claimed }));
            }
            let end = file.len().min(start + HELD as usize);
            needed = 1;
            match scanner.next(&file[start..end], end == file.len()) {
                Scan::Record { offset, .. } => records.push(offset),
                Scan::Damage(_) => {}
                Scan::More { needed: more } => needed = more,
                Scan::End(_) => break,
            }
        }
        assert_eq!(*records, [SIZE as u64]);
        let bound = WASTE_ALLOWANCE + (WASTE_FACTOR + 1) * SIZE as u64;
        assert!(
            checked > WASTE_ALLOWANCE && checked < bound,
            "{checked} bytes"
        );
    }

    /// Each of so many headers could be a record that is still being written, up to the one that can be read.
    #[test]
    fn what_stands_behind_records_that_claim_more_than_the_file_is_read_in_linear_time() {
        const HEADERS: usize = 200_000;
        let mut file = header(1 << 30).repeat(HEADERS);
        let claimed = file.len() as u64;
        file.extend(record(b"readable"));
        let read = Read::whole(&file);
        assert_eq!(read.records, [claimed]);
        assert_eq!(read.damage.len(), HEADERS);
        assert_eq!(
            (read.damage[HEADERS - 1], read.wasted, read.fed),
            ((claimed - 12, 12, "truncated"), 0, file.len() as u64)
        );
    }

    /// Others were appended to a record of 100 MB that was torn: the file ends before what it claims, or behind that.
    #[test]
    fn a_long_torn_record_takes_no_short_one_with_it() {
        const CLAIMED: usize = 100_000_000;
        const PRESENT: usize = 4000;
        const STARTS: u64 = 16 + 5;
        let short = record(&vec![7; 60_000]);
        let mut file = record(b"start");
        file.extend(&header(CLAIMED as u64));
        file.resize(file.len() + PRESENT - 12, 1);
        let first = file.len() as u64;
        let (mut scanner, mut grown) = (Scanner::new(), Read::default());
        for (size, code) in [
            (CLAIMED / 10 * 9, "truncated"),
            (CLAIMED / 10 * 11, "payload_checksum"),
        ] {
            while file.len() < size {
                file.extend(&short);
            }
            let read = Read::whole(&file);
            assert_eq!(read.damage, [(STARTS, PRESENT as u64, code)]);
            let lengths = read.records[1..].windows(2).map(|pair| pair[1] - pair[0]);
            assert!(lengths.clone().all(|length| length == short.len() as u64));
            assert_eq!(read.records[..2], [0, first]);
            assert_eq!(
                lengths.sum::<u64>() + first,
                (file.len() - short.len()) as u64
            );

            // Read anew when it reaches what the torn one claims.
            if file.len() > CLAIMED + OVERHEAD {
                (scanner, grown) = (Scanner::new(), Read::default());
            }
            grown.go_on(&mut scanner, &file[..file.len() / 2]);
            grown.go_on(&mut scanner, &file);
            if file.len() < CLAIMED {
                assert_eq!(
                    (&grown.records, &grown.damage),
                    (&read.records, &read.damage)
                );
            }
        }
    }
}
