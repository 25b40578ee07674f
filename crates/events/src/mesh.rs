//! Parts of 3D meshes (`spec/events.md`, Shapes).

use crate::content::ContentError;
use crate::elements::Array;
use crate::summary::Data;
use crate::wire::{DecodeError, END, Fields, NONE, key};

/// One part of the meshes of one step; the other parts are series of the same name.
#[derive(Debug, Clone, PartialEq)]
pub struct Mesh<'a> {
    /// The name that the parts of a mesh have in common.
    pub name: &'a str,
    /// What the part is.
    pub part: MeshPart,
    /// The parts that the mesh has, each as the bit of its number; 0 if the writer does not say.
    pub components: u32,
    /// How to show it: a JSON object for three.js, or `null`; may be empty.
    pub config: &'a str,
    /// The part's numbers, of the shape [batch, n, 3].
    pub array: Array<'a>,
}

/// The parts of a mesh.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum MeshPart {
    /// Not told, or a number that this version does not know.
    #[default]
    Undefined,
    /// Points.
    Vertex,
    /// Triangles, as three indices of points.
    Face,
    /// A colour for each point, red, green and blue from 0 to 255.
    Color,
}

impl MeshPart {
    /// The word for it in every interface.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Undefined => "undefined",
            Self::Vertex => "vertex",
            Self::Face => "face",
            Self::Color => "color",
        }
    }
}

impl<'a> Mesh<'a> {
    pub(crate) fn read(data: Data<'a>, content: &'a [u8]) -> Result<Self, ContentError> {
        let mut mesh = Self {
            name: "",
            part: MeshPart::Undefined,
            components: 0,
            config: "",
            array: Array::of(data)?,
        };
        mesh.read_plugin_data(content)?;
        Ok(mesh)
    }

    fn read_plugin_data(&mut self, message: &'a [u8]) -> Result<(), DecodeError> {
        const VERSION: u32 = key::varint(1);
        const NAME: u32 = key::bytes(2);
        const PART: u32 = key::varint(3);
        const CONFIG: u32 = key::bytes(5);
        const COMPONENTS: u32 = key::varint(7);
        let mut fields = Fields::new(message);
        loop {
            match fields.key()? {
                END => return Ok(()),
                NAME => self.name = fields.text()?,
                PART => {
                    self.part = match fields.varint()? {
                        1 => MeshPart::Vertex,
                        2 => MeshPart::Face,
                        3 => MeshPart::Color,
                        _ => MeshPart::Undefined,
                    }
                }
                CONFIG => self.config = fields.text()?,
                COMPONENTS => self.components = fields.varint()? as u32,
                VERSION => drop(fields.varint()?),
                // The shape, which the tensor tells, and a field that is no more.
                key if matches!(key >> 3, 4 | 6) => fields.skip(key, NONE)?,
                key => fields.skip(key, 1..=7)?,
            }
        }
    }
}
