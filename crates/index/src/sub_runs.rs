//! Sub-runs: runs that a call like `add_scalars` or `add_hparams` made below another one.
//!
//! A run below another one is its sub-run only if its name, what it logged and its writer fit such a call. Folders that
//! people lay out, as `train` beside `validation`, are runs of their own, whatever lies above them.

use std::sync::Arc;

use serde::Serialize;

use crate::catalog::Run;
use crate::contents::Start;
use crate::writer::Writer;

/// The call that made a sub-run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum MadeBy {
    AddScalars,
    AddHparams,
}

/// What a run would be a sub-run for.
enum Looks {
    /// It has one series only, of scalars, of this tag.
    OneTag(String),
    /// Hyperparameters, and metrics with one value each.
    HparamsRecord,
}

/// The run that `run` is a sub-run of, and the call that made it. A sub-run's own sub-runs are tied to the run at the
/// top. Not to be called by whoever holds files of either still.
pub(crate) fn parent(run: &Run) -> Option<(&Arc<Run>, MadeBy)> {
    run.above.as_ref()?;
    let looks = looks(run)?;
    let mut above = run.above.as_ref();
    while let Some(candidate) = above {
        if let Some(made_by) = fits(run, candidate, &looks) {
            let top = parent(candidate).map_or(candidate, |(top, _)| top);
            return Some((top, made_by));
        }
        above = candidate.above.as_ref();
    }
    None
}

/// The session starts of the run that `run` is a sub-run of, and who wrote them: `add_scalars` writes none.
pub(crate) fn starts_above(run: &Run) -> Vec<(Start, Option<Writer>)> {
    let Some((parent, _)) = parent(run) else {
        return Vec::new();
    };
    let mut starts = Vec::new();
    for file in &parent.files {
        let contents = file.contents();
        let found = contents.sections.all().iter().filter_map(|it| it.start);
        starts.extend(found.map(|start| (start, file.writer.clone())));
    }
    starts
}

fn looks(run: &Run) -> Option<Looks> {
    let mut looks = None;
    for file in &run.files {
        let contents = file.contents();
        if contents.series.len() == 0 {
            continue;
        }
        let tag = contents.series.scalars().next().map(|(tag, _)| tag);
        let these = match tag {
            _ if contents.is_hparams_record() => Looks::HparamsRecord,
            Some(tag) if contents.series.len() == 1 => Looks::OneTag(tag.to_owned()),
            _ => return None,
        };
        match (&looks, &these) {
            (None, _) => looks = Some(these),
            (Some(Looks::HparamsRecord), Looks::HparamsRecord) => {}
            (Some(Looks::OneTag(one)), Looks::OneTag(other)) if one == other => {}
            _ => return None,
        }
    }
    looks
}

/// What made `run` if a program that logged to the run above did.
fn fits(run: &Run, above: &Run, looks: &Looks) -> Option<MadeBy> {
    let below = &run.path[above.path.len()..];
    let below = below.strip_prefix(b"/").unwrap_or(below);
    let made_by = match looks {
        Looks::HparamsRecord => MadeBy::AddHparams,
        Looks::OneTag(tag) => {
            let below = String::from_utf8_lossy(below);
            let of_torch = format!("{}_", tag.replace('/', "_"));
            let of_tensorboardx = format!("{tag}/");
            if !below.starts_with(&of_torch) && !cleaned(&below).starts_with(&of_tensorboardx) {
                return None;
            }
            MadeBy::AddScalars
        }
    };
    (shares_a_writer(run, above) && begin(above) <= begin(run)).then_some(made_by)
}

/// As tensorboardX cleans tags, but not the folders that it names after them.
fn cleaned(name: &str) -> String {
    let clean = |char: char| char.is_alphanumeric() || "-_/.".contains(char);
    name.chars()
        .map(|char| if clean(char) { char } else { '_' })
        .collect()
}

/// Whether one process may have written to both, as far as names tell.
fn shares_a_writer(run: &Run, above: &Run) -> bool {
    let same = |a: &Writer, b: &Writer| match (a.pid, b.pid) {
        (Some(one), Some(other)) => one == other && a.host == b.host,
        // tensorboardX writes a suffix behind the host, which the files of add_hparams lack.
        _ => a.host.starts_with(&b.host) || b.host.starts_with(&a.host),
    };
    run.files.iter().any(|file| {
        above
            .files
            .iter()
            .any(|other| match (&file.writer, &other.writer) {
                (Some(one), Some(other)) => same(one, other),
                _ => true,
            })
    })
}

/// When the first file of a run was opened.
fn begin(run: &Run) -> f64 {
    let times = run
        .files
        .iter()
        .filter_map(|it| it.contents().first_wall_time);
    times.fold(f64::INFINITY, f64::min)
}
