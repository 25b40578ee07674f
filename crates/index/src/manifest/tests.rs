use std::io::Write;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use lightboard_events::{Cause, Damage, DecodeError, Tail, crc};

use super::{Bytes, HEAD, ManifestWriter, Saved, SavedFiles};
use crate::fuzzing::{LOGDIR, listed, manifest, manifest_seed, progress, sample};
use crate::segment::Segment;
use crate::store::Store;

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

/// The sample, of a file that is damaged in every way.
fn damaged() -> (Vec<u8>, Arc<Segment>) {
    sample(|contents| {
        contents.damage = damages();
        contents.damage_count = 5000;
        contents.tail = Tail::Zeros {
            offset: 99_990,
            length: 10,
        };
    })
}

#[test]
fn what_was_saved_comes_back() {
    let (bytes, segment) = damaged();
    let store = Arc::new(Store::default());
    let open = |number, _| (number == 4).then(|| Arc::clone(&segment));
    let files = SavedFiles::read(bytes, LOGDIR, &store, open).unwrap();
    let saved = files.get(b"a/b", b"x.tfevents", &mut 0).unwrap();
    assert!(files.get(b"a", b"x.tfevents", &mut 0).is_none());
    assert_eq!(saved.progress, progress());
    // As long as nobody asks for more, the manifest need not be unpacked for it.
    let counts = saved.contents.series.counts();
    assert_eq!((counts.series, counts.scalar_points), (3, 1530));
    assert!(saved.contents.series.unpack());
    assert_eq!(saved.contents.series.counts(), counts);
    assert_eq!(saved.contents.damage, damages());
    assert_eq!(saved.contents.damage_count, 5000);
    assert_eq!(saved.contents.tail.damage().unwrap().length, 10);
    assert_eq!(
        (saved.contents.records, saved.contents.last_step),
        (1532, Some(5))
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
    assert_eq!(points.stretches(0..points.len()).next().unwrap().3.nan, 30);
}

#[test]
fn folders_come_back_and_one_that_does_not_fit_together_is_left_out() {
    let (bytes, segment) = damaged();
    let store = Arc::new(Store::default());
    let read = |bytes| {
        let open = |_, _| Some(Arc::clone(&segment));
        SavedFiles::read(bytes, LOGDIR, &store, open).map(|mut files| files.take_folders())
    };
    let folders = read(bytes.clone()).unwrap();
    let (found, listed) = (folders.get(b"a/b", &mut 0).unwrap(), listed());
    assert_eq!(found.stamp, listed.stamp);
    assert_eq!(found.entries, listed.entries);
    let (found, listed) = (found.strangers().unwrap(), listed.strangers().unwrap());
    assert_eq!(
        (&found.waiting, &found.found),
        (&listed.waiting, &listed.found)
    );
    assert_eq!((&found.others, found.count), (&listed.others, listed.count));
    // No entry may lead out of its folder.
    for name in [b"../el.pt", b"model/pt"] {
        let mut changed = bytes.clone();
        let at = changed.windows(8).position(|it| it == b"model.pt").unwrap();
        changed[at..at + 8].copy_from_slice(name);
        let end = changed.len() - 4;
        let sum = crc::masked(&changed[..end]);
        changed[end..].copy_from_slice(&sum.to_le_bytes());
        assert!(read(changed).unwrap().get(b"a/b", &mut 0).is_none());
    }
}

#[test]
fn files_whose_segments_are_gone_are_left_out_and_other_directories_refused() {
    let (bytes, segment) = damaged();
    let store = Arc::new(Store::default());
    let files = SavedFiles::read(bytes.clone(), LOGDIR, &store, |_, _| None).unwrap();
    assert!(files.get(b"a/b", b"x.tfevents", &mut 0).is_none());
    let open = |_, _| Some(Arc::clone(&segment));
    assert!(SavedFiles::read(bytes, b"/other", &store, open).is_err());
}

#[test]
fn series_that_do_not_fit_together_are_lost_and_told_so() {
    let (bytes, segment) = damaged();
    let store = Arc::new(Store::default());
    let mut changed = bytes.clone();
    // A kind that there is none of.
    let at = changed.windows(6).position(|it| it == b"scalar").unwrap();
    changed[at..at + 6].copy_from_slice(b"scalor");
    let end = changed.len() - 4;
    let sum = crc::masked(&changed[..end]);
    changed[end..].copy_from_slice(&sum.to_le_bytes());
    let open = |_, _| Some(Arc::clone(&segment));
    let files = SavedFiles::read(changed, LOGDIR, &store, open).unwrap();
    let Saved { contents, progress } = files.get(b"a/b", b"x.tfevents", &mut 0).unwrap();
    assert!(!contents.series.is_lost());
    assert!(contents.series.scalar("loss").is_none());
    assert!(contents.series.is_lost() && !contents.series.unpack());
    assert_eq!(contents.series.len(), 3);
    let mut manifest = ManifestWriter::default();
    assert!(!manifest.add(b"a/b", b"x.tfevents", &progress, &contents));
}

#[test]
fn any_flipped_byte_and_any_cut_is_refused() {
    let (bytes, segment) = damaged();
    let store = Arc::new(Store::default());
    let open = |_, _| Some(Arc::clone(&segment));
    for at in 0..bytes.len() {
        assert!(SavedFiles::read(bytes[..at].to_vec(), LOGDIR, &store, open).is_err());
        for bit in [1, 0x80] {
            let mut flipped = bytes.clone();
            flipped[at] ^= bit;
            assert!(
                SavedFiles::read(flipped, LOGDIR, &store, open).is_err(),
                "byte {at}"
            );
        }
    }
}

#[test]
fn any_body_with_a_right_checksum_is_read_or_refused() {
    let seed = manifest_seed();
    for at in 0..seed.len() {
        for value in [0, 1, 0xff] {
            let mut changed = seed.clone();
            changed[at] = value;
            manifest(&changed);
        }
    }
}

#[test]
fn a_file_that_is_empty_or_cut_off_is_refused_and_a_whole_one_is_read_from_where_it_lies() {
    let (bytes, segment) = damaged();
    let store = Arc::new(Store::default());
    for length in [0, 1, HEAD, bytes.len() - 1, bytes.len()] {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&bytes[..length]).unwrap();
        let open = |_, _| Some(Arc::clone(&segment));
        let files =
            Bytes::map(&file).and_then(|bytes| SavedFiles::read(bytes, LOGDIR, &store, open));
        assert_eq!(files.is_ok(), length == bytes.len());
    }
}

#[test]
fn a_byte_that_differs_anywhere_in_a_long_file_is_found_before_it_is_mapped() {
    const LENGTH: usize = 600_000;
    let mut bytes: Vec<u8> = (0..LENGTH).map(|at| (at / 1000) as u8).collect();
    bytes.extend_from_slice(&crc::masked(&bytes).to_le_bytes());
    let file = tempfile::tempfile().unwrap();
    file.write_all_at(&bytes, 0).unwrap();
    let is_right = || Bytes::map(&file).is_ok_and(|found| *found == *bytes);
    assert!(is_right());
    for at in [0, 1 << 18, (1 << 18) + 1, LENGTH - 1, LENGTH, LENGTH + 3] {
        file.write_all_at(&[!bytes[at]], at as u64).unwrap();
        assert!(!is_right(), "byte {at}");
        file.write_all_at(&bytes[at..=at], at as u64).unwrap();
    }
    assert!(is_right());
}
