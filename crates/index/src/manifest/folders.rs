//! How folders stand in a manifest.

use std::ffi::{OsStr, OsString};
use std::ops::Range;
use std::os::unix::ffi::OsStrExt;
use std::sync::Arc;

use super::codec::{Put, Take, find_next};
use super::{Bytes, Refused};
use crate::folders::{EntryKind, FolderStamp, Listed};
use crate::strangers::{Stranger, Strangers};

/// Bytes of a folder, of an entry and of a stranger at least.
const MIN_FOLDER: usize = 8;
const MIN_ENTRY: usize = 5;
const MIN_STRANGER: usize = 12;

pub(super) fn put_folder(out: &mut Vec<u8>, path: &[u8], listed: &Listed) {
    out.text(path);
    let start = out.len();
    out.u32(0);
    let stamp = &listed.stamp;
    out.u64(stamp.device);
    out.u64(stamp.inode);
    for (seconds, nanoseconds) in [stamp.modified, stamp.changed] {
        out.i64(seconds);
        out.i64(nanoseconds);
    }
    out.list(&listed.entries, |out, (name, kind)| {
        out.text(name.as_bytes());
        out.push(match kind {
            EntryKind::File => 0,
            EntryKind::Folder => 1,
            EntryKind::Link => 2,
            EntryKind::Other => 3,
        });
    });
    let none = Strangers::default();
    let strangers = listed.strangers();
    let strangers = strangers.as_deref().unwrap_or(&none);
    out.u32(u32::try_from(strangers.count).unwrap_or(u32::MAX));
    for strangers in [&strangers.waiting, &strangers.found] {
        out.list(strangers, |out, stranger| {
            out.text(stranger.name.as_bytes());
            out.u64(stranger.fingerprint);
        });
    }
    out.u32(strangers.others.len() as u32);
    for fingerprint in &strangers.others {
        out.u64(*fingerprint);
    }
    let length = (out.len() - start - 4) as u32;
    out[start..start + 4].copy_from_slice(&length.to_le_bytes());
}

/// The folders of a manifest. Each is decoded when it is asked for, so that many can be at once.
#[derive(Debug, Default)]
pub(crate) struct SavedFolders {
    bytes: Arc<Bytes>,
    /// Where each one's path and the rest of it are, in order of paths.
    places: Vec<Place>,
}

/// Where a folder's path is in a manifest, and the rest of it.
pub(super) type Place = (Range<usize>, Range<usize>);

impl SavedFolders {
    pub(super) fn new(bytes: Arc<Bytes>, mut places: Vec<Place>) -> Self {
        places.sort_unstable_by(|(a, _), (b, _)| bytes[a.clone()].cmp(&bytes[b.clone()]));
        Self { bytes, places }
    }

    /// Whether there are none, as after they were given away.
    pub(crate) fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// How the folder at `path` below the log directory was listed. Nothing if its parts do not fit together. `next` is
    /// where folders that are asked for in order are found without a search.
    pub(crate) fn get(&self, path: &[u8], next: &mut usize) -> Option<Listed> {
        let (_, rest) = find_next(&self.places, next, |(known, _)| {
            self.bytes[known.clone()].cmp(path)
        })?;
        take_folder(&mut Take(&self.bytes[rest.clone()])).ok()
    }

    /// The folders' paths.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &[u8]> {
        self.places
            .iter()
            .map(|(path, _)| &self.bytes[path.clone()])
    }
}

/// Where the folders of a manifest are; `range` takes a text and tells its place.
pub(super) fn take_folders(
    take: &mut Take<'_>,
    range: impl Fn(&mut Take<'_>) -> Result<Range<usize>, Refused>,
) -> Result<Vec<Place>, Refused> {
    take.list(MIN_FOLDER, |take| Ok((range(take)?, range(take)?)))
}

fn take_folder(take: &mut Take<'_>) -> Result<Listed, Refused> {
    let stamp = FolderStamp {
        device: take.u64()?,
        inode: take.u64()?,
        modified: (take.i64()?, take.i64()?),
        changed: (take.i64()?, take.i64()?),
    };
    let entries = take.list(MIN_ENTRY, |take| {
        let name = take_name(take)?;
        let kind = match take.array()? {
            [0] => EntryKind::File,
            [1] => EntryKind::Folder,
            [2] => EntryKind::Link,
            [3] => EntryKind::Other,
            _ => return Err(Refused),
        };
        Ok((name, kind))
    })?;
    let stranger = |take: &mut Take<'_>| Ok(Stranger::new(take_name(take)?, take.u64()?));
    let strangers = Strangers {
        count: take.u32()? as usize,
        waiting: take.list(MIN_STRANGER, stranger)?,
        found: take.list(MIN_STRANGER, stranger)?,
        others: take.list(8, Take::u64)?.into_iter().collect(),
    };
    let ascend = entries.is_sorted_by(|(a, _), (b, _)| a < b);
    let kept = strangers.waiting.len() + strangers.found.len() + strangers.others.len();
    let sound = ascend && kept <= strangers.count && take.0.is_empty();
    sound
        .then(|| Listed::restored(stamp, entries, strangers))
        .ok_or(Refused)
}

/// A name of something in a folder: it leads nowhere else.
fn take_name(take: &mut Take<'_>) -> Result<OsString, Refused> {
    let name = take.text()?;
    let elsewhere = matches!(name, b"" | b"." | b"..") || name.contains(&b'/') || name.contains(&0);
    (!elsewhere)
        .then(|| OsStr::from_bytes(name).to_owned())
        .ok_or(Refused)
}
