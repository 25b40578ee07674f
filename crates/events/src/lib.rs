//! TensorBoard event files: bytes in, records out, and back.
//!
//! The format is specified in `spec/events.md`. This crate opens no file, spawns no thread and knows no Python:
//! callers bring the bytes.
//!
//! ```
//! use lightboard_events::{Part, Scanner, decode};
//!
//! # fn points(file: &[u8]) -> Vec<(String, i64, f64)> {
//! let mut points = Vec::new();
//! Scanner::new().feed(file, true, |part| match part {
//!     Part::Record(record) => {
//!         let Ok(event) = decode(record.payload()) else { return };
//!         for value in event.values().flatten() {
//!             if let Ok(Some(number)) = value.scalar() {
//!                 points.push((value.tag.to_owned(), event.step, number));
//!             }
//!         }
//!     }
//!     Part::Damage(damage, _) => eprintln!("{damage}"),
//!     Part::End(_) => {}
//! });
//! # points
//! # }
//! # assert!(points(&[]).is_empty());
//! ```

pub mod crc;
pub mod encode;

mod audio;
mod content;
mod contents;
mod damage;
mod elements;
mod event;
mod frame;
mod graph;
mod histogram;
mod hparams;
mod image;
mod kind;
mod layout;
mod lone_scalar;
mod media;
mod mesh;
mod number;
mod opening;
mod pr_curve;
mod reduce;
mod summary;
mod tensor;
mod wire;

pub use audio::Clip;
pub use content::{Content, ContentError, Unknown};
pub use contents::{Contents, Series};
pub use damage::{Cause, Damage};
pub use elements::{Array, Element, Elements, Strings};
pub use event::{Event, SessionLog, Summary, TaggedRunMetadata, What, decode};
pub use frame::{HEADER, MAX_PAYLOAD, OVERHEAD, Part, Record, Scan, Scanner, Tail, WATCHED, Watch};
pub use graph::{Graph, GraphFormat};
pub use histogram::Buckets;
pub use hparams::{
    DataType, DatasetType, Domain, Experiment, Hparam, Hparams, Metric, SessionEnd, SessionStart,
    Setting, Status,
};
pub use image::Images;
pub use kind::{DataClass, Kind};
pub use layout::{Category, Chart, ChartContent, Layout, Margin};
pub use lone_scalar::{LoneScalar, lone_scalar};
pub use media::media_type;
pub use mesh::{Mesh, MeshPart};
pub use number::{Number, SmallFloat};
pub use opening::Opening;
pub use pr_curve::PrCurve;
pub use reduce::Reduce;
pub use summary::{Audio, Data, Histogram, Image, Metadata, Moments, RUN_GRAPH_TAG, Value, Values};
pub use tensor::{Outline, Tensor};
pub use wire::DecodeError;
