//! Measures the doctor's pass over an event file, and plainly reading it.
//!
//! `cargo run --release -p lightboard-doctor --example pass -- FILE`
#![allow(clippy::print_stdout)]

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::time::{Duration, Instant};

use lightboard_doctor::files::audit;

const ROUNDS: usize = 5;

fn main() {
    let path = std::env::args_os()
        .nth(1)
        .expect("the path of an event file");
    let path = Path::new(&path);
    let (mut reading, mut pass) = (f64::INFINITY, f64::INFINITY);
    for _ in 0..ROUNDS {
        reading = reading.min(seconds(|| read(path)));
        pass = pass.min(seconds(|| audit(path, Duration::MAX).expect("read").len()));
    }
    println!(
        "reading {reading:.3} s, pass {pass:.3} s: {:.2} times",
        pass / reading
    );
}

fn seconds(act: impl FnOnce() -> usize) -> f64 {
    let start = Instant::now();
    std::hint::black_box(act());
    start.elapsed().as_secs_f64()
}

/// In windows of the size that the pass has.
fn read(path: &Path) -> usize {
    let (mut file, mut buffer) = (File::open(path).expect("open"), vec![0; 256 << 10]);
    let mut total = 0;
    loop {
        match file.read(&mut buffer).expect("read") {
            0 => return total,
            read => total += read,
        }
    }
}
