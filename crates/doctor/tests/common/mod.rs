//! What the tests have in common.
#![allow(dead_code)] // each test file uses a part of it

use lightboard_doctor::{Audit, Pass};
use serde_json::Value as Json;

/// Facts of a file that is given in windows no larger than needed, from `least` bytes on.
pub(crate) fn facts(file: &[u8], least: usize) -> Json {
    let (mut audit, mut pass) = (Audit::new(file.len() as u64), Pass::default());
    let mut needed = least;
    loop {
        let rest = &file[pass.offset() as usize..];
        let window = &rest[..rest.len().min(needed.max(least))];
        match pass.feed(window, window.len() == rest.len(), &mut audit) {
            Some(more) => needed = more as usize,
            None => return serde_json::from_str(&audit.json(&pass)).expect("JSON"),
        }
    }
}
