//! What one file holds, as columns in memory.

use std::collections::HashMap;
use std::mem;

use crate::damage::{Cause, Damage};
use crate::event::{What, decode};
use crate::frame::{Part, Record, Scanner, Tail};
use crate::kind::Kind;
use crate::summary::Value;

/// Reads a file, window by window, into columns.
#[derive(Debug, Default)]
pub struct Contents {
    scanner: Scanner,
    /// Whole records with right checksums.
    pub records: u64,
    /// The first version that an event states.
    pub file_version: Option<String>,
    /// The first program that an event names.
    pub source_writer: Option<String>,
    /// The series, in the order of their first values.
    pub series: Vec<Series>,
    /// Ranges that hold no readable record, in the file's order.
    pub damage: Vec<Damage>,
    /// How the file ends; None until its end was reached.
    pub tail: Option<Tail>,
    by_tag: HashMap<String, usize>,
}

/// The values of one tag.
#[derive(Debug)]
pub struct Series {
    /// Its name.
    pub tag: String,
    /// What its first value says it is.
    pub kind: Kind,
    /// The plugin that its first value names; may be empty.
    pub plugin_name: String,
    /// One step a value.
    pub steps: Vec<i64>,
    /// One wall time a value, in seconds since 1970.
    pub wall_times: Vec<f64>,
    /// The numbers of a scalar series; empty for other kinds.
    pub values: Vec<f64>,
    /// Values of a scalar series that are no single number and stand in no column.
    pub left_out: u64,
}

impl Contents {
    /// Where in the file the next window must start.
    pub fn offset(&self) -> u64 {
        self.scanner.offset()
    }

    /// Reads `window`, the file's bytes from [`offset`](Self::offset) on; `at_end` says that it reaches the file's end.
    /// Returns the bytes that the next window must have, or None at the file's end; then more may be fed when the file
    /// has grown, unless it must be read anew ([`Damage::stands_below`]).
    pub fn feed(&mut self, window: &[u8], at_end: bool) -> Option<u64> {
        let mut scanner = mem::take(&mut self.scanner);
        let needed = scanner.feed(window, at_end, |part| match part {
            Part::Record(record) => self.record(record),
            Part::Damage(damage, _) => self.damage.push(damage),
            Part::End(tail) => self.tail = Some(tail),
        });
        self.scanner = scanner;
        needed
    }

    fn record(&mut self, record: Record<'_>) {
        self.records += 1;
        let broken = |error| Damage {
            offset: record.offset,
            length: record.bytes.len() as u64,
            cause: Cause::NotAnEvent(error),
        };
        let event = match decode(record.payload()) {
            Ok(event) => event,
            Err(error) => return self.damage.push(broken(error)),
        };
        if let (What::FileVersion(version), None) = (event.what, &self.file_version) {
            self.file_version = Some(version.to_owned());
        }
        if let (Some(writer), None) = (event.source_writer, &self.source_writer) {
            self.source_writer = Some(writer.to_owned());
        }
        let mut first_error = None;
        for value in event.values() {
            let pushed = value.and_then(|value| {
                let number = value.scalar()?;
                self.push(event.step, event.wall_time, &value, number);
                Ok(())
            });
            first_error = first_error.or(pushed.err());
        }
        self.damage.extend(first_error.map(broken));
    }

    fn push(&mut self, step: i64, wall_time: f64, value: &Value<'_>, number: Option<f64>) {
        let index = self.by_tag.get(value.tag).copied().unwrap_or_else(|| {
            self.by_tag.insert(value.tag.to_owned(), self.series.len());
            self.series.push(Series::new(value));
            self.series.len() - 1
        });
        let series = &mut self.series[index];
        match (series.kind, number) {
            (Kind::Scalar, None) => {
                series.left_out += 1;
                return;
            }
            (Kind::Scalar, Some(number)) => series.values.push(number),
            _ => {}
        }
        series.steps.push(step);
        series.wall_times.push(wall_time);
    }
}

impl Series {
    fn new(value: &Value<'_>) -> Self {
        Self {
            tag: value.tag.to_owned(),
            kind: value.kind(),
            plugin_name: value.metadata.unwrap_or_default().plugin_name.to_owned(),
            steps: Vec::new(),
            wall_times: Vec::new(),
            values: Vec::new(),
            left_out: 0,
        }
    }
}
