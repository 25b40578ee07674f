//! How the curves of several ranks are to be brought together (`spec/events.md`, `ScalarPluginData`).

use crate::summary::Metadata;
use crate::wire::{END, Fields, key};

/// The field of `ScalarPluginData` in which a writer says it. Protobuf has no such field there, so that others skip it.
pub(crate) const FIELD: u32 = 20_101;

/// What becomes of the values that ranks log at one step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reduce {
    /// Their mean.
    Mean,
    /// Their median.
    Median,
    /// The lowest.
    Min,
    /// The highest.
    Max,
    /// Their sum.
    Sum,
}

impl Reduce {
    /// All there are.
    pub const ALL: [Self; 5] = [Self::Mean, Self::Median, Self::Min, Self::Max, Self::Sum];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mean => "mean",
            Self::Median => "median",
            Self::Min => "min",
            Self::Max => "max",
            Self::Sum => "sum",
        }
    }

    /// Of what [`Reduce::as_str`] gives; none for other words, which a later version may have.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == word)
    }

    /// What the writer of a series of scalars says, if it says something that is known.
    pub fn told(metadata: &Metadata<'_>) -> Option<Self> {
        const WORD: u32 = key::bytes(FIELD);
        if metadata.plugin_name != "scalars" {
            return None;
        }
        let mut fields = Fields::new(metadata.content);
        let mut told = None;
        loop {
            match fields.key().ok()? {
                END => return told,
                WORD => told = Self::from_word(fields.text().ok()?),
                key => fields.skip(key, FIELD..=FIELD).ok()?,
            }
        }
    }
}
