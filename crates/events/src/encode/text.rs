//! Texts.

use super::wire::content;
use super::{Bytes, Out, metadata, tensor, value};
use crate::DataClass;

/// One text, in UTF-8, Markdown to most readers: a tensor of one string.
pub fn text<'a>(out: &mut impl Out<'a>, wall_time: f64, step: i64, tag: &str, text: Bytes<'a>) {
    value(out, wall_time, step, tag, |out| {
        tensor::field(out, tensor::STRING, &[1], |out| {
            content(out, 8, text);
        });
        metadata(out, "text", DataClass::Unknown, |_| {});
    });
}
