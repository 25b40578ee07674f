//! Media on their way into their files: encoded by threads of their own.
//!
//! The queue lies in the writer's state. A thread takes the oldest item that nobody encodes yet; what is encoded joins
//! the pending records of its file when all before it have. A barrier waits for the queue first.
//!
//! Small media and those that are kept have room of their own each. Kept are those that take seconds: they are done one
//! after the other, so that a thread is left for small ones, and none is dropped unless a disk hangs. What comes after one
//! waits for it only if it has the same tag, and is kept then as well.

use std::error::Error;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::hand_over::{Shared, State};
use crate::media_queue::{Encoded, Item, Settled};
use crate::record::Record;
use crate::report::Report;
use crate::writer::{Added, FileId, HUNG_AFTER, Writer};
use crate::{lock, sigterm, wall_time};

/// Bytes of memory that all media together take, with what it takes to encode them: one that takes more is encoded alone.
pub const MEDIA_CAPACITY: usize = 28 << 20;

/// Bytes of small media that may be on their way before a caller waits. One item may have more, if it is the only one.
pub const SMALL_CAPACITY: usize = 12 << 20;

/// Bytes of memory that kept media may hold besides, likewise.
pub const KEPT_CAPACITY: usize = 4 << 20;

/// Media that take more than this, with what it takes to encode them, are not small: they are kept.
pub const SMALL: usize = 8 << 20;

/// How long a caller waits for room, before the oldest small media are dropped.
const ROOM_WITHIN: Duration = Duration::from_secs(1);

/// Threads that encode one writer's media; they are started when there is something to do for them.
pub(crate) const THREADS: usize = 2;

/// Is told of each sign of life, and whether a disk is waited for from there on: what then says nothing hangs.
pub type Progress<'a> = &'a mut dyn FnMut(bool);

pub(crate) type Failure = Box<dyn Error + Send + Sync>;

/// Gives the whole record for a wall time; none, if it has written files of its own.
pub type Encode =
    Box<dyn FnOnce(f64, Progress<'_>) -> Result<Option<Record>, Failure> + Send + 'static>;

/// What is known of an image, a sound, a video or an embedding before it is copied: of something that takes longer to
/// encode than a caller may have to wait.
#[derive(Clone, Debug)]
pub struct Media {
    /// Names it in reports.
    pub what: String,
    /// Bytes that its copy holds in memory until it is encoded.
    pub bytes: usize,
    /// Bytes that encoding it takes besides, with the record.
    pub work: usize,
    /// What its copy counts of the room for spools: [`Spool::cost`](crate::Spool::cost) of each.
    pub spooled: u64,
    /// Whether it is never dropped for others, but its caller waits for its turn. All that are so are done one after the
    /// other.
    pub kept: bool,
    /// The tag of its record, which waits for what is kept of the same one. None, if it adds no record.
    pub tag: Option<String>,
}

/// What became of the wish for room.
pub enum Claimed<'a> {
    /// There is room, for the caller to fill.
    Place(Place<'a>),
    /// There is none; what was to be logged is dropped and reported, or the writer cannot be used.
    Refused(Added),
}

/// Room for media that their caller is about to copy. It is given back if it is dropped.
pub struct Place<'a> {
    writer: &'a Writer,
    ticket: u64,
}

impl Place<'_> {
    /// Has the copy encoded, by `encode`, for `wall` or else the present wall time.
    pub fn fill(self, wall: Option<f64>, encode: Encode) -> Added {
        let shared = &self.writer.shared;
        let mut state = lock(&shared.state);
        if !state.media.is_claimed(self.ticket) {
            return Added::Unusable; // Closed meanwhile.
        }
        let wall = wall.unwrap_or_else(wall_time);
        state.media.fill(self.ticket, wall, encode);
        let state = shared.start_encoding(state);
        state.taken()
    }

    /// Says that the copy is still being made, and whether it waits for a disk.
    pub fn goes_on(&self, at_disk: bool) {
        let shared = &self.writer.shared;
        lock(&shared.state).media.goes_on(self.ticket, at_disk);
        shared.done.notify_all();
    }

    /// Puts in what the caller has encoded itself.
    pub fn finish(self, record: Result<Option<Record>, Failure>) -> Added {
        let shared = &self.writer.shared;
        let mut state = lock(&shared.state);
        if !state.media.is_claimed(self.ticket) {
            return Added::Unusable; // Closed meanwhile.
        }
        shared.finish(&mut state, self.ticket, record);
        state.taken()
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.writer.shared.unclaim(self.ticket);
    }
}

impl State {
    /// Lets encoded media join the pending records.
    pub(crate) fn settle_media(&mut self, settled: Vec<Settled>) {
        for (file, what, record) in settled {
            match record {
                Ok(None) => {}
                Ok(Some(record)) => drop(self.append(file.0, record)),
                Err(error) => {
                    let path = &self.pending[file.0].path;
                    self.reports.push(Report::not_encoded(what, error, path));
                }
            }
        }
    }

    fn report_dropped(&mut self, file: FileId, what: String) {
        let path = &self.pending[file.0].path;
        for report in &mut self.reports {
            if let Report::MediaDropped {
                path: of, dropped, ..
            } = report
                && of == path
            {
                *dropped += 1;
                return;
            }
        }
        self.reports.push(Report::MediaDropped {
            path: path.clone(),
            first: what,
            dropped: 1,
        });
    }

    /// Says which media below `ticket` a barrier has waited for in vain.
    pub(crate) fn report_hung_media(&mut self, ticket: u64) {
        let late = self.media.on_their_way(ticket);
        let first = late.clone().next();
        if let Some(Item { file, what, .. }) = first {
            let report = Report::MediaHung {
                path: self.pending[file.0].path.clone(),
                first: what.clone(),
                items: late.count(),
                waited: HUNG_AFTER.as_secs(),
                lost: false,
            };
            self.reports.push(report);
        }
    }

    /// Gives up what is not encoded, since a disk does not answer.
    pub(crate) fn abandon_media(&mut self) {
        let (settled, given_up) = self.media.abandon();
        self.settle_media(settled);
        if let Some(Item { file, what, .. }) = given_up.first() {
            self.report_lost(*file, what.clone(), given_up.len());
        }
    }

    fn report_lost(&mut self, file: FileId, first: String, items: usize) {
        self.reports.push(Report::MediaHung {
            path: self.pending[file.0].path.clone(),
            first,
            items,
            waited: HUNG_AFTER.as_secs(),
            lost: true,
        });
    }
}

impl Writer {
    /// Takes room for `media` for `file`, which are to be copied then.
    ///
    /// Waits for room. Small media wait for a second at most; then the oldest of them that nobody encodes yet are dropped
    /// and reported, or these if even that would make no room. Those that are kept wait as long as there is progress.
    ///
    /// # Panics
    /// If `file` is not of this writer.
    pub fn claim_media(&self, file: FileId, mut media: Media) -> Claimed<'_> {
        if self.is_inherited() {
            return Claimed::Refused(Added::Unusable);
        }
        let start = Instant::now();
        let mut state = lock(&self.shared.state);
        loop {
            if state.is_closed() {
                return Claimed::Refused(Added::Unusable);
            }
            // What becomes of a spool is one as well, about as large: all of them have their room together.
            let room = |state: &State| match media.spooled {
                0 => (1, 0),
                more => (1, more + state.media.spooled()),
            };
            let (bytes, spooled) = room(&state);
            if !state.held.has_room(&state.pending[file.0], bytes, spooled) {
                // The disk is the bottleneck, for media as for all other records.
                if let Some(dropped) = state.dropped(file.0) {
                    return Claimed::Refused(dropped);
                }
                state = self.shared.wait_for_room(state, room);
                continue;
            }
            media.kept |= state.media.follows_kept(file, &media);
            if state.media.has_room(&media) {
                break;
            }
            if media.kept {
                let over = |state: &State| state.is_closed() || state.media.has_room(&media);
                state = self.shared.wait_for_media(state, 0, None, over);
                if !over(&state) {
                    state.report_lost(file, media.what, 1);
                    return Claimed::Refused(state.taken());
                }
                continue;
            }
            let left = ROOM_WITHIN.saturating_sub(start.elapsed());
            if state.media.stalled || left.is_zero() {
                state.media.stalled = true;
                if !state.media.could_have_room(&media) {
                    state.report_dropped(file, media.what);
                    return Claimed::Refused(state.taken());
                }
                while !state.media.has_room(&media)
                    && let Some(dropped) = state.media.drop_oldest()
                {
                    state.report_dropped(dropped.file, dropped.what);
                }
                self.shared.done.notify_all();
                break;
            }
            state = self
                .shared
                .done
                .wait_timeout(state, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
        let ticket = state.media.claim(file, media);
        Claimed::Place(Place {
            writer: self,
            ticket,
        })
    }
}

impl Shared {
    /// Sees to it that what was just queued is encoded: by a thread that waits for work or a new one, or else here.
    fn start_encoding<'a>(
        self: &'a Arc<Self>,
        mut state: MutexGuard<'a, State>,
    ) -> MutexGuard<'a, State> {
        if !state.media.wants_thread() {
            self.encode.notify_one();
            return state;
        }
        let shared = Arc::clone(self);
        let spawned = sigterm::without_signals(|| {
            std::thread::Builder::new()
                .name("lightboard-media".to_owned())
                .stack_size(1 << 20)
                .spawn(move || shared.encode_media())
        });
        match spawned {
            Ok(_) => state.media.threads += 1,
            Err(_) if state.media.threads > 0 => {}
            Err(_) => {
                // No thread is to be had: better late than never. What others add meanwhile may have to wait for its turn.
                while let Some((ticket, wall, encode)) = state.media.take() {
                    drop(state);
                    let record = self.encoded(ticket, wall, encode);
                    state = lock(&self.state);
                    self.finish(&mut state, ticket, record);
                }
            }
        }
        state
    }

    /// A thread: encodes one item after the other until the writer is closed and none is left.
    fn encode_media(&self) {
        let mut state = lock(&self.state);
        loop {
            if let Some((ticket, wall, encode)) = state.media.take() {
                drop(state);
                let record = self.encoded(ticket, wall, encode);
                state = lock(&self.state);
                self.finish(&mut state, ticket, record);
            } else if state.is_closed() && state.media.is_empty() {
                return; // Not while a caller still copies what is then to be encoded.
            } else {
                state.media.idle_threads += 1;
                state = self
                    .encode
                    .wait(state)
                    .unwrap_or_else(PoisonError::into_inner);
                state.media.idle_threads -= 1;
            }
        }
    }

    /// Encodes; a panic of an encoder costs that item only.
    fn encoded(&self, ticket: u64, wall: f64, encode: Encode) -> Encoded {
        let mut progress = |at_disk| {
            lock(&self.state).media.goes_on(ticket, at_disk);
            self.done.notify_all();
        };
        match catch_unwind(AssertUnwindSafe(|| encode(wall, &mut progress))) {
            Ok(record) => record,
            Err(_) => Err("the encoder failed in a way that it should not".into()),
        }
    }

    fn finish(&self, state: &mut State, ticket: u64, encoded: Encoded) {
        let settled = state.media.finish(ticket, encoded);
        self.settle(state, settled);
    }

    /// Gives room back that was claimed and not filled.
    fn unclaim(&self, ticket: u64) {
        let mut state = lock(&self.state);
        if state.media.is_claimed(ticket) {
            let settled = state.media.unclaim(ticket);
            self.settle(&mut state, settled);
        }
    }

    fn settle(&self, state: &mut State, settled: Vec<Settled>) {
        state.settle_media(settled);
        self.wake.notify_one();
        // There is room for what waits to be encoded as well, or nothing to come any more.
        self.encode.notify_all();
        self.done.notify_all();
    }

    /// Returns when `over` says so of what is kept and of small media below `ticket`, or at `until`, or when only a disk is
    /// waited for and there is no progress.
    pub(crate) fn wait_for_media<'a>(
        &'a self,
        mut state: MutexGuard<'a, State>,
        ticket: u64,
        until: Option<Instant>,
        over: impl Fn(&State) -> bool,
    ) -> MutexGuard<'a, State> {
        let (mut seen, mut since) = (state.media.progress, Instant::now());
        while !over(&state) {
            if state.media.hung && state.media.waits_for_disk(ticket) {
                break;
            }
            let now = Instant::now();
            if until.is_some_and(|until| until <= now) {
                break;
            }
            if seen != state.media.progress || !state.media.waits_for_disk(ticket) {
                (seen, since) = (state.media.progress, now);
            }
            let hung_at = since + HUNG_AFTER;
            if hung_at <= now {
                state.media.hung = true;
                break;
            }
            let left = until.map_or(hung_at, |until| until.min(hung_at)) - now;
            state = self
                .done
                .wait_timeout(state, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
        state
    }
}
