//! Media on their way into their files: encoded by threads of their own, in the order in which they were logged.
//!
//! The queue lies in the writer's state. A thread takes the oldest item that nobody encodes yet; what is encoded joins
//! the pending records of its file when everything before it has. So a barrier waits for the queue first.

use std::collections::VecDeque;
use std::error::Error;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::hand_over::{Shared, State};
use crate::report::Report;
use crate::writer::{Added, FileId, Writer};
use crate::{lock, sigterm, wall_time};

/// Bytes of media that may be on their way before a caller waits. One item may have more, if it is the only one.
pub const MEDIA_CAPACITY: usize = 16 << 20;

/// Bytes of media that may lie in spools, likewise.
pub const SPOOL_CAPACITY: u64 = 1 << 30;

/// How long a caller waits for room, before the oldest media are dropped.
const ROOM_WITHIN: Duration = Duration::from_secs(1);

/// Threads that encode one writer's media; they are started when there is something to do for them.
const THREADS: usize = 2;

/// Is told of bytes that are held no longer, although the item is not encoded yet: frames of a video that are done.
pub type GiveBack<'a> = &'a mut dyn FnMut(usize);

type Failure = Box<dyn Error + Send + Sync>;

type Encode = Box<dyn FnOnce(f64, GiveBack<'_>) -> Result<Vec<u8>, Failure> + Send + 'static>;

/// An image, a sound, a video, an embedding: something that takes longer to encode than a caller may have to wait.
pub struct Media {
    /// Names it in reports.
    pub what: String,
    /// Bytes that it holds until it is encoded.
    pub bytes: usize,
    /// Bytes that it has in a [`Spool`](crate::Spool) besides.
    pub spooled: u64,
    /// Whether those before it that are so too are to be done first: they write the same files.
    pub in_turn: bool,
    /// Gives the whole record for a wall time, and gives bytes back on the way; nothing, if it has written files of its
    /// own.
    pub encode: Encode,
}

/// The media of one writer that are not yet among the pending records of their files.
#[derive(Default)]
pub(crate) struct Queue {
    /// In the order of their tickets.
    items: VecDeque<Item>,
    /// Bytes that all items hold.
    bytes: usize,
    /// Bytes that they have in spools.
    spooled: u64,
    next_ticket: u64,
    threads: usize,
    idle_threads: usize,
    /// A wait for room was in vain: do not wait again before an item is done.
    stalled: bool,
}

struct Item {
    ticket: u64,
    file: FileId,
    what: String,
    bytes: usize,
    spooled: u64,
    in_turn: bool,
    stage: Stage,
}

enum Stage {
    Waiting(f64, Encode),
    Encoding,
    Encoded(Result<Vec<u8>, Failure>),
}

impl Queue {
    pub(crate) fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// What the next item gets; a barrier waits for all tickets below.
    pub(crate) fn next_ticket(&self) -> u64 {
        self.next_ticket
    }

    /// Whether nothing with a lower ticket is on its way.
    pub(crate) fn is_done(&self, ticket: u64) -> bool {
        self.items.front().is_none_or(|item| item.ticket >= ticket)
    }

    fn has_room(&self, media: &Media) -> bool {
        self.items.is_empty()
            || self.bytes.saturating_add(media.bytes) <= MEDIA_CAPACITY
                && self.spooled.saturating_add(media.spooled) <= SPOOL_CAPACITY
    }

    /// Whether there were room if all that waits were dropped.
    fn could_have_room(&self, media: &Media) -> bool {
        let stays = |item: &&Item| !matches!(item.stage, Stage::Waiting(..));
        let staying = self.items.iter().filter(stays);
        let (count, bytes, spooled) = staying.fold((0, 0, 0), |(count, bytes, spooled), item| {
            (count + 1, bytes + item.bytes, spooled + item.spooled)
        });
        count == 0
            || media.bytes.saturating_add(bytes) <= MEDIA_CAPACITY
                && media.spooled.saturating_add(spooled) <= SPOOL_CAPACITY
    }

    fn push(&mut self, file: FileId, wall: f64, media: Media) {
        self.bytes += media.bytes;
        self.spooled += media.spooled;
        self.items.push_back(Item {
            ticket: self.next_ticket,
            file,
            what: media.what,
            bytes: media.bytes,
            spooled: media.spooled,
            in_turn: media.in_turn,
            stage: Stage::Waiting(wall, media.encode),
        });
        self.next_ticket += 1;
    }

    /// Removes the oldest item that nobody encodes yet.
    fn drop_oldest(&mut self) -> Option<Item> {
        let waits = |item: &Item| matches!(item.stage, Stage::Waiting(..));
        let item = self.items.remove(self.items.iter().position(waits)?)?;
        self.bytes -= item.bytes;
        self.spooled -= item.spooled;
        Some(item)
    }

    /// The oldest item that nobody encodes yet and whose turn it is, for the caller to encode. Who encodes one before
    /// its turn takes it afterwards.
    fn take(&mut self) -> Option<(u64, f64, Encode)> {
        let mut turn_is_taken = false;
        for item in &mut self.items {
            if item.in_turn && matches!(item.stage, Stage::Encoding) {
                turn_is_taken = true;
            } else if matches!(item.stage, Stage::Waiting(..)) && !(item.in_turn && turn_is_taken) {
                let stage = mem::replace(&mut item.stage, Stage::Encoding);
                let Stage::Waiting(wall, encode) = stage else {
                    return None;
                };
                return Some((item.ticket, wall, encode));
            }
        }
        None
    }

    /// Notes that an item that is being encoded holds as many bytes less.
    fn give_back(&mut self, ticket: u64, bytes: usize) {
        let Ok(index) = self.items.binary_search_by_key(&ticket, |item| item.ticket) else {
            return;
        };
        let item = &mut self.items[index];
        let bytes = bytes.min(item.bytes);
        item.bytes -= bytes;
        self.bytes -= bytes;
        self.stalled &= bytes == 0;
    }

    fn finish(&mut self, ticket: u64, record: Result<Vec<u8>, Failure>) {
        self.stalled = false;
        let Ok(index) = self.items.binary_search_by_key(&ticket, |item| item.ticket) else {
            return;
        };
        let item = &mut self.items[index];
        self.bytes -= item.bytes;
        self.spooled -= mem::take(&mut item.spooled);
        item.bytes = record.as_ref().map_or(0, Vec::len);
        self.bytes += item.bytes;
        item.stage = Stage::Encoded(record);
    }

    /// The oldest item, if it is encoded.
    fn pop_encoded(&mut self) -> Option<(FileId, String, Result<Vec<u8>, Failure>)> {
        let Stage::Encoded(_) = self.items.front()?.stage else {
            return None;
        };
        let item = self.items.pop_front()?;
        self.bytes -= item.bytes;
        match item.stage {
            Stage::Encoded(record) => Some((item.file, item.what, record)),
            _ => None,
        }
    }
}

impl State {
    /// Lets encoded media join the pending records, as far as nothing before them is missing.
    fn settle_media(&mut self) {
        while let Some((file, what, record)) = self.media.pop_encoded() {
            match record {
                Ok(record) if record.is_empty() => {}
                Ok(record) => drop(self.append(file.0, record)),
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
}

impl Writer {
    /// Queues `media` for `file`; without a wall time, the present one is taken. Waits for room, for a second at most;
    /// then the oldest media that nobody encodes yet are dropped and reported, or these if even that would make no room.
    ///
    /// # Panics
    /// If `file` is not of this writer.
    pub fn add_media(&self, file: FileId, wall: Option<f64>, media: Media) -> Added {
        if self.is_inherited() {
            return Added::Unusable;
        }
        let wall = wall.unwrap_or_else(wall_time);
        let start = Instant::now();
        let mut state = lock(&self.shared.state);
        loop {
            if state.is_closed() {
                return Added::Unusable;
            }
            if !state.held.has_room(&state.pending[file.0], 1) {
                // The disk is the bottleneck, for media as for all other records.
                if let Some(dropped) = state.dropped(file.0) {
                    return dropped;
                }
                drop(state);
                self.wait_for_room(1);
                state = lock(&self.shared.state);
                continue;
            }
            if state.media.has_room(&media) {
                break;
            }
            let left = ROOM_WITHIN.saturating_sub(start.elapsed());
            if state.media.stalled || left.is_zero() {
                state.media.stalled = true;
                if !state.media.could_have_room(&media) {
                    state.report_dropped(file, media.what);
                    return state.taken();
                }
                while !state.media.has_room(&media)
                    && let Some(dropped) = state.media.drop_oldest()
                {
                    state.report_dropped(dropped.file, dropped.what);
                }
                break;
            }
            state = self
                .shared
                .done
                .wait_timeout(state, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
        state.media.push(file, wall, media);
        let state = self.shared.start_encoding(state);
        state.taken()
    }
}

impl Shared {
    /// Sees to it that what was just queued is encoded: by a thread that waits for work or a new one, or else here.
    fn start_encoding<'a>(
        self: &'a Arc<Self>,
        mut state: MutexGuard<'a, State>,
    ) -> MutexGuard<'a, State> {
        if state.media.idle_threads > 0 || state.media.threads == THREADS {
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
                // No thread is to be had: better late than never.
                if let Some((ticket, wall, encode)) = state.media.take() {
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
            } else if state.is_closed() {
                return;
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
    fn encoded(&self, ticket: u64, wall: f64, encode: Encode) -> Result<Vec<u8>, Failure> {
        let mut give_back = |bytes| {
            lock(&self.state).media.give_back(ticket, bytes);
            self.done.notify_all();
        };
        match catch_unwind(AssertUnwindSafe(|| encode(wall, &mut give_back))) {
            Ok(record) => record,
            Err(_) => Err("the encoder failed in a way that it should not".into()),
        }
    }

    fn finish(&self, state: &mut State, ticket: u64, record: Result<Vec<u8>, Failure>) {
        state.media.finish(ticket, record);
        state.settle_media();
        self.wake.notify_one();
        self.done.notify_all();
    }

    /// Returns when all media with tickets below `ticket` are among the pending records, or at `until`.
    pub(crate) fn wait_for_media<'a>(
        &'a self,
        mut state: MutexGuard<'a, State>,
        ticket: u64,
        until: Option<Instant>,
    ) -> MutexGuard<'a, State> {
        while !state.media.is_done(ticket) {
            let left = until.map(|until| until.saturating_duration_since(Instant::now()));
            if left == Some(Duration::ZERO) {
                break;
            }
            // Encoding takes time, but it always ends.
            let left = left.unwrap_or(Duration::MAX);
            state = self
                .done
                .wait_timeout(state, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
        state
    }
}
