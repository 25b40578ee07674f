//! What prost reads in a payload, we read too.
#![no_main]

#[path = "../../crates/events/tests/oracle/mod.rs"]
mod oracle;

libfuzzer_sys::fuzz_target!(|payload: &[u8]| oracle::compare(payload));
