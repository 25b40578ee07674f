//! What an event file holds, in facts.

use lightboard_events::{
    Cause, Damage, DecodeError, Event, LoneScalar, Record, SessionLog, Summary, Tail, What, decode,
    lone_scalar,
};
use serde::Serialize;

use crate::facts::{Change, Damaged, Finite, Number, Odd, Place, Range, Seen, told};
use crate::pass::{Pass, Sink};
use crate::reading::LONGEST;
use crate::series::{Logged, SeriesSet};

/// Damaged ranges that are told; further ones are counted only.
const DAMAGE: usize = 1000;
/// Session logs that are told; further ones are counted only.
const SESSIONS: usize = 100;
/// No clock is further from 1970, in seconds.
const FURTHEST: f64 = 1e15;

/// Takes in a file, and tells what it holds.
#[derive(Debug, Serialize)]
pub struct Audit {
    bytes: u64,
    read: u64,
    complete: bool,
    records: u64,
    what: Counts,
    unread: Unread,
    file_version: Option<String>,
    writer: Option<String>,
    first_wall_time: Finite,
    last_wall_time: Finite,
    earliest: Finite,
    latest: Finite,
    bad_wall_times: Seen<Odd>,
    wall_time_back: Back,
    sessions: Vec<Session>,
    session_count: u64,
    largest: Option<Largest>,
    #[serde(skip)]
    longest: u64,
    damage: Vec<Damaged>,
    damage_count: u64,
    tail: Option<Range>,
    resumed: u64,
    series: SeriesSet,
    series_count: usize,
}

/// Records by what their events carry.
#[derive(Debug, Default, Serialize)]
struct Counts {
    file_version: u64,
    summary: u64,
    graph_def: u64,
    meta_graph_def: u64,
    tagged_run_metadata: u64,
    log_message: u64,
    session_log: u64,
    nothing: u64,
}

/// Records of more than `over` bytes.
#[derive(Debug, Serialize)]
struct Unread {
    over: u64,
    #[serde(flatten)]
    seen: Seen<Place>,
}

impl Default for Unread {
    fn default() -> Self {
        let (over, seen) = (LONGEST, Seen::default());
        Self { over, seen }
    }
}

/// Events that are earlier than the one before.
#[derive(Debug, Serialize)]
struct Back {
    #[serde(flatten)]
    seen: Seen<Change<Number>>,
    most: Number,
}

impl Default for Back {
    fn default() -> Self {
        let (seen, most) = (Seen::default(), Number(0.0));
        Self { seen, most }
    }
}

#[derive(Debug, Serialize)]
struct Session {
    status: &'static str,
    step: i64,
    #[serde(flatten)]
    place: Place,
}

#[derive(Debug, Serialize)]
struct Largest {
    length: u64,
    #[serde(flatten)]
    place: Place,
    tag: Option<String>,
}

impl Sink for Audit {
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "the loop over records: each call costs more than what it does"
    )]
    fn record(&mut self, record: Record<'_>) {
        let (offset, length) = (record.offset, record.bytes.len() as u64);
        let place = self.count(offset, length);
        let payload = record.payload();
        if length <= self.longest
            && let Some(scalar) = lone_scalar(payload)
            && self.scalar(place, &scalar).is_some()
        {
            return;
        }
        if let Err(error) = self.event(place, payload, length) {
            let cause = Cause::NotAnEvent(error);
            let damage = Damage {
                offset,
                length,
                cause,
            };
            self.lost(damage, place.record);
        }
    }

    fn long_record(&mut self, offset: u64, length: u64) {
        let place = self.count(offset, length);
        self.unread.seen.add(|| place);
        if length > self.longest {
            self.longest = length;
            let tag = None;
            self.largest = Some(Largest { length, place, tag });
        }
    }

    fn damage(&mut self, damage: Damage) {
        self.lost(damage, self.records);
    }
}

impl Audit {
    /// Of a file of `size` bytes.
    pub fn new(size: u64) -> Self {
        Self {
            bytes: size,
            read: 0,
            complete: false,
            records: 0,
            what: Counts::default(),
            unread: Unread::default(),
            file_version: None,
            writer: None,
            first_wall_time: Finite::NONE,
            last_wall_time: Finite::NONE,
            earliest: Finite::HIGHEST,
            latest: Finite::LOWEST,
            bad_wall_times: Seen::default(),
            wall_time_back: Back::default(),
            sessions: Vec::new(),
            session_count: 0,
            largest: None,
            longest: 0,
            damage: Vec::new(),
            damage_count: 0,
            tail: None,
            resumed: 0,
            series: SeriesSet::default(),
            series_count: 0,
        }
    }

    /// All that was found, as JSON.
    #[expect(clippy::missing_panics_doc, reason = "all keys are texts")]
    pub fn json(mut self, pass: &Pass) -> String {
        self.complete = pass.tail().is_some();
        let tail = pass.tail().as_ref().and_then(Tail::damage);
        self.tail = tail.map(Range::from);
        self.series.finish();
        self.series_count = self.series.count();
        serde_json::to_string(&self).expect("all keys are texts")
    }

    /// Takes in that there is a whole record.
    #[inline]
    fn count(&mut self, offset: u64, length: u64) -> Place {
        let record = self.records;
        self.records += 1;
        self.read = offset + length;
        if self.damage_count > 0 {
            self.resumed += length;
        }
        Place { record, offset }
    }

    /// Takes in that a range holds no readable record, with so many whole ones before it.
    fn lost(&mut self, damage: Damage, record: u64) {
        self.damage_count += 1;
        if self.damage.len() < DAMAGE {
            let range = damage.into();
            self.damage.push(Damaged { range, record });
        }
    }

    /// Takes in the commonest event, of a record that is not the first. None if its tag is not text.
    #[inline(always)]
    fn scalar(&mut self, place: Place, scalar: &LoneScalar<'_>) -> Option<()> {
        const KEYS_AND_NUMBER: usize = 2 + 5;
        let logged = Logged {
            place,
            step: scalar.step,
            wall_time: scalar.wall_time,
        };
        let size = KEYS_AND_NUMBER + scalar.tag.len();
        self.series
            .add_simple(logged, scalar.tag, scalar.value, size)?;
        self.see_wall_time(place, scalar.wall_time);
        self.what.summary += 1;
        Some(())
    }

    /// Takes in a record of any other kind, of `length` bytes with header and footer.
    #[inline(never)]
    fn event(&mut self, place: Place, payload: &[u8], length: u64) -> Result<(), DecodeError> {
        let event = decode(payload)?;
        if length > self.longest {
            self.set_largest(place, length, &event);
        }
        self.see_wall_time(place, event.wall_time);
        if place.record == 0 {
            self.writer = event.source_writer.map(|writer| told(writer).to_owned());
        }
        let count = match event.what {
            What::Summary(Summary { .. }) => &mut self.what.summary,
            What::FileVersion(version) => {
                if place.record == 0 {
                    self.file_version = Some(told(version).to_owned());
                }
                &mut self.what.file_version
            }
            What::SessionLog(log) => {
                self.see_session(place, event.step, log);
                &mut self.what.session_log
            }
            What::GraphDef(_) => &mut self.what.graph_def,
            What::MetaGraphDef(_) => &mut self.what.meta_graph_def,
            What::TaggedRunMetadata(_) => &mut self.what.tagged_run_metadata,
            What::LogMessage(_) => &mut self.what.log_message,
            What::Nothing => &mut self.what.nothing,
        };
        *count += 1;
        let logged = Logged {
            place,
            step: event.step,
            wall_time: event.wall_time,
        };
        let mut outcome = Ok(());
        for value in event.values() {
            let added = value.and_then(|value| self.series.add(logged, &value));
            outcome = outcome.and(added);
        }
        outcome
    }

    #[inline]
    fn see_wall_time(&mut self, place: Place, to: f64) {
        let from = self.last_wall_time.0;
        if !(0.0 <= from && from <= to && to <= FURTHEST) {
            return self.see_unusual_wall_time(place, to);
        }
        self.last_wall_time.0 = to;
        if to > self.latest.0 {
            self.latest.0 = to;
        }
    }

    /// Takes in the first wall time, or one that is odd or earlier than the one before.
    #[inline(never)]
    fn see_unusual_wall_time(&mut self, place: Place, to: f64) {
        if !(0.0..=FURTHEST).contains(&to) {
            let value = Number(to);
            self.bad_wall_times.add(|| Odd { place, value });
        }
        if !to.is_finite() {
            return;
        }
        let from = self.last_wall_time.0;
        if from.is_nan() {
            self.first_wall_time.0 = to;
        } else if to < from {
            let back = &mut self.wall_time_back;
            back.most.0 = back.most.0.max(from - to);
            let (from, to) = (Number(from), Number(to));
            back.seen.add(|| Change { place, from, to });
        }
        self.last_wall_time.0 = to;
        self.earliest.0 = self.earliest.0.min(to);
        self.latest.0 = self.latest.0.max(to);
    }

    #[cold]
    fn see_session(&mut self, place: Place, step: i64, log: SessionLog<'_>) {
        self.session_count += 1;
        if self.sessions.len() < SESSIONS {
            let status = match log.status {
                SessionLog::START => "start",
                SessionLog::STOP => "stop",
                SessionLog::CHECKPOINT => "checkpoint",
                _ => "unknown",
            };
            self.sessions.push(Session {
                status,
                step,
                place,
            });
        }
    }

    #[cold]
    fn set_largest(&mut self, place: Place, length: u64, event: &Event<'_>) {
        let first = event.values().next().and_then(Result::ok);
        self.longest = length;
        self.largest = Some(Largest {
            length,
            place,
            tag: first.map(|value| told(value.tag).to_owned()),
        });
    }
}
