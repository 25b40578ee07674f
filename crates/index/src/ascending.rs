//! The points of one attempt whose x ascends, picked for a picture block by block: a block is unpacked only if a part of
//! it is in the picture, one at a time, and its wall times only if they are x. Whatever the run's length, that takes the
//! memory of a few blocks.

use std::ops::Range;

use crate::block::Malformed;
use crate::downsample::{Grid, column_end, pick_column};
use crate::piece::Piece;

/// The points that are drawn, a column each.
#[derive(Debug, Default)]
pub(crate) struct Vertices {
    pub(crate) steps: Vec<i64>,
    pub(crate) wall_times: Vec<f64>,
    pub(crate) values: Vec<f64>,
    /// Points in the picture were left out.
    pub(crate) thinned: bool,
}

/// What x is made of.
#[derive(Debug, Clone, Copy)]
pub(crate) enum X {
    Step,
    /// Seconds since this one.
    WallTime(f64),
}

/// Points whose x ascends, in pieces of which none is empty.
#[derive(Debug)]
pub(crate) struct Ascending<'a> {
    pieces: Vec<Piece<'a, f64>>,
    /// For each piece the points before it and in it.
    ends: Vec<usize>,
    x: X,
}

impl<'a> Ascending<'a> {
    /// The points of `pieces`, whose x must ascend (equal values allowed).
    pub(crate) fn new(pieces: Vec<Piece<'a, f64>>, x: X) -> Self {
        let ends = pieces.iter().scan(0, |end, piece| {
            *end += piece.len();
            Some(*end)
        });
        Self {
            ends: ends.collect(),
            pieces,
            x,
        }
    }

    /// The points that `downsample::vertices` picks.
    ///
    /// # Errors
    /// When a block's bytes are not what was written.
    pub(crate) fn vertices(&self, grid: &Grid) -> Result<Vertices, Malformed> {
        let length = self.ends.last().copied().unwrap_or_default();
        let from = self.partition_point(length, |x| x < grid.x_min)?;
        let to = self.partition_point(length, |x| x <= grid.x_max)?.max(from);
        let around = from.saturating_sub(1)..length.min(to + 1);
        if to - from <= 4 * grid.width {
            return self.unpack(around);
        }
        let picked = self.pick(from..to, grid)?;
        let before = (from > 0).then(|| from - 1);
        let after = (to < length).then_some(to);
        let thinned = picked.len() < to - from;
        let vertices = self.gather(before.into_iter().chain(picked).chain(after))?;
        Ok(Vertices {
            thinned,
            ..vertices
        })
    }

    /// How many of the `length` points come before the first whose x is not `left`.
    fn partition_point(
        &self,
        length: usize,
        left: impl Fn(f64) -> bool,
    ) -> Result<usize, Malformed> {
        let (mut low, mut high) = (0, length);
        while low < high {
            let middle = usize::midpoint(low, high);
            if left(self.x_at(middle)?) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        Ok(low)
    }

    fn x_at(&self, index: usize) -> Result<f64, Malformed> {
        let (piece, start) = self.piece_at(index);
        let piece = self.pieces.get(piece).ok_or(Malformed)?;
        match self.x {
            X::Step => piece.step(index - start).map(|step| step as f64),
            X::WallTime(origin) => piece.wall_time(index - start).map(|it| it - origin),
        }
    }

    /// The place of the piece with a point, and the points before it.
    fn piece_at(&self, index: usize) -> (usize, usize) {
        let piece = self.ends.partition_point(|end| *end <= index);
        (
            piece,
            piece.checked_sub(1).map_or(0, |before| self.ends[before]),
        )
    }

    /// Indices of the points of `range` that the picture needs, ascending.
    fn pick(&self, range: Range<usize>, grid: &Grid) -> Result<Vec<usize>, Malformed> {
        let mut picked = Vec::with_capacity(range.len().min(4 * grid.width));
        // Points from `base` on of which the pixel column is not known to be whole.
        let (mut steps, mut x, mut values) = (Vec::new(), Vec::new(), Vec::new());
        let mut base = range.start;
        for part in self.parts(range.clone()) {
            part.values(&mut values)?;
            match self.x {
                X::Step => {
                    steps.clear();
                    part.steps(&mut steps)?;
                    x.extend(steps.iter().map(|step| *step as f64));
                }
                X::WallTime(origin) => {
                    let known = x.len();
                    part.wall_times(&mut x)?;
                    x[known..].iter_mut().for_each(|x| *x -= origin);
                }
            }
            let is_last = base + x.len() == range.end;
            let mut done = 0;
            loop {
                let end = column_end(&x, done, grid);
                if done == x.len() || (end == x.len() && !is_last) {
                    break;
                }
                let before = picked.len();
                pick_column(&[&values], done..end, &mut picked);
                picked[before..].iter_mut().for_each(|index| *index += base);
                done = end;
            }
            base += done;
            x.drain(..done);
            values.drain(..done);
        }
        Ok(picked)
    }

    /// The points with these indices, which ascend.
    fn gather(&self, indices: impl IntoIterator<Item = usize>) -> Result<Vertices, Malformed> {
        let mut all = Vertices::default();
        let mut piece = usize::MAX;
        let (mut start, mut end) = (0, 0);
        for index in indices {
            if piece == usize::MAX || index >= end {
                (piece, start) = self.piece_at(index);
                end = *self.ends.get(piece).ok_or(Malformed)?;
            }
            let (piece, index) = (&self.pieces[piece], index - start);
            all.steps.push(piece.step(index)?);
            all.wall_times.push(piece.wall_time(index)?);
            all.values.push(piece.value(index)?);
        }
        Ok(all)
    }

    /// The points of `range`, all of them.
    fn unpack(&self, range: Range<usize>) -> Result<Vertices, Malformed> {
        let mut all = Vertices {
            steps: Vec::with_capacity(range.len()),
            wall_times: Vec::with_capacity(range.len()),
            values: Vec::with_capacity(range.len()),
            thinned: false,
        };
        for part in self.parts(range) {
            part.steps(&mut all.steps)?;
            part.wall_times(&mut all.wall_times)?;
            part.values(&mut all.values)?;
        }
        Ok(all)
    }

    /// The pieces, or parts of them, that hold the points of `range`.
    fn parts(&self, range: Range<usize>) -> impl Iterator<Item = Piece<'a, f64>> {
        let (first, before) = self.piece_at(range.start);
        let starts = [before]
            .into_iter()
            .chain(self.ends[first..].iter().copied());
        let pieces = self.pieces[first..].iter().zip(starts);
        pieces
            .take_while(move |(_, start)| *start < range.end)
            .map(move |(piece, start)| {
                let end = range.end.min(start + piece.len());
                piece.slice(range.start.max(start) - start..end - start)
            })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Ascending, X};
    use crate::downsample::{Grid, vertices};
    use crate::points::Points;

    proptest! {
        #[test]
        fn picks_what_is_picked_of_all_points_at_once(
            gaps in prop::collection::vec((0..3i64, prop_oneof![9 => -1e3..1e3f64, 1 => Just(f64::NAN)]), 0..4000),
            seals in prop::collection::vec(0..4000usize, 0..4),
            width in 1..200usize,
            range in prop::option::of((-100.0..4000.0f64, 0.0..4000.0f64)),
            by_wall_time in any::<bool>(),
        ) {
            let mut points: Points = Points::default();
            let mut step = 0;
            for (index, (gap, value)) in gaps.iter().enumerate() {
                step += gap;
                points.push(0, step, 7.0 + step as f64, *value, |_| 0);
                if seals.contains(&index) {
                    points.seal();
                }
            }
            let all = points.columns(0..gaps.len()).unwrap();
            let x: Vec<f64> = all.steps.iter().map(|step| *step as f64).collect();
            let (x_min, x_max) = range.map_or((0.0, step as f64), |(low, extent)| (low, low + extent));
            let grid = Grid { x_min, x_max, width };
            let by_x = if by_wall_time { X::WallTime(7.0) } else { X::Step };
            let found = Ascending::new(points.pieces(0..gaps.len()).unwrap(), by_x).vertices(&grid).unwrap();
            let expected = vertices(&x, &[&all.values], &grid);
            let steps: Vec<i64> = expected.iter().map(|index| all.steps[*index]).collect();
            prop_assert_eq!(found.steps, steps);
            let times: Vec<f64> = expected.iter().map(|index| all.wall_times[*index]).collect();
            prop_assert_eq!(found.wall_times, times);
            let bits = |values: &mut dyn Iterator<Item = f64>| values.map(f64::to_bits).collect::<Vec<_>>();
            prop_assert_eq!(
                bits(&mut found.values.iter().copied()),
                bits(&mut expected.iter().map(|index| all.values[*index]))
            );
        }
    }
}
