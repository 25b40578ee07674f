//! The media that are on their way: which there is room for, whose turn it is, and what hangs.

use std::collections::VecDeque;
use std::mem;

use crate::held::SPOOL_CAPACITY;
use crate::media::{
    Encode, Failure, KEPT_CAPACITY, MEDIA_CAPACITY, Media, SMALL_CAPACITY, THREADS,
};
use crate::record::Record;
use crate::writer::FileId;

/// The media of one writer that are not yet among the pending records of their files.
#[derive(Default)]
pub(crate) struct Queue {
    /// In the order of their tickets.
    pub(crate) items: VecDeque<Item>,
    small: Held,
    kept: Held,
    /// What the items that are being encoded take besides.
    working: usize,
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
    /// Whether there is room for `media` beside what is held already, of `capacity` bytes in memory.
    fn has_room(&self, media: &Media, capacity: usize) -> bool {
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
    /// What encoding takes besides.
    work: usize,
    spooled: u64,
    kept: bool,
    tag: Option<String>,
    /// Whether it waits for a disk.
    at_disk: bool,
    stage: Stage,
}

enum Stage {
    /// Its caller copies it.
    Claimed,
    Waiting(f64, Encode),
    Encoding,
    Encoded(Encoded),
}

/// What came of an item: the record, or none if it has written files of its own.
pub(crate) type Encoded = Result<Option<Record>, Failure>;

impl Item {
    fn is_waiting(&self) -> bool {
        matches!(self.stage, Stage::Waiting(..))
    }

    fn is_claimed(&self) -> bool {
        matches!(self.stage, Stage::Claimed)
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

    /// Whether nothing with a lower ticket is on its way, except what callers are still copying.
    pub(crate) fn is_done(&self, ticket: u64) -> bool {
        self.on_their_way(ticket).next().is_none()
    }

    /// Those with a lower ticket that callers have filled in.
    pub(crate) fn on_their_way(&self, ticket: u64) -> impl Iterator<Item = &Item> + Clone {
        let older = self
            .items
            .iter()
            .take_while(move |item| item.ticket < ticket);
        older.filter(|item| !item.is_claimed())
    }

    /// What all of it counts of the room for spools.
    pub(crate) fn spooled(&self) -> u64 {
        self.small.spooled + self.kept.spooled
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
        if media.kept {
            self.kept.has_room(media, KEPT_CAPACITY)
        } else {
            self.small.has_room(media, self.small_capacity())
        }
    }

    /// Whether there were room if all small ones that wait were dropped.
    pub(crate) fn could_have_room(&self, media: &Media) -> bool {
        let mut staying = Held::default();
        for item in &self.items {
            if !item.kept && !item.is_waiting() {
                staying.add(item);
            }
        }
        staying.has_room(media, self.small_capacity())
    }

    /// Bytes that small ones may hold: what is kept may need much to be encoded.
    fn small_capacity(&self) -> usize {
        if self.kept.items == 0 {
            return SMALL_CAPACITY;
        }
        let kept = self.items.iter().filter(|item| item.kept);
        let work = kept.map(|item| item.work).max().unwrap_or(0);
        SMALL_CAPACITY.min(MEDIA_CAPACITY.saturating_sub(work))
    }

    /// Takes the room for `media`, which are to be filled in; returns their ticket.
    pub(crate) fn claim(&mut self, file: FileId, media: Media) -> u64 {
        let item = Item {
            ticket: self.next_ticket,
            file,
            what: media.what,
            bytes: media.bytes,
            work: media.work,
            spooled: media.spooled,
            kept: media.kept,
            tag: media.tag,
            at_disk: media.spooled > 0,
            stage: Stage::Claimed,
        };
        self.next_ticket += 1;
        self.held(item.kept).add(&item);
        self.items.push_back(item);
        self.next_ticket - 1
    }

    /// Whether there still is the room that was claimed.
    pub(crate) fn is_claimed(&self, ticket: u64) -> bool {
        self.index_of(ticket)
            .is_some_and(|index| self.items[index].is_claimed())
    }

    /// Fills the room that was claimed.
    pub(crate) fn fill(&mut self, ticket: u64, wall: f64, encode: Encode) {
        if let Some(index) = self.index_of(ticket) {
            self.items[index].stage = Stage::Waiting(wall, encode);
            self.items[index].at_disk = false;
            self.progressed(self.items[index].kept);
        }
    }

    /// Gives the room back that was claimed.
    pub(crate) fn unclaim(&mut self, ticket: u64) -> Vec<Settled> {
        if let Some(index) = self.index_of(ticket) {
            self.remove(index);
        }
        self.settle()
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
    ///
    /// One is always encoded; others only while there is room for what that takes.
    pub(crate) fn take(&mut self) -> Option<(u64, f64, Encode)> {
        let held = self.small.bytes + self.kept.bytes + self.working;
        let room = MEDIA_CAPACITY.saturating_sub(held);
        let (mut turn_is_taken, mut small_must_wait) = (false, false);
        for item in &mut self.items {
            if item.kept && matches!(item.stage, Stage::Encoding) {
                turn_is_taken = true;
            }
            let is_due = if item.kept {
                !turn_is_taken
            } else {
                !small_must_wait
            };
            if !item.is_waiting() || !is_due {
                continue;
            }
            if self.working > 0 && item.work > room {
                // Its turn stays its own.
                turn_is_taken |= item.kept;
                small_must_wait |= !item.kept;
                continue;
            }
            if let Stage::Waiting(wall, encode) = mem::replace(&mut item.stage, Stage::Encoding) {
                self.working += item.work.max(1);
                return Some((item.ticket, wall, encode));
            }
        }
        None
    }

    fn index_of(&self, ticket: u64) -> Option<usize> {
        let found = self.items.binary_search_by_key(&ticket, |item| item.ticket);
        found.ok()
    }

    /// Notes that an item that is being copied or encoded goes on, and whether it waits for a disk from here on.
    pub(crate) fn goes_on(&mut self, ticket: u64, at_disk: bool) {
        if let Some(index) = self.index_of(ticket) {
            let item = &mut self.items[index];
            item.at_disk = at_disk;
            let kept = item.kept;
            self.progressed(kept);
        }
    }

    fn progressed(&mut self, kept: bool) {
        self.progress += u64::from(kept);
        self.hung &= !kept;
    }

    /// Whether what is silent now hangs, for who waits for what is kept and for small media below `ticket`: computing
    /// always ends, but a disk may not answer.
    pub(crate) fn waits_for_disk(&self, ticket: u64) -> bool {
        let at_disk =
            |item: &&Item| item.kept && item.at_disk && matches!(item.stage, Stage::Encoding);
        let has_free_thread = self.threads > self.items.iter().filter(at_disk).count();
        let concerns = |item: &&Item| item.kept || item.ticket < ticket;
        let mut items = self.items.iter().filter(concerns);
        !items.any(|item| match item.stage {
            Stage::Claimed => !item.at_disk,
            Stage::Waiting(..) => !item.kept && has_free_thread,
            Stage::Encoding => !at_disk(&item),
            Stage::Encoded(_) => false,
        })
    }

    /// Keeps the record of an item until it is its turn; returns what is to be written now.
    pub(crate) fn finish(&mut self, ticket: u64, encoded: Encoded) -> Vec<Settled> {
        let Some(index) = self.index_of(ticket) else {
            return Vec::new(); // Given up meanwhile.
        };
        let item = &mut self.items[index];
        let before = (item.bytes, item.spooled);
        let record = encoded.as_ref().ok().and_then(Option::as_ref);
        let after = record.map_or((0, 0), |record| (record.in_memory(), record.spooled()));
        (item.bytes, item.spooled) = after;
        let was_encoding = matches!(item.stage, Stage::Encoding);
        item.stage = Stage::Encoded(encoded);
        let (kept, work) = (item.kept, item.work.max(1));
        if was_encoding {
            self.working -= work;
        }
        let held = self.held(kept);
        held.bytes = held.bytes - before.0 + after.0;
        held.spooled = held.spooled - before.1 + after.1;
        self.stalled &= kept;
        self.progressed(kept);

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

    /// Gives up all that is not encoded. What is, is to be written now. What callers are still copying is theirs.
    pub(crate) fn abandon(&mut self) -> (Vec<Settled>, Vec<Item>) {
        let settled = self.settle_all();
        (self.small, self.kept, self.working) = (Held::default(), Held::default(), 0);
        let mut given_up: Vec<_> = mem::take(&mut self.items).into();
        given_up.retain(|item| !item.is_claimed());
        (settled, given_up)
    }
}

/// An item that is encoded, whose record it is the turn of.
pub(crate) type Settled = (FileId, String, Encoded);

impl Item {
    fn settled(self) -> Option<Settled> {
        match self.stage {
            Stage::Encoded(record) => Some((self.file, self.what, record)),
            _ => None,
        }
    }
}
