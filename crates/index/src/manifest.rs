//! The manifest: what was read of which event file, and where its blocks are (`spec/index.md`).
//!
//! It comes back from disk: whatever does not fit together is refused as a whole, and no list is made longer than the
//! bytes that are there.

use std::collections::HashMap;

use crate::contents::Contents;
use crate::event_file::{LastRecord, Stamp};

mod codec;
mod reader;
#[cfg(test)]
mod tests;
mod writer;

pub(crate) use codec::Refused;
pub(crate) use reader::{logdir_of, read};
pub(crate) use writer::ManifestWriter;

const MAGIC: [u8; 8] = *b"LBMANFST";
const HEAD: usize = 20;

/// What was read of one event file.
#[derive(Debug)]
pub(crate) struct Saved {
    pub(crate) stamp: Stamp,
    /// The file's first bytes.
    pub(crate) opening: Vec<u8>,
    pub(crate) last_record: Option<LastRecord>,
    pub(crate) contents: Contents,
}

/// Event files by raw path of the run and file name.
pub(crate) type SavedFiles = HashMap<(Vec<u8>, Vec<u8>), Saved>;
