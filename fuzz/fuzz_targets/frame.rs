//! Windows and growth change nothing in what is read of a file.
#![no_main]

#[path = "../../crates/events/tests/common/mod.rs"]
mod common;

libfuzzer_sys::fuzz_target!(|recipe: &[u8]| common::compare_windows(recipe));
