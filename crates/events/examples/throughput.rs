//! Measures scanning, and scanning with decoding into columns, over 100 MB of generated scalar records.
//!
//! `cargo run --release -p lightboard-events --example throughput`
#![allow(clippy::print_stdout)]

use std::hint::black_box;
use std::time::Instant;

use lightboard_events::encode::{Scalar, scalar};
use lightboard_events::{Contents, Part, Scanner, decode};

const BYTES: usize = 100_000_000;
const TAGS: [&str; 10] = [
    "train/loss",
    "train/accuracy",
    "train/lr",
    "val/loss",
    "val/accuracy",
    "grad_norm",
    "throughput",
    "epoch",
    "memory/allocated",
    "memory/reserved",
];

/// Reads a file and counts its points.
type Pass = fn(&[u8]) -> u64;

fn main() {
    let (file, points) = scalar_file();
    let passes: [(&str, Pass); 3] = [
        ("scan", scan),
        ("scan, decode", numbers),
        ("scan, decode, push", columns),
    ];
    for (name, pass) in passes {
        let best = (0..5)
            .map(|_| {
                let start = Instant::now();
                assert_eq!(black_box(pass(black_box(&file))), points);
                start.elapsed().as_secs_f64()
            })
            .fold(f64::INFINITY, f64::min);
        println!(
            "{name:<20} {:5.2} GB/s {:6.2} M records/s",
            file.len() as f64 / best / 1e9,
            points as f64 / best / 1e6
        );
    }
}

/// Ten tags a step, one value an event.
fn scalar_file() -> (Vec<u8>, u64) {
    let mut file = Vec::with_capacity(BYTES + 1000);
    let mut points = 0;
    while file.len() < BYTES {
        let step = points / TAGS.len() as u64;
        let tag = TAGS[(points % TAGS.len() as u64) as usize];
        let value = Scalar::Simple((step as f32).sin());
        scalar(
            &mut file,
            1.7e9 + step as f64 * 0.01,
            step as i64,
            tag,
            value,
        );
        points += 1;
    }
    (file, points)
}

fn scan(file: &[u8]) -> u64 {
    let (mut scanner, mut records) = (Scanner::new(), 0);
    scanner.feed(file, true, |part| {
        records += u64::from(matches!(part, Part::Record(_)));
    });
    records
}

fn numbers(file: &[u8]) -> u64 {
    let (mut scanner, mut count) = (Scanner::new(), 0);
    scanner.feed(file, true, |part| {
        let Part::Record(record) = part else { return };
        let event = decode(record.payload()).expect("an event");
        for value in event.values() {
            let value = value.expect("a value");
            count += u64::from(black_box(value.scalar().expect("a scalar")).is_some());
        }
    });
    count
}

fn columns(file: &[u8]) -> u64 {
    let mut contents = Contents::default();
    assert_eq!(contents.feed(file, true), None);
    contents
        .series
        .iter()
        .map(|series| series.values.len() as u64)
        .sum()
}
