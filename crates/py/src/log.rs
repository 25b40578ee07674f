//! The writer of event files, as `lightboard.log` uses it. Its methods for a group of kinds have a file of their own.

mod array;
mod embedding;
mod encoded;
mod graph;
mod histogram;
mod hparams;
mod media;
mod numbers;
mod queued;
mod scalar;
mod tensor;
mod text;

pub(crate) use array::to_float32;
pub(crate) use encoded::frame;
pub(crate) use histogram::default_edges;
pub(crate) use media::{check_picture, check_sound, check_video};

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

use lightboard_events::MAX_PAYLOAD;
use lightboard_events::encode::Pieces;
use lightboard_log::{Added, FileId, Options, Record, Spool, wall_time as wall_time_now};
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

/// Bytes from which on a record waits in a spool.
const SPOOLED: usize = 8 << 20;

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
    /// Held by who has something large in memory, since no spool can be had.
    alone: Mutex<()>,
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
        Ok(Self {
            inner,
            counters,
            alone: Mutex::default(),
        })
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
        self.until_settled(py, add)
    }

    /// Adds the record that `encode` puts together, of contents that have `size` bytes where the program has them.
    fn add_sized<'a>(
        &self,
        py: Python<'_>,
        file: usize,
        tag: &str,
        wall_time: Option<f64>,
        size: usize,
        encode: impl FnOnce(&mut Pieces<'a>, f64) + Send,
    ) -> PyResult<u8> {
        fits_into_record(tag, size)?;
        let wall_time = wall_time.unwrap_or_else(wall_time_now);
        let mut record = Pieces::default();
        aside(py, size, || encode(&mut record, wall_time));
        if record.size() < LARGE as u64 {
            let append = |out: &mut Vec<u8>, _| {
                record.append_to(out).expect("of memory, which can be read");
            };
            return Ok(self.add(py, file, Some(wall_time), append));
        }
        self.add_whole(py, file, &record, SPOOLED)
    }

    /// Adds a large record, in a spool if it has more than `spooled` bytes.
    fn add_whole(
        &self,
        py: Python<'_>,
        file: usize,
        record: &Pieces<'_>,
        spooled: usize,
    ) -> PyResult<u8> {
        let size = record.size() as usize;
        if size > spooled {
            let room = (0, size as u64);
            if let Ok(added) = self.add_large(py, file, room, || {
                let copy = |mut out: &mut dyn io::Write| record.write_to(&mut out);
                let content = Spool::fed(self.directory(), copy, || ())?;
                io::Result::Ok(Record::Spooled(content.into()))
            }) {
                return Ok(added);
            }
            // There is nowhere to put a copy but in memory.
        }
        let in_memory = || {
            let mut bytes = Vec::new();
            bytes.try_reserve_exact(size)?;
            record.append_to(&mut bytes)?;
            io::Result::Ok(Record::Memory(bytes))
        };
        self.add_large(py, file, (size, 0), in_memory)
            .map_err(|_| PyMemoryError::new_err(format!("no memory for a record of {size} bytes")))
    }

    /// Adds the record that `copy` makes when there is room for it, in memory and in spools.
    fn add_large<E: Send>(
        &self,
        py: Python<'_>,
        file: usize,
        (bytes, spooled): (usize, u64),
        copy: impl Fn() -> Result<Record, E> + Sync,
    ) -> Result<u8, E> {
        py.detach(|| {
            loop {
                match self
                    .inner
                    .add_large(FileId(file), (bytes, spooled), &copy)?
                {
                    Added::Full => self.inner.wait_for_room(bytes, spooled),
                    added => return Ok(added),
                }
            }
        })
        .map(|added| self.told(py, added))
    }

    /// Calls `add` until it is given up, or there is room for a small record, and says what became of it.
    #[inline]
    fn until_settled(&self, py: Python<'_>, mut add: impl FnMut() -> Added) -> u8 {
        loop {
            match add() {
                Added::Full => py.detach(|| self.inner.wait_for_room(1, 0)),
                added => return self.told(py, added),
            }
        }
    }

    /// Says what became of a record. Nothing waits in a process that may end without notice.
    #[inline]
    fn told(&self, py: Python<'_>, added: Added) -> u8 {
        match added {
            Added::Unusable => UNUSABLE,
            _ if self.inner.is_write_through() => {
                py.detach(|| self.inner.flush());
                TAKEN_WITH_REPORTS
            }
            Added::TakenWithReports => TAKEN_WITH_REPORTS,
            _ => TAKEN,
        }
    }

    /// Of the event file.
    fn directory(&self) -> &Path {
        self.inner.path().parent().unwrap_or(Path::new("."))
    }
}

/// Raises `ValueError` if a record has no room for so many bytes.
fn fits_into_record(tag: &str, size: usize) -> PyResult<()> {
    if size + AROUND <= MAX_PAYLOAD as usize {
        return Ok(());
    }
    let tag: String = tag.chars().take(200).collect();
    Err(PyValueError::new_err(format!(
        "value of tag {tag:?}: expected less than 2 GiB, which is what a record can hold, found {size} bytes."
    )))
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
