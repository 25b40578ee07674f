//! Layouts of custom charts (`spec/events.md`, Shapes).

use crate::content::ContentError;
use crate::elements::Array;
use crate::summary::Data;
use crate::wire::{DecodeError, END, Fields, key};

/// Which custom charts to show.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Layout<'a> {
    /// Of the layout, 0 so far.
    pub version: i32,
    /// Groups of charts, in order.
    pub categories: Vec<Category<'a>>,
}

/// A group of charts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Category<'a> {
    /// What to call it.
    pub title: &'a str,
    /// Its charts, in order.
    pub charts: Vec<Chart<'a>>,
    /// Whether it is folded away at first.
    pub closed: bool,
}

/// One chart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Chart<'a> {
    /// What to call it.
    pub title: &'a str,
    /// What it shows; none if the writer does not say.
    pub content: Option<ChartContent<'a>>,
}

/// What a custom chart shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChartContent<'a> {
    /// All scalars whose tags match one of these regular expressions from their start on.
    Multiline(Vec<&'a str>),
    /// Scalars between two others.
    Margin(Vec<Margin<'a>>),
}

/// A scalar between two others, by their exact tags.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "their names say all")]
pub struct Margin<'a> {
    pub value: &'a str,
    pub lower: &'a str,
    pub upper: &'a str,
}

impl<'a> Layout<'a> {
    pub(crate) fn read(data: Data<'a>) -> Result<Self, ContentError> {
        let strings = Array::of(data)?.into_strings()?;
        let [message] = strings.items[..] else {
            let found = format!("{} strings", strings.items.len());
            return Err(ContentError::other("one layout", found));
        };
        Ok(layout(message)?)
    }
}

fn layout(message: &[u8]) -> Result<Layout<'_>, DecodeError> {
    const VERSION: u32 = key::varint(1);
    const CATEGORY: u32 = key::bytes(2);
    let mut layout = Layout::default();
    let mut fields = Fields::new(message);
    loop {
        match fields.key()? {
            END => return Ok(layout),
            VERSION => layout.version = fields.varint()? as i32,
            CATEGORY => layout.categories.push(category(fields.bytes()?)?),
            key => fields.skip(key, 1..=2)?,
        }
    }
}

fn category(message: &[u8]) -> Result<Category<'_>, DecodeError> {
    const TITLE: u32 = key::bytes(1);
    const CHART: u32 = key::bytes(2);
    const CLOSED: u32 = key::varint(3);
    let mut category = Category::default();
    let mut fields = Fields::new(message);
    loop {
        match fields.key()? {
            END => return Ok(category),
            TITLE => category.title = fields.text()?,
            CHART => category.charts.push(chart(fields.bytes()?)?),
            CLOSED => category.closed = fields.varint()? != 0,
            key => fields.skip(key, 1..=3)?,
        }
    }
}

fn chart(message: &[u8]) -> Result<Chart<'_>, DecodeError> {
    const TITLE: u32 = key::bytes(1);
    const MULTILINE: u32 = key::bytes(2);
    const MARGIN: u32 = key::bytes(3);
    let mut chart = Chart::default();
    let mut fields = Fields::new(message);
    loop {
        match fields.key()? {
            END => return Ok(chart),
            TITLE => chart.title = fields.text()?,
            MULTILINE => {
                let mut tags = match chart.content.take() {
                    Some(ChartContent::Multiline(tags)) => tags,
                    _ => Vec::new(),
                };
                multiline(&mut tags, fields.bytes()?)?;
                chart.content = Some(ChartContent::Multiline(tags));
            }
            MARGIN => {
                let mut series = match chart.content.take() {
                    Some(ChartContent::Margin(series)) => series,
                    _ => Vec::new(),
                };
                margins(&mut series, fields.bytes()?)?;
                chart.content = Some(ChartContent::Margin(series));
            }
            key => fields.skip(key, 1..=3)?,
        }
    }
}

fn multiline<'a>(tags: &mut Vec<&'a str>, message: &'a [u8]) -> Result<(), DecodeError> {
    const TAG: u32 = key::bytes(1);
    let mut fields = Fields::new(message);
    loop {
        match fields.key()? {
            END => return Ok(()),
            TAG => tags.push(fields.text()?),
            key => fields.skip(key, 1..=1)?,
        }
    }
}

fn margins<'a>(series: &mut Vec<Margin<'a>>, message: &'a [u8]) -> Result<(), DecodeError> {
    const SERIES: u32 = key::bytes(1);
    let mut fields = Fields::new(message);
    loop {
        match fields.key()? {
            END => return Ok(()),
            SERIES => series.push(margin(fields.bytes()?)?),
            key => fields.skip(key, 1..=1)?,
        }
    }
}

fn margin(message: &[u8]) -> Result<Margin<'_>, DecodeError> {
    const VALUE: u32 = key::bytes(1);
    const LOWER: u32 = key::bytes(2);
    const UPPER: u32 = key::bytes(3);
    let mut margin = Margin::default();
    let mut fields = Fields::new(message);
    loop {
        match fields.key()? {
            END => return Ok(margin),
            VALUE => margin.value = fields.text()?,
            LOWER => margin.lower = fields.text()?,
            UPPER => margin.upper = fields.text()?,
            key => fields.skip(key, 1..=3)?,
        }
    }
}
