//! Images, videos and sounds, which are files in a field.

use super::wire::{bytes, content, elsewhere, float, integer_if_any, message};
use super::{Elsewhere, Out, Pieces, value};
use crate::{Audio, Image};

/// One image, or a video if its file is one that moves.
pub fn image<'a>(out: &mut impl Out<'a>, wall_time: f64, step: i64, tag: &str, image: &Image<'a>) {
    image_with(out, wall_time, step, tag, image, |out| {
        content(out, 4, image.encoded);
    });
}

/// One image whose file lies elsewhere: `image.encoded` is not looked at.
pub fn image_elsewhere(
    out: &mut Pieces<'_>,
    wall_time: f64,
    step: i64,
    tag: &str,
    image: &Image<'_>,
    encoded: Elsewhere,
) {
    image_with(out, wall_time, step, tag, image, |out| {
        elsewhere(out, 4, encoded);
    });
}

/// One sound.
pub fn audio<'a>(out: &mut impl Out<'a>, wall_time: f64, step: i64, tag: &str, audio: &Audio<'a>) {
    audio_with(out, wall_time, step, tag, audio, |out| {
        content(out, 4, audio.encoded);
    });
}

/// One sound whose file lies elsewhere: `audio.encoded` is not looked at.
pub fn audio_elsewhere(
    out: &mut Pieces<'_>,
    wall_time: f64,
    step: i64,
    tag: &str,
    audio: &Audio<'_>,
    encoded: Elsewhere,
) {
    audio_with(out, wall_time, step, tag, audio, |out| {
        elsewhere(out, 4, encoded);
    });
}

/// An image; `encoded` appends its file.
fn image_with<'a, O: Out<'a>>(
    out: &mut O,
    wall_time: f64,
    step: i64,
    tag: &str,
    image: &Image<'_>,
    encoded: impl FnOnce(&mut O),
) {
    value(out, wall_time, step, tag, |out| {
        message(out, 4, |out| {
            integer_if_any(out, 1, image.height.into());
            integer_if_any(out, 2, image.width.into());
            integer_if_any(out, 3, image.colorspace.into());
            encoded(out);
        });
    });
}

/// A sound; `encoded` appends its file.
fn audio_with<'a, O: Out<'a>>(
    out: &mut O,
    wall_time: f64,
    step: i64,
    tag: &str,
    audio: &Audio<'_>,
    encoded: impl FnOnce(&mut O),
) {
    value(out, wall_time, step, tag, |out| {
        message(out, 6, |out| {
            if audio.sample_rate.to_bits() != 0 {
                float(out, 1, audio.sample_rate);
            }
            integer_if_any(out, 2, audio.channels);
            integer_if_any(out, 3, audio.frames);
            encoded(out);
            bytes(out, 5, audio.content_type.as_bytes());
        });
    });
}
