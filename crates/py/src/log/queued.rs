//! What is copied in the call, and encoded by threads of the writer.

use std::cell::RefCell;
use std::io::{self, BufReader, BufWriter, Cursor, Read, Seek, SeekFrom, Write};

use lightboard_events::crc;
use lightboard_events::encode::{Elsewhere, Encoded, Pieces};
use lightboard_log::{
    Added, Claimed, FileId, Media, Place, Progress, Record, SMALL, Spool, SpooledRecord,
};
use lightboard_media::MediaError;
use pyo3::prelude::*;

use super::{LARGE, Writer, aside};

/// Bytes that are read or written at a time where they are not in memory.
const BUFFER: usize = 1 << 16;

/// What an encoder reads, a video's frames several times.
pub(super) trait Source: Read + Seek {}

impl<T: Read + Seek> Source for T {}

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
    pub(super) fn add_medium<Copied: Source, Encode, Wrap>(
        &self,
        py: Python<'_>,
        file: usize,
        wall_time: Option<f64>,
        medium: Medium<'_, impl Fn() -> Copied + Send + Sync, Encode, Wrap>,
    ) -> u8
    where
        Encode: Fn(&mut dyn Source, &mut dyn Sink) -> Result<(), MediaError> + Send + 'static,
        Wrap: for<'p> FnOnce(&mut Pieces<'p>, f64, Encoded<'p>) + Send + 'static,
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
            spooled: if is_small {
                0
            } else {
                Spool::cost(size as u64)
            },
            kept: !is_small,
            tag: Some(tag.to_owned()),
        };
        let claim = || self.inner.claim_media(FileId(file), media);
        let added = if is_small {
            let place = match py.detach(claim) {
                Claimed::Place(place) => place,
                Claimed::Refused(added) => return self.told(py, added),
            };
            let mut copy = vec![0; size];
            // From the program's memory, which has as many bytes.
            let _ = aside(py, size, || read().read_exact(&mut copy));
            let encode = move |wall_time, _: Progress<'_>| {
                let mut out = Cursor::new(Vec::new());
                encode(&mut Cursor::new(&copy), &mut out)?;
                drop(copy); // Not to be held beside the record.
                Ok(Some(record_of(wall_time, out.get_ref(), wrap)?))
            };
            // Where no thread can be had it is encoded here.
            py.detach(|| place.fill(wall_time, Box::new(encode)))
        } else {
            // In one go: who waits for this one could not tell a wait for the interpreter from one for a disk.
            py.detach(|| match claim() {
                Claimed::Place(place) => self.spool(place, wall_time, read, encode, wrap),
                Claimed::Refused(added) => added,
            })
        };
        self.told(py, added)
    }

    fn spool<Copied: Source, Encode, Wrap>(
        &self,
        place: Place<'_>,
        wall_time: Option<f64>,
        read: impl Fn() -> Copied,
        encode: Encode,
        wrap: Wrap,
    ) -> Added
    where
        Encode: Fn(&mut dyn Source, &mut dyn Sink) -> Result<(), MediaError> + Send + 'static,
        Wrap: for<'p> FnOnce(&mut Pieces<'p>, f64, Encoded<'p>) + Send + 'static,
    {
        let directory = self.directory().to_owned();
        let copy = Spool::fed(
            &directory,
            |out| copy_all(&mut read(), out),
            || place.goes_on(true),
        );
        let Ok(mut copy) = copy else {
            place.goes_on(false);
            // One at a time, since it takes memory.
            let _turn = self.alone.lock();
            let wall_time = wall_time.unwrap_or_else(lightboard_log::wall_time);
            let mut out = Cursor::new(Vec::new());
            let encoded = encode(&mut read(), &mut out);
            let record =
                encoded.and_then(|()| Ok(Some(record_of(wall_time, out.get_ref(), wrap)?)));
            return place.finish(record.map_err(Into::into));
        };
        let encode = move |wall_time, progress: Progress<'_>| {
            progress(true); // Until the first part is read: files are made and rewound before.
            let heard = RefCell::new(progress);
            let mut is_made = false; // Whether a file could be.
            let file = Spool::of(&directory, |file| {
                is_made = true;
                copy.rewind()?;
                let encoded = {
                    let copy = AtDisk(&mut copy, &heard);
                    let mut copy = BufReader::with_capacity(BUFFER, copy);
                    let mut out = BufWriter::with_capacity(BUFFER, AtDisk(file, &heard));
                    encode(&mut copy, &mut out).and_then(|()| Ok(out.flush()?))
                };
                (heard.borrow_mut())(true); // If that failed, another file is made.
                encoded
            });
            if file.is_err() && !is_made {
                // Its copy may have taken the last descriptor.
                copy.rewind()?;
                let copy = AtDisk(&mut copy, &heard);
                let mut copy = BufReader::with_capacity(BUFFER, copy);
                let mut out = Cursor::new(Vec::new());
                encode(&mut copy, &mut out)?;
                return Ok(Some(record_of(wall_time, out.get_ref(), wrap)?));
            }
            let mut file = AtDisk(file?, &heard);
            if file.0.size() <= LARGE as u64 {
                // Not worth a descriptor.
                let mut encoded = Vec::new();
                file.read_to_end(&mut encoded)?;
                return Ok(Some(record_of(wall_time, &encoded, wrap)?));
            }
            let checksum = checksum_of(&mut file)?;
            let wrap = |out: &mut Pieces<'_>, file| wrap(out, wall_time, Encoded::Elsewhere(file));
            Ok(Some(record_around(file.0, checksum, wrap)?))
        };
        place.fill(wall_time, Box::new(encode))
    }
}

/// A file that tells when it is waited for: who computes meanwhile does not hang.
struct AtDisk<'a, 'p, F>(F, &'a RefCell<Progress<'p>>);

impl<F> AtDisk<'_, '_, F> {
    fn heard<T>(&mut self, done: impl FnOnce(&mut F) -> T) -> T {
        let tell = |at_disk| (self.1.borrow_mut())(at_disk);
        tell(true);
        let done = done(&mut self.0);
        tell(false);
        done
    }
}

impl<F: Read> Read for AtDisk<'_, '_, F> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.heard(|file| file.read(out))
    }
}

impl<F: Write> Write for AtDisk<'_, '_, F> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.heard(|file| file.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.heard(Write::flush)
    }
}

impl<F: Seek> Seek for AtDisk<'_, '_, F> {
    fn seek(&mut self, place: SeekFrom) -> io::Result<u64> {
        self.heard(|file| file.seek(place))
    }
}

/// What it takes, for the compiler to see, that a closure can be `Medium::wrap`.
pub(super) fn wrapping<Wrap>(wrap: Wrap) -> Wrap
where
    Wrap: for<'p> FnOnce(&mut Pieces<'p>, f64, Encoded<'p>) + Send + 'static,
{
    wrap
}

/// The record that holds an encoded file.
fn record_of(
    wall_time: f64,
    encoded: &[u8],
    wrap: impl for<'p> FnOnce(&mut Pieces<'p>, f64, Encoded<'p>),
) -> io::Result<Record> {
    let mut record = Pieces::default();
    wrap(&mut record, wall_time, Encoded::Here(encoded));
    let mut bytes = Vec::with_capacity(record.size() as usize);
    record.append_to(&mut bytes)?;
    Ok(Record::Memory(bytes))
}

/// The bare checksum of what there is.
fn checksum_of(content: &mut impl Read) -> io::Result<u32> {
    let mut checksum = 0;
    let mut buffer = vec![0; BUFFER];
    loop {
        match content.read(&mut buffer)? {
            0 => return Ok(checksum),
            count => checksum = crc::go_on(checksum, &buffer[..count]),
        }
    }
}

/// The record that `wrap` makes around content with this checksum, which stays where it is.
fn record_around(
    content: Spool,
    checksum: u32,
    wrap: impl FnOnce(&mut Pieces<'_>, Elsewhere),
) -> io::Result<Record> {
    let mut record = Pieces::default();
    let elsewhere = Elsewhere {
        length: content.size(),
        checksum,
    };
    wrap(&mut record, elsewhere);
    let around = record.around().ok_or(io::ErrorKind::InvalidData)?;
    let (before, behind) = (around.0.to_vec(), around.1.to_vec());
    Ok(Record::Spooled(SpooledRecord {
        before,
        content,
        behind,
    }))
}

/// Copies what there is, a part at a time.
pub(super) fn copy_all(source: &mut impl Read, out: &mut (impl Write + ?Sized)) -> io::Result<()> {
    let mut buffer = vec![0; BUFFER];
    loop {
        match source.read(&mut buffer)? {
            0 => return Ok(()),
            count => out.write_all(&buffer[..count])?,
        }
    }
}
