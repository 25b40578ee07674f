//! Tensors: the field that most kinds keep their numbers in.

use super::wire::{integer, message};

/// Data types by their numbers (`spec/events.md`, Tensors).
pub(super) const FLOAT: i32 = 1;
pub(super) const DOUBLE: i32 = 2;
pub(super) const STRING: i32 = 7;

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
