//! Reading an event file from its beginning to its end, in windows.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::ops::Range;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Instant;

use lightboard_events::{Cause, HEADER, OVERHEAD, crc};
use rustix::fs::OFlags;

use crate::pass::{Pass, Sink};

/// Bytes read at once: small enough to stay in the processor's cache, and enough that it costs little to wake a thread for.
const CHUNK: usize = 512 << 10;
/// Room before them, for the beginning of a record that goes on in them.
const ROOM: usize = 256 << 10;
/// Bytes of a file from which on a thread reads ahead.
const LARGE: u64 = 16 << 20;
/// Chunks that such a thread is ahead at most.
const AHEAD: usize = 3;

/// A record up to this length is held in a window whatever others hold; of longer ones a process holds one at a time, since
/// each takes as much memory. Of what is longer than `LONGEST` only the checksums are compared.
const LONG: u64 = 16 << 20;
pub(crate) const LONGEST: u64 = 128 << 20;

/// Held where a window is longer than `LONG`.
static LONG_WINDOW: Mutex<()> = Mutex::new(());

/// A file that is being read, up to the size that it had when it was opened. Should it get shorter, it ends there.
pub(crate) struct Reading {
    pub(crate) size: u64,
    pub(crate) pass: Pass,
    /// From when on nothing more is read but the first chunk, if ever.
    pub(crate) deadline: Option<Instant>,
    file: Arc<File>,
    source: Source,
    turn: Option<MutexGuard<'static, ()>>,
    /// Bytes of the file from the pass's offset on, behind `start`, as many as are there.
    window: Vec<u8>,
    start: usize,
    /// Bytes behind the window that the pass need not see.
    passed: usize,
    at_end: bool,
    needed: u64,
}

impl Reading {
    /// Opens a regular file. Anything else is not opened: a device may do something then. Should the name have become a
    /// pipe's, this does not wait for a writer.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let size = |metadata: fs::Metadata| {
            if metadata.is_file() {
                Ok(metadata.len())
            } else {
                Err(io::Error::other("it is no regular file"))
            }
        };
        size(fs::metadata(path)?)?;
        let file = OpenOptions::new()
            .read(true)
            .custom_flags(OFlags::NONBLOCK.bits() as i32)
            .open(path)?;
        let size = size(file.metadata()?)?;
        let file = Arc::new(file);
        let chunks = Chunks {
            file: Arc::clone(&file),
            offset: 0,
            size,
        };
        Ok(Self {
            size,
            pass: Pass::default(),
            deadline: None,
            file,
            source: Source::of(chunks),
            turn: None,
            window: Vec::new(),
            start: 0,
            passed: 0,
            at_end: false,
            needed: 1,
        })
    }

    /// Gives what the next window holds to `sink`. Returns whether there is more, and time for it.
    pub(crate) fn go_on(&mut self, sink: &mut impl Sink) -> io::Result<bool> {
        let base = self.pass.offset();
        if let Some(length) = self.too_long() {
            let damage = self.check(length)?;
            if self.is_late() {
                return Ok(false);
            }
            self.pass.settle(length, damage, sink);
            self.needed = 1;
        } else {
            while self.is_short() {
                self.fetch()?;
                if self.is_short() && self.is_late() {
                    return Ok(false);
                }
            }
            let window = &self.window[self.start..];
            let Some(needed) = self.pass.feed(window, self.at_end, sink) else {
                return Ok(false);
            };
            self.needed = needed;
        }
        let from = self.start + (self.pass.offset() - base) as usize;
        self.start = from.min(self.window.len());
        self.passed += from - self.start;
        Ok(!self.is_late())
    }

    /// Gives the bytes of a range to `take`, piece by piece. Returns whether the file has all of them, and there was time.
    pub(crate) fn pieces(
        &self,
        range: Range<u64>,
        mut take: impl FnMut(&[u8]),
    ) -> io::Result<bool> {
        let mut chunks = Chunks {
            file: Arc::clone(&self.file),
            offset: range.start,
            size: range.end,
        };
        let mut bytes = Vec::new();
        while chunks.offset < range.end && !self.is_late() {
            let chunk = chunks.next(bytes)?;
            take(&chunk.bytes[ROOM..]);
            if chunk.at_end {
                break;
            }
            bytes = chunk.bytes;
        }
        Ok(chunks.offset == range.end)
    }

    fn is_late(&self) -> bool {
        self.deadline
            .is_some_and(|deadline| Instant::now() >= deadline)
    }

    /// Whether the window must reach further.
    fn is_short(&self) -> bool {
        ((self.window.len() - self.start) as u64) < self.needed && !self.at_end
    }

    /// The length of the record at the window's start, if it is needed and too long to be held.
    fn too_long(&self) -> Option<u64> {
        if self.needed <= LONGEST || self.at_end {
            return None;
        }
        let window = &self.window[self.start..];
        let length = OVERHEAD as u64 + u64::from_le_bytes(*window.first_chunk()?);
        (length > LONGEST && length > window.len() as u64).then_some(length)
    }

    /// What is wrong with the record of `length` bytes at the pass's offset, if there is time to tell.
    fn check(&self, length: u64) -> io::Result<Option<Cause>> {
        let (start, needed) = (self.pass.offset(), length);
        let end = start + length;
        let footer = end - (OVERHEAD - HEADER) as u64;
        let (mut sum, mut stored) = (0, Vec::new());
        let is_whole = end <= self.size
            && self.pieces(start + HEADER as u64..footer, |bytes| {
                sum = crc::go_on(sum, bytes);
            })?
            && self.pieces(footer..end, |bytes| {
                stored.extend_from_slice(bytes);
            })?;
        let claimed = length - OVERHEAD as u64;
        Ok(if !is_whole {
            Some(Cause::Truncated { needed })
        } else if stored != crc::mask(sum).to_le_bytes() {
            Some(Cause::TooLong { claimed })
        } else {
            None
        })
    }

    /// Lets the window reach further.
    fn fetch(&mut self) -> io::Result<()> {
        if self.needed > LONG && self.turn.is_none() {
            self.turn = Some(LONG_WINDOW.lock().unwrap_or_else(PoisonError::into_inner));
        }
        let mut chunk = self.source.next()?;
        self.at_end = chunk.at_end;
        let passed = self.passed.min(chunk.bytes.len() - ROOM);
        self.passed -= passed;
        let left = &self.window[self.start..];
        if left.is_empty() {
            std::mem::swap(&mut self.window, &mut chunk.bytes);
            self.start = ROOM + passed;
        } else if let Some(start) = ROOM.checked_sub(left.len()) {
            chunk.bytes[start..ROOM].copy_from_slice(left);
            std::mem::swap(&mut self.window, &mut chunk.bytes);
            self.start = start;
        } else {
            self.window.drain(..self.start);
            self.start = 0;
            // Only what lies in the file comes, so a length that lies costs no memory.
            self.window.extend_from_slice(&chunk.bytes[ROOM..]);
        }
        self.source.give_back(chunk.bytes);
        if self.window.capacity() <= ROOM + CHUNK {
            self.turn = None;
        }
        Ok(())
    }
}

/// Some bytes of a file, behind `ROOM` others.
#[derive(Default)]
struct Chunk {
    bytes: Vec<u8>,
    at_end: bool,
}

/// The bytes of a file in order.
#[derive(Clone)]
struct Chunks {
    file: Arc<File>,
    offset: u64,
    size: u64,
}

impl Chunks {
    /// Reads what comes next into `bytes`.
    fn next(&mut self, mut bytes: Vec<u8>) -> io::Result<Chunk> {
        let left = self.size - self.offset;
        let wanted = left.min(CHUNK as u64) as usize;
        bytes.resize(ROOM + wanted, 0);
        let (mut read, mut at_end) = (0, left == 0);
        while read < wanted {
            let offset = self.offset + read as u64;
            match self.file.read_at(&mut bytes[ROOM + read..], offset) {
                Ok(0) => {
                    at_end = true;
                    break;
                }
                Ok(more) => read += more,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // What comes before is good, and the next call will meet it again.
                Err(_) if read > 0 => break,
                Err(error) => return Err(error),
            }
        }
        bytes.truncate(ROOM + read);
        self.offset += read as u64;
        at_end |= self.offset == self.size;
        Ok(Chunk { bytes, at_end })
    }
}

/// Where chunks come from.
enum Source {
    Here(Chunks, Vec<u8>),
    /// A thread that reads one chunk for each buffer that it is given.
    Ahead(Sender<Vec<u8>>, Receiver<io::Result<Chunk>>),
}

impl Source {
    fn of(chunks: Chunks) -> Self {
        let ahead = (chunks.size >= LARGE).then(|| ahead(chunks.clone()));
        ahead.flatten().unwrap_or(Self::Here(chunks, Vec::new()))
    }

    fn next(&mut self) -> io::Result<Chunk> {
        match self {
            Self::Here(chunks, spare) => chunks.next(std::mem::take(spare)),
            Self::Ahead(_, full) => full
                .recv()
                .unwrap_or_else(|_| Err(io::Error::other("its reading has ended"))),
        }
    }

    /// Takes a buffer that was used.
    fn give_back(&mut self, mut bytes: Vec<u8>) {
        if bytes.capacity() > ROOM + CHUNK {
            bytes = Vec::new();
        }
        match self {
            Self::Here(_, spare) => *spare = bytes,
            // The thread needs none if it came to the end.
            Self::Ahead(empty, _) => drop(empty.send(bytes)),
        }
    }
}

/// Reads in a thread of its own, unless another one does already or there can be none: a process that reads many files at
/// once keeps its processors busy without.
fn ahead(mut chunks: Chunks) -> Option<Source> {
    let turn = Turn::take()?;
    let (empty, buffers) = channel();
    let (read, full) = channel();
    (0..AHEAD).try_for_each(|_| empty.send(Vec::new())).ok()?;
    let act = move || {
        let _turn = turn;
        for bytes in buffers {
            let chunk = chunks.next(bytes);
            let more = chunk.as_ref().is_ok_and(|chunk| !chunk.at_end);
            if read.send(chunk).is_err() || !more {
                break;
            }
        }
    };
    let name = "reading ahead".to_owned();
    thread::Builder::new().name(name).spawn(act).ok()?;
    Some(Source::Ahead(empty, full))
}

/// The right to read ahead, of which a process has one.
struct Turn;

static TAKEN: AtomicBool = AtomicBool::new(false);

impl Turn {
    fn take() -> Option<Self> {
        (!TAKEN.swap(true, Ordering::Acquire)).then_some(Self)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        TAKEN.store(false, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::Write;
    use std::os::unix::fs::FileExt;
    use std::time::Instant;

    use lightboard_events::encode::{Scalar, scalar};
    use lightboard_events::{OVERHEAD, Tail, crc};

    use super::{LONG, LONGEST, Reading};
    use crate::audit::Audit;

    #[test]
    fn reading_stops_within_a_long_record_when_the_time_is_over() {
        for length in [LONG, LONGEST + 1] {
            let temp = tempfile::tempdir().expect("temp");
            let path = temp.path().join("x.tfevents");
            let mut file = File::create(&path).expect("file");
            let mut bytes = Vec::new();
            scalar(&mut bytes, 1.0, 0, "loss", Scalar::Simple(0.5));
            let start = bytes.len() as u64;
            bytes.extend(length.to_le_bytes());
            bytes.extend(crc::masked(&length.to_le_bytes()).to_le_bytes());
            file.write_all(&bytes).expect("written");
            let sum = crc::masked(&vec![0; length as usize]);
            let size = start + length + OVERHEAD as u64;
            file.write_all_at(&sum.to_le_bytes(), size - 4)
                .expect("written");

            let mut reading = Reading::open(&path).expect("open");
            let mut audit = Audit::new(size);
            assert!(reading.go_on(&mut audit).expect("read"));
            reading.deadline = Some(Instant::now());
            assert!(!reading.go_on(&mut audit).expect("read"));
            assert_eq!((reading.pass.offset(), reading.pass.tail()), (start, None));
            reading.deadline = None;
            while reading.go_on(&mut audit).expect("read") {}
            assert_eq!(reading.pass.tail(), Some(Tail::Clean));
            assert_eq!(reading.pass.offset(), size);
        }
    }
}
