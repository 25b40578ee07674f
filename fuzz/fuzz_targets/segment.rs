//! Any bytes are no segment, or one from which nothing else than what they hold is taken.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| lightboard_index::fuzzing::segment(bytes));
