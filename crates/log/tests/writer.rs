//! The writer from open to close, without Python.

use std::convert::Infallible;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use lightboard_events::encode;
use lightboard_log::{
    Added, CAPACITY, FileId, Options, Record, Report, STUCK_CAPACITY, Scalar, Spool, SpooledRecord,
    Writer,
};

const MAIN: FileId = FileId(0);

fn open(directory: &Path) -> Writer {
    let options = Options {
        directory: directory.to_owned(),
        suffix: ".test".to_owned(),
        purge_step: None,
        delay: Duration::MAX,
    };
    Writer::open(&options).unwrap()
}

fn add(writer: &Writer, file: FileId, step: i64) -> Added {
    writer.add_scalar(file, Some(1.0), step, "loss", Scalar::Simple(0.5))
}

fn event_files(directory: &Path) -> Vec<PathBuf> {
    fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .collect()
}

/// Records in a file, the header not counted; nothing may be left over.
fn records(path: &Path) -> usize {
    let bytes = fs::read(path).unwrap();
    let (mut at, mut count) = (0, 0);
    while at < bytes.len() {
        at += 16 + u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap()) as usize;
        count += 1;
    }
    assert_eq!(at, bytes.len());
    count - 1
}

#[test]
fn what_was_added_is_in_the_files_after_flush_and_close() {
    let directory = tempfile::tempdir().unwrap();
    let sub_run = directory.path().join("sub");
    fs::create_dir(&sub_run).unwrap();
    let writer = open(directory.path());
    assert_eq!(records(writer.path()), 0);
    let second = writer.add_file(&sub_run).unwrap();
    for step in 0..1000 {
        assert_eq!(add(&writer, MAIN, step), Added::Taken);
        assert_eq!(add(&writer, second, step), Added::Taken);
    }
    writer.flush();
    assert_eq!(records(writer.path()), 1000);
    assert_eq!(records(&event_files(&sub_run)[0]), 1000);
    add(&writer, MAIN, 1000);
    writer.close();
    writer.close();
    assert_eq!(records(writer.path()), 1001);
    assert_eq!(add(&writer, MAIN, 1001), Added::Unusable);
    assert!(writer.add_file(&sub_run).is_err());
    assert!(writer.reports().is_empty());
}

#[test]
fn a_deleted_directory_is_made_again_and_reported() {
    let parent = tempfile::tempdir().unwrap();
    let directory = parent.path().join("run");
    fs::create_dir(&directory).unwrap();
    let writer = open(&directory);
    fs::remove_dir_all(&directory).unwrap();
    for step in 0..10 {
        add(&writer, MAIN, step);
    }
    writer.flush();
    let reports = writer.reports();
    let [Report::Deleted { new, lost: 0, .. }] = &reports[..] else {
        panic!("{reports:?}")
    };
    assert_eq!(records(new), 10);
}

#[test]
fn a_directory_that_cannot_be_made_again_loses_nothing_until_close() {
    let parent = tempfile::tempdir().unwrap();
    let directory = parent.path().join("run");
    fs::create_dir(&directory).unwrap();
    let writer = open(&directory);
    fs::remove_dir_all(&directory).unwrap();
    fs::write(&directory, "in the way").unwrap();
    add(&writer, MAIN, 0);
    writer.flush();
    assert!(matches!(
        writer.reports()[..],
        [Report::Failing { kept: 1, .. }]
    ));
    assert_eq!(add(&writer, MAIN, 1), Added::Taken);
    writer.flush();
    assert!(matches!(
        writer.reports()[..],
        [Report::NotFlushed { kept: 2, .. }]
    ));
    writer.close();
    assert!(matches!(
        writer.reports()[..],
        [Report::Lost {
            lost: 2,
            recovered: false,
            ..
        }]
    ));
}

/// A record of a bit more than `bytes`.
fn large(bytes: usize) -> Vec<u8> {
    let mut record = Vec::new();
    encode::text(
        &mut record,
        1.0,
        1,
        "large",
        "x".repeat(bytes).as_str().into(),
    );
    record
}

fn add_large(writer: &Writer, file: FileId, record: &[u8]) -> Added {
    let encode = || Ok::<_, Infallible>(record.to_vec().into());
    let Ok(added) = writer.add_large(file, (record.len(), 0), encode);
    added
}

/// Adds a record of so many bytes, however long that takes.
fn until_taken(writer: &Writer, bytes: usize, mut add: impl FnMut() -> Added) {
    loop {
        match add() {
            Added::Full => writer.wait_for_room(bytes, 0),
            added => return assert_eq!(added, Added::Taken),
        }
    }
}

#[test]
fn records_larger_than_all_the_room_are_written_whole_and_in_their_place() {
    let directory = tempfile::tempdir().unwrap();
    let writer = open(directory.path());
    for step in 0..3 {
        until_taken(&writer, 1, || add(&writer, MAIN, step));
        let record = large(CAPACITY + step as usize);
        until_taken(&writer, record.len(), || add_large(&writer, MAIN, &record));
    }
    writer.close();
    assert!(writer.reports().is_empty());
    assert_eq!(records(writer.path()), 6);
    let size = fs::metadata(writer.path()).unwrap().len() as usize;
    assert!((3 * CAPACITY..3 * CAPACITY + 1000).contains(&size));
    assert_eq!(add_large(&writer, MAIN, &large(10)), Added::Unusable);
}

#[test]
fn a_file_that_cannot_be_written_keeps_no_other_from_it() {
    let parent = tempfile::tempdir().unwrap();
    let directory = parent.path().join("run");
    fs::create_dir(&directory).unwrap();
    let writer = open(parent.path());
    let stuck = writer.add_file(&directory).unwrap();
    fs::remove_dir_all(&directory).unwrap();
    fs::write(&directory, "in the way").unwrap();
    add(&writer, stuck, 0);
    writer.flush();
    assert!(matches!(
        writer.reports()[..],
        [Report::Failing { kept: 1, .. }]
    ));
    let record = large(1 << 20);
    let fit = STUCK_CAPACITY / record.len();
    for _ in 0..fit + 10 {
        assert_ne!(add_large(&writer, stuck, &record), Added::Full);
    }
    for step in 0..100 {
        until_taken(&writer, 1, || add(&writer, MAIN, step));
        until_taken(&writer, record.len(), || add_large(&writer, MAIN, &record));
    }
    writer.flush();
    assert_eq!(records(writer.path()), 200);
    writer.reports();
    fs::remove_file(&directory).unwrap();
    writer.close();
    let files = event_files(&directory);
    assert_eq!(records(&files[0]), 1 + fit);
    let lost = |report: &Report| {
        matches!(
            report,
            Report::Lost {
                lost: 10,
                recovered: true,
                ..
            }
        )
    };
    let reports = writer.reports();
    assert_eq!(
        reports.iter().filter(|it| lost(it)).count(),
        1,
        "{reports:?}"
    );
}

#[test]
fn a_file_that_cannot_be_made_is_an_error_with_its_number() {
    let options = Options {
        directory: "/nonexistent/run".into(),
        suffix: String::new(),
        purge_step: None,
        delay: Duration::ZERO,
    };
    let error = Writer::open(&options).map(|_| ()).unwrap_err();
    assert_eq!(lightboard_log::errno(&error), libc::ENOENT);
}

#[test]
fn a_record_in_a_spool_is_written_whole_and_in_its_place() {
    let directory = tempfile::tempdir().unwrap();
    let writer = open(directory.path());
    let record = large(3 << 20);
    let spooled = || {
        let (before, rest) = record.split_at(20);
        let (content, behind) = rest.split_at(rest.len() - 10);
        let content = Spool::of(directory.path(), |out| out.write_all(content))?;
        std::io::Result::Ok(Record::Spooled(SpooledRecord {
            before: before.to_vec(),
            content,
            behind: behind.to_vec(),
        }))
    };
    for step in 0..3 {
        add(&writer, MAIN, step);
        let added = writer.add_large(MAIN, (30, record.len() as u64), spooled);
        assert_eq!(added.unwrap(), Added::Taken);
    }
    let failed = writer.add_large(MAIN, (1, 1), || Err("no room"));
    assert_eq!(failed, Err("no room"));
    writer.close();
    assert!(writer.reports().is_empty());
    assert_eq!(records(writer.path()), 6);
    let file = fs::read(writer.path()).unwrap();
    assert_eq!(
        file.windows(record.len())
            .filter(|it| *it == record)
            .count(),
        3
    );
}

#[test]
fn room_is_claimed_while_a_record_is_made() {
    let directory = tempfile::tempdir().unwrap();
    let writer = open(directory.path());
    let record = large(1 << 20);
    let encode = || {
        // As if another thread did.
        let other = writer.add_large(MAIN, (CAPACITY, 0), || unreachable!());
        assert_eq!(other, Ok::<_, Infallible>(Added::Full));
        Ok::<_, Infallible>(record.clone().into())
    };
    let added = writer.add_large(MAIN, (CAPACITY, 0), encode);
    assert_eq!(added, Ok(Added::Taken));
    assert_eq!(add_large(&writer, MAIN, &record), Added::Taken);
    writer.close();
    assert_eq!(records(writer.path()), 2);
}
