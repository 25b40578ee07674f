//! Images, videos and sounds, which are files in a field.

use super::value;
use crate::encode::wire::{bytes, float, integer_if_any, message};
use crate::{Audio, Image};

/// One image, or a video if its file is one that moves.
pub fn image(out: &mut Vec<u8>, wall_time: f64, step: i64, tag: &str, image: &Image<'_>) {
    value(out, wall_time, step, tag, |out| {
        message(out, 4, |out| {
            integer_if_any(out, 1, image.height.into());
            integer_if_any(out, 2, image.width.into());
            integer_if_any(out, 3, image.colorspace.into());
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
            integer_if_any(out, 2, audio.channels);
            integer_if_any(out, 3, audio.frames);
            bytes(out, 4, audio.encoded);
            bytes(out, 5, audio.content_type.as_bytes());
        });
    });
}
