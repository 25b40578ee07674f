//! The manifest: what was read of which event file, and where its blocks are (`spec/index.md`).
//!
//! It comes back from disk: whatever does not fit together is refused as a whole, and no list is made longer than the
//! bytes that are there.

use lightboard_events::Watch;

use crate::contents::Contents;
use crate::event_file::{LastRecord, Stamp};

mod bytes;
mod codec;
mod damage;
mod folders;
mod reader;
#[cfg(test)]
mod tests;
mod writer;

pub(crate) use bytes::Bytes;
pub(crate) use codec::Refused;
pub(crate) use folders::SavedFolders;
pub(crate) use reader::{PackedSeries, SavedFiles, logdir_of};
pub(crate) use writer::ManifestWriter;

const MAGIC: [u8; 8] = *b"LBMANFST";
const HEAD: usize = 20;

/// What was read of one event file.
#[derive(Debug)]
pub(crate) struct Saved {
    pub(crate) progress: Progress,
    pub(crate) contents: Contents,
}

/// How far a file was read, and how to tell that it still is the same one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Progress {
    pub(crate) stamp: Stamp,
    /// All of it was read that there was to read then.
    pub(crate) finished: bool,
    /// The file's first bytes.
    pub(crate) opening: Vec<u8>,
    pub(crate) last_record: Option<LastRecord>,
    /// Damaged ranges: if one heals, the file is read anew.
    pub(crate) watched: Vec<Watch>,
}
