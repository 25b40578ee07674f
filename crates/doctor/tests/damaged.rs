//! The damaged files of `testdata/`, told as their `expected.json` says.

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use common::facts;
use lightboard_doctor::files;
use lightboard_events::encode::{Scalar, record, scalar};
use serde_json::{Value as Json, json};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/damaged")
}

#[test]
fn each_damaged_file_is_told_as_expected() {
    let expected = fs::read_to_string(folder().join("expected.json")).expect("expected.json");
    let expected: serde_json::Map<String, Json> = serde_json::from_str(&expected).expect("JSON");
    for (name, expected) in expected {
        let path = folder().join(&name);
        let text = files::audit(&path, Duration::MAX).expect(&name);
        let told: Json = serde_json::from_str(&text).expect("JSON");
        let range = |range: &Json| match range {
            Json::Null => Json::Null,
            range => {
                json!({"code": range["code"], "offset": range["offset"], "length": range["length"]})
            }
        };
        let damage: Vec<Json> = told["damage"]
            .as_array()
            .expect("a list")
            .iter()
            .map(range)
            .collect();
        assert_eq!(json!(damage), expected["damage"], "{name}");
        assert_eq!(range(&told["tail"]), expected["tail"], "{name}");
        let steps = expected["steps"].as_array().expect("steps");
        let series = &told["series"][0];
        let (count, last) = (series["count"].as_u64(), &series["last_step"]);
        assert_eq!(count.unwrap_or(0), steps.len() as u64, "{name}");
        assert_eq!(last, steps.last().unwrap_or(&Json::Null), "{name}");
        assert_eq!(told["complete"], true);
        let bytes = fs::read(&path).expect(&name);
        assert_eq!(facts(&bytes, 1), told, "{name} in small windows");
    }
}

#[test]
fn what_stands_behind_damage_is_counted() {
    let name = "events.out.tfevents.1700000000.example.payload_checksum";
    let bytes = fs::read(folder().join(name)).expect(name);
    let told = facts(&bytes, 1 << 18);
    assert_eq!(told["resumed"], 2 * 42);
    assert_eq!(told["read"], bytes.len());
}

/// A large file is read ahead of what is taken apart, by one thread of a process; that changes nothing in what is told.
#[test]
fn large_files_are_told_the_same_whoever_reads_them() {
    let mut bytes = Vec::new();
    let mut step = 0;
    while bytes.len() < 17 << 20 {
        scalar(&mut bytes, 1.5e9, step, "loss", Scalar::Simple(0.5));
        step += 1;
        if step % 4000 == 0 {
            record(&mut bytes, |out| {
                out.resize(out.len() + (step as usize * 7) % 900_000, 1);
            });
        }
        if step % 30_000 == 0 {
            let place = bytes.len() - 20;
            bytes[place] ^= 1;
        }
    }
    bytes.truncate(bytes.len() - 5);
    let temp = tempfile::tempdir().expect("temp");
    let path = temp.path().join("x.tfevents");
    fs::write(&path, &bytes).expect("file");
    let told = common::facts_text(&bytes, 1 << 18);
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                let text = files::audit(&path, Duration::MAX).expect("read");
                assert!(text == told, "{text}\n{told}");
            });
        }
    });
}

#[test]
fn what_is_no_regular_file_is_not_read() {
    for path in ["/dev/null", "/"] {
        let error = files::audit(Path::new(path), Duration::MAX).expect_err(path);
        assert_eq!(error.to_string(), "it is no regular file");
    }
}

#[test]
fn reading_stops_when_the_budget_is_used_up() {
    let temp = tempfile::tempdir().expect("temp");
    let path = temp.path().join("x.tfevents");
    let mut bytes = Vec::new();
    (0..20_000).for_each(|step| scalar(&mut bytes, 0.0, step, "loss", Scalar::Simple(1.0)));
    fs::write(&path, &bytes).expect("file");
    let text = files::audit(&path, Duration::ZERO).expect("read");
    let told: Json = serde_json::from_str(&text).expect("JSON");
    assert_eq!(
        (&told["complete"], &told["bytes"]),
        (&json!(false), &json!(bytes.len()))
    );
    let read = told["read"].as_u64().expect("a number");
    assert!(read > 0 && read < bytes.len() as u64);
}
