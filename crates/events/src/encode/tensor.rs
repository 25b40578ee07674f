//! Tensors: a kind of its own, and the field that most kinds keep their numbers in.

use super::wire::{content, integer, message, numbers};
use super::{Bytes, Out, metadata, value};
use crate::DataClass;

/// Data types by their numbers (`spec/events.md`, Tensors).
pub(super) const FLOAT: i32 = 1;
pub(super) const DOUBLE: i32 = 2;
pub(super) const STRING: i32 = 7;

/// One tensor of any type but strings; `elements` are its elements, little-endian, the last dimension's side by side.
pub fn tensor<'a>(
    out: &mut impl Out<'a>,
    wall_time: f64,
    step: i64,
    tag: &str,
    data_type: i32,
    shape: &[usize],
    elements: Bytes<'a>,
) {
    value(out, wall_time, step, tag, |out| {
        field(out, data_type, shape, |out| {
            if elements.size() > 0 {
                content(out, 4, elements);
            }
        });
        metadata(out, "tensor", DataClass::Tensor, |_| {});
    });
}

/// The tensor of a value; `elements` appends the field that holds them. No shape is told of a tensor without dimensions.
pub(super) fn field<'a, O: Out<'a>>(
    out: &mut O,
    data_type: i32,
    shape: &[usize],
    elements: impl FnOnce(&mut O),
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
pub(super) fn floats<'a>(out: &mut impl Out<'a>, shape: &[usize], elements: &'a [f32]) {
    field(out, FLOAT, shape, |out| numbers(out, 5, elements));
}

/// The same, of elements that are little-endian already.
pub(super) fn little_endian_floats<'a>(
    out: &mut impl Out<'a>,
    shape: &[usize],
    elements: Bytes<'a>,
) {
    field(out, FLOAT, shape, |out| {
        if elements.size() > 0 {
            content(out, 5, elements);
        }
    });
}
