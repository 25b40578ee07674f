//! Building files and reading them whole, for the tests.
#![allow(dead_code)] // each test file uses a part of it

use lightboard_events::{Damage, Scan, Scanner, Tail, crc};

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
}

impl Read {
    /// Goes on reading `file`, its present bytes, in windows that grow by `step` bytes and end early where they may.
    pub(crate) fn go_on(&mut self, scanner: &mut Scanner, file: &[u8], step: usize) {
        let mut window_length = step;
        loop {
            let rest = &file[scanner.offset() as usize..];
            let window = &rest[..rest.len().min(window_length)];
            match scanner.next(window, window.len() == rest.len()) {
                Scan::Record { offset, payload } => self.records.push((offset, payload.to_vec())),
                Scan::Damage(damage) => self.damage.push(damage),
                Scan::More { needed } => {
                    window_length = window_length.max(needed as usize + step);
                    continue;
                }
                Scan::End(tail) => {
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
