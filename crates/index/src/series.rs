//! The series of one event file: columns of points for scalars, counts for all other kinds.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use lightboard_events::{Data, DecodeError, Kind, Value};

/// The scalar points of one series in one file, in log order. 24 bytes a point.
#[derive(Debug, Default)]
pub(crate) struct Points {
    steps: Vec<i64>,
    /// Seconds since 1970, always finite.
    wall_times: Vec<f64>,
    values: Vec<f64>,
    /// Where the file's sections begin: (section, index of its first point), both ascending.
    sections: Vec<(usize, usize)>,
}

/// Some points of a series, a column each, in log order.
#[derive(Debug, Clone)]
pub(crate) struct Columns<'a> {
    pub(crate) steps: Cow<'a, [i64]>,
    /// Seconds since 1970, always finite.
    pub(crate) wall_times: Cow<'a, [f64]>,
    pub(crate) values: Cow<'a, [f64]>,
}

impl Points {
    /// The step that was logged first.
    pub(crate) fn first_step(&self) -> Option<i64> {
        self.steps.first().copied()
    }

    /// The step that was logged last.
    pub(crate) fn last_step(&self) -> Option<i64> {
        self.steps.last().copied()
    }

    /// The points with the indices of `range`.
    pub(crate) fn columns(&self, range: Range<usize>) -> Columns<'_> {
        Columns {
            steps: Cow::Borrowed(&self.steps[range.clone()]),
            wall_times: Cow::Borrowed(&self.wall_times[range.clone()]),
            values: Cow::Borrowed(&self.values[range]),
        }
    }

    #[inline]
    fn push(&mut self, section: usize, step: i64, wall_time: f64, value: f64) {
        if self
            .sections
            .last()
            .is_none_or(|(last, _)| *last != section)
        {
            self.sections.push((section, self.steps.len()));
        }
        self.steps.push(step);
        self.wall_times.push(wall_time);
        self.values.push(value);
    }

    /// The points by section: (section, range of indices), ascending, none empty.
    pub(crate) fn sections(&self) -> impl Iterator<Item = (usize, Range<usize>)> {
        let ends = self
            .sections
            .iter()
            .skip(1)
            .map(|(_, start)| *start)
            .chain([self.steps.len()]);
        self.sections
            .iter()
            .zip(ends)
            .map(|((section, start), end)| (*section, *start..end))
    }
}

/// One series as far as one file has it.
#[derive(Debug)]
pub(crate) struct Series {
    pub(crate) tag: Box<str>,
    pub(crate) kind: Kind,
    /// Values logged; of scalars that is the number of points.
    pub(crate) count: u64,
    /// Empty unless the kind is scalar.
    pub(crate) points: Points,
    /// The series whose value came after this one's the last time: most programs log their tags in turn.
    next: usize,
}

/// All series of one file.
#[derive(Debug, Default)]
pub(crate) struct SeriesSet {
    all: Vec<Series>,
    by_tag: HashMap<Box<str>, Vec<usize>>,
    last: usize,
}

impl SeriesSet {
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Series> {
        self.all.iter()
    }

    pub(crate) fn len(&self) -> usize {
        self.all.len()
    }

    pub(crate) fn get(&self, tag: &str, kind: Kind) -> Option<&Series> {
        self.by_tag
            .get(tag)?
            .iter()
            .map(|index| &self.all[*index])
            .find(|series| series.kind == kind)
    }

    /// Adds one value. Returns whether it was a scalar.
    ///
    /// # Errors
    /// If the value's data do not decode; it is counted nevertheless.
    #[inline]
    pub(crate) fn add(
        &mut self,
        section: usize,
        step: i64,
        wall_time: f64,
        value: &Value<'_>,
    ) -> Result<bool, DecodeError> {
        if let (Data::SimpleValue(number), None) = (value.data, value.metadata) {
            self.series(value.tag, Kind::Scalar)
                .push(section, step, wall_time, f64::from(number));
            return Ok(true);
        }
        self.add_unusual(section, step, wall_time, value)
    }

    fn add_unusual(
        &mut self,
        section: usize,
        step: i64,
        wall_time: f64,
        value: &Value<'_>,
    ) -> Result<bool, DecodeError> {
        let number = value.scalar();
        let kind = match (self.kind(value), &number) {
            // Without any metadata a lone number can only be meant as a scalar.
            (Kind::Unknown, Ok(Some(_))) if value.metadata.is_none() => Kind::Scalar,
            // Of a scalar plugin, but more than one number.
            (Kind::Scalar, Ok(None)) => Kind::Tensor,
            (kind, _) => kind,
        };
        let series = self.series(value.tag, kind);
        if let (Kind::Scalar, Ok(Some(number))) = (kind, &number) {
            series.push(section, step, wall_time, *number);
            return Ok(true);
        }
        series.count += 1;
        number.map(|_| false)
    }

    /// The kind of a value. A tensor without metadata is of the kind its tag was given first, since TensorFlow tells
    /// only once.
    fn kind(&self, value: &Value<'_>) -> Kind {
        if value.metadata.is_none()
            && matches!(value.data, Data::Tensor(_) | Data::Nothing)
            && let Some(known) = self.by_tag.get(value.tag).and_then(|known| known.first())
        {
            return self.all[*known].kind;
        }
        value.kind()
    }

    #[inline]
    fn series(&mut self, tag: &str, kind: Kind) -> &mut Series {
        let guess = self.all.get(self.last).map_or(0, |last| last.next);
        let index = match self.all.get(guess) {
            Some(series) if series.kind == kind && *series.tag == *tag => guess,
            _ => self.look_up(tag, kind),
        };
        self.last = index;
        &mut self.all[index]
    }

    fn look_up(&mut self, tag: &str, kind: Kind) -> usize {
        let known = self
            .by_tag
            .get(tag)
            .and_then(|known| known.iter().find(|index| self.all[**index].kind == kind));
        let index = known.copied().unwrap_or_else(|| {
            let index = self.all.len();
            self.all.push(Series {
                tag: tag.into(),
                kind,
                count: 0,
                points: Points::default(),
                next: 0,
            });
            self.by_tag.entry(tag.into()).or_default().push(index);
            index
        });
        if let Some(last) = self.all.get_mut(self.last) {
            last.next = index;
        }
        index
    }
}

impl Series {
    #[inline]
    fn push(&mut self, section: usize, step: i64, wall_time: f64, value: f64) {
        self.count += 1;
        self.points.push(section, step, wall_time, value);
    }
}
