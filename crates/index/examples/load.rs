//! Loads a log directory once and times it: `cargo run --release -p lightboard-index --example load -- LOGDIR [TAG]`.

#![allow(clippy::print_stdout, reason = "a program that prints figures")]

use std::path::PathBuf;
use std::time::{Duration, Instant};

use lightboard_index::{Attempts, Axis, Index, Options, ScalarQuery, Smoothing, View};
use serde_json::Value;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args_os().skip(1);
    let path = PathBuf::from(arguments.next().ok_or("expected a log directory")?);
    let tag = arguments
        .next()
        .map_or("loss".to_owned(), |tag| tag.to_string_lossy().into_owned());

    let start = Instant::now();
    let index = Index::open(
        vec![("logdir".to_owned(), path)],
        Duration::from_millis(100),
        &Options {
            cache: std::env::var_os("LIGHTBOARD_CACHE_DIR").map(PathBuf::from),
            max_memory: 1 << 30,
        },
    )?;
    let mut version = 0;
    // Not parsed: for a thousand runs that takes as long as a second start.
    let is_loaded = |runs: &[u8]| {
        let runs = String::from_utf8_lossy(runs);
        let number = |name: &str| runs.split_once(name)?.1.split([',', '}']).next();
        number("\"bytes_read\":") == number("\"bytes_total\":")
    };
    let runs = loop {
        version = index.wait(version, Duration::from_secs(60));
        let runs = index.runs().concat();
        if version > 0 && is_loaded(&runs) {
            break runs;
        }
    };
    let loaded = start.elapsed();
    let runs: Value = serde_json::from_slice(&runs)?;
    let runs = runs["runs"].as_array().ok_or("no runs")?;
    let points: u64 = runs.iter().filter_map(|run| run["points"].as_u64()).sum();
    let rate = points as f64 / loaded.as_secs_f64() / 1e6;
    println!(
        "load     {loaded:>10.1?}  {} runs, {points} points, {rate:.1} M points/s",
        runs.len()
    );

    time("runs", || Ok(index.runs().len()))?;
    time("tags", || Ok(index.tags().len()))?;
    for smoothing in [None, Some(Smoothing::Ema { weight: 0.6 })] {
        let query = ScalarQuery {
            tags: vec![tag.clone()],
            runs: None,
            view: View {
                axis: Axis::Step,
                x_min: None,
                x_max: None,
                width: 800,
            },
            smoothing,
            attempts: Attempts::Latest,
            baseline: None,
            quantiles: false,
        };
        time(&format!("{tag} {smoothing:?}"), || {
            Ok(index.scalars(&query)?.len())
        })?;
    }
    Ok(())
}

fn time(
    what: &str,
    answer: impl Fn() -> Result<usize, Box<dyn std::error::Error>>,
) -> Result<(), Box<dyn std::error::Error>> {
    let start = Instant::now();
    let bytes = answer()?;
    println!("{what:<8} {:>10.1?}  {bytes} bytes", start.elapsed());
    Ok(())
}
