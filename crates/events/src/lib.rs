//! TensorBoard event files: bytes in, records out, and back.
//!
//! The format is specified in `spec/events.md`. This crate opens no file, spawns no thread and knows no Python:
//! callers bring the bytes.
//!
//! ```
//! use lightboard_events::{Scan, Scanner, decode};
//!
//! # fn points(file: &[u8]) -> Vec<(String, i64, f64)> {
//! let mut points = Vec::new();
//! let mut scanner = Scanner::new();
//! loop {
//!     match scanner.next(&file[scanner.offset() as usize..], true) {
//!         Scan::Record { payload, .. } => {
//!             let Ok(event) = decode(payload) else { continue };
//!             for value in event.values().flatten() {
//!                 if let Ok(Some(number)) = value.scalar() {
//!                     points.push((value.tag.to_owned(), event.step, number));
//!                 }
//!             }
//!         }
//!         Scan::Damage(damage) => eprintln!("{damage}"),
//!         Scan::More { .. } => {} // the whole file is here: slice it again
//!         Scan::End(_) => break,
//!     }
//! }
//! # points
//! # }
//! # assert!(points(&[]).is_empty());
//! ```

pub mod crc;
pub mod encode;

mod contents;
mod damage;
mod event;
mod frame;
mod kind;
mod opening;
mod summary;
mod tensor;
mod wire;

pub use contents::{Contents, Series};
pub use damage::{Cause, Damage};
pub use event::{Event, SessionLog, Summary, TaggedRunMetadata, What, decode};
pub use frame::{HEADER, MAX_PAYLOAD, OVERHEAD, Scan, Scanner, Tail, WATCHED, Watch};
pub use kind::{DataClass, Kind};
pub use opening::Opening;
pub use summary::{Audio, Data, Histogram, Image, Metadata, Moments, RUN_GRAPH_TAG, Value, Values};
pub use tensor::{Outline, Tensor};
pub use wire::DecodeError;
