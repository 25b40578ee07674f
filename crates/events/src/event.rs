//! One event: when, at which step, and what (`spec/events.md`, Event).

use crate::summary::Values;
use crate::wire::{DecodeError, Fields, Pieces};

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

/// Decodes a record's payload. An empty one is an event with nothing in it.
///
/// # Errors
///
/// If the bytes are no protobuf message, or a field that events have is of another type. What lies deeper is checked
/// when it is read: values by the iterator of [`Event::values`], numbers by the methods of a value.
#[inline]
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
        let Some(field) = fields.next().transpose()? else {
            return Ok(event);
        };
        match field.number {
            1 => event.wall_time = field.double()?,
            2 => event.step = field.varint()? as i64,
            3 => event.what = What::FileVersion(field.text()?),
            4 => event.what = What::GraphDef(field.bytes()?),
            5 => {
                field.bytes()?;
                if !matches!(event.what, What::Summary(_)) {
                    event.what = What::Summary(Summary {
                        pieces: Pieces {
                            outer: from_here,
                            number: 5,
                        },
                    });
                }
            }
            6 => event.what = What::LogMessage(field.bytes()?),
            7 => {
                let so_far = if let What::SessionLog(log) = event.what {
                    log
                } else {
                    SessionLog::default()
                };
                event.what = What::SessionLog(session_log(so_far, field.bytes()?)?);
            }
            8 => {
                let so_far = if let What::TaggedRunMetadata(it) = event.what {
                    it
                } else {
                    TaggedRunMetadata::default()
                };
                event.what = What::TaggedRunMetadata(tagged_run_metadata(so_far, field.bytes()?)?);
            }
            9 => event.what = What::MetaGraphDef(field.bytes()?),
            10 => {
                let writer = event.source_writer.get_or_insert_default();
                for field in Fields::new(field.bytes()?) {
                    let field = field?;
                    if field.number == 1 {
                        *writer = field.text()?;
                    }
                }
            }
            _ => {}
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

fn session_log<'a>(
    mut log: SessionLog<'a>,
    message: &'a [u8],
) -> Result<SessionLog<'a>, DecodeError> {
    for field in Fields::new(message) {
        let field = field?;
        match field.number {
            1 => log.status = field.varint()? as i32,
            2 => log.checkpoint_path = field.text()?,
            3 => log.message = field.text()?,
            _ => {}
        }
    }
    Ok(log)
}

fn tagged_run_metadata<'a>(
    mut tagged: TaggedRunMetadata<'a>,
    message: &'a [u8],
) -> Result<TaggedRunMetadata<'a>, DecodeError> {
    for field in Fields::new(message) {
        let field = field?;
        match field.number {
            1 => tagged.tag = field.text()?,
            2 => tagged.run_metadata = field.bytes()?,
            _ => {}
        }
    }
    Ok(tagged)
}
