//! Hands everything over when the process is asked to end by SIGTERM, then lets it die of that signal.
//!
//! Only where nobody else handles SIGTERM. A handler of Python's own would not do: it runs when the interpreter gets to
//! it, and the main thread may be inside a long call into C. So the handler only wakes a thread through a pipe; the
//! program runs on for the moments that the hand-over takes.

use std::io::{self, PipeReader, Read};
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd, IntoRawFd};
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use crate::hand_over::{Phase, State};
use crate::{fork, lock};

/// How long the last hand-over may take, and how much of that is left for it when media are still being encoded.
const DRAIN_WITHIN: Duration = Duration::from_secs(2);
const HAND_OVER_WITHIN: Duration = Duration::from_millis(500);

/// The process that the pipe belongs to, and the pipe's end that the handler writes to.
static OWNER: AtomicI32 = AtomicI32::new(0);
static PIPE: AtomicI32 = AtomicI32::new(-1);

/// Runs `spawn` with every signal blocked, so that the thread it starts never takes one from the interpreter.
pub(crate) fn without_signals<T>(spawn: impl FnOnce() -> T) -> T {
    let mut all = MaybeUninit::uninit();
    let mut before = MaybeUninit::uninit();
    // SAFETY: both sets are valid for writes, `all` is filled before it is read, and `before` by the call that
    // blocks; these calls fail on invalid arguments only.
    unsafe {
        libc::sigfillset(all.as_mut_ptr());
        libc::pthread_sigmask(libc::SIG_SETMASK, all.as_ptr(), before.as_mut_ptr());
    }
    let result = spawn();
    // SAFETY: `before` was filled above.
    unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, before.as_ptr(), std::ptr::null_mut()) };
    result
}

/// Takes SIGTERM over if it has its default disposition; a handler that is there, or comes later, has precedence.
pub(crate) fn install() -> io::Result<()> {
    // Held for the whole check, so that two writers made at once do not both install.
    let mut live = fork::live();
    if disposition() != libc::SIG_DFL {
        return Ok(());
    }
    if PIPE.load(Ordering::SeqCst) < 0 {
        let (reader, writer) = io::pipe()?;
        live.descriptors.push(reader.as_raw_fd());
        live.descriptors.push(writer.as_raw_fd());
        without_signals(|| {
            std::thread::Builder::new()
                .name("lightboard-sigterm".to_owned())
                .stack_size(128 << 10)
                .spawn(move || wait_and_end(reader))
        })?;
        PIPE.store(writer.into_raw_fd(), Ordering::SeqCst);
    }
    OWNER.store(process(), Ordering::SeqCst);
    set_disposition(handler());
    Ok(())
}

/// In a forked child, which has closed the pipe: it dies of SIGTERM at once, until a writer of its own takes the signal over again.
pub(crate) fn forget_in_child() {
    if disposition() == handler() {
        set_disposition(libc::SIG_DFL);
    }
    PIPE.store(-1, Ordering::SeqCst);
}

fn handler() -> libc::sighandler_t {
    on_sigterm as *const () as libc::sighandler_t
}

/// Wakes the thread. Calls nothing that a signal handler may not.
extern "C" fn on_sigterm(signal: libc::c_int) {
    let byte = 0u8;
    // SAFETY: all of these may be called in a signal handler; errno is put back for the code that was interrupted.
    unsafe {
        let errno = *libc::__errno_location();
        if OWNER.load(Ordering::SeqCst) == process() {
            libc::write(PIPE.load(Ordering::SeqCst), (&raw const byte).cast(), 1);
        } else {
            // A child between its fork and its fork handler: the pipe still is the parent's.
            set_disposition(libc::SIG_DFL);
            libc::raise(signal);
        }
        *libc::__errno_location() = errno;
    }
}

/// The thread: hands over what all live writers have pending, then ends the process as the signal would have. The first
/// process of a container survives that, as it would have survived the signal.
fn wait_and_end(mut pipe: PipeReader) {
    while pipe.read_exact(&mut [0]).is_ok() {
        drain(Instant::now() + DRAIN_WITHIN);
        set_disposition(libc::SIG_DFL);
        // SAFETY: the set is filled before it is read, and unblocking a signal in this thread affects no other.
        unsafe {
            let mut only = MaybeUninit::uninit();
            libc::sigemptyset(only.as_mut_ptr());
            libc::sigaddset(only.as_mut_ptr(), libc::SIGTERM);
            libc::pthread_sigmask(libc::SIG_UNBLOCK, only.as_ptr(), std::ptr::null_mut());
            libc::raise(libc::SIGTERM);
        }
    }
}

fn drain(until: Instant) {
    let writers: Vec<_> = fork::live()
        .writers
        .iter()
        .filter_map(std::sync::Weak::upgrade)
        .collect();
    let tickets: Vec<_> = writers
        .iter()
        .map(|shared| {
            let state = lock(&shared.state);
            let encoded_until = until.checked_sub(HAND_OVER_WITHIN).or(Some(until));
            let ticket = state.media.next_ticket();
            let over = |state: &State| state.media.is_done(ticket);
            let mut state = shared.wait_for_media(state, ticket, encoded_until, over);
            let encoded = state.media.settle_all();
            state.settle_media(encoded);
            state.requested += 1;
            shared.wake.notify_one();
            (Arc::clone(shared), state.requested)
        })
        .collect();
    for (shared, ticket) in tickets {
        let mut state = lock(&shared.state);
        while state.completed < ticket && state.phase != Phase::Ended {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            state = shared
                .done
                .wait_timeout(state, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
    }
}

fn disposition() -> libc::sighandler_t {
    let mut action = MaybeUninit::<libc::sigaction>::zeroed();
    // SAFETY: with a null new action the call only fills `action`, of which all-zero bytes are a valid value.
    unsafe {
        libc::sigaction(libc::SIGTERM, std::ptr::null(), action.as_mut_ptr());
        action.assume_init().sa_sigaction
    }
}

fn set_disposition(handler: libc::sighandler_t) {
    let mut action = MaybeUninit::<libc::sigaction>::zeroed();
    // SAFETY: all-zero bytes are a valid action (default disposition, no flags, empty mask).
    unsafe {
        (*action.as_mut_ptr()).sa_sigaction = handler;
        (*action.as_mut_ptr()).sa_flags = libc::SA_RESTART;
        libc::sigaction(libc::SIGTERM, action.as_ptr(), std::ptr::null_mut());
    }
}

fn process() -> libc::pid_t {
    // SAFETY: cannot fail and touches no memory.
    unsafe { libc::getpid() }
}
