//! A record that is whole, and where it waits to be written.

use std::fmt;
use std::io::{self, Read as _, Seek as _, SeekFrom};

use crate::spool::Spool;

/// One whole record: length, payload, and a checksum of each.
#[derive(Debug)]
pub enum Record {
    /// In memory.
    Memory(Vec<u8>),
    /// In a file, since it is large.
    Spooled(SpooledRecord),
}

/// A record whose content is in a file, with what stands around it.
pub struct SpooledRecord {
    /// From the length on.
    pub before: Vec<u8>,
    /// What makes the record large.
    pub content: Spool,
    /// Up to the checksum of the payload.
    pub behind: Vec<u8>,
}

impl From<Spool> for SpooledRecord {
    /// One that is wholly in a file.
    fn from(content: Spool) -> Self {
        Self {
            before: Vec::new(),
            content,
            behind: Vec::new(),
        }
    }
}

impl From<Vec<u8>> for Record {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Memory(bytes)
    }
}

impl Record {
    /// How many bytes it takes in the event file.
    pub(crate) fn size(&self) -> usize {
        match self {
            Self::Memory(bytes) => bytes.len(),
            Self::Spooled(record) => {
                record.before.len() + record.content.size() as usize + record.behind.len()
            }
        }
    }

    /// How many of them are in memory.
    pub(crate) fn in_memory(&self) -> usize {
        match self {
            Self::Memory(bytes) => bytes.len(),
            Self::Spooled(record) => record.before.len() + record.behind.len(),
        }
    }

    /// What it counts of the room for spools.
    pub(crate) fn spooled(&self) -> u64 {
        match self {
            Self::Memory(_) => 0,
            Self::Spooled(record) => Spool::cost(record.content.size()),
        }
    }

    /// Some of the bytes from `offset` on, at most `most`; `buffer` is for those that are not in memory.
    pub(crate) fn some<'a>(
        &'a mut self,
        offset: usize,
        most: usize,
        buffer: &'a mut Vec<u8>,
    ) -> io::Result<&'a [u8]> {
        let clip = |bytes: &'a [u8], offset: usize| {
            let rest = &bytes[offset..];
            &rest[..rest.len().min(most)]
        };
        let record = match self {
            Self::Memory(bytes) => return Ok(clip(bytes, offset)),
            Self::Spooled(record) => record,
        };
        let Some(at) = offset.checked_sub(record.before.len()) else {
            return Ok(clip(&record.before, offset));
        };
        let size = record.content.size() as usize;
        if at >= size {
            return Ok(clip(&record.behind, at - size));
        }
        record.content.seek(SeekFrom::Start(at as u64))?;
        buffer.resize(most.min(size - at), 0);
        record.content.read_exact(buffer)?;
        Ok(buffer)
    }
}

impl fmt::Debug for SpooledRecord {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "SpooledRecord of {} bytes", self.content.size())
    }
}
