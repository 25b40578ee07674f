//! Layouts of custom charts: what the reader takes apart, put together.

use super::wire::{bytes, integer, integer_if_any, message, text_if_any};
use super::{metadata, tensor, value};
use crate::DataClass;
use crate::layout::{Category, Chart, ChartContent, Layout, Margin};

/// The layout of a run's custom charts, in place of any before it.
pub fn layout(out: &mut Vec<u8>, wall_time: f64, step: i64, layout: &Layout<'_>) {
    value(out, wall_time, step, "custom_scalars__config__", |out| {
        message(out, 8, |out| {
            integer(out, 1, tensor::STRING.into());
            message(out, 2, |_| {}); // A shape without dimensions, which torch tells too.
            message(out, 8, |out| {
                integer_if_any(out, 1, layout.version.into());
                for part in &layout.categories {
                    message(out, 2, |out| category(out, part));
                }
            });
        });
        metadata(out, "custom_scalars", DataClass::Unknown, |_| {});
    });
}

fn category(out: &mut Vec<u8>, category: &Category<'_>) {
    text_if_any(out, 1, category.title);
    for part in &category.charts {
        message(out, 2, |out| chart(out, part));
    }
    integer_if_any(out, 3, category.closed.into());
}

fn chart(out: &mut Vec<u8>, chart: &Chart<'_>) {
    text_if_any(out, 1, chart.title);
    match &chart.content {
        None => {}
        Some(ChartContent::Multiline(tags)) => message(out, 2, |out| {
            for tag in tags {
                bytes(out, 1, tag.as_bytes());
            }
        }),
        Some(ChartContent::Margin(series)) => message(out, 3, |out| {
            for part in series {
                message(out, 1, |out| margin(out, part));
            }
        }),
    }
}

fn margin(out: &mut Vec<u8>, margin: &Margin<'_>) {
    text_if_any(out, 1, margin.value);
    text_if_any(out, 2, margin.lower);
    text_if_any(out, 3, margin.upper);
}
