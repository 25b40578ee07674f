//! Hyperparameters, the metrics they are judged by, and the sessions that tried them (`spec/events.md`, Shapes).

use crate::content::ContentError;
use crate::wire::{DecodeError, END, Fields, key};

/// How deep settings may be nested, as deep as other parsers go.
const MAX_DEPTH: usize = 100;

/// One of the messages about hyperparameters. Their data lie in the metadata of a value.
#[derive(Debug, Clone, PartialEq)]
pub enum Hparams<'a> {
    /// What is tried, and what it is judged by.
    Experiment(Experiment<'a>),
    /// A run tries these settings.
    SessionStart(SessionStart<'a>),
    /// It is done.
    SessionEnd(SessionEnd),
}

/// What is tried, and what it is judged by.
#[derive(Debug, Clone, Default, PartialEq)]
#[expect(missing_docs, reason = "their names say all")]
pub struct Experiment<'a> {
    pub name: &'a str,
    pub description: &'a str,
    pub user: &'a str,
    /// Seconds since 1970; 0 if not told.
    pub time_created: f64,
    pub hparams: Vec<Hparam<'a>>,
    pub metrics: Vec<Metric<'a>>,
}

/// A hyperparameter.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Hparam<'a> {
    /// Its name in the settings.
    pub name: &'a str,
    /// What to show instead; may be empty.
    pub display_name: &'a str,
    /// In Markdown; may be empty.
    pub description: &'a str,
    /// The type of its settings.
    pub data_type: DataType,
    /// Which settings it may have; none if not told.
    pub domain: Option<Domain<'a>>,
}

/// The type of a hyperparameter's settings.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "their names say all")]
pub enum DataType {
    #[default]
    Unset,
    String,
    Bool,
    Float64,
}

/// The settings that a hyperparameter may have.
#[derive(Debug, Clone, PartialEq)]
pub enum Domain<'a> {
    /// One of these.
    Discrete(Vec<Setting<'a>>),
    /// From the first to the second, both included.
    Interval(f64, f64),
}

/// A metric: the scalar `tag` in the session's sub-run `group`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Metric<'a> {
    /// Name of the sub-run; empty for the session's own run.
    pub group: &'a str,
    /// Tag of the scalar.
    pub tag: &'a str,
    /// What to show instead; may be empty.
    pub display_name: &'a str,
    /// In Markdown; may be empty.
    pub description: &'a str,
    /// Which data it is computed on.
    pub dataset_type: DatasetType,
}

/// The data that a metric is computed on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "their names say all")]
pub enum DatasetType {
    #[default]
    Unknown,
    Training,
    Validation,
}

/// A run tries these settings.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SessionStart<'a> {
    /// Name and setting of each hyperparameter, in the order in which they were written; no name twice.
    pub hparams: Vec<(&'a str, Setting<'a>)>,
    /// Where the model is; may be empty.
    pub model_uri: &'a str,
    /// Where it can be watched; may be empty.
    pub monitor_url: &'a str,
    /// Sessions of the same group are repetitions; empty for a group of its own.
    pub group_name: &'a str,
    /// Seconds since 1970; 0 if not told.
    pub start_time: f64,
}

/// A session is done.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct SessionEnd {
    /// How it went.
    pub status: Status,
    /// Seconds since 1970; 0 if not told.
    pub end_time: f64,
}

/// How a session went.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "their names say all")]
pub enum Status {
    #[default]
    Unknown,
    Success,
    Failure,
    Running,
}

/// A setting of a hyperparameter: protobuf's value of any type.
#[derive(Debug, Clone, Default, PartialEq)]
#[expect(missing_docs, reason = "their names say all")]
pub enum Setting<'a> {
    #[default]
    Null,
    Number(f64),
    Text(&'a str),
    Bool(bool),
    Struct(Vec<(&'a str, Self)>),
    List(Vec<Self>),
}

impl DataType {
    /// The word for it in every interface.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unset => "unset",
            Self::String => "string",
            Self::Bool => "bool",
            Self::Float64 => "float64",
        }
    }
}

impl DatasetType {
    /// The word for it in every interface.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Training => "training",
            Self::Validation => "validation",
        }
    }
}

impl Status {
    /// The word for it in every interface.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Success => "success",
            Self::Failure => "failure",
            Self::Running => "running",
        }
    }
}

impl<'a> Hparams<'a> {
    pub(crate) fn read(content: &'a [u8]) -> Result<Self, ContentError> {
        const VERSION: u32 = key::varint(1);
        const EXPERIMENT: u32 = key::bytes(2);
        const SESSION_START: u32 = key::bytes(3);
        const SESSION_END: u32 = key::bytes(4);
        let mut hparams = None;
        let mut fields = Fields::new(content);
        loop {
            match fields.key()? {
                END => break,
                VERSION => drop(fields.varint()?),
                EXPERIMENT => {
                    let so_far = match hparams.take() {
                        Some(Self::Experiment(so_far)) => so_far,
                        _ => Experiment::default(),
                    };
                    hparams = Some(Self::Experiment(experiment(so_far, fields.bytes()?)?));
                }
                SESSION_START => {
                    let so_far = match hparams.take() {
                        Some(Self::SessionStart(so_far)) => so_far,
                        _ => SessionStart::default(),
                    };
                    hparams = Some(Self::SessionStart(session_start(so_far, fields.bytes()?)?));
                }
                SESSION_END => {
                    let so_far = match hparams {
                        Some(Self::SessionEnd(so_far)) => so_far,
                        _ => SessionEnd::default(),
                    };
                    hparams = Some(Self::SessionEnd(session_end(so_far, fields.bytes()?)?));
                }
                key => fields.skip(key, 1..=4)?,
            }
        }
        hparams.ok_or_else(|| {
            let expected = "an experiment, a session's start or its end in the metadata";
            ContentError::other(expected, "none of them")
        })
    }
}

fn experiment<'a>(
    mut experiment: Experiment<'a>,
    message: &'a [u8],
) -> Result<Experiment<'a>, ContentError> {
    const DESCRIPTION: u32 = key::bytes(1);
    const USER: u32 = key::bytes(2);
    const TIME_CREATED: u32 = key::fixed64(3);
    const HPARAM: u32 = key::bytes(4);
    const METRIC: u32 = key::bytes(5);
    const NAME: u32 = key::bytes(6);
    let mut fields = Fields::new(message);
    loop {
        match fields.key()? {
            END => return Ok(experiment),
            DESCRIPTION => experiment.description = fields.text()?,
            USER => experiment.user = fields.text()?,
            TIME_CREATED => experiment.time_created = fields.double()?,
            HPARAM => experiment.hparams.push(hparam(fields.bytes()?)?),
            METRIC => experiment.metrics.push(metric(fields.bytes()?)?),
            NAME => experiment.name = fields.text()?,
            key => fields.skip(key, 1..=6)?,
        }
    }
}

fn hparam(message: &[u8]) -> Result<Hparam<'_>, ContentError> {
    const NAME: u32 = key::bytes(1);
    const DISPLAY_NAME: u32 = key::bytes(2);
    const DESCRIPTION: u32 = key::bytes(3);
    const DATA_TYPE: u32 = key::varint(4);
    const DISCRETE: u32 = key::bytes(5);
    const INTERVAL: u32 = key::bytes(6);
    const DIFFERS: u32 = key::varint(7);
    let mut hparam = Hparam::default();
    let mut fields = Fields::new(message);
    loop {
        match fields.key()? {
            END => return Ok(hparam),
            NAME => hparam.name = fields.text()?,
            DISPLAY_NAME => hparam.display_name = fields.text()?,
            DESCRIPTION => hparam.description = fields.text()?,
            DATA_TYPE => {
                hparam.data_type = match fields.varint()? {
                    1 => DataType::String,
                    2 => DataType::Bool,
                    3 => DataType::Float64,
                    _ => DataType::Unset,
                }
            }
            DISCRETE => {
                let mut settings = match hparam.domain.take() {
                    Some(Domain::Discrete(settings)) => settings,
                    _ => Vec::new(),
                };
                list(&mut settings, fields.bytes()?, 0)?;
                hparam.domain = Some(Domain::Discrete(settings));
            }
            INTERVAL => {
                let so_far = match hparam.domain {
                    Some(Domain::Interval(low, high)) => (low, high),
                    _ => (0.0, 0.0),
                };
                let (low, high) = interval(so_far, fields.bytes()?)?;
                hparam.domain = Some(Domain::Interval(low, high));
            }
            // Only in answers of TensorBoard's server.
            DIFFERS => drop(fields.varint()?),
            key => fields.skip(key, 1..=7)?,
        }
    }
}

fn interval((mut low, mut high): (f64, f64), message: &[u8]) -> Result<(f64, f64), DecodeError> {
    const LOW: u32 = key::fixed64(1);
    const HIGH: u32 = key::fixed64(2);
    let mut fields = Fields::new(message);
    loop {
        match fields.key()? {
            END => return Ok((low, high)),
            LOW => low = fields.double()?,
            HIGH => high = fields.double()?,
            key => fields.skip(key, 1..=2)?,
        }
    }
}

fn metric(message: &[u8]) -> Result<Metric<'_>, DecodeError> {
    const NAME: u32 = key::bytes(1);
    const DISPLAY_NAME: u32 = key::bytes(3);
    const DESCRIPTION: u32 = key::bytes(4);
    const DATASET_TYPE: u32 = key::varint(5);
    let mut metric = Metric::default();
    let mut fields = Fields::new(message);
    loop {
        match fields.key()? {
            END => return Ok(metric),
            NAME => metric_name(&mut metric, fields.bytes()?)?,
            DISPLAY_NAME => metric.display_name = fields.text()?,
            DESCRIPTION => metric.description = fields.text()?,
            DATASET_TYPE => {
                metric.dataset_type = match fields.varint()? {
                    1 => DatasetType::Training,
                    2 => DatasetType::Validation,
                    _ => DatasetType::Unknown,
                }
            }
            key => fields.skip(key, 3..=5)?,
        }
    }
}

fn metric_name<'a>(metric: &mut Metric<'a>, message: &'a [u8]) -> Result<(), DecodeError> {
    const GROUP: u32 = key::bytes(1);
    const TAG: u32 = key::bytes(2);
    let mut fields = Fields::new(message);
    loop {
        match fields.key()? {
            END => return Ok(()),
            GROUP => metric.group = fields.text()?,
            TAG => metric.tag = fields.text()?,
            key => fields.skip(key, 1..=2)?,
        }
    }
}

fn session_start<'a>(
    mut session: SessionStart<'a>,
    message: &'a [u8],
) -> Result<SessionStart<'a>, ContentError> {
    const HPARAM: u32 = key::bytes(1);
    const MODEL_URI: u32 = key::bytes(2);
    const MONITOR_URL: u32 = key::bytes(3);
    const GROUP_NAME: u32 = key::bytes(4);
    const START_TIME: u32 = key::fixed64(5);
    let mut fields = Fields::new(message);
    loop {
        match fields.key()? {
            END => {
                keep_last(&mut session.hparams);
                return Ok(session);
            }
            HPARAM => session.hparams.push(entry(fields.bytes()?, 0)?),
            MODEL_URI => session.model_uri = fields.text()?,
            MONITOR_URL => session.monitor_url = fields.text()?,
            GROUP_NAME => session.group_name = fields.text()?,
            START_TIME => session.start_time = fields.double()?,
            key => fields.skip(key, 1..=5)?,
        }
    }
}

fn session_end(mut session: SessionEnd, message: &[u8]) -> Result<SessionEnd, DecodeError> {
    const STATUS: u32 = key::varint(1);
    const END_TIME: u32 = key::fixed64(2);
    let mut fields = Fields::new(message);
    loop {
        match fields.key()? {
            END => return Ok(session),
            STATUS => {
                session.status = match fields.varint()? {
                    1 => Status::Success,
                    2 => Status::Failure,
                    3 => Status::Running,
                    _ => Status::Unknown,
                }
            }
            END_TIME => session.end_time = fields.double()?,
            key => fields.skip(key, 1..=2)?,
        }
    }
}

/// Of entries with equal names keeps the last, as maps do.
fn keep_last<T>(entries: &mut Vec<(&str, T)>) {
    let mut places = std::collections::HashMap::new();
    for (place, (name, _)) in entries.iter().enumerate() {
        places.insert(*name, place);
    }
    if places.len() < entries.len() {
        let mut place = 0..;
        entries.retain(|(name, _)| places.get(name).copied() == place.next());
    }
}

/// An entry of a map from names to settings.
fn entry(message: &[u8], depth: usize) -> Result<(&str, Setting<'_>), ContentError> {
    const NAME: u32 = key::bytes(1);
    const SETTING: u32 = key::bytes(2);
    let (mut name, mut value) = ("", Setting::Null);
    let mut fields = Fields::new(message);
    loop {
        match fields.key()? {
            END => return Ok((name, value)),
            NAME => name = fields.text()?,
            SETTING => value = setting(fields.bytes()?, depth)?,
            key => fields.skip(key, 1..=2)?,
        }
    }
}

fn setting(message: &[u8], depth: usize) -> Result<Setting<'_>, ContentError> {
    const NULL: u32 = key::varint(1);
    const NUMBER: u32 = key::fixed64(2);
    const TEXT: u32 = key::bytes(3);
    const BOOL: u32 = key::varint(4);
    const STRUCT: u32 = key::bytes(5);
    const LIST: u32 = key::bytes(6);
    if depth >= MAX_DEPTH {
        let expected = "settings that are nested at most 100 deep";
        return Err(ContentError::other(expected, "deeper ones"));
    }
    let mut value = Setting::Null;
    let mut fields = Fields::new(message);
    loop {
        match fields.key()? {
            END => return Ok(value),
            NULL => {
                fields.varint()?;
                value = Setting::Null;
            }
            NUMBER => value = Setting::Number(fields.double()?),
            TEXT => value = Setting::Text(fields.text()?),
            BOOL => value = Setting::Bool(fields.varint()? != 0),
            STRUCT => {
                let mut entries = match value {
                    Setting::Struct(entries) => entries,
                    _ => Vec::new(),
                };
                structure(&mut entries, fields.bytes()?, depth + 1)?;
                value = Setting::Struct(entries);
            }
            LIST => {
                let mut items = match value {
                    Setting::List(items) => items,
                    _ => Vec::new(),
                };
                list(&mut items, fields.bytes()?, depth + 1)?;
                value = Setting::List(items);
            }
            key => fields.skip(key, 1..=6)?,
        }
    }
}

fn structure<'a>(
    entries: &mut Vec<(&'a str, Setting<'a>)>,
    message: &'a [u8],
    depth: usize,
) -> Result<(), ContentError> {
    const ENTRY: u32 = key::bytes(1);
    let mut fields = Fields::new(message);
    loop {
        match fields.key()? {
            END => {
                keep_last(entries);
                return Ok(());
            }
            ENTRY => entries.push(entry(fields.bytes()?, depth)?),
            key => fields.skip(key, 1..=1)?,
        }
    }
}

fn list<'a>(
    items: &mut Vec<Setting<'a>>,
    message: &'a [u8],
    depth: usize,
) -> Result<(), ContentError> {
    const ITEM: u32 = key::bytes(1);
    let mut fields = Fields::new(message);
    loop {
        match fields.key()? {
            END => return Ok(()),
            ITEM => items.push(setting(fields.bytes()?, depth)?),
            key => fields.skip(key, 1..=1)?,
        }
    }
}
