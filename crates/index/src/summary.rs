//! What is known of a stretch of points without looking at them: enough to skip it, and to fill tables.

/// Extent and order of a stretch in steps and wall times. A stretch has at least one point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Extent {
    pub(crate) first_step: i64,
    pub(crate) last_step: i64,
    pub(crate) min_step: i64,
    pub(crate) max_step: i64,
    pub(crate) first_wall_time: f64,
    pub(crate) last_wall_time: f64,
    pub(crate) min_wall_time: f64,
    pub(crate) max_wall_time: f64,
    /// No step is below the one before.
    pub(crate) steps_ascend: bool,
    /// No wall time is below the one before.
    pub(crate) wall_times_ascend: bool,
}

impl Extent {
    /// Of the points with these steps and wall times, in log order; none if there are none.
    pub(crate) fn of(steps: &[i64], wall_times: &[f64]) -> Option<Self> {
        let (first_step, last_step) = (*steps.first()?, *steps.last()?);
        let (first_wall_time, last_wall_time) = (*wall_times.first()?, *wall_times.last()?);
        let steps_ascend = steps.is_sorted();
        let wall_times_ascend = wall_times.is_sorted();
        let (min_step, max_step) = if steps_ascend {
            (first_step, last_step)
        } else {
            steps
                .iter()
                .fold((first_step, first_step), |(low, high), it| {
                    (low.min(*it), high.max(*it))
                })
        };
        let (min_wall_time, max_wall_time) = if wall_times_ascend {
            (first_wall_time, last_wall_time)
        } else {
            let start = (first_wall_time, first_wall_time);
            wall_times
                .iter()
                .fold(start, |(low, high), it| (low.min(*it), high.max(*it)))
        };
        Some(Self {
            first_step,
            last_step,
            min_step,
            max_step,
            first_wall_time,
            last_wall_time,
            min_wall_time,
            max_wall_time,
            steps_ascend,
            wall_times_ascend,
        })
    }

    /// Of this stretch and a later one together.
    pub(crate) fn and(self, later: Self) -> Self {
        Self {
            first_step: self.first_step,
            last_step: later.last_step,
            min_step: self.min_step.min(later.min_step),
            max_step: self.max_step.max(later.max_step),
            first_wall_time: self.first_wall_time,
            last_wall_time: later.last_wall_time,
            min_wall_time: self.min_wall_time.min(later.min_wall_time),
            max_wall_time: self.max_wall_time.max(later.max_wall_time),
            steps_ascend: self.steps_ascend
                && later.steps_ascend
                && self.last_step <= later.first_step,
            wall_times_ascend: self.wall_times_ascend
                && later.wall_times_ascend
                && self.last_wall_time <= later.first_wall_time,
        }
    }
}

/// A value and the step at which it was logged.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct At {
    pub(crate) value: f64,
    pub(crate) step: i64,
}

/// The values of a stretch of scalars.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Extremes {
    /// The lowest finite value, at the first step that had it.
    pub(crate) lowest: Option<At>,
    /// The highest finite value, at the first step that had it.
    pub(crate) highest: Option<At>,
    pub(crate) nan: u64,
    pub(crate) positive_infinity: u64,
    pub(crate) negative_infinity: u64,
    /// Step of the first value that is not finite.
    pub(crate) first_non_finite_step: Option<i64>,
}

impl Extremes {
    /// Of the points with these steps and values.
    pub(crate) fn of(steps: &[i64], values: &[f64]) -> Self {
        let mut all = Self::default();
        for (&step, &value) in steps.iter().zip(values) {
            if value.is_finite() {
                let at = At { value, step };
                if all.lowest.is_none_or(|lowest| value < lowest.value) {
                    all.lowest = Some(at);
                }
                if all.highest.is_none_or(|highest| value > highest.value) {
                    all.highest = Some(at);
                }
                continue;
            }
            match value {
                value if value.is_nan() => all.nan += 1,
                value if value > 0.0 => all.positive_infinity += 1,
                _ => all.negative_infinity += 1,
            }
            all.first_non_finite_step.get_or_insert(step);
        }
        all
    }

    /// Of this stretch and a later one together.
    pub(crate) fn and(self, later: Self) -> Self {
        let better =
            |ours: Option<At>, theirs: Option<At>, wins: fn(f64, f64) -> bool| match (ours, theirs)
            {
                (Some(ours), Some(theirs)) if wins(theirs.value, ours.value) => Some(theirs),
                (ours, theirs) => ours.or(theirs),
            };
        Self {
            lowest: better(self.lowest, later.lowest, |theirs, ours| theirs < ours),
            highest: better(self.highest, later.highest, |theirs, ours| theirs > ours),
            nan: self.nan + later.nan,
            positive_infinity: self.positive_infinity + later.positive_infinity,
            negative_infinity: self.negative_infinity + later.negative_infinity,
            first_non_finite_step: self.first_non_finite_step.or(later.first_non_finite_step),
        }
    }

    /// Values that are not finite.
    pub(crate) fn non_finite(&self) -> u64 {
        self.nan + self.positive_infinity + self.negative_infinity
    }
}
