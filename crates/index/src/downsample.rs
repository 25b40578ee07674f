//! Downsampling: the vertices of a curve that a picture of a given width needs (M4).
//!
//! A polyline drawn with one vertical span per pixel column looks the same whether all points of a column are drawn
//! or only its first, lowest, highest and last. A value that is not finite breaks the line, so the rule holds for
//! each stretch between such values, and of each stretch of equal non-finite values the first is kept as its mark.

use std::ops::Range;

/// Stretches kept apart in one pixel column; what follows in it is treated as one. It bounds the answer: a column
/// that holds more gaps than this is full of marks anyway.
const STRETCHES: usize = 8;

/// The pixel columns of a picture: `width` equal parts of the range `x_min..=x_max`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Grid {
    /// Left edge of the first column.
    pub x_min: f64,
    /// Right edge of the last column; a point just on it belongs to that column.
    pub x_max: f64,
    /// Number of columns, at least 1.
    pub width: usize,
}

impl Grid {
    /// The column of an `x` inside the range.
    #[inline]
    pub fn column(&self, x: f64) -> usize {
        let part = (x - self.x_min) / (self.x_max - self.x_min);
        // A range without extent gives NaN, which the cast makes the first column.
        ((part * self.width as f64) as usize).min(self.width - 1)
    }
}

/// The indices of the vertices to draw, ascending.
///
/// `x` ascends (equal values allowed). All `curves` have its length; their lowest and highest points are kept for
/// each, and the first of them decides what is not finite. The nearest point outside the range is included on either
/// side, so that lines leave the picture in the right direction.
pub fn vertices(x: &[f64], curves: &[&[f64]], grid: &Grid) -> Vec<usize> {
    let from = x.partition_point(|x| *x < grid.x_min);
    let to = x.partition_point(|x| *x <= grid.x_max).max(from);
    let mut picked = Vec::new();
    picked.extend(from.checked_sub(1));
    if to - from <= 4 * grid.width {
        picked.extend(from..to);
    } else {
        let mut start = from;
        while start < to {
            let end = column_end(&x[..to], start, grid);
            pick_column(curves, start..end, &mut picked);
            start = end;
        }
    }
    picked.extend((to < x.len()).then_some(to));
    picked
}

/// The index of the first point behind the one at `start` that lies in a later pixel column; the length if none does.
/// Looks at few points of a full column: `x` ascends, so that doubling the distance and then halving it finds the end.
pub(crate) fn column_end(x: &[f64], start: usize, grid: &Grid) -> usize {
    let Some(first) = x.get(start) else {
        return x.len();
    };
    let column = grid.column(*first);
    let inside = |index: usize| x.get(index).is_some_and(|x| grid.column(*x) == column);
    let mut stride = 1;
    while inside(start + stride) {
        stride *= 2;
    }
    let known = start + stride / 2;
    let beyond = x.len().min(start + stride);
    let rest = &x[known..beyond];
    known + rest.partition_point(|x| grid.column(*x) == column)
}

/// What a value is for the line: part of it, or one of the marks.
fn class(value: f64) -> u8 {
    match value {
        value if value.is_finite() => 0,
        value if value.is_nan() => 1,
        value if value > 0.0 => 2,
        _ => 3,
    }
}

/// Adds the indices of the vertices that the points of one pixel column need, ascending.
pub(crate) fn pick_column(curves: &[&[f64]], column: Range<usize>, picked: &mut Vec<usize>) {
    if column.len() <= 4 {
        picked.extend(column);
        return;
    }
    let before = picked.len();
    let values = curves[0];
    let mut start = column.start;
    for _ in 1..STRETCHES {
        let kind = class(values[start]);
        let rest = &values[start..column.end];
        // Nearly always everything is finite, which is seen faster without stopping at each value.
        let length = if kind == 0 && all_finite(rest) {
            rest.len()
        } else {
            rest.iter()
                .take_while(|value| class(**value) == kind)
                .count()
        };
        let stretch = start..start + length;
        start = stretch.end;
        if kind == 0 {
            picked.extend([stretch.start, stretch.end - 1]);
            pick_extremes(curves, stretch, picked);
        } else {
            picked.push(stretch.start);
        }
        if start == column.end {
            break;
        }
    }
    if start < column.end {
        let rest = start..column.end;
        picked.extend([rest.start, rest.end - 1]);
        for mark in 1..=3 {
            picked.extend(rest.clone().find(|index| class(values[*index]) == mark));
        }
        pick_extremes(curves, rest, picked);
    }
    picked[before..].sort_unstable();
    let mut kept = before;
    for index in before..picked.len() {
        if index == before || picked[index] != picked[kept - 1] {
            picked[kept] = picked[index];
            kept += 1;
        }
    }
    picked.truncate(kept);
}

fn all_finite(values: &[f64]) -> bool {
    values
        .iter()
        .fold(true, |all, value| all & value.is_finite())
}

/// Adds the first lowest and the first highest finite point of each curve, if the stretch has one.
#[expect(clippy::float_cmp, reason = "the extremes are among the values")]
fn pick_extremes(curves: &[&[f64]], stretch: Range<usize>, picked: &mut Vec<usize>) {
    for curve in curves {
        let values = &curve[stretch.clone()];
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        // Without indices this is a few vector instructions; where the extremes are is looked up then.
        for &value in values {
            low = if value < low && value > f64::NEG_INFINITY {
                value
            } else {
                low
            };
            high = if value > high && value < f64::INFINITY {
                value
            } else {
                high
            };
        }
        if low <= high {
            let place = |extreme: f64| values.iter().position(|value| *value == extreme);
            let places = place(low).into_iter().chain(place(high));
            picked.extend(places.map(|place| stretch.start + place));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::{Grid, STRETCHES, class, vertices};

    /// A picture by the plainest means: which rows of each pixel column the line passes, and which marks it holds.
    type Picture = Vec<(BTreeSet<i64>, BTreeSet<u8>)>;

    fn rasterise(points: &[(f64, f64)], grid: &Grid) -> Picture {
        let mut picture: Picture = vec![Default::default(); grid.width];
        let inside = |x: f64| (grid.x_min..=grid.x_max).contains(&x);
        let edge = |column: usize| {
            grid.x_min + (grid.x_max - grid.x_min) * column as f64 / grid.width as f64
        };
        let rows = |a: f64, b: f64| a.min(b).floor() as i64..=a.max(b).floor() as i64;
        for &(x, y) in points.iter().filter(|(x, _)| inside(*x)) {
            match class(y) {
                0 => picture[grid.column(x)].0.extend(rows(y, y)),
                mark => picture[grid.column(x)].1.extend([mark]),
            }
        }
        for pair in points.windows(2) {
            let [(x0, y0), (x1, y1)] = [pair[0], pair[1]];
            if !y0.is_finite() || !y1.is_finite() || x1 < grid.x_min || x0 > grid.x_max {
                continue;
            }
            let (first, last) = (
                grid.column(x0.max(grid.x_min)),
                grid.column(x1.min(grid.x_max)),
            );
            let y = |x: f64| y0 + (y1 - y0) * (x - x0) / (x1 - x0);
            for (column, (covered, _)) in picture.iter_mut().enumerate().take(last + 1).skip(first)
            {
                let enter = if column == first && inside(x0) {
                    y0
                } else {
                    y(edge(column))
                };
                let leave = if column == last && inside(x1) {
                    y1
                } else {
                    y(edge(column + 1))
                };
                covered.extend(rows(enter, leave));
            }
        }
        picture
    }

    fn stretches(points: &[(f64, f64)], grid: &Grid) -> usize {
        (0..grid.width)
            .map(|column| {
                let classes = points
                    .iter()
                    .filter(|(x, _)| grid.column(*x) == column)
                    .map(|(_, y)| class(*y));
                let classes: Vec<u8> = classes.collect();
                1 + classes.windows(2).filter(|pair| pair[0] != pair[1]).count()
            })
            .max()
            .unwrap_or(0)
    }

    fn value() -> impl Strategy<Value = f64> {
        prop_oneof![60 => -20.0..20.0f64, 20 => (-20..20i32).prop_map(f64::from),
            1 => Just(f64::NAN), 1 => Just(f64::INFINITY), 1 => Just(f64::NEG_INFINITY)]
    }

    proptest! {
        #[test]
        fn the_picture_is_that_of_all_points(
            steps in prop::collection::vec((0..3u32, value()), 1..400),
            width in 1..12usize,
            range in prop::option::of((0.0..300.0f64, 1.0..300.0f64)),
        ) {
            let mut x = 0.0;
            let points: Vec<(f64, f64)> =
                steps.iter().map(|(gap, y)| { x += f64::from(*gap); (x, *y) }).collect();
            let (x_min, x_max) = range.map_or((points[0].0, x), |(start, extent)| (start, start + extent));
            let grid = Grid { x_min, x_max, width };
            prop_assume!(stretches(&points, &grid) < STRETCHES);
            let (xs, ys): (Vec<f64>, Vec<f64>) = points.iter().copied().unzip();
            let picked = vertices(&xs, &[&ys], &grid);
            prop_assert!(picked.is_sorted_by(|a, b| a < b));
            let kept: Vec<(f64, f64)> = picked.iter().map(|index| points[*index]).collect();
            prop_assert_eq!(rasterise(&kept, &grid), rasterise(&points, &grid));
        }

        #[test]
        fn any_values_give_a_bounded_answer(
            classes in prop::collection::vec(0..4u8, 0..2000), width in 1..5usize, smoothed in any::<bool>(),
        ) {
            let x: Vec<f64> = (0..classes.len()).map(|index| index as f64).collect();
            let y: Vec<f64> = classes.iter().zip(&x)
                .map(|(class, x)| [x.sin(), f64::NAN, f64::INFINITY, f64::NEG_INFINITY][usize::from(*class)]).collect();
            let other: Vec<f64> = y.iter().map(|y| y * 0.5).collect();
            let curves: &[&[f64]] = if smoothed { &[&y, &other] } else { &[&y] };
            let picked = vertices(&x, curves, &Grid { x_min: 0.0, x_max: 2000.0, width });
            prop_assert!(picked.len() <= width * (STRETCHES * 6 + 3));
            prop_assert!(picked.iter().all(|index| *index < classes.len()));
        }
    }

    #[test]
    fn four_vertices_a_column_and_both_extremes_of_both_curves() {
        let x: Vec<f64> = (0..10_000).map(f64::from).collect();
        let y: Vec<f64> = x
            .iter()
            .map(|x| {
                if *x as usize == 5000 {
                    1e9
                } else {
                    (x * 0.37).sin()
                }
            })
            .collect();
        let grid = Grid {
            x_min: 0.0,
            x_max: 9_999.0,
            width: 100,
        };
        let picked = vertices(&x, &[&y], &grid);
        assert!(
            picked.len() <= 400
                && picked.contains(&0)
                && picked.contains(&9_999)
                && picked.contains(&5_000)
        );
        let reverse: Vec<f64> = y.iter().map(|y| -y * y).collect();
        assert!(vertices(&x, &[&y, &reverse], &grid).len() <= 600);
    }

    #[test]
    fn a_range_keeps_the_neighbours_outside_and_odd_ranges_are_answered() {
        let x: Vec<f64> = (0..10).map(f64::from).collect();
        let pick = |x_min, x_max| {
            vertices(
                &x,
                &[&x],
                &Grid {
                    x_min,
                    x_max,
                    width: 4,
                },
            )
        };
        assert_eq!(pick(3.0, 5.0), [2, 3, 4, 5, 6]);
        assert_eq!(pick(3.2, 3.4), [3, 4]);
        assert_eq!(pick(20.0, 30.0), [9]);
        assert_eq!(pick(-5.0, -4.0), [0]);
        assert_eq!(pick(4.0, 4.0), [3, 4, 5]);
        assert_eq!(pick(5.0, 3.0), [4, 5]);
        assert!(
            vertices(
                &[],
                &[&[]],
                &Grid {
                    x_min: 0.0,
                    x_max: 0.0,
                    width: 1
                }
            )
            .is_empty()
        );
    }
}
