//! The reader of single event files, as `lightboard.events` uses it.

use std::sync::Mutex;

use lightboard_events::{Contents, Damage, Kind, Tail};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

/// A range without a readable record: code, offset, length, message.
type PyDamage = (&'static str, u64, u64, String);

/// One series: tag, kind, plugin name, values left out, and the columns.
type PySeries<'py> = (
    String,
    &'static str,
    String,
    u64,
    Bound<'py, PyBytes>,
    Bound<'py, PyBytes>,
    Bound<'py, PyBytes>,
);

/// The words for all kinds of series.
#[pyfunction]
pub(crate) fn kinds() -> Vec<&'static str> {
    Kind::ALL.into_iter().map(Kind::as_str).collect()
}

/// Reads one event file into columns.
#[pyclass(frozen, module = "lightboard._core")]
pub(crate) struct EventReader(Mutex<Contents>);

#[pymethods]
impl EventReader {
    #[new]
    fn new() -> Self {
        Self(Mutex::new(Contents::default()))
    }

    #[getter]
    fn offset(&self) -> u64 {
        self.contents().offset()
    }

    fn feed(&self, py: Python<'_>, window: &[u8], at_end: bool) -> u64 {
        py.detach(|| self.contents().feed(window, at_end))
            .unwrap_or(0)
    }

    #[getter]
    fn records(&self) -> u64 {
        self.contents().records
    }

    #[getter]
    fn file_version(&self) -> Option<String> {
        self.contents().file_version.clone()
    }

    #[getter]
    fn source_writer(&self) -> Option<String> {
        self.contents().source_writer.clone()
    }

    fn series<'py>(&self, py: Python<'py>) -> Vec<PySeries<'py>> {
        let contents = self.contents();
        let series = contents.series.iter().map(|series| {
            (
                series.tag.clone(),
                series.kind.as_str(),
                series.plugin_name.clone(),
                series.left_out,
                column(py, &series.steps, i64::to_ne_bytes),
                column(py, &series.wall_times, f64::to_ne_bytes),
                column(py, &series.values, f64::to_ne_bytes),
            )
        });
        series.collect()
    }

    fn damage(&self) -> Vec<PyDamage> {
        self.contents().damage.iter().map(damage).collect()
    }

    fn tail(&self) -> Option<PyDamage> {
        self.contents()
            .tail
            .and_then(|tail: Tail| tail.damage())
            .as_ref()
            .map(damage)
    }
}

impl EventReader {
    fn contents(&self) -> std::sync::MutexGuard<'_, Contents> {
        self.0.lock().expect("reading does not panic")
    }
}

fn damage(damage: &Damage) -> PyDamage {
    (
        damage.cause.code(),
        damage.offset,
        damage.length,
        damage.to_string(),
    )
}

/// A column's bytes in the machine's order, as NumPy's plain types have it.
fn column<'py, T: Copy>(
    py: Python<'py>,
    items: &[T],
    bytes: fn(T) -> [u8; 8],
) -> Bound<'py, PyBytes> {
    let bytes: Vec<u8> = items.iter().flat_map(|item| bytes(*item)).collect();
    PyBytes::new(py, &bytes)
}
