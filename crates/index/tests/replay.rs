//! What fuzzing found worth keeping, run through the same checks.

#[path = "../../events/tests/seeds/mod.rs"]
mod seeds;

use lightboard_index::fuzzing;
use seeds::replay;

#[test]
fn manifests() {
    replay("manifest", fuzzing::manifest);
}

#[test]
fn segments() {
    replay("segment", fuzzing::segment);
}
