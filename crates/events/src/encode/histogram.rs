//! Histograms.

use super::wire::{double_if_any, message, numbers};
use super::{Out, value};
use crate::Moments;

/// One histogram: the values in numbers, and how many lie below each limit and not below the one before it.
///
/// Limits and counts belong together one by one.
pub fn histogram<'a>(
    out: &mut impl Out<'a>,
    wall_time: f64,
    step: i64,
    tag: &str,
    moments: &Moments,
    limits: &'a [f64],
    counts: &'a [f64],
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
            numbers(out, 6, limits);
            numbers(out, 7, counts);
        });
    });
}
