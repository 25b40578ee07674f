//! Copies: files whose whole content is the beginning of another file of the same run, such as `… (1)`, `.bak`, `.tmp`.
//! Their points count once.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError};
use std::time::Instant;

use super::stamp::{LastRecord, open, read_at};
use super::{EventFile, News};
use crate::changes::Touched;

/// Bytes compared at once.
const WINDOW: usize = 256 << 10;

/// What tells most files that begin alike apart without a look into them.
struct Print {
    size: u64,
    last: LastRecord,
    reading: u64,
}

/// How far a file was compared with others, so that each byte is compared once.
#[derive(Debug)]
pub(super) struct Compared {
    /// Tells from all others what was read of this file since it was last read anew.
    reading: u64,
    /// By the reading of the other file.
    others: HashMap<u64, Likeness>,
}

#[derive(Debug, Default)]
struct Likeness {
    /// Bytes at the start that were compared.
    compared: u64,
    differs: bool,
}

/// Finds the copies among the files of a run, until about `deadline`. Returns whether it came to an end; if not, the
/// next call goes on from there.
pub(crate) fn tell_copies(
    files: &[Arc<EventFile>],
    deadline: Instant,
    mut progress: impl FnMut(News),
) -> bool {
    if let [only] = files
        && only.contents().copy_of.is_none()
    {
        return true;
    }
    let mut alike: HashMap<Vec<u8>, Vec<(&EventFile, Print)>> = HashMap::new();
    let mut unread = HashSet::new();
    for file in files {
        if !file.is_read() {
            unread.insert(&*file.name);
        } else if let Some((opening, print)) = file.print() {
            alike.entry(opening).or_default().push((file, print));
        }
    }
    let mut finished = true;
    for mut files in alike.into_values() {
        files.sort_by(|(a, print), (b, other)| a.place(print).cmp(&b.place(other)));
        // Those before it that are no copies themselves: what is the beginning of a copy is one of its original as well.
        let mut originals: Vec<(&EventFile, u64)> = Vec::new();
        for (file, print) in files {
            file.forget_comparisons(&originals);
            let mut original = None;
            let mut known = true;
            for &(other, reading) in &originals {
                match file.is_beginning_of(other, &print, reading, deadline) {
                    Ok(Some(true)) => {
                        original = Some(other);
                        break;
                    }
                    Ok(Some(false)) => {}
                    Ok(None) => return false,
                    // Whoever reads the file next tells what is wrong with it.
                    Err(_) => known = false,
                }
            }
            let before = file.contents().copy_of.clone();
            match (original, before) {
                (Some(original), before) => {
                    if before.as_ref() != Some(&original.name) {
                        file.become_copy(original.name.clone());
                        progress(News {
                            touched: Touched::Any,
                            tags: true,
                        });
                    }
                    continue;
                }
                (None, Some(before)) if known && !unread.contains(&*before) => {
                    // Not finished before its points are there again.
                    finished &= file.distrusted.swap(true, Ordering::Relaxed);
                }
                _ => {}
            }
            originals.push((file, print.reading));
        }
    }
    finished
}

impl Compared {
    fn begin() -> Self {
        static READINGS: AtomicU64 = AtomicU64::new(0);
        Self {
            reading: READINGS.fetch_add(1, Ordering::Relaxed),
            others: HashMap::new(),
        }
    }
}

impl Likeness {
    /// Whether the first `size` bytes are the same, if that is known.
    fn of(&self, size: u64) -> Option<bool> {
        (self.differs || self.compared >= size).then_some(!self.differs)
    }
}

impl EventFile {
    /// Whether the file was read to its end, with success.
    fn is_read(&self) -> bool {
        let position = self.position.lock().unwrap_or_else(PoisonError::into_inner);
        self.contents().settled && !position.due && position.failed.is_none()
    }

    /// With the file's first bytes, of one that was read. None if nothing was logged to it.
    fn print(&self) -> Option<(Vec<u8>, Print)> {
        let mut position = self.position.lock().unwrap_or_else(PoisonError::into_inner);
        let contents = self.contents();
        let logged = contents.series.len() > 0 || contents.copy_of.is_some();
        let print = Print {
            size: position.read.filter(|_| logged)?.size,
            last: position.place.last_record?,
            reading: position
                .compared
                .get_or_insert_with(|| Box::new(Compared::begin()))
                .reading,
        };
        Some((position.opening.clone(), print))
    }

    /// Where the file stands among those that begin alike: originals come before their copies, and of equal ones (they
    /// may be one file under several names) that with the name of an event file whose writer it tells, then the shortest.
    fn place(&self, print: &Print) -> impl Ord + use<'_> {
        (
            Reverse(print.size),
            self.writer.is_none(),
            self.name.len(),
            &*self.name,
        )
    }

    /// Keeps comparisons only with readings of other files that there still are.
    fn forget_comparisons(&self, others: &[(&Self, u64)]) {
        let mut position = self.position.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(compared) = &mut position.compared
            && compared.others.len() > others.len()
        {
            let is_there = |reading: u64| others.iter().any(|(_, it)| *it == reading);
            compared.others.retain(|reading, _| is_there(*reading));
        }
    }

    /// Whether the whole file is the beginning of `other`, of which `reading` was read; None if the deadline came first.
    /// All bytes are compared, but only if the last record of this file stands at its place in the other as well. What
    /// is known is told at once; else each call compares at least one window more.
    fn is_beginning_of(
        &self,
        other: &Self,
        print: &Print,
        reading: u64,
        deadline: Instant,
    ) -> io::Result<Option<bool>> {
        let mut position = self.position.lock().unwrap_or_else(PoisonError::into_inner);
        let compared = position
            .compared
            .get_or_insert_with(|| Box::new(Compared::begin()));
        let likeness = compared.others.entry(reading).or_default();
        if let Some(known) = likeness.of(print.size) {
            return Ok(Some(known));
        }
        let (own, others) = (open(&self.path)?.0, open(&other.path)?.0);
        likeness.differs = !print.last.is_there(&others)?;
        let (mut left, mut right) = (vec![0; WINDOW], vec![0; WINDOW]);
        loop {
            if !likeness.differs {
                let wanted = (print.size - likeness.compared).min(WINDOW as u64) as usize;
                let (left, right) = (&mut left[..wanted], &mut right[..wanted]);
                let whole = read_at(&own, left, likeness.compared)? == wanted
                    && read_at(&others, right, likeness.compared)? == wanted;
                likeness.differs = !whole || left != right;
                likeness.compared += wanted as u64;
            }
            if Instant::now() >= deadline {
                return Ok(None);
            }
            if let Some(known) = likeness.of(print.size) {
                return Ok(Some(known));
            }
        }
    }

    /// Keeps no points of the file any more, since `original` has them.
    fn become_copy(&self, original: String) {
        let mut contents = self.contents_mut();
        self.store.count(contents.series.memory(), 0);
        contents.keep_account_only(Arc::clone(&self.store));
        contents.copy_of = Some(original);
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;
    use std::sync::Arc;
    use std::time::Instant;

    use lightboard_events::encode::{Scalar, scalar};

    use super::{WINDOW, tell_copies};
    use crate::event_file::{EventFile, Glance};

    /// An event file of several windows.
    fn long() -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut step = 0;
        while bytes.len() < 3 * WINDOW {
            scalar(&mut bytes, 0.0, step, "loss", Scalar::Simple(1.0));
            step += 1;
        }
        bytes
    }

    fn read(file: &EventFile) {
        while file.glance() != Glance::Unchanged {
            file.read(&mut Vec::new(), Instant::now(), false, |_| {});
        }
    }

    /// Event files with their contents, read to their ends.
    fn files(folder: &Path, contents: &[(&str, &[u8])]) -> Vec<Arc<EventFile>> {
        let file = |(name, bytes): &(&str, &[u8])| {
            let path = folder.join(name);
            fs::write(&path, bytes).expect("file");
            let file = EventFile::new(path, name.into(), Arc::default());
            read(&file);
            Arc::new(file)
        };
        contents.iter().map(file).collect()
    }

    fn originals(files: &[Arc<EventFile>]) -> Vec<Option<String>> {
        let original = |file: &Arc<EventFile>| file.contents().copy_of.clone();
        files.iter().map(original).collect()
    }

    /// Calls until they come to an end, none of which has any time; panics if they never do.
    fn tell_step_by_step(files: &[Arc<EventFile>]) {
        let steps = 10 * files.len().pow(2);
        let finished = (0..steps).any(|_| tell_copies(files, Instant::now(), |_| {}));
        assert!(finished, "not finished after {steps} steps");
    }

    #[test]
    fn comparing_goes_on_where_its_time_was_up() {
        let temp = tempfile::tempdir().expect("temp");
        let same = long();
        let mut other = same.clone();
        scalar(&mut other, 0.0, 0, "loss", Scalar::Simple(2.0));
        let mut others = same.clone();
        others.extend_from_within(..1000);
        let contents: [(&str, &[u8]); 5] = [
            ("tfevents", &same),
            ("tfevents (1)", &same),
            ("tfevents.1", &other),
            ("tfevents.22", &others),
            ("tfevents.bak", &same),
        ];
        let files = files(temp.path(), &contents);
        tell_step_by_step(&files);
        let longest = Some("tfevents.22".to_owned());
        let expected = [&longest, &longest, &None, &None, &longest];
        assert_eq!(originals(&files).iter().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn only_files_that_begin_alike_are_compared_and_copies_only_with_their_original() {
        let temp = tempfile::tempdir().expect("temp");
        let same = long();
        let mut unlike = Vec::new();
        scalar(&mut unlike, 1.0, 0, "accuracy", Scalar::Simple(1.0));
        let names: Vec<String> = (0..9).map(|copy| format!("tfevents.{copy}")).collect();
        let mut contents: Vec<(&str, &[u8])> = names.iter().map(|it| (&**it, &*same)).collect();
        contents.push(("tfevents", &unlike));
        let files = files(temp.path(), &contents);
        tell_step_by_step(&files);
        let compared = |file: &Arc<EventFile>| {
            let position = file.position.lock().expect("position");
            position.compared.as_ref().map_or(0, |it| it.others.len())
        };
        let expected = [0, 1, 1, 1, 1, 1, 1, 1, 1, 0];
        assert_eq!(files.iter().map(compared).collect::<Vec<_>>(), expected);
    }
}
