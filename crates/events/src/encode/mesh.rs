//! Meshes.

use super::wire::{integer, message, text_if_any, varint};
use super::{Bytes, Out, metadata, part, summary, tensor};
use crate::{DataClass, MeshPart};

/// A part of a mesh as it is logged.
#[derive(Clone, Copy, Debug)]
pub struct Part<'a> {
    /// What it is.
    pub part: MeshPart,
    /// `[batch, n, 3]`.
    pub shape: [usize; 3],
    /// As many float32, little-endian, as the shape has.
    pub numbers: Bytes<'a>,
}

/// The meshes of one step: one record with a value for each part, whose tag is `name` and the part's word in capitals.
/// `config` is a JSON object for three.js.
pub fn mesh<'a>(
    out: &mut impl Out<'a>,
    wall_time: f64,
    step: i64,
    name: &str,
    config: &str,
    parts: &[Part<'a>],
) {
    let components = parts.iter().fold(0, |mask, it| mask | 1 << it.part as u32);
    summary(out, wall_time, step, |out| {
        for it in parts {
            let tag = format!("{name}_{}", it.part.as_str().to_uppercase());
            part(out, &tag, |out| {
                tensor::little_endian_floats(out, &it.shape, it.numbers);
                metadata(out, "mesh", DataClass::Unknown, |out| {
                    message(out, 2, |out| plugin_data(out, name, config, it, components));
                });
            });
        }
    });
}

/// `MeshPluginData`.
fn plugin_data<'a>(
    out: &mut impl Out<'a>,
    name: &str,
    config: &str,
    part: &Part<'_>,
    components: u32,
) {
    text_if_any(out, 2, name);
    integer(out, 3, part.part as i64);
    text_if_any(out, 5, config);
    message(out, 6, |out| {
        for size in part.shape {
            varint(out, size as u64);
        }
    });
    integer(out, 7, components.into());
}
