//! What went wrong while records were handed over, told with the next call.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// One thing the program that logs has to know.
#[derive(Debug)]
pub enum Report {
    /// Records cannot be written at present; they are kept and tried again.
    Failing {
        /// The event file.
        path: PathBuf,
        /// Why not.
        cause: io::Error,
        /// Records kept.
        kept: u64,
    },
    /// A `flush` could not do what it promises.
    NotFlushed {
        /// The event file.
        path: PathBuf,
        /// The operating system's reason; `None` if it has not answered for `waited` seconds.
        cause: Option<io::Error>,
        /// Records that are not with the operating system.
        kept: u64,
        /// Seconds waited without any progress.
        waited: u64,
    },
    /// Records were given up: the buffer was full, or the writer was closed while writing failed.
    Lost {
        /// The event file.
        path: PathBuf,
        /// Why they could not be written.
        cause: io::Error,
        /// Records lost.
        lost: u64,
        /// Whether writing works again.
        recovered: bool,
    },
    /// The event file was deleted; logging goes on in a new one.
    Deleted {
        /// The file that is gone.
        path: PathBuf,
        /// The file that took its place.
        new: PathBuf,
        /// Records that went with the old file.
        lost: u64,
    },
    /// The event file is no longer where it was made, but still on disk; logging goes on there.
    Moved {
        /// Where it was.
        path: PathBuf,
        /// Where it is, if the system tells.
        new: Option<PathBuf>,
    },
    /// Media could not be encoded. Nothing of them is in the file.
    NotEncoded {
        /// The event file.
        path: PathBuf,
        /// Names it.
        what: String,
        /// The encoder's words.
        cause: String,
    },
    /// A file beside the event file could not be written. Of what it was to be part of, readers are told nothing.
    NotWritten {
        /// The file.
        path: PathBuf,
        /// Names what it belongs to.
        what: String,
        /// Why not.
        cause: io::Error,
    },
    /// Media wait for a disk that does not answer.
    MediaHung {
        /// The event file.
        path: PathBuf,
        /// Names the first of them.
        first: String,
        /// How many there are.
        items: usize,
        /// Seconds waited without any progress.
        waited: u64,
        /// Whether they are given up.
        lost: bool,
    },
    /// Media came faster than they could be encoded.
    MediaDropped {
        /// The event file.
        path: PathBuf,
        /// Names the first of them.
        first: String,
        /// Media dropped.
        dropped: u64,
    },
}

/// Why files beside the event file are missing.
#[derive(Debug)]
pub struct NotWritten {
    /// The first that could not be written.
    pub path: PathBuf,
    /// Why not.
    pub cause: io::Error,
}

impl fmt::Display for NotWritten {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path.display(), Cause(&self.cause))
    }
}

impl Error for NotWritten {}

/// The copy of what was logged cannot be read back.
pub(crate) struct NotRead<'a>(pub(crate) &'a io::Error);

impl fmt::Display for NotRead<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cause = Cause(self.0);
        write!(f, "its copy in a temporary file cannot be read ({cause})")
    }
}

impl Report {
    /// What is said of media for `path` that came to nothing.
    pub(crate) fn not_encoded(
        what: String,
        error: Box<dyn Error + Send + Sync>,
        path: &Path,
    ) -> Self {
        match error.downcast::<NotWritten>() {
            Ok(error) => {
                let NotWritten { path, cause } = *error;
                Self::NotWritten { path, what, cause }
            }
            Err(error) => Self::NotEncoded {
                path: path.to_owned(),
                what,
                cause: error.to_string(),
            },
        }
    }

    fn media_hung(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::MediaHung {
            path,
            first,
            items,
            waited,
            lost,
        } = self
        else {
            return Ok(());
        };
        write!(
            f,
            "{items} media item{} for {} not written (first: {first}): the file system has not answered for {waited} s (a \
             network mount that hangs?). {}",
            if *items == 1 { "" } else { "s" },
            path.display(),
            if *lost {
                "What was not being written already is lost."
            } else {
                "They are written when it answers, if the process still runs then."
            },
        )
    }

    /// The file concerned.
    pub fn path(&self) -> &PathBuf {
        match self {
            Self::Failing { path, .. }
            | Self::NotFlushed { path, .. }
            | Self::Lost { path, .. }
            | Self::Deleted { path, .. }
            | Self::Moved { path, .. }
            | Self::NotEncoded { path, .. }
            | Self::NotWritten { path, .. }
            | Self::MediaHung { path, .. }
            | Self::MediaDropped { path, .. } => path,
        }
    }

    /// The error number, if this is a failure to write; other notices have none.
    pub fn errno(&self) -> Option<i32> {
        match self {
            Self::Failing { cause, .. }
            | Self::Lost { cause, .. }
            | Self::NotWritten { cause, .. } => Some(errno(cause)),
            Self::NotFlushed { cause, .. } => Some(cause.as_ref().map_or(libc::ETIMEDOUT, errno)),
            Self::MediaHung { .. } => Some(libc::ETIMEDOUT),
            Self::Deleted { .. }
            | Self::Moved { .. }
            | Self::NotEncoded { .. }
            | Self::MediaDropped { .. } => None,
        }
    }
}

/// The number of `error`; an input/output error if the system gave none.
pub fn errno(error: &io::Error) -> i32 {
    error.raw_os_error().unwrap_or(libc::EIO)
}

/// The operating system's words without the number, plus what helps with the commonest causes.
pub(crate) struct Cause<'a>(pub(crate) &'a io::Error);

impl fmt::Display for Cause<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.raw_os_error() == Some(libc::ETIMEDOUT) {
            return f.write_str("the file system was too slow");
        }
        let text = self.0.to_string();
        let words = text.split(" (os error").next().unwrap_or(&text);
        let remedy = match self.0.raw_os_error() {
            Some(libc::ENOSPC) => ": free some space",
            Some(libc::EDQUOT) => ": free some of your quota",
            Some(libc::EFBIG) => ": the limit on file sizes (ulimit -f) is reached",
            Some(libc::ENOENT | libc::ENOTDIR) => {
                ": the directory is gone and could not be made again"
            }
            _ => "",
        };
        write!(f, "{words}{remedy}")
    }
}

/// "1 record", "2 records".
struct Records(u64);

impl fmt::Display for Records {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} record{}", self.0, if self.0 == 1 { "" } else { "s" })
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failing { path, cause, kept } => write!(
                f,
                "cannot write to {} ({}). {} kept, and up to {} MiB in memory from here on; writing is tried again \
                 until it works.",
                path.display(),
                Cause(cause),
                Records(*kept),
                crate::STUCK_CAPACITY >> 20,
            ),
            Self::NotFlushed {
                path,
                cause: Some(cause),
                kept,
                ..
            } => write!(
                f,
                "flush: {} for {} not written ({}). They are kept and tried again.",
                Records(*kept),
                path.display(),
                Cause(cause),
            ),
            Self::NotFlushed {
                path,
                cause: None,
                kept,
                waited,
            } => write!(
                f,
                "{} for {} not written: the file system has not answered for {waited} s (a network mount that hangs?). \
                 They are written when it answers, if the process still runs then.",
                Records(*kept),
                path.display(),
            ),
            Self::Lost {
                path,
                cause,
                lost,
                recovered,
            } => write!(
                f,
                "{} for {} lost ({}){}",
                Records(*lost),
                path.display(),
                Cause(cause),
                if *recovered {
                    ": memory for them had run out. Writing works again."
                } else {
                    ": the writer was closed while writing still failed."
                },
            ),
            Self::Deleted { path, new, lost } => write!(
                f,
                "{} was deleted while it was being written, and {} with it. Logging goes on in {}.",
                path.display(),
                Records(*lost),
                new.display(),
            ),
            Self::NotEncoded { path, what, cause } => write!(
                f,
                "{what} for {} was not logged, since it could not be encoded: {cause}. Nothing else is affected.",
                path.display(),
            ),
            Self::NotWritten { path, what, cause } => write!(
                f,
                "{what} was not logged, since {} cannot be written ({}). Nothing else is affected.",
                path.display(),
                Cause(cause),
            ),
            Self::MediaHung { .. } => self.media_hung(f),
            Self::MediaDropped {
                path,
                first,
                dropped,
            } => write!(
                f,
                "{dropped} media item{} for {} dropped, for which there was no room within a second (first: {first}): they \
                 come faster than they can be encoded. Log fewer or smaller ones; scalars and other records are not affected.",
                if *dropped == 1 { "" } else { "s" },
                path.display(),
            ),
            Self::Moved { path, new } => {
                write!(
                    f,
                    "{} was moved or renamed while it was being written. ",
                    path.display()
                )?;
                match new {
                    Some(new) => write!(f, "Logging goes on in {}.", new.display()),
                    None => write!(
                        f,
                        "Logging goes on in the moved file; its new place is not known."
                    ),
                }
            }
        }
    }
}
