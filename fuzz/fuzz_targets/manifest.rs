//! Whatever a manifest with a right checksum says is refused, or every question about it is answered.
#![no_main]

libfuzzer_sys::fuzz_target!(|rest: &[u8]| lightboard_index::fuzzing::manifest(rest));
