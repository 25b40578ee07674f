//! Event files under foreign names: they are found by their first bytes and reported, not read.

use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::mem;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use lightboard_events::{Event, Opening, Scan, Scanner, What, decode};

use crate::event_file::{open, read_at};

/// Files of one folder that are looked into. A folder with more is one of data.
pub(crate) const LOOKED_INTO: usize = 100;
/// Bytes that are looked at: a file's first record is its version, or holds a few values.
const BYTES: usize = 4096;

/// The files of one folder that are not named like event files.
#[derive(Debug, Default)]
pub(crate) struct Strangers {
    /// Not looked into yet.
    pub(crate) waiting: Vec<Stranger>,
    /// Event files.
    pub(crate) found: Vec<Stranger>,
    /// Fingerprints of those that are none.
    pub(crate) others: HashSet<u64>,
    /// All.
    pub(crate) count: usize,
}

/// One of them.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Stranger {
    /// Its name tells of no events.
    plain: bool,
    pub(crate) name: OsString,
    /// Of its name and inode.
    pub(crate) fingerprint: u64,
}

impl Stranger {
    pub(crate) fn new(name: OsString, fingerprint: u64) -> Self {
        let telling = name
            .to_ascii_lowercase()
            .as_bytes()
            .windows(5)
            .any(|part| part == b"event");
        Self {
            plain: !telling,
            name,
            fingerprint,
        }
    }
}

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    Events,
    Other,
    /// Too short to tell yet, or it cannot be read.
    Unknown,
}

impl Strangers {
    pub(crate) fn add(&mut self, name: OsString, inode: u64) {
        self.count += 1;
        if name.as_bytes().starts_with(b".") {
            return;
        }
        let mut hasher = DefaultHasher::new();
        (&name, inode).hash(&mut hasher);
        self.waiting.push(Stranger::new(name, hasher.finish()));
        if self.waiting.len() >= 8 * LOOKED_INTO {
            self.keep_first();
        }
    }

    fn keep_first(&mut self) {
        self.waiting.sort_unstable();
        self.waiting.truncate(LOOKED_INTO);
    }

    /// Chooses which are looked into, once all are added: not those that were when `before` was known.
    pub(crate) fn choose(&mut self, before: Option<&Self>) {
        self.keep_first();
        for stranger in mem::take(&mut self.waiting).into_iter().rev() {
            if before.is_some_and(|before| before.others.contains(&stranger.fingerprint)) {
                self.others.insert(stranger.fingerprint);
            } else if before.is_some_and(|before| before.found.contains(&stranger)) {
                self.found.push(stranger);
            } else {
                self.waiting.push(stranger);
            }
        }
    }

    /// Names of those that are event files.
    pub(crate) fn found(&self) -> impl Iterator<Item = &OsStr> {
        self.found.iter().map(|stranger| stranger.name.as_os_str())
    }

    /// Looks into one file of `folder`. Returns whether there was one left.
    pub(crate) fn look_into_one(&mut self, folder: &Path) -> bool {
        let Some(stranger) = self.waiting.pop() else {
            return false;
        };
        // What goes wrong with other people's files is theirs.
        match sort(&folder.join(&stranger.name)).unwrap_or(Sort::Unknown) {
            Sort::Events => self.found.push(stranger),
            Sort::Other => drop(self.others.insert(stranger.fingerprint)),
            Sort::Unknown => {}
        }
        true
    }
}

/// Tells what a file is by its first record. Files of other records have the same framing.
fn sort(path: &Path) -> io::Result<Sort> {
    let (file, _) = open(path)?;
    let mut bytes = [0; BYTES];
    let length = read_at(&file, &mut bytes[..Opening::BYTES], 0)?;
    match Opening::of(&bytes[..length]) {
        Opening::Record => {}
        Opening::Empty | Opening::Short | Opening::Zeros => return Ok(Sort::Unknown),
        _ => return Ok(Sort::Other),
    }
    let length = read_at(&file, &mut bytes, 0)?;
    Ok(match Scanner::new().next(&bytes[..length], false) {
        Scan::Record(record) => match decode(record.payload()) {
            Ok(event) if is_telling(&event) => Sort::Events,
            _ => Sort::Other,
        },
        // The first record is being written.
        _ if length < BYTES => Sort::Unknown,
        _ => Sort::Other,
    })
}

/// Whether no other message would be read as an event like this.
fn is_telling(event: &Event<'_>) -> bool {
    match event.what {
        What::FileVersion(version) => version.starts_with("brain.Event:"),
        What::Summary(_) => event
            .values()
            .any(|value| value.is_ok_and(|value| !value.tag.is_empty())),
        _ => false,
    }
}
