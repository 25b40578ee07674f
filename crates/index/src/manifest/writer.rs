//! Writing a manifest.

use std::collections::HashMap;
use std::sync::Arc;

use lightboard_events::crc;

use super::codec::{Put, put_extent, put_extremes};
use super::damage::{put_damage, put_tail};
use super::folders::put_folder;
use super::{HEAD, MAGIC, Progress};
use crate::contents::Contents;
use crate::folders::Listed;
use crate::points::{Place, Points, Value};
use crate::segment::{Segment, VERSION};
use crate::series::SeriesData;

/// Writes a manifest's body.
#[derive(Debug, Default)]
pub(crate) struct ManifestWriter {
    files: Vec<u8>,
    count: u32,
    folders: Vec<u8>,
    folder_count: u32,
    segments: Vec<Arc<Segment>>,
    segment_places: HashMap<u64, u32>,
    tags: Vec<Arc<str>>,
    tag_places: HashMap<Arc<str>, u32>,
}

impl ManifestWriter {
    /// Adds an event file. Returns whether it could be: all of its blocks must lie in segments with a number.
    pub(crate) fn add(
        &mut self,
        run: &[u8],
        name: &[u8],
        progress: &Progress,
        contents: &Contents,
    ) -> bool {
        if !contents.series.unpack() {
            return false;
        }
        let start = self.files.len();
        let done = self.put_file(run, name, progress, contents);
        if done.is_none() {
            self.files.truncate(start);
            return false;
        }
        self.count += 1;
        true
    }

    /// Adds a folder as it was listed, by its raw path below the log directory.
    pub(crate) fn add_folder(&mut self, path: &[u8], listed: &Listed) {
        put_folder(&mut self.folders, path, listed);
        self.folder_count += 1;
    }

    fn put_file(
        &mut self,
        run: &[u8],
        name: &[u8],
        progress: &Progress,
        contents: &Contents,
    ) -> Option<()> {
        let mut out = std::mem::take(&mut self.files);
        out.text(run);
        out.text(name);
        let start = out.len();
        out.u32(0);
        let stamp = &progress.stamp;
        for number in [stamp.device, stamp.inode, stamp.size] {
            out.u64(number);
        }
        for (seconds, nanoseconds) in [stamp.modified, stamp.changed] {
            out.i64(seconds);
            out.i64(nanoseconds);
        }
        out.push(u8::from(progress.finished));
        out.text(&progress.opening);
        out.optional(progress.last_record, |out, it| {
            out.u64(it.end);
            out.u32(it.checksum);
        });
        out.list(&progress.watched, |out, range| {
            out.u64(range.offset);
            out.u64(range.length);
            out.u32(range.checksum);
        });
        out.list(&contents.damage, |out, damage| put_damage(out, *damage));
        out.u64(contents.damage_count);
        put_tail(&mut out, contents.tail);
        out.u64(contents.bytes_read);
        out.u64(contents.records);
        out.optional(contents.first_wall_time, Put::f64);
        out.optional(contents.first_value_wall_time, Put::f64);
        out.optional(contents.last_wall_time, Put::f64);
        out.optional(contents.last_step, Put::i64);
        out.list(contents.sections.all(), |out, section| {
            out.optional(section.start, |out, it| {
                out.i64(it.step);
                out.f64(it.wall_time);
            });
            out.optional(section.highest_step, Put::i64);
        });
        let counts = contents.series.counts();
        out.u64(counts.scalar_points);
        out.u32(counts.untold as u32);
        out.u32(counts.series as u32);
        let mut whole = Some(());
        for series in contents.series.iter() {
            let tag = self.tag(&series.tag);
            out.u32(tag);
            out.text(series.own.as_str().as_bytes());
            out.optional(series.metadata, |out, it| {
                out.u64(it.offset);
                out.u64(it.length);
                out.u32(it.checksum);
                out.u32(it.index);
            });
            whole = match &series.data {
                SeriesData::Scalars(points) => self.put_points(&mut out, points, put_extremes),
                SeriesData::Values(points) => self.put_points(&mut out, points, |_, ()| ()),
            };
            if whole.is_none() {
                break;
            }
        }
        let length = u32::try_from(out.len() - start - 4);
        self.files = out;
        self.files[start..start + 4].copy_from_slice(&length.ok()?.to_le_bytes());
        whole
    }

    fn put_points<V: Value>(
        &mut self,
        out: &mut Vec<u8>,
        points: &Points<V>,
        put_summary: fn(&mut Vec<u8>, V::Summary),
    ) -> Option<()> {
        if points.sealed() != points.len() {
            return None;
        }
        out.list(&points.sections, |out, (section, first)| {
            out.u64(*section as u64);
            out.u64(*first as u64);
        });
        out.u32(points.blocks.len() as u32);
        let mut start = 0;
        for block in &points.blocks {
            let Place::Segment(stored) = &block.place else {
                return None;
            };
            let segment = self.segment(&stored.segment)?;
            out.u32(segment);
            out.u64(stored.span.offset);
            out.u32(stored.span.length);
            out.u32(stored.span.crc);
            out.u32((block.end - start) as u32);
            start = block.end;
            put_extent(out, &block.extent);
            put_summary(out, block.summary);
        }
        Some(())
    }

    fn tag(&mut self, tag: &Arc<str>) -> u32 {
        if let Some(place) = self.tag_places.get(tag) {
            return *place;
        }
        let place = self.tags.len() as u32;
        self.tags.push(Arc::clone(tag));
        self.tag_places.insert(Arc::clone(tag), place);
        place
    }

    fn segment(&mut self, segment: &Arc<Segment>) -> Option<u32> {
        let number = segment.number?;
        Some(*self.segment_places.entry(number).or_insert_with(|| {
            self.segments.push(Arc::clone(segment));
            self.segments.len() as u32 - 1
        }))
    }

    /// The manifest of the log directory at `path`.
    pub(crate) fn finish(&self, path: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(HEAD + self.files.len() + self.folders.len() + 4096);
        out.extend_from_slice(&MAGIC);
        out.u32(VERSION);
        out.u64(0);
        out.text(path);
        out.list(&self.segments, |out, segment| {
            out.u64(segment.number.unwrap_or_default());
            out.u64(segment.len());
        });
        out.list(&self.tags, |out, tag| out.text(tag.as_bytes()));
        out.u32(self.count);
        out.extend_from_slice(&self.files);
        out.u32(self.folder_count);
        out.extend_from_slice(&self.folders);
        let length = (out.len() - HEAD) as u64;
        out[12..HEAD].copy_from_slice(&length.to_le_bytes());
        let crc = crc::masked(&out);
        out.u32(crc);
        out
    }

    /// The segments that the manifest names.
    pub(crate) fn segments(&self) -> &[Arc<Segment>] {
        &self.segments
    }
}
