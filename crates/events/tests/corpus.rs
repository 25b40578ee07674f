//! Every file of the corpus of real event files reads as TensorBoard's own loader read it.
//!
//! The corpus is not part of the repository. `LIGHTBOARD_CORPUS` names its folder, which holds `truth.jsonl`: per file
//! what tensorboard's `EventFileLoader` and an independent scan of the framing found.

mod common;

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

use common::Read;
use lightboard_events::{Kind, Opening, Scan, Scanner, Tail, Value, What, decode};
use serde_json::Value as Json;

/// What we find of one series.
struct Series {
    kind: Kind,
    count: u64,
    first_step: i64,
    last_step: i64,
    min_step: i64,
    max_step: i64,
    last_value: Option<f64>,
    not_finite: u64,
}

/// What we find in one file.
#[derive(Default)]
struct Found {
    series: BTreeMap<String, Series>,
    what: BTreeMap<&'static str, u64>,
    session_log: BTreeMap<String, u64>,
    file_version: Option<String>,
    source_writer: Option<String>,
    first_wall_time: Option<f64>,
    last_wall_time: Option<f64>,
    undecoded: usize,
}

impl Found {
    fn record(&mut self, payload: &[u8]) {
        let Ok(event) = decode(payload) else {
            self.undecoded += 1;
            return;
        };
        self.first_wall_time.get_or_insert(event.wall_time);
        self.last_wall_time = Some(event.wall_time);
        if let Some(writer) = event.source_writer {
            self.source_writer.get_or_insert(writer.to_owned());
        }
        let what = match event.what {
            What::Nothing => "none",
            What::FileVersion(version) => {
                self.file_version.get_or_insert(version.to_owned());
                "file_version"
            }
            What::GraphDef(_) => "graph_def",
            What::Summary(_) => "summary",
            What::LogMessage(_) => "log_message",
            What::SessionLog(log) => {
                *self.session_log.entry(log.status.to_string()).or_default() += 1;
                "session_log"
            }
            What::TaggedRunMetadata(_) => "tagged_run_metadata",
            What::MetaGraphDef(_) => "meta_graph_def",
        };
        *self.what.entry(what).or_default() += 1;
        for value in event.values() {
            match value {
                Ok(value) => self.value(event.step, &value),
                Err(_) => self.undecoded += 1,
            }
        }
    }

    fn value(&mut self, step: i64, value: &Value<'_>) {
        let series = self
            .series
            .entry(value.tag.to_owned())
            .or_insert_with(|| Series {
                kind: value.kind(),
                count: 0,
                first_step: step,
                last_step: step,
                min_step: step,
                max_step: step,
                last_value: None,
                not_finite: 0,
            });
        series.count += 1;
        series.last_step = step;
        series.min_step = series.min_step.min(step);
        series.max_step = series.max_step.max(step);
        if series.kind == Kind::Scalar {
            series.last_value = value.scalar().expect("a tensor");
            series.not_finite += u64::from(!series.last_value.is_some_and(f64::is_finite));
        }
    }
}

/// The kind of a plugin's series.
fn kind_of(plugin: Option<&str>) -> Kind {
    match plugin {
        Some("scalars") => Kind::Scalar,
        Some("images") => Kind::Image,
        Some("histograms") => Kind::Histogram,
        Some("text") => Kind::Text,
        Some("pr_curves") => Kind::PrCurve,
        Some("hparams") => Kind::Hparams,
        Some("custom_scalars") => Kind::Layout,
        Some(plugin) if plugin.starts_with("graph") => Kind::Graph,
        None => Kind::Unknown,
        Some(plugin) => panic!("the corpus has no plugin {plugin}"),
    }
}

/// Numbers are equal but for the last bit, which `serde_json` may get wrong.
fn same_number(ours: Option<f64>, truth: &Json) -> bool {
    match (ours, truth) {
        (None, Json::Null) => true,
        (Some(ours), Json::String(word)) => word == "nan" && ours.is_nan(),
        (Some(ours), truth) => truth
            .as_f64()
            .is_some_and(|truth| (ours - truth).abs() <= truth.abs() * 1e-15),
        _ => false,
    }
}

/// Everything in which `found` differs from `truth`. Files with damage may hold more than tensorboard read.
fn differences(found: &Found, truth: &Json, damaged: bool) -> Vec<String> {
    let mut differences = Vec::new();
    let mut expect = |same: bool, what: String| {
        if !same {
            differences.push(what);
        }
    };
    let counts = |json: &Json| -> BTreeMap<String, u64> {
        json.as_object()
            .unwrap()
            .iter()
            .map(|(key, count)| (key.clone(), count.as_u64().unwrap()))
            .collect()
    };
    let what: BTreeMap<String, u64> = found
        .what
        .iter()
        .map(|(key, count)| ((*key).to_owned(), *count))
        .collect();
    expect(
        found.undecoded == 0,
        format!("{} records or values do not decode", found.undecoded),
    );
    expect(
        found.file_version.as_deref() == truth["file_version"].as_str(),
        format!("{:?}", found.file_version),
    );
    expect(
        found.source_writer.as_deref() == truth["source_writer"].as_str(),
        format!("{:?}", found.source_writer),
    );
    expect(
        same_number(found.first_wall_time, &truth["first_wall_time"]),
        format!("{:?}", found.first_wall_time),
    );
    if !damaged {
        expect(what == counts(&truth["what"]), format!("{what:?}"));
        expect(
            found.session_log == counts(&truth["session_log"]),
            format!("{:?}", found.session_log),
        );
        expect(
            same_number(found.last_wall_time, &truth["last_wall_time"]),
            format!("{:?}", found.last_wall_time),
        );
        let tags = truth["tags"].as_object().unwrap();
        expect(
            found.series.len() == tags.len(),
            format!("{} tags", found.series.len()),
        );
    }
    for (tag, truth) in truth["tags"].as_object().unwrap() {
        let Some(series) = found.series.get(tag) else {
            expect(false, format!("{tag:?} is missing"));
            continue;
        };
        expect(
            series.kind == kind_of(truth["plugin"].as_str()),
            format!("{tag:?} is {:?}", series.kind),
        );
        expect(
            truth["first_step"] == series.first_step,
            format!("{tag:?} starts at {}", series.first_step),
        );
        if damaged {
            expect(
                series.count >= truth["count"].as_u64().unwrap(),
                format!("{tag:?} has {} values", series.count),
            );
            continue;
        }
        expect(
            truth["count"] == series.count,
            format!("{tag:?} has {} values", series.count),
        );
        expect(
            truth["last_step"] == series.last_step,
            format!("{tag:?} ends at {}", series.last_step),
        );
        expect(
            truth["min_step"] == series.min_step,
            format!("{tag:?} has the step {}", series.min_step),
        );
        expect(
            truth["max_step"] == series.max_step,
            format!("{tag:?} has the step {}", series.max_step),
        );
        expect(
            same_number(series.last_value, &truth["last_value"]),
            format!("{tag:?} is {:?}", series.last_value),
        );
        let not_finite = truth["nonfinite"].as_u64().unwrap_or(0);
        expect(
            series.not_finite == not_finite,
            format!("{tag:?} has {} values not finite", series.not_finite),
        );
    }
    differences
}

/// Whether the damage or the tail says what the independent scan says, and where.
fn damage_differs(read: &Read, truth: &Json) -> Option<String> {
    let frames = &truth["frames"];
    let valid = frames["valid_bytes"].as_u64().unwrap();
    let trailing = frames["trailing_bytes"].as_u64().unwrap();
    let tail = read.tail.expect("read to its end");
    let same = match frames["stop"].as_str() {
        None => tail == Tail::Clean,
        Some(stop) if stop.starts_with("truncated") => {
            matches!(tail, Tail::Truncated { offset, present, .. } if offset == valid && present == trailing)
        }
        Some(_) => match tail {
            Tail::Zeros { offset, length } => offset == valid && length == trailing,
            Tail::Unsettled(damage) => damage.offset == valid && damage.length == trailing,
            _ => read
                .damage
                .first()
                .is_some_and(|damage| damage.offset == valid),
        },
    };
    (!same).then(|| format!("{:?} {tail:?}, where the scan says {frames}", read.damage))
}

/// Says something that the test runner does not swallow.
fn say(text: &str) {
    writeln!(std::io::stderr(), "{text}").expect("stderr");
}

/// The corpus: per file its truth and its bytes. None, said loudly, if there is no corpus.
fn corpus() -> Option<impl Iterator<Item = (Json, Vec<u8>)>> {
    // The Makefile exports it, empty where there is no corpus.
    let folder = std::env::var_os("LIGHTBOARD_CORPUS").filter(|folder| !folder.is_empty());
    let Some(folder) = folder.map(PathBuf::from) else {
        let _ = writeln!(
            std::io::stderr(),
            "SKIPPED: LIGHTBOARD_CORPUS is not set: no real event files to read"
        );
        return None;
    };
    let truth = std::fs::read_to_string(folder.join("truth.jsonl"))
        .expect("truth.jsonl in LIGHTBOARD_CORPUS");
    let lines: Vec<String> = truth.lines().map(str::to_owned).collect();
    assert!(!lines.is_empty(), "truth.jsonl names no file");
    Some(lines.into_iter().map(move |line| {
        let truth: Json = serde_json::from_str(&line).unwrap();
        let path = folder.join(truth["path"].as_str().unwrap());
        let bytes =
            std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        (truth, bytes)
    }))
}

#[test]
fn every_file_reads_as_tensorboard_reads_it() {
    let Some(corpus) = corpus() else { return };
    let (mut files, mut records, mut values, mut wrong) = (0, 0, 0, Vec::new());
    for (truth, bytes) in corpus {
        let read = Read::whole(&bytes);
        let mut found = Found::default();
        for (_, payload) in &read.records {
            found.record(payload);
        }
        files += 1;
        records += read.records.len();
        values += found
            .series
            .values()
            .map(|series| series.count)
            .sum::<u64>();

        let is_damaged = !truth["frames"]["stop"].is_null();
        let mut differing = differences(&found, &truth, is_damaged);
        differing.extend(damage_differs(&read, &truth));
        if truth["frames"]["records"].as_u64() > Some(read.records.len() as u64) {
            differing.push(format!("{} records", read.records.len()));
        }
        let opening = match truth["note"].as_str() {
            Some(note) if note.starts_with("git-lfs pointer") => Opening::LfsPointer,
            _ if bytes.is_empty() => Opening::Empty,
            _ => Opening::Record,
        };
        if Opening::of(&bytes[..bytes.len().min(Opening::BYTES)]) != opening {
            differing.push(format!("does not open as {opening:?}"));
        }
        if !differing.is_empty() {
            wrong.push(format!("{}: {}", truth["path"], differing.join("; ")));
        }
    }
    say(&format!(
        "read {files} files, {records} records, {values} values"
    ));
    assert!(
        wrong.is_empty(),
        "{} of {files} files differ:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn windows_make_no_difference_on_real_files() {
    for (truth, bytes) in corpus().into_iter().flatten() {
        let mut in_windows = Read::default();
        in_windows.go_on(&mut Scanner::new(), &bytes, 4096);
        assert_eq!(in_windows, Read::whole(&bytes), "{}", truth["path"]);
        let mut scanner = Scanner::at(bytes.len() as u64);
        assert_eq!(scanner.next(&[], true), Scan::End(Tail::Clean));
    }
}
