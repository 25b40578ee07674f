//! How a file ends at present.

use crate::damage::{Cause, Damage};

/// How a file ends at present. Scanning can go on from each of these when the file has grown or changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tail {
    /// After a whole record, or at the file's start.
    Clean,
    /// Inside a record.
    Truncated {
        /// Where the record starts.
        offset: u64,
        /// Bytes that it needs, as far as its header tells.
        needed: u64,
        /// Bytes that are there.
        present: u64,
    },
    /// In zero bytes, where data may still come.
    Zeros {
        /// The first of them, after the last whole record.
        offset: u64,
        /// Bytes.
        length: u64,
    },
    /// In bytes that hold no readable record so far, but may still be being written.
    Unsettled(Damage),
}

impl Tail {
    /// What the tail is if the file never grows again. None if clean.
    pub fn damage(&self) -> Option<Damage> {
        match *self {
            Self::Clean => None,
            Self::Truncated {
                offset,
                needed,
                present,
            } => Some(Damage {
                offset,
                length: present,
                cause: Cause::Truncated { needed },
            }),
            Self::Zeros { offset, length } => Some(Damage {
                offset,
                length,
                cause: Cause::Zeros,
            }),
            Self::Unsettled(damage) => Some(damage),
        }
    }
}
