//! Copies: files whose whole content is the beginning of another file of the same run, such as `… (1)`, `.bak`, `.tmp`.
//! Their points count once.

use std::cmp::Reverse;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::sync::{Arc, PoisonError};
use std::time::Instant;

use super::stamp::{LastRecord, open, read_at};
use super::{EventFile, News};
use crate::catalog::Run;
use crate::changes::Touched;

/// Bytes compared at once.
const WINDOW: usize = 256 << 10;

/// What tells most files apart without a look into them.
struct Print {
    size: u64,
    opening: Vec<u8>,
    last: LastRecord,
}

/// How far a file was compared with another, so that each byte is compared once.
#[derive(Debug)]
pub(super) struct Compared {
    other: (u64, u64),
    equal: u64,
    differs: bool,
}

/// Finds the copies among the files of a run, at most until `deadline`. Returns whether it came to an end.
pub(crate) fn tell_copies(run: &Run, deadline: Instant, mut progress: impl FnMut(News)) -> bool {
    if let [only] = &run.files[..]
        && only.contents().copy_of.is_none()
    {
        return true;
    }
    let prints: Vec<Option<Print>> = run.files.iter().map(|file| file.print()).collect();
    let files = || run.files.iter().zip(&prints);
    let mut finished = true;
    for (file, print) in files() {
        let Some(print) = print else { continue };
        let order =
            |file: &EventFile, size: u64| (Reverse(size), file.name.len(), file.name.clone());
        let mut originals: Vec<_> = files()
            .filter_map(|(other, found)| {
                Some((order(other, found.as_ref()?.size), other, found.as_ref()?))
            })
            .filter(|(place, _, found)| {
                *place < order(file, print.size) && found.opening == print.opening
            })
            .collect();
        originals.sort_by(|(a, ..), (b, ..)| a.cmp(b));
        let mut original = None;
        let mut known = true;
        for (_, other, _) in originals {
            match file.is_beginning_of(other, print, deadline) {
                Ok(Some(true)) => {
                    original = Some(other);
                    break;
                }
                Ok(Some(false)) => {}
                // Whoever reads the file next tells what is wrong with it.
                Ok(None) | Err(_) => known = false,
            }
        }
        finished &= known || Instant::now() < deadline;
        let before = file.contents().copy_of.clone();
        let unread = |name: &String| files().any(|(it, print)| it.name == *name && print.is_none());
        match (original, before) {
            (Some(original), before) if before.as_ref() != Some(&original.name) => {
                file.become_copy(original.name.clone());
                progress(News {
                    touched: Touched::Any,
                    tags: true,
                });
            }
            (None, Some(before)) if known && !unread(&before) => file.distrust(),
            _ => {}
        }
    }
    finished
}

impl EventFile {
    /// None if the file is not read to its end, or nothing was logged to it.
    fn print(&self) -> Option<Print> {
        let position = self.position.lock().unwrap_or_else(PoisonError::into_inner);
        let contents = self.contents();
        let logged = contents.series.len() > 0 || contents.copy_of.is_some();
        let read = contents.settled && !position.due && position.failed.is_none();
        Some(Print {
            size: position.read.filter(|_| logged && read)?.size,
            opening: position.opening.clone(),
            last: position.place.last_record?,
        })
    }

    /// Whether the whole file is the beginning of `other`; None if that was not known by the deadline. All bytes are
    /// compared, but only if the last record of this file stands at its place in the other as well.
    fn is_beginning_of(
        &self,
        other: &Self,
        print: &Print,
        deadline: Instant,
    ) -> io::Result<Option<bool>> {
        let (others, metadata) = open(&other.path)?;
        if !print.last.is_there(&others)? {
            return Ok(Some(false));
        }
        let identity = (metadata.dev(), metadata.ino());
        let mut position = self.position.lock().unwrap_or_else(PoisonError::into_inner);
        let compared = match &mut position.compared {
            Some(compared) if compared.other == identity => compared,
            compared => compared.insert(Compared {
                other: identity,
                equal: 0,
                differs: false,
            }),
        };
        let (own, _) = open(&self.path)?;
        let (mut left, mut right) = (vec![0; WINDOW], vec![0; WINDOW]);
        while !compared.differs && compared.equal < print.size {
            let wanted = (print.size - compared.equal).min(WINDOW as u64) as usize;
            let read = read_at(&own, &mut left[..wanted], compared.equal)?;
            read_at(&others, &mut right[..wanted], compared.equal)?;
            if read < wanted || left[..wanted] != right[..wanted] {
                compared.differs = true;
            } else {
                compared.equal += wanted as u64;
            }
            if Instant::now() >= deadline {
                break;
            }
        }
        let known = compared.differs || compared.equal >= print.size;
        Ok(known.then_some(!compared.differs))
    }

    /// Keeps no points of the file any more, since `original` has them.
    fn become_copy(&self, original: String) {
        let mut contents = self.contents_mut();
        self.store.count(contents.series.memory(), 0);
        contents.keep_account_only(Arc::clone(&self.store));
        contents.copy_of = Some(original);
    }
}
