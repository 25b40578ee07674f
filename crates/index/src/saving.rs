//! Saving: moves points from memory to segments, and keeps what was read for the next start (`spec/index.md`).

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::allocator::give_freed_memory_back;
use crate::cache::{Cache, NewSegment, nameless};
use crate::catalog::Catalog;
use crate::event_file::EventFile;
use crate::folders::Folders;
use crate::manifest::{ManifestWriter, Saved, SavedFiles, SavedFolders};
use crate::points::{Place, Points, Value};
use crate::segment::{Segment, Span, Stored};
use crate::series::SeriesData;
use crate::shared::Shared;

/// Time between two saves.
const PAUSE: Duration = Duration::from_secs(30);
/// Time without anything new after which what is unsaved is saved.
const REST: Duration = Duration::from_secs(120);
/// Rounds with something new after which what is unsaved is saved, even if more keeps coming.
const LONG: Duration = Duration::from_secs(600);
/// A log directory's segments are written anew as one when there are this many, or more than half of their bytes
/// belong to nothing.
const SEGMENTS: usize = 32;
/// The part of the memory limit at which mapped pages are given back.
const NEAR: f64 = 0.8;
/// How often the process's memory is looked at.
const LOOK: Duration = Duration::from_secs(1);

/// What the poller does beside reading.
#[derive(Debug)]
pub(crate) struct Saving {
    /// The folder of all caches, if there is one.
    root: Option<PathBuf>,
    /// In order of the log directories; none without a cache folder.
    caches: Vec<Option<Cache>>,
    saved: Vec<SavedFiles>,
    /// What the last walk listed, in order of the log directories.
    folders: Vec<Arc<Folders>>,
    /// When something was read that is not saved, first and last.
    unsaved: Option<(Instant, Instant)>,
    last_save: Option<Instant>,
    looked: Instant,
}

impl Saving {
    /// With the caches below `root` opened. A panic in there is a bug; it shows when they are opened again.
    pub(crate) fn opened(root: Option<PathBuf>, shared: &Shared) -> Self {
        let mut saving = Self {
            root,
            caches: Vec::new(),
            saved: Vec::new(),
            folders: Vec::new(),
            unsaved: None,
            last_save: None,
            looked: Instant::now(),
        };
        drop(catch_unwind(AssertUnwindSafe(|| saving.open(shared))));
        saving
    }

    /// Opens the caches, unless they are.
    pub(crate) fn open(&mut self, shared: &Shared) {
        if !self.caches.is_empty() {
            return;
        }
        let opened = shared.logdirs.iter().map(|logdir| match &self.root {
            Some(root) => {
                let (cache, saved) = Cache::open(root, &logdir.path, &shared.store);
                (Some(cache), saved)
            }
            None => (None, SavedFiles::default()),
        });
        (self.caches, self.saved) = opened.unzip();
    }

    /// How folders were listed when they were saved, in order of the log directories. Gives them away.
    pub(crate) fn take_folders(&mut self) -> Vec<SavedFolders> {
        self.saved
            .iter_mut()
            .map(SavedFiles::take_folders)
            .collect()
    }

    /// Takes over what a walk listed.
    pub(crate) fn set_folders(&mut self, folders: Vec<Arc<Folders>>) {
        self.folders = folders;
    }

    /// What was saved of the files of a log directory.
    pub(crate) fn saved(&self, logdir: usize) -> Option<&SavedFiles> {
        self.saved.get(logdir)
    }

    /// Forgets what was saved of a log directory's files. Its memory is given back when the series of the last of them
    /// are unpacked, which the next save does.
    pub(crate) fn forget(&mut self, logdir: usize) {
        self.saved[logdir] = SavedFiles::default();
    }

    /// Makes room and saves if it is time. `news`: something was read; `finished`: everything was.
    ///
    /// # Errors
    /// What to tell when points must leave memory and no disk takes them.
    pub(crate) fn after_round(
        &mut self,
        shared: &Shared,
        news: bool,
        finished: bool,
    ) -> Result<(), String> {
        let now = Instant::now();
        if news {
            let first = self.unsaved.map_or(now, |(first, _)| first);
            self.unsaved = Some((first, now));
        }
        let room = if shared.store.is_full() {
            self.spill_all(shared)
        } else {
            Ok(())
        };
        if finished {
            let due = match (self.unsaved, self.last_save) {
                (Some(_), None) => true,
                (Some((first, last)), Some(save)) => {
                    now - save >= PAUSE && (now - last >= REST || now - first >= LONG)
                }
                (None, _) => false,
            };
            if due {
                self.save_all(shared);
            }
        }
        self.watch_memory(shared);
        room.map_err(|error| {
            format!(
                "Expected to keep points on disk, since they would take more than the {} bytes of memory allowed, but: \
                 {error}. Nothing more is read until there is room; make some in the cache folder or in {}, or start \
                 with a larger --max-memory.",
                shared.store.max_memory,
                std::env::temp_dir().display()
            )
        })
    }

    /// Saves what is not saved yet. The board is about to end.
    pub(crate) fn at_the_end(&mut self, shared: &Shared) {
        if self.unsaved.is_some() {
            self.save_all(shared);
        }
    }

    fn spill_all(&mut self, shared: &Shared) -> io::Result<()> {
        let catalog = shared.catalog();
        let in_memory = |place: &Place| matches!(place, Place::Memory(_));
        for logdir in 0..self.caches.len() {
            let beside = |cache: Option<&mut Cache>| match cache {
                Some(cache) => cache.new_segment(),
                None => nameless(None),
            };
            // Where the cache lies the disk may be full, or may become so while it is written.
            self.spill(&catalog, logdir, in_memory, beside)
                .or_else(|_| self.spill(&catalog, logdir, in_memory, |_| nameless(None)))?;
        }
        Ok(())
    }

    /// What cannot be saved is read again at the next start; nobody has to be told.
    fn save_all(&mut self, shared: &Shared) {
        let catalog = shared.catalog();
        for logdir in 0..self.caches.len() {
            if self.save(&catalog, logdir).is_err()
                && let Some(cache) = &mut self.caches[logdir]
            {
                cache.give_up();
            }
        }
        self.unsaved = None;
        self.last_save = Some(Instant::now());
    }

    /// A log directory in which nothing is found may be absent for now: of it is kept what was saved before.
    fn save(&mut self, catalog: &Catalog, logdir: usize) -> io::Result<()> {
        if catalog.listings[logdir].files.is_empty() {
            return Ok(());
        }
        let Some(cache) = &mut self.caches[logdir] else {
            return Ok(());
        };
        if !cache.acquire() {
            return Ok(());
        }
        // In a crowd everything moves, else what is not in the folder.
        let stays_from = if is_crowded(catalog, logdir) {
            cache.next_number()
        } else {
            cache.first_number()
        };
        let unsaved = move |place: &Place| match place {
            Place::Memory(_) => true,
            Place::Segment(stored) => stored
                .segment
                .number
                .is_none_or(|number| number < stays_from),
        };
        self.spill(catalog, logdir, unsaved, |cache| match cache {
            Some(cache) => cache.new_segment(),
            None => Err(io::ErrorKind::NotFound.into()),
        })?;
        let mut manifest = ManifestWriter::default();
        // In the order of a manifest, so that a start has nothing to sort.
        let files = catalog.files().filter(|(run, _)| run.logdir == logdir);
        let files: BTreeMap<_, _> = files
            .map(|(run, file)| ((&*run.path, &*file.file_name), file))
            .collect();
        for ((run, _), file) in files {
            file.save(run, &mut manifest);
        }
        let folders = self.folders.get(logdir).into_iter();
        let folders = folders.flat_map(|folders| folders.iter());
        let lasting: BTreeMap<_, _> = folders.filter(|(_, it)| it.is_lasting()).collect();
        for (folder, listed) in lasting {
            manifest.add_folder(folder, listed);
        }
        let Some(cache) = &mut self.caches[logdir] else {
            return Ok(());
        };
        let saved = &mut self.saved[logdir];
        saved.keep_segments(&cache.numbers());
        carry_over(saved, catalog, logdir, &mut manifest);
        let replaced = cache.replace_manifest(&manifest);
        saved.keep_segments(&cache.numbers());
        replaced
    }

    /// Writes the blocks of a log directory whose places are `wanted` to a segment that `new` makes, and lets them be
    /// looked up there. If that fails, everything is as before.
    fn spill(
        &mut self,
        catalog: &Catalog,
        logdir: usize,
        wanted: impl Fn(&Place) -> bool,
        new: impl Fn(Option<&mut Cache>) -> io::Result<NewSegment>,
    ) -> io::Result<()> {
        let files = || {
            catalog
                .files()
                .filter(|(run, _)| run.logdir == logdir)
                .map(|(_, file)| &**file)
        };
        let mut segment: Option<NewSegment> = None;
        let mut moved: Vec<(&EventFile, Vec<Span>)> = Vec::new();
        for file in files() {
            file.seal();
            let contents = file.contents();
            let mut spans = Vec::new();
            for series in contents.series.iter() {
                let blocks: Vec<&Place> = match &series.data {
                    SeriesData::Scalars(points) => points.places().collect(),
                    SeriesData::Values(points) => points.places().collect(),
                };
                for place in blocks.into_iter().filter(|place| wanted(place)) {
                    let segment = match &mut segment {
                        Some(segment) => segment,
                        None => segment.insert(new(self.caches[logdir].as_mut())?),
                    };
                    // What is no longer what was written keeps its place, where the next query finds that out.
                    spans.push(segment.add(place.bytes().unwrap_or_default())?);
                }
            }
            if !spans.is_empty() {
                moved.push((file, spans));
            }
        }
        let Some(segment) = segment else {
            return Ok(());
        };
        let segment = segment.finish()?;
        for (file, spans) in moved {
            file.move_blocks(&segment, spans, &wanted);
        }
        give_freed_memory_back();
        Ok(())
    }

    /// Gives mapped pages back before the process takes more memory than it may.
    fn watch_memory(&mut self, shared: &Shared) {
        if self.looked.elapsed() < LOOK {
            return;
        }
        self.looked = Instant::now();
        if resident().is_none_or(|bytes| (bytes as f64) < NEAR * shared.store.max_memory as f64) {
            return;
        }
        let catalog = shared.catalog();
        for segment in segments(&catalog, None) {
            segment.release();
        }
        give_freed_memory_back();
    }
}

/// An attempt to read a file. Those that fail again and again bring nothing to save.
pub(crate) struct Attempt<'a> {
    file: &'a EventFile,
    bytes_read: u64,
}

impl<'a> Attempt<'a> {
    pub(crate) fn at(file: &'a EventFile) -> Self {
        let bytes_read = file.contents().bytes_read;
        Self { file, bytes_read }
    }

    /// Whether it succeeded, if only in part.
    pub(crate) fn read_something(&self) -> bool {
        let contents = self.file.contents();
        contents.error.is_none() || contents.bytes_read != self.bytes_read
    }
}

impl EventFile {
    /// Seals all points.
    fn seal(&self) {
        let mut contents = self.contents_mut();
        let before = contents.series.memory();
        contents.series.seal();
        self.count(before, contents.series.memory());
    }

    /// Lets the blocks whose places are `wanted` be looked up in `segment`, in order. Nothing was read meanwhile: the
    /// thread that reads is the one that moves.
    fn move_blocks(
        &self,
        segment: &Arc<Segment>,
        spans: Vec<Span>,
        wanted: impl Fn(&Place) -> bool,
    ) {
        let mut contents = self.contents_mut();
        let before = contents.series.memory();
        let mut spans = spans.into_iter();
        let mut freed = 0;
        for series in contents.series.iter_mut() {
            match &mut series.data {
                SeriesData::Scalars(points) => {
                    freed += points.move_blocks(segment, &mut spans, &wanted);
                }
                SeriesData::Values(points) => {
                    freed += points.move_blocks(segment, &mut spans, &wanted);
                }
            }
        }
        contents.series.add_memory(-(freed as isize));
        self.count(before, contents.series.memory());
    }
}

impl<V: Value> Points<V> {
    fn places(&self) -> impl Iterator<Item = &Place> {
        self.blocks.iter().map(|block| &block.place)
    }

    /// Returns how many bytes of memory that freed.
    fn move_blocks(
        &mut self,
        segment: &Arc<Segment>,
        spans: &mut impl Iterator<Item = Span>,
        wanted: impl Fn(&Place) -> bool,
    ) -> usize {
        let mut freed = 0;
        for block in &mut self.blocks {
            if wanted(&block.place)
                && let Some(span) = spans.next()
            {
                freed += block.place.memory();
                block.place = Place::Segment(Stored {
                    segment: Arc::clone(segment),
                    span,
                });
            }
        }
        freed
    }
}

/// Adds what was saved before of files that were not found since, in folders that cannot be listed.
fn carry_over(saved: &SavedFiles, catalog: &Catalog, logdir: usize, manifest: &mut ManifestWriter) {
    let listing = &catalog.listings[logdir];
    for (mut place, (run, name)) in saved.names().enumerate() {
        let found = listing
            .files
            .binary_search_by(|found| (&*found.run, found.name.as_bytes()).cmp(&(run, name)));
        if listing.is_unlisted(run)
            && found.is_err()
            && let Some(Saved { progress, contents }) = saved.get(run, name, &mut place)
        {
            manifest.add(run, name, &progress, &contents);
        }
    }
}

/// Whether a log directory's blocks lie in too many segments, or in segments most of which is not used.
fn is_crowded(catalog: &Catalog, logdir: usize) -> bool {
    let mut used = 0;
    for (_, file) in catalog.files().filter(|(run, _)| run.logdir == logdir) {
        for series in file.contents().series.iter() {
            used += match &series.data {
                SeriesData::Scalars(points) => in_segments(points),
                SeriesData::Values(points) => in_segments(points),
            };
        }
    }
    let segments = segments(catalog, Some(logdir));
    let bytes: u64 = segments.iter().map(|segment| segment.len()).sum();
    segments.len() > SEGMENTS || bytes > 2 * used + (1 << 20)
}

fn in_segments<V: Value>(points: &Points<V>) -> u64 {
    let lengths = points.places().map(|place| match place {
        Place::Memory(_) => 0,
        Place::Segment(stored) => u64::from(stored.span.length),
    });
    lengths.sum()
}

/// The segments in which the blocks of a log directory lie, or of all.
fn segments(catalog: &Catalog, logdir: Option<usize>) -> Vec<Arc<Segment>> {
    let mut found: Vec<Arc<Segment>> = Vec::new();
    let mut add = |place: &Place| {
        if let Place::Segment(stored) = place
            && !found
                .iter()
                .rev()
                .any(|known| Arc::ptr_eq(known, &stored.segment))
        {
            found.push(Arc::clone(&stored.segment));
        }
    };
    for (run, file) in catalog.files() {
        if logdir.is_some_and(|logdir| run.logdir != logdir) {
            continue;
        }
        for series in file.contents().series.iter() {
            match &series.data {
                SeriesData::Scalars(points) => points.places().for_each(&mut add),
                SeriesData::Values(points) => points.places().for_each(&mut add),
            }
        }
    }
    found
}

/// Bytes of memory that the process takes.
fn resident() -> Option<u64> {
    let pages = fs::read_to_string("/proc/self/statm").ok()?;
    let pages: u64 = pages.split_whitespace().nth(1)?.parse().ok()?;
    Some(pages * rustix::param::page_size() as u64)
}
