//! Texts.

use super::{metadata, tensor, value};
use crate::DataClass;
use crate::encode::wire::bytes;

/// One text, Markdown to most readers: a tensor of one string.
pub fn text(out: &mut Vec<u8>, wall_time: f64, step: i64, tag: &str, text: &str) {
    value(out, wall_time, step, tag, |out| {
        tensor::field(out, tensor::STRING, &[1], |out| {
            bytes(out, 8, text.as_bytes());
        });
        metadata(out, "text", &[], DataClass::Unknown);
    });
}
