//! What is recovered of any file is without fault, and windows change nothing in what is told of it.
#![no_main]

#[path = "../../crates/doctor/tests/common/mod.rs"]
mod common;

libfuzzer_sys::fuzz_target!(|file: &[u8]| common::check(file));
