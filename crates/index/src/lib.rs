//! Finds runs, follows their event files, keeps every point, answers queries.
//!
//! A log directory is walked (`logdir`), what it holds makes a catalog of runs and files (`catalog`), each file is
//! followed as it grows (`event_file`) and its records become columns (`contents`, `series`); the `poller` does this
//! round after round in a thread of its own and publishes what changed (`changes`). Queries look at the catalog and the
//! columns as they are: `describe` lists runs and tags, `scalars` answers with curves. Nothing is ever written.
//!
//! Unix only for now: paths are bytes and files are read at positions.

mod attempts;
mod catalog;
mod changes;
mod contents;
mod describe;
pub mod downsample;
mod event_file;
pub mod frame;
mod index;
mod logdir;
pub mod names;
mod poller;
mod scalars;
mod series;
pub mod smoothing;
mod suggest;
mod writer;

pub use index::{Index, OpenError};
pub use scalars::{Axis, Query, QueryError};
