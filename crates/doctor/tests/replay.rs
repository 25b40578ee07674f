//! What fuzzing found worth keeping, run through the same check.

mod common;
#[path = "../../events/tests/seeds/mod.rs"]
mod seeds;

#[test]
fn files() {
    seeds::replay("doctor", common::check);
}
