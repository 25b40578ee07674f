//! Event files on disk.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::fs::OFlags;

use crate::audit::Audit;
use crate::pass::{Pass, Sink};

/// Bytes read at once: small enough to stay in the processor's cache.
const WINDOW: usize = 256 << 10;

/// Reads an event file and tells what it holds, as the JSON text of `spec/doctor.md`, Facts. It reads up to the size that
/// the file has when it is opened, and no longer than `budget`.
///
/// # Errors
/// If it is no regular file, or cannot be opened or read.
pub fn audit(path: &Path, budget: Duration) -> io::Result<String> {
    let deadline = Instant::now().checked_add(budget);
    let (file, size) = open(path)?;
    let mut audit = Audit::new(size);
    let pass = read(&file, size, deadline, &mut audit, |_| Ok(()))?;
    Ok(audit.json(&pass))
}

/// Opens a regular file and tells its size. Anything else is not opened: a device may do something then. Should the
/// name have become a pipe's, this does not wait for a writer.
fn open(path: &Path) -> io::Result<(File, u64)> {
    let regular = |metadata: fs::Metadata| {
        if metadata.is_file() {
            Ok(metadata.len())
        } else {
            Err(io::Error::other("it is no regular file"))
        }
    };
    regular(fs::metadata(path)?)?;
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(OFlags::NONBLOCK.bits() as i32)
        .open(path)?;
    let size = regular(file.metadata()?)?;
    Ok((file, size))
}

/// Gives what the file holds up to byte `size` to `sink`. `after` is called after each window. Should the file get
/// shorter, it ends there. Nothing more is read after `deadline`.
fn read<S: Sink>(
    file: &File,
    size: u64,
    deadline: Option<Instant>,
    sink: &mut S,
    mut after: impl FnMut(&mut S) -> io::Result<()>,
) -> io::Result<Pass> {
    let mut pass = Pass::default();
    let mut buffer = Vec::new();
    let (mut base, mut filled, mut wanted) = (0, 0, WINDOW);
    loop {
        // Only what lies in the file is ever asked for, so a length that lies costs no memory.
        let room = wanted
            .min(usize::try_from(size.saturating_sub(base)).unwrap_or(usize::MAX))
            .max(filled);
        if buffer.len() < room {
            buffer.resize(room, 0);
        }
        let read = read_at(file, &mut buffer[filled..room], base + filled as u64)?;
        let at_end = filled + read < room || base + room as u64 >= size;
        filled += read;
        let needed = pass.feed(&buffer[..filled], at_end, sink);
        after(sink)?;
        let Some(needed) = needed else {
            return Ok(pass);
        };
        if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            return Ok(pass);
        }
        let used = ((pass.offset() - base) as usize).min(filled);
        buffer.copy_within(used..filled, 0);
        filled -= used;
        base = pass.offset();
        wanted = usize::try_from(needed).unwrap_or(usize::MAX).max(WINDOW);
    }
}

/// Fills `buffer` from byte `offset` on, as far as the file goes.
fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match file.read_at(&mut buffer[filled..], offset + filled as u64) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}
