//! How folders stand in a manifest.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;

use super::Refused;
use super::codec::{Put, Take};
use crate::folders::{EntryKind, FolderStamp, Folders, Listed};
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
    let strangers = listed.strangers();
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

/// The folders of a manifest. One that does not fit together is left out.
pub(super) fn take_folders(take: &mut Take<'_>) -> Result<Folders, Refused> {
    let folders = take.list(MIN_FOLDER, |take| {
        let (path, rest) = (take.text()?, take.text()?);
        Ok((path.to_vec(), take_folder(&mut Take(rest))))
    })?;
    let sound = folders
        .into_iter()
        .filter_map(|(path, listed)| Some((path, listed.ok()?)));
    Ok(sound.collect())
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
