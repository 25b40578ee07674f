//! What the doctor reads of event files, and saves of them (`spec/doctor.md`, Facts and Recovery). It gives facts, never
//! a verdict.
//!
//! Only [`files`] opens files; everything else is fed windows of them.

pub mod files;

mod audit;
mod facts;
mod pass;
mod reading;
mod recovery;
mod series;

pub use audit::Audit;
pub use pass::{Pass, Sink};
pub use recovery::Recovery;
