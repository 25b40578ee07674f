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
    /// What was read of each run, and where.
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
        let runs = &catalog.runs;
        let places: Vec<_> = runs
            .par_iter()
            .map(|run| last(run, TAG, Kind::Hparams))
            .collect();
        let mut left = MOST_TOGETHER;
        let mut own = Vec::with_capacity(runs.len());
        let mut found = runs.iter().zip(places).peekable();
        while found.peek().is_some() {
            let starts: Vec<_> = found.by_ref().take(AT_ONCE).collect();
            let spent = left == 0;
            let outcomes: Vec<_> = starts
                .into_par_iter()
                .map(|(run, place)| match place.and_then(bounded).transpose()? {
                    Ok(place) if spent => {
                        let length = place.location.length;
                        Some((None, Err(Arc::new(ValueError::TooLarge(length)))))
                    }
                    Ok(place) => {
                        let outcome = match before.read.get(&run.id) {
                            Some((same, outcome)) if *same == place => outcome.clone(),
                            _ => read(catalog, run, &place).map(Arc::new).map_err(Arc::new),
                        };
                        Some((Some(place), outcome))
                    }
                    Err(error) => Some((None, Err(Arc::new(error)))),
                })
                .collect();
            own.extend(
                outcomes
                    .into_iter()
                    .map(|own| own.map(|own| counted(own, &mut left))),
            );
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

/// Refuses what is too large together with those before, which have `left` so many bytes of memory, and then all that
/// follows, so that it need not be read.
fn counted(
    (place, outcome): (Option<Place>, Outcome),
    left: &mut usize,
) -> (Option<Place>, Outcome) {
    let memory = outcome.as_ref().map_or(0, |hparams| hparams.memory());
    if let Some(rest) = left.checked_sub(memory) {
        *left = rest;
        (place, outcome)
    } else {
        *left = 0;
        (None, Err(Arc::new(ValueError::TooLarge(memory as u64))))
    }
}

/// Whether it would be the same again.
fn is_lasting(error: &ValueError) -> bool {
    matches!(error, ValueError::Content { .. } | ValueError::TooLarge(_))
}

fn read(catalog: &Catalog, run: &Run, place: &Place) -> Result<RunHparams, ValueError> {
    let series = (&*run.id, TAG, Kind::Hparams);
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
    use std::time::Instant;

    use super::{AllHparams, RETRY};

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
}
