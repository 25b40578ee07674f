//! The values of an event, each with its tag, metadata and data (`spec/events.md`, Summary).

use crate::event::What;
use crate::kind::{DataClass, Kind};
use crate::tensor::Tensor;
use crate::wire::{DecodeError, Field, Fields, PieceFields, Pieces, Raw, repeated};

/// The tag under which an event's graph is a value.
pub const RUN_GRAPH_TAG: &str = "__run_graph__";

/// One value of a series. It borrows from the payload.
#[derive(Debug, Clone, Copy)]
pub struct Value<'a> {
    /// The series' name inside its run; of very old writers the node's name.
    pub tag: &'a str,
    /// What the writer says about the series; most writers say it with a tag's first value only.
    pub metadata: Option<Metadata<'a>>,
    /// The value itself.
    pub data: Data<'a>,
}

/// What a writer says about a series.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Metadata<'a> {
    /// The TensorBoard plugin that the series is for, which names its kind; may be empty.
    pub plugin_name: &'a str,
    /// The plugin's own data.
    pub content: &'a [u8],
    /// What to show instead of the tag; may be empty.
    pub display_name: &'a str,
    /// A description in Markdown; may be empty.
    pub description: &'a str,
    /// The shape of the data, as far as the writer tells.
    pub data_class: DataClass,
}

/// The data of a value.
#[derive(Debug, Clone, Copy)]
pub enum Data<'a> {
    /// None: a hyperparameter's data lie in the metadata.
    Nothing,
    /// A scalar of the old shape.
    SimpleValue(f32),
    /// TensorFlow's first histogram, which no reader shows.
    ObsoleteHistogram(&'a [u8]),
    /// An image of the old shape.
    Image(Image<'a>),
    /// A histogram of the old shape.
    Histogram(Histogram<'a>),
    /// A sound of the old shape.
    Audio(Audio<'a>),
    /// Everything newer.
    Tensor(Tensor<'a>),
    /// A serialised `GraphDef`.
    Graph(&'a [u8]),
    /// A serialised `RunMetadata`.
    RunMetadata(&'a [u8]),
}

/// An encoded image: PNG, JPEG, GIF or BMP.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Image<'a> {
    /// Pixels, as the writer says.
    pub height: i32,
    /// Pixels, as the writer says.
    pub width: i32,
    /// 1 grey, 2 grey and alpha, 3 RGB, 4 RGBA.
    pub colorspace: i32,
    /// The file's bytes.
    pub encoded: &'a [u8],
}

/// An encoded sound.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Audio<'a> {
    /// Hertz.
    pub sample_rate: f32,
    /// Channels.
    pub channels: i64,
    /// Frames, each of one sample a channel.
    pub frames: i64,
    /// The file's bytes.
    pub encoded: &'a [u8],
    /// Its media type, such as `audio/wav`.
    pub content_type: &'a str,
}

/// A histogram of the old shape, not walked yet.
#[derive(Debug, Clone, Copy)]
pub struct Histogram<'a> {
    pieces: Pieces<'a>,
}

/// The values that a histogram was made of, in numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Moments {
    /// Smallest value.
    pub min: f64,
    /// Largest value.
    pub max: f64,
    /// Number of values.
    pub count: f64,
    /// Their sum.
    pub sum: f64,
    /// The sum of their squares.
    pub sum_of_squares: f64,
}

impl<'a> Histogram<'a> {
    /// The values in numbers.
    ///
    /// # Errors
    ///
    /// If the bytes are no histogram.
    pub fn moments(&self) -> Result<Moments, DecodeError> {
        let mut moments = Moments::default();
        for field in self.pieces {
            let field = field?;
            match field.number {
                1 => moments.min = field.double()?,
                2 => moments.max = field.double()?,
                3 => moments.count = field.double()?,
                4 => moments.sum = field.double()?,
                5 => moments.sum_of_squares = field.double()?,
                _ => {}
            }
        }
        Ok(moments)
    }

    /// The buckets' upper limits. A bucket holds what is at least the limit before it and below its own.
    pub fn limits(&self) -> impl Iterator<Item = Result<f64, DecodeError>> + use<'a> {
        self.doubles(6)
    }

    /// The buckets' counts, one for each limit.
    pub fn counts(&self) -> impl Iterator<Item = Result<f64, DecodeError>> + use<'a> {
        self.doubles(7)
    }

    fn doubles(&self, number: u32) -> impl Iterator<Item = Result<f64, DecodeError>> + use<'a> {
        let nothing = Field {
            number,
            raw: Raw::Bytes(&[]),
        };
        let (mut fields, mut numbers) = (self.pieces.into_iter(), repeated(nothing, 1));
        std::iter::from_fn(move || {
            loop {
                if let Some(bits) = numbers.next() {
                    return Some(bits.map(f64::from_bits));
                }
                match fields.next()? {
                    Ok(field) if field.number == number => numbers = repeated(field, 1),
                    Ok(_) => {}
                    Err(error) => return Some(Err(error)),
                }
            }
        })
    }
}

impl Value<'_> {
    /// What kind of series a tag is whose first value this is. Later values do not change it.
    pub fn kind(&self) -> Kind {
        Kind::of(self)
    }

    /// The one number of a scalar: a `simple_value`, or a numeric tensor of one element. None for anything else.
    ///
    /// # Errors
    ///
    /// If the tensor's bytes are no tensor.
    #[inline]
    pub fn scalar(&self) -> Result<Option<f64>, DecodeError> {
        match self.data {
            Data::SimpleValue(value) => Ok(Some(f64::from(value))),
            Data::Tensor(tensor) => tensor.scalar(),
            _ => Ok(None),
        }
    }
}

/// The values of an event, one after the other. A value that does not decode is an error of its own; the next follows.
#[derive(Debug, Clone)]
pub struct Values<'a> {
    fields: PieceFields<'a>,
    other: Option<Value<'a>>,
}

impl<'a> Values<'a> {
    #[inline]
    pub(crate) fn new(what: What<'a>) -> Self {
        let (pieces, other) = match what {
            What::Summary(summary) => (summary.pieces, None),
            What::GraphDef(graph) => (NO_PIECES, Some((RUN_GRAPH_TAG, Data::Graph(graph)))),
            What::TaggedRunMetadata(it) => (
                NO_PIECES,
                Some((it.tag, Data::RunMetadata(it.run_metadata))),
            ),
            _ => (NO_PIECES, None),
        };
        let other = other.map(|(tag, data)| Value {
            tag,
            metadata: None,
            data,
        });
        Self {
            fields: pieces.into_iter(),
            other,
        }
    }
}

const NO_PIECES: Pieces<'static> = Pieces {
    outer: &[],
    number: 0,
};

impl<'a> Iterator for Values<'a> {
    type Item = Result<Value<'a>, DecodeError>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.fields.next() {
                Some(Ok(field)) if field.number == 1 => return Some(field.bytes().and_then(value)),
                Some(Ok(_)) => {}
                Some(Err(error)) => return Some(Err(error)),
                None => return self.other.take().map(Ok),
            }
        }
    }
}

#[inline]
fn value(message: &[u8]) -> Result<Value<'_>, DecodeError> {
    let mut value = Value {
        tag: "",
        metadata: None,
        data: Data::Nothing,
    };
    let mut node_name = "";
    let mut fields = Fields::new(message);
    loop {
        let from_here = fields.rest();
        let Some(field) = fields.next().transpose()? else {
            break;
        };
        match field.number {
            1 => value.tag = field.text()?,
            2 => value.data = Data::SimpleValue(field.float()?),
            3 => value.data = Data::ObsoleteHistogram(field.bytes()?),
            4 => {
                let so_far = if let Data::Image(image) = value.data {
                    image
                } else {
                    Image::default()
                };
                value.data = Data::Image(image(so_far, field)?);
            }
            5 => {
                field.bytes()?;
                if !matches!(value.data, Data::Histogram(_)) {
                    value.data = Data::Histogram(Histogram {
                        pieces: Pieces {
                            outer: from_here,
                            number: 5,
                        },
                    });
                }
            }
            6 => {
                let so_far = if let Data::Audio(audio) = value.data {
                    audio
                } else {
                    Audio::default()
                };
                value.data = Data::Audio(audio(so_far, field)?);
            }
            7 => node_name = field.text()?,
            8 => {
                field.bytes()?;
                if !matches!(value.data, Data::Tensor(_)) {
                    value.data = Data::Tensor(Tensor {
                        pieces: Pieces {
                            outer: from_here,
                            number: 8,
                        },
                    });
                }
            }
            9 => value.metadata = Some(metadata(value.metadata.unwrap_or_default(), field)?),
            _ => {}
        }
    }
    if value.tag.is_empty() {
        value.tag = node_name;
    }
    Ok(value)
}

fn metadata<'a>(mut metadata: Metadata<'a>, field: Field<'a>) -> Result<Metadata<'a>, DecodeError> {
    for field in Fields::new(field.bytes()?) {
        let field = field?;
        match field.number {
            1 => {
                for field in Fields::new(field.bytes()?) {
                    let field = field?;
                    match field.number {
                        1 => metadata.plugin_name = field.text()?,
                        2 => metadata.content = field.bytes()?,
                        _ => {}
                    }
                }
            }
            2 => metadata.display_name = field.text()?,
            3 => metadata.description = field.text()?,
            4 => metadata.data_class = DataClass::from(field.varint()? as i32),
            _ => {}
        }
    }
    Ok(metadata)
}

fn image<'a>(mut image: Image<'a>, field: Field<'a>) -> Result<Image<'a>, DecodeError> {
    for field in Fields::new(field.bytes()?) {
        let field = field?;
        match field.number {
            1 => image.height = field.varint()? as i32,
            2 => image.width = field.varint()? as i32,
            3 => image.colorspace = field.varint()? as i32,
            4 => image.encoded = field.bytes()?,
            _ => {}
        }
    }
    Ok(image)
}

fn audio<'a>(mut audio: Audio<'a>, field: Field<'a>) -> Result<Audio<'a>, DecodeError> {
    for field in Fields::new(field.bytes()?) {
        let field = field?;
        match field.number {
            1 => audio.sample_rate = field.float()?,
            2 => audio.channels = field.varint()? as i64,
            3 => audio.frames = field.varint()? as i64,
            4 => audio.encoded = field.bytes()?,
            5 => audio.content_type = field.text()?,
            _ => {}
        }
    }
    Ok(audio)
}
