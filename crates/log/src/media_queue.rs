//! The media that are on their way: which there is room for, whose turn it is, and what hangs.

use std::collections::VecDeque;
use std::mem;

use crate::media::{
    Encode, Failure, KEPT_CAPACITY, MEDIA_CAPACITY, Media, SPOOL_CAPACITY, THREADS,
};
use crate::writer::FileId;

/// The media of one writer that are not yet among the pending records of their files.
#[derive(Default)]
pub(crate) struct Queue {
    /// In the order of their tickets.
    pub(crate) items: VecDeque<Item>,
    small: Held,
    kept: Held,
    next_ticket: u64,
    pub(crate) threads: usize,
    pub(crate) idle_threads: usize,
    /// A wait for room was in vain: do not wait again before a small item is done.
    pub(crate) stalled: bool,
    /// Signs of life so far of what is kept.
    pub(crate) progress: u64,
    /// A wait for progress was in vain: do not wait again before there is some.
    pub(crate) hung: bool,
}

/// Bytes that an item takes by itself: of many small ones more than their media do.
const ITEM: usize = 512;

/// What items hold together.
#[derive(Default)]
struct Held {
    items: usize,
    bytes: usize,
    spooled: u64,
}

impl Held {
    fn has_room(&self, media: &Media) -> bool {
        let capacity = if media.kept {
            KEPT_CAPACITY
        } else {
            MEDIA_CAPACITY
        };
        self.items == 0
            || (self.bytes + self.items * ITEM).saturating_add(media.bytes) <= capacity
                && self.spooled.saturating_add(media.spooled) <= SPOOL_CAPACITY
    }

    fn add(&mut self, item: &Item) {
        self.items += 1;
        self.bytes += item.bytes;
        self.spooled += item.spooled;
    }

    fn remove(&mut self, item: &Item) {
        self.items -= 1;
        self.bytes -= item.bytes;
        self.spooled -= item.spooled;
    }
}

pub(crate) struct Item {
    pub(crate) ticket: u64,
    pub(crate) file: FileId,
    pub(crate) what: String,
    bytes: usize,
    spooled: u64,
    kept: bool,
    tag: Option<String>,
    /// Whether it has begun to tell of its progress: so does what writes files of its own.
    speaks: bool,
    stage: Stage,
}

enum Stage {
    Waiting(f64, Encode),
    Encoding,
    Encoded(Result<Vec<u8>, Failure>),
}

impl Item {
    fn is_waiting(&self) -> bool {
        matches!(self.stage, Stage::Waiting(..))
    }

    /// Whether its record is to come before that of `other`, if it is the older one.
    fn precedes(&self, other: &Self) -> bool {
        self.tag.is_some() && self.tag == other.tag && self.file == other.file
    }
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

    fn held(&mut self, kept: bool) -> &mut Held {
        if kept {
            &mut self.kept
        } else {
            &mut self.small
        }
    }

    /// Whether an older one that is kept has the same tag: what waits for it is kept as well, lest it takes the room of
    /// what does not.
    pub(crate) fn follows_kept(&self, file: FileId, media: &Media) -> bool {
        let is_before = |item: &Item| item.kept && item.tag == media.tag && item.file == file;
        media.tag.is_some() && self.kept.items > 0 && self.items.iter().any(is_before)
    }

    pub(crate) fn has_room(&self, media: &Media) -> bool {
        let held = if media.kept { &self.kept } else { &self.small };
        held.has_room(media)
    }

    /// Whether there were room if all small ones that wait were dropped.
    pub(crate) fn could_have_room(&self, media: &Media) -> bool {
        let mut staying = Held::default();
        for item in &self.items {
            if !item.kept && !item.is_waiting() {
                staying.add(item);
            }
        }
        staying.has_room(media)
    }

    pub(crate) fn push(&mut self, file: FileId, wall: f64, media: Media) {
        let item = Item {
            ticket: self.next_ticket,
            file,
            what: media.what,
            bytes: media.bytes,
            spooled: media.spooled,
            kept: media.kept,
            tag: media.tag,
            speaks: false,
            stage: Stage::Waiting(wall, media.encode),
        };
        self.next_ticket += 1;
        self.held(item.kept).add(&item);
        self.items.push_back(item);
    }

    fn remove(&mut self, index: usize) -> Option<Item> {
        let item = self.items.remove(index)?;
        self.held(item.kept).remove(&item);
        Some(item)
    }

    /// Removes the oldest small item that nobody encodes yet.
    pub(crate) fn drop_oldest(&mut self) -> Option<Item> {
        let may_go = |item: &Item| !item.kept && item.is_waiting();
        self.remove(self.items.iter().position(may_go)?)
    }

    /// Whether the threads that wait for work are too few.
    pub(crate) fn wants_thread(&self) -> bool {
        let waiting = self.items.iter().filter(|item| item.is_waiting());
        self.threads < THREADS && waiting.count() > self.idle_threads
    }

    /// The oldest item that nobody encodes yet and whose turn it is, for the caller to encode. Who encodes one before
    /// its turn takes it afterwards.
    pub(crate) fn take(&mut self) -> Option<(u64, f64, Encode)> {
        let mut turn_is_taken = false;
        for item in &mut self.items {
            if item.kept && matches!(item.stage, Stage::Encoding) {
                turn_is_taken = true;
            } else if item.is_waiting() && !(item.kept && turn_is_taken) {
                let stage = mem::replace(&mut item.stage, Stage::Encoding);
                let Stage::Waiting(wall, encode) = stage else {
                    return None;
                };
                return Some((item.ticket, wall, encode));
            }
        }
        None
    }

    fn index_of(&self, ticket: u64) -> Option<usize> {
        let found = self.items.binary_search_by_key(&ticket, |item| item.ticket);
        found.ok()
    }

    /// Notes that an item that is being encoded goes on, and holds as many bytes less.
    pub(crate) fn give_back(&mut self, ticket: u64, bytes: usize) {
        let Some(index) = self.index_of(ticket) else {
            return;
        };
        let item = &mut self.items[index];
        // A video computes for as long as it takes: it tells of frames that are done, not of a disk.
        item.speaks = item.tag.is_none();
        let (bytes, kept) = (bytes.min(item.bytes), item.kept);
        item.bytes -= bytes;
        self.held(kept).bytes -= bytes;
        self.goes_on(kept);
        self.stalled &= kept || bytes == 0;
    }

    fn goes_on(&mut self, kept: bool) {
        self.progress += u64::from(kept);
        self.hung &= !kept;
    }

    /// Whether what is silent now hangs, for who waits for what is kept and for small media below `ticket`: computing
    /// always ends, but a disk may not answer.
    pub(crate) fn waits_for_disk(&self, ticket: u64) -> bool {
        let at_disk =
            |item: &&Item| item.kept && item.speaks && matches!(item.stage, Stage::Encoding);
        let has_free_thread = self.threads > self.items.iter().filter(at_disk).count();
        let concerns = |item: &&Item| item.kept || item.ticket < ticket;
        let mut items = self.items.iter().filter(concerns);
        !items.any(|item| match item.stage {
            Stage::Waiting(..) => !item.kept && has_free_thread,
            Stage::Encoding => !at_disk(&item),
            Stage::Encoded(_) => false,
        })
    }

    /// Keeps the record of an item until it is its turn; returns what is to be written now.
    pub(crate) fn finish(&mut self, ticket: u64, record: Result<Vec<u8>, Failure>) -> Vec<Settled> {
        let Some(index) = self.index_of(ticket) else {
            return Vec::new(); // Given up meanwhile.
        };
        let item = &mut self.items[index];
        let before = (item.bytes, mem::take(&mut item.spooled));
        item.bytes = record.as_ref().map_or(0, Vec::len);
        item.stage = Stage::Encoded(record);
        let (bytes, kept) = (item.bytes, item.kept);
        let held = self.held(kept);
        held.bytes = held.bytes - before.0 + bytes;
        held.spooled -= before.1;
        self.stalled &= kept;
        self.goes_on(kept);

        self.settle()
    }

    /// Removes what is to be written now: small media in their order, what is kept as soon as it is done; of one tag the
    /// older come first.
    fn settle(&mut self) -> Vec<Settled> {
        let (mut settled, mut staying) = (Vec::new(), Vec::new());
        let (mut index, mut is_small_missing, mut kept_ahead) = (0, false, self.kept.items);
        while let Some(item) = self.items.get(index) {
            if is_small_missing && kept_ahead == 0 {
                break;
            }
            kept_ahead -= usize::from(item.kept);
            let is_encoded = matches!(item.stage, Stage::Encoded(_));
            let waits = |older: &usize| self.items[*older].precedes(item);
            let is_late = !item.kept && is_small_missing;
            if is_encoded && !is_late && !staying.iter().any(waits) {
                settled.extend(self.remove(index).and_then(Item::settled));
                continue;
            }
            is_small_missing |= !item.kept && !is_encoded;
            staying.push(index);
            index += 1;
        }
        settled
    }

    /// Removes all that is encoded, whatever it waits for: there is no time left to wait.
    pub(crate) fn settle_all(&mut self) -> Vec<Settled> {
        let is_encoded = |item: &Item| matches!(item.stage, Stage::Encoded(_));
        let items = mem::take(&mut self.items);
        let (encoded, others): (Vec<_>, _) = items.into_iter().partition(is_encoded);
        self.items = others.into();
        for item in &encoded {
            self.held(item.kept).remove(item);
        }
        encoded.into_iter().filter_map(Item::settled).collect()
    }

    /// Gives up all that is not encoded. What is, is to be written now.
    pub(crate) fn abandon(&mut self) -> (Vec<Settled>, Vec<Item>) {
        let settled = self.settle_all();
        (self.small, self.kept) = (Held::default(), Held::default());
        (settled, mem::take(&mut self.items).into())
    }
}

/// An item that is encoded, whose record it is the turn of.
pub(crate) type Settled = (FileId, String, Result<Vec<u8>, Failure>);

impl Item {
    fn settled(self) -> Option<Settled> {
        match self.stage {
            Stage::Encoded(record) => Some((self.file, self.what, record)),
            _ => None,
        }
    }
}
