//! The files of `testdata/`: real writers' files, and files with one fault each, read as `expected.json` says.

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use common::{Read, account_for_every_byte};
use lightboard_events::{Cause, Damage, Kind, Opening, SessionLog, What, decode};
use serde_json::{Map, Value as Json, json};

fn testdata() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata")
}

fn expected(folder: &Path) -> Json {
    serde_json::from_str(&fs::read_to_string(folder.join("expected.json")).unwrap()).unwrap()
}

/// A number as JSON can hold it.
fn number(number: f64) -> Json {
    match number {
        _ if number.is_nan() => json!("NaN"),
        f64::INFINITY => json!("Infinity"),
        f64::NEG_INFINITY => json!("-Infinity"),
        _ => json!(number),
    }
}

/// What we read in a file, in the shape of a golden file's `expected.json`.
fn read_golden(file: &[u8]) -> Json {
    let read = Read::whole(file);
    assert_eq!((read.damage.len(), read.tail.unwrap().damage()), (0, None));
    let (mut file_version, mut source_writer, mut session_starts) = (None, None, 0);
    let mut kinds: BTreeMap<String, Kind> = BTreeMap::new();
    let mut series: BTreeMap<String, Map<String, Json>> = BTreeMap::new();
    for (_, payload) in &read.records {
        let event = decode(payload).unwrap();
        source_writer = source_writer.or(event.source_writer.map(str::to_owned));
        match event.what {
            What::FileVersion(version) => file_version = file_version.or(Some(version.to_owned())),
            What::SessionLog(log) => session_starts += i32::from(log.status == SessionLog::START),
            _ => {}
        }
        for value in event.values() {
            let value = value.unwrap();
            let kind = *kinds
                .entry(value.tag.to_owned())
                .or_insert_with(|| value.kind());
            let one = series.entry(value.tag.to_owned()).or_default();
            one.insert("kind".to_owned(), json!(kind.as_str()));
            let mut push = |name: &str, item: Json| {
                let items = one.entry(name).or_insert_with(|| json!([]));
                items.as_array_mut().unwrap().push(item);
                items.as_array().unwrap().len()
            };
            let count = push("steps", json!(event.step));
            if kind == Kind::Scalar {
                push("wall_times", json!(event.wall_time));
                push("values", number(value.scalar().unwrap().expect("a number")));
            }
            one.insert("count".to_owned(), json!(count));
        }
    }
    json!({
        "records": read.records.len(),
        "file_version": file_version,
        "source_writer": source_writer,
        "session_starts": session_starts,
        "series": series,
    })
}

#[test]
fn files_of_real_writers_read_as_tensorboard_reads_them() {
    let mut files = 0;
    for entry in fs::read_dir(testdata().join("golden")).unwrap() {
        let folder = entry.unwrap().path();
        let mut paths = fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().path());
        let Some(path) = paths.find(|path| path.to_string_lossy().contains("tfevents")) else {
            continue;
        };
        let (ours, expected) = (read_golden(&fs::read(&path).unwrap()), expected(&folder));
        for (tag, series) in expected["series"].as_object().unwrap() {
            assert_eq!(
                &ours["series"][tag],
                series,
                "{tag:?} in {}",
                path.display()
            );
        }
        assert_eq!(ours, expected, "{}", path.display());
        files += 1;
    }
    assert!(files >= 3, "{files} golden files");
}

fn damage_as_json(damage: &Damage) -> Json {
    json!({"code": damage.cause.code(), "offset": damage.offset, "length": damage.length})
}

#[test]
fn one_fault_costs_what_it_must_and_is_named() {
    let folder = testdata().join("damaged");
    for (name, expected) in expected(&folder).as_object().unwrap() {
        let file = fs::read(folder.join(name)).unwrap();
        let mut read = Read::whole(&file);
        account_for_every_byte(&read, &file);
        let mut steps = Vec::new();
        for (offset, payload) in &read.records {
            match decode(payload) {
                Ok(event) => steps.extend(
                    event
                        .values()
                        .map(|value| value.map(|_| event.step).unwrap()),
                ),
                Err(error) => read.damage.push(Damage {
                    offset: *offset,
                    length: 16 + payload.len() as u64,
                    cause: Cause::NotAnEvent(error),
                }),
            }
        }
        let opening = match Opening::of(&file[..file.len().min(Opening::BYTES)]) {
            Opening::Empty => "empty",
            Opening::Record => "record",
            Opening::Short => "short",
            Opening::Zeros => "zeros",
            Opening::LfsPointer => "lfs_pointer",
            Opening::Gzip => "gzip",
            Opening::Other => "other",
        };
        let ours = json!({
            "opening": opening,
            "steps": steps,
            "damage": read.damage.iter().map(damage_as_json).collect::<Vec<_>>(),
            "tail": read.tail.unwrap().damage().as_ref().map(damage_as_json),
        });
        assert_eq!(&ours, expected, "{name}");
        for damage in read.damage.iter().chain(&read.tail.unwrap().damage()) {
            assert!(damage.to_string().starts_with("expected "), "{damage}");
        }
    }
}
