//! What the fuzz targets `manifest` and `segment` check (`fuzz/`), and the sample that they and the tests start from.

pub use crate::event_file::check::tail;
use std::collections::{BTreeMap, HashSet};
use std::ffi::OsStr;
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

use lightboard_events::encode::{Scalar, scalar, session_start};
use lightboard_events::{Part, Scanner, Watch, crc};

use crate::baseline::{Baseline, Compare};
use crate::block::Packed;
use crate::catalog::Catalog;
use crate::contents::Contents;
use crate::event_file::{LastRecord, Stamp};
use crate::folders::{EntryKind, FolderStamp, Listed};
use crate::logdir::{Found, Listing, Logdir};
use crate::manifest::{ManifestWriter, Progress, SavedFiles};
use crate::points::{Place, Points, Value};
use crate::query::{Axis, View};
use crate::scalars::{ScalarQuery, answer};
use crate::segment::{Segment, SegmentWriter, Span, Stored, VERSION};
use crate::series::SeriesData;
use crate::smoothing::Smoothing;
use crate::store::Store;
use crate::strangers::{Stranger, Strangers};
use crate::superseding::Attempts;
use crate::{columns, describe};

/// The log directory of the sample.
pub(crate) const LOGDIR: &[u8] = b"/logs";
/// Bytes of a manifest up to the lists behind the log directory's path.
const START: usize = 20 + 4 + LOGDIR.len();

/// An event with a value that is no scalar: a text.
const TEXT: &[u8] = b"\x09\0\0\0\0\0\0\x59\x40\x10\x05\
    \x2a\x18\x0a\x16\x0a\x04note\x42\x04\x08\x07\x42\0\x4a\x08\x0a\x06\x0a\x04text";

/// What was read of a file with two series of scalars, the longer of two blocks, a restart, and a text.
fn contents() -> Contents {
    let mut bytes = Vec::new();
    for step in 0..1500 {
        if step == 1400 {
            session_start(&mut bytes, 1e9, 700);
        }
        let back = if step < 1400 { step } else { step - 600 };
        scalar(
            &mut bytes,
            1e9 + step as f64,
            back,
            "loss",
            Scalar::Simple(0.5),
        );
        if step < 30 {
            scalar(&mut bytes, 1e9, -step, "ünicode", Scalar::Simple(f32::NAN));
        }
    }
    let mut contents = Contents::new(Arc::default());
    let mut scanner = Scanner::new();
    scanner.feed(&bytes, true, |part| {
        if let Part::Record(record) = part {
            contents.add_record(record.offset, record.payload(), record.checksum());
        }
    });
    contents.bytes_read = scanner.offset();
    contents.add_record(contents.bytes_read, TEXT, crc::masked(TEXT));
    contents.series.seal();
    contents
}

pub(crate) fn progress() -> Progress {
    Progress {
        stamp: Stamp {
            device: 1,
            inode: 2,
            size: 100_000,
            modified: (1_700_000_000, 5),
            changed: (1_700_000_001, 6),
        },
        finished: true,
        opening: b"opening".to_vec(),
        last_record: Some(LastRecord {
            end: 2000,
            checksum: 7,
        }),
        watched: vec![Watch {
            offset: 100,
            length: 20,
            checksum: 5,
        }],
    }
}

/// A folder as it was listed.
pub(crate) fn listed() -> Listed {
    let stamp = FolderStamp {
        device: 1,
        inode: 3,
        modified: (1_700_000_000, 5),
        changed: (1_700_000_001, 6),
    };
    let entries = [
        ("link", EntryKind::Link),
        ("pipe.tfevents", EntryKind::Other),
        ("sub", EntryKind::Folder),
        ("x.tfevents", EntryKind::File),
    ];
    let stranger = |name: &str, fingerprint| Stranger::new(name.into(), fingerprint);
    let strangers = Strangers {
        waiting: vec![stranger("model.pt", 8)],
        found: vec![stranger("events", 9)],
        others: HashSet::from([10]),
        count: 2000,
    };
    let entries = entries.map(|(name, kind)| (name.into(), kind));
    Listed::restored(stamp, entries.into(), strangers)
}

/// A manifest with one file, `x.tfevents` in the run `a/b`, after `change` was made to what was read of it, and this
/// run's folder; and the segment that it names, number 4.
pub(crate) fn sample(change: impl FnOnce(&mut Contents)) -> (Vec<u8>, Arc<Segment>) {
    let mut contents = contents();
    change(&mut contents);
    let mut writer = SegmentWriter::new(tempfile::tempfile().expect("a file")).expect("written");
    let mut spans = Vec::new();
    for series in contents.series.iter() {
        let places: Vec<&Place> = match &series.data {
            SeriesData::Scalars(points) => points.blocks.iter().map(|it| &it.place).collect(),
            SeriesData::Values(points) => points.blocks.iter().map(|it| &it.place).collect(),
        };
        for place in places {
            let block = place.bytes().expect("in memory");
            spans.push(writer.add(block).expect("written"));
        }
    }
    let file = writer.finish().expect("written");
    let segment = Segment::open(&file, Some(4))
        .expect("mapped")
        .expect("whole");
    let mut spans = spans.into_iter();
    let mut stored = || {
        let (segment, span) = (Arc::clone(&segment), spans.next().expect("one a block"));
        Place::Segment(Stored { segment, span })
    };
    for series in contents.series.iter_mut() {
        match &mut series.data {
            SeriesData::Scalars(points) => {
                points.blocks.iter_mut().for_each(|it| it.place = stored());
            }
            SeriesData::Values(points) => {
                points.blocks.iter_mut().for_each(|it| it.place = stored());
            }
        }
    }
    let mut manifest = ManifestWriter::default();
    assert!(manifest.add(b"a/b", b"x.tfevents", &progress(), &contents));
    manifest.add_folder(b"a/b", &listed());
    (manifest.finish(LOGDIR), segment)
}

static SAMPLE: LazyLock<(Vec<u8>, Arc<Segment>)> = LazyLock::new(|| sample(|_| {}));

/// What stands behind the log directory's path in the sample's manifest: a seed.
pub fn manifest_seed() -> Vec<u8> {
    SAMPLE.0[START..SAMPLE.0.len() - 4].to_vec()
}

/// Any bytes behind a manifest's start, with a right length and checksum, are refused, or every question about what
/// they say is answered, and they say the same when they are written again.
///
/// # Panics
/// If not.
pub fn manifest(rest: &[u8]) {
    let mut bytes = SAMPLE.0[..START].to_vec();
    bytes.extend_from_slice(rest);
    let length = (bytes.len() - 20) as u64;
    bytes[12..20].copy_from_slice(&length.to_le_bytes());
    let sum = crc::masked(&bytes);
    bytes.extend_from_slice(&sum.to_le_bytes());
    let Some((catalog, mut files)) = catalog(bytes) else {
        return;
    };
    ask(&catalog);
    let mut again = ManifestWriter::default();
    let folders = folders(&mut files);
    for (path, listed) in &folders {
        again.add_folder(path, listed);
    }
    for (run, file) in catalog.files() {
        let saved = files.get(&run.path, file.file_name.as_bytes(), &mut 0);
        if saved.is_some_and(|saved| saved.contents.series.unpack()) {
            assert!(file.save(&run.path, &mut again), "not taken back");
        }
    }
    let (second, mut saved) =
        self::catalog(again.finish(LOGDIR)).expect("a manifest that was written");
    let again = self::folders(&mut saved);
    assert_eq!(again.len(), folders.len());
    for (path, listed) in &folders {
        assert_eq!(again[path].entries, listed.entries);
        assert_eq!(again[path].stamp, listed.stamp);
    }
    for (run, file) in catalog.files() {
        let saved = files.get(&run.path, file.file_name.as_bytes(), &mut 0);
        let Some(saved) = saved.filter(|saved| saved.contents.series.unpack()) else {
            continue;
        };
        let run = second.runs.iter().find(|it| it.path == run.path);
        let same = run.expect("the same run").files.iter();
        let same = same.filter(|it| it.file_name == file.file_name);
        let same = same.map(|it| it.contents().series.len());
        assert_eq!(same.collect::<Vec<_>>(), [saved.contents.series.len()]);
    }
}

/// The folders of a manifest that can be decoded.
fn folders(files: &mut SavedFiles) -> BTreeMap<Vec<u8>, Listed> {
    let saved = files.take_folders();
    let folders = saved.paths();
    folders
        .filter_map(|path| Some((path.to_vec(), saved.get(path, &mut 0)?)))
        .collect()
}

/// The catalog of the files that a manifest names, and what it says of them; none if it is refused.
fn catalog(bytes: Vec<u8>) -> Option<(Catalog, SavedFiles)> {
    let store = Arc::new(Store::new(1 << 30));
    let open = |_, _| Some(Arc::clone(&SAMPLE.1));
    let files = SavedFiles::read(bytes, LOGDIR, &store, open).ok()?;
    let mut listing = Listing::unwalked();
    listing.files = files
        .names()
        .map(|(run, name)| Found {
            run: run.to_vec(),
            name: OsStr::from_bytes(name).to_owned(),
            seen: None,
        })
        .collect();
    let logdir = Logdir {
        name: "logs".to_owned(),
        path: PathBuf::from("/logs"),
    };
    let before = Catalog::unwalked(1, store);
    let (catalog, _) = before.next(&[logdir], vec![listing], |_| Some(&files));
    Some((catalog, files))
}

/// Asks everything that can be asked of a catalog.
fn ask(catalog: &Catalog) {
    describe::tags(catalog, 1);
    columns::list(catalog, 1, None, None);
    for (run, file) in catalog.files() {
        let contents = file.contents();
        for series in contents.series.iter() {
            match &series.data {
                SeriesData::Scalars(points) => whole(points),
                SeriesData::Values(points) => whole(points),
            }
            for attempts in [Attempts::Latest, Attempts::All] {
                columns::gather(run, &series.tag, attempts);
                let ema = Some(Smoothing::Ema { weight: 0.6 });
                for (axis, smoothing) in [
                    (Axis::Step, None),
                    (Axis::Relative, ema),
                    (Axis::Wall, None),
                ] {
                    for (x_min, x_max) in [(None, None), (Some(10.0), Some(1e9))] {
                        let query = ScalarQuery {
                            tags: vec![series.tag.to_string()],
                            runs: None,
                            view: View {
                                axis,
                                x_min,
                                x_max,
                                width: 100,
                            },
                            smoothing,
                            attempts,
                            quantiles: x_max.is_some(),
                            baseline: x_min.map(|_| Baseline {
                                run: run.id.clone(),
                                compare: Compare::Ratio,
                            }),
                        };
                        answer(catalog, 1, &query).expect("a good question");
                    }
                }
            }
        }
    }
}

/// The points of a series are as many as it says, or cannot be read.
fn whole<V: Value>(points: &Points<V>) {
    let count = points.len();
    for range in [0..count, count / 3..count / 2] {
        let length = range.len();
        if let Ok(columns) = points.columns(range) {
            assert_eq!(columns.steps.len(), length);
            assert_eq!(columns.wall_times.len(), length);
            assert_eq!(columns.values.len(), length);
        }
    }
}

/// Any bytes are no segment, or one from which nothing else than what they hold is taken. The first 15 say where to
/// look: offset, length and points of a block, and whether the rest shall be whole.
///
/// # Panics
/// If not.
pub fn segment(bytes: &[u8]) {
    let Some((look, rest)) = bytes.split_first_chunk::<15>() else {
        return;
    };
    let number = |at: usize| u32::from_le_bytes(std::array::from_fn(|index| look[at + index]));
    let mut content = rest.to_vec();
    if look[14] & 1 == 1 {
        content = b"LBSEGMNT".to_vec();
        content.extend_from_slice(&VERSION.to_le_bytes());
        content.extend_from_slice(&[0; 4]);
        content.extend_from_slice(rest);
        let mut foot = (content.len() as u64 + 16).to_le_bytes().to_vec();
        foot.extend_from_slice(&[0; 4]);
        let sum = crc::masked(&foot);
        foot.extend_from_slice(&sum.to_le_bytes());
        content.extend_from_slice(&foot);
    }
    let mut file = tempfile::tempfile().expect("a file");
    file.write_all(&content).expect("written");
    let Some(segment) = Segment::open(&file, None).expect("mapped") else {
        assert_eq!(look[14] & 1, 0, "a whole segment was refused");
        return;
    };
    let offset = u64::from(number(0)) | u64::from(number(4)) << 32;
    let length = number(8);
    let held = usize::try_from(offset).ok().and_then(|start| {
        let end = start.checked_add(length as usize)?;
        content.get(start..end)
    });
    let crc = held.map_or(0, crc::masked);
    let span = Span {
        offset,
        length,
        crc,
    };
    let stored = Stored { segment, span };
    assert_eq!(stored.bytes(), held);
    let points = usize::from(u16::from_le_bytes([look[12], look[13]]));
    let packed = Packed::new(held.unwrap_or_default(), points);
    let (mut integers, mut floats) = (Vec::new(), Vec::new());
    for column in 0..5 {
        if packed.integers(column, 0..points, &mut integers).is_ok() {
            assert_eq!(integers.len(), points);
        }
        if packed.floats(column, 0..points, &mut floats).is_ok() {
            assert_eq!(floats.len(), points);
        }
        integers.clear();
        floats.clear();
    }
}

/// The sample's segment, looked at where its first block lies: a seed.
pub fn segment_seed() -> Vec<u8> {
    let store = Arc::new(Store::new(1 << 30));
    let open = |_, _| Some(Arc::clone(&SAMPLE.1));
    let files = SavedFiles::read(SAMPLE.0.clone(), LOGDIR, &store, open).expect("the sample");
    let saved = files
        .get(b"a/b", b"x.tfevents", &mut 0)
        .expect("the sample");
    let points = saved.contents.series.scalar("ünicode").expect("a series");
    let Place::Segment(Stored { span, segment }) = &points.blocks[0].place else {
        unreachable!("the sample lies in a segment");
    };
    let mut seed = span.offset.to_le_bytes().to_vec();
    seed.extend_from_slice(&span.length.to_le_bytes());
    seed.extend_from_slice(&(points.len() as u16).to_le_bytes());
    seed.push(0);
    seed.extend_from_slice(segment.all());
    seed
}
