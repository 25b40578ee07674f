//! A spool that the calling thread fills: another one writes it, since a disk may not answer.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};

use crate::sigterm;
use crate::spool::Spool;
use crate::writer::HUNG_AFTER;

/// Bytes that are handed over at a time: little, since each caller has two of them.
const PART: usize = 1 << 17;

/// How many threads wait for a disk that their callers gave up. While there is one, no spool is to be had.
static HANGING: AtomicUsize = AtomicUsize::new(0);

/// What a thread and its caller know of each other.
const RUNNING: u8 = 0;
const GIVEN_UP: u8 = 1;
const ENDED: u8 = 2;

/// What the thread says.
enum Said {
    /// This buffer is empty again.
    Empty(Vec<u8>),
    /// It has come to its end.
    Ended(io::Result<Spool>),
}

/// A forked child has no such thread.
pub(crate) fn forget_in_child() {
    HANGING.store(0, Ordering::Relaxed);
}

impl Spool {
    /// What `write` writes, as for [`Spool::of`]. `goes_on` is called now and then.
    ///
    /// # Errors
    /// No spool is to be had, or its disk has not answered for 5 seconds; or those of `write`.
    pub fn fed(
        directory: &Path,
        write: impl Fn(&mut dyn Write) -> io::Result<()>,
        goes_on: impl Fn(),
    ) -> io::Result<Self> {
        let in_folder = |folder: &Path| {
            if HANGING.load(Ordering::Relaxed) > 0 {
                return Err(io::ErrorKind::TimedOut.into());
            }
            let mut feeding = Feeding::begin(folder, &goes_on)?;
            write(&mut feeding)?;
            feeding.end()
        };
        in_folder(&std::env::temp_dir()).or_else(|_| in_folder(directory))
    }
}

/// The caller's side: while one buffer is written, another is filled.
struct Feeding<'a> {
    filling: Vec<u8>,
    empty: Vec<Vec<u8>>,
    /// None when all is handed over.
    full: Option<Sender<Vec<u8>>>,
    said: Receiver<Said>,
    state: Arc<AtomicU8>,
    goes_on: &'a dyn Fn(),
}

impl<'a> Feeding<'a> {
    fn begin(folder: &Path, goes_on: &'a dyn Fn()) -> io::Result<Self> {
        let (full, taken) = mpsc::channel();
        let (saying, said) = mpsc::channel();
        let state = Arc::new(AtomicU8::new(RUNNING));
        let (folder, state_here) = (folder.to_owned(), Arc::clone(&state));
        sigterm::without_signals(|| {
            std::thread::Builder::new()
                .name("lightboard-spool".to_owned())
                .stack_size(256 << 10)
                .spawn(move || {
                    let spool = Spool::in_folder(&folder, |file| write(file, &taken, &saying));
                    // A caller that gave up does not listen, and the spool goes with what it is not told.
                    let _ = saying.send(Said::Ended(spool));
                    if state_here.swap(ENDED, Ordering::Relaxed) == GIVEN_UP {
                        HANGING.fetch_sub(1, Ordering::Relaxed);
                    }
                })
        })?;
        Ok(Self {
            filling: Vec::with_capacity(PART),
            empty: vec![Vec::with_capacity(PART)],
            full: Some(full),
            said,
            state,
            goes_on,
        })
    }

    /// Hands over what is filled, and goes on in an empty buffer.
    fn hand_over(&mut self) -> io::Result<()> {
        let mut next = match self.empty.pop() {
            Some(buffer) => buffer,
            None => self.hear()?,
        };
        next.clear();
        let filled = std::mem::replace(&mut self.filling, next);
        let sent = self.full.as_ref().map(|full| full.send(filled));
        if !matches!(sent, Some(Ok(()))) {
            // The thread has ended, and says why behind what it said before.
            loop {
                self.hear()?;
            }
        }
        Ok(())
    }

    /// Hands over the rest, and waits for the spool.
    fn end(mut self) -> io::Result<Spool> {
        if !self.filling.is_empty() {
            self.hand_over()?;
        }
        self.full = None; // The thread sees that this was all.
        loop {
            match self.listen()? {
                Said::Empty(_) => {}
                Said::Ended(spool) => return spool,
            }
        }
    }

    /// An empty buffer. The thread ends before all is handed over only if it cannot write.
    fn hear(&self) -> io::Result<Vec<u8>> {
        match self.listen()? {
            Said::Empty(buffer) => Ok(buffer),
            Said::Ended(spool) => Err(spool.err().unwrap_or(io::ErrorKind::BrokenPipe.into())),
        }
    }

    fn listen(&self) -> io::Result<Said> {
        match self.said.recv_timeout(HUNG_AFTER) {
            Ok(said) => {
                (self.goes_on)();
                Ok(said)
            }
            Err(RecvTimeoutError::Disconnected) => Err(io::ErrorKind::BrokenPipe.into()),
            Err(RecvTimeoutError::Timeout) => {
                self.give_up();
                Err(io::ErrorKind::TimedOut.into())
            }
        }
    }

    fn give_up(&self) {
        HANGING.fetch_add(1, Ordering::Relaxed);
        let before = self.state.swap(GIVEN_UP, Ordering::Relaxed);
        if before == ENDED {
            HANGING.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

impl Write for Feeding<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.filling.len() == PART {
            self.hand_over()?;
        }
        let count = bytes.len().min(PART - self.filling.len());
        self.filling.extend_from_slice(&bytes[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The thread's side.
fn write(file: &mut File, full: &Receiver<Vec<u8>>, saying: &Sender<Said>) -> io::Result<()> {
    while let Ok(buffer) = full.recv() {
        file.write_all(&buffer)?;
        if saying.send(Said::Empty(buffer)).is_err() {
            break; // Given up.
        }
    }
    Ok(())
}
