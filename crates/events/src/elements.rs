//! The elements of tensors (`spec/events.md`, Tensors).

use std::borrow::Cow;

use crate::content::ContentError;
use crate::number::{Number, little_endian};
use crate::summary::Data;
use crate::tensor::{FLOAT8, Tensor, item, size};
use crate::wire::{DecodeError, END, Fields, key};

/// Dimensions that a tensor may have: as many as NumPy's arrays.
const MAX_RANK: usize = 64;
/// Strings of one tensor that are read: each takes more memory than it takes in the file.
const MAX_STRINGS: usize = 1 << 20;
/// Elements up to which a tensor is filled. One of which a single element stands for all is larger at will until all of
/// them are wanted.
const MAX_FILLED: u64 = 1 << 16;

/// A tensor with its elements.
#[derive(Debug, Clone, PartialEq)]
pub struct Array<'a> {
    /// The type that it was logged with, by its name in NumPy or `ml_dtypes`; `string` for text and bytes.
    pub data_type: &'static str,
    /// Sizes of the dimensions; none for a single element.
    pub shape: Vec<u64>,
    /// The elements, the last dimension's neighbours next to each other. If there are fewer than the shape has, the
    /// last one stands for all that follow; there is one at least unless the shape has none, and there is only one if the
    /// shape has more than 65,536.
    pub elements: Elements<'a>,
}

/// The elements of a tensor.
#[derive(Debug, Clone, PartialEq)]
pub enum Elements<'a> {
    /// Numbers, as the bytes of a plain type, little-endian.
    Numbers(Element, Cow<'a, [u8]>),
    /// Byte strings; mostly text in UTF-8.
    Strings(Vec<&'a [u8]>),
}

/// The plain types in which the elements of all numeric types are given. Floats of 16 bits and fewer become float32,
/// integers of 4 and 2 bits become integers of 8 bits; nothing is rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "their names say all")]
pub enum Element {
    Float32,
    Float64,
    Int8,
    Uint8,
    Int16,
    Uint16,
    Int32,
    Uint32,
    Int64,
    Uint64,
    Bool,
    Complex64,
    Complex128,
}

impl Element {
    /// Its name in NumPy.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Float32 => "float32",
            Self::Float64 => "float64",
            Self::Int8 => "int8",
            Self::Uint8 => "uint8",
            Self::Int16 => "int16",
            Self::Uint16 => "uint16",
            Self::Int32 => "int32",
            Self::Uint32 => "uint32",
            Self::Int64 => "int64",
            Self::Uint64 => "uint64",
            Self::Bool => "bool",
            Self::Complex64 => "complex64",
            Self::Complex128 => "complex128",
        }
    }

    /// Bytes of one element.
    pub fn size(self) -> usize {
        match self {
            Self::Int8 | Self::Uint8 | Self::Bool => 1,
            Self::Int16 | Self::Uint16 => 2,
            Self::Float32 | Self::Int32 | Self::Uint32 => 4,
            Self::Float64 | Self::Int64 | Self::Uint64 | Self::Complex64 => 8,
            Self::Complex128 => 16,
        }
    }

    /// The number in the bytes of one element; of a complex number its real part.
    fn number(self, bytes: &[u8]) -> f64 {
        let bits = little_endian(&bytes[..bytes.len().min(8)]);
        match self {
            Self::Float32 | Self::Complex64 => f64::from(f32::from_bits(bits as u32)),
            Self::Float64 | Self::Complex128 => f64::from_bits(bits),
            Self::Int8 => f64::from(bits as i8),
            Self::Int16 => f64::from(bits as i16),
            Self::Int32 => f64::from(bits as i32),
            Self::Int64 => bits as i64 as f64,
            Self::Uint8 | Self::Uint16 | Self::Uint32 | Self::Uint64 | Self::Bool => bits as f64,
        }
    }
}

/// Byte strings in a shape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Strings<'a> {
    /// Sizes of the dimensions; none for a single string.
    pub shape: Vec<u64>,
    /// The strings, as many as the shape has.
    pub items: Vec<&'a [u8]>,
}

impl<'a> Array<'a> {
    /// Reads a tensor, or the tensor that a value of the old shape stands for.
    pub(crate) fn of(data: Data<'a>) -> Result<Self, ContentError> {
        match data {
            Data::Tensor(tensor) => Self::read(tensor),
            Data::SimpleValue(number) => Ok(Self {
                data_type: "float32",
                shape: Vec::new(),
                elements: Elements::Numbers(Element::Float32, number.to_le_bytes().to_vec().into()),
            }),
            other => Err(ContentError::other("a tensor", other.found())),
        }
    }

    fn read(tensor: Tensor<'a>) -> Result<Self, ContentError> {
        let outline = tensor.outline()?;
        let (data_type, storage) = storage(outline.data_type).ok_or_else(|| {
            let found = format!("a tensor of the type {}", outline.data_type);
            ContentError::other("a tensor of numbers or strings", found)
        })?;
        let shape = shape(tensor)?;
        let mut elements = match storage {
            Storage::Strings => Elements::Strings(strings(tensor)?),
            Storage::Numbers(number, element, key) => {
                Elements::Numbers(element, numbers(tensor, outline.content, number, key)?)
            }
        };
        let stored = elements.len().ok_or_else(|| {
            let found = format!("{} bytes of {data_type}", outline.content.len());
            ContentError::other("packed elements of whole numbers of bytes", found)
        })? as u64;
        // Some writers leave the shape out.
        let shape = shape.unwrap_or_else(|| if stored > 1 { vec![stored] } else { Vec::new() });
        let wanted = product(&shape).ok_or_else(|| {
            ContentError::other("a shape of fewer elements", format!("{shape:?}"))
        })?;
        if stored > wanted || !outline.content.is_empty() && stored != wanted {
            return Err(ContentError::other(
                "as many elements as the shape has",
                format!("{stored} elements in the shape {shape:?}"),
            ));
        }
        // One element may be shown in any shape without a copy; several have to be laid out.
        if stored > 1 && stored < wanted && wanted > MAX_FILLED {
            return Err(incomplete(stored, &shape));
        }
        if stored == 0 && wanted > 0 {
            elements.push_default();
        }
        Ok(Self {
            data_type,
            shape,
            elements,
        })
    }

    /// All its elements as real numbers; integers above 2⁵³ are rounded.
    ///
    /// # Errors
    /// If they are none, or more than 65,536 would have to be filled in.
    pub fn numbers(&self) -> Result<Vec<f64>, ContentError> {
        let Elements::Numbers(element, bytes) = &self.elements else {
            return Err(ContentError::other("a tensor of numbers", "strings"));
        };
        if matches!(element, Element::Complex64 | Element::Complex128) {
            return Err(ContentError::other("real numbers", self.data_type));
        }
        let mut numbers: Vec<f64> = bytes
            .chunks_exact(element.size())
            .map(|bytes| element.number(bytes))
            .collect();
        fill(&mut numbers, &self.shape)?;
        Ok(numbers)
    }

    /// All its elements as strings. None is repeated, as text of any length would be; only empty ones are filled in.
    pub(crate) fn into_strings(self) -> Result<Strings<'a>, ContentError> {
        let Elements::Strings(mut items) = self.elements else {
            return Err(ContentError::other("a tensor of strings", self.data_type));
        };
        if items == [b""] {
            fill(&mut items, &self.shape)?;
        } else if product(&self.shape) != Some(items.len() as u64) {
            return Err(incomplete(items.len() as u64, &self.shape));
        }
        Ok(Strings {
            shape: self.shape,
            items,
        })
    }
}

impl Elements<'_> {
    /// Elements that are there; None if the bytes hold no whole number of them.
    fn len(&self) -> Option<usize> {
        match self {
            Self::Numbers(element, bytes) => {
                (bytes.len() % element.size() == 0).then(|| bytes.len() / element.size())
            }
            Self::Strings(items) => Some(items.len()),
        }
    }

    /// As TensorFlow reads it, a tensor without values is filled with zeros.
    fn push_default(&mut self) {
        match self {
            Self::Numbers(element, bytes) => *bytes = Cow::Owned(vec![0; element.size()]),
            Self::Strings(items) => items.push(&[]),
        }
    }
}

/// Repeats the last item until there are as many as the shape has.
fn fill<T: Copy>(items: &mut Vec<T>, shape: &[u64]) -> Result<(), ContentError> {
    let wanted = product(shape).unwrap_or(u64::MAX);
    if wanted == items.len() as u64 {
        return Ok(());
    }
    if wanted > MAX_FILLED {
        return Err(incomplete(items.len() as u64, shape));
    }
    if let Some(last) = items.last().copied() {
        items.resize(wanted as usize, last);
    }
    Ok(())
}

fn incomplete(stored: u64, shape: &[u64]) -> ContentError {
    let found = format!("{stored} elements in the shape {shape:?}");
    ContentError::other("a tensor with all its elements", found)
}

fn product(shape: &[u64]) -> Option<u64> {
    if shape.contains(&0) {
        return Some(0);
    }
    shape
        .iter()
        .try_fold(1u64, |product, size| product.checked_mul(*size))
}

impl Tensor<'_> {
    /// Its type and shape in words: `float32`, `float64 [1]`, `string [2, 3]`; `type 77` if there is no such type, `[?]`
    /// if the shape is not known.
    pub fn form(&self) -> String {
        let data_type = self.outline().map_or(0, |outline| outline.data_type);
        let name = storage(data_type).map_or(format!("type {data_type}"), |(name, _)| name.into());
        match shape(*self) {
            Ok(None) => name,
            Ok(Some(shape)) if shape.is_empty() => name,
            Ok(Some(shape)) => format!("{name} {shape:?}"),
            Err(_) => format!("{name} [?]"),
        }
    }
}

/// How the elements of a data type are stored.
enum Storage {
    /// The number of a part, the type of an element, the key of a part in the field of typed values.
    Numbers(Number, Element, u32),
    Strings,
}

/// The name of a data type and how its elements are stored; none for resources and variants.
fn storage(data_type: i32) -> Option<(&'static str, Storage)> {
    let name = match data_type {
        1 => "float32",
        2 => "float64",
        3 => "int32",
        4 => "uint8",
        5 => "int16",
        6 => "int8",
        7 => return Some(("string", Storage::Strings)),
        8 => {
            let storage = Storage::Numbers(Number::F32, Element::Complex64, key::fixed32(9));
            return Some(("complex64", storage));
        }
        9 => "int64",
        10 => "bool",
        11 => "qint8",
        12 => "quint8",
        13 => "qint32",
        14 => "bfloat16",
        15 => "qint16",
        16 => "quint16",
        17 => "uint16",
        18 => {
            let storage = Storage::Numbers(Number::F64, Element::Complex128, key::fixed64(12));
            return Some(("complex128", storage));
        }
        19 => "float16",
        22 => "uint32",
        23 => "uint64",
        24 => "float8_e5m2",
        25 => "float8_e4m3fn",
        26 => "float8_e4m3fnuz",
        27 => "float8_e4m3b11fnuz",
        28 => "float8_e5m2fnuz",
        29 => "int4",
        30 => "uint4",
        31 => "int2",
        32 => "uint2",
        33 => "float4_e2m1fn",
        _ => return None,
    };
    let number = Number::of(data_type)?;
    let storage = Storage::Numbers(number, number.element(), number.typed_key());
    Some((name, storage))
}

/// The sizes of the dimensions; None if the tensor tells no shape.
fn shape(tensor: Tensor<'_>) -> Result<Option<Vec<u64>>, ContentError> {
    const SHAPE: u32 = key::bytes(2);
    const DIMENSION: u32 = key::bytes(2);
    const UNKNOWN_RANK: u32 = key::varint(3);
    let unknown = || ContentError::other("a shape of known sizes", "one that is not known");
    let mut sizes: Option<Vec<u64>> = None;
    for piece in tensor.pieces {
        let mut fields = Fields::new(piece?);
        loop {
            let shape = match fields.key()? {
                END => break,
                SHAPE => fields.bytes()?,
                key => {
                    fields.skip(key, 2..=2)?;
                    continue;
                }
            };
            let sizes = sizes.get_or_insert_default();
            let mut fields = Fields::new(shape);
            loop {
                match fields.key()? {
                    END => break,
                    DIMENSION => {
                        let size = size(fields.bytes()?)?;
                        sizes.push(u64::try_from(size).map_err(|_| unknown())?);
                        if sizes.len() > MAX_RANK {
                            let expected = "a shape of at most 64 dimensions";
                            return Err(ContentError::other(expected, "one with more"));
                        }
                    }
                    UNKNOWN_RANK if fields.varint()? != 0 => return Err(unknown()),
                    UNKNOWN_RANK => {}
                    key => fields.skip(key, 2..=3)?,
                }
            }
        }
    }
    Ok(sizes)
}

fn strings(tensor: Tensor<'_>) -> Result<Vec<&[u8]>, ContentError> {
    const STRING: u32 = key::bytes(8);
    let mut strings = Vec::new();
    for piece in tensor.pieces {
        let mut fields = Fields::new(piece?);
        loop {
            match fields.key()? {
                END => break,
                STRING if strings.len() == MAX_STRINGS => {
                    let expected = "a tensor of at most 1,048,576 strings";
                    return Err(ContentError::other(expected, "one of more"));
                }
                STRING => strings.push(fields.bytes()?),
                key => fields.skip(key, 8..=8)?,
            }
        }
    }
    Ok(strings)
}

fn numbers<'a>(
    tensor: Tensor<'a>,
    content: &'a [u8],
    number: Number,
    single: u32,
) -> Result<Cow<'a, [u8]>, DecodeError> {
    if !content.is_empty() && number.is_plain() {
        return Ok(Cow::Borrowed(content));
    }
    let mut out = Vec::new();
    let bytes_each = if content.is_empty() && single == FLOAT8 {
        tensor.float8()?
    } else {
        content
    };
    if !bytes_each.is_empty() {
        let elements = bytes_each.chunks(number.size());
        elements.for_each(|bytes| number.store(little_endian(bytes), &mut out));
        return Ok(out.into());
    }
    typed(tensor, number, single, &mut out)?;
    if let (true, Some(other)) = (out.is_empty(), number.other_key()) {
        typed(tensor, number, other, &mut out)?;
    }
    Ok(out.into())
}

/// Stores the items of the repeated field whose single items have the key `single`.
fn typed(
    tensor: Tensor<'_>,
    number: Number,
    single: u32,
    out: &mut Vec<u8>,
) -> Result<(), DecodeError> {
    let packed = key::bytes(single >> 3);
    for piece in tensor.pieces {
        let mut fields = Fields::new(piece?);
        loop {
            match fields.key()? {
                END => break,
                key if key == single => number.store(item(&mut fields, single)?, out),
                key if key == packed => {
                    let mut items = Fields::new(fields.bytes()?);
                    while !items.rest().is_empty() {
                        number.store(item(&mut items, single)?, out);
                    }
                }
                key => fields.skip(key, single >> 3..=single >> 3)?,
            }
        }
    }
    Ok(())
}
