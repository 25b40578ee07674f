//! Precision-recall curves.

use super::wire::{integer, message};
use super::{Out, metadata, tensor, value};
use crate::DataClass;

/// One precision-recall curve; `rows` are true positives, false positives, true negatives, false negatives, precision
/// and recall one behind the other, each with as many items as the others.
pub fn pr_curve<'a>(
    out: &mut impl Out<'a>,
    wall_time: f64,
    step: i64,
    tag: &str,
    thresholds: u32,
    rows: &'a [f32],
) {
    value(out, wall_time, step, tag, |out| {
        tensor::floats(out, &[6, rows.len() / 6], rows);
        metadata(out, "pr_curves", DataClass::Unknown, |out| {
            if thresholds != 0 {
                message(out, 2, |out| integer(out, 2, thresholds.into()));
            }
        });
    });
}
