//! Hyperparameters, and the layouts of custom charts.

use lightboard_events::encode;
use lightboard_events::{
    Category, Chart, ChartContent, DataType, Domain, Experiment, Hparam, Hparams, Layout, Margin,
    Metric, SessionEnd, SessionStart, Setting, Status,
};
use pyo3::prelude::*;

use super::Writer;

/// A plain bool, float or str.
#[derive(FromPyObject)]
enum PySetting {
    Bool(bool),
    Number(f64),
    Text(String),
}

/// Title, whether it is a margin chart, and its tags.
type PyChart = (String, bool, Vec<String>);

impl PySetting {
    fn of_event(&self) -> Setting<'_> {
        match self {
            Self::Bool(value) => Setting::Bool(*value),
            Self::Number(value) => Setting::Number(*value),
            Self::Text(value) => Setting::Text(value),
        }
    }

    fn data_type(&self) -> DataType {
        match self {
            Self::Bool(_) => DataType::Bool,
            Self::Number(_) => DataType::Float64,
            Self::Text(_) => DataType::String,
        }
    }
}

#[pymethods]
impl Writer {
    #[expect(
        clippy::needless_pass_by_value,
        reason = "extracted from Python by value"
    )]
    fn add_experiment(
        &self,
        py: Python<'_>,
        file: usize,
        hparams: Vec<(String, PySetting, Option<Vec<PySetting>>)>,
        metrics: Vec<String>,
        step: i64,
        wall_time: Option<f64>,
    ) -> u8 {
        let experiment = Hparams::Experiment(Experiment {
            hparams: hparams
                .iter()
                .map(|(name, setting, domain)| Hparam {
                    name,
                    data_type: setting.data_type(),
                    domain: domain
                        .as_ref()
                        .map(|it| Domain::Discrete(it.iter().map(PySetting::of_event).collect())),
                    ..Hparam::default()
                })
                .collect(),
            metrics: metrics
                .iter()
                .map(|tag| Metric {
                    tag,
                    ..Metric::default()
                })
                .collect(),
            ..Experiment::default()
        });
        self.add(py, file, wall_time, |out, wall_time| {
            encode::hparams(out, wall_time, step, &experiment);
        })
    }

    #[expect(
        clippy::needless_pass_by_value,
        reason = "extracted from Python by value"
    )]
    fn add_session_start(
        &self,
        py: Python<'_>,
        file: usize,
        hparams: Vec<(String, PySetting)>,
        start_time: f64,
        step: i64,
        wall_time: Option<f64>,
    ) -> u8 {
        let start = Hparams::SessionStart(SessionStart {
            hparams: settings(&hparams),
            start_time,
            ..SessionStart::default()
        });
        self.add(py, file, wall_time, |out, wall_time| {
            encode::hparams(out, wall_time, step, &start);
        })
    }

    #[expect(
        clippy::needless_pass_by_value,
        reason = "extracted from Python by value"
    )]
    fn add_known(&self, py: Python<'_>, file: usize, hparams: Vec<(String, PySetting)>) -> u8 {
        let known = SessionStart {
            hparams: settings(&hparams),
            ..SessionStart::default()
        };
        self.add(py, file, None, |out, wall_time| {
            encode::known(out, wall_time, &known);
        })
    }

    fn add_session_end(
        &self,
        py: Python<'_>,
        file: usize,
        succeeded: bool,
        end_time: f64,
        step: i64,
        wall_time: Option<f64>,
    ) -> u8 {
        let status = if succeeded {
            Status::Success
        } else {
            Status::Failure
        };
        let end = Hparams::SessionEnd(SessionEnd { status, end_time });
        self.add(py, file, wall_time, |out, wall_time| {
            encode::hparams(out, wall_time, step, &end);
        })
    }

    #[expect(
        clippy::needless_pass_by_value,
        reason = "extracted from Python by value"
    )]
    fn add_layout(
        &self,
        py: Python<'_>,
        file: usize,
        categories: Vec<(String, Vec<PyChart>)>,
        wall_time: Option<f64>,
    ) -> u8 {
        let layout = Layout {
            categories: categories
                .iter()
                .map(|(title, charts)| Category {
                    title,
                    charts: charts.iter().map(chart).collect(),
                    closed: false,
                })
                .collect(),
            ..Layout::default()
        };
        self.add(py, file, wall_time, |out, wall_time| {
            encode::layout(out, wall_time, 0, &layout);
        })
    }
}

fn settings(hparams: &[(String, PySetting)]) -> Vec<(&str, Setting<'_>)> {
    hparams
        .iter()
        .map(|(name, setting)| (&**name, setting.of_event()))
        .collect()
}

fn chart((title, margin, tags): &PyChart) -> Chart<'_> {
    let content = match (margin, &tags[..]) {
        (true, [value, lower, upper]) => ChartContent::Margin(vec![Margin {
            value,
            lower,
            upper,
        }]),
        _ => ChartContent::Multiline(tags.iter().map(String::as_str).collect()),
    };
    Chart {
        title,
        content: Some(content),
    }
}
