//! Texts.

use std::io::{self, Write};

use lightboard_events::encode::{self, Make};
use pyo3::prelude::*;
use pyo3::types::{PySlice, PyString};

use super::{LARGE, Writer};

/// Characters that are encoded at a time.
const PART: usize = 1 << 16;

#[pymethods]
impl Writer {
    fn add_text(
        &self,
        py: Python<'_>,
        file: usize,
        tag: &str,
        text: &Bound<'_, PyString>,
        step: i64,
        wall_time: Option<f64>,
    ) -> PyResult<u8> {
        let is_ascii: bool = text.call_method0("isascii")?.extract()?;
        if is_ascii || text.len()? < LARGE {
            let text = text.to_str()?;
            let size = tag.len() + text.len();
            return self.add_sized(py, file, tag, wall_time, size, |out, wall_time| {
                encode::text(out, wall_time, step, tag, text.into());
            });
        }
        let text = Utf8::of(text)?;
        let size = tag.len() + text.size();
        self.add_sized(py, file, tag, wall_time, size, |out, wall_time| {
            encode::text(out, wall_time, step, tag, encode::Bytes::Made(&text));
        })
    }
}

/// A text as UTF-8, which Python would keep beside the text for as long as that lives.
#[derive(Debug)]
struct Utf8 {
    text: Py<PyString>,
    characters: usize,
    size: usize,
}

impl Utf8 {
    fn of(text: &Bound<'_, PyString>) -> PyResult<Self> {
        let mut this = Self {
            text: text.clone().unbind(),
            characters: text.len()?,
            size: 0,
        };
        let mut size = 0;
        this.parts(|part| {
            size += part.len();
            Ok(())
        })?;
        this.size = size;
        Ok(this)
    }

    /// Gives `take` a part after the other, without the interpreter if the caller has it not.
    fn parts(&self, mut take: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
        let mut encoded = Vec::new();
        for start in (0..self.characters).step_by(PART) {
            encoded.clear();
            Python::attach(|py| {
                let end = (start + PART).min(self.characters);
                let part = PySlice::new(py, start as isize, end as isize, 1);
                let part = self.text.bind(py).get_item(part)?;
                encoded.extend_from_slice(part.cast::<PyString>()?.to_str()?.as_bytes());
                PyResult::Ok(())
            })?;
            take(&encoded)?;
        }
        Ok(())
    }
}

impl Make for Utf8 {
    fn size(&self) -> usize {
        self.size
    }

    fn write_to(&self, out: &mut dyn Write) -> io::Result<()> {
        self.parts(|part| out.write_all(part))
    }
}
