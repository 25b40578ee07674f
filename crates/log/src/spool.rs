//! What takes too much memory to wait in it: it waits in a file that has no name and vanishes with the process.

use std::fs::File;
use std::io::{self, Read, Seek, Write};

/// Bytes in the directory for temporary files (`TMPDIR`): written from the beginning to the end, then read likewise.
#[derive(Debug)]
pub struct Spool {
    file: File,
    size: u64,
}

impl Spool {
    /// Has `write` write what is to be read back.
    ///
    /// # Errors
    /// No file can be made, or it cannot take all; or those of `write`.
    pub fn of<E: From<io::Error>>(
        write: impl FnOnce(&mut dyn Write) -> Result<(), E>,
    ) -> Result<Self, E> {
        let mut file = tempfile::tempfile()?;
        write(&mut file)?;
        let size = file.stream_position()?;
        file.rewind()?;
        Ok(Self { file, size })
    }

    /// How many bytes there are.
    pub fn size(&self) -> u64 {
        self.size
    }
}

impl Read for Spool {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.file.read(out)
    }
}
