//! Hyperparameters: what the reader takes apart, put together.

use super::wire::{bytes, double, double_if_any, integer, integer_if_any, message, text_if_any};
use super::{metadata, value};
use crate::DataClass;
use crate::hparams::{
    Domain, Experiment, Hparam, Hparams, Metric, SessionEnd, SessionStart, Setting,
};

/// One of the messages about hyperparameters, which lies in the metadata of a value of its own tag.
pub fn hparams(out: &mut Vec<u8>, wall_time: f64, step: i64, hparams: &Hparams<'_>) {
    let tag = match hparams {
        Hparams::Experiment(_) => "_hparams_/experiment",
        Hparams::SessionStart(_) => "_hparams_/session_start_info",
        Hparams::SessionEnd(_) => "_hparams_/session_end_info",
    };
    plugin_data(out, wall_time, step, tag, |out| match hparams {
        Hparams::Experiment(it) => message(out, 2, |out| experiment(out, it)),
        Hparams::SessionStart(it) => message(out, 3, |out| session_start(out, it)),
        Hparams::SessionEnd(it) => message(out, 4, |out| session_end(out, *it)),
    });
}

/// What is known of a session before its start is logged, at step 0: for readers that find no start.
pub fn known(out: &mut Vec<u8>, wall_time: f64, session: &SessionStart<'_>) {
    plugin_data(out, wall_time, 0, "_hparams_/known", |out| {
        message(out, 3, |out| session_start(out, session));
    });
}

/// A value without data; `content` appends what is in its metadata.
fn plugin_data(
    out: &mut Vec<u8>,
    wall_time: f64,
    step: i64,
    tag: &str,
    content: impl FnOnce(&mut Vec<u8>),
) {
    value(out, wall_time, step, tag, |out| {
        metadata(out, "hparams", DataClass::Unknown, |out| {
            message(out, 2, content);
        });
    });
}

fn experiment(out: &mut Vec<u8>, experiment: &Experiment<'_>) {
    text_if_any(out, 1, experiment.description);
    text_if_any(out, 2, experiment.user);
    double_if_any(out, 3, experiment.time_created);
    for info in &experiment.hparams {
        message(out, 4, |out| hparam(out, info));
    }
    for info in &experiment.metrics {
        message(out, 5, |out| metric(out, info));
    }
    text_if_any(out, 6, experiment.name);
}

fn hparam(out: &mut Vec<u8>, hparam: &Hparam<'_>) {
    text_if_any(out, 1, hparam.name);
    text_if_any(out, 2, hparam.display_name);
    text_if_any(out, 3, hparam.description);
    integer_if_any(out, 4, hparam.data_type as i64);
    match &hparam.domain {
        None => {}
        Some(Domain::Discrete(settings)) => message(out, 5, |out| list(out, settings)),
        Some(Domain::Interval(least, greatest)) => message(out, 6, |out| {
            double_if_any(out, 1, *least);
            double_if_any(out, 2, *greatest);
        }),
    }
}

fn metric(out: &mut Vec<u8>, metric: &Metric<'_>) {
    message(out, 1, |out| {
        text_if_any(out, 1, metric.group);
        text_if_any(out, 2, metric.tag);
    });
    text_if_any(out, 3, metric.display_name);
    text_if_any(out, 4, metric.description);
    integer_if_any(out, 5, metric.dataset_type as i64);
}

fn session_start(out: &mut Vec<u8>, session: &SessionStart<'_>) {
    for (name, setting) in &session.hparams {
        message(out, 1, |out| named(out, name, setting));
    }
    text_if_any(out, 2, session.model_uri);
    text_if_any(out, 3, session.monitor_url);
    text_if_any(out, 4, session.group_name);
    double_if_any(out, 5, session.start_time);
}

fn session_end(out: &mut Vec<u8>, session: SessionEnd) {
    integer_if_any(out, 1, session.status as i64);
    double_if_any(out, 2, session.end_time);
}

/// An entry of a map from names to settings.
fn named(out: &mut Vec<u8>, name: &str, value: &Setting<'_>) {
    bytes(out, 1, name.as_bytes());
    message(out, 2, |out| setting(out, value));
}

fn list(out: &mut Vec<u8>, settings: &[Setting<'_>]) {
    for value in settings {
        message(out, 1, |out| setting(out, value));
    }
}

/// Which field there is says of what type the setting is, so zeros are written too.
fn setting(out: &mut Vec<u8>, value: &Setting<'_>) {
    match value {
        Setting::Null => integer(out, 1, 0),
        Setting::Number(value) => double(out, 2, *value),
        Setting::Text(value) => bytes(out, 3, value.as_bytes()),
        Setting::Bool(value) => integer(out, 4, (*value).into()),
        Setting::Struct(fields) => message(out, 5, |out| {
            for (name, value) in fields {
                message(out, 1, |out| named(out, name, value));
            }
        }),
        Setting::List(settings) => message(out, 6, |out| list(out, settings)),
    }
}
