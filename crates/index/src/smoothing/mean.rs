//! The running mean.

/// The mean of the values at most half of `window` away in `x`, for each; `x` ascends.
///
/// Sums are put together, never taken apart, so that a value that left the window leaves no rounding error behind: the
/// window `start..end` is cut at `middle`; from each of its points up to there sums are kept, and one of what follows.
pub(super) fn running_mean(x: &[f64], values: &[f64], window: f64) -> Vec<f64> {
    let half = window / 2.0;
    let (mut start, mut middle, mut end) = (0, 0, 0);
    let mut up_to_middle = vec![0.0; x.len()];
    let mut from_middle = 0.0;
    x.iter()
        .map(|centre| {
            while end < x.len() && x[end] - centre <= half {
                from_middle += values[end];
                end += 1;
            }
            while centre - x[start] > half {
                start += 1;
            }
            if start >= middle {
                let mut sum = 0.0;
                for at in (start..end).rev() {
                    sum += values[at];
                    up_to_middle[at] = sum;
                }
                (middle, from_middle) = (end, 0.0);
            }
            (up_to_middle[start] + from_middle) / (end - start) as f64
        })
        .collect()
}
