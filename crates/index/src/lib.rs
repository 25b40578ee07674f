//! Finds runs, follows their event files, keeps every point, answers queries.
//!
//! A log directory is walked (`logdir`), what it holds makes a catalog of runs and files (`catalog`), each file is
//! followed as it grows (`event_file`) and its records become columns (`contents`, `series`); the `poller` does this
//! round after round in a thread of its own and publishes what changed (`changes`). Queries look at the catalog and the
//! columns as they are: `describe` lists runs and tags, `scalars` answers with curves. Nothing is ever written.
//!
//! Unix only for now: paths are bytes and files are read at positions.

mod aggregate;
mod allocator;
mod ascending;
mod attempts;
mod baseline;
mod block;
mod cache;
mod caches;
mod catalog;
mod changes;
mod columns;
mod conflict;
mod contents;
mod describe;
pub mod downsample;
mod event_file;
mod file_series;
mod folders;
pub mod frame;
#[doc(hidden)]
pub mod fuzzing;
mod groups;
mod hparams;
mod index;
mod lock;
mod logdir;
mod manifest;
pub mod names;
mod parts;
mod picture;
mod piece;
mod points;
mod poller;
mod present;
mod quantiles;
mod query;
mod records;
mod restarts;
mod said;
mod saving;
mod scalars;
mod segment;
mod series;
mod shared;
pub mod smoothing;
mod staircase;
mod statistics;
mod store;
mod strangers;
mod sub_runs;
mod suggest;
mod summary;
mod superseding;
mod table;
mod told;
mod values;
mod walk;
mod walker;
mod writer;

pub use baseline::{Baseline, Compare};
pub use caches::{clear_caches, list_caches};
pub use columns::{ColumnsError, SeriesColumns};
pub use groups::{Alignment, Group, GroupQuery};
pub use hparams::{Hparam, RunHparams};
pub use index::{Index, OpenError, Options};
pub use query::{Axis, QueryError, View};
pub use records::ValueError;
pub use scalars::ScalarQuery;
pub use smoothing::Smoothing;
pub use superseding::Attempts;
pub use table::TableQuery;
pub use values::{Described, ListError, Reference, ValueFile};
