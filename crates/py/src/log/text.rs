//! Texts.

use std::io::{self, Write};

use lightboard_events::encode::{self, Bytes, Make, Pieces};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PySlice, PyString};

use super::{LARGE, Writer, fits_into_record};

/// Characters that are encoded at a time, with the interpreter: fewer would wait for it more often.
const PART: usize = 1 << 18;

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
        let is_ascii: bool = text.call_method0(intern!(py, "isascii"))?.extract()?;
        if !is_ascii && text.len()? >= LARGE {
            let text = Utf8::of(text)?;
            fits_into_record(tag, tag.len() + text.size())?;
            let wall_time = wall_time.unwrap_or_else(lightboard_log::wall_time);
            let mut record = Pieces::default();
            encode::text(&mut record, wall_time, step, tag, Bytes::Made(&text));
            // In no memory that others wait for: to get the interpreter may take a while.
            return self.add_whole(py, file, &record, LARGE);
        }
        let encoded;
        let text: &[u8] = if is_ascii {
            text.to_str()?.as_bytes()
        } else {
            encoded = text.encode_utf8()?;
            encoded.as_bytes()
        };
        let size = tag.len() + text.len();
        self.add_sized(py, file, tag, wall_time, size, |out, wall_time| {
            encode::text(out, wall_time, step, tag, text.into());
        })
    }
}

/// A long text as UTF-8, of which Python would keep a second form for as long as the text lives.
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
