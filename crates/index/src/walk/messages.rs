//! What a walk tells of what it did not find or did not read.

use std::io;
use std::path::Path;

use crate::strangers::LOOKED_INTO;
use crate::suggest::suggestion;

pub(super) fn missing(path: &Path) -> String {
    let hint = suggestion(path);
    let path = path.display();
    format!(
        "Expected a directory at {path}, found nothing there. {hint}Runs show here as soon as it exists."
    )
}

pub(super) fn no_directory(path: &Path) -> String {
    let parent = path.parent().unwrap_or(path).display();
    let path = path.display();
    format!(
        "Expected a directory at {path}, found a file. Open the directory that holds it: {parent}"
    )
}

pub(super) fn unreadable(path: &Path, error: &io::Error) -> String {
    format!(
        "Expected a directory at {}, but it cannot be read: {error}. Give the user that runs this board permission to read \
         and search it; it is tried again all the time.",
        path.display()
    )
}

/// After a look at so many folders and other files, where so many entries were skipped.
pub(super) fn nothing_found(
    path: &Path,
    folders: usize,
    other_files: usize,
    skipped: usize,
) -> String {
    format!(
        "Expected files with `tfevents` in their names below {}, found none: looked at {} and {}{}. Runs show here \
         as soon as a SummaryWriter writes there; compare this path with the one that it announces.",
        path.display(),
        count(folders, "folder"),
        count(other_files, "other file"),
        if skipped == 0 {
            String::new()
        } else {
            format!(", skipped {skipped}")
        },
    )
}

/// Of an event file that is not named like one.
pub(super) fn foreign_name(name: &str) -> String {
    format!(
        "is an event file by its first bytes, but not by its name, so it is not read: rename it so that its name \
         contains `tfevents`, for example events.out.tfevents.{name}"
    )
}

/// Of so many files in so many folders, told at the largest of these.
pub(super) fn not_looked_into(files: usize, folders: usize) -> String {
    let others = match folders {
        1 => String::new(),
        _ => format!(" and in {}", count(folders - 1, "smaller folder")),
    };
    format!(
        "{} here{others} were not looked into: event files whose names lack `tfevents` are looked for among \
         {LOOKED_INTO} files of a folder, those with `event` in their names first",
        count(files, "file"),
    )
}

fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}
