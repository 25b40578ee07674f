//! How the values of a curve are spread, for axes that leave outliers outside (`spec/api.md`, Quantiles).

use serde::Serialize;

/// Percents of the values that lie below a quantile, up to the middle; the others lie as far from 100.
const LOWER: [f64; 16] = [
    0.0, 0.1, 0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 5.0, 7.5, 10.0, 15.0, 20.0, 25.0, 30.0, 40.0,
];

/// Finite values, summed up.
#[derive(Debug, PartialEq, Serialize)]
pub(crate) struct Quantiles {
    count: usize,
    values: Vec<f64>,
}

impl Quantiles {
    /// Of those of `values` that are finite; none without any.
    pub(crate) fn of(values: &[f64]) -> Option<Self> {
        let mut finite: Vec<f64> = values.iter().copied().filter(|it| it.is_finite()).collect();
        let last = finite.len().checked_sub(1)?;
        let places: Vec<f64> = percents().map(|it| it / 100.0 * last as f64).collect();
        let mut ranks: Vec<usize> = places
            .iter()
            .flat_map(|place| [place.floor() as usize, place.ceil() as usize])
            .collect();
        ranks.sort_unstable();
        ranks.dedup();
        put_in_place(&mut finite, 0, &ranks);
        let at = |place: f64| {
            let part = place.fract();
            let (low, high) = (
                finite[place.floor() as usize],
                finite[place.ceil() as usize],
            );
            (low * (1.0 - part) + high * part).clamp(low, high)
        };
        Some(Self {
            count: finite.len(),
            values: places.into_iter().map(at).collect(),
        })
    }
}

fn percents() -> impl Iterator<Item = f64> {
    let upper = LOWER.iter().rev().map(|it| 100.0 - it);
    LOWER.into_iter().chain([50.0]).chain(upper)
}

/// Moves values so that those of the given ranks are where sorting would put them. `values` begin at rank `first`.
fn put_in_place(values: &mut [f64], first: usize, ranks: &[usize]) {
    let middle = ranks.len() / 2;
    let Some(&rank) = ranks.get(middle) else {
        return;
    };
    let (below, _, above) = values.select_nth_unstable_by(rank - first, f64::total_cmp);
    put_in_place(below, first, &ranks[..middle]);
    put_in_place(above, rank + 1, &ranks[middle + 1..]);
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn quantiles_are_those_of_the_sorted_values(values in vec(any::<f64>(), 0..300)) {
            let found = Quantiles::of(&values);
            let mut finite: Vec<f64> = values.into_iter().filter(|it| it.is_finite()).collect();
            finite.sort_by(f64::total_cmp);
            prop_assert_eq!(found.is_none(), finite.is_empty());
            if let Some(Quantiles { count, values }) = found {
                prop_assert_eq!(count, finite.len());
                prop_assert_eq!(values.len(), 33);
                prop_assert_eq!((values[0], values[32]), (finite[0], finite[count - 1]));
                prop_assert!(values.iter().all(|it| it.is_finite()));
                for (value, percent) in values.iter().zip(percents()) {
                    let place = percent / 100.0 * (count - 1) as f64;
                    let (low, high) = (finite[place.floor() as usize], finite[place.ceil() as usize]);
                    prop_assert!(low <= *value && *value <= high);
                }
            }
        }
    }
}
