//! What is recovered is what can be read, in a file without fault.

mod common;

use std::fs;
use std::path::Path;

use common::{facts, in_windows, recovered};
use lightboard_doctor::{Sink, files};
use lightboard_events::encode::{Scalar, file_version, header, record, scalar};
use lightboard_events::{Damage, HEADER, Record, decode};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

/// The records of a file, as they stand there.
#[derive(Default)]
struct Records(Vec<Vec<u8>>, Vec<Damage>);

impl Sink for Records {
    fn record(&mut self, record: Record<'_>) {
        self.0.push(record.bytes.to_vec());
    }

    fn long_record(&mut self, _offset: u64, _length: u64) {}

    fn damage(&mut self, damage: Damage) {
        self.1.push(damage);
    }
}

fn payload(bytes: &[u8]) -> &[u8] {
    &bytes[HEADER..bytes.len() - 4]
}

proptest! {
    #[test]
    fn every_record_that_can_be_read_is_recovered_as_it_is(
        lengths in prop::collection::vec(0usize..60, 1..20),
        with_header: bool,
        faults in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8),
        hole in (any::<prop::sample::Index>(), 0usize..100),
        cut in any::<prop::sample::Index>(),
        window in 1usize..300,
    ) {
        let mut file = Vec::new();
        if with_header {
            header(&mut file, 1.0, "test");
        }
        for (step, length) in lengths.iter().enumerate() {
            scalar(&mut file, 1.0, step as i64, &"x".repeat(*length), Scalar::Simple(0.5));
        }
        for (place, byte) in faults {
            let place = place.index(file.len());
            file[place] = byte;
        }
        let (start, length) = (hole.0.index(file.len()), hole.1);
        let end = file.len().min(start + length);
        file[start..end].fill(0);
        file.truncate(cut.index(file.len()) + 1);

        let mut read = Records::default();
        let tail = in_windows(&file, 1 << 18, &mut read, |_| {}).tail();
        let (out, account) = recovered(&file, window);
        let mut again = Records::default();
        let end = in_windows(&out, 1 << 18, &mut again, |_| {}).tail();
        prop_assert_eq!((again.1.len(), end.and_then(|tail| tail.damage())), (0, None));

        let readable: Vec<_> = read.0.iter().filter(|bytes| decode(payload(bytes)).is_ok()).cloned().collect();
        let mut expected = readable.clone();
        let begins = |records: &[Vec<u8>]| records.first().is_some_and(|bytes| {
            decode(payload(bytes)).is_ok_and(|event| event.source_writer.is_some())
        });
        if !readable.is_empty() && !begins(&readable) {
            let mut first = Vec::new();
            file_version(&mut first, 1.0, 0);
            expected.insert(0, first);
        }
        prop_assert_eq!(&again.0, &expected);
        prop_assert_eq!(&account["records"], readable.len());
        prop_assert_eq!(&account["written"], out.len());
        prop_assert_eq!(&account["header_added"], expected.len() > readable.len());
        let kept: usize = readable.iter().map(Vec::len).sum();
        prop_assert_eq!(account["lost_bytes"].as_u64(), Some((file.len() - kept) as u64));
        let damaged = read.1.len() + usize::from(tail.and_then(|tail| tail.damage()).is_some());
        prop_assert_eq!(&account["lost_count"], damaged + read.0.len() - readable.len());
    }
}

#[test]
fn what_was_lost_is_told_with_what_follows() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/damaged");
    let told = |name: &str| {
        let path = folder.join(format!("events.out.tfevents.1700000000.example.{name}"));
        let account = recovered(&fs::read(path).expect(name), 1).1;
        let losses = account["lost"].as_array().expect("a list").iter();
        let loss = |loss: &Json| {
            let what = ["code", "offset", "length", "record"].map(|key| &loss[key]);
            json!([what, loss["next"]["record"]])
        };
        losses.map(loss).collect::<Vec<_>>()
    };
    assert_eq!(
        told("payload_checksum"),
        [json!([["payload_checksum", 122, 42, 3], 3])]
    );
    assert_eq!(
        told("truncated_payload"),
        [json!([["truncated", 206, 33, 5], null])]
    );
    assert_eq!(told("sound"), [] as [Json; 0]);
}

#[test]
fn of_a_record_that_does_not_decode_what_does_is_kept() {
    let value = |tag: &[u8], number: f32| {
        let mut bytes = vec![0x0a, tag.len() as u8];
        bytes.extend(tag);
        bytes.push(0x15);
        bytes.extend(number.to_le_bytes());
        bytes
    };
    let values = [value(b"a", 1.0), value(b"\xff", 2.0), value(b"c", 3.0)];
    let mut file = Vec::new();
    record(&mut file, |out| {
        let mut summary = Vec::new();
        for value in &values {
            summary.extend([0x0a, value.len() as u8]);
            summary.extend(value);
        }
        out.extend([0x2a, summary.len() as u8]);
        out.extend(summary);
    });
    record(&mut file, |out| out.extend(b"no event"));
    let (out, account) = recovered(&file, 1 << 18);
    let codes = |told: &Json| {
        let all = told.as_array().expect("a list").iter();
        all.map(|one| one["code"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(codes(&account["lost"]), ["not_an_event", "not_an_event"]);
    let told = facts(&out, 1 << 18);
    assert_eq!(
        (&told["damage_count"], &told["records"]),
        (&json!(0), &json!(2))
    );
    let tags: Vec<&Json> = told["series"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|it| &it["tag"])
        .collect();
    assert_eq!(tags, ["a", "c"]);
}

#[test]
fn nothing_is_overwritten_and_nothing_is_left_of_what_failed() {
    let temp = tempfile::tempdir().expect("temp");
    let (from, to) = (
        temp.path().join("a.tfevents"),
        temp.path().join("new/a.tfevents"),
    );
    let mut file = Vec::new();
    scalar(&mut file, 0.0, 0, "loss", Scalar::Simple(1.0));
    fs::write(&from, &file).expect("file");
    files::recover(&from, &to).expect("recovered");
    let written = fs::read(&to).expect("new file");
    assert!(written.ends_with(&file) && written.len() > file.len());

    let again = files::recover(&from, &to);
    assert!(
        matches!(again, Err(files::RecoveryError::Write(_))),
        "{again:?}"
    );
    assert_eq!(fs::read(&to).expect("new file"), written);
    let none = temp.path().join("none.tfevents");
    assert!(matches!(
        files::recover(&none, &from),
        Err(files::RecoveryError::Read(_))
    ));

    let empty = temp.path().join("empty.tfevents");
    fs::write(&empty, b"").expect("file");
    let to = temp.path().join("other/empty.tfevents");
    files::recover(&empty, &to).expect("nothing to recover");
    assert!(!to.parent().expect("a folder").exists());
}
