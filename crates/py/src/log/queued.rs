//! What is copied in the call, and encoded by threads of the writer.

use std::io::{self, BufReader, BufWriter, Cursor, Read, Seek, Write};

use lightboard_events::crc;
use lightboard_events::encode::{Elsewhere, Piece, Pieces};
use lightboard_log::{
    Added, Claimed, FileId, Media, Place, Progress, Record, SMALL, Spool, SpooledRecord,
};
use lightboard_media::MediaError;
use pyo3::prelude::*;

use super::{Writer, aside};

/// Bytes that are read or written at a time where they are not in memory.
const BUFFER: usize = 1 << 16;

/// Where an encoder writes.
pub(super) trait Sink: Write + Seek {}

impl<T: Write + Seek> Sink for T {}

/// What is to be logged, as it is copied, encoded, and put into a record.
pub(super) struct Medium<'a, Read, Encode, Wrap> {
    /// What it is, in a word.
    pub(super) noun: &'static str,
    pub(super) tag: &'a str,
    /// Begins to read it from the program's memory: as many bytes.
    pub(super) read: Read,
    pub(super) size: usize,
    /// Reads that, and writes a file; allocates `work` bytes at most, and may write `encoded` bytes about.
    pub(super) encode: Encode,
    pub(super) work: usize,
    pub(super) encoded: usize,
    /// Appends the record for a wall time that holds the file.
    pub(super) wrap: Wrap,
}

impl Writer {
    /// Logs what is small from a copy in memory, and what is not from one in a spool: so that it is never in memory whole.
    /// Where no spool can be had, the caller has to wait until it is encoded.
    pub(super) fn add_medium<Source: Read, Encode, Wrap>(
        &self,
        py: Python<'_>,
        file: usize,
        wall_time: Option<f64>,
        medium: Medium<'_, impl Fn() -> Source + Send + Sync, Encode, Wrap>,
    ) -> u8
    where
        Encode: FnOnce(&mut dyn Read, &mut dyn Sink) -> Result<(), MediaError> + Send + 'static,
        Wrap: for<'p> FnOnce(&mut Pieces<'p>, f64, Piece<'p>) + Send + 'static,
    {
        let Medium {
            noun,
            tag,
            read,
            size,
            encode,
            work,
            encoded,
            wrap,
        } = medium;
        let in_memory = work.saturating_add(encoded);
        let is_small = size.saturating_add(in_memory) <= SMALL;
        let media = Media {
            what: format!("The {noun} {tag:?}"),
            bytes: if is_small { size } else { 0 },
            work: if is_small { in_memory } else { work },
            spooled: if is_small { 0 } else { size as u64 },
            kept: !is_small,
            tag: Some(tag.to_owned()),
        };
        let place = match py.detach(|| self.inner.claim_media(FileId(file), media)) {
            Claimed::Place(place) => place,
            Claimed::Refused(added) => return self.told(py, added),
        };
        let added = if is_small {
            let mut copy = vec![0; size];
            // From the program's memory, which has as many bytes.
            let _ = aside(py, size, || read().read_exact(&mut copy));
            let encode = move |wall_time, _: Progress<'_>| {
                let mut out = Cursor::new(Vec::new());
                encode(&mut &copy[..], &mut out)?;
                drop(copy); // Not to be held beside the record.
                Ok(Some(record_of(wall_time, out.get_ref(), wrap)))
            };
            // Where no thread can be had it is encoded here.
            py.detach(|| place.fill(wall_time, Box::new(encode)))
        } else {
            py.detach(|| self.spool(place, wall_time, read, encode, wrap))
        };
        self.told(py, added)
    }

    fn spool<Source: Read, Encode, Wrap>(
        &self,
        place: Place<'_>,
        wall_time: Option<f64>,
        read: impl Fn() -> Source,
        encode: Encode,
        wrap: Wrap,
    ) -> Added
    where
        Encode: FnOnce(&mut dyn Read, &mut dyn Sink) -> Result<(), MediaError> + Send + 'static,
        Wrap: for<'p> FnOnce(&mut Pieces<'p>, f64, Piece<'p>) + Send + 'static,
    {
        let directory = self.directory().to_owned();
        let Ok(copy) = Spool::of(&directory, |file| copy_all(&mut read(), file)) else {
            let wall_time = wall_time.unwrap_or_else(lightboard_log::wall_time);
            let mut out = Cursor::new(Vec::new());
            let encoded = encode(&mut read(), &mut out);
            let record = encoded.map(|()| Some(record_of(wall_time, out.get_ref(), wrap)));
            return place.finish(record.map_err(Into::into));
        };
        let encode = move |wall_time, _: Progress<'_>| {
            let file = Spool::of(&directory, |file| {
                let mut out = BufWriter::with_capacity(BUFFER, file);
                encode(&mut BufReader::with_capacity(BUFFER, copy), &mut out)?;
                Ok::<_, MediaError>(out.flush()?)
            })?;
            Ok(Some(record_around(wall_time, file, wrap)?))
        };
        place.fill(wall_time, Box::new(encode))
    }
}

/// What it takes, for the compiler to see, that a closure can be `Medium::wrap`.
pub(super) fn wrapping<Wrap>(wrap: Wrap) -> Wrap
where
    Wrap: for<'p> FnOnce(&mut Pieces<'p>, f64, Piece<'p>) + Send + 'static,
{
    wrap
}

/// The record that holds an encoded file.
fn record_of(
    wall_time: f64,
    encoded: &[u8],
    wrap: impl for<'p> FnOnce(&mut Pieces<'p>, f64, Piece<'p>),
) -> Record {
    let mut record = Pieces::default();
    wrap(&mut record, wall_time, Piece::Here(encoded));
    let mut bytes = Vec::with_capacity(record.size() as usize);
    record.append_to(&mut bytes);
    Record::Memory(bytes)
}

/// The record that holds an encoded file, which stays where it is.
fn record_around(
    wall_time: f64,
    mut encoded: Spool,
    wrap: impl for<'p> FnOnce(&mut Pieces<'p>, f64, Piece<'p>),
) -> io::Result<Record> {
    let mut checksum = 0;
    let mut buffer = vec![0; BUFFER];
    loop {
        match encoded.read(&mut buffer)? {
            0 => break,
            count => checksum = crc::go_on(checksum, &buffer[..count]),
        }
    }
    let mut record = Pieces::default();
    let elsewhere = Elsewhere {
        length: encoded.size(),
        checksum,
    };
    wrap(&mut record, wall_time, Piece::Elsewhere(elsewhere));
    let around = record.around().ok_or(io::ErrorKind::InvalidData)?;
    let (before, behind) = (around.0.to_vec(), around.1.to_vec());
    Ok(Record::Spooled(SpooledRecord {
        before,
        content: encoded,
        behind,
    }))
}

/// Copies what there is, a part at a time.
pub(super) fn copy_all(source: &mut impl Read, to: &mut impl Write) -> io::Result<()> {
    let mut buffer = vec![0; BUFFER];
    loop {
        match source.read(&mut buffer)? {
            0 => return Ok(()),
            count => to.write_all(&buffer[..count])?,
        }
    }
}
