//! What the queue of media promises: order, barriers, bounds, and that failures cost nothing else.

use std::path::Path;
use std::sync::mpsc::{self, Sender};
use std::time::Duration;

use lightboard_events::encode::{self, Scalar};
use lightboard_events::{Part, Scanner, decode};
use lightboard_log::{
    Added, Claimed, Element, Embedding, Encode, FileId, KEPT_CAPACITY, MEDIA_CAPACITY, Media,
    NotWritten, Options, Progress, Report, SMALL_CAPACITY, SPOOL_CAPACITY, Spool, Writer,
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

/// Media and what encodes them.
struct Item {
    media: Media,
    encode: Encode,
}

impl Item {
    fn with(self, change: impl FnOnce(&mut Media)) -> Self {
        let Self { mut media, encode } = self;
        change(&mut media);
        Self { media, encode }
    }
}

fn add(writer: &Writer, item: Item) -> Added {
    match writer.claim_media(FileId(0), item.media) {
        Claimed::Place(place) => place.fill(None, item.encode),
        Claimed::Refused(added) => added,
    }
}

/// Media that are a point of the series `media` when `encoded` says so.
fn media(step: i64, bytes: usize, encoded: impl FnOnce() + Send + 'static) -> Item {
    of_tag("media", step, bytes, encoded)
}

/// The same, of the series `tag`.
fn of_tag(
    tag: &'static str,
    step: i64,
    bytes: usize,
    encoded: impl FnOnce() + Send + 'static,
) -> Item {
    Item {
        media: Media {
            what: format!("media {step}"),
            bytes,
            work: 0,
            spooled: 0,
            kept: false,
            tag: Some(tag.to_owned()),
        },
        encode: Box::new(move |wall, _| {
            encoded();
            let mut record = Vec::new();
            encode::scalar(&mut record, wall, step, tag, Scalar::Simple(0.0));
            Ok(Some(record.into()))
        }),
    }
}

/// Media that are encoded when the sender is dropped, and a sign that their encoding has begun.
fn gated(step: i64, bytes: usize, begun: Sender<i64>) -> (Item, Sender<()>) {
    gated_of_tag("media", step, bytes, begun)
}

fn gated_of_tag(
    tag: &'static str,
    step: i64,
    bytes: usize,
    begun: Sender<i64>,
) -> (Item, Sender<()>) {
    let (gate, opened) = mpsc::channel();
    let wait = move || {
        begun.send(step).unwrap();
        opened.recv().unwrap_err();
    };
    (of_tag(tag, step, bytes, wait), gate)
}

/// The same, as what is never dropped.
fn kept(item: Item) -> Item {
    item.with(|media| media.kept = true)
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
    assert_eq!(add(&writer, first), Added::Taken);
    assert_eq!(begins.recv(), Ok(0));
    let (encoded, done) = mpsc::channel();
    for step in 1..200 {
        let encoded = encoded.clone();
        let media = media(step, 1, move || encoded.send(()).unwrap());
        add(&writer, media);
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
    add(&writer, first);
    begins.recv().unwrap();
    std::thread::scope(|scope| {
        let closing = scope.spawn(|| writer.close());
        while !writer.is_closed() {
            std::thread::yield_now();
        }
        assert_eq!(add(&writer, media(1, 1, || ())), Added::Unusable);
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
        let (media, gate) = gated(step, SMALL_CAPACITY / 4 - 1024, begun.clone());
        add(&writer, media);
        begins.recv().unwrap();
        gate
    });
    for step in 2..4 {
        add(&writer, media(step, SMALL_CAPACITY / 4 - 1024, || ()));
    }
    // Waits in vain for 4, and not again for 5.
    for step in 4..6 {
        let added = add(&writer, media(step, SMALL_CAPACITY / 4 - 1024, || ()));
        assert_eq!(added, Added::TakenWithReports);
    }
    // Nothing that could be dropped would make room for this one.
    add(&writer, media(6, SMALL_CAPACITY, || ()));
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
fn what_is_kept_waits_for_its_turn_and_is_never_dropped() {
    let directory = tempfile::tempdir().unwrap();
    let writer = open(directory.path());
    let (begun, begins) = mpsc::channel();
    let spooled = |bytes, item| kept(item).with(|media| media.spooled = Spool::cost(bytes));
    let (first, first_gate) = gated(0, 1, begun.clone());
    add(
        &writer,
        spooled(SPOOL_CAPACITY - SPOOL_CAPACITY / 64, first),
    );
    assert_eq!(begins.recv(), Ok(0));
    let (small, gate) = gated_of_tag("small", 1, SMALL_CAPACITY, begun.clone());
    add(&writer, small);
    assert_eq!(begins.recv(), Ok(1));
    add(&writer, spooled(1, media(2, 1, || ())));
    // Small media wait in vain, and not again.
    add(&writer, of_tag("small", 3, SMALL_CAPACITY, || ()));
    std::thread::scope(|scope| {
        let adding = scope.spawn(|| {
            begun.send(4).unwrap();
            for (step, bytes) in [(4, SPOOL_CAPACITY), (5, 2 * SPOOL_CAPACITY)] {
                add(&writer, spooled(bytes, media(step, 1, || ())));
            }
            let large = kept(media(6, 2 * KEPT_CAPACITY, || ()));
            add(&writer, large);
        });
        assert_eq!(begins.recv(), Ok(4));
        add(&writer, of_tag("small", 7, SMALL_CAPACITY, || ()));
        assert!(!adding.is_finished());
        drop((first_gate, gate));
    });
    writer.close();
    assert_eq!(steps(&writer, "media"), [0, 2, 4, 5, 6]);
    assert_eq!(steps(&writer, "small"), [1]);
    let reports = writer.reports();
    assert!(
        matches!(&reports[..], [Report::MediaDropped { first, dropped: 2, .. }] if first == "media 3"),
        "{reports:?}"
    );
}

#[test]
fn nothing_waits_behind_what_is_kept_unless_it_has_the_same_tag() {
    let directory = tempfile::tempdir().unwrap();
    let writer = open(directory.path());
    let (begun, begins) = mpsc::channel();
    let (files, files_gate) = gated(0, 1, begun.clone());
    let files = kept(files).with(|media| media.tag = None);
    add(&writer, files);
    assert_eq!(begins.recv(), Ok(0));
    // More than there is room for at a time.
    for step in 1..=40 {
        let media = media(step, SMALL_CAPACITY / 4, || ());
        assert_eq!(add(&writer, media), Added::Taken);
    }
    while steps(&writer, "media").len() < 40 {
        std::thread::yield_now();
    }
    let (video, gate) = gated(41, 1, begun.clone());
    add(&writer, kept(video));
    // As much as there is room for beside, which small ones do not need.
    for step in 42..45 {
        let same = media(step, KEPT_CAPACITY / 4, || ());
        add(&writer, same);
    }
    for step in 46..50 {
        let other = of_tag("other", step, SMALL_CAPACITY / 4 - 1024, || ());
        assert_eq!(add(&writer, other), Added::Taken);
    }
    while steps(&writer, "other").len() < 4 {
        std::thread::yield_now();
    }
    assert_eq!(steps(&writer, "media").len(), 40);
    drop((files_gate, gate));
    writer.close();
    let found: Vec<_> = steps(&writer, "media");
    assert_eq!(found.len(), 45);
    let in_order = found.into_iter().filter(|&step| step > 0);
    assert!(in_order.eq(1..45));
    assert!(writer.reports().is_empty());
}

#[test]
fn what_is_kept_and_done_waits_for_nothing_but_its_tag() {
    let directory = tempfile::tempdir().unwrap();
    let writer = open(directory.path());
    let (begun, begins) = mpsc::channel();
    let (small, gate) = gated(0, 1, begun);
    add(&writer, small);
    assert_eq!(begins.recv(), Ok(0));
    add(&writer, kept(media(1, 1, || ())));
    add(&writer, kept(of_tag("large", 2, 1, || ())));
    while steps(&writer, "large").is_empty() {
        std::thread::yield_now();
    }
    assert!(steps(&writer, "media").is_empty());
    drop(gate);
    writer.close();
    assert_eq!(steps(&writer, "media"), [0, 1]);
    assert!(writer.reports().is_empty());
}

#[test]
fn no_call_waits_for_media_whose_disk_hangs() {
    let directory = tempfile::tempdir().unwrap();
    let writer = open(directory.path());
    // A video computes for as long as it takes.
    let beside = tempfile::tempdir().unwrap();
    let computing = open(beside.path());
    let (done, computes) = mpsc::channel::<()>();
    let (begun, begins) = mpsc::channel();
    let video = Item {
        encode: Box::new(move |_, _| {
            begun.send(()).unwrap();
            computes.recv().unwrap_err();
            Ok(None)
        }),
        ..kept(media(0, 2, || ()))
    };
    add(&computing, video);
    begins.recv().unwrap();
    let flushing = std::thread::scope(|scope| {
        let flushing = scope.spawn(|| computing.flush());
        a_disk_hangs(&writer);
        let waits = !flushing.is_finished();
        drop(done);
        waits
    });
    computing.close();
    assert!(flushing && computing.reports().is_empty());
}

fn a_disk_hangs(writer: &Writer) {
    let (gate, opened) = mpsc::channel::<()>();
    let hangs = Item {
        encode: Box::new(move |_, progress| {
            progress(true);
            opened.recv().unwrap_err();
            Ok(None)
        }),
        ..kept(media(0, KEPT_CAPACITY, || ())).with(|media| media.tag = None)
    };
    add(writer, hangs);
    add(writer, media(1, 1, || ()));
    writer.flush();
    assert_eq!(steps(writer, "media"), [1]);
    // It is known that it hangs: nothing waits for it again, but for what is to be computed.
    add(writer, kept(media(2, 1, || ())));
    add(writer, media(3, 1, || ()));
    writer.close();
    assert_eq!(steps(writer, "media"), [1, 3]);
    let reports: Vec<_> = writer.reports().iter().map(ToString::to_string).collect();
    let [flushed, added, closed] = &reports[..] else {
        panic!("{reports:?}");
    };
    assert!(flushed.starts_with("1 media item for "), "{flushed}");
    assert!(
        flushed.ends_with("if the process still runs then."),
        "{flushed}"
    );
    assert!(added.contains("(first: media 2)"), "{added}");
    assert!(closed.contains("(first: media 0)"), "{closed}");
    assert!(closed.ends_with("is lost."), "{closed}");
    drop(gate);
}

#[test]
fn what_is_to_be_done_in_turn_is() {
    let directory = tempfile::tempdir().unwrap();
    let writer = open(directory.path());
    let (begun, begins) = mpsc::channel();
    let (first, gate) = gated(0, 1, begun.clone());
    add(&writer, kept(first));
    assert_eq!(begins.recv(), Ok(0));
    for step in 1..3 {
        let begun = begun.clone();
        let media = media(step, 1, move || begun.send(step).unwrap());
        add(&writer, kept(media));
    }
    let other = of_tag("other", 3, 1, move || begun.send(3).unwrap());
    add(&writer, other);
    assert_eq!(begins.recv(), Ok(3));
    drop(gate);
    assert_eq!([begins.recv(), begins.recv()], [Ok(1), Ok(2)]);
    writer.close();
    assert_eq!(steps(&writer, "media"), [0, 1, 2]);
}

#[test]
fn what_writes_files_of_its_own_adds_no_record() {
    let directory = tempfile::tempdir().unwrap();
    let writer = open(directory.path());
    let before = std::fs::read(writer.path()).unwrap();
    for (bytes, encoded) in [
        (1, Ok(None)),
        (
            1,
            Err(NotWritten {
                path: "points.tsv".into(),
                cause: std::io::Error::from_raw_os_error(28),
            }
            .into()),
        ),
    ] {
        let points = kept(media(0, bytes, || ())).with(|media| {
            media.what = "The points".to_owned();
            media.tag = None;
        });
        let encode = Box::new(|_: f64, _: Progress<'_>| encoded);
        add(&writer, Item { encode, ..points });
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
fn points_that_cannot_be_read_are_no_fault_of_the_file() {
    let directory = tempfile::tempdir().unwrap();
    let writer = open(directory.path());
    let embedding = Embedding {
        directory: directory.path().to_owned(),
        folder: "00000/default".to_owned(),
        name: "default".to_owned(),
        points: Box::new(std::io::empty()),
        element: Element::F64,
        shape: (1, 1),
        labels: None,
        picture: None,
    };
    let points = kept(media(0, 1, || ())).with(|media| media.tag = None);
    let encode = Box::new(|_: f64, progress: Progress<'_>| {
        embedding.write(None, progress)?;
        Ok(None)
    });
    add(&writer, Item { encode, ..points });
    writer.close();
    let reports = writer.reports();
    let [report @ Report::NotEncoded { .. }] = &reports[..] else {
        panic!("{reports:?}");
    };
    assert!(
        report
            .to_string()
            .contains("its copy in a temporary file cannot be read"),
        "{report}"
    );
    let folder = directory.path().join("00000/default");
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), 0);
}

#[test]
fn an_item_larger_than_the_queue_is_taken_alone() {
    let directory = tempfile::tempdir().unwrap();
    let writer = open(directory.path());
    for step in 0..3 {
        add(&writer, media(step, 2 * SMALL_CAPACITY, || ()));
    }
    writer.flush();
    assert_eq!(steps(&writer, "media"), [0, 1, 2]);
    assert!(writer.reports().is_empty());
}

#[test]
fn what_cannot_be_encoded_is_reported_once_and_costs_nothing_else() {
    let directory = tempfile::tempdir().unwrap();
    let writer = open(directory.path());
    add(&writer, media(0, 1, || ()));
    let broken = Item {
        encode: Box::new(|_, _| Err("too large".into())),
        ..media(1, 1, || ())
    };
    add(&writer, broken);
    add(&writer, media(2, 1, || panic!("a fault of the encoder")));
    add(&writer, media(3, 1, || ()));
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

#[test]
fn room_is_given_back_that_is_claimed_and_not_filled() {
    let directory = tempfile::tempdir().unwrap();
    let writer = open(directory.path());
    let claim = |step| match writer.claim_media(FileId(0), media(step, SMALL_CAPACITY, || ()).media)
    {
        Claimed::Place(place) => place,
        Claimed::Refused(added) => panic!("{added:?}"),
    };
    drop(claim(0));
    let place = claim(1);
    // It is as if this call was not made yet.
    writer.flush();
    let record = || {
        let mut record = Vec::new();
        encode::scalar(&mut record, 0.0, 1, "media", Scalar::Simple(0.0));
        Ok(Some(record.into()))
    };
    assert_eq!(place.finish(record()), Added::Taken);
    let closing = claim(2);
    std::thread::scope(|scope| {
        let closing_writer = scope.spawn(|| writer.close());
        while !writer.is_closed() {
            std::thread::yield_now();
        }
        assert!(!closing_writer.is_finished());
        assert_eq!(closing.finish(record()), Added::Taken);
    });
    assert_eq!(steps(&writer, "media"), [1, 1]);
    assert!(writer.reports().is_empty());
}

#[test]
fn what_takes_much_to_encode_is_encoded_alone() {
    let directory = tempfile::tempdir().unwrap();
    let writer = open(directory.path());
    let (begun, begins) = mpsc::channel();
    let much = |item: Item| item.with(|media| media.work = MEDIA_CAPACITY);
    let (first, gate) = gated(0, 1, begun.clone());
    add(&writer, much(first));
    assert_eq!(begins.recv(), Ok(0));
    let (second, second_gate) = gated(1, 1, begun);
    add(&writer, much(second));
    // One that takes little goes on beside the first, unless it came later than one that waits.
    add(&writer, kept(of_tag("other", 2, 1, || ())));
    while steps(&writer, "other").is_empty() {
        std::thread::yield_now();
    }
    assert!(begins.try_recv().is_err());
    drop(gate);
    assert_eq!(begins.recv(), Ok(1));
    drop(second_gate);
    writer.close();
    assert_eq!(steps(&writer, "media"), [0, 1]);
}

#[test]
fn close_waits_for_what_is_still_being_copied() {
    let directory = tempfile::tempdir().unwrap();
    for kept in [false, true] {
        let writer = open(directory.path());
        // Both threads are there, and idle.
        let (begun, begins) = mpsc::channel();
        let gates = [0, 1].map(|step| {
            let (item, gate) = gated(step, 1, begun.clone());
            add(&writer, item);
            begins.recv().unwrap();
            gate
        });
        drop(gates);
        writer.flush();
        let item = media(2, 1, || ()).with(|media| media.kept = kept);
        let Claimed::Place(place) = writer.claim_media(FileId(0), item.media) else {
            panic!("there is room");
        };
        std::thread::scope(|scope| {
            scope.spawn(|| writer.close());
            while !writer.is_closed() {
                std::thread::yield_now();
            }
            assert_eq!(place.fill(None, item.encode), Added::Taken);
        });
        assert_eq!(steps(&writer, "media"), [0, 1, 2]);
        assert!(writer.reports().is_empty());
    }
}
