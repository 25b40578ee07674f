//! What the tests have in common.
#![allow(dead_code)] // each test file uses a part of it

use lightboard_doctor::{Audit, Pass, Recovery, Sink};
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
    serde_json::from_str(&facts_text(file, least)).expect("JSON")
}

/// The same, not parsed.
pub(crate) fn facts_text(file: &[u8], least: usize) -> String {
    let mut audit = Audit::new(file.len() as u64);
    let pass = in_windows(file, least, &mut audit, |_| {});
    audit.json(&pass)
}

/// What is recovered of a file, and the account of it.
pub(crate) fn recovered(file: &[u8], least: usize) -> (Vec<u8>, Json) {
    let mut recovery = Recovery::new(file.len() as u64);
    let mut out = Vec::new();
    let pass = in_windows(file, least, &mut recovery, |recovery| {
        out.extend_from_slice(recovery.written());
        recovery.forget();
    });
    let account = serde_json::from_str(&recovery.json(&pass)).expect("JSON");
    (out, account)
}

/// Whatever a file holds, windows change nothing in what is told and recovered of it, and what was recovered is without
/// fault: all of it is recovered again.
pub(crate) fn check(file: &[u8]) {
    let (told, (out, account)) = (facts_text(file, 1 << 18), recovered(file, 1 << 18));
    assert_eq!(facts_text(file, 1), told);
    assert_eq!(recovered(file, 5), (out.clone(), account));
    let (again, account) = recovered(&out, 1 << 18);
    assert_eq!(again, out);
    assert_eq!(account["lost_count"], 0);
}
