//! Smoothing: TensorBoard's debiased exponential moving average.

/// The smoothed curve of `values`, with `weight` in [0, 1).
///
/// Each smoothed value is the weighted mean of the values so far, the newest weighing `1 - weight` and each older
/// one `weight` times the one after it, divided by the sum of those weights, so that the start is not drawn towards
/// zero. NaN and infinite values pass through and leave the average untouched. A constant curve stays exactly as it is.
pub fn smooth(values: &[f64], weight: f64) -> Vec<f64> {
    // `==` on purpose: a curve with a NaN is never constant, as in TensorBoard.
    #[expect(clippy::float_cmp, reason = "constant means identical")]
    let constant = values.iter().all(|value| *value == values[0]);
    if constant || weight <= 0.0 {
        return values.to_vec();
    }
    let mut average = 0.0;
    let mut unseen = 1.0;
    values
        .iter()
        .map(|&value| {
            if !value.is_finite() {
                return value;
            }
            average = average * weight + (1.0 - weight) * value;
            unseen *= weight;
            average / (1.0 - unseen)
        })
        .collect()
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "exact values are the claim")]
mod tests {
    use super::smooth;
    use proptest::prelude::*;

    /// The definition, term by term.
    fn naive(values: &[f64], weight: f64) -> Vec<f64> {
        let constant = values.iter().all(|value| *value == values[0]);
        let mut seen = Vec::new();
        values
            .iter()
            .map(|&value| {
                if constant || !value.is_finite() {
                    return value;
                }
                seen.push(value);
                let weights = (0..seen.len()).rev().map(|age| weight.powi(age as i32));
                let total: f64 = weights.clone().sum();
                weights.zip(&seen).map(|(w, v)| w * v).sum::<f64>() / total
            })
            .collect()
    }

    #[test]
    fn constant_curves_stay_exact() {
        assert_eq!(smooth(&[0.1; 1000], 0.999), vec![0.1; 1000]);
        assert_eq!(smooth(&[], 0.5), Vec::<f64>::new());
    }

    #[test]
    fn non_finite_values_pass_through_and_poison_nothing() {
        let smoothed = smooth(&[1.0, f64::NAN, f64::INFINITY, 3.0, f64::NEG_INFINITY], 0.5);
        assert!(smoothed[1].is_nan());
        assert_eq!(smoothed[2], f64::INFINITY);
        assert!((smoothed[3] - (0.5 * 1.0 + 1.0 * 3.0) / 1.5).abs() < 1e-12);
        assert_eq!(smoothed[4], f64::NEG_INFINITY);
    }

    proptest! {
        #[test]
        fn agrees_with_the_definition(
            values in prop::collection::vec(prop_oneof![9 => -1e3..1e3f64, 1 => Just(f64::NAN)], 0..60),
            weight in 0.0..0.999f64,
        ) {
            for (ours, theirs) in smooth(&values, weight).iter().zip(naive(&values, weight)) {
                prop_assert!((ours.is_nan() && theirs.is_nan()) || (ours - theirs).abs() < 1e-6, "{ours} {theirs}");
            }
        }
    }
}
