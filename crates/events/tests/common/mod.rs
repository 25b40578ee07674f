//! Building files and reading them whole, for the tests.
#![allow(dead_code)] // each test file uses a part of it

use lightboard_events::{Damage, Scan, Scanner, Tail, WATCHED, Watch, crc};

/// One record as it stands in a file.
pub(crate) fn record(payload: &[u8]) -> Vec<u8> {
    let length = (payload.len() as u64).to_le_bytes();
    let mut bytes = length.to_vec();
    bytes.extend(crc::masked(&length).to_le_bytes());
    bytes.extend(payload);
    bytes.extend(crc::masked(payload).to_le_bytes());
    bytes
}

/// What a scanner said about a file.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Read {
    pub(crate) records: Vec<(u64, Vec<u8>)>,
    pub(crate) damage: Vec<Damage>,
    pub(crate) tail: Option<Tail>,
    /// The size of the file at which it must be read anew.
    pub(crate) stands_below: Option<u64>,
}

impl Read {
    /// Goes on reading `file`, its present bytes, in windows that grow by `step` bytes and end early where they may.
    pub(crate) fn go_on(&mut self, scanner: &mut Scanner, file: &[u8], step: usize) {
        if self
            .stands_below
            .is_some_and(|size| file.len() as u64 >= size)
        {
            (*scanner, *self) = (Scanner::new(), Self::default());
        }
        let mut window_length = step;
        loop {
            let rest = &file[scanner.offset() as usize..];
            let window = &rest[..rest.len().min(window_length)];
            match scanner.next(window, window.len() == rest.len()) {
                Scan::Record(record) => {
                    let payload = record.payload();
                    assert_eq!(record.checksum(), crc::masked(payload));
                    self.records.push((record.offset, payload.to_vec()));
                }
                Scan::Damage(damage, watch) => {
                    // With the sound header behind it, if it ends for that.
                    let lengths = [0, 12].map(|header| (damage.length + header).min(WATCHED));
                    assert!(lengths.contains(&watch.length), "{watch:?} {damage:?}");
                    check_watch(watch, damage, file);
                    let below = damage.stands_below(file.len() as u64);
                    self.stands_below = self.stands_below.into_iter().chain(below).min();
                    self.damage.push(damage);
                }
                Scan::More { needed } => {
                    window_length = window_length.max(needed as usize + step);
                    continue;
                }
                Scan::End(tail) => {
                    if let Some(watch) = scanner.searched() {
                        check_watch(watch, tail.damage().expect("no clean tail"), file);
                    }
                    self.tail = Some(tail);
                    return;
                }
            }
            window_length = step;
        }
    }

    /// Reads a whole file at once.
    pub(crate) fn whole(file: &[u8]) -> Self {
        let mut read = Self::default();
        read.go_on(&mut Scanner::new(), file, file.len() + 1);
        read
    }

    /// The payloads alone.
    pub(crate) fn payloads(&self) -> Vec<&[u8]> {
        self.records
            .iter()
            .map(|(_, payload)| payload.as_slice())
            .collect()
    }
}

/// Panics if `watch` is not at the start of `damage`, or its checksum is of other bytes than are in `file`.
fn check_watch(watch: Watch, damage: Damage, file: &[u8]) {
    let (from, to) = (
        watch.offset as usize,
        (watch.offset + watch.length) as usize,
    );
    assert_eq!(watch.offset, damage.offset);
    assert!(watch.length <= damage.length + 12, "{watch:?} {damage:?}");
    assert_eq!(watch.checksum, crc::go_on(0, &file[from..to]));
}

/// Panics unless every byte of `file` is accounted for once: in a record, in damage, or in the tail.
pub(crate) fn account_for_every_byte(read: &Read, file: &[u8]) {
    let records = read
        .records
        .iter()
        .map(|(offset, payload)| (*offset, 16 + payload.len() as u64));
    let tail = read.tail.expect("read to its end").damage();
    let damage = read
        .damage
        .iter()
        .chain(&tail)
        .map(|damage| (damage.offset, damage.length));
    let mut ranges: Vec<_> = records.chain(damage).collect();
    ranges.sort_unstable();
    let mut at = 0;
    for (offset, length) in ranges {
        assert_eq!(offset, at, "{read:?}");
        at += length;
    }
    assert_eq!(at, file.len() as u64, "{read:?}");
}

/// Makes a file of `recipe`, with right and wrong records and bytes of any kind, and panics if windows and growth
/// change what is read.
pub(crate) fn compare_windows(recipe: &[u8]) {
    let [step, cut, growth, recipe @ ..] = recipe else {
        return;
    };
    let mut file = Vec::new();
    let mut rest = recipe;
    while let [kind, length, after @ ..] = rest {
        let (own, after) = after.split_at(after.len().min(usize::from(*length)));
        rest = after;
        match kind % 8 {
            0 => file.extend(own),
            1 => file.resize(file.len() + own.len() * 3, 0),
            2 => file.extend(&record(own)[..own.len() + 3]),
            3 => file.extend(record(&record(own))),
            4 => {
                let at = file.len() + own.len();
                file.extend(record(own));
                file[at] ^= 0x10;
            }
            _ => file.extend(record(own)),
        }
    }
    file.truncate(file.len().saturating_sub(usize::from(*cut) / 8));

    let whole = Read::whole(&file);
    account_for_every_byte(&whole, &file);
    let (mut scanner, mut grown) = (Scanner::new(), Read::default());
    let mut end = 0;
    while end < file.len() {
        grown.go_on(&mut scanner, &file[..end], usize::from(*step) + 1);
        end += usize::from(*growth) + 1;
    }
    grown.go_on(&mut scanner, &file, usize::from(*step) + 1);
    assert_eq!(grown, whole);
}
