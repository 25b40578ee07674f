//! What the tests have in common.
#![allow(dead_code)] // each test file uses a part of it

use lightboard_doctor::{Audit, Pass, Sink};
use serde_json::Value as Json;

/// Gives a file to `sink` in windows no larger than needed, from `least` bytes on; `after` is called after each.
pub(crate) fn in_windows<S: Sink>(
    file: &[u8],
    least: usize,
    sink: &mut S,
    mut after: impl FnMut(&mut S),
) -> Pass {
    let mut pass = Pass::default();
    let mut needed = least;
    loop {
        let rest = &file[pass.offset() as usize..];
        let window = &rest[..rest.len().min(needed.max(least))];
        let more = pass.feed(window, window.len() == rest.len(), sink);
        after(sink);
        match more {
            Some(more) => needed = more as usize,
            None => return pass,
        }
    }
}

/// The facts of a file.
pub(crate) fn facts(file: &[u8], least: usize) -> Json {
    let mut audit = Audit::new(file.len() as u64);
    let pass = in_windows(file, least, &mut audit, |_| {});
    serde_json::from_str(&audit.json(&pass)).expect("JSON")
}
