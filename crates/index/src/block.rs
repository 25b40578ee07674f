//! A block: a stretch of one series, packed. Immutable and bit-exact.
//!
//! A block is a sequence of columns of equal length, at most [`CAPACITY`] items each, integers or floats. `spec/index.md`
//! has the layout. A column of integers in equal strides costs no byte an item; everything else is kept as the distance
//! from the column's lowest item in as few whole bytes as the farthest needs. Floats are taken by their bits, which
//! ascend with positive values: wall times of a training run need 5 bytes. Floats that all are float32 are kept so.
//!
//! Packed bytes come back from disk, so that reading them is total: any bytes give columns or [`Malformed`].

use std::ops::Range;

/// Items of a column at most.
pub(crate) const CAPACITY: usize = 1024;

/// Bytes before a column's items: encoding, width, 6 zeros, base, stride.
const HEAD: usize = 24;
/// Zeros behind the last column, so that an item can be read as 8 bytes wherever it lies.
const TAIL: usize = 8;

/// Distances from the base, `width` bytes each.
const PACKED: u8 = 0;
/// `base + index * stride`; no items follow.
const STRIDE: u8 = 1;
/// As `PACKED`, of the bits of float32.
const PACKED_F32: u8 = 2;

/// The bytes are no block, or not one with the column that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a packed block of points, found other bytes")]
pub(crate) struct Malformed;

/// Packs columns one after the other.
#[derive(Debug, Default)]
pub(crate) struct Packer {
    bytes: Vec<u8>,
    /// Of the present column.
    items: Vec<u64>,
}

impl Packer {
    /// Adds a column of integers.
    pub(crate) fn integers(&mut self, items: &[i64]) {
        if let Some(stride) = stride(items) {
            return self.column(STRIDE, 0, items.first().map_or(0, |it| *it as u64), stride);
        }
        let base = items.iter().min().copied().unwrap_or_default();
        self.items.clear();
        self.items.extend(items.iter().map(|item| *item as u64));
        self.packed(PACKED, base as u64);
    }

    /// Adds a column of floats.
    pub(crate) fn floats(&mut self, items: &[f64]) {
        let narrow = |item: f64| item as f32;
        let exact = |item: f64| f64::from(narrow(item)).to_bits() == item.to_bits();
        self.items.clear();
        let encoding = if items.iter().all(|item| exact(*item)) {
            let bits = items.iter().map(|item| u64::from(narrow(*item).to_bits()));
            self.items.extend(bits);
            PACKED_F32
        } else {
            self.items.extend(items.iter().map(|item| item.to_bits()));
            PACKED
        };
        let base = self.items.iter().min().copied().unwrap_or_default();
        self.packed(encoding, base);
    }

    /// The block.
    pub(crate) fn finish(mut self) -> Vec<u8> {
        self.bytes.extend_from_slice(&[0; TAIL]);
        self.bytes
    }

    fn column(&mut self, encoding: u8, width: usize, base: u64, stride: u64) {
        self.bytes
            .extend_from_slice(&[encoding, width as u8, 0, 0, 0, 0, 0, 0]);
        self.bytes.extend_from_slice(&base.to_le_bytes());
        self.bytes.extend_from_slice(&stride.to_le_bytes());
    }

    fn packed(&mut self, encoding: u8, base: u64) {
        let distances = self.items.iter().map(|item| item.wrapping_sub(base));
        let all = distances.fold(0, |all, distance| all | distance);
        let width = (64 - all.leading_zeros() as usize).div_ceil(8);
        self.column(encoding, width, base, 0);
        match width {
            0 => {}
            1 => self.put_wide::<1>(base),
            2 => self.put_wide::<2>(base),
            3 => self.put_wide::<3>(base),
            4 => self.put_wide::<4>(base),
            5 => self.put_wide::<5>(base),
            6 => self.put_wide::<6>(base),
            7 => self.put_wide::<7>(base),
            _ => self.put_wide::<8>(base),
        }
    }

    /// A width known when compiling makes each distance one or two stores.
    fn put_wide<const WIDTH: usize>(&mut self, base: u64) {
        let start = self.bytes.len();
        self.bytes.resize(start + self.items.len() * WIDTH, 0);
        let places = self.bytes[start..].chunks_exact_mut(WIDTH);
        for (place, item) in places.zip(&self.items) {
            let distance = item.wrapping_sub(base).to_le_bytes();
            place.copy_from_slice(&distance[..WIDTH]);
        }
    }
}

/// The stride of integers that follow each other evenly.
fn stride(items: &[i64]) -> Option<u64> {
    let [first, second, ..] = items else {
        return Some(0);
    };
    let stride = second.wrapping_sub(*first);
    items
        .windows(2)
        .all(|pair| pair[1].wrapping_sub(pair[0]) == stride)
        .then_some(stride as u64)
}

/// A packed block of a known length.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Packed<'a> {
    bytes: &'a [u8],
    length: usize,
}

struct ColumnView<'a> {
    encoding: u8,
    width: usize,
    base: u64,
    stride: u64,
    /// The items and at least 8 bytes more.
    items: &'a [u8],
}

impl<'a> Packed<'a> {
    /// Looks at `bytes` as a block with `length` items a column.
    pub(crate) fn new(bytes: &'a [u8], length: usize) -> Self {
        Self { bytes, length }
    }

    /// Appends the items `range` of a column of integers to `out`.
    ///
    /// # Errors
    /// If the bytes hold no such column or range; `out` is then as before.
    pub(crate) fn integers(
        &self,
        column: usize,
        range: Range<usize>,
        out: &mut Vec<i64>,
    ) -> Result<(), Malformed> {
        let column = self.column(column, &range)?;
        let base = column.base;
        match column.encoding {
            STRIDE => {
                let at = |index| base.wrapping_add(column.stride.wrapping_mul(index as u64)) as i64;
                out.extend(range.map(at));
            }
            PACKED => unpack(&column, range, out, |item| base.wrapping_add(item) as i64),
            _ => return Err(Malformed),
        }
        Ok(())
    }

    /// Appends the items `range` of a column of floats to `out`.
    ///
    /// # Errors
    /// If the bytes hold no such column or range; `out` is then as before.
    pub(crate) fn floats(
        &self,
        column: usize,
        range: Range<usize>,
        out: &mut Vec<f64>,
    ) -> Result<(), Malformed> {
        let column = self.column(column, &range)?;
        let base = column.base;
        match column.encoding {
            PACKED => unpack(&column, range, out, |item| {
                f64::from_bits(base.wrapping_add(item))
            }),
            PACKED_F32 => unpack(&column, range, out, |item| {
                f64::from(f32::from_bits(base.wrapping_add(item) as u32))
            }),
            _ => return Err(Malformed),
        }
        Ok(())
    }

    /// One item of a column of integers.
    ///
    /// # Errors
    /// If the bytes hold no such column or item.
    pub(crate) fn integer(&self, column: usize, index: usize) -> Result<i64, Malformed> {
        let column = self.column(column, &(index..index.saturating_add(1)))?;
        match column.encoding {
            STRIDE => Ok(column
                .base
                .wrapping_add(column.stride.wrapping_mul(index as u64))
                as i64),
            PACKED => Ok(column.base.wrapping_add(column.item(index)) as i64),
            _ => Err(Malformed),
        }
    }

    /// One item of a column of floats.
    ///
    /// # Errors
    /// If the bytes hold no such column or item.
    pub(crate) fn float(&self, column: usize, index: usize) -> Result<f64, Malformed> {
        let column = self.column(column, &(index..index.saturating_add(1)))?;
        let item = column.base.wrapping_add(column.item(index));
        match column.encoding {
            PACKED => Ok(f64::from_bits(item)),
            PACKED_F32 => Ok(f64::from(f32::from_bits(item as u32))),
            _ => Err(Malformed),
        }
    }

    fn column(&self, column: usize, range: &Range<usize>) -> Result<ColumnView<'a>, Malformed> {
        if range.start > range.end || range.end > self.length || self.length > CAPACITY {
            return Err(Malformed);
        }
        let mut rest = self.bytes;
        for place in 0.. {
            let (head, items) = rest.split_first_chunk::<HEAD>().ok_or(Malformed)?;
            let (encoding, width) = (head[0], usize::from(head[1]));
            let size = self.length * width;
            if width > 8 || items.len() < size + TAIL {
                return Err(Malformed);
            }
            if place == column {
                let word =
                    |at: usize| u64::from_le_bytes(std::array::from_fn(|index| head[at + index]));
                return Ok(ColumnView {
                    encoding,
                    width,
                    base: word(8),
                    stride: word(16),
                    items,
                });
            }
            rest = &items[size..];
        }
        Err(Malformed)
    }
}

impl ColumnView<'_> {
    /// The distance of one item that the column has.
    fn item(&self, index: usize) -> u64 {
        let mut word = [0; 8];
        let start = index * self.width;
        word[..self.width].copy_from_slice(&self.items[start..start + self.width]);
        u64::from_le_bytes(word)
    }
}

/// Appends the items `range`, each as `item` makes it of its distance.
fn unpack<T>(
    column: &ColumnView<'_>,
    range: Range<usize>,
    out: &mut Vec<T>,
    item: impl Fn(u64) -> T,
) {
    // A width known when compiling lets each loop become a few vector instructions.
    match column.width {
        0 => out.extend(range.map(|_| item(0))),
        1 => unpack_wide::<1, T>(column.items, range, out, item),
        2 => unpack_wide::<2, T>(column.items, range, out, item),
        3 => unpack_wide::<3, T>(column.items, range, out, item),
        4 => unpack_wide::<4, T>(column.items, range, out, item),
        5 => unpack_wide::<5, T>(column.items, range, out, item),
        6 => unpack_wide::<6, T>(column.items, range, out, item),
        7 => unpack_wide::<7, T>(column.items, range, out, item),
        _ => unpack_wide::<8, T>(column.items, range, out, item),
    }
}

fn unpack_wide<const WIDTH: usize, T>(
    items: &[u8],
    range: Range<usize>,
    out: &mut Vec<T>,
    item: impl Fn(u64) -> T,
) {
    let items = &items[range.start * WIDTH..range.end * WIDTH];
    out.extend(items.chunks_exact(WIDTH).map(|bytes| {
        let mut word = [0; 8];
        word[..WIDTH].copy_from_slice(bytes);
        item(u64::from_le_bytes(word))
    }));
}

#[cfg(test)]
mod tests {
    use super::{CAPACITY, Packed, Packer};
    use proptest::prelude::*;

    fn pack(steps: &[i64], wall_times: &[f64], values: &[f64]) -> Vec<u8> {
        let mut packer = Packer::default();
        packer.integers(steps);
        packer.floats(wall_times);
        packer.floats(values);
        packer.finish()
    }

    fn bits(items: &[f64]) -> Vec<u64> {
        items.iter().map(|item| item.to_bits()).collect()
    }

    fn any_float() -> impl Strategy<Value = f64> {
        prop_oneof![
            any::<u64>().prop_map(f64::from_bits),
            any::<f32>().prop_map(f64::from),
            any::<u32>().prop_map(|bits| f64::from(f32::from_bits(bits))),
            1e9..2e9f64,
            Just(-0.0),
        ]
    }

    #[test]
    fn a_typical_run_takes_about_nine_bytes_a_point() {
        let steps: Vec<i64> = (0..1024).map(|step| step * 10).collect();
        let times: Vec<f64> = steps
            .iter()
            .map(|step| 1.75e9 + *step as f64 * 0.37)
            .collect();
        let values: Vec<f64> = steps
            .iter()
            .map(|step| f64::from((-(*step as f32) / 900.0).exp() + 0.01 * (*step as f32).sin()))
            .collect();
        let packed = pack(&steps, &times, &values);
        assert!(packed.len() < 10 * 1024, "{}", packed.len());
    }

    proptest! {
        #[test]
        fn comes_back_bit_for_bit(
            points in prop::collection::vec((any::<i64>(), any_float(), any_float()), 0..200),
            even in any::<Option<(i64, i64)>>(),
            cut in 0.0..1.0f64,
        ) {
            let mut steps: Vec<i64> = points.iter().map(|point| point.0).collect();
            if let Some((first, stride)) = even {
                for (index, step) in steps.iter_mut().enumerate() {
                    *step = first.wrapping_add(stride.wrapping_mul(index as i64));
                }
            }
            let times: Vec<f64> = points.iter().map(|point| point.1).collect();
            let values: Vec<f64> = points.iter().map(|point| point.2).collect();
            let bytes = pack(&steps, &times, &values);
            let packed = Packed::new(&bytes, points.len());
            let from = (cut * points.len() as f64) as usize;
            for range in [0..points.len(), from..points.len(), 0..from] {
                let (mut a, mut b, mut c) = (vec![1], vec![1.0], vec![1.0]);
                packed.integers(0, range.clone(), &mut a).unwrap();
                packed.floats(1, range.clone(), &mut b).unwrap();
                packed.floats(2, range.clone(), &mut c).unwrap();
                prop_assert_eq!(&a[1..], &steps[range.clone()]);
                prop_assert_eq!(bits(&b[1..]), bits(&times[range.clone()]));
                prop_assert_eq!(bits(&c[1..]), bits(&values[range]));
            }
            for at in [0, from, points.len().saturating_sub(1)] {
                let known = points.get(at);
                prop_assert_eq!(packed.integer(0, at).ok(), known.map(|_| steps[at]));
                let float = packed.float(2, at).ok().map(f64::to_bits);
                prop_assert_eq!(float, known.map(|_| values[at].to_bits()));
            }
        }

        #[test]
        fn any_bytes_give_columns_or_an_error(
            bytes in prop::collection::vec(any::<u8>(), 0..400),
            length in 0..2 * CAPACITY,
            column in 0..4usize,
        ) {
            let packed = Packed::new(&bytes, length);
            let (mut integers, mut floats) = (Vec::new(), Vec::new());
            if packed.integers(column, 0..length, &mut integers).is_ok() {
                prop_assert_eq!(integers.len(), length);
            }
            if packed.floats(column, 0..length, &mut floats).is_ok() {
                prop_assert_eq!(floats.len(), length);
            }
            for (at, item) in integers.iter().enumerate() {
                prop_assert_eq!(packed.integer(column, at), Ok(*item));
            }
            for (at, item) in floats.iter().enumerate() {
                prop_assert_eq!(packed.float(column, at).map(f64::to_bits), Ok(item.to_bits()));
            }
        }
    }
}
