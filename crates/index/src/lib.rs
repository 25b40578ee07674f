//! Finds runs, follows their event files, keeps every point, answers queries.

pub mod frame;
pub mod smoothing;
