//! What fuzzing found worth keeping, run through the same checks.

mod common;
mod oracle;
mod seeds;

use seeds::replay;

#[test]
fn frames() {
    replay("frame", common::compare_windows);
}

#[test]
fn events() {
    replay("event", oracle::compare);
}
