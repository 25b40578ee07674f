//! For fuzzing and its seeds: whatever happens to a file, what is held of it in the end is what a fresh reader finds.

use std::fs::{self, OpenOptions};
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use lightboard_events::Tail;
use lightboard_events::encode::{Scalar, scalar};

use super::{EventFile, Glance};
use crate::store::Store;

/// What a file holds: records, bytes read, damage (offset, length, code), the end, and each series' tag, steps and
/// values. The checksums told of a torn record are of all the bytes that it claims: records among them may have healed
/// since, by themselves.
type Held = (
    u64,
    u64,
    Vec<(u64, u64, &'static str)>,
    Tail,
    Vec<(String, Vec<i64>, Vec<u64>)>,
);

/// A file as a recipe makes it, and the one who follows it.
struct Followed {
    path: PathBuf,
    file: EventFile,
    buffer: Vec<u8>,
    /// What the file holds once everything has arrived, and the ranges where it is something else so far.
    whole: Vec<u8>,
    missing: Vec<Range<usize>>,
    records: i64,
}

/// Lets a file grow, shrink, heal and be replaced as `recipe` says, three bytes at a time, and follows it.
///
/// # Panics
/// If something else is held of the file than is in it, at a place where all of it was read.
pub fn tail(recipe: &[u8]) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("events.out.tfevents.1");
    let mut followed = Followed {
        file: open(&path),
        path,
        buffer: Vec::new(),
        whole: Vec::new(),
        missing: Vec::new(),
        records: 0,
    };
    followed.replace(false);
    for step in recipe.chunks_exact(3).take(200) {
        followed.happen(step[0] % 16, usize::from(step[1]), usize::from(step[2]));
    }
    followed.agree();
    for hole in std::mem::take(&mut followed.missing) {
        followed.put(hole.start, &followed.whole[hole.clone()]);
    }
    followed.agree();
}

impl Followed {
    fn happen(&mut self, what: u8, first: usize, second: usize) {
        match what {
            0..=2 => self.append(|_| {}, 1 + first % 8),
            // The writer is killed inside a record, which may be a long one.
            3 => {
                let (mut long, tag) = (Vec::new(), "x".repeat(second * 2));
                scalar(&mut long, 1.0, 1, &tag, Scalar::Simple(1.0));
                long.truncate(first % long.len());
                self.append(|added| *added = long, 0);
            }
            4 => self.append(|added| added.extend(vec![0; first * 8 + second]), 0),
            5 => self.append(
                |added| added.extend([first as u8, second as u8].repeat(20)),
                0,
            ),
            6..=8 => self.append_with_hole(1 + first % 8, first * second, 1 + second, what == 8),
            9 | 10 if !self.missing.is_empty() => {
                let hole = self.missing.swap_remove(first % self.missing.len());
                self.put(hole.start, &self.whole[hole]);
            }
            11 => {
                let length = self.whole.len() * (first * 256 + second) / 65536;
                self.whole = fs::read(&self.path).expect("read");
                self.whole.truncate(length);
                self.missing.clear();
                let file = OpenOptions::new().write(true).open(&self.path);
                file.and_then(|file| file.set_len(length as u64))
                    .expect("cut");
            }
            12 => self.replace(first.is_multiple_of(2)),
            13 | 14 => drop(
                self.file
                    .read(&mut self.buffer, Instant::now(), false, |_| {}),
            ),
            _ => self.agree(),
        }
    }

    fn records(&mut self, count: usize) -> Vec<u8> {
        let mut bytes = Vec::new();
        for _ in 0..count {
            self.records += 1;
            let tag = if self.records % 3 == 0 {
                "accuracy"
            } else {
                "loss"
            };
            let value = Scalar::Simple(self.records as f32);
            scalar(&mut bytes, self.records as f64, self.records, tag, value);
        }
        bytes
    }

    fn append(&mut self, change: impl FnOnce(&mut Vec<u8>), records: usize) {
        let mut added = self.records(records);
        change(&mut added);
        let at = self.whole.len();
        self.put(at, &added);
        self.whole.extend(added);
    }

    /// The bytes of a range are zero, or flipped, for now.
    fn append_with_hole(&mut self, records: usize, start: usize, length: usize, flipped: bool) {
        let added = self.records(records);
        let at = self.whole.len();
        let start = start % added.len();
        let hole = start..(start + length).min(added.len());
        let mut shown = added.clone();
        for byte in &mut shown[hole.clone()] {
            *byte = if flipped { *byte ^ 0x10 } else { 0 };
        }
        self.put(at, &shown);
        self.whole.extend(added);
        self.missing.push(at + hole.start..at + hole.end);
    }

    /// By rename, or in place.
    fn replace(&mut self, by_rename: bool) {
        self.whole = self.records(2);
        self.missing.clear();
        if by_rename {
            let other = self.path.with_extension("other");
            fs::write(&other, &self.whole).expect("written");
            fs::rename(&other, &self.path).expect("renamed");
        } else {
            fs::write(&self.path, &self.whole).expect("written");
        }
    }

    fn put(&self, at: usize, bytes: &[u8]) {
        let file = OpenOptions::new()
            .write(true)
            .open(&self.path)
            .expect("opened");
        file.write_all_at(bytes, at as u64).expect("written");
    }

    fn agree(&mut self) {
        // As if the time were over after which a file is looked at once more.
        self.file.position.lock().expect("position").look_again = Some(Instant::now());
        assert_eq!(
            read_whole(&self.file, &mut self.buffer),
            read_whole(&open(&self.path), &mut Vec::new())
        );
    }
}

fn open(path: &Path) -> EventFile {
    let store = Arc::new(Store::new(1 << 40));
    EventFile::new(path.to_owned(), "events.out.tfevents.1".into(), store)
}

fn read_whole(file: &EventFile, buffer: &mut Vec<u8>) -> Held {
    let far = Instant::now() + Duration::from_secs(600);
    while file.glance() != Glance::Unchanged {
        file.read(buffer, far, false, |_| {});
    }
    let contents = file.contents();
    assert_eq!(contents.error, None);
    let series = contents.series.scalars().map(|(tag, points)| {
        let columns = points.columns(0..points.len()).expect("in memory");
        let values = columns.values.iter().map(|value| value.to_bits());
        (tag.to_owned(), columns.steps.to_vec(), values.collect())
    });
    let mut series: Vec<_> = series.collect();
    series.sort();
    let damage = contents.damage.iter();
    let damage = damage.map(|it| (it.offset, it.length, it.cause.code()));
    (
        contents.records,
        contents.bytes_read,
        damage.collect(),
        contents.tail,
        series,
    )
}
