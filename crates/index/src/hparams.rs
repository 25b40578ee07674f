//! The hyper-parameters of all runs (`spec/api.md`, GET /api/hparams). What was read of an event file is kept as long as
//! the same record is the run's last session start, so that asking again costs a look at each run.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use lightboard_events::{Content, ContentError, Hparams, Kind, Setting};
use rayon::prelude::*;
use serde::{Serialize, Serializer};

use crate::catalog::{Catalog, Run};
use crate::present::{number, setting};
use crate::records::ValueError;
use crate::sub_runs::{self, MadeBy};
use crate::values::{Place, last, read_one};

/// The tag of session starts.
const TAG: &str = "_hparams_/session_start_info";

/// The tag of what is known before a session starts: a run has that if it logged no start.
const KNOWN: &str = "_hparams_/known";

/// The largest session start that is read, in bytes of its record.
const MOST: u64 = 1 << 20;

/// What the hyper-parameters of an answer may take together, in bytes of memory.
const MOST_TOGETHER: usize = 128 << 20;

/// Session starts that are read at once: decoded they take some ten times their records, before that is counted.
const AT_ONCE: usize = 16;

/// How long an answer holds that lacks what could not be read.
const RETRY: Duration = Duration::from_secs(1);

/// What a hyper-parameter was set to.
#[derive(Debug, Clone, PartialEq)]
pub enum Hparam {
    /// Perhaps not finite.
    Number(f64),
    /// Also lists and named settings, as JSON.
    Text(Box<str>),
    /// Yes or no.
    Bool(bool),
}

impl Serialize for Hparam {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Number(it) => number(*it).serialize(serializer),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Bool(it) => serializer.serialize_bool(*it),
        }
    }
}

/// Name and setting of each hyper-parameter of a run, as they were written.
#[derive(Debug, PartialEq)]
pub struct RunHparams(pub Vec<(Box<str>, Hparam)>);

impl RunHparams {
    /// Bytes of memory that they take, as far as people set them: a name and a text are at least one allocation each.
    fn memory(&self) -> usize {
        const ALLOCATION: usize = 32;
        let text = |text: &str| text.len().max(ALLOCATION);
        let each = self.0.iter().map(|(name, hparam)| {
            let own = match hparam {
                Hparam::Text(it) => text(it),
                Hparam::Number(_) | Hparam::Bool(_) => 0,
            };
            size_of::<(Box<str>, Hparam)>() + text(name) + own
        });
        each.sum()
    }
}

impl Serialize for RunHparams {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, hparam)| (name, hparam)))
    }
}

/// Those of a run, or why they could not be read.
pub(crate) type Outcome = Result<Arc<RunHparams>, Arc<ValueError>>;

/// The hyper-parameters of all runs.
#[derive(Debug, Default)]
pub(crate) struct AllHparams {
    pub(crate) version: u64,
    /// When to look again, if something may be read though the index does not change.
    retry: Option<Instant>,
    pub(crate) by_run: HashMap<String, Outcome>,
    pub(crate) body: Vec<u8>,
    /// What was read of each run, and where; of what is too large, how large.
    read: HashMap<String, (Place, Outcome)>,
}

#[derive(Serialize)]
struct Body<'a> {
    version: u64,
    runs: RunsBody<'a>,
    incomplete: BTreeSet<&'a str>,
}

struct RunsBody<'a>(Vec<(&'a str, &'a RunHparams)>);

impl Serialize for RunsBody<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().copied())
    }
}

impl AllHparams {
    /// Whether they still are those of `version`; before the first question there are none.
    pub(crate) fn holds(&self, version: u64, now: Instant) -> bool {
        !self.body.is_empty()
            && self.version == version
            && self.retry.is_none_or(|retry| now < retry)
    }

    /// Those of the runs of `catalog`, as of `version`. What `before` has of them is not read again.
    pub(crate) fn of(catalog: &Catalog, version: u64, before: &Self) -> Self {
        Self::within(MOST_TOGETHER, catalog, version, before)
    }

    /// As many as take `left` bytes of memory together.
    fn within(mut left: usize, catalog: &Catalog, version: u64, before: &Self) -> Self {
        let runs = &catalog.runs;
        let places: Vec<_> = runs
            .par_iter()
            .map(|run| match last(run, TAG, Kind::Hparams) {
                Ok(None) => last(run, KNOWN, Kind::Hparams),
                start => start,
            })
            .collect();
        let read =
            |run: &Run, place: &Place| read(catalog, run, place).map(Arc::new).map_err(Arc::new);
        let mut own = Vec::with_capacity(runs.len());
        let mut found = runs.iter().zip(places).peekable();
        while found.peek().is_some() {
            let starts: Vec<_> = found.by_ref().take(AT_ONCE).collect();
            let spent = left == 0;
            let outcomes: Vec<_> = starts
                .into_par_iter()
                .map(|(run, place)| {
                    let place = match place.and_then(bounded).transpose()? {
                        Ok(place) => place,
                        Err(error) => return Some((run, None, Err(Arc::new(error)))),
                    };
                    let outcome = match before.read.get(&run.id) {
                        Some((same, outcome)) if *same == place => outcome.clone(),
                        _ if spent => {
                            let length = place.location.length;
                            return Some((run, None, Err(Arc::new(ValueError::TooLarge(length)))));
                        }
                        _ => read(run, &place),
                    };
                    Some((run, Some(place), outcome))
                })
                .collect();
            own.extend(outcomes.into_iter().map(|own| {
                let (run, place, outcome) = own?;
                let Some(place) = place else {
                    return Some((None, outcome));
                };
                let fits_now = outcome.is_err() && memory(&outcome).is_some_and(|it| it <= left);
                let outcome = if fits_now { read(run, &place) } else { outcome };
                Some((Some(place), counted(outcome, &mut left)))
            }));
        }
        let mut all = Self {
            version,
            ..Self::default()
        };
        let mut lasting = true;
        for (run, own) in runs.iter().zip(&own) {
            let Some((place, outcome)) = own else {
                continue;
            };
            all.by_run.insert(run.id.clone(), outcome.clone());
            match place {
                Some(place) if outcome.as_ref().map_or_else(|it| is_lasting(it), |_| true) => {
                    all.read
                        .insert(run.id.clone(), (place.clone(), outcome.clone()));
                }
                _ => lasting &= outcome.as_ref().is_err_and(|it| is_lasting(it)),
            }
        }
        all.retry = (!lasting).then(|| Instant::now() + RETRY);
        all.hand_up(runs);
        all.body = all.describe(runs);
        all
    }

    /// Gives runs that have none those of their sub-runs, if these agree.
    fn hand_up(&mut self, runs: &[Arc<Run>]) {
        let sub_runs: Vec<_> = runs
            .par_iter()
            .filter(|run| self.by_run.contains_key(&run.id))
            .filter_map(|run| match sub_runs::parent(run)? {
                (parent, MadeBy::AddHparams) => {
                    Some((&parent.id, self.by_run.get(&run.id)?.clone()))
                }
                (_, MadeBy::AddScalars) => None,
            })
            .collect();
        let mut below: HashMap<&String, Option<Outcome>> = HashMap::new();
        for (parent, outcome) in sub_runs {
            if self.by_run.contains_key(parent) {
                continue;
            }
            below
                .entry(parent)
                .and_modify(|known| *known = known.take().and_then(|known| agreed(known, &outcome)))
                .or_insert(Some(outcome));
        }
        let below = below.into_iter();
        let below: Vec<_> = below
            .filter_map(|(parent, all)| Some((parent.clone(), all?)))
            .collect();
        self.by_run.extend(below);
    }

    fn describe(&self, runs: &[Arc<Run>]) -> Vec<u8> {
        let outcomes = || {
            runs.iter()
                .filter_map(|run| Some((&*run.id, self.by_run.get(&run.id)?)))
        };
        let known = outcomes().filter_map(|(run, outcome)| Some((run, &**outcome.as_ref().ok()?)));
        let body = Body {
            version: self.version,
            runs: RunsBody(known.filter(|(_, hparams)| !hparams.0.is_empty()).collect()),
            incomplete: outcomes()
                .filter(|(_, outcome)| outcome.is_err())
                .map(|(run, _)| run)
                .collect(),
        };
        crate::describe::json(&body)
    }
}

/// What two sub-runs say together; none if they differ.
fn agreed(one: Outcome, other: &Outcome) -> Option<Outcome> {
    match (&one, other) {
        (Err(_), _) => Some(one),
        (_, Err(_)) => Some(other.clone()),
        (Ok(a), Ok(b)) => (a == b).then_some(one),
    }
}

/// Refuses what is too large by itself.
fn bounded(place: Option<Place>) -> Result<Option<Place>, ValueError> {
    match place {
        Some(place) if place.location.length > MOST => {
            Err(ValueError::TooLarge(place.location.length))
        }
        place => Ok(place),
    }
}

/// Bytes of memory that the hyper-parameters of a run take, or would take that are too large.
fn memory(outcome: &Outcome) -> Option<usize> {
    match outcome {
        Ok(hparams) => Some(hparams.memory()),
        Err(error) => match **error {
            ValueError::TooLarge(memory) => Some(memory as usize),
            _ => None,
        },
    }
}

/// Refuses what is too large together with those before, which have `left` so many bytes of memory, and then all that
/// follows, so that it need not be read.
fn counted(outcome: Outcome, left: &mut usize) -> Outcome {
    let Some(memory) = memory(&outcome) else {
        return outcome;
    };
    let rest = left.checked_sub(memory);
    *left = rest.unwrap_or(0);
    match rest {
        Some(_) => outcome,
        None => outcome.and_then(|_| Err(Arc::new(ValueError::TooLarge(memory as u64)))),
    }
}

/// Whether it would be the same again.
fn is_lasting(error: &ValueError) -> bool {
    matches!(error, ValueError::Content { .. } | ValueError::TooLarge(_))
}

fn read(catalog: &Catalog, run: &Run, place: &Place) -> Result<RunHparams, ValueError> {
    let series = (&*run.id, place.tag, Kind::Hparams);
    let found = read_one(
        catalog,
        series,
        &place.reference(),
        |content| match content {
            Content::Hparams(Hparams::SessionStart(session)) => {
                let named = session.hparams.iter();
                let named =
                    named.filter_map(|(name, value)| Some(((*name).into(), hparam(value)?)));
                Ok(Some(RunHparams(named.collect())))
            }
            _ => Ok(None),
        },
    )?;
    found.ok_or_else(|| ValueError::Content {
        path: place.path.display().to_string(),
        offset: place.location.offset,
        error: ContentError::Other {
            expected: "the start of a session",
            found: "another message about hyperparameters".to_owned(),
        },
    })
}

fn hparam(value: &Setting<'_>) -> Option<Hparam> {
    Some(match value {
        Setting::Null => return None,
        Setting::Number(it) => Hparam::Number(*it),
        Setting::Text(text) => Hparam::Text((*text).into()),
        Setting::Bool(it) => Hparam::Bool(*it),
        Setting::Struct(_) | Setting::List(_) => Hparam::Text(setting(value).to_string().into()),
    })
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;
    use std::sync::Arc;
    use std::time::{Duration, Instant};

    use lightboard_events::encode::hparams;
    use lightboard_events::{Hparams, SessionStart, Setting};

    use super::{AllHparams, RETRY};
    use crate::catalog::Catalog;
    use crate::logdir::Logdir;
    use crate::manifest::SavedFolders;

    #[test]
    fn what_could_not_be_read_is_tried_again_after_a_while_only() {
        let now = Instant::now();
        let answer = |retry| AllHparams {
            version: 7,
            retry,
            body: b"{}".to_vec(),
            ..AllHparams::default()
        };
        let lacking = answer(Some(now + RETRY));
        assert!(lacking.holds(7, now));
        assert!(lacking.holds(7, now + RETRY / 2));
        assert!(!lacking.holds(7, now + RETRY));
        assert!(!lacking.holds(8, now));
        assert!(answer(None).holds(7, now + 100 * RETRY));
    }

    /// The catalog of a log directory, everything read.
    fn catalog(path: &Path) -> Catalog {
        let logdir = Logdir {
            name: "runs".to_owned(),
            path: path.to_owned(),
        };
        let listing = logdir.walk(&mut Arc::default(), &SavedFolders::default(), &|| false);
        let listings = listing.into_iter().collect();
        let (catalog, _) = Catalog::unwalked(1, Arc::default()).next(&[logdir], listings, |_| None);
        let deadline = Instant::now() + Duration::from_secs(60);
        for (_, file) in catalog.files() {
            file.glance();
            assert!(file.read(&mut Vec::new(), deadline, true, |_| {}));
        }
        catalog
    }

    #[test]
    fn what_is_too_large_together_is_read_again_only_if_it_fits() {
        let temp = tempfile::tempdir().expect("temp");
        for run in ["a", "b", "c"] {
            let start = SessionStart {
                hparams: vec![("lr", Setting::Number(0.1))],
                ..SessionStart::default()
            };
            let mut bytes = Vec::new();
            hparams(&mut bytes, 1.0, 0, &Hparams::SessionStart(start));
            fs::create_dir(temp.path().join(run)).expect("folder");
            fs::write(temp.path().join(run).join("x.tfevents"), bytes).expect("file");
        }
        let catalog = catalog(temp.path());
        let whole = AllHparams::of(&catalog, 1, &AllHparams::default());
        let outcomes = |all: &AllHparams| {
            let outcomes = catalog.runs.iter().map(|run| all.by_run[&run.id].clone());
            outcomes.collect::<Vec<_>>()
        };
        let fit = |all: &AllHparams| {
            let outcomes = outcomes(all);
            outcomes.iter().map(Result::is_ok).collect::<Vec<_>>()
        };
        let one = outcomes(&whole)[0].as_ref().map_or(0, |it| it.memory());
        let within = |left, before: &AllHparams| AllHparams::within(left, &catalog, 2, before);
        let first = within(one, &AllHparams::default());
        assert_eq!(fit(&first), [true, false, false]);
        // What was refused is the same refusal, not another one that says the same.
        let second = within(one, &first);
        for (first, second) in outcomes(&first).iter().zip(&outcomes(&second)).skip(1) {
            let refusals = (first.as_ref().err(), second.as_ref().err());
            assert!(
                matches!(refusals, (Some(a), Some(b)) if Arc::ptr_eq(a, b)),
                "{refusals:?}"
            );
        }
        assert_eq!(fit(&within(3 * one, &second)), [true; 3]);
    }
}
