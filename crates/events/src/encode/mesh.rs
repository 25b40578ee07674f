//! Meshes.

use super::wire::{bytes, integer, varint};
use super::{metadata, part, summary, tensor};
use crate::{DataClass, MeshPart};

/// A part of a mesh as it is logged.
#[derive(Clone, Copy, Debug)]
pub struct Part<'a> {
    /// What it is.
    pub part: MeshPart,
    /// `[batch, n, 3]`.
    pub shape: [usize; 3],
    /// As many as the shape has.
    pub numbers: &'a [f32],
}

/// The meshes of one step: one record with a value for each part, whose tag is `name` and the part's word in capitals.
/// `config` is a JSON object for three.js.
pub fn mesh(
    out: &mut Vec<u8>,
    wall_time: f64,
    step: i64,
    name: &str,
    config: &str,
    parts: &[Part<'_>],
) {
    let components = parts.iter().fold(0, |mask, it| mask | 1 << it.part as u32);
    summary(out, wall_time, step, |out| {
        for it in parts {
            let tag = format!("{name}_{}", it.part.as_str().to_uppercase());
            let plugin_data = plugin_data(name, config, it, components);
            part(out, &tag, |out| {
                tensor::floats(out, &it.shape, it.numbers);
                metadata(out, "mesh", &plugin_data, DataClass::Unknown);
            });
        }
    });
}

/// `MeshPluginData`.
fn plugin_data(name: &str, config: &str, part: &Part<'_>, components: u32) -> Vec<u8> {
    let (mut out, mut sizes) = (Vec::new(), Vec::new());
    if !name.is_empty() {
        bytes(&mut out, 2, name.as_bytes());
    }
    integer(&mut out, 3, part.part as i64);
    if !config.is_empty() {
        bytes(&mut out, 5, config.as_bytes());
    }
    for size in part.shape {
        varint(&mut sizes, size as u64);
    }
    bytes(&mut out, 6, &sizes);
    integer(&mut out, 7, components.into());
    out
}
