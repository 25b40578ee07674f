//! What PNG has of a row: how each byte differs from what its neighbours let expect.

use std::mem;

/// The most bytes that a pixel has.
const PIXEL: usize = 4;

/// A row and the one above it.
pub(crate) struct Rows {
    channels: usize,
    /// Each begins with a pixel of zeros: what PNG has stand to its left.
    row: Vec<u8>,
    above: Vec<u8>,
}

impl Rows {
    /// Rows of so many bytes, above which PNG has one of zeros.
    pub(crate) fn new(size: usize, channels: u8) -> Self {
        Self {
            channels: channels.into(),
            row: vec![0; PIXEL + size],
            above: vec![0; PIXEL + size],
        }
    }

    /// How many bytes they take.
    pub(crate) fn work(size: usize) -> usize {
        size.saturating_add(PIXEL).saturating_mul(2)
    }

    /// Where the next row is to be put.
    pub(crate) fn next(&mut self) -> &mut [u8] {
        mem::swap(&mut self.row, &mut self.above);
        &mut self.row[PIXEL..]
    }

    /// Writes the number of a filter and what it makes of the row: the one with the smallest differences, about. (`Paeth`
    /// is seldom worse than that which looks to the left alone.)
    pub(crate) fn filter(&self, out: &mut [u8]) {
        let Some((number, out)) = out.split_first_mut() else {
            return;
        };
        *number = Filter::Up as u8;
        if self.row == self.above {
            return out.fill(0);
        }
        self.write(Filter::Up, out);
        let (mut best, mut least) = (Filter::Up, total(out));
        if least <= out.len() as u64 / 4 {
            return; // Not to be made much better.
        }
        for filter in [Filter::Average, Filter::Paeth] {
            self.write(filter, out);
            let total = total(out);
            if total < least {
                (best, least) = (filter, total);
            }
        }
        if best != Filter::Paeth {
            self.write(best, out);
        }
        *number = best as u8;
    }

    fn write(&self, filter: Filter, out: &mut [u8]) {
        match filter {
            Filter::Up => self.differences(|_, above, _| above, out),
            Filter::Average => self.differences(average, out),
            Filter::Paeth => self.differences(paeth, out),
        }
    }

    /// `expect` is given the bytes to the left, above, and above to the left.
    #[inline]
    fn differences(&self, expect: impl Fn(u8, u8, u8) -> u8, out: &mut [u8]) {
        let (size, left) = (out.len(), PIXEL - self.channels);
        // Of one length, so that the loop has no checks and becomes instructions for many bytes.
        let (row, above) = (&self.row[PIXEL..][..size], &self.above[PIXEL..][..size]);
        let (left, corner) = (&self.row[left..][..size], &self.above[left..][..size]);
        for at in 0..size {
            out[at] = row[at].wrapping_sub(expect(left[at], above[at], corner[at]));
        }
    }
}

/// By their numbers in PNG.
#[derive(Clone, Copy, PartialEq)]
enum Filter {
    Up = 2,
    Average = 3,
    Paeth = 4,
}

#[inline]
fn average(left: u8, above: u8, _: u8) -> u8 {
    (left & above) + ((left ^ above) >> 1)
}

/// The neighbour that is nearest to `left + above - corner`.
#[inline]
fn paeth(left: u8, above: u8, corner: u8) -> u8 {
    let (low, high) = (left.min(above), left.max(above));
    // How far that is from either, if the corner is between them; else it is beyond one of them, which is zero here.
    let (from_low, from_high) = (high.saturating_sub(corner), corner.saturating_sub(low));
    let side = if from_low <= from_high { low } else { high };
    if from_low.abs_diff(from_high) < from_low.min(from_high) {
        corner
    } else {
        side
    }
}

/// How far bytes are from zero, either way, in total.
fn total(differences: &[u8]) -> u64 {
    /// Loops of a known length become instructions for many bytes.
    const TOGETHER: usize = 32;
    let of_few = |few: &[u8]| {
        let sizes = few.iter().map(|byte| byte.cast_signed().unsigned_abs());
        sizes.map(u64::from).sum::<u64>()
    };
    let mut chunks = differences.chunks_exact(TOGETHER);
    let total: u64 = (&mut chunks).map(of_few).sum();
    total + of_few(chunks.remainder())
}

#[cfg(test)]
mod tests {
    use super::paeth;

    /// As the specification of PNG puts it.
    fn specified(left: u8, above: u8, corner: u8) -> u8 {
        let expected = i32::from(left) + i32::from(above) - i32::from(corner);
        let distance = |&byte: &u8| (expected - i32::from(byte)).abs();
        let nearest = [left, above, corner].into_iter().min_by_key(distance);
        nearest.unwrap()
    }

    #[test]
    fn paeth_is_that_of_png() {
        for left in 0..=255 {
            for above in 0..=255 {
                for corner in 0..=255 {
                    let expected = specified(left, above, corner);
                    assert_eq!(
                        paeth(left, above, corner),
                        expected,
                        "{left} {above} {corner}"
                    );
                }
            }
        }
    }
}
