//! Ranges of a file in which no record was found: network drives may show zeros, or old bytes, where the data come
//! later (`spec/events.md`, Damage).

use std::fs::File;
use std::io;
use std::time::{Duration, Instant};

use lightboard_events::{Watch, crc};

use super::stamp::read_at;

/// Ranges watched of one file: damaged ones, and the end of the record before each.
const RANGES: usize = 2000;
/// Bytes watched of one file.
const BYTES: u64 = 64 << 20;
/// Bytes read at once.
const WINDOW: usize = 256 << 10;
/// Comparing takes at most this part of the time.
const SHARE: u32 = 10;

/// The damaged ranges of one file that are watched.
#[derive(Debug, Default)]
pub(super) struct Watched {
    ranges: Vec<Watch>,
    bytes: u64,
    /// When they were compared last, and how long it took.
    pub(super) compared: Option<(Instant, Duration)>,
}

impl Watched {
    pub(super) fn of(ranges: Vec<Watch>) -> Self {
        let mut watched = Self::default();
        for range in ranges {
            watched.add(range);
        }
        watched
    }

    pub(super) fn ranges(&self) -> &[Watch] {
        &self.ranges
    }

    /// Watches one more range, if there is room for it.
    pub(super) fn add(&mut self, range: Watch) {
        if self.ranges.len() < RANGES && self.bytes + range.length <= BYTES {
            self.bytes += range.length;
            self.ranges.push(range);
        }
    }

    /// Whether it is too soon to compare again.
    pub(super) fn rests(&self) -> bool {
        self.compared
            .is_some_and(|(when, took)| when.elapsed() < took * SHARE)
    }

    /// Whether the bytes of a range are others than they were.
    pub(super) fn changed(&mut self, file: &File) -> io::Result<bool> {
        let started = Instant::now();
        for range in &self.ranges {
            if has_changed(file, range)? {
                return Ok(true);
            }
        }
        self.compared = Some((Instant::now(), started.elapsed()));
        Ok(false)
    }
}

/// Whether the bytes of a range are others than they were.
pub(super) fn has_changed(file: &File, range: &Watch) -> io::Result<bool> {
    let mut window = vec![0; range.length.min(WINDOW as u64) as usize];
    let (mut at, end) = (range.offset, range.offset + range.length);
    let mut checksum = 0;
    while at < end {
        let wanted = (end - at).min(WINDOW as u64) as usize;
        let read = read_at(file, &mut window[..wanted], at)?;
        checksum = crc::go_on(checksum, &window[..read]);
        if read < wanted {
            return Ok(true);
        }
        at += wanted as u64;
    }
    Ok(checksum != range.checksum)
}
