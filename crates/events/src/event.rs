//! One event: when, at which step, and what (`spec/events.md`, Event).

use crate::summary::Values;
use crate::wire::{DecodeError, END, Fields, Pieces, key};

/// A decoded event. It borrows from the payload and owns nothing.
#[derive(Debug, Clone, Copy)]
pub struct Event<'a> {
    /// Seconds since 1970.
    pub wall_time: f64,
    /// 0 if the writer left it out.
    pub step: i64,
    /// What the event carries.
    pub what: What<'a>,
    /// Dotted name of the program that wrote the file, on a file's first event if at all.
    pub source_writer: Option<&'a str>,
}

/// What an event carries: one of these, the one written last.
#[derive(Debug, Clone, Copy)]
pub enum What<'a> {
    /// A wall time and a step only.
    Nothing,
    /// The format's version, `brain.Event:2`, on a file's first event.
    FileVersion(&'a str),
    /// A serialised `GraphDef`: the run's graph.
    GraphDef(&'a [u8]),
    /// Logged values; see [`Event::values`].
    Summary(Summary<'a>),
    /// A serialised `LogMessage`; no reader shows these.
    LogMessage(&'a [u8]),
    /// A session started, stopped or saved a checkpoint.
    SessionLog(SessionLog<'a>),
    /// Run metadata (timings, memory) under a tag; see [`Event::values`].
    TaggedRunMetadata(TaggedRunMetadata<'a>),
    /// A serialised `MetaGraphDef`.
    MetaGraphDef(&'a [u8]),
}

/// The values of one event, not walked yet.
#[derive(Debug, Clone, Copy)]
pub struct Summary<'a> {
    pub(crate) pieces: Pieces<'a>,
}

/// A mark of TensorFlow's session, and of writers with a `purge_step`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SessionLog<'a> {
    /// What happened, as the number in the file.
    pub status: i32,
    /// Path of the checkpoint, for [`SessionLog::CHECKPOINT`].
    pub checkpoint_path: &'a str,
    /// Free text.
    pub message: &'a str,
}

impl SessionLog<'_> {
    /// Status of a start: an attempt begins at the event's step.
    pub const START: i32 = 1;
    /// Status of a stop.
    pub const STOP: i32 = 2;
    /// Status of a saved checkpoint.
    pub const CHECKPOINT: i32 = 3;
}

/// A serialised `RunMetadata` under a tag.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TaggedRunMetadata<'a> {
    /// The series that it belongs to.
    pub tag: &'a str,
    /// A serialised `RunMetadata`.
    pub run_metadata: &'a [u8],
}

const WALL_TIME: u32 = key::fixed64(1);
const STEP: u32 = key::varint(2);
const FILE_VERSION: u32 = key::bytes(3);
const GRAPH_DEF: u32 = key::bytes(4);
const SUMMARY: u32 = key::bytes(5);
const LOG_MESSAGE: u32 = key::bytes(6);
const SESSION_LOG: u32 = key::bytes(7);
const TAGGED_RUN_METADATA: u32 = key::bytes(8);
const META_GRAPH_DEF: u32 = key::bytes(9);
const SOURCE_METADATA: u32 = key::bytes(10);

/// Decodes a record's payload. An empty one is an event with nothing in it.
///
/// # Errors
///
/// If the bytes are no protobuf message, or a field that events have is of another type. What lies deeper is checked
/// when it is read: values by the iterator of [`Event::values`], numbers by the methods of a value.
#[inline(always)]
#[expect(
    clippy::inline_always,
    reason = "the loop over records: each call costs more than what it does"
)]
pub fn decode(payload: &[u8]) -> Result<Event<'_>, DecodeError> {
    let mut event = Event {
        wall_time: 0.0,
        step: 0,
        what: What::Nothing,
        source_writer: None,
    };
    let mut fields = Fields::new(payload);
    loop {
        let from_here = fields.rest();
        match fields.key()? {
            END => return Ok(event),
            WALL_TIME => event.wall_time = fields.double()?,
            STEP => event.step = fields.varint()? as i64,
            FILE_VERSION => event.what = What::FileVersion(fields.text()?),
            GRAPH_DEF => event.what = What::GraphDef(fields.bytes()?),
            SUMMARY => {
                fields.bytes()?;
                if !matches!(event.what, What::Summary(_)) {
                    event.what = What::Summary(Summary {
                        pieces: Pieces {
                            outer: from_here,
                            key: SUMMARY,
                        },
                    });
                }
            }
            LOG_MESSAGE => event.what = What::LogMessage(fields.bytes()?),
            SESSION_LOG => {
                let so_far = if let What::SessionLog(log) = event.what {
                    log
                } else {
                    SessionLog::default()
                };
                event.what = What::SessionLog(session_log(so_far, fields.bytes()?)?);
            }
            TAGGED_RUN_METADATA => {
                let so_far = if let What::TaggedRunMetadata(it) = event.what {
                    it
                } else {
                    TaggedRunMetadata::default()
                };
                event.what = What::TaggedRunMetadata(tagged_run_metadata(so_far, fields.bytes()?)?);
            }
            META_GRAPH_DEF => event.what = What::MetaGraphDef(fields.bytes()?),
            SOURCE_METADATA => {
                let so_far = event.source_writer.unwrap_or_default();
                event.source_writer = Some(source_writer(so_far, fields.bytes()?)?);
            }
            key => fields.skip(key, 1..=10)?,
        }
    }
}

impl<'a> Event<'a> {
    /// Everything that belongs to a series: the values of a summary, and graphs and run metadata as values of theirs.
    #[inline]
    pub fn values(&self) -> Values<'a> {
        Values::new(self.what)
    }
}

fn source_writer<'a>(mut writer: &'a str, message: &'a [u8]) -> Result<&'a str, DecodeError> {
    const WRITER: u32 = key::bytes(1);
    let mut fields = Fields::new(message);
    loop {
        match fields.key()? {
            END => return Ok(writer),
            WRITER => writer = fields.text()?,
            key => fields.skip(key, 1..=1)?,
        }
    }
}

fn session_log<'a>(
    mut log: SessionLog<'a>,
    message: &'a [u8],
) -> Result<SessionLog<'a>, DecodeError> {
    const STATUS: u32 = key::varint(1);
    const CHECKPOINT_PATH: u32 = key::bytes(2);
    const MESSAGE: u32 = key::bytes(3);
    let mut fields = Fields::new(message);
    loop {
        match fields.key()? {
            END => return Ok(log),
            STATUS => log.status = fields.varint()? as i32,
            CHECKPOINT_PATH => log.checkpoint_path = fields.text()?,
            MESSAGE => log.message = fields.text()?,
            key => fields.skip(key, 1..=3)?,
        }
    }
}

fn tagged_run_metadata<'a>(
    mut tagged: TaggedRunMetadata<'a>,
    message: &'a [u8],
) -> Result<TaggedRunMetadata<'a>, DecodeError> {
    const TAG: u32 = key::bytes(1);
    const RUN_METADATA: u32 = key::bytes(2);
    let mut fields = Fields::new(message);
    loop {
        match fields.key()? {
            END => return Ok(tagged),
            TAG => tagged.tag = fields.text()?,
            RUN_METADATA => tagged.run_metadata = fields.bytes()?,
            key => fields.skip(key, 1..=2)?,
        }
    }
}
