//! Smoothing of a whole curve, before anything is left out of it (`spec/api.md`, Smoothing).

mod gaussian;
mod mean;

use std::borrow::Cow;

use serde::Serialize;

use gaussian::gaussian;
use mean::running_mean;

/// How a curve is smoothed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Smoothing {
    /// TensorBoard's debiased exponential moving average, over the points so far.
    Ema {
        /// Of what came before, in [0, 1).
        weight: f64,
    },
    /// A mean of all points, weighted by a Gaussian of their distance in x.
    Gaussian {
        /// Its standard deviation, in x.
        sigma: f64,
    },
    /// The mean of the points around.
    Mean {
        /// How far those points may lie apart in x, half of it on either side.
        window: f64,
    },
}

impl Smoothing {
    /// Whether its amount is in range.
    pub(crate) fn is_defined(self) -> bool {
        match self {
            Self::Ema { weight } => (0.0..1.0).contains(&weight),
            Self::Gaussian { sigma: amount } | Self::Mean { window: amount } => {
                amount.is_finite() && amount > 0.0
            }
        }
    }

    /// The smoothed curve of `values` at `x`, which ascends.
    ///
    /// Values that are not finite pass through and count for nothing else. A constant curve stays exactly as it is.
    pub fn apply(self, x: &[f64], values: &[f64]) -> Vec<f64> {
        // `==` on purpose: a curve with a NaN is never constant, as in TensorBoard.
        #[expect(clippy::float_cmp, reason = "constant means identical")]
        let constant = values.iter().all(|value| *value == values[0]);
        if constant {
            return values.to_vec();
        }
        let gaps = values.iter().any(|value| !value.is_finite());
        let finite = |items: &[f64]| -> Vec<f64> {
            let both = items.iter().zip(values);
            both.filter_map(|(item, value)| value.is_finite().then_some(*item))
                .collect()
        };
        let (x, known) = if gaps {
            (Cow::Owned(finite(x)), Cow::Owned(finite(values)))
        } else {
            (Cow::Borrowed(x), Cow::Borrowed(values))
        };
        let smoothed = match self {
            Self::Ema { weight } => moving_average(&known, weight),
            Self::Gaussian { sigma } => gaussian(&x, &known, sigma),
            Self::Mean { window } => running_mean(&x, &known, window),
        };
        if !gaps {
            return smoothed;
        }
        let mut smoothed = smoothed.into_iter();
        values
            .iter()
            .map(|value| {
                let smoothed = value.is_finite().then(|| smoothed.next()).flatten();
                smoothed.unwrap_or(*value)
            })
            .collect()
    }
}

/// Each smoothed value is the weighted mean of the values so far, the newest weighing `1 - weight` and each older one
/// `weight` times the one after it, divided by the sum of those weights, so that the start is not drawn towards zero.
fn moving_average(values: &[f64], weight: f64) -> Vec<f64> {
    let mut average = 0.0;
    let mut unseen = 1.0;
    values
        .iter()
        .map(|&value| {
            average = average * weight + (1.0 - weight) * value;
            unseen *= weight;
            average / (1.0 - unseen)
        })
        .collect()
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "exact values are the claim")]
mod tests {
    use super::Smoothing;
    use proptest::prelude::*;

    fn kinds() -> [Smoothing; 3] {
        [
            Smoothing::Ema { weight: 0.5 },
            Smoothing::Gaussian { sigma: 2.0 },
            Smoothing::Mean { window: 4.0 },
        ]
    }

    /// The definition, term by term: the weight of each point for each.
    fn naive(kind: Smoothing, x: &[f64], values: &[f64]) -> Vec<f64> {
        let finite: Vec<usize> = (0..values.len())
            .filter(|at| values[*at].is_finite())
            .collect();
        let constant = values.iter().all(|value| *value == values[0]);
        (0..values.len())
            .map(|at| {
                if constant || !values[at].is_finite() {
                    return values[at];
                }
                let weight = |other: usize| match kind {
                    Smoothing::Ema { weight } => {
                        let between = finite.iter().filter(|it| (other..at).contains(*it));
                        f64::from(other <= at) * weight.powi(between.count() as i32)
                    }
                    Smoothing::Gaussian { sigma } => {
                        (-0.5 * ((x[at] - x[other]) / sigma).powi(2)).exp()
                    }
                    Smoothing::Mean { window } => {
                        f64::from((x[at] - x[other]).abs() <= window / 2.0)
                    }
                };
                let total: f64 = finite.iter().map(|other| weight(*other)).sum();
                let sum: f64 = finite
                    .iter()
                    .map(|other| weight(*other) * values[*other])
                    .sum();
                sum / total
            })
            .collect()
    }

    fn kind() -> impl Strategy<Value = Smoothing> {
        prop_oneof![
            (0.0..0.999f64).prop_map(|weight| Smoothing::Ema { weight }),
            (-3.0..4.0f64).prop_map(|it| Smoothing::Gaussian {
                sigma: 10f64.powf(it)
            }),
            (-1.0..3.0f64).prop_map(|it| Smoothing::Mean {
                window: 10f64.powf(it)
            }),
        ]
    }

    #[test]
    fn constant_curves_stay_exact() {
        let x: Vec<f64> = (0..1000).map(f64::from).collect();
        for kind in kinds() {
            assert_eq!(kind.apply(&x, &[0.1; 1000]), vec![0.1; 1000]);
            assert_eq!(kind.apply(&[], &[]), Vec::<f64>::new());
        }
    }

    #[test]
    fn non_finite_values_pass_through_and_poison_nothing() {
        let values = [1.0, f64::NAN, f64::INFINITY, 3.0, f64::NEG_INFINITY];
        for kind in kinds() {
            let smoothed = kind.apply(&[0.0, 1.0, 2.0, 2.0, 3.0], &values);
            assert!(smoothed[1].is_nan());
            assert_eq!(
                (smoothed[2], smoothed[4]),
                (f64::INFINITY, f64::NEG_INFINITY)
            );
            assert!((1.0..=3.0).contains(&smoothed[0]) && (1.0..=3.0).contains(&smoothed[3]));
        }
        let smoothed = kinds()[0].apply(&[0.0; 5], &values);
        assert!((smoothed[3] - (0.5 * 1.0 + 1.0 * 3.0) / 1.5).abs() < 1e-12);
    }

    #[test]
    fn infinite_x_end_nothing() {
        let x = [f64::NEG_INFINITY, 0.0, 1.0, f64::INFINITY, f64::INFINITY];
        for kind in kinds() {
            for part in [0..5, 1..5, 3..5, 0..1, 2..4] {
                let values: Vec<f64> = (0..part.len()).map(|it| it as f64).collect();
                let smoothed = kind.apply(&x[part.clone()], &values);
                assert_eq!(smoothed.len(), part.len());
            }
        }
    }

    #[test]
    fn a_value_that_left_the_window_leaves_no_trace() {
        let x: Vec<f64> = (0..100).map(f64::from).collect();
        let mut values = vec![1.0; 100];
        values[30] = 1e300;
        for kind in &kinds()[1..] {
            assert!(
                kind.apply(&x, &values)[60..]
                    .iter()
                    .all(|it| (it - 1.0).abs() < 1e-12)
            );
        }
    }

    proptest! {
        #[test]
        fn agrees_with_the_definition(
            points in prop::collection::vec(
                (prop_oneof![3 => Just(1.0), 1 => Just(0.0), 1 => 0.0..0.1f64, 1 => 0.0..50.0f64],
                 prop_oneof![15 => -1e3..1e3f64, 1 => Just(f64::NAN)]), 0..300),
            start in prop_oneof![Just(0.0), Just(1.7e9)],
            kind in kind(),
        ) {
            let mut at = start;
            let (x, values): (Vec<f64>, Vec<f64>) =
                points.into_iter().map(|(gap, value)| { at += gap; (at, value) }).unzip();
            for (ours, theirs) in kind.apply(&x, &values).iter().zip(naive(kind, &x, &values)) {
                prop_assert!((ours.is_nan() && theirs.is_nan()) || (ours - theirs).abs() < 1e-6, "{ours} {theirs}");
            }
        }
    }
}
