//! `lightboard._core.Index`: the index for Python.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use lightboard_events::{Kind, Reduce};
use lightboard_index::{
    Alignment, Attempts, Axis, Baseline, ColumnsError, Compare, Group, GroupQuery, Hparam, Index,
    OpenError, Options, QueryError, Reference, ScalarQuery, Smoothing, TableQuery, View,
};
use pyo3::create_exception;
use pyo3::exceptions::{PyKeyError, PyOSError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyCapsule, PyDict};

use crate::arrow::{self, Asked};
use crate::column::Column;

create_exception!(
    lightboard._core,
    UnavailableError,
    PyOSError,
    "A value that cannot be had now."
);

/// How often a wait looks whether Ctrl-C was pressed.
const SIGNALS: Duration = Duration::from_millis(50);

#[pyclass(name = "Index", module = "lightboard._core", frozen)]
pub(crate) struct PyIndex(Arc<Index>);

/// An index that is let go is closed, which saves its cache.
impl Drop for PyIndex {
    fn drop(&mut self) {
        if let Some(index) = Arc::get_mut(&mut self.0) {
            Python::attach(|py| py.detach(|| index.close()));
        }
    }
}

#[pymethods]
impl PyIndex {
    #[new]
    #[pyo3(signature = (logdirs, *, poll_secs = 0.1, cache_dir = None, max_memory = 1 << 30))]
    fn new(
        py: Python<'_>,
        logdirs: Vec<(String, PathBuf)>,
        poll_secs: f64,
        cache_dir: Option<PathBuf>,
        max_memory: u64,
    ) -> PyResult<Self> {
        let interval = duration("poll_secs", poll_secs)?;
        let options = Options {
            cache: cache_dir,
            max_memory,
        };
        let index = py.detach(|| Index::open(logdirs, interval, &options));
        index
            .map(|index| Self(Arc::new(index)))
            .map_err(|error: OpenError| PyOSError::new_err(error.to_string()))
    }

    #[getter]
    fn version(&self) -> u64 {
        self.0.version()
    }

    #[getter]
    fn closed(&self) -> bool {
        self.0.is_closed()
    }

    fn wait(&self, py: Python<'_>, version: u64, timeout_secs: f64) -> PyResult<u64> {
        let timeout = duration("timeout_secs", timeout_secs)?;
        Ok(py.detach(|| self.0.wait(version, timeout)))
    }

    #[pyo3(signature = (timeout_secs = None))]
    fn refresh(&self, py: Python<'_>, timeout_secs: Option<f64>) -> PyResult<bool> {
        let timeout = timeout_secs
            .map(|seconds| duration("timeout_secs", seconds))
            .transpose()?;
        let end = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        let wish = self.0.refresh();
        loop {
            let left = end.map_or(SIGNALS, |end| {
                end.saturating_duration_since(Instant::now()).min(SIGNALS)
            });
            if py.detach(|| self.0.wait_refreshed(wish, left)) {
                return Ok(true);
            }
            py.check_signals()?;
            if left < SIGNALS || self.0.is_closed() {
                return Ok(false);
            }
        }
    }

    fn changes<'py>(&self, py: Python<'py>, since: u64) -> (u64, Bound<'py, PyBytes>) {
        let (version, body) = py.detach(|| self.0.changes(since));
        (version, PyBytes::new(py, &body))
    }

    fn runs<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let pieces = py.detach(|| self.0.runs());
        PyBytes::new_with(py, pieces.iter().map(Vec::len).sum(), |mut rest| {
            for piece in pieces {
                let (place, behind) = rest.split_at_mut(piece.len());
                place.copy_from_slice(&piece);
                rest = behind;
            }
            Ok(())
        })
    }

    fn tags<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &py.detach(|| self.0.tags()))
    }

    fn hparams<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &py.detach(|| self.0.hparams()))
    }

    fn run_hparams<'py>(&self, py: Python<'py>, run: &str) -> PyResult<Bound<'py, PyDict>> {
        let found = PyDict::new(py);
        match py.detach(|| self.0.run_hparams(run)) {
            Ok(hparams) => {
                for (name, hparam) in hparams.iter().flat_map(|hparams| &hparams.0) {
                    match hparam {
                        Hparam::Number(it) => found.set_item(&**name, it)?,
                        Hparam::Text(text) => found.set_item(&**name, &**text)?,
                        Hparam::Bool(it) => found.set_item(&**name, it)?,
                    }
                }
                Ok(found)
            }
            Err(error) => Err(unavailable(py, error.code(), &error)),
        }
    }

    #[pyo3(signature = (*, tag = None, runs = None))]
    fn series<'py>(
        &self,
        py: Python<'py>,
        tag: Option<String>,
        runs: Option<Vec<String>>,
    ) -> Bound<'py, PyBytes> {
        let body = py.detach(move || self.0.series(tag.as_deref(), runs.as_deref()));
        PyBytes::new(py, &body)
    }

    #[pyo3(signature = (run, tag, *, attempts = "all"))]
    fn columns(
        &self,
        py: Python<'_>,
        run: &str,
        tag: &str,
        attempts: &str,
    ) -> PyResult<(Column, Column, Column, Column)> {
        let attempts = which(attempts)?;
        match py.detach(|| self.0.columns(run, tag, attempts)) {
            Ok(columns) => Ok((
                Column::I32(columns.attempts),
                Column::I64(columns.steps),
                Column::F64(columns.wall_times),
                Column::F64(columns.values),
            )),
            Err(error @ (ColumnsError::Run(_) | ColumnsError::Tag { .. })) => {
                Err(PyKeyError::new_err(error.to_string()))
            }
            Err(error @ ColumnsError::ReadAnew(_)) => Err(PyOSError::new_err(error.to_string())),
        }
    }

    #[pyo3(signature = (series, *, attempts = "all"))]
    fn arrow_points<'py>(
        &self,
        py: Python<'py>,
        series: Vec<Asked>,
        attempts: &str,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        arrow::points(py, Arc::clone(&self.0), series, which(attempts)?)
    }

    #[pyo3(signature = (tags, *, runs, axis, x_min, x_max, width, smoothing, attempts = "latest", baseline = None, quantiles = false))]
    #[expect(
        clippy::too_many_arguments,
        reason = "they are the members of the request"
    )]
    fn scalars<'py>(
        &self,
        py: Python<'py>,
        tags: Vec<String>,
        runs: Option<Vec<String>>,
        axis: &str,
        x_min: Option<f64>,
        x_max: Option<f64>,
        width: usize,
        smoothing: Option<(String, f64)>,
        attempts: &str,
        baseline: Option<(String, String)>,
        quantiles: bool,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let query = ScalarQuery {
            tags,
            runs,
            view: View {
                axis: axis_named(axis)?,
                x_min,
                x_max,
                width,
            },
            smoothing: smoothing.map(smoothing_of).transpose()?,
            attempts: which(attempts)?,
            baseline: baseline.map(baseline_of).transpose()?,
            quantiles,
        };
        answer(py, || self.0.scalars(&query))
    }

    #[pyo3(signature = (tags, groups, *, axis, x_min, x_max, width, smoothing, alignment, baseline = None))]
    #[expect(
        clippy::too_many_arguments,
        reason = "they are the members of the request"
    )]
    fn groups<'py>(
        &self,
        py: Python<'py>,
        tags: Vec<String>,
        groups: Vec<(String, Vec<String>)>,
        axis: &str,
        x_min: Option<f64>,
        x_max: Option<f64>,
        width: usize,
        smoothing: Option<(String, f64)>,
        alignment: Option<&str>,
        baseline: Option<(String, String)>,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let query = GroupQuery {
            tags,
            groups: groups
                .into_iter()
                .map(|(name, runs)| Group { name, runs })
                .collect(),
            view: View {
                axis: axis_named(axis)?,
                x_min,
                x_max,
                width,
            },
            smoothing: smoothing.map(smoothing_of).transpose()?,
            alignment: alignment.map(alignment_named).transpose()?,
            baseline: baseline.map(baseline_of).transpose()?,
        };
        answer(py, || self.0.groups(&query))
    }

    #[pyo3(signature = (tags, *, runs, at_step))]
    fn table<'py>(
        &self,
        py: Python<'py>,
        tags: Vec<String>,
        runs: Option<Vec<String>>,
        at_step: Option<i64>,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let query = TableQuery {
            tags,
            runs,
            at_step,
        };
        answer(py, || Ok(self.0.table(&query)))
    }

    #[pyo3(signature = (tag, kind, *, runs, attempts = "all"))]
    fn values<'py>(
        &self,
        py: Python<'py>,
        tag: &str,
        kind: &str,
        runs: Option<Vec<String>>,
        attempts: &str,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let (kind, attempts) = (other_kind(kind)?, which(attempts)?);
        match py.detach(move || self.0.values(tag, kind, runs.as_deref(), attempts)) {
            Ok(frame) => Ok(PyBytes::new(py, &frame)),
            Err(error) => Err(unavailable(py, error.code(), &error)),
        }
    }

    fn described(
        &self,
        py: Python<'_>,
        run: &str,
        tag: &str,
        kind: &str,
    ) -> PyResult<(String, String, String)> {
        let kind = Kind::from_word(kind)
            .ok_or_else(|| PyValueError::new_err(format!("expected a kind, found {kind:?}")))?;
        let found = py.detach(|| self.0.described(run, tag, kind));
        Ok((found.plugin_name, found.display_name, found.description))
    }

    fn reduce(&self, py: Python<'_>, run: &str, tag: &str) -> Option<&'static str> {
        py.detach(|| self.0.reduce(run, tag)).map(Reduce::as_str)
    }

    #[pyo3(signature = (run, tag, kind, values, *, with_files))]
    fn read_values<'py>(
        &self,
        py: Python<'py>,
        run: &str,
        tag: &str,
        kind: &str,
        values: Vec<(String, u64, u32)>,
        with_files: bool,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let series = (run, tag, other_kind(kind)?);
        let references: Vec<Reference> = values.into_iter().map(reference).collect();
        match py.detach(|| self.0.read_values(series, &references, with_files)) {
            Ok(frame) => Ok(PyBytes::new(py, &frame)),
            Err(error) => Err(unavailable(py, error.code(), &error)),
        }
    }

    fn value_file<'py>(
        &self,
        py: Python<'py>,
        run: &str,
        tag: &str,
        kind: &str,
        value: (String, u64, u32),
        item: usize,
    ) -> PyResult<(Option<&'static str>, Bound<'py, PyBytes>)> {
        let series = (run, tag, other_kind(kind)?);
        let value = reference(value);
        match py.detach(|| self.0.value_file(series, &value, item)) {
            Ok(file) => Ok((file.media_type, PyBytes::new(py, &file.bytes))),
            Err(error) => Err(unavailable(py, error.code(), &error)),
        }
    }

    fn close(&self, py: Python<'_>) {
        py.detach(|| self.0.close());
    }
}

/// Asks the index without holding the interpreter.
fn answer(
    py: Python<'_>,
    ask: impl Send + FnOnce() -> Result<Vec<u8>, QueryError>,
) -> PyResult<Bound<'_, PyBytes>> {
    match py.detach(ask) {
        Ok(frame) => Ok(PyBytes::new(py, &frame)),
        Err(error) => Err(PyValueError::new_err(error.to_string())),
    }
}

fn which(attempts: &str) -> PyResult<Attempts> {
    match attempts {
        "latest" => Ok(Attempts::Latest),
        "all" => Ok(Attempts::All),
        other => Err(PyValueError::new_err(format!(
            "expected attempts \"latest\" or \"all\", found {other:?}"
        ))),
    }
}

fn axis_named(name: &str) -> PyResult<Axis> {
    match name {
        "step" => Ok(Axis::Step),
        "relative" => Ok(Axis::Relative),
        "wall" => Ok(Axis::Wall),
        other => Err(PyValueError::new_err(format!(
            "expected axis \"step\", \"relative\" or \"wall\", found {other:?}"
        ))),
    }
}

fn alignment_named(name: &str) -> PyResult<Alignment> {
    match name {
        "exact" => Ok(Alignment::Exact),
        "interpolate" => Ok(Alignment::Interpolate),
        other => Err(PyValueError::new_err(format!(
            "expected alignment \"exact\" or \"interpolate\", found {other:?}"
        ))),
    }
}

fn smoothing_of((kind, amount): (String, f64)) -> PyResult<Smoothing> {
    match &*kind {
        "ema" => Ok(Smoothing::Ema { weight: amount }),
        "gaussian" => Ok(Smoothing::Gaussian { sigma: amount }),
        "mean" => Ok(Smoothing::Mean { window: amount }),
        other => Err(PyValueError::new_err(format!(
            "expected smoothing \"ema\", \"gaussian\" or \"mean\", found {other:?}"
        ))),
    }
}

fn baseline_of((run, compare): (String, String)) -> PyResult<Baseline> {
    let compare = match &*compare {
        "difference" => Compare::Difference,
        "ratio" => Compare::Ratio,
        other => {
            return Err(PyValueError::new_err(format!(
                "expected to compare by \"difference\" or \"ratio\", found {other:?}"
            )));
        }
    };
    Ok(Baseline { run, compare })
}

/// A kind whose values stay in the event files.
fn other_kind(word: &str) -> PyResult<Kind> {
    let kind = Kind::from_word(word).filter(|kind| *kind != Kind::Scalar);
    kind.ok_or_else(|| {
        let message = format!("expected a kind other than scalar, found {word:?}");
        PyValueError::new_err(message)
    })
}

fn reference((file, offset, index): (String, u64, u32)) -> Reference {
    Reference {
        file,
        offset,
        index,
    }
}

fn unavailable(py: Python<'_>, code: &str, error: &impl ToString) -> PyErr {
    let raised = UnavailableError::new_err(error.to_string());
    match raised.value(py).setattr("code", code) {
        Ok(()) => raised,
        Err(other) => other,
    }
}

fn duration(name: &str, seconds: f64) -> PyResult<Duration> {
    Duration::try_from_secs_f64(seconds).map_err(|error| {
        PyValueError::new_err(format!(
            "expected {name} to be a number of seconds, found {seconds}: {error}"
        ))
    })
}
