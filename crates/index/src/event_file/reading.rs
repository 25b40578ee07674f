//! Reading what is new in a file.

use std::fs::File;
use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Instant, SystemTime};

use lightboard_events::{Opening, Part};

use super::stamp::{LastRecord, Stamp, file_id, open, read_at};
use super::watched::has_changed;
use super::{EventFile, LOOK_AGAIN, News, Position, ReadingPlace};
use crate::changes::Touched;
use crate::contents::Contents;

/// Bytes read at once: small enough to stay in the processor's cache, and to keep queries waiting for no time.
const WINDOW: usize = 256 << 10;

impl EventFile {
    /// As `read`, but for what goes wrong.
    pub(super) fn try_read(
        &self,
        position: &mut Position,
        buffer: &mut Vec<u8>,
        deadline: Instant,
        thorough: bool,
        progress: &mut impl FnMut(News),
    ) -> io::Result<bool> {
        let (file, metadata) = open(&self.path)?;
        let found = Stamp::of(&metadata);
        let mut opening = [0; Opening::BYTES];
        let length = read_at(&file, &mut opening, 0)?;
        let opening = &opening[..length];
        position.place.unsure |= position.read != Some(found);
        let distrusted = self.distrusted.swap(false, Ordering::Relaxed);
        if distrusted
            || !position.holds(&file, &found, opening, thorough)?
            || !self.contents().series.unpack()
        {
            *position = Position::default();
            let mut contents = self.contents_mut();
            self.store.count(contents.series.memory(), 0);
            *contents = Contents::new(Arc::clone(&self.store));
            drop(contents);
            progress(News {
                touched: Touched::Any,
                tags: true,
            });
        }
        position.followed = true;
        position.opening = opening.to_vec();
        let mut changed = position.read != Some(found);
        position.read = Some(found);
        position.tried = Some(found);
        let readable = {
            let mut contents = self.contents_mut();
            contents.opening = Opening::of(opening);
            let readable = !matches!(contents.opening, Opening::LfsPointer | Opening::Gzip);
            changed |= contents.error.take().is_some();
            contents.size = found.size;
            contents.modified = metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH);
            contents.file_id = file_id(&found, &position.opening);
            position.live = contents.is_live(SystemTime::now());
            contents.settled |= !readable;
            readable
        };
        if changed && position.live {
            position.look_again = Some(Instant::now() + LOOK_AGAIN);
        }
        let finished = !readable
            || self.scan(
                &file,
                found.size,
                &mut position.place,
                buffer,
                deadline,
                progress,
            )?;
        if changed {
            progress(News::NO_POINTS);
        }
        position.due = !finished || position.place.unsure;
        Ok(finished)
    }

    /// Reads records up to byte `end` of the file. Returns whether it came to the end before the deadline.
    fn scan(
        &self,
        file: &File,
        end: u64,
        place: &mut ReadingPlace,
        buffer: &mut Vec<u8>,
        deadline: Instant,
        progress: &mut impl FnMut(News),
    ) -> io::Result<bool> {
        let mut base = place.scanner.offset();
        let mut filled = 0;
        let mut wanted = WINDOW;
        loop {
            // Only what lies in the file is ever asked for, so a length that lies costs no memory.
            let room = wanted
                .min(usize::try_from(end.saturating_sub(base)).unwrap_or(usize::MAX))
                .max(filled);
            if buffer.len() < room {
                buffer.resize(room, 0);
            }
            let read = read_at(file, &mut buffer[filled..room], base + filled as u64)?;
            let at_end = filled + read < room || base + room as u64 >= end;
            filled += read;
            let (needed, news) = self.take(&buffer[..filled], at_end, place);
            if let Some(news) = news {
                progress(news);
            }
            let Some(needed) = needed else {
                buffer.truncate(WINDOW);
                buffer.shrink_to(WINDOW);
                return Ok(true);
            };
            if self.store.is_full() || Instant::now() >= deadline {
                return Ok(false);
            }
            let used = ((place.scanner.offset() - base) as usize).min(filled);
            buffer.copy_within(used..filled, 0);
            filled -= used;
            base = place.scanner.offset();
            wanted = usize::try_from(needed).unwrap_or(usize::MAX).max(WINDOW);
        }
    }

    /// Takes in the records of one window. Returns how many bytes the next window needs, none at the file's end, and what
    /// is new, if anything.
    fn take(
        &self,
        window: &[u8],
        at_end: bool,
        place: &mut ReadingPlace,
    ) -> (Option<u64>, Option<News>) {
        let mut contents = self.contents_mut();
        let (series, memory) = (contents.series.len(), contents.series.memory());
        let settled = contents.settled;
        let known = contents.extent();
        let size = contents.size;
        contents.series.begin_stretch(size);
        let end = place.scanner.offset() + window.len() as u64;
        let needed = place.scanner.feed(window, at_end, |part| match part {
            Part::Record(record) => {
                let (end, checksum) = (record.end(), record.checksum());
                place.last_record = Some(LastRecord { end, checksum });
                contents.add_record(record.offset, record.payload(), checksum);
            }
            Part::Damage(damage, watch) => {
                let below = damage.stands_below(end);
                let known = place.stands_below;
                place.stands_below = known.into_iter().chain(below).min();
                // The next start must know when to read anew.
                contents.add_damage(damage, place.stands_below != known);
                if let Some(before) = place.last_record
                    && before.end == damage.offset
                {
                    place.watched.add(before.watch());
                }
                place.watched.add(watch);
            }
            Part::End(tail) => {
                if !contents.settled {
                    contents.series.seal();
                }
                contents.settled = true;
                contents.tail = tail;
            }
        });
        contents.bytes_read = place.scanner.offset();
        self.store.count(memory, contents.series.memory());
        let touched = if settled {
            Touched::Series(contents.series.touched())
        } else {
            // Of a first reading nobody knows any yet.
            Touched::Any
        };
        let tags = contents.series.len() != series;
        let news = contents.extent() != known || !settled;
        (needed, news.then_some(News { touched, tags }))
    }
}

impl Position {
    /// Whether the file is the one of which something was read, and all that was read still stands in it. What was
    /// searched in vain is searched again if it has changed.
    fn holds(
        &mut self,
        file: &File,
        found: &Stamp,
        opening: &[u8],
        thorough: bool,
    ) -> io::Result<bool> {
        let Some(read) = self.read else {
            // There is nothing to compare it with.
            self.place.unsure = false;
            return Ok(true);
        };
        // Devices get other numbers when they are mounted anew, inodes do not.
        let mounted_anew = !self.followed && self.place.last_record.is_some();
        let same_place = read.inode == found.inode && (read.device == found.device || mounted_anew);
        if !same_place || read.size > found.size || !opening.starts_with(&self.opening) {
            return Ok(false);
        }
        let place = &mut self.place;
        if place.stands_below.is_some_and(|size| found.size >= size) {
            return Ok(false);
        }
        if !place.unsure {
            return Ok(true);
        }
        if let Some(last) = place.last_record
            && !last.is_there(file)?
        {
            return Ok(false);
        }
        if let Some(searched) = place.scanner.searched()
            && has_changed(file, &searched)?
        {
            place.scanner.search_again();
        }
        if !thorough && place.watched.rests() {
            return Ok(true);
        }
        place.unsure = false;
        Ok(!place.watched.changed(file)?)
    }
}
