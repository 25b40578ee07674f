//! Some points of a series as they are kept, to be read one by one or together.

use std::ops::Range;

use crate::block::{Malformed, Packed};
use crate::points::Value;

/// Some points of a series as they are kept.
#[derive(Debug, Clone)]
pub(crate) enum Piece<'a, V> {
    /// Those of a block with these indices in it.
    Block(Packed<'a>, Range<usize>),
    Tail {
        steps: &'a [i64],
        wall_times: &'a [f64],
        values: &'a [V],
    },
}

impl<V: Value> Piece<'_, V> {
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Block(_, part) => part.len(),
            Self::Tail { steps, .. } => steps.len(),
        }
    }

    pub(crate) fn step(&self, index: usize) -> Result<i64, Malformed> {
        match self {
            Self::Block(packed, part) => packed.integer(0, part.start + index),
            Self::Tail { steps, .. } => steps.get(index).copied().ok_or(Malformed),
        }
    }

    pub(crate) fn wall_time(&self, index: usize) -> Result<f64, Malformed> {
        match self {
            Self::Block(packed, part) => packed.float(1, part.start + index),
            Self::Tail { wall_times, .. } => wall_times.get(index).copied().ok_or(Malformed),
        }
    }

    /// Those with the indices of `range` among these.
    pub(crate) fn slice(&self, range: Range<usize>) -> Self {
        match self {
            Self::Block(packed, part) => {
                Self::Block(*packed, part.start + range.start..part.start + range.end)
            }
            Self::Tail {
                steps,
                wall_times,
                values,
            } => Self::Tail {
                steps: &steps[range.clone()],
                wall_times: &wall_times[range.clone()],
                values: &values[range],
            },
        }
    }

    /// Appends the steps.
    pub(crate) fn steps(&self, out: &mut Vec<i64>) -> Result<(), Malformed> {
        match self {
            Self::Block(packed, part) => packed.integers(0, part.clone(), out)?,
            Self::Tail { steps, .. } => out.extend_from_slice(steps),
        }
        Ok(())
    }

    /// Appends the wall times.
    pub(crate) fn wall_times(&self, out: &mut Vec<f64>) -> Result<(), Malformed> {
        match self {
            Self::Block(packed, part) => packed.floats(1, part.clone(), out)?,
            Self::Tail { wall_times, .. } => out.extend_from_slice(wall_times),
        }
        Ok(())
    }

    /// Appends the values.
    pub(crate) fn values(&self, out: &mut Vec<V>) -> Result<(), Malformed> {
        match self {
            Self::Block(packed, part) => V::unpack(packed, part.clone(), out)?,
            Self::Tail { values, .. } => out.extend_from_slice(values),
        }
        Ok(())
    }
}

impl Piece<'_, f64> {
    pub(crate) fn value(&self, index: usize) -> Result<f64, Malformed> {
        match self {
            Self::Block(packed, part) => packed.float(2, part.start + index),
            Self::Tail { values, .. } => values.get(index).copied().ok_or(Malformed),
        }
    }
}
