//! Values to buckets: how many lie where, as `TensorBoard` keeps them.

use std::sync::LazyLock;

use lightboard_events::Moments;

/// Edges of buckets between which values were counted, and the counts.
#[derive(Clone, Debug, PartialEq)]
pub struct Counted {
    /// Ascending; one more than counts.
    pub edges: Vec<f64>,
    /// How many values lie at each edge or above it, and below the next.
    pub counts: Vec<f64>,
}

/// A histogram as a record holds it.
#[derive(Clone, Debug, PartialEq)]
pub struct Histogram {
    /// The values in numbers: how many there are, and the rest of those that are finite.
    pub moments: Moments,
    /// Upper limits of the buckets.
    pub limits: Vec<f64>,
    /// Values in each bucket.
    pub counts: Vec<f64>,
}

impl Histogram {
    /// Counts `values`, unless the caller has `counted` them, in at most about `most` buckets if that is given.
    ///
    /// What is not finite lies in no bucket. It is only part of the number of values.
    pub fn of(
        values: impl Iterator<Item = f64> + Clone,
        counted: Option<Counted>,
        most: Option<usize>,
    ) -> Self {
        let mut tally = Tally::new(counted);
        tally.add(values);
        tally.histogram(most)
    }
}

/// A histogram whose values come some at a time.
#[derive(Clone, Debug)]
pub struct Tally {
    sums: Sums,
    found: Found,
}

/// How the values are distributed.
#[derive(Clone, Debug)]
enum Found {
    ByCaller(Counted),
    /// Between the default edges; at each end one more for what lies beyond the last edge.
    Here(Vec<u64>),
}

impl Tally {
    /// Of no values; they will be counted, unless the caller has `counted` them.
    pub fn new(counted: Option<Counted>) -> Self {
        let buckets = || Found::Here(vec![0; LADDER.edges.len() + 1]);
        Self {
            sums: Sums::default(),
            found: counted.map_or_else(buckets, Found::ByCaller),
        }
    }

    /// Counts more values.
    pub fn add(&mut self, values: impl Iterator<Item = f64> + Clone) {
        self.sums = self.sums.with(values.clone());
        if let Found::Here(counts) = &mut self.found {
            count(values, counts);
        }
    }

    /// What was counted, in at most about `most` buckets if that is given.
    pub fn histogram(self, most: Option<usize>) -> Histogram {
        let moments = self.sums.moments();
        let (counted, below, above) = match self.found {
            Found::ByCaller(counted) => (counted, 0.0, 0.0),
            Found::Here(counts) => between_edges(&counts),
        };
        let Counted { edges, counts } = grouped(counted, most);
        let outer = |count: f64| (count > 0.0).then_some(count);
        let counts: Vec<f64> = outer(below)
            .into_iter()
            .chain(counts)
            .chain(outer(above))
            .collect();
        let edges: Vec<f64> = outer(below)
            .map(|_| f64::MIN)
            .into_iter()
            .chain(edges)
            .chain(outer(above).map(|_| f64::MAX))
            .collect();
        let holds_some = |count: &f64| *count > 0.0;
        let (Some(first), Some(last)) = (
            counts.iter().position(holds_some),
            counts.iter().rposition(holds_some),
        ) else {
            return Histogram {
                moments,
                limits: Vec::new(),
                counts: Vec::new(),
            };
        };
        // An empty bucket in front tells the lower edge of the first, since a record holds upper limits only.
        Histogram {
            moments,
            limits: edges[first..=last + 1].to_vec(),
            counts: std::iter::once(0.0)
                .chain(counts[first..=last].iter().copied())
                .collect(),
        }
    }
}

/// Adds neighbours up, as many at a time as it takes to come near `most` buckets.
fn grouped(counted: Counted, most: Option<usize>) -> Counted {
    let buckets = counted.counts.len();
    let Some(most) = most.filter(|&most| most > 0 && most < buckets) else {
        return counted;
    };
    let size = buckets / most;
    let last = counted.edges[buckets];
    Counted {
        counts: counted
            .counts
            .chunks(size)
            .map(|group| group.iter().sum())
            .collect(),
        edges: counted.edges[..buckets]
            .iter()
            .copied()
            .step_by(size)
            .chain(std::iter::once(last))
            .collect(),
    }
}

/// Several sums at a time: each addition would otherwise have to wait for the one before it, and many short sums lose
/// less than a long one.
const LANES: usize = 8;

/// The number of all values; extremes and sums of those that are finite.
#[derive(Clone, Copy, Debug)]
struct Sums {
    count: u64,
    min: [f64; LANES],
    max: [f64; LANES],
    sum: [f64; LANES],
    squares: [f64; LANES],
}

impl Default for Sums {
    fn default() -> Self {
        Self {
            count: 0,
            min: [f64::INFINITY; LANES],
            max: [f64::NEG_INFINITY; LANES],
            sum: [0.0; LANES],
            squares: [0.0; LANES],
        }
    }
}

impl Sums {
    fn with(self, values: impl Iterator<Item = f64>) -> Self {
        let Self {
            mut count,
            mut min,
            mut max,
            mut sum,
            mut squares,
        } = self;
        let mut lane = 0;
        for value in values {
            count += 1;
            if value.is_finite() {
                min[lane] = if value < min[lane] { value } else { min[lane] };
                max[lane] = if value > max[lane] { value } else { max[lane] };
                sum[lane] += value;
                squares[lane] += value * value;
            }
            lane = (lane + 1) % LANES;
        }
        Self {
            count,
            min,
            max,
            sum,
            squares,
        }
    }

    /// NaN and 0 for what there is none of.
    fn moments(self) -> Moments {
        let min = self.min.into_iter().fold(f64::INFINITY, f64::min);
        let max = self.max.into_iter().fold(f64::NEG_INFINITY, f64::max);
        let none = min > max;
        Moments {
            min: if none { f64::NAN } else { min },
            max: if none { f64::NAN } else { max },
            count: self.count as f64,
            sum: self.sum.iter().sum(),
            sum_of_squares: self.squares.iter().sum(),
        }
    }
}

/// The edges that `TensorBoard`'s writers use unless told otherwise: 0, and both ways from it steps of a tenth.
struct Ladder {
    edges: Vec<f64>,
    /// For each cell of magnitudes: how many edges above 0 are at its lower end or below.
    reached: Vec<u16>,
}

/// A cell is what numbers have in common that agree in exponent and the first bits of the fraction: less than a step.
const CELL_BITS: u32 = 52 - 4;

static LADDER: LazyLock<Ladder> = LazyLock::new(|| {
    let rungs: Vec<f64> = std::iter::successors(Some(1e-12), |rung| Some(rung * 1.1))
        .take_while(|rung| *rung < 1e20)
        .collect();
    let lower_ends = (cell(rungs[0])..=cell(rungs[rungs.len() - 1]))
        .map(|cell| f64::from_bits(cell << CELL_BITS));
    Ladder {
        reached: lower_ends
            .map(|end| rungs.partition_point(|rung| *rung <= end) as u16)
            .collect(),
        edges: rungs
            .iter()
            .rev()
            .map(|rung| -rung)
            .chain(std::iter::once(0.0))
            .chain(rungs.iter().copied())
            .collect(),
    }
});

fn cell(magnitude: f64) -> u64 {
    magnitude.to_bits() >> CELL_BITS
}

impl Ladder {
    /// The edges above 0.
    fn rungs(&self) -> &[f64] {
        &self.edges[self.edges.len() / 2 + 1..]
    }
}

/// The edges between which values are counted unless the caller says otherwise.
pub fn default_edges() -> &'static [f64] {
    &LADDER.edges
}

/// Counts the finite values between the default edges, below the first and above the last.
fn count(values: impl Iterator<Item = f64>, counts: &mut [u64]) {
    let rungs = LADDER.rungs();
    let (steps, first_cell, top) = (rungs.len(), cell(rungs[0]), rungs[rungs.len() - 1]);
    for value in values.filter(|value| value.is_finite()) {
        let magnitude = value.abs();
        let cell = cell(magnitude);
        let reached = if cell < first_cell {
            0
        } else {
            // Beyond the last cell all are reached. At most one edge lies in a cell, behind its lower end.
            let place = (cell - first_cell) as usize;
            let at_least = LADDER.reached.get(place).map_or(steps, |&it| it.into());
            at_least + usize::from(at_least < steps && rungs[at_least] <= magnitude)
        };
        let is = |edge: f64| usize::from(edge.to_bits() == magnitude.to_bits());
        let place = if value >= 0.0 {
            // An edge belongs to the bucket above it, but the last to the one below.
            steps + 1 + reached - is(top)
        } else {
            steps - reached + reached.checked_sub(1).map_or(0, |last| is(rungs[last]))
        };
        counts[place] += 1;
    }
}

/// What `count` has counted, and what lies below the first edge and above the last.
fn between_edges(counts: &[u64]) -> (Counted, f64, f64) {
    let counts: Vec<f64> = counts.iter().map(|count| *count as f64).collect();
    let last = counts.len() - 1;
    let counted = Counted {
        edges: LADDER.edges.clone(),
        counts: counts[1..last].to_vec(),
    };
    (counted, counts[0], counts[last])
}

#[cfg(test)]
mod tests {
    use super::{Counted, Histogram, LADDER, Moments, Tally, between_edges, count, default_edges};

    /// The bucket of each edge in turn, found by looking at all.
    fn place(edges: &[f64], value: f64) -> usize {
        let last = edges.len() - 2;
        (0..last)
            .find(|&at| edges[at] <= value && value < edges[at + 1])
            .unwrap_or(last)
    }

    fn places(value: f64) -> (Vec<usize>, f64, f64) {
        let mut counts = vec![0; LADDER.edges.len() + 1];
        count(std::iter::once(value), &mut counts);
        let (counted, below, above) = between_edges(&counts);
        let found = (0..counted.counts.len())
            .filter(|&at| counted.counts[at] > 0.0)
            .collect();
        (found, below, above)
    }

    #[test]
    fn every_value_lies_between_its_edges() {
        let edges = default_edges();
        assert_eq!(edges.len(), 1549);
        let mut values = vec![0.0, -0.0, 5e-324, 1e-13, 1.0, 0.1, 1e19, 9.99e19];
        for edge in LADDER.rungs() {
            values.extend([*edge, edge.next_up(), edge.next_down(), edge * 1.05]);
        }
        for value in values.iter().flat_map(|value| [*value, -value]) {
            if edges[0] <= value && value <= edges[edges.len() - 1] {
                let expected = vec![place(edges, value)];
                assert_eq!(places(value), (expected, 0.0, 0.0), "{value:e}");
            }
        }
    }

    #[test]
    fn what_lies_beyond_the_edges_is_counted_and_what_is_not_finite_is_not() {
        let last = *LADDER.rungs().last().unwrap();
        for value in [last.next_up(), 1e21, f64::MAX] {
            assert_eq!(places(value), (vec![], 0.0, 1.0));
            assert_eq!(places(-value), (vec![], 1.0, 0.0));
        }
        for value in [f64::NAN, -f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(places(value), (vec![], 0.0, 0.0));
        }
        let values = [-1e30, f64::NAN, 0.5, f64::INFINITY, 1e25];
        let found = Histogram::of(values.into_iter(), None, None);
        let Moments {
            min, max, count, ..
        } = found.moments;
        let counted: f64 = found.counts.iter().sum();
        assert_eq!(vec![min, max, count, counted], [-1e30, 1e25, 5.0, 3.0]);
        let ends = vec![found.limits[0], *found.limits.last().unwrap()];
        assert_eq!(ends, [f64::MIN, f64::MAX]);
        let none = Histogram::of([f64::NAN; 3].into_iter(), None, None);
        assert_eq!((none.moments.count, none.counts.len()), (3.0, 0));
    }

    #[test]
    fn values_may_come_some_at_a_time() {
        let values: Vec<f64> = (0..1000).map(|at| f64::from(at).sin() * 3.0).collect();
        let mut tally = Tally::new(None);
        values
            .chunks(128)
            .for_each(|some| tally.add(some.iter().copied()));
        let whole = Histogram::of(values.iter().copied(), None, Some(9));
        assert_eq!(tally.histogram(Some(9)), whole);
    }

    #[test]
    fn neighbours_are_added_up_to_come_near_the_most_buckets() {
        let counted = Counted {
            edges: (0..=10).map(f64::from).collect(),
            counts: vec![1.0; 10],
        };
        let of = |most| Histogram::of(std::iter::once(0.5), Some(counted.clone()), most);
        assert_eq!(of(None), of(Some(10)));
        let found = of(Some(3));
        assert_eq!(found.limits, [0.0, 3.0, 6.0, 9.0, 10.0]);
        assert_eq!(found.counts, [0.0, 3.0, 3.0, 3.0, 1.0]);
        assert_eq!(of(Some(1)).counts, [0.0, 10.0]);
    }
}
