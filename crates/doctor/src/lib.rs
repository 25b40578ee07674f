//! What the doctor reads of event files (`spec/doctor.md`, Facts). It gives facts, never a verdict.
//!
//! Only [`files`] opens files; everything else is fed windows of them.

pub mod files;

mod audit;
mod facts;
mod pass;
mod series;

pub use audit::Audit;
pub use pass::{Pass, Sink};
