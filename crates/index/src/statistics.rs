//! What is told of some values at one x: their middle, spread, and how well the mean is known.

/// Statistics of the finite ones among some values. Those that need more values than there are are NaN.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Statistics {
    pub(crate) n: u32,
    pub(crate) mean: f64,
    pub(crate) median: f64,
    pub(crate) min: f64,
    pub(crate) max: f64,
    /// Of the sample: the squares are divided by `n - 1`.
    pub(crate) sd: f64,
    /// Of the mean.
    pub(crate) se: f64,
    /// The mean's 95 % interval, by Student's t.
    pub(crate) low95: f64,
    pub(crate) high95: f64,
}

impl Statistics {
    /// Of finite values, which are put in another order.
    pub(crate) fn of(values: &mut [f64]) -> Self {
        let n = values.len();
        let (mut min, mut max, mut sum) = (f64::INFINITY, f64::NEG_INFINITY, 0.0);
        for &value in &*values {
            (min, max) = (min.min(value), max.max(value));
            sum += value;
        }
        if n == 0 {
            (min, max) = (f64::NAN, f64::NAN);
        }
        // Rounding never takes the mean out of the band.
        let mean = (sum / n as f64).max(min).min(max);
        let (mut sd, mut se) = (f64::NAN, f64::NAN);
        if n > 1 {
            let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
            sd = (squares / (n - 1) as f64).sqrt();
            se = sd / (n as f64).sqrt();
        }
        let reach = t975(n.saturating_sub(1)) * se;
        Self {
            n: n as u32,
            mean,
            median: median(values),
            min,
            max,
            sd,
            se,
            low95: mean - reach,
            high95: mean + reach,
        }
    }
}

/// The middle value, or the mean of the middle two; NaN of none.
fn median(values: &mut [f64]) -> f64 {
    if values.is_empty() {
        return f64::NAN;
    }
    let middle = values.len() / 2;
    let odd = values.len() % 2 == 1;
    let (below, upper, _) = values.select_nth_unstable_by(middle, f64::total_cmp);
    if odd {
        return *upper;
    }
    let lower = below.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    f64::midpoint(lower, *upper)
}

/// The 97.5 % quantile of Student's t for up to 30 degrees of freedom, from 1 on.
const T975: [f64; 30] = [
    12.706_204_736_175,
    4.302_652_729_749,
    3.182_446_305_284,
    2.776_445_105_198,
    2.570_581_835_636,
    2.446_911_851_145,
    2.364_624_251_593,
    2.306_004_135_204,
    2.262_157_162_798,
    2.228_138_851_986,
    2.200_985_160_092,
    2.178_812_829_667,
    2.160_368_656_463,
    2.144_786_687_918,
    2.131_449_545_560,
    2.119_905_299_221,
    2.109_815_577_833,
    2.100_922_040_241,
    2.093_024_054_408,
    2.085_963_447_266,
    2.079_613_844_728,
    2.073_873_067_904,
    2.068_657_610_419,
    2.063_898_561_628,
    2.059_538_552_753,
    2.055_529_438_643,
    2.051_830_516_480,
    2.048_407_141_795,
    2.045_229_642_133,
    2.042_272_456_301,
];

/// The 97.5 % quantile of Student's t; NaN for no degree of freedom.
fn t975(freedom: usize) -> f64 {
    if let Some(known) = freedom.checked_sub(1).map(|at| T975.get(at)) {
        return known
            .copied()
            .unwrap_or_else(|| t975_of_many(freedom as f64));
    }
    f64::NAN
}

/// Cornish and Fisher's expansion around the normal distribution, right to 8 digits from 31 on.
fn t975_of_many(freedom: f64) -> f64 {
    const Z: f64 = 1.959_963_984_540_054;
    let powers = |coefficients: &[f64]| {
        let odd = coefficients.iter().rev();
        odd.fold(0.0, |sum, coefficient| sum * Z * Z + coefficient) * Z
    };
    let terms = [
        powers(&[1.0]),
        powers(&[1.0, 1.0]) / 4.0,
        powers(&[3.0, 16.0, 5.0]) / 96.0,
        powers(&[-15.0, 17.0, 19.0, 3.0]) / 384.0,
        powers(&[-945.0, -1920.0, 1482.0, 776.0, 79.0]) / 92_160.0,
    ];
    terms
        .iter()
        .rev()
        .fold(0.0, |sum, term| sum / freedom + term)
}

#[cfg(test)]
mod tests {
    use super::{Statistics, t975};

    /// How much of Student's distribution lies within `±t`, by Simpson's rule on `u` of `t = sqrt(freedom) tan(u)`,
    /// where the density is `cos(u)^(freedom - 1)`.
    fn inside(t: f64, freedom: usize) -> f64 {
        let integral = |to: f64| {
            let parts = 20_000;
            let height = |at: usize| {
                let cosine = (to * at as f64 / f64::from(parts)).cos();
                cosine.max(0.0).powi(freedom as i32 - 1)
            };
            let weight = |at: usize| match at {
                0 | 20_000 => 1.0,
                at => 2.0 + 2.0 * (at % 2) as f64,
            };
            let sum: f64 = (0..=20_000).map(|at| weight(at) * height(at)).sum();
            sum * to / f64::from(parts) / 3.0
        };
        integral((t / (freedom as f64).sqrt()).atan()) / integral(std::f64::consts::FRAC_PI_2)
    }

    #[test]
    fn the_interval_holds_95_percent_of_students_distribution() {
        for freedom in (1..=60).chain([100, 999, 10_000]) {
            let held = inside(t975(freedom), freedom);
            assert!((held - 0.95).abs() < 1e-8, "{freedom}: {held}");
        }
        assert!(t975(0).is_nan());
    }

    #[test]
    fn few_values_have_few_statistics() {
        let none = Statistics::of(&mut []);
        assert_eq!(none.n, 0);
        assert!(
            [none.mean, none.median, none.min, none.max, none.sd]
                .iter()
                .all(|it| it.is_nan())
        );
        let one = Statistics::of(&mut [7.0]);
        assert_eq!(
            (one.mean, one.median, one.min, one.max),
            (7.0, 7.0, 7.0, 7.0)
        );
        assert!(
            [one.sd, one.se, one.low95, one.high95]
                .iter()
                .all(|it| it.is_nan())
        );
        let same = Statistics::of(&mut [0.1; 3]);
        assert_eq!((same.mean, same.sd, same.low95), (0.1, 0.0, 0.1));
    }
}
