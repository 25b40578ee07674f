//! The search for the next record that can be read, after a place where none could be.

use super::record::{HEADER, Header, MAX_PAYLOAD, OVERHEAD, header, little_u64};
use super::{Found, Scan, Scanner, Tail, WATCHED, Watch};
use crate::crc;
use crate::damage::{Cause, Damage};

/// The search for a record after a place where none could be read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lost {
    pub(super) start: u64,
    pub(super) cause: Cause,
    /// What is told of the file's end if no record is found up to there.
    pub(super) told: Cause,
    /// Where the record at `start` ends, if a sound header stands there: no more than up to there is lost with it.
    pub(super) stop: Option<u64>,
    /// No record starts between `start` and here.
    pub(super) searched: u64,
    /// Bytes from `start` to here are zero. Between two looks at the file it is not behind `searched`.
    pub(super) zeros_end: u64,
    /// Of the bytes from `start` to `searched`, at most [`WATCHED`].
    pub(super) checksum: u32,
}

impl Scanner {
    /// Looks for the next record that can be read in a window that starts at `lost.searched`.
    pub(super) fn search<'a>(
        &mut self,
        mut lost: Lost,
        window: &'a [u8],
        at_end: bool,
    ) -> Scan<'a> {
        let base = self.offset;
        let window_end = base + window.len() as u64;
        if (base..=window_end).contains(&lost.zeros_end) {
            lost.zeros_end += zeros(&window[(lost.zeros_end - base) as usize..]) as u64;
        }
        // No header is all zero, so none starts where zeros follow for its whole length.
        let mut at = (lost.zeros_end.saturating_sub(base) as usize).saturating_sub(HEADER - 1);
        let mut needed = HEADER;
        // The first place with a sound header whose record may still be being written.
        let mut open = None;
        let stop = lost.stop.and_then(|stop| stop.checked_sub(base));
        while let Some(bytes) = window.get(at..).and_then(|rest| rest.first_chunk()) {
            if stop == Some(at as u64) && open.is_none() {
                return self.end(lost, &window[..at], bytes);
            }
            if little_u64(bytes) > MAX_PAYLOAD {
                at += 1;
                continue;
            }
            let Header::Length(length) = header(bytes) else {
                at += 1;
                continue;
            };
            self.offset = base + at as u64;
            let followed = at + OVERHEAD + length as usize + HEADER;
            let ends = match self.look(&window[at..]) {
                Found::Record(..) | Found::Long { .. } => {
                    self.readable = self.offset;
                    true
                }
                Found::Short { needed: more } if !at_end => {
                    needed = more;
                    break;
                }
                Found::Bad(Cause::PayloadChecksum { .. }) if followed > window.len() && !at_end => {
                    // As in `judge`.
                    needed = followed - at;
                    break;
                }
                Found::Short { .. } => {
                    open = open.or(Some(at));
                    self.offset < self.readable
                }
                Found::Bad(Cause::PayloadChecksum { .. }) => {
                    self.waste(length);
                    if followed > window.len() {
                        open = open.or(Some(at));
                    }
                    followed > window.len() && self.offset < self.readable
                }
                Found::Bad(_) => false,
            };
            if ends {
                return self.end(lost, &window[..open.unwrap_or(at)], &[]);
            }
            at += 1;
        }
        let at = open.unwrap_or(at);
        lost.checksum = lost.watch().with(&window[..at]).checksum;
        lost.searched = base + at as u64;
        // What lies behind is looked at again, and may have changed by then.
        let zeros_end = lost.zeros_end.min(lost.searched);
        self.lost = Some(Lost { zeros_end, ..lost });
        if !at_end {
            self.offset = lost.searched;
            return Scan::More {
                needed: needed as u64,
            };
        }
        // When the file has changed the start is judged anew, in case its last bytes had not arrived yet.
        self.offset = lost.start;
        let damage = lost.until(window_end, lost.told);
        let Damage { offset, length, .. } = damage;
        Scan::End(match damage.cause {
            Cause::Zeros => Tail::Zeros { offset, length },
            Cause::Truncated { needed } => Tail::Truncated {
                offset,
                needed,
                present: length,
            },
            _ => Tail::Unsettled(damage),
        })
    }

    /// Ends the damage behind `bytes`, which start where the search had come to. `header`: the sound one behind them, if
    /// that is why it ends; should it change, all is to be judged anew.
    fn end<'a>(&mut self, lost: Lost, bytes: &[u8], header: &[u8]) -> Scan<'a> {
        self.offset = lost.searched + bytes.len() as u64;
        self.lost = None;
        if let Some(stop) = lost.stop.filter(|stop| self.offset < *stop) {
            // Its payload may be looked at again, as a part of others.
            self.waste(stop - lost.start - OVERHEAD as u64);
        }
        let watch = lost.watch().with(bytes).with(header);
        Scan::Damage(lost.until(self.offset, lost.cause), watch)
    }
}

impl Lost {
    /// What was searched so far.
    pub(super) fn watch(&self) -> Watch {
        Watch {
            offset: self.start,
            length: (self.searched - self.start).min(WATCHED),
            checksum: self.checksum,
        }
    }

    /// The damage, if it ends at `end`.
    fn until(&self, end: u64, cause: Cause) -> Damage {
        let cause = match cause {
            Cause::Zeros if self.zeros_end < end => Cause::LengthChecksum {
                stored: 0,
                computed: crc::masked(&[0; 8]),
            },
            cause => cause,
        };
        Damage {
            offset: self.start,
            length: end - self.start,
            cause,
        }
    }
}

/// Number of zero bytes at the start.
pub(super) fn zeros(bytes: &[u8]) -> usize {
    let whole = bytes
        .chunks_exact(64)
        .take_while(|chunk| **chunk == [0; 64])
        .count()
        * 64;
    whole + bytes[whole..].iter().take_while(|byte| **byte == 0).count()
}
