//! The golden column frames of `testdata/golden/columns`, which Python and TypeScript read too.
//!
//! `LIGHTBOARD_BLESS=1 cargo test -p lightboard-index --test golden_columns` writes them anew.

mod reader;

use std::fs;
use std::path::{Path, PathBuf};

use lightboard_index::frame::{Column, encode};
use proptest::prelude::*;
use reader::Items;
use serde_json::{Value, json};

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../testdata/golden/columns")
        .join(name)
}

fn compare(path: &Path, expected: &[u8]) {
    if std::env::var_os("LIGHTBOARD_BLESS").is_some() {
        fs::create_dir_all(path.parent().expect("folder")).expect("folder");
        fs::write(path, expected).expect("golden file");
    }
    let found = fs::read(path).expect("golden file");
    assert_eq!(found, expected, "{}", path.display());
}

/// Writes columns, of which each must come with the given type, reads them again and compares with the golden files.
fn check(name: &str, metadata: &Value, columns: &[(&'static str, &str, Column)]) {
    let plain: Vec<_> = columns
        .iter()
        .map(|(name, _, column)| (*name, column.clone()))
        .collect();
    let frame = encode(metadata, &plain).expect("metadata serialises");
    let read = reader::read(&frame).expect("a frame as specified");
    assert_eq!(&read.metadata, metadata);
    assert_eq!(read.columns.len(), columns.len());
    for (name, type_name, column) in columns {
        let found = read.columns.iter().find(|(found, ..)| found == name);
        let (_, found_type, items) = found.expect("the column");
        assert_eq!(found_type, type_name, "{name}");
        assert!(same(items, column), "{name}: {items:?}");
    }
    let columns: Value = read
        .columns
        .iter()
        .map(|(name, type_name, items)| {
            let described = json!({ "type": type_name, "values": describe(items) });
            (name.clone(), described)
        })
        .collect();
    let described = json!({ "header": metadata, "columns": columns });
    let described = serde_json::to_string_pretty(&described).expect("JSON") + "\n";
    compare(&golden(&format!("{name}.bin")), &frame);
    compare(&golden(&format!("{name}.json")), described.as_bytes());
}

/// Whether what was read is what was written, bit by bit but for the payloads of NaN.
fn same(items: &Items, column: &Column) -> bool {
    let bits = |item: &f64| {
        if item.is_nan() {
            u64::MAX
        } else {
            item.to_bits()
        }
    };
    match (items, column) {
        (Items::Floats(found), Column::F64(wanted)) => {
            found.iter().map(bits).eq(wanted.iter().map(bits))
        }
        (Items::Signed(found), Column::I64(wanted)) => found == wanted,
        (Items::Unsigned(found), Column::U32(wanted)) => found
            .iter()
            .copied()
            .eq(wanted.iter().map(|item| u64::from(*item))),
        (Items::Unsigned(found), Column::U8(wanted)) => found
            .iter()
            .copied()
            .eq(wanted.iter().map(|item| u64::from(*item))),
        _ => false,
    }
}

/// What a reader must find: 64-bit integers as decimal strings (JSON numbers would round), floats as in the header.
fn describe(items: &Items) -> Value {
    match items {
        Items::Floats(items) => items.iter().map(|item| float(*item)).collect(),
        Items::Signed(items) => items.iter().map(i64::to_string).collect(),
        Items::Unsigned(items) => items.iter().copied().collect(),
    }
}

fn float(value: f64) -> Value {
    match value {
        value if value.is_finite() => json!(value),
        value if value.is_nan() => json!("NaN"),
        value => json!(if value > 0.0 { "Infinity" } else { "-Infinity" }),
    }
}

/// An entry of POST /api/scalars: attempt and attempts, start and length, first and last non-finite step.
fn series(
    tag: &str,
    (attempt, attempts): (usize, usize),
    (start, length): (usize, usize),
    non_finite: Option<(i64, i64)>,
    first_wall_time: f64,
) -> Value {
    let count = if non_finite.is_some() { 3 } else { 0 };
    json!({
        "run": "k3v9q2m8x1c4a", "tag": tag, "attempt": attempt, "attempts": attempts, "start": start, "length": length,
        "points": length, "superseded": 0, "superseded_from": null, "thinned": false, "non_finite": count,
        "first_non_finite_step": non_finite.map(|(first, _)| first),
        "last_non_finite_step": non_finite.map(|(_, last)| last), "first_wall_time": first_wall_time,
    })
}

#[test]
fn two_attempts_with_extreme_numbers() {
    let first = 1_763_800_000.25;
    let metadata = json!({
        "version": 17, "axis": "step", "smoothing": { "kind": "ema", "weight": 0.5 }, "width_asked": 1600, "width": 800,
        "vertex_budget": 2_000_000, "vertices": 6,
        "pictures": [{ "tag": "損失/loss", "x_min": -3.0, "x_max": 9_223_372_036_854_775_807.0f64 }],
        "series": [
            series("損失/loss", (0, 2), (0, 5), Some((0, 9_007_199_254_740_993)), first),
            series("損失/loss", (1, 2), (5, 1), None, first),
        ],
    });
    let steps = vec![-3, 0, 1, 9_007_199_254_740_993, i64::MAX, 0];
    let wall_times = (0..6).map(|n| first + f64::from(n)).collect();
    let values = vec![1.5, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.1, -0.0];
    let mut smoothed = values.clone();
    smoothed[4] = 0.566_666_666_666_666_7;
    let columns = [
        ("step", "i64", Column::I64(steps)),
        ("wall_time", "f64", Column::F64(wall_times)),
        ("value", "f64", Column::F64(values)),
        ("smoothed", "f64", Column::F64(smoothed)),
    ];
    check("extremes", &metadata, &columns);
}

#[test]
fn narrow_columns_keep_their_numbers() {
    let metadata = json!({
        "version": 3, "axis": "step", "smoothing": null, "width_asked": 800, "width": 800,
        "vertex_budget": 2_000_000, "vertices": 7,
        "pictures": [{ "tag": "loss", "x_min": -2_147_483_648.0f64, "x_max": 2_147_483_647.0f64 }],
        "series": [series("loss", (0, 1), (0, 7), Some((-1, 1)), 1.0)],
    });
    let steps = vec![i64::from(i32::MIN), -1, 0, 1, 2, 3, i64::from(i32::MAX)];
    let values = vec![
        0.1f32.into(),
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        -0.0,
        f32::MAX.into(),
        1e-45f32.into(),
    ];
    let columns = [
        ("step", "i32", Column::I64(steps)),
        (
            "wall_time",
            "f32",
            Column::F64((1..8).map(f64::from).collect()),
        ),
        ("value", "f32", Column::F64(values)),
        ("count", "u32", Column::U32(vec![0, 1, u32::MAX])),
        ("marks", "u8", Column::U8(vec![0, 7, 255])),
    ];
    check("narrow", &metadata, &columns);
}

#[test]
fn one_item_too_wide_keeps_its_column_wide() {
    let metadata = json!({
        "version": 4, "axis": "step", "smoothing": null, "width_asked": 800, "width": 800,
        "vertex_budget": 2_000_000, "vertices": 3,
        "pictures": [{ "tag": "loss", "x_min": 0.0, "x_max": 2_147_483_648.0f64 }],
        "series": [series("loss", (0, 1), (0, 3), None, 1.0)],
    });
    let columns = [
        (
            "step",
            "i64",
            Column::I64(vec![0, 1, i64::from(i32::MAX) + 1]),
        ),
        ("wall_time", "f64", Column::F64(vec![1.0, 2.0, 3.000_000_1])),
        (
            "value",
            "f64",
            Column::F64(vec![1.0, 2.0, f64::from(f32::MAX) * 2.0]),
        ),
        ("lowest", "i64", Column::I64(vec![i64::from(i32::MIN) - 1])),
        ("smallest", "f64", Column::F64(vec![f64::MIN_POSITIVE])),
    ];
    check("wide", &metadata, &columns);
}

#[test]
fn nothing_found() {
    let metadata = json!({
        "version": 0, "axis": "relative", "smoothing": null, "width_asked": 800, "width": 800,
        "vertex_budget": 2_000_000, "vertices": 0,
        "pictures": [{ "tag": "nobody has this", "x_min": null, "x_max": null }], "series": [],
    });
    let columns = [
        ("step", "i32", Column::I64(vec![])),
        ("wall_time", "f32", Column::F64(vec![])),
        ("value", "f32", Column::F64(vec![])),
        ("count", "u32", Column::U32(vec![])),
        ("marks", "u8", Column::U8(vec![])),
    ];
    check("empty", &metadata, &columns);
}

/// A frame of a header as given, and 64 bytes behind it.
fn frame_of(header: &str) -> Vec<u8> {
    let mut frame = b"LBCF\x02\0\0\0".to_vec();
    frame.extend((header.len().next_multiple_of(8) as u64).to_le_bytes());
    frame.extend(header.as_bytes());
    frame.resize(frame.len().next_multiple_of(8), b' ');
    frame.extend([0; 64]);
    frame
}

/// A frame of one column; its header takes 80 bytes, so bodies begin at byte 96 and end at 160.
fn column(place: &str) -> Vec<u8> {
    frame_of(&format!(
        "{:80}",
        format!(r#"{{"columns": {{"value": {{{place}}}}}}}"#)
    ))
}

#[test]
fn what_is_not_as_specified_is_refused() {
    let sound = column(r#""type": "f64", "offset": 96, "length": 8"#);
    assert_eq!(sound.len(), 160);
    reader::read(&sound).expect("the frame that the others differ from");
    let with = |at: usize, bytes: &[u8]| {
        let mut frame = sound.clone();
        frame[at..at + bytes.len()].copy_from_slice(bytes);
        frame
    };
    let refused = [
        ("no_bytes", vec![]),
        ("cut_before_the_header", sound[..15].to_vec()),
        ("cut_in_the_header", sound[..40].to_vec()),
        ("cut_in_a_column", sound[..159].to_vec()),
        ("another_magic", with(0, b"LBCX")),
        ("version_1", with(4, &[1])),
        ("version_3", with(4, &[3])),
        (
            "header_beyond_the_end",
            with(8, &0xffff_fff8_u32.to_le_bytes()),
        ),
        ("header_length_unaligned", with(8, &79_u32.to_le_bytes())),
        ("header_not_json", frame_of("{")),
        ("header_not_utf_8", with(31, b"\xff")),
        ("header_a_list", frame_of("[]")),
        ("columns_absent", frame_of("{}")),
        ("columns_a_list", frame_of(r#"{"columns": []}"#)),
        (
            "type_a_number",
            column(r#""type": 8, "offset": 96, "length": 1"#),
        ),
        ("column_a_number", frame_of(r#"{"columns": {"value": 1}}"#)),
        ("offset_absent", column(r#""type": "f64", "length": 8"#)),
        (
            "offset_unaligned",
            column(r#""type": "f32", "offset": 100, "length": 1"#),
        ),
        (
            "offset_negative",
            column(r#""type": "f64", "offset": -8, "length": 1"#),
        ),
        (
            "offset_in_the_header",
            column(r#""type": "f64", "offset": 88, "length": 1"#),
        ),
        (
            "offset_beyond_the_end",
            column(r#""type": "u8", "offset": 168, "length": 0"#),
        ),
        (
            "offset_fractional",
            column(r#""type": "f64", "offset": 96.5, "length": 1"#),
        ),
        (
            "offset_a_text",
            column(r#""type": "f64", "offset": "96", "length": 1"#),
        ),
        (
            "offset_overflows",
            column(r#""type": "f64", "offset": 18446744073709551608, "length": 1"#),
        ),
        (
            "length_negative",
            column(r#""type": "f64", "offset": 96, "length": -1"#),
        ),
        (
            "length_fractional",
            column(r#""type": "f64", "offset": 96, "length": 1.5"#),
        ),
        (
            "length_true",
            column(r#""type": "u8", "offset": 96, "length": true"#),
        ),
        (
            "length_too_large",
            column(r#""type": "f64", "offset": 96, "length": 9"#),
        ),
        (
            "length_overflows",
            column(r#""type": "f64", "offset": 96, "length": 2305843009213693952"#),
        ),
    ];
    for (name, frame) in refused {
        assert!(reader::read(&frame).is_err(), "{name}");
        compare(&golden(&format!("refused/{name}.bin")), &frame);
    }
}

proptest! {
    #[test]
    fn any_columns_come_back(
        floats in prop::collection::vec(any::<f64>(), 0..40),
        singles in prop::collection::vec(any::<f32>().prop_map(f64::from), 0..40),
        integers in prop::collection::vec(any::<i64>(), 0..40),
        shorts in prop::collection::vec(any::<i32>().prop_map(i64::from), 0..3000),
        bytes in prop::collection::vec(any::<u8>(), 0..40),
    ) {
        let columns = [
            ("bytes", Column::U8(bytes)), ("singles", Column::F64(singles)), ("floats", Column::F64(floats)),
            ("shorts", Column::I64(shorts)), ("integers", Column::I64(integers)),
        ];
        let frame = encode(&json!({ "a": 1 }), &columns).expect("metadata serialises");
        prop_assert_eq!(frame.len() % 8, 0);
        let read = reader::read(&frame).expect("a frame as specified");
        for (name, type_name, items) in &read.columns {
            let (_, column) = columns.iter().find(|(written, _)| written == name).expect("the column");
            prop_assert!(same(items, column));
            prop_assert!((name != "singles" || type_name == "f32") && (name != "shorts" || type_name == "i32"));
        }
    }

    #[test]
    fn changed_bytes_never_break_a_reader(edits in prop::collection::vec((0..160_usize, any::<u8>()), 0..5)) {
        let mut frame = column(r#""type": "f64", "offset": 96, "length": 8"#);
        for (at, byte) in edits {
            frame[at] = byte;
        }
        drop(reader::read(&frame));
    }
}
