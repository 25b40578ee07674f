//! What was read of one event file.

use std::mem;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use lightboard_events::{
    Cause, Damage, Event, Kind, LoneScalar, Opening, SessionLog, Tail, What, decode, lone_scalar,
};

use crate::file_series::FileSeries;
use crate::points::Location;
use crate::series::Logged;
use crate::store::Store;

/// A file that changed within this time is being written.
const LIVE: Duration = Duration::from_secs(120);

/// No clock is further from 1970, in seconds (30 million years). Up to it wall times have differences that are finite,
/// and exact to a fifth of a second.
const FURTHEST: f64 = 1e15;

/// Damaged ranges kept of one file; further ones are counted only, so that a file of rubbish costs no memory.
const DAMAGE_KEPT: usize = 1000;

const LFS_POINTER: &str = "Expected an event file, found a git-lfs pointer to one. Fetch the file itself with `git lfs pull`.";
const GZIP: &str =
    "Expected an event file, found a gzip file. Uncompress it beside this one with `gunzip -k`.";
const NO_RECORD: &str = "Expected an event file, found no record in it. If it is none, rename it so that its name does \
                         not contain `tfevents`.";

/// What was read of one event file, and how far.
#[derive(Debug)]
pub(crate) struct Contents {
    /// Bytes of the file when it was last looked at.
    pub(crate) size: u64,
    /// When it was changed, by the file system's clock.
    pub(crate) modified: SystemTime,
    /// Tells the file from others that have had its name (`file_id`).
    pub(crate) file_id: Option<String>,
    /// Bytes up to the last whole record that was read.
    pub(crate) bytes_read: u64,
    /// The file was read to its end at least once.
    pub(crate) settled: bool,
    /// Whole records, readable or not.
    pub(crate) records: u64,
    pub(crate) damage: Vec<Damage>,
    /// Damaged ranges in all, `damage` included.
    pub(crate) damage_count: u64,
    pub(crate) tail: Tail,
    /// Why the file cannot be read at present.
    pub(crate) error: Option<String>,
    /// What the file's first bytes say.
    pub(crate) opening: Opening,
    /// The file of the same run that begins with all of this one; records are counted, and not taken in.
    pub(crate) copy_of: Option<String>,
    /// Seconds since 1970, of the first event that tells it.
    pub(crate) first_wall_time: Option<f64>,
    /// Of the first event that carries values: a program may give earlier times than its clock gave the header. Not of
    /// hyper-parameters, which are known before anything is logged.
    pub(crate) first_value_wall_time: Option<f64>,
    /// Of the last event.
    pub(crate) last_wall_time: Option<f64>,
    /// Of the last event that carries values.
    pub(crate) last_step: Option<i64>,
    pub(crate) series: FileSeries,
    pub(crate) sections: Sections,
}

/// A `SessionLog` START: what was logged before it at its step or later is void.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Start {
    pub(crate) step: i64,
    /// Seconds since 1970, always finite.
    pub(crate) wall_time: f64,
}

/// A stretch of a file between session starts.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Section {
    /// What it begins with; none for the first section of a file that does not begin with one.
    pub(crate) start: Option<Start>,
    /// Highest step of a scalar.
    pub(crate) highest_step: Option<i64>,
}

/// The sections of a file, at least one.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Sections(Vec<Section>);

impl Default for Sections {
    fn default() -> Self {
        Self(vec![Section::default()])
    }
}

impl Sections {
    /// None if there are none, or one after the first begins without a start.
    pub(crate) fn of(sections: Vec<Section>) -> Option<Self> {
        let rest = sections.get(1..)?;
        rest.iter()
            .all(|section| section.start.is_some())
            .then_some(Self(sections))
    }

    pub(crate) fn all(&self) -> &[Section] {
        &self.0
    }

    /// The place of the last one.
    fn last(&self) -> usize {
        self.0.len() - 1
    }

    fn start(&mut self, start: Start) {
        if let Some(last) = self.0.last_mut()
            && last.highest_step.is_none()
            && last.start.is_none_or(|before| start.step <= before.step)
        {
            // Nothing was logged since a start that voided no more.
            last.start = Some(start);
        } else {
            self.0.push(Section {
                start: Some(start),
                highest_step: None,
            });
        }
    }

    fn log(&mut self, step: i64) {
        if let Some(last) = self.0.last_mut() {
            last.highest_step = last.highest_step.max(Some(step));
        }
    }
}

impl Contents {
    /// Of a file of which nothing was read; its tags are taken from `store`.
    pub(crate) fn new(store: Arc<Store>) -> Self {
        Self::with(FileSeries::new(store))
    }

    /// Of a file of which only the series are known.
    pub(crate) fn with(series: FileSeries) -> Self {
        Self {
            size: 0,
            modified: SystemTime::UNIX_EPOCH,
            file_id: None,
            bytes_read: 0,
            settled: false,
            records: 0,
            damage: Vec::new(),
            damage_count: 0,
            tail: Tail::Clean,
            error: None,
            opening: Opening::Empty,
            copy_of: None,
            first_wall_time: None,
            first_value_wall_time: None,
            last_wall_time: None,
            last_step: None,
            series,
            sections: Sections::default(),
        }
    }

    /// Why the file is no event file, if it is none; only what is certain before it was read to its end.
    pub(crate) fn foreign(&self) -> Option<&'static str> {
        match self.opening {
            Opening::LfsPointer => Some(LFS_POINTER),
            Opening::Gzip => Some(GZIP),
            Opening::Other if self.settled && self.records == 0 => Some(NO_RECORD),
            _ => None,
        }
    }

    /// Whether the file is being written, as far as the times tell. A file system whose clock is ahead counts as now.
    pub(crate) fn is_live(&self, now: SystemTime) -> bool {
        now.duration_since(self.modified)
            .is_ok_and(|age| age < LIVE)
            || self.modified > now
    }

    /// Forgets what was logged; what is told of the file itself stays.
    pub(crate) fn keep_account_only(&mut self, store: Arc<Store>) {
        let before = mem::replace(self, Self::new(store));
        *self = Self {
            first_wall_time: None,
            first_value_wall_time: None,
            last_wall_time: None,
            last_step: None,
            series: mem::take(&mut self.series),
            sections: Sections::default(),
            ..before
        };
    }

    /// What grows when something is read.
    pub(crate) fn extent(&self) -> (u64, u64, u64, Tail) {
        (self.records, self.bytes_read, self.damage_count, self.tail)
    }

    /// When the file began to be written: its header, or its first value or session start if that is later, since
    /// TensorFlow cuts the header's time to whole seconds.
    pub(crate) fn begin(&self) -> f64 {
        let first = self.first_wall_time.unwrap_or(f64::INFINITY);
        let start = self.sections.all().first().and_then(|it| it.start);
        let logged = start
            .map(|it| it.wall_time)
            .into_iter()
            .chain(self.first_value_wall_time);
        logged
            .reduce(f64::min)
            .map_or(first, |logged| logged.max(first))
    }

    /// When it was written last. A program may give its values earlier times than its clock gave the header.
    pub(crate) fn end(&self) -> f64 {
        self.last_wall_time
            .unwrap_or(f64::NEG_INFINITY)
            .max(self.first_wall_time.unwrap_or(f64::NEG_INFINITY))
    }

    /// Whether the file is what a call of `add_hparams` leaves: hyperparameters, and metrics that have one value each.
    pub(crate) fn is_hparams_record(&self) -> bool {
        ["_hparams_/experiment", "_hparams_/session_start_info"]
            .iter()
            .all(|tag| self.series.get(tag, Kind::Hparams).is_some())
            && self.series.scalars().all(|(_, points)| points.len() == 1)
    }

    /// Takes in one record.
    #[inline]
    pub(crate) fn add_record(&mut self, offset: u64, payload: &[u8], checksum: u32) {
        self.records += 1;
        if self.copy_of.is_some() {
            return;
        }
        let record = Location {
            offset,
            length: payload.len() as u64,
            checksum,
            index: 0,
        };
        if lone_scalar(payload).is_some_and(|scalar| self.add_lone_scalar(&scalar, record)) {
            return;
        }
        let outcome = decode(payload).and_then(|event| self.add_event(&event, record));
        if let Err(error) = outcome {
            let length = (payload.len() + lightboard_events::OVERHEAD) as u64;
            let damage = Damage {
                offset,
                length,
                cause: Cause::NotAnEvent(error),
            };
            self.add_damage(damage, false);
        }
    }

    /// Takes in an event that carries one scalar and nothing else. Returns whether it could: its tag must be text.
    #[inline]
    fn add_lone_scalar(&mut self, scalar: &LoneScalar<'_>, record: Location) -> bool {
        let Some(place) = self.series.place_of_scalar(scalar.tag) else {
            return false;
        };
        let step = scalar.step;
        let wall_time = self.see_wall_time(scalar.wall_time);
        self.last_step = Some(step);
        self.first_value_wall_time.get_or_insert(wall_time);
        let logged = Logged {
            section: self.sections.last(),
            step,
            wall_time,
            location: record,
        };
        self.series.push(place, logged, f64::from(scalar.value));
        self.sections.log(step);
        true
    }

    /// Takes in what can be read of an event; the error is that of the first value that could not.
    #[inline]
    fn add_event(
        &mut self,
        event: &Event<'_>,
        record: Location,
    ) -> Result<(), lightboard_events::DecodeError> {
        let wall_time = self.see_wall_time(event.wall_time);
        if let What::SessionLog(log) = event.what
            && log.status == SessionLog::START
        {
            self.sections.start(Start {
                step: event.step,
                wall_time,
            });
        }
        let mut outcome = Ok(());
        for (index, value) in event.values().enumerate() {
            let logged = Logged {
                section: self.sections.last(),
                step: event.step,
                wall_time,
                location: Location {
                    index: index as u32,
                    ..record
                },
            };
            self.last_step = Some(event.step);
            if self.first_value_wall_time.is_none()
                && !matches!(&value, Ok(value) if value.kind() == Kind::Hparams)
            {
                self.first_value_wall_time = Some(wall_time);
            }
            match value.and_then(|value| self.series.add(logged, &value)) {
                Ok(true) => self.sections.log(event.step),
                Ok(false) => {}
                Err(error) => outcome = outcome.and(Err(error)),
            }
        }
        outcome
    }

    /// A time that is no number, or that no clock shows, would tear the axis: the one before stands in, at a file's start
    /// that of its change.
    #[inline]
    fn see_wall_time(&mut self, wall_time: f64) -> f64 {
        let wall_time = if wall_time.abs() <= FURTHEST {
            wall_time
        } else {
            self.last_wall_time
                .unwrap_or_else(|| seconds(self.modified))
        };
        self.first_wall_time.get_or_insert(wall_time);
        self.last_wall_time = Some(wall_time);
        wall_time
    }

    /// Notes damage. `must_stay`: until further damage must, it is kept even if there is no room.
    pub(crate) fn add_damage(&mut self, damage: Damage, must_stay: bool) {
        self.damage_count += 1;
        if self.damage.len() < DAMAGE_KEPT {
            self.damage.push(damage);
        } else if let Some(last) = self.damage.last_mut()
            && must_stay
        {
            *last = damage;
        }
    }
}

/// Seconds since 1970, negative before.
pub(crate) fn seconds(time: SystemTime) -> f64 {
    match time.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(after) => after.as_secs_f64(),
        Err(before) => -before.duration().as_secs_f64(),
    }
}
