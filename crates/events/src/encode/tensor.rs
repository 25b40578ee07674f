//! Tensors: a kind of its own, and the field that most kinds keep their numbers in.

use super::wire::{bytes, integer, length, message};
use super::{metadata, value};
use crate::DataClass;

/// Data types by their numbers (`spec/events.md`, Tensors).
pub(super) const FLOAT: i32 = 1;
pub(super) const DOUBLE: i32 = 2;
pub(super) const STRING: i32 = 7;

/// One tensor of any type but strings; `content` is its elements, little-endian, the last dimension's side by side.
pub fn tensor(
    out: &mut Vec<u8>,
    wall_time: f64,
    step: i64,
    tag: &str,
    data_type: i32,
    shape: &[usize],
    content: &[u8],
) {
    value(out, wall_time, step, tag, |out| {
        field(out, data_type, shape, |out| {
            if !content.is_empty() {
                bytes(out, 4, content);
            }
        });
        metadata(out, "tensor", &[], DataClass::Tensor);
    });
}

/// The tensor of a value; `elements` appends the field that holds them. No shape is told of a tensor without dimensions.
pub(super) fn field(
    out: &mut Vec<u8>,
    data_type: i32,
    shape: &[usize],
    elements: impl FnOnce(&mut Vec<u8>),
) {
    message(out, 8, |out| {
        integer(out, 1, data_type.into());
        if !shape.is_empty() {
            message(out, 2, |out| {
                for &size in shape {
                    message(out, 2, |out| {
                        if size != 0 {
                            integer(out, 1, size as i64);
                        }
                    });
                }
            });
        }
        elements(out);
    });
}

/// A tensor of float32, in the field that is that type's own.
pub(super) fn floats(out: &mut Vec<u8>, shape: &[usize], elements: &[f32]) {
    field(out, FLOAT, shape, |out| {
        if !elements.is_empty() {
            length(out, 5, size_of_val(elements));
            out.extend(elements.iter().flat_map(|element| element.to_le_bytes()));
        }
    });
}
