//! Records that are too long to be held are checked all the same.

mod common;

use std::fs::File;
use std::io::Write;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use lightboard_doctor::files;
use lightboard_events::encode::{Scalar, scalar};
use lightboard_events::{HEADER, OVERHEAD, crc};
use serde_json::{Value as Json, json};

/// Bytes of a payload of zeros, which take no room on the disk.
const ZEROS: u64 = 129 << 20;
const LENGTH: u64 = ZEROS + OVERHEAD as u64;

/// A scalar, `between`, a record that claims to hold `ZEROS`, its checksum as given, and two more scalars.
fn file(folder: &Path, between: &[u8], sum: u32) -> (PathBuf, u64) {
    let path = folder.join("x.tfevents");
    let mut file = File::create(&path).expect("file");
    let mut bytes = Vec::new();
    scalar(&mut bytes, 1.0, 0, "loss", Scalar::Simple(0.5));
    bytes.extend_from_slice(between);
    let start = bytes.len() as u64;
    bytes.extend_from_slice(&ZEROS.to_le_bytes());
    bytes.extend_from_slice(&crc::masked(&ZEROS.to_le_bytes()).to_le_bytes());
    file.write_all(&bytes).expect("written");
    bytes.clear();
    bytes.extend_from_slice(&sum.to_le_bytes());
    scalar(&mut bytes, 2.0, 1, "loss", Scalar::Simple(0.5));
    scalar(&mut bytes, 3.0, 2, "loss", Scalar::Simple(0.5));
    let footer = start + HEADER as u64 + ZEROS;
    file.write_all_at(&bytes, footer).expect("written");
    (path, start)
}

fn sum_of_zeros() -> u32 {
    let (zeros, times) = (vec![0; 1 << 20], ZEROS >> 20);
    crc::mask((0..times).fold(0, |sum, _| crc::go_on(sum, &zeros)))
}

fn facts(path: &Path) -> Json {
    let text = files::audit(path, Duration::MAX).expect("read");
    serde_json::from_str(&text).expect("JSON")
}

#[test]
fn a_long_record_is_counted_and_recovered_without_being_held() {
    let sum = sum_of_zeros();
    for between in [&b""[..], b"no record"] {
        let temp = tempfile::tempdir().expect("temp");
        let (path, start) = file(temp.path(), between, sum);
        let told = facts(&path);
        let place = json!({"record": 1, "offset": start});
        assert_eq!((&told["records"], &told["tail"]), (&json!(4), &Json::Null));
        assert_eq!(
            told["unread"],
            json!({"count": 1, "first": place, "over": 128 << 20})
        );
        assert_eq!(told["largest"]["length"], LENGTH);
        assert_eq!(told["damage_count"], usize::from(!between.is_empty()));
        assert_eq!(told["series"][0]["count"], 3);
        assert_eq!(told["read"], told["bytes"]);

        let to = temp.path().join("new.tfevents");
        let account: Json =
            serde_json::from_str(&files::recover(&path, &to).expect("recovered")).expect("JSON");
        assert_eq!(
            (&account["records"], &account["lost_bytes"]),
            (&json!(4), &json!(between.len()))
        );
        let again = facts(&to);
        assert_eq!(
            (&again["records"], &again["damage_count"]),
            (&json!(5), &json!(0))
        );
        assert_eq!(
            (&again["unread"]["count"], &again["bytes"]),
            (&json!(1), &account["written"])
        );
    }
}

#[test]
fn a_long_record_that_is_none_is_searched_for_records() {
    let temp = tempfile::tempdir().expect("temp");
    let (path, start) = file(temp.path(), b"", 7);
    let told = facts(&path);
    let damage = &told["damage"][0];
    assert_eq!(
        (&damage["code"], &damage["offset"], &damage["length"]),
        (&json!("too_long"), &json!(start), &json!(LENGTH))
    );
    assert_eq!(
        (&told["records"], &told["unread"]["count"]),
        (&json!(3), &json!(0))
    );

    // It claims more than the file has.
    let size = File::open(&path)
        .and_then(|file| file.metadata())
        .expect("size")
        .len();
    File::options()
        .write(true)
        .open(&path)
        .and_then(|file| file.set_len(size - 200))
        .expect("cut");
    let told = facts(&path);
    assert_eq!(
        (&told["records"], &told["tail"]["code"]),
        (&json!(1), &json!("truncated"))
    );
    assert_eq!(told["tail"]["offset"], start);
}
