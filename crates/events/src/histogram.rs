//! Histograms in one shape: buckets with both edges (`spec/events.md`, Shapes).

use crate::content::ContentError;
use crate::elements::Array;
use crate::summary::{Data, Histogram};

/// A histogram: for each bucket its edges and how many values lie between them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Buckets {
    /// Lower edges.
    pub left: Vec<f64>,
    /// Upper edges.
    pub right: Vec<f64>,
    /// Values in each bucket.
    pub count: Vec<f64>,
}

impl Buckets {
    pub(crate) fn read(data: Data<'_>) -> Result<Self, ContentError> {
        match data {
            Data::Histogram(histogram) => Self::of_limits(histogram),
            Data::Tensor(_) => Self::of_rows(&Array::of(data)?),
            other => Err(ContentError::other("a histogram", other.found())),
        }
    }

    /// Rows of left edge, right edge and count.
    fn of_rows(array: &Array<'_>) -> Result<Self, ContentError> {
        if !matches!(array.shape[..], [_, 3]) {
            let found = format!("one of the shape {:?}", array.shape);
            return Err(ContentError::other("a tensor of the shape [k, 3]", found));
        }
        let numbers = array.numbers()?;
        let column = |at: usize| numbers.iter().skip(at).step_by(3).copied().collect();
        Ok(Self {
            left: column(0),
            right: column(1),
            count: column(2),
        })
    }

    /// Limits reach beyond all values: the empty buckets at both ends are left out, and what is left ends at the
    /// smallest and the largest value, as TensorBoard has it.
    fn of_limits(histogram: Histogram<'_>) -> Result<Self, ContentError> {
        let (moments, limits, counts) = (
            histogram.moments()?,
            histogram.limits()?,
            histogram.counts()?,
        );
        if limits.len() != counts.len() {
            return Err(ContentError::other(
                "a histogram with as many counts as limits",
                format!("{} counts and {} limits", counts.len(), limits.len()),
            ));
        }
        let holds_some = |count: &f64| *count > 0.0;
        let (Some(first), Some(last)) = (
            counts.iter().position(holds_some),
            counts.iter().rposition(holds_some),
        ) else {
            return Ok(Self::default());
        };
        let inner = &limits[first..last];
        let with = |number: f64| std::iter::once(number);
        Ok(Self {
            left: with(moments.min).chain(inner.iter().copied()).collect(),
            right: inner.iter().copied().chain(with(moments.max)).collect(),
            count: counts[first..=last].to_vec(),
        })
    }
}
