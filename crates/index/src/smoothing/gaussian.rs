//! Smoothing with a Gaussian, in time that grows with the points whatever its width (the fast Gauss transform).
//!
//! Points are taken together in bins at most `sigma` wide. Where two bins hold few points every pair of them is looked
//! at. Else what a bin's points add anywhere follows from its moments, as a Hermite series around its centre, and is
//! turned into a polynomial around the other bin's centre, of which each of that bin's points takes the value. With
//! [`TERMS`] terms the result is that of all pairs to about 1e-11 of the values around.

use std::ops::Range;

/// How far away points still count, in sigmas: beyond it a weight is below 1e-17.
const REACH: f64 = 9.0;
const TERMS: usize = 16;
/// Pairs that can be looked at in the time that one bin's moments take to be turned into a polynomial.
const PAIRS: usize = 32;

/// Of weights and of weighted values: sums of the powers of a distance, divided by factorials.
type Series = [[f64; 2]; TERMS];

/// The mean of all values for each point, weighted by `exp(-d² / 2 sigma²)`, `d` being the distance in `x`, which
/// ascends.
pub(super) fn gaussian(x: &[f64], values: &[f64], sigma: f64) -> Vec<f64> {
    let bins = bins(x, sigma);
    let reach = REACH * sigma;
    let mut moments: Vec<Option<Box<Series>>> = vec![None; bins.len()];
    let mut smoothed = Vec::with_capacity(x.len());
    let (mut first, mut end) = (0, 0);
    for (number, bin) in bins.iter().enumerate() {
        while x[bin.start] - x[bins[first].end - 1] > reach {
            moments[first] = None;
            first += 1;
        }
        while end < bins.len() && (end <= number || x[bins[end].start] - x[bin.end - 1] <= reach) {
            end += 1;
        }
        let near = bins[first].start..bins[end - 1].end;
        if bin.len() * near.len() <= (end - first) * PAIRS {
            let around = |at| of_pairs(&x[near.clone()], &values[near.clone()], at, sigma);
            smoothed.extend(x[bin.clone()].iter().map(|at| around(*at)));
            continue;
        }
        let centre = x[bin.start] + sigma / 2.0;
        let mut series = Series::default();
        for other in first..end {
            let source = x[bins[other].start] + sigma / 2.0;
            let moments = moments[other].get_or_insert_with(|| {
                let bin = bins[other].clone();
                Box::new(moments_of(&x[bin.clone()], &values[bin], source, sigma))
            });
            translate(moments, (centre - source) / sigma, &mut series);
        }
        smoothed.extend(x[bin.clone()].iter().map(|at| {
            let distance = (at - centre) / sigma;
            let [weights, sum] = series.iter().rev().fold([0.0; 2], |[a, b], [c, d]| {
                [a * distance + c, b * distance + d]
            });
            sum / weights
        }));
    }
    smoothed
}

/// Stretches of points at most `sigma` wide, none empty even where x is infinite and has no distance from itself.
fn bins(x: &[f64], sigma: f64) -> Vec<Range<usize>> {
    let mut bins = Vec::new();
    let mut start = 0;
    while start < x.len() {
        let inside = x[start..].partition_point(|it| it - x[start] <= sigma);
        let end = start + inside.max(1);
        bins.push(start..end);
        start = end;
    }
    bins
}

fn of_pairs(x: &[f64], values: &[f64], at: f64, sigma: f64) -> f64 {
    let (mut weights, mut sum) = (0.0, 0.0);
    for (x, value) in x.iter().zip(values) {
        let distance = (x - at) / sigma;
        let weight = (-0.5 * distance * distance).exp();
        weights += weight;
        sum += weight * value;
    }
    sum / weights
}

fn moments_of(x: &[f64], values: &[f64], centre: f64, sigma: f64) -> Series {
    let mut moments = Series::default();
    for (x, value) in x.iter().zip(values) {
        let distance = (x - centre) / sigma;
        let mut power = 1.0;
        for (order, moment) in moments.iter_mut().enumerate() {
            moment[0] += power;
            moment[1] += power * value;
            power *= distance / (order + 1) as f64;
        }
    }
    moments
}

/// Adds to a polynomial around a point what a bin with these moments adds there, `distance` sigmas from its centre.
fn translate(moments: &Series, distance: f64, polynomial: &mut Series) {
    // Hermite functions: the derivatives of the Gaussian, but for their sign.
    let mut hermite = [0.0; 2 * TERMS];
    hermite[0] = (-0.5 * distance * distance).exp();
    hermite[1] = distance * hermite[0];
    for order in 1..2 * TERMS - 1 {
        hermite[order + 1] = distance * hermite[order] - order as f64 * hermite[order - 1];
    }
    let mut factor = 1.0;
    for (power, sums) in polynomial.iter_mut().enumerate() {
        let (mut weights, mut sum) = (0.0, 0.0);
        for (moment, hermite) in moments.iter().zip(&hermite[power..]) {
            weights += moment[0] * hermite;
            sum += moment[1] * hermite;
        }
        sums[0] += factor * weights;
        sums[1] += factor * sum;
        factor /= -((power + 1) as f64);
    }
}
