//! The writer of event files, as `lightboard.log` uses it. Its methods for a group of kinds have a file of their own.

mod array;
mod embedding;
mod encoded;
mod graph;
mod histogram;
mod hparams;
mod media;
mod numbers;
mod scalar;
mod tensor;
mod text;

pub(crate) use array::to_float32;
pub(crate) use encoded::frame;
pub(crate) use histogram::default_edges;
pub(crate) use media::{check_picture, check_sound, check_video};

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use lightboard_events::MAX_PAYLOAD;
use lightboard_log::{Added, FileId, Options, wall_time as wall_time_now};
use pyo3::buffer::{Element, PyBuffer};
use pyo3::exceptions::{PyMemoryError, PyOSError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// What became of a record: see `_core.pyi`.
const TAKEN: u8 = 0;
const TAKEN_WITH_REPORTS: u8 = 1;
const NOT_PLAIN: u8 = 2;
const UNUSABLE: u8 = 3;

/// Bytes from which on a record is encoded before anybody waits for it.
const LARGE: usize = 1 << 20;

/// More bytes than stand around the contents of a record.
const AROUND: usize = 1 << 12;

/// Notices forks from here on.
#[pyfunction]
pub(crate) fn watch_forks() {
    lightboard_log::watch_forks();
}

/// One writer's files and its background thread.
#[pyclass(frozen, module = "lightboard._core")]
pub(crate) struct Writer {
    inner: lightboard_log::Writer,
    /// By tag, what counts the steps of scalars that come without.
    counters: Py<PyDict>,
}

#[pymethods]
impl Writer {
    #[new]
    fn new(
        py: Python<'_>,
        directory: PathBuf,
        suffix: String,
        purge_step: Option<i64>,
        delay_secs: f64,
        counters: Py<PyDict>,
    ) -> PyResult<Self> {
        let delay = Duration::try_from_secs_f64(delay_secs).unwrap_or(Duration::MAX);
        let options = Options {
            directory,
            suffix,
            purge_step,
            delay,
        };
        let inner = py
            .detach(|| lightboard_log::Writer::open(&options))
            .map_err(|error| os_error(&error, &options.directory))?;
        Ok(Self { inner, counters })
    }

    #[getter]
    fn path(&self) -> OsString {
        self.inner.path().into()
    }

    #[getter]
    fn is_usable(&self) -> bool {
        self.inner.is_usable()
    }

    #[getter]
    fn is_closed(&self) -> bool {
        self.inner.is_closed()
    }

    #[getter]
    fn is_write_through(&self) -> bool {
        self.inner.is_write_through()
    }

    #[expect(
        clippy::needless_pass_by_value,
        reason = "a path is extracted from Python by value"
    )]
    fn add_file(&self, py: Python<'_>, directory: PathBuf) -> PyResult<usize> {
        py.detach(|| self.inner.add_file(&directory))
            .map(|file| file.0)
            .map_err(|error| os_error(&error, &directory))
    }

    fn flush(&self, py: Python<'_>) {
        py.detach(|| self.inner.flush());
    }

    fn write_through(&self, py: Python<'_>) {
        py.detach(|| self.inner.write_through());
    }

    fn close(&self, py: Python<'_>) {
        py.detach(|| self.inner.close());
    }

    fn reports(&self) -> Vec<(Option<i32>, OsString, String)> {
        self.inner
            .reports()
            .into_iter()
            .map(|report| (report.errno(), report.path().into(), report.to_string()))
            .collect()
    }
}

/// Does `work`, which goes over as many bytes, without the interpreter if that takes a while: other threads go on. To
/// get the interpreter back takes longer than little work.
fn aside<T: Send>(py: Python<'_>, bytes: usize, work: impl FnOnce() -> T + Send) -> T {
    if bytes < LARGE {
        work()
    } else {
        py.detach(work)
    }
}

/// The elements of an array, where they lie.
fn elements<T: Element>(buffer: &PyBuffer<T>) -> PyResult<&[T]> {
    if !buffer.is_c_contiguous() {
        return Err(PyValueError::new_err("expected a contiguous array"));
    }
    if buffer.item_count() == 0 {
        return Ok(&[]);
    }
    // SAFETY: they are of this type, aligned and beside each other; the exporter keeps them where they are while it lends
    // them, which `buffer` outlives. A program that writes to them in another thread gets some of both states, as it
    // would from a copy.
    Ok(unsafe {
        std::slice::from_raw_parts(
            buffer.buf_ptr().cast::<T>().cast_const(),
            buffer.item_count(),
        )
    })
}

impl Writer {
    /// Adds the small record that `encode` appends, and says what became of it.
    #[inline]
    fn add(
        &self,
        py: Python<'_>,
        file: usize,
        wall_time: Option<f64>,
        encode: impl Fn(&mut Vec<u8>, f64),
    ) -> u8 {
        let add = || self.inner.add(FileId(file), wall_time, &encode);
        self.until_settled(py, 1, add)
    }

    /// Adds the record that `encode` appends, whose contents have `size` bytes.
    fn add_sized(
        &self,
        py: Python<'_>,
        file: usize,
        tag: &str,
        wall_time: Option<f64>,
        size: usize,
        encode: impl Fn(&mut Vec<u8>, f64) + Sync,
    ) -> PyResult<u8> {
        if size < LARGE {
            return Ok(self.add(py, file, wall_time, encode));
        }
        if size + AROUND > MAX_PAYLOAD as usize {
            let tag: String = tag.chars().take(200).collect();
            return Err(PyValueError::new_err(format!(
                "value of tag {tag:?}: expected less than 2 GiB, which is what a record can hold, found {size} bytes."
            )));
        }
        let mut record = Vec::new();
        record.try_reserve_exact(size + AROUND).map_err(|_| {
            PyMemoryError::new_err(format!("no memory for a record of {size} bytes"))
        })?;
        py.detach(|| encode(&mut record, wall_time.unwrap_or_else(wall_time_now)));
        let size = record.len();
        Ok(self.until_settled(py, size, || {
            self.inner.add_encoded(FileId(file), &mut record)
        }))
    }

    /// Calls `add` until there is room for as many bytes, or it is given up, and says what became of the record.
    #[inline]
    fn until_settled(&self, py: Python<'_>, bytes: usize, mut add: impl FnMut() -> Added) -> u8 {
        loop {
            match add() {
                Added::Full => py.detach(|| self.inner.wait_for_room(bytes)),
                Added::Unusable => return UNUSABLE,
                _ if self.inner.is_write_through() => {
                    py.detach(|| self.inner.flush());
                    return TAKEN_WITH_REPORTS;
                }
                Added::TakenWithReports => return TAKEN_WITH_REPORTS,
                Added::Taken => return TAKEN,
            }
        }
    }
}

/// The subclass of `OSError` that fits, with number and path.
fn os_error(error: &std::io::Error, path: &std::path::Path) -> PyErr {
    let text = error.to_string();
    let words = text.split(" (os error").next().unwrap_or(&text).to_owned();
    PyOSError::new_err((
        lightboard_log::errno(error),
        words,
        path.as_os_str().to_owned(),
    ))
}
