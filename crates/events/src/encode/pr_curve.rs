//! Precision-recall curves.

use super::wire::integer;
use super::{metadata, tensor, value};
use crate::DataClass;

/// One precision-recall curve; `rows` are true positives, false positives, true negatives, false negatives, precision
/// and recall one behind the other, each with as many items as the others.
pub fn pr_curve(
    out: &mut Vec<u8>,
    wall_time: f64,
    step: i64,
    tag: &str,
    thresholds: u32,
    rows: &[f32],
) {
    let mut plugin_data = Vec::new();
    if thresholds != 0 {
        integer(&mut plugin_data, 2, thresholds.into());
    }
    value(out, wall_time, step, tag, |out| {
        tensor::floats(out, &[6, rows.len() / 6], rows);
        metadata(out, "pr_curves", &plugin_data, DataClass::Unknown);
    });
}
