//! The golden column frames of `testdata/golden/columns`, which Python and TypeScript read too.
//!
//! `LIGHTBOARD_BLESS=1 cargo test -p lightboard-index --test golden_columns` writes them anew.

use std::path::PathBuf;

use lightboard_index::frame::{Column, encode};
use serde_json::{Value, json};

fn check(name: &str, metadata: &Value, columns: &[(&'static str, Column)]) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../testdata/golden/columns");
    let frame = encode(metadata, columns).expect("metadata serialises");
    let described = json!({ "header": metadata, "columns": describe(columns) });
    let described = serde_json::to_string_pretty(&described).expect("JSON") + "\n";
    if std::env::var_os("LIGHTBOARD_BLESS").is_some() {
        std::fs::create_dir_all(&folder).expect("folder");
        std::fs::write(folder.join(format!("{name}.bin")), &frame).expect("frame");
        std::fs::write(folder.join(format!("{name}.json")), &described).expect("description");
    }
    assert_eq!(
        std::fs::read(folder.join(format!("{name}.bin"))).expect("golden frame"),
        frame
    );
    assert_eq!(
        std::fs::read_to_string(folder.join(format!("{name}.json"))).expect("golden JSON"),
        described
    );
}

/// What a reader must find: integers as decimal strings (JSON numbers would round), floats as in the header.
fn describe(columns: &[(&'static str, Column)]) -> Value {
    let describe = |column: &Column| match column {
        Column::F64(items) => {
            json!({ "type": "f64", "values": items.iter().map(|item| float(*item)).collect::<Vec<_>>() })
        }
        Column::I64(items) => {
            json!({ "type": "i64", "values": items.iter().map(i64::to_string).collect::<Vec<_>>() })
        }
    };
    columns
        .iter()
        .map(|(name, column)| ((*name).to_owned(), describe(column)))
        .collect()
}

fn float(value: f64) -> Value {
    match value {
        value if value.is_finite() => json!(value),
        value if value.is_nan() => json!("NaN"),
        value => json!(if value > 0.0 { "Infinity" } else { "-Infinity" }),
    }
}

#[test]
fn two_attempts_with_extreme_numbers() {
    let first = 1_763_800_000.25;
    let metadata = json!({
        "version": 17, "tag": "損失/loss", "axis": "step", "smoothing": 0.5, "width": 800,
        "x_min": -3.0, "x_max": 9_223_372_036_854_775_807.0f64,
        "series": [
            { "run": "k3v9q2m8x1c4a", "attempt": 0, "attempts": 2, "start": 0, "length": 5, "points": 5, "non_finite": 3,
              "first_wall_time": first },
            { "run": "k3v9q2m8x1c4a", "attempt": 1, "attempts": 2, "start": 5, "length": 1, "points": 1, "non_finite": 0,
              "first_wall_time": first },
        ],
    });
    let nan = f64::NAN;
    let columns = [
        (
            "step",
            Column::I64(vec![-3, 0, 1, 9_007_199_254_740_993, i64::MAX, 0]),
        ),
        (
            "wall_time",
            Column::F64((0..6).map(|n| first + f64::from(n)).collect()),
        ),
        (
            "value",
            Column::F64(vec![1.5, nan, f64::INFINITY, f64::NEG_INFINITY, 0.1, -0.0]),
        ),
        (
            "smoothed",
            Column::F64(vec![
                1.5,
                nan,
                f64::INFINITY,
                f64::NEG_INFINITY,
                0.566_666_666_666_666_7,
                -0.0,
            ]),
        ),
    ];
    check("extremes", &metadata, &columns);
}

#[test]
fn nothing_found() {
    let metadata = json!({
        "version": 0, "tag": "nobody has this", "axis": "relative", "smoothing": 0.0, "width": 800,
        "x_min": null, "x_max": null, "series": [],
    });
    let columns = [
        ("step", Column::I64(vec![])),
        ("wall_time", Column::F64(vec![])),
        ("value", Column::F64(vec![])),
    ];
    check("empty", &metadata, &columns);
}
