//! What must not be shared with a forked child: descriptors, threads, signal handlers.
//!
//! A child inherits memory and descriptors but no thread, so a writer made before the fork can never be used there:
//! its locks may be held by threads that do not exist. The child only learns that it is one (a new generation), closes
//! the inherited descriptors, which would otherwise keep the parent's file locks alive, and forgets the rest.

use std::cell::RefCell;
use std::fs::File;
use std::os::fd::RawFd;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, Once, Weak};

use crate::hand_over::Shared;
use crate::{feeding, lock, sigterm};

static GENERATION: AtomicU32 = AtomicU32::new(0);
static LIVE: Mutex<Live> = Mutex::new(Live {
    writers: Vec::new(),
    descriptors: Vec::new(),
    closing: Vec::new(),
    is_closing: false,
});

/// What this process has open.
pub(crate) struct Live {
    pub(crate) writers: Vec<Weak<Shared>>,
    /// What a forked child closes.
    pub(crate) descriptors: Vec<RawFd>,
    /// What a thread is to close, which has ended when it finds none.
    pub(crate) closing: Vec<File>,
    pub(crate) is_closing: bool,
}

/// Counts the forks between the first process and this one.
#[inline]
pub(crate) fn generation() -> u32 {
    GENERATION.load(Ordering::Relaxed)
}

/// Whether this process was forked, after this library was loaded, and has not replaced its program since.
///
/// Such processes often end in `_exit`, where nothing can be handed over any more.
pub(crate) fn in_forked_child() -> bool {
    generation() > 0
}

pub(crate) fn live() -> MutexGuard<'static, Live> {
    lock(&LIVE)
}

/// Notes a descriptor that a forked child is to close.
///
/// A fork between the opening and this call leaks the descriptor into the child. That costs a false warning at most;
/// a lock held while a file is opened could block every fork for as long as a network mount hangs.
pub(crate) fn track(descriptor: RawFd) {
    live().descriptors.push(descriptor);
}

pub(crate) fn untrack(descriptor: RawFd) {
    live().descriptors.retain(|&tracked| tracked != descriptor);
}

/// Notices forks from here on. To be called when the library is loaded: a process can be forked before it logs.
pub fn watch_forks() {
    static WATCH: Once = Once::new();
    // SAFETY: the handlers are functions of this library, which is never unloaded.
    WATCH.call_once(|| unsafe {
        libc::pthread_atfork(Some(before), Some(after_in_parent), Some(after_in_child));
    });
}

thread_local! {
    static HELD: RefCell<Option<MutexGuard<'static, Live>>> = const { RefCell::new(None) };
}

/// Takes the one lock that the child needs, so that it finds the list whole.
extern "C" fn before() {
    HELD.with(|held| *held.borrow_mut() = Some(live()));
}

extern "C" fn after_in_parent() {
    HELD.with(|held| *held.borrow_mut() = None);
}

extern "C" fn after_in_child() {
    GENERATION.fetch_add(1, Ordering::Relaxed);
    HELD.with(|held| {
        if let Some(mut live) = held.borrow_mut().take() {
            for descriptor in live.descriptors.drain(..) {
                // SAFETY: the owner of this descriptor lives in the parent's memory image and is never dropped here.
                unsafe { libc::close(descriptor) };
            }
            live.writers.drain(..).for_each(std::mem::forget);
            live.closing.drain(..).for_each(std::mem::forget);
            live.is_closing = false;
        }
    });
    sigterm::forget_in_child();
    feeding::forget_in_child();
}
