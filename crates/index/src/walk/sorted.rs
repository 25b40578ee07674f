//! What a folder holds, by what becomes of it.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use rustix::fs::FileType;

use super::Walk;
use crate::event_file::Stamp;
use crate::folders::{EntryKind, Listed, is_named_event_file};
use crate::logdir::{Found, Skipped, is_absent, join};

#[derive(Default)]
pub(super) struct Sorted {
    pub(super) files: Vec<Found>,
    /// Raw paths below the log directory, as those of `links`, which lead to folders.
    pub(super) folders: Vec<Vec<u8>>,
    pub(super) links: Vec<Vec<u8>>,
    pub(super) skipped: Vec<Skipped>,
    pub(super) other_files: usize,
}

impl Walk<'_> {
    /// Sorts what a folder holds. Only where links lead has to be looked up for that.
    pub(super) fn sort(&self, folder: &[u8], listed: &Listed) -> Sorted {
        let files = listed
            .entries
            .iter()
            .filter(|(_, kind)| *kind == EntryKind::File);
        let mut sorted = Sorted {
            files: Vec::with_capacity(files.count()),
            ..Sorted::default()
        };
        for (name, kind) in listed.entries.iter() {
            if let Err(reason) = self.sort_in(&mut sorted, folder, name, *kind) {
                let path = self.shown_path(&join(folder, name.as_bytes()));
                sorted.skipped.push(Skipped { path, reason });
            }
        }
        sorted
    }

    /// The error is why an entry is skipped.
    fn sort_in(
        &self,
        sorted: &mut Sorted,
        folder: &[u8],
        name: &OsStr,
        kind: EntryKind,
    ) -> Result<(), String> {
        let below = || join(folder, name.as_bytes());
        let link = kind == EntryKind::Link;
        let (is_dir, is_file) = if link {
            let target = self.root.find(&below()).map_err(|error| {
                if is_absent(&error) {
                    "is a link to nothing".to_owned()
                } else {
                    format!("is a link that cannot be followed: {error}")
                }
            })?;
            let kind = FileType::from_raw_mode(target.st_mode);
            (kind.is_dir(), kind.is_file())
        } else {
            (kind == EntryKind::Folder, kind == EntryKind::File)
        };
        // Of files, no others are among the entries.
        let named_event_file = kind == EntryKind::File || is_named_event_file(name);
        let dotted = name.as_bytes().starts_with(b".");
        match (is_dir, named_event_file) {
            (true, _) if dotted => return Err("its name begins with a dot".to_owned()),
            (true, _) if link => sorted.links.push(below()),
            (true, _) => sorted.folders.push(below()),
            (false, false) => sorted.other_files += 1,
            (false, true) if dotted => {
                let reason = "its name begins with a dot, as unfinished copies of event files have";
                return Err(reason.to_owned());
            }
            (false, true) if is_file => sorted.files.push(Found {
                run: folder.to_vec(),
                name: name.to_owned(),
                seen: self.look_at_file(below),
            }),
            (false, true) => {
                return Err("is named like an event file, but is no regular file".to_owned());
            }
        }
        Ok(())
    }

    /// What an event file is as the first walk finds it. It need not be sought again, which from the root of the file
    /// system on takes twice the time.
    fn look_at_file(&self, below: impl Fn() -> Vec<u8>) -> Option<Box<Stamp>> {
        let first = self.before.is_empty();
        let found = first.then(|| self.root.find(&below()))?;
        // What goes wrong the file's own look will tell.
        Some(Box::new(Stamp::from(&found.ok()?)))
    }
}
