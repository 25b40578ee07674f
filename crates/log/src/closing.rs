//! Closes spools aside: that takes as long as it takes to free their room, and a disk may not answer.

use std::fs::File;
use std::os::fd::AsRawFd;

use crate::fork::{live, untrack};
use crate::sigterm;

/// Has a thread close `file`, which a forked child is to close until then. If there is none to be had, the next call sees
/// to it: here somebody may wait for this one.
pub(crate) fn close(file: File) {
    let mut live = live();
    live.closing.push(file);
    if live.is_closing {
        return;
    }
    live.is_closing = true;
    drop(live);
    let spawned = sigterm::without_signals(|| {
        std::thread::Builder::new()
            .name("lightboard-close".to_owned())
            .stack_size(256 << 10)
            .spawn(close_all)
    });
    if spawned.is_err() {
        self::live().is_closing = false;
    }
}

fn close_all() {
    loop {
        let mut live = live();
        let Some(file) = live.closing.pop() else {
            live.is_closing = false;
            return;
        };
        drop(live);
        // A child that is forked between the next two lines has the file open for as long as it lives: an empty one. If that
        // cannot be, closing it does the same.
        let _ = file.set_len(0);
        untrack(file.as_raw_fd());
    }
}
