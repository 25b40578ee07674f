//! What can be read of a damaged event file, as a new one.

use std::ops::Range as ByteRange;

use lightboard_events::{
    Cause, Damage, Event, Record, Tail, What, decode,
    encode::{encoded_values, file_version},
};
use serde::Serialize;

use crate::facts::{Place, Range};
use crate::pass::{Pass, Sink};

/// Losses that are told; further ones are counted only.
const LOSSES: usize = 1000;

/// Takes in a file, and gives the bytes of a new one: every record that can be read, as it is and in order, behind a
/// `file_version` if the first of them is none. Of a record of which some values do not decode, the others are kept.
#[derive(Debug, Default, Serialize)]
pub struct Recovery {
    bytes: u64,
    records: u64,
    header_added: bool,
    written: u64,
    lost: Vec<Loss>,
    lost_count: u64,
    lost_bytes: u64,
    /// From where on the file cannot be read.
    unreadable: Option<u64>,
    /// Records of the file so far, kept or not.
    #[serde(skip)]
    seen: u64,
    #[serde(skip)]
    out: Vec<u8>,
    /// The range of a record that comes behind `out`.
    #[serde(skip)]
    long: Option<ByteRange<u64>>,
}

/// What was not kept.
#[derive(Debug, Serialize)]
struct Loss {
    #[serde(flatten)]
    range: Range,
    /// Records before it.
    record: u64,
    /// The record behind it; none at the file's end, or before another loss.
    next: Option<Place>,
}

impl Sink for Recovery {
    fn record(&mut self, record: Record<'_>) {
        self.follow(record.offset);
        match decode(record.payload()) {
            Ok(event) => self.keep(&event, record),
            Err(error) => self.lose(record, Cause::NotAnEvent(error)),
        }
        self.seen += 1;
    }

    fn long_record(&mut self, offset: u64, length: u64) {
        self.follow(offset);
        if self.records == 0 {
            self.put_header(0.0);
        }
        self.records += 1;
        self.seen += 1;
        self.long = Some(offset..offset + length);
    }

    fn damage(&mut self, damage: Damage) {
        self.lost_to(damage.into());
    }
}

impl Recovery {
    /// Of a file of `size` bytes.
    pub fn new(size: u64) -> Self {
        Self {
            bytes: size,
            ..Self::default()
        }
    }

    /// Bytes of the new file that were not forgotten yet.
    pub fn written(&self) -> &[u8] {
        &self.out
    }

    /// The range of the file that comes behind these bytes, a record that is too long to be held; once.
    pub fn long(&mut self) -> Option<ByteRange<u64>> {
        let long = self.long.take()?;
        self.written += long.end - long.start;
        Some(long)
    }

    /// Forgets bytes of the new file that stand in it.
    pub fn forget(&mut self) {
        self.written += self.out.len() as u64;
        self.out.clear();
    }

    /// Whether nothing of the file was kept.
    pub fn is_empty(&self) -> bool {
        self.records == 0
    }

    /// Takes in that the file cannot be read behind what was taken in.
    pub fn stop(&mut self, pass: &Pass, message: &str) {
        self.stop_at(pass.told_up_to(), message);
    }

    /// Takes in that the record given by [`long`](Self::long) cannot be read after all, nor what is behind it.
    pub fn stop_before(&mut self, long: ByteRange<u64>, message: &str) {
        self.written -= long.end - long.start;
        self.records -= 1;
        self.seen -= 1;
        if let Some(last) = self.lost.last_mut() {
            last.next.take_if(|next| next.offset == long.start);
        }
        self.stop_at(long.start, message);
    }

    fn stop_at(&mut self, offset: u64, message: &str) {
        self.unreadable = Some(offset);
        let length = self.bytes.saturating_sub(offset);
        let message = format!(
            "bytes that cannot be read ({message}); where the disk is broken, copy the file with ddrescue and recover the copy"
        );
        self.lost_to(Range::unreadable(offset, length, message));
    }

    /// An account of it, as JSON.
    #[expect(clippy::missing_panics_doc, reason = "all keys are texts")]
    pub fn json(mut self, pass: &Pass) -> String {
        self.forget();
        if let Some(damage) = pass.tail().as_ref().and_then(Tail::damage) {
            self.damage(damage);
        }
        serde_json::to_string(&self).expect("all keys are texts")
    }

    /// Takes in that a record starts at `offset`.
    fn follow(&mut self, offset: u64) {
        let record = self.seen;
        if let Some(last) = self.lost.last_mut()
            && last.range.end() == offset
        {
            last.next = Some(Place { record, offset });
        }
    }

    fn lost_to(&mut self, range: Range) {
        self.lost_count += 1;
        self.lost_bytes += range.length();
        if self.lost.len() < LOSSES {
            self.lost.push(Loss {
                range,
                record: self.seen,
                next: None,
            });
        }
    }

    fn keep(&mut self, event: &Event<'_>, record: Record<'_>) {
        let broken = event.values().find_map(|value| match value {
            Ok(value) => value.scalar().err(),
            Err(error) => Some(error),
        });
        let Some(error) = broken else {
            self.begin(event);
            self.records += 1;
            return self.out.extend_from_slice(record.bytes);
        };
        let readable = event.values().flatten();
        let mut readable = readable
            .filter(|value| value.scalar().is_ok())
            .map(|value| value.bytes)
            .peekable();
        let kept = if readable.peek().is_some() {
            self.begin(event);
            self.records += 1;
            let before = self.out.len();
            encoded_values(&mut self.out, event.wall_time, event.step, readable);
            (self.out.len() - before) as u64
        } else {
            0
        };
        self.lose(record, Cause::NotAnEvent(error));
        self.lost_bytes -= kept.min(record.bytes.len() as u64);
    }

    fn lose(&mut self, record: Record<'_>, cause: Cause) {
        self.damage(Damage {
            offset: record.offset,
            length: record.bytes.len() as u64,
            cause,
        });
    }

    /// Puts the header before the first record, if that is none.
    fn begin(&mut self, event: &Event<'_>) {
        if self.records == 0 && !matches!(event.what, What::FileVersion(_)) {
            let known = event.wall_time.is_finite();
            self.put_header(if known { event.wall_time } else { 0.0 });
        }
    }

    fn put_header(&mut self, wall_time: f64) {
        self.header_added = true;
        file_version(&mut self.out, wall_time, 0);
    }
}
