use std::sync::Arc;

use lightboard_events::encode::{Scalar, scalar};
use lightboard_events::{Cause, Damage, DecodeError, Scan, Scanner, Tail, Watch};

use super::{ManifestWriter, Progress, SavedFiles};
use crate::contents::Contents;
use crate::event_file::{LastRecord, Stamp};
use crate::points::Place;
use crate::segment::{Segment, SegmentWriter, Stored};
use crate::series::SeriesData;
use crate::store::Store;

const STAMP: Stamp = Stamp {
    identity: (1, 2),
    size: 9000,
    modified: (1_700_000_000, 5),
    changed: (1_700_000_001, 6),
};
const LAST: LastRecord = LastRecord {
    end: 2000,
    checksum: 7,
};

fn damage(cause: Cause) -> Damage {
    Damage {
        offset: 100,
        length: 20,
        cause,
    }
}

/// Every kind of damage that a file can have.
fn damages() -> Vec<Damage> {
    let (stored, computed) = (1, 2);
    let wire_type = DecodeError::WireType { field: 7, found: 3 };
    vec![
        damage(Cause::LengthChecksum { stored, computed }),
        damage(Cause::PayloadChecksum { stored, computed }),
        damage(Cause::TooLong { claimed: 1 << 40 }),
        damage(Cause::Zeros),
        damage(Cause::Truncated { needed: 77 }),
        damage(Cause::NotAnEvent(DecodeError::Varint)),
        damage(Cause::NotAnEvent(DecodeError::Short)),
        damage(Cause::NotAnEvent(DecodeError::Key)),
        damage(Cause::NotAnEvent(wire_type)),
        damage(Cause::NotAnEvent(DecodeError::Text)),
        damage(Cause::NotAnEvent(DecodeError::Group)),
    ]
}

fn progress() -> Progress {
    Progress {
        stamp: STAMP,
        finished: true,
        opening: b"opening".to_vec(),
        last_record: Some(LAST),
        watched: vec![Watch {
            offset: 100,
            length: 20,
            checksum: 5,
        }],
    }
}

/// A manifest with one file, and the segment that it names.
fn sample() -> (Vec<u8>, Arc<Segment>) {
    let mut bytes = Vec::new();
    for step in 0..30 {
        scalar(&mut bytes, 1e9, step, "loss", Scalar::Simple(0.5));
        scalar(&mut bytes, 1e9, -step, "ünicode", Scalar::Simple(f32::NAN));
    }
    let mut contents = Contents::new(Arc::default());
    let mut scanner = Scanner::new();
    while let Scan::Record { offset, payload } =
        scanner.next(&bytes[scanner.offset() as usize..], true)
    {
        contents.add_record(offset, payload);
    }
    contents.bytes_read = scanner.offset();
    contents.damage = damages();
    contents.damage_count = 5000;
    contents.tail = Tail::Zeros {
        offset: 8990,
        length: 10,
    };
    contents.series.seal();
    let mut writer = SegmentWriter::new(tempfile::tempfile().unwrap()).unwrap();
    let mut spans = Vec::new();
    for series in contents.series.iter() {
        let blocks = &series.scalars().unwrap().blocks;
        spans.extend(
            blocks
                .iter()
                .map(|it| writer.add(it.place.bytes().unwrap()).unwrap()),
        );
    }
    let segment = Segment::open(&writer.finish().unwrap(), Some(4))
        .unwrap()
        .unwrap();
    let mut spans = spans.into_iter();
    for series in contents.series.iter_mut() {
        if let SeriesData::Scalars(points) = &mut series.data {
            for block in &mut points.blocks {
                let (segment, span) = (Arc::clone(&segment), spans.next().unwrap());
                block.place = Place::Segment(Stored { segment, span });
            }
        }
    }
    let mut manifest = ManifestWriter::default();
    assert!(manifest.add(b"a/b", b"x.tfevents", &progress(), &contents));
    (manifest.finish(b"/logs"), segment)
}

#[test]
fn what_was_saved_comes_back() {
    let (bytes, segment) = sample();
    let store = Arc::new(Store::default());
    let open = |number, _| (number == 4).then(|| Arc::clone(&segment));
    let files = SavedFiles::read(bytes, b"/logs", &store, open).unwrap();
    let saved = files.get(b"a/b", b"x.tfevents").unwrap();
    assert!(files.get(b"a", b"x.tfevents").is_none());
    assert_eq!(saved.progress, progress());
    assert_eq!(saved.contents.damage, damages());
    assert_eq!(saved.contents.damage_count, 5000);
    assert_eq!(saved.contents.tail.damage().unwrap().length, 10);
    assert_eq!(
        (saved.contents.records, saved.contents.last_step),
        (60, Some(-29))
    );
    let points = saved.contents.series.scalar("loss").unwrap();
    assert_eq!(
        *points.columns(0..30).unwrap().steps,
        (0..30).collect::<Vec<i64>>()
    );
    let points = saved.contents.series.scalar("ünicode").unwrap();
    assert!(
        points
            .columns(3..30)
            .unwrap()
            .values
            .iter()
            .all(|it| it.is_nan())
    );
    assert_eq!(points.stretches().next().unwrap().2.nan, 30);
}

#[test]
fn files_whose_segments_are_gone_are_left_out_and_other_directories_refused() {
    let (bytes, segment) = sample();
    let store = Arc::new(Store::default());
    let files = SavedFiles::read(bytes.clone(), b"/logs", &store, |_, _| None).unwrap();
    assert!(files.get(b"a/b", b"x.tfevents").is_none());
    let open = |_, _| Some(Arc::clone(&segment));
    assert!(SavedFiles::read(bytes, b"/other", &store, open).is_err());
}

#[test]
fn any_flipped_byte_and_any_cut_is_refused() {
    let (bytes, segment) = sample();
    let store = Arc::new(Store::default());
    let open = |_, _| Some(Arc::clone(&segment));
    for at in 0..bytes.len() {
        assert!(SavedFiles::read(bytes[..at].to_vec(), b"/logs", &store, open).is_err());
        for bit in [1, 0x80] {
            let mut flipped = bytes.clone();
            flipped[at] ^= bit;
            assert!(
                SavedFiles::read(flipped, b"/logs", &store, open).is_err(),
                "byte {at}"
            );
        }
    }
}

#[test]
fn any_body_with_a_right_checksum_is_read_or_refused() {
    let (bytes, segment) = sample();
    let store = Arc::new(Store::default());
    for at in 20..bytes.len() - 4 {
        for value in [0, 1, 0x7f, 0xff] {
            let mut changed = bytes[..bytes.len() - 4].to_vec();
            changed[at] = value;
            let sum = lightboard_events::crc::masked(&changed);
            changed.extend_from_slice(&sum.to_le_bytes());
            let Ok(files) =
                SavedFiles::read(changed, b"/logs", &store, |_, _| Some(Arc::clone(&segment)))
            else {
                continue;
            };
            let all = files.names().filter_map(|(run, name)| files.get(run, name));
            for saved in all {
                for (_, points) in saved.contents.series.scalars() {
                    drop(points.columns(0..points.len()));
                }
            }
        }
    }
}
