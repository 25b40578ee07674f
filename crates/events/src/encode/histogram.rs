//! Histograms.

use super::value;
use super::wire::{double_if_any, length, message};
use crate::Moments;

/// One histogram: the values in numbers, and how many lie below each limit and not below the one before it.
///
/// Limits and counts belong together one by one.
pub fn histogram(
    out: &mut Vec<u8>,
    wall_time: f64,
    step: i64,
    tag: &str,
    moments: &Moments,
    limits: &[f64],
    counts: &[f64],
) {
    value(out, wall_time, step, tag, |out| {
        message(out, 5, |out| {
            let fields = [
                moments.min,
                moments.max,
                moments.count,
                moments.sum,
                moments.sum_of_squares,
            ];
            for (field, value) in (1..).zip(fields) {
                double_if_any(out, field, value);
            }
            doubles(out, 6, limits);
            doubles(out, 7, counts);
        });
    });
}

/// Packed doubles.
fn doubles(out: &mut Vec<u8>, field: u32, values: &[f64]) {
    if !values.is_empty() {
        length(out, field, size_of_val(values));
        out.extend(values.iter().flat_map(|value| value.to_le_bytes()));
    }
}
