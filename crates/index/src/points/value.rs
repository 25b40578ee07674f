//! What a point is beside its step and wall time: a number, or where a value lies that is not kept.

use std::fmt::Debug;
use std::ops::Range;

use crate::block::{Malformed, Packed, Packer};
use crate::summary::Extremes;

/// What a point has beside its step and wall time.
pub(crate) trait Value: Copy + Debug + 'static {
    /// What is known of a stretch of values without looking at them.
    type Summary: Copy + Debug + Default + PartialEq;

    fn pack(values: &[Self], packer: &mut Packer);
    fn unpack(
        packed: &Packed<'_>,
        range: Range<usize>,
        out: &mut Vec<Self>,
    ) -> Result<(), Malformed>;
    fn summary(steps: &[i64], values: &[Self]) -> Self::Summary;
}

impl Value for f64 {
    type Summary = Extremes;

    fn pack(values: &[Self], packer: &mut Packer) {
        packer.floats(values);
    }

    fn unpack(
        packed: &Packed<'_>,
        range: Range<usize>,
        out: &mut Vec<Self>,
    ) -> Result<(), Malformed> {
        packed.floats(2, range, out)
    }

    fn summary(steps: &[i64], values: &[Self]) -> Extremes {
        Extremes::of(steps, values)
    }
}

/// Where a value that is not kept lies in its event file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Location {
    /// Of the record's first byte.
    pub(crate) offset: u64,
    /// Of the record's payload.
    pub(crate) length: u64,
    /// Of the record's payload, as it stands behind it: no other record is taken for this one.
    pub(crate) checksum: u32,
    /// Place of the value among those of its event.
    pub(crate) index: u32,
}

impl Value for Location {
    type Summary = ();

    fn pack(values: &[Self], packer: &mut Packer) {
        let column = |of: fn(&Self) -> i64| values.iter().map(of).collect::<Vec<i64>>();
        packer.integers(&column(|it| it.offset as i64));
        packer.integers(&column(|it| it.length as i64));
        packer.integers(&column(|it| i64::from(it.checksum)));
        packer.integers(&column(|it| i64::from(it.index)));
    }

    fn unpack(
        packed: &Packed<'_>,
        range: Range<usize>,
        out: &mut Vec<Self>,
    ) -> Result<(), Malformed> {
        let column = |column| {
            let mut items = Vec::new();
            packed
                .integers(column, range.clone(), &mut items)
                .map(|()| items)
        };
        let (offsets, lengths) = (column(2)?, column(3)?);
        let (checksums, indices) = (column(4)?, column(5)?);
        let columns = offsets.into_iter().zip(lengths).zip(checksums).zip(indices);
        out.extend(columns.map(|(((offset, length), checksum), index)| Self {
            offset: offset as u64,
            length: length as u64,
            checksum: checksum as u32,
            index: index as u32,
        }));
        Ok(())
    }

    fn summary(_: &[i64], _: &[Self]) {}
}
