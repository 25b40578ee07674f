//! How numbers, texts and lists stand in a manifest, and the small things that are made of them.

use std::cmp::Ordering;

use crate::summary::{At, Extent, Extremes};

/// The bytes are no manifest, or not one that can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Refused;

pub(super) fn put_extent(out: &mut Vec<u8>, extent: &Extent) {
    for step in [
        extent.first_step,
        extent.last_step,
        extent.min_step,
        extent.max_step,
    ] {
        out.i64(step);
    }
    for wall_time in [
        extent.first_wall_time,
        extent.last_wall_time,
        extent.min_wall_time,
        extent.max_wall_time,
    ] {
        out.f64(wall_time);
    }
    out.push(u8::from(extent.steps_ascend) | u8::from(extent.wall_times_ascend) << 1);
}

pub(super) fn take_extent(take: &mut Take<'_>) -> Result<Extent, Refused> {
    let (first_step, last_step) = (take.i64()?, take.i64()?);
    let (min_step, max_step) = (take.i64()?, take.i64()?);
    let (first_wall_time, last_wall_time) = (take.f64()?, take.f64()?);
    let (min_wall_time, max_wall_time) = (take.f64()?, take.f64()?);
    let [flags] = take.array::<1>()?;
    let (steps, wall_times) = (min_step..=max_step, min_wall_time..=max_wall_time);
    let sound = steps.contains(&first_step)
        && steps.contains(&last_step)
        && wall_times.contains(&first_wall_time)
        && wall_times.contains(&last_wall_time)
        && min_wall_time.is_finite()
        && max_wall_time.is_finite();
    let extent = Extent {
        first_step,
        last_step,
        min_step,
        max_step,
        first_wall_time,
        last_wall_time,
        min_wall_time,
        max_wall_time,
        steps_ascend: flags & 1 != 0,
        wall_times_ascend: flags & 2 != 0,
    };
    sound.then_some(extent).ok_or(Refused)
}

pub(super) fn put_extremes(out: &mut Vec<u8>, extremes: Extremes) {
    for at in [extremes.lowest, extremes.highest] {
        out.optional(at, |out, at| {
            out.f64(at.value);
            out.i64(at.step);
        });
    }
    out.u64(extremes.nan);
    out.u64(extremes.positive_infinity);
    out.u64(extremes.negative_infinity);
    out.optional(extremes.first_non_finite_step, Put::i64);
}

/// Of so many points.
pub(super) fn take_extremes(take: &mut Take<'_>, points: usize) -> Result<Extremes, Refused> {
    let at = |take: &mut Take<'_>| {
        take.optional(|take| {
            Ok(At {
                value: take.f64()?,
                step: take.i64()?,
            })
        })
    };
    let extremes = Extremes {
        lowest: at(take)?,
        highest: at(take)?,
        nan: take.u64()?,
        positive_infinity: take.u64()?,
        negative_infinity: take.u64()?,
        first_non_finite_step: take.optional(Take::i64)?,
    };
    let counts = [
        extremes.nan,
        extremes.positive_infinity,
        extremes.negative_infinity,
    ];
    let bounded = counts.iter().all(|count| *count <= points as u64);
    bounded.then_some(extremes).ok_or(Refused)
}

/// Puts numbers and texts at the end of a body.
pub(super) trait Put {
    fn u32(&mut self, number: u32);
    fn u64(&mut self, number: u64);
    fn i64(&mut self, number: i64);
    fn f64(&mut self, number: f64);
    fn text(&mut self, text: &[u8]);
    fn optional<T>(&mut self, item: Option<T>, put: impl FnOnce(&mut Self, T));
    fn list<T>(&mut self, items: &[T], put: impl FnMut(&mut Self, &T));
}

impl Put for Vec<u8> {
    fn u32(&mut self, number: u32) {
        self.extend_from_slice(&number.to_le_bytes());
    }

    fn u64(&mut self, number: u64) {
        self.extend_from_slice(&number.to_le_bytes());
    }

    fn i64(&mut self, number: i64) {
        self.extend_from_slice(&number.to_le_bytes());
    }

    fn f64(&mut self, number: f64) {
        self.extend_from_slice(&number.to_le_bytes());
    }

    fn text(&mut self, text: &[u8]) {
        self.u32(text.len() as u32);
        self.extend_from_slice(text);
    }

    fn optional<T>(&mut self, item: Option<T>, put: impl FnOnce(&mut Self, T)) {
        self.push(u8::from(item.is_some()));
        if let Some(item) = item {
            put(self, item);
        }
    }

    fn list<T>(&mut self, items: &[T], mut put: impl FnMut(&mut Self, &T)) {
        self.u32(items.len() as u32);
        for item in items {
            put(self, item);
        }
    }
}

/// What is left of a body.
pub(super) struct Take<'a>(pub(super) &'a [u8]);

impl<'a> Take<'a> {
    pub(super) fn array<const LENGTH: usize>(&mut self) -> Result<[u8; LENGTH], Refused> {
        let (array, rest) = self.0.split_first_chunk::<LENGTH>().ok_or(Refused)?;
        self.0 = rest;
        Ok(*array)
    }

    pub(super) fn u32(&mut self) -> Result<u32, Refused> {
        self.array().map(u32::from_le_bytes)
    }

    pub(super) fn u64(&mut self) -> Result<u64, Refused> {
        self.array().map(u64::from_le_bytes)
    }

    pub(super) fn i64(&mut self) -> Result<i64, Refused> {
        self.array().map(i64::from_le_bytes)
    }

    pub(super) fn f64(&mut self) -> Result<f64, Refused> {
        self.array().map(f64::from_le_bytes)
    }

    pub(super) fn bool(&mut self) -> Result<bool, Refused> {
        match self.array()? {
            [0] => Ok(false),
            [1] => Ok(true),
            _ => Err(Refused),
        }
    }

    pub(super) fn size(&mut self) -> Result<usize, Refused> {
        usize::try_from(self.u64()?).map_err(|_| Refused)
    }

    pub(super) fn text(&mut self) -> Result<&'a [u8], Refused> {
        let length = self.u32()? as usize;
        let (text, rest) = self.0.split_at_checked(length).ok_or(Refused)?;
        self.0 = rest;
        Ok(text)
    }

    pub(super) fn optional<T>(
        &mut self,
        take: impl FnOnce(&mut Self) -> Result<T, Refused>,
    ) -> Result<Option<T>, Refused> {
        if self.bool()? {
            take(self).map(Some)
        } else {
            Ok(None)
        }
    }

    /// A list of items, each of which takes `least` bytes or more: there is never room for more than can be there.
    pub(super) fn list<T>(
        &mut self,
        least: usize,
        mut item: impl FnMut(&mut Self) -> Result<T, Refused>,
    ) -> Result<Vec<T>, Refused> {
        let length = self.u32()? as usize;
        let mut items = Vec::with_capacity(length.min(self.0.len() / least));
        for _ in 0..length {
            items.push(item(self)?);
        }
        Ok(items)
    }
}

/// The item that is equal, by `order`, among items that ascend. It is sought at `next` first, which then is the place
/// behind it: so one that comes after the last one that was asked for costs one comparison.
pub(super) fn find_next<'a, T>(
    items: &'a [T],
    next: &mut usize,
    order: impl Fn(&T) -> Ordering,
) -> Option<&'a T> {
    let expected = items.get(*next).filter(|item| order(item).is_eq());
    let place = match expected {
        Some(_) => *next,
        None => items.binary_search_by(order).ok()?,
    };
    *next = place + 1;
    Some(&items[place])
}
