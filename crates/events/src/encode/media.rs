//! Images, videos and sounds, which are files in a field.

use super::value;
use crate::encode::wire::{bytes, float, integer, message};
use crate::{Audio, Image};

/// One image, or a video if its file is one that moves.
pub fn image(out: &mut Vec<u8>, wall_time: f64, step: i64, tag: &str, image: &Image<'_>) {
    value(out, wall_time, step, tag, |out| {
        message(out, 4, |out| {
            positive(out, 1, image.height.into());
            positive(out, 2, image.width.into());
            positive(out, 3, image.colorspace.into());
            bytes(out, 4, image.encoded);
        });
    });
}

/// One sound.
pub fn audio(out: &mut Vec<u8>, wall_time: f64, step: i64, tag: &str, audio: &Audio<'_>) {
    value(out, wall_time, step, tag, |out| {
        message(out, 6, |out| {
            if audio.sample_rate.to_bits() != 0 {
                float(out, 1, audio.sample_rate);
            }
            positive(out, 2, audio.channels);
            positive(out, 3, audio.frames);
            bytes(out, 4, audio.encoded);
            bytes(out, 5, audio.content_type.as_bytes());
        });
    });
}

/// A number, left out if it is 0.
fn positive(out: &mut Vec<u8>, field: u32, number: i64) {
    if number != 0 {
        integer(out, field, number);
    }
}
