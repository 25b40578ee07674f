//! TensorBoard event files: bytes in, records out, and back.
//!
//! The format is specified in `spec/events.md`. This crate opens no file, spawns no thread and knows no Python:
//! callers bring the bytes.

pub mod crc;
pub mod encode;
