//! The scanner that finds records in a file's bytes (`spec/events.md`, Framing and Damage).
//!
//! It is fed windows of a file and may be fed again after the file has grown. Whatever the windows and whenever the
//! file grew, the records and the damage are the same, if a file is read anew as [`Damage::stands_below`] says.

mod feed;
mod record;
mod search;
mod tail;
mod watch;

pub use self::feed::Part;
pub use self::record::{HEADER, MAX_PAYLOAD, OVERHEAD, Record};
use self::record::{Header, header, little_u32, record_end, whole};
use self::search::{Lost, zeros};
pub use self::tail::Tail;
pub use self::watch::{WATCHED, Watch};
use crate::crc;
use crate::damage::{Cause, Damage};

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
    /// A whole record.
    Record(Record<'a>),
    /// A range that holds no readable record, and what to watch of it; readable ones follow.
    Damage(Damage, Watch),
    /// The window is too short.
    More {
        /// Bytes that the window must have, or it must reach the file's end.
        needed: u64,
    },
    /// Nothing more can be said before the file grows or changes.
    End(Tail),
}

/// What stands at one place of a window.
enum Found<'a> {
    Record(Record<'a>),
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
        if self.is_undisturbed()
            && let Some(record) = whole(window, self.offset)
        {
            return self.give(record);
        }
        self.next_unusual(window, at_end)
    }

    /// Whether nothing was found that makes it look at records in another way than one by one.
    #[inline]
    fn is_undisturbed(&self) -> bool {
        self.lost.is_none() && self.wasted.is_none()
    }

    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "the loop over records: each call costs more than what it does"
    )]
    fn give<'a>(&mut self, record: Record<'a>) -> Scan<'a> {
        self.offset = record.end();
        Scan::Record(record)
    }

    /// What stands at the window's start.
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
        let needed = OVERHEAD + length;
        let Some(bytes) = window.get(..needed) else {
            return match self.settled {
                Some((offset, None)) if offset == self.offset => Found::Long { needed },
                Some((offset, Some(cause))) if offset == self.offset => Found::Bad(cause),
                _ => Found::Short { needed },
            };
        };
        let stored = little_u32(&bytes[HEADER + length..]);
        let computed = crc::masked(&bytes[HEADER..HEADER + length]);
        if stored == computed {
            let offset = self.offset;
            Found::Record(Record { offset, bytes })
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
            Found::Record(record) => return self.give(record),
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
        let mut stop = None;
        if let (Cause::PayloadChecksum { .. }, Some(end)) = (cause, record_end(window)) {
            // The record may still be being written until something follows it. If a header follows, its length was
            // right, and all that is lost ends there; if not, it was torn. Others may lie inside its range either way.
            match window[end..].first_chunk() {
                None if at_end => cause = Cause::Truncated { needed: end as u64 },
                None => {
                    self.lost = earlier;
                    return Scan::More {
                        needed: (end + HEADER) as u64,
                    };
                }
                Some(next) => {
                    let sound = !matches!(
                        header(next),
                        Header::Bad(Cause::LengthChecksum { .. } | Cause::Zeros)
                    );
                    stop = sound.then_some(self.offset + end as u64);
                }
            }
        }
        let lost = earlier
            .filter(|lost| lost.cause == cause)
            .unwrap_or_else(|| {
                if let (Cause::PayloadChecksum { .. }, Some(end), None) =
                    (told, record_end(window), stop)
                {
                    self.waste((end - OVERHEAD) as u64);
                }
                Lost {
                    start: self.offset,
                    cause,
                    told,
                    stop,
                    searched: self.offset + 1,
                    zeros_end: self.offset + u64::from(cause == Cause::Zeros),
                    checksum: crc::go_on(0, &window[..1]),
                }
            });
        self.offset = lost.searched;
        self.lost = Some(Lost { told, stop, ..lost });
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

#[cfg(test)]
mod tests;
