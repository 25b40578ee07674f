//! Facts agree with what a straightforward computation over all values gives.

mod common;

use common::{facts, facts_text};
use lightboard_events::encode::{Scalar, header, scalar, session_start, text};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

/// One call of a program that logs.
#[derive(Debug, Clone)]
struct Call {
    tag: &'static str,
    step: i64,
    wall_time: f64,
    value: Scalar,
}

fn call() -> impl Strategy<Value = Call> {
    let number = prop_oneof![
        6 => (-9i32..9).prop_map(f64::from),
        1 => prop_oneof![Just(f64::NAN), Just(f64::INFINITY), Just(f64::NEG_INFINITY)],
        1 => prop_oneof![Just(-1e300), Just(-0.125), Just(1e9)],
        1 => (0u32..9).prop_map(|more| f64::from((1 << 24) + more)),
    ];
    let value = (0..3, number).prop_map(|(shape, number)| match shape {
        0 => Scalar::Simple(number as f32),
        1 => Scalar::Float(number as f32),
        _ => Scalar::Double(number),
    });
    let tag = prop_oneof![Just("loss"), Just("accuracy"), Just("Größe/α")];
    let wall_time = prop_oneof![8 => (0..20i32).prop_map(f64::from), 1 => prop_oneof![Just(1e16), Just(-1e300), Just(1e15)], 1 => Just(f64::NAN)];
    (tag, -3..6i64, wall_time, value).prop_map(|(tag, step, wall_time, value)| Call {
        tag,
        step,
        wall_time,
        value,
    })
}

fn number(number: f64) -> Json {
    match number {
        _ if number.is_nan() => json!("NaN"),
        f64::INFINITY => json!("Infinity"),
        f64::NEG_INFINITY => json!("-Infinity"),
        _ => json!(number),
    }
}

/// The value as it is read, whether it is of float32, its form and the bytes that it takes.
fn read(value: Scalar, tag: &str) -> (f64, bool, &'static str, usize) {
    let metadata = 2 + 2 + 2 + "scalars".len();
    let (number, float32, form, data) = match value {
        Scalar::Simple(it) => (f64::from(it), true, "simple_value", 5),
        Scalar::Float(it) => (f64::from(it), true, "float32", metadata + 4 + 6),
        Scalar::Double(it) => (it, false, "float64", metadata + 4 + 10),
    };
    (number, float32, form, 2 + tag.len() + data)
}

proptest! {
    #[test]
    fn what_is_told_of_scalars_is_what_was_logged(calls in prop::collection::vec(call(), 0..60), window in 1usize..400) {
        let (mut file, mut places) = (Vec::new(), Vec::new());
        header(&mut file, 5.0, "test.writer");
        session_start(&mut file, 5.0, 2);
        for call in &calls {
            places.push(json!({"record": places.len() + 2, "offset": file.len()}));
            scalar(&mut file, call.wall_time, call.step, call.tag, call.value);
        }
        let told = facts(&file, window);
        prop_assert_eq!(&told["records"], calls.len() + 2);
        prop_assert_eq!(&told["what"]["summary"], calls.len());
        prop_assert_eq!(&told["what"]["session_log"], 1);
        prop_assert_eq!(&told["sessions"][0]["step"], 2);
        prop_assert_eq!(&told["file_version"], "brain.Event:2");
        prop_assert_eq!(&told["writer"], "test.writer");
        prop_assert_eq!((&told["read"], &told["tail"]), (&json!(file.len()), &Json::Null));

        let times: Vec<f64> = [5.0, 5.0].into_iter().chain(calls.iter().map(|call| call.wall_time)).collect();
        let finite: Vec<f64> = times.iter().copied().filter(|time| time.is_finite()).collect();
        prop_assert_eq!(&told["earliest"], finite.iter().copied().fold(f64::INFINITY, f64::min));
        prop_assert_eq!(&told["latest"], finite.iter().copied().fold(f64::NEG_INFINITY, f64::max));
        prop_assert_eq!(&told["last_wall_time"], finite[finite.len() - 1]);
        let bad = times.iter().filter(|time| !(time.is_finite() && **time >= 0.0 && **time <= 1e15));
        prop_assert_eq!(&told["bad_wall_times"]["count"], bad.count());
        let back = finite.windows(2).map(|pair| pair[0] - pair[1]).filter(|back| *back > 0.0);
        prop_assert_eq!(&told["wall_time_back"]["count"], back.clone().count());
        prop_assert_eq!(&told["wall_time_back"]["most"], &number(back.fold(0.0, f64::max)));

        let mut tags: Vec<&str> = Vec::new();
        for call in &calls {
            if !tags.contains(&call.tag) {
                tags.push(call.tag);
            }
        }
        prop_assert_eq!(&told["series_count"], tags.len());
        for (tag, series) in tags.iter().zip(told["series"].as_array().expect("a list")) {
            let own: Vec<(&Call, &Json)> =
                calls.iter().zip(&places).filter(|(call, _)| call.tag == *tag).collect();
            let steps: Vec<i64> = own.iter().map(|(call, _)| call.step).collect();
            let read: Vec<_> = own.iter().map(|(call, _)| read(call.value, tag)).collect();
            let finite: Vec<f64> = read.iter().map(|it| it.0).filter(|it| it.is_finite()).collect();
            prop_assert_eq!(&series["tag"], tag);
            prop_assert_eq!(&series["kind"], "scalar");
            prop_assert_eq!(&series["count"], own.len());
            prop_assert_eq!(&series["first"], own[0].1);
            prop_assert_eq!(&series["first_wall_time"], &number(own[0].0.wall_time));
            prop_assert_eq!(&series["last_wall_time"], &number(own[own.len() - 1].0.wall_time));
            prop_assert_eq!(&series["first_step"], steps[0]);
            prop_assert_eq!(&series["last_step"], steps[steps.len() - 1]);
            prop_assert_eq!(&series["min_step"], *steps.iter().min().expect("one"));
            prop_assert_eq!(&series["max_step"], *steps.iter().max().expect("one"));
            let pairs = steps.windows(2);
            prop_assert_eq!(&series["back"]["count"], pairs.clone().filter(|pair| pair[1] < pair[0]).count());
            if let Some(first) = pairs.clone().position(|pair| pair[1] < pair[0]) {
                let first = first + 1;
                let (place, from, to) = (own[first].1, steps[first - 1], steps[first]);
                let expected = json!({"record": place["record"], "offset": place["offset"], "from": from, "to": to});
                prop_assert_eq!(&series["back"]["first"], &expected);
            }
            prop_assert_eq!(&series["repeated"], pairs.filter(|pair| pair[1] == pair[0]).count());
            let longest = steps.chunk_by(|one, other| one == other).map(<[i64]>::len).max();
            prop_assert_eq!(&series["longest_repeat"], longest.expect("one"));
            let extreme = |pick: fn(f64, f64) -> f64| finite.iter().copied().reduce(pick);
            prop_assert_eq!(&series["min"], &json!(extreme(f64::min)));
            prop_assert_eq!(&series["max"], &json!(extreme(f64::max)));
            prop_assert_eq!(&series["last"], &json!(finite.last()));
            let odd: Vec<usize> = (0..own.len()).filter(|it| !read[*it].0.is_finite()).collect();
            prop_assert_eq!(&series["non_finite"]["count"], odd.len());
            if let Some(first) = odd.first() {
                prop_assert_eq!(&series["non_finite"]["offset"], &own[*first].1["offset"]);
                prop_assert_eq!(&series["non_finite"]["first_value"], &number(read[*first].0));
            }
            let rounded = read.iter().filter(|it| it.1 && it.0.is_finite() && it.0.abs() >= 16_777_216.0);
            prop_assert_eq!(&series["rounded"], rounded.count());
            for form in ["simple_value", "float32", "float64"] {
                let count = read.iter().filter(|it| it.2 == form).count();
                prop_assert_eq!(series["forms"][form].as_u64().unwrap_or(0), count as u64);
            }
            prop_assert_eq!(&series["bytes"], read.iter().map(|it| it.3).sum::<usize>());
            prop_assert_eq!(&series["no_metadata"], 0);
        }
    }

    /// Whatever stands in a file, and in whatever windows it comes, the same is told, and no byte is told twice.
    #[test]
    fn any_bytes_are_told_the_same_in_any_windows(
        calls in prop::collection::vec(call(), 1..20),
        faults in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        cut in any::<prop::sample::Index>(),
        window in 1usize..300,
    ) {
        let mut file = Vec::new();
        for call in &calls {
            scalar(&mut file, call.wall_time, call.step, call.tag, call.value);
        }
        for (place, byte) in faults {
            let place = place.index(file.len());
            file[place] = byte;
        }
        file.truncate(cut.index(file.len()) + 1);
        let told = facts(&file, 1 << 18);
        prop_assert_eq!(&facts(&file, window), &told);
        let ranges = told["damage"].as_array().expect("a list").iter().chain([&told["tail"]]);
        let lost: u64 = ranges
            .filter(|range| range["code"] != "not_an_event")
            .filter_map(|range| range["length"].as_u64())
            .sum();
        prop_assert!(lost <= file.len() as u64);
        prop_assert_eq!(told["complete"].as_bool(), Some(true));
    }
}

#[test]
fn further_series_than_are_told_are_counted() {
    let mut file = Vec::new();
    for tag in 0..100_020 {
        scalar(&mut file, 0.0, 0, &tag.to_string(), Scalar::Simple(1.0));
    }
    for tag in 99_990..100_020 {
        scalar(&mut file, 0.0, 1, &tag.to_string(), Scalar::Simple(1.0));
    }
    // Parsing all of it takes a test far too long.
    let told = facts_text(&file, 1 << 18);
    assert_eq!(told.matches("{\"tag\":").count(), 100_000);
    assert_eq!(told.matches("\"count\":2,").count(), 10);
    assert!(told.ends_with(",\"series_count\":100020}"));
}

#[test]
fn tags_that_are_too_long_to_be_kept_are_counted() {
    let mut file = Vec::new();
    let long = "x".repeat(40 << 20);
    for tag in [&*long, &long[1..], "loss", &long] {
        scalar(&mut file, 0.0, 0, tag, Scalar::Simple(1.0));
    }
    let told = facts(&file, 1 << 18);
    let series = told["series"].as_array().expect("a list");
    let counts: Vec<(usize, u64)> = series
        .iter()
        .map(|series| {
            (
                series["tag"].as_str().map_or(0, str::len),
                series["count"].as_u64().unwrap_or(0),
            )
        })
        .collect();
    assert_eq!(counts, [(long.len(), 2), (4, 1)]);
    assert_eq!(told["series_count"], 3);
    assert_eq!(told["largest"]["tag"].as_str().map(str::len), Some(1000));
}

#[test]
fn what_the_series_of_a_tag_take_in_json_is_counted_each_time() {
    let mut file = Vec::new();
    // Each control character takes six bytes there.
    let long = "\u{1}".repeat(5 << 20);
    for tag in [&*long, "loss", &long[1..], &long[2..]] {
        scalar(&mut file, 0.0, 0, tag, Scalar::Simple(1.0));
        text(&mut file, 0.0, 0, tag, "words".into());
    }
    let told = facts_text(&file, 1 << 18);
    assert!(told.len() < 65 << 20);
    assert_eq!(told.matches("{\"tag\":").count(), 4);
    assert!(told.ends_with(",\"series_count\":6}"));
}
