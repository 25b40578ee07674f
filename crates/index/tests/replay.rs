//! What fuzzing found worth keeping, run through the same checks; for tails recipes of all kinds as well.

#[path = "../../events/tests/seeds/mod.rs"]
mod seeds;

use lightboard_index::fuzzing;
use proptest::prelude::*;
use seeds::replay;

#[test]
fn manifests() {
    replay("manifest", fuzzing::manifest);
}

#[test]
fn segments() {
    replay("segment", fuzzing::segment);
}

#[test]
fn tails() {
    replay("tail", fuzzing::tail);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_tail(recipe in prop::collection::vec(any::<u8>(), 0..150)) {
        fuzzing::tail(&recipe);
    }
}
