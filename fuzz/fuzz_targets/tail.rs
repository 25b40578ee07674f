//! Whatever happens to a file that is followed, what is held of it is what a fresh reader finds.
#![no_main]

libfuzzer_sys::fuzz_target!(|recipe: &[u8]| lightboard_index::fuzzing::tail(recipe));
