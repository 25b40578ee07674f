//! What the queue of media promises: order, barriers, bounds, and that failures cost nothing else.

use std::io::Read;
use std::path::Path;
use std::sync::mpsc::{self, Sender};
use std::time::Duration;

use lightboard_events::encode::{self, Scalar};
use lightboard_events::{Part, Scanner, decode};
use lightboard_log::{
    Added, FileId, MEDIA_CAPACITY, Media, NotWritten, Options, Report, SPOOL_CAPACITY, Spool,
    Writer,
};

fn open(directory: &Path) -> Writer {
    Writer::open(&Options {
        directory: directory.to_owned(),
        suffix: String::new(),
        purge_step: None,
        delay: Duration::MAX,
    })
    .unwrap()
}

/// Media that are a point of the series `media` when `encoded` says so.
fn media(step: i64, bytes: usize, encoded: impl FnOnce() + Send + 'static) -> Media {
    Media {
        what: format!("media {step}"),
        bytes,
        spooled: 0,
        in_turn: false,
        encode: Box::new(move |wall, _| {
            encoded();
            let mut record = Vec::new();
            encode::scalar(&mut record, wall, step, "media", Scalar::Simple(0.0));
            Ok(record)
        }),
    }
}

/// Media that are encoded when the sender is dropped, and a sign that their encoding has begun.
fn gated(step: i64, bytes: usize, begun: Sender<i64>) -> (Media, Sender<()>) {
    let (gate, opened) = mpsc::channel();
    let wait = move || {
        begun.send(step).unwrap();
        opened.recv().unwrap_err();
    };
    (media(step, bytes, wait), gate)
}

/// The steps of one tag in the file of `writer`.
fn steps(writer: &Writer, tag: &str) -> Vec<i64> {
    let file = std::fs::read(writer.path()).unwrap();
    let mut steps = Vec::new();
    Scanner::new().feed(&file, true, |part| match part {
        Part::Record(record) => {
            let event = decode(record.payload()).unwrap();
            let of_tag = event
                .values()
                .filter(|value| value.as_ref().unwrap().tag == tag);
            steps.extend(of_tag.map(|_| event.step));
        }
        Part::Damage(damage, _) => panic!("{damage}"),
        Part::End(_) => {}
    });
    steps
}

#[test]
fn order_is_that_of_the_calls_whatever_takes_longest() {
    let directory = tempfile::tempdir().unwrap();
    let writer = open(directory.path());
    let (begun, begins) = mpsc::channel();
    let (first, gate) = gated(0, 1, begun);
    assert_eq!(writer.add_media(FileId(0), None, first), Added::Taken);
    assert_eq!(begins.recv(), Ok(0));
    let (encoded, done) = mpsc::channel();
    for step in 1..200 {
        let encoded = encoded.clone();
        let media = media(step, 1, move || encoded.send(()).unwrap());
        writer.add_media(FileId(0), None, media);
    }
    // A second thread gets all others done meanwhile.
    for _ in 1..200 {
        done.recv().unwrap();
    }
    writer.add_scalar(FileId(0), None, 7, "scalar", Scalar::Simple(0.0));
    drop(gate);
    writer.flush();
    assert_eq!(steps(&writer, "media"), (0..200).collect::<Vec<_>>());
    assert_eq!(steps(&writer, "scalar"), [7]);
}

#[test]
fn close_waits_for_media() {
    let directory = tempfile::tempdir().unwrap();
    let writer = open(directory.path());
    let (begun, begins) = mpsc::channel();
    let (first, gate) = gated(0, 1, begun);
    writer.add_media(FileId(0), None, first);
    begins.recv().unwrap();
    std::thread::scope(|scope| {
        let closing = scope.spawn(|| writer.close());
        while !writer.is_closed() {
            std::thread::yield_now();
        }
        assert_eq!(
            writer.add_media(FileId(0), None, media(1, 1, || ())),
            Added::Unusable
        );
        assert!(!closing.is_finished());
        drop(gate);
    });
    assert_eq!(steps(&writer, "media"), [0]);
    assert!(writer.reports().is_empty());
}

#[test]
fn the_oldest_that_wait_are_dropped_when_the_queue_stays_full() {
    let directory = tempfile::tempdir().unwrap();
    let writer = open(directory.path());
    let (begun, begins) = mpsc::channel();
    let gates = [0, 1].map(|step| {
        let (media, gate) = gated(step, MEDIA_CAPACITY / 4, begun.clone());
        writer.add_media(FileId(0), None, media);
        begins.recv().unwrap();
        gate
    });
    for step in 2..4 {
        writer.add_media(FileId(0), None, media(step, MEDIA_CAPACITY / 4, || ()));
    }
    // Waits in vain for 4, and not again for 5.
    for step in 4..6 {
        let added = writer.add_media(FileId(0), None, media(step, MEDIA_CAPACITY / 4, || ()));
        assert_eq!(added, Added::TakenWithReports);
    }
    // Nothing that could be dropped would make room for this one.
    writer.add_media(FileId(0), None, media(6, MEDIA_CAPACITY, || ()));
    assert_eq!(
        writer.add_scalar(FileId(0), None, 0, "scalar", Scalar::Simple(0.0)),
        Added::TakenWithReports
    );
    drop(gates);
    writer.close();
    assert_eq!(steps(&writer, "media"), [0, 1, 4, 5]);
    assert_eq!(steps(&writer, "scalar"), [0]);
    let reports = writer.reports();
    let [
        Report::MediaDropped {
            first, dropped: 3, ..
        },
    ] = &reports[..]
    else {
        panic!("{reports:?}");
    };
    assert_eq!(first, "media 2");
}

#[test]
fn what_an_item_gives_back_is_room_for_others() {
    let directory = tempfile::tempdir().unwrap();
    let writer = open(directory.path());
    let (begun, has_begun) = mpsc::channel();
    let (gate, opened) = mpsc::channel::<()>();
    let large = Media {
        what: "a video".to_owned(),
        bytes: MEDIA_CAPACITY,
        spooled: 0,
        in_turn: false,
        encode: Box::new(move |wall, give_back| {
            give_back(MEDIA_CAPACITY / 2);
            begun.send(()).unwrap();
            opened.recv().unwrap_err();
            give_back(usize::MAX); // More than it holds counts for nothing.
            let mut record = Vec::new();
            encode::scalar(&mut record, wall, 0, "media", Scalar::Simple(0.0));
            Ok(record)
        }),
    };
    writer.add_media(FileId(0), None, large);
    has_begun.recv().unwrap();
    for step in 1..=4 {
        writer.add_media(FileId(0), None, media(step, MEDIA_CAPACITY / 8, || ()));
    }
    drop(gate);
    writer.flush();
    assert_eq!(steps(&writer, "media"), [0, 1, 2, 3, 4]);
    assert!(writer.reports().is_empty());
}

#[test]
fn what_lies_in_spools_is_bounded_as_well() {
    let directory = tempfile::tempdir().unwrap();
    let writer = open(directory.path());
    let (begun, begins) = mpsc::channel();
    let spooled = |spooled, media| Media { spooled, ..media };
    let (first, gate) = gated(0, 1, begun);
    writer.add_media(FileId(0), None, spooled(SPOOL_CAPACITY - 1, first));
    begins.recv().unwrap();
    writer.add_media(FileId(0), None, spooled(1, media(1, 1, || ())));
    writer.add_media(FileId(0), None, spooled(SPOOL_CAPACITY, media(2, 1, || ())));
    drop(gate);
    writer.flush();
    writer.add_media(
        FileId(0),
        None,
        spooled(2 * SPOOL_CAPACITY, media(3, 1, || ())),
    );
    writer.close();
    assert_eq!(steps(&writer, "media"), [0, 1, 3]);
    let reports = writer.reports();
    assert!(
        matches!(&reports[..], [Report::MediaDropped { first, dropped: 1, .. }] if first == "media 2"),
        "{reports:?}"
    );
}

#[test]
fn a_spool_gives_back_what_was_written() {
    let mut spool = Spool::of(|out| out.write_all(b"frames")).unwrap();
    let mut read = String::new();
    assert_eq!(spool.size(), 6);
    spool.read_to_string(&mut read).unwrap();
    assert_eq!(read, "frames");
}

#[test]
fn what_is_to_be_done_in_turn_is() {
    let directory = tempfile::tempdir().unwrap();
    let writer = open(directory.path());
    let (begun, begins) = mpsc::channel();
    let in_turn = |media| Media {
        in_turn: true,
        ..media
    };
    let (first, gate) = gated(0, 1, begun.clone());
    writer.add_media(FileId(0), None, in_turn(first));
    assert_eq!(begins.recv(), Ok(0));
    for step in 1..3 {
        let begun = begun.clone();
        let media = media(step, 1, move || begun.send(step).unwrap());
        writer.add_media(FileId(0), None, in_turn(media));
    }
    let other = media(3, 1, move || begun.send(3).unwrap());
    writer.add_media(FileId(0), None, other);
    assert_eq!(begins.recv(), Ok(3));
    drop(gate);
    assert_eq!([begins.recv(), begins.recv()], [Ok(1), Ok(2)]);
    writer.close();
    assert_eq!(steps(&writer, "media"), [0, 1, 2, 3]);
}

#[test]
fn what_writes_files_of_its_own_adds_no_record() {
    let directory = tempfile::tempdir().unwrap();
    let writer = open(directory.path());
    let before = std::fs::read(writer.path()).unwrap();
    for (bytes, encoded) in [
        (1, Ok(Vec::new())),
        (
            1,
            Err(NotWritten {
                path: "points.tsv".into(),
                cause: std::io::Error::from_raw_os_error(28),
            }
            .into()),
        ),
    ] {
        let media = Media {
            what: "The points".to_owned(),
            bytes,
            spooled: 0,
            in_turn: true,
            encode: Box::new(|_, _| encoded),
        };
        writer.add_media(FileId(0), None, media);
    }
    writer.close();
    assert_eq!(std::fs::read(writer.path()).unwrap(), before);
    let reports = writer.reports();
    let [report] = &reports[..] else {
        panic!("{reports:?}");
    };
    assert_eq!(report.errno(), Some(28));
    assert_eq!(
        report.to_string(),
        "The points was not logged, since points.tsv cannot be written (No space left on device: free some space). \
         Nothing else is affected."
    );
}

#[test]
fn an_item_larger_than_the_queue_is_taken_alone() {
    let directory = tempfile::tempdir().unwrap();
    let writer = open(directory.path());
    for step in 0..3 {
        writer.add_media(FileId(0), None, media(step, 2 * MEDIA_CAPACITY, || ()));
    }
    writer.flush();
    assert_eq!(steps(&writer, "media"), [0, 1, 2]);
    assert!(writer.reports().is_empty());
}

#[test]
fn what_cannot_be_encoded_is_reported_once_and_costs_nothing_else() {
    let directory = tempfile::tempdir().unwrap();
    let writer = open(directory.path());
    writer.add_media(FileId(0), None, media(0, 1, || ()));
    let broken = Media {
        what: "media 1".to_owned(),
        bytes: 1,
        spooled: 0,
        in_turn: false,
        encode: Box::new(|_, _| Err("too large".into())),
    };
    writer.add_media(FileId(0), None, broken);
    writer.add_media(
        FileId(0),
        None,
        media(2, 1, || panic!("a fault of the encoder")),
    );
    writer.add_media(FileId(0), None, media(3, 1, || ()));
    writer.close();
    assert_eq!(steps(&writer, "media"), [0, 3]);
    let reports: Vec<_> = writer.reports().iter().map(ToString::to_string).collect();
    let [error, panic] = &reports[..] else {
        panic!("{reports:?}");
    };
    assert!(
        error.starts_with("media 1 for ") && error.contains("too large"),
        "{error}"
    );
    assert!(panic.starts_with("media 2 for "), "{panic}");
}
