//! The bodies of GET /api/runs and GET /api/tags (`spec/api.md`).

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::time::SystemTime;

use lightboard_events::{Damage, Kind};
use rayon::prelude::*;
use serde::Serialize;

use crate::attempts::Snapshot;
use crate::catalog::{Catalog, Run};
use crate::conflict::{Conflict, conflict};
use crate::contents::{Contents, seconds};
use crate::event_file::EventFile;
use crate::logdir::{Logdir, LogdirState, Skipped};
use crate::names::{natural, shown};
use crate::sub_runs::{self, MadeBy};
use crate::writer::Writer;

/// The state of a file, and of a run: that of the file that matters most to a reader. The worst comes first, but what
/// holds no points matters only where no file holds any.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
enum State {
    Loading,
    Unreadable,
    Damaged,
    Live,
    Idle,
    HeaderOnly,
    Empty,
    Foreign,
    Copy,
}

#[derive(Serialize)]
struct RunsBody<'a> {
    version: u64,
    loading: Loading,
    logdirs: Vec<LogdirBody<'a>>,
    /// The last member: its items stand in pieces of their own.
    runs: [RunBody<'a>; 0],
}

#[derive(Serialize, Default)]
struct Loading {
    bytes_read: u64,
    bytes_total: u64,
}

#[derive(Serialize)]
struct LogdirBody<'a> {
    name: &'a str,
    path: String,
    state: LogdirState,
    message: &'a str,
    skipped: &'a [Skipped],
}

#[derive(Serialize)]
struct RunBody<'a> {
    id: &'a str,
    logdir: &'a str,
    name: &'a str,
    parent: Option<&'a str>,
    made_by: Option<MadeBy>,
    state: State,
    message: String,
    conflict: Option<Conflict<'a>>,
    first_wall_time: Option<f64>,
    last_wall_time: Option<f64>,
    last_step: Option<i64>,
    points: u64,
    tags: usize,
    attempts: usize,
    writers: BTreeSet<&'a Writer>,
    files: Vec<FileBody<'a>>,
}

#[derive(Serialize)]
struct FileBody<'a> {
    name: &'a str,
    bytes: u64,
    bytes_read: u64,
    records: u64,
    modified: f64,
    state: State,
    message: String,
    damage: Vec<DamageBody>,
}

#[derive(Serialize)]
struct DamageBody {
    code: &'static str,
    offset: u64,
    length: u64,
    message: String,
}

impl From<&Damage> for DamageBody {
    fn from(damage: &Damage) -> Self {
        let Damage {
            offset,
            length,
            cause,
        } = *damage;
        Self {
            code: cause.code(),
            offset,
            length,
            message: damage.to_string(),
        }
    }
}

/// Runs that are described by one thread in one go, and the bytes that one takes, as a rule.
const STRETCH: usize = 128;
const RUN_BYTES: usize = 700;

/// The body of GET /api/runs, in pieces: of thousands of runs it has megabytes. `fault` is what made the index stop
/// following, if it did.
pub(crate) fn runs(
    logdirs: &[Logdir],
    catalog: &Catalog,
    version: u64,
    fault: Option<&str>,
) -> Vec<Vec<u8>> {
    let now = SystemTime::now();
    let below = states_below(catalog, now);
    let stretches = catalog.runs.par_chunks(STRETCH).map(|runs| {
        let mut loading = Loading::default();
        let mut body = Vec::with_capacity(runs.len() * RUN_BYTES);
        for run in runs {
            let logdir = &logdirs[run.logdir].name;
            body.push(b',');
            add_json(&mut body, &describe(run, logdir, now, &below, &mut loading));
        }
        (loading, body)
    });
    let stretches: Vec<(Loading, Vec<u8>)> = stretches.collect();
    let logdirs = logdirs
        .iter()
        .zip(&catalog.listings)
        .map(|(logdir, listing)| LogdirBody {
            name: &logdir.name,
            path: shown(logdir.path.as_os_str().as_encoded_bytes()),
            state: if fault.is_some() {
                LogdirState::Failed
            } else {
                listing.state
            },
            message: fault.unwrap_or(&listing.message),
            skipped: &listing.skipped,
        });
    let mut start = json(&RunsBody {
        version,
        loading: Loading {
            bytes_read: stretches.iter().map(|(it, _)| it.bytes_read).sum(),
            bytes_total: stretches.iter().map(|(it, _)| it.bytes_total).sum(),
        },
        logdirs: logdirs.collect(),
        runs: [],
    });
    start.truncate(start.len() - b"[]}".len());
    let mut pieces = vec![start];
    for (place, (_, mut runs)) in stretches.into_iter().enumerate() {
        // All of them are one list.
        if place == 0 {
            runs[0] = b'[';
        }
        pieces.push(runs);
    }
    let end = if catalog.runs.is_empty() { "[]}" } else { "]}" };
    pieces.push(end.into());
    pieces
}

/// By the ids of runs that hold nothing themselves but have sub-runs: how these are. What was logged to them stands there.
fn states_below(catalog: &Catalog, now: SystemTime) -> HashMap<&str, State> {
    let above = catalog.runs.iter().filter_map(|run| run.above.as_ref());
    let holds_nothing = |run: &&Arc<Run>| {
        let mut files = run.files.iter();
        files.all(|file| file.contents().series.len() == 0)
    };
    let hollow: HashSet<&str> = above.filter(holds_nothing).map(|run| &*run.id).collect();
    let mut states = HashMap::new();
    if hollow.is_empty() {
        return states;
    }
    for run in &catalog.runs {
        let Some((parent, _)) = sub_runs::parent(run) else {
            continue;
        };
        if hollow.contains(&*parent.id) {
            let state = states.entry(&*parent.id).or_insert(State::Idle);
            if run.files.iter().any(|file| file.contents().is_live(now)) {
                *state = State::Live;
            }
        }
    }
    states
}

fn describe<'a>(
    run: &'a Run,
    logdir: &'a str,
    now: SystemTime,
    below: &HashMap<&str, State>,
    loading: &mut Loading,
) -> RunBody<'a> {
    let parent = sub_runs::parent(run);
    let snapshot = Snapshot::of(run);
    let files: Vec<FileBody<'a>> = snapshot
        .files
        .iter()
        .map(|(file, contents)| describe_file(file, contents, now))
        .collect();
    for (file, (_, contents)) in files.iter().zip(&snapshot.files) {
        loading.bytes_total += file.bytes;
        loading.bytes_read += if contents.settled {
            file.bytes
        } else {
            file.bytes_read
        };
    }
    let state = files
        .iter()
        .map(|file| file.state)
        .min()
        .unwrap_or(State::Empty);
    let message = files
        .iter()
        .find(|file| file.state == state)
        .map(|file| file.message.clone())
        .unwrap_or_default();
    let (state, message) = match below.get(&*run.id) {
        Some(below) if state == State::HeaderOnly => (*below, String::new()),
        _ => (state, message),
    };
    let contents = || snapshot.files.iter().map(|(_, contents)| contents);
    let latest = contents()
        .filter(|contents| contents.last_step.is_some())
        .max_by(|a, b| {
            a.last_wall_time
                .unwrap_or_default()
                .total_cmp(&b.last_wall_time.unwrap_or_default())
        });
    let series = || contents().flat_map(|contents| contents.series.iter());
    let last_wall_times = contents().filter_map(|contents| contents.last_wall_time);
    RunBody {
        id: &run.id,
        logdir,
        name: &run.name,
        parent: parent.map(|(run, _)| run.id.as_str()),
        made_by: parent.map(|(_, made_by)| made_by),
        state,
        message,
        conflict: conflict(&snapshot, now),
        first_wall_time: snapshot.first_wall_time(),
        last_wall_time: last_wall_times.max_by(f64::total_cmp),
        last_step: latest.and_then(|contents| contents.last_step),
        points: contents()
            .map(|contents| contents.series.counts().scalar_points)
            .sum(),
        tags: match &snapshot.files[..] {
            [(_, only)] => only.series.len(),
            _ => series()
                .map(|series| (&series.tag, series.kind))
                .collect::<HashSet<_>>()
                .len(),
        },
        attempts: snapshot.attempts,
        writers: run
            .files
            .iter()
            .filter_map(|file| file.writer.as_ref())
            .collect(),
        files,
    }
}

fn describe_file<'a>(file: &'a EventFile, contents: &Contents, now: SystemTime) -> FileBody<'a> {
    let live = contents.is_live(now);
    let tail = contents.tail.damage();
    // What ends early may still be being written; if nobody writes any more, it is damage.
    let damage: Vec<DamageBody> = contents
        .damage
        .iter()
        .chain(tail.iter().filter(|_| !live))
        .map(DamageBody::from)
        .collect();
    let (state, message) = judge(file, contents, &damage, live);
    FileBody {
        name: &file.name,
        bytes: contents.size,
        bytes_read: contents.bytes_read,
        records: contents.records,
        modified: seconds(contents.modified),
        state,
        message,
        damage,
    }
}

fn judge(
    file: &EventFile,
    contents: &Contents,
    damage: &[DamageBody],
    live: bool,
) -> (State, String) {
    let path = file.path.display();
    if let Some(error) = &contents.error {
        return (State::Unreadable, error.clone());
    }
    if let Some(foreign) = contents.foreign() {
        return (State::Foreign, format!("{foreign} File: {path}"));
    }
    if !contents.settled {
        return (State::Loading, String::new());
    }
    if contents.size == 0 {
        return (
            State::Empty,
            format!(
                "Expected records, found 0 bytes: the writer has not written yet, or was killed. File: {path}"
            ),
        );
    }
    if let Some(original) = &contents.copy_of {
        let message = format!(
            "A copy: its {} bytes are the beginning of {original}, beside it, where its points are counted. Remove it if \
             nobody needs it. File: {path}",
            contents.size
        );
        return (State::Copy, message);
    }
    if let Some(first) = damage.first() {
        let lost: u64 = damage.iter().map(|damage| damage.length).sum();
        let ranges = contents.damage_count + (damage.len() - contents.damage.len()) as u64;
        let message = match ranges {
            1 => first.message.clone(),
            _ => format!(
                "{ranges} byte ranges, {lost} bytes or more in all, hold no readable record; the first: {}",
                first.message
            ),
        };
        return (
            State::Damaged,
            format!("{message}. Everything else is shown. File: {path}"),
        );
    }
    if contents.series.len() == 0 {
        let found = match contents.records {
            0 => "no whole record",
            _ => "only the file's header",
        };
        let message = format!(
            "Expected logged values, found {found}: nothing was logged yet, or the program ended before its writer \
             handed anything over. File: {path}"
        );
        return (State::HeaderOnly, message);
    }
    (if live { State::Live } else { State::Idle }, String::new())
}

/// A body as JSON.
pub(crate) fn json(body: &impl Serialize) -> Vec<u8> {
    let mut json = Vec::new();
    add_json(&mut json, body);
    json
}

/// Adds a body as JSON. Bodies hold numbers and text only, which always serialise.
fn add_json(json: &mut Vec<u8>, body: &impl Serialize) {
    serde_json::to_writer(json, body).expect("numbers and text serialise");
}

#[derive(Serialize)]
struct TagsBody<'a> {
    version: u64,
    tags: Vec<TagBody<'a>>,
}

#[derive(Serialize)]
struct TagBody<'a> {
    tag: &'a str,
    kind: &'static str,
    runs: usize,
}

/// The body of GET /api/tags.
pub(crate) fn tags(catalog: &Catalog, version: u64) -> Vec<u8> {
    let files = catalog.runs.par_iter().flat_map_iter(|run| &run.files);
    files.for_each(|file| _ = file.contents().series.unpack());
    let mut runs_with: HashMap<(String, Kind), (usize, usize)> = HashMap::new();
    for (place, run) in catalog.runs.iter().enumerate() {
        for file in &run.files {
            for series in file.contents().series.iter() {
                let key = (series.tag.to_string(), series.kind);
                let (runs, last) = runs_with.entry(key).or_insert((0, usize::MAX));
                if *last != place {
                    (*runs, *last) = (*runs + 1, place);
                }
            }
        }
    }
    let mut tags: Vec<TagBody<'_>> = runs_with
        .iter()
        .map(|((tag, kind), (runs, _))| TagBody {
            tag,
            kind: kind.as_str(),
            runs: *runs,
        })
        .collect();
    tags.sort_by(|a, b| natural(a.tag, b.tag).then_with(|| a.kind.cmp(b.kind)));
    json(&TagsBody { version, tags })
}
