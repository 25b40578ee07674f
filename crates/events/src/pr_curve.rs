//! Precision-recall curves (`spec/events.md`, Shapes).

use crate::content::ContentError;
use crate::elements::Array;
use crate::summary::Data;

/// A precision-recall curve; columns of equal length, one item for each threshold.
#[derive(Debug, Clone, PartialEq)]
pub struct PrCurve {
    /// From 0 to 1 in equal steps; a prediction counts as positive from its threshold on.
    pub thresholds: Vec<f64>,
    /// Weights of what was found rightly.
    pub true_positives: Vec<f64>,
    /// Weights of what was found wrongly.
    pub false_positives: Vec<f64>,
    /// Weights of what was passed over rightly.
    pub true_negatives: Vec<f64>,
    /// Weights of what was passed over wrongly.
    pub false_negatives: Vec<f64>,
    /// How much of what was found is right.
    pub precision: Vec<f64>,
    /// How much of what is right was found.
    pub recall: Vec<f64>,
}

impl PrCurve {
    pub(crate) fn read(data: Data<'_>) -> Result<Self, ContentError> {
        let array = Array::of(data)?;
        let [6, length] = array.shape[..] else {
            let found = format!("one of the shape {:?}", array.shape);
            return Err(ContentError::other("a tensor of the shape [6, n]", found));
        };
        let numbers = array.numbers()?;
        let length = length as usize;
        let row = |row: usize| numbers[row * length..(row + 1) * length].to_vec();
        let last = length.saturating_sub(1).max(1) as f64;
        Ok(Self {
            thresholds: (0..length).map(|index| index as f64 / last).collect(),
            true_positives: row(0),
            false_positives: row(1),
            true_negatives: row(2),
            false_negatives: row(3),
            precision: row(4),
            recall: row(5),
        })
    }
}
