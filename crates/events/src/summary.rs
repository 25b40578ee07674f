//! The values of an event, each with its tag, metadata and data (`spec/events.md`, Summary).

use crate::event::What;
use crate::kind::{DataClass, Kind};
use crate::tensor::Tensor;
use crate::wire::{DecodeError, END, Fields, PieceIter, Pieces, key};

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
    /// All of this as it stands in its record.
    pub bytes: &'a [u8],
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
    pub(crate) pieces: Pieces<'a>,
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

impl Histogram<'_> {
    /// The values in numbers.
    ///
    /// # Errors
    ///
    /// If the bytes are no histogram.
    pub fn moments(&self) -> Result<Moments, DecodeError> {
        const MIN: u32 = key::fixed64(1);
        const MAX: u32 = key::fixed64(2);
        const COUNT: u32 = key::fixed64(3);
        const SUM: u32 = key::fixed64(4);
        const SUM_OF_SQUARES: u32 = key::fixed64(5);
        let mut moments = Moments::default();
        for piece in self.pieces {
            let mut fields = Fields::new(piece?);
            loop {
                match fields.key()? {
                    END => break,
                    MIN => moments.min = fields.double()?,
                    MAX => moments.max = fields.double()?,
                    COUNT => moments.count = fields.double()?,
                    SUM => moments.sum = fields.double()?,
                    SUM_OF_SQUARES => moments.sum_of_squares = fields.double()?,
                    key => fields.skip(key, 1..=5)?,
                }
            }
        }
        Ok(moments)
    }

    /// The buckets' upper limits. A bucket holds what is at least the limit before it and below its own.
    ///
    /// # Errors
    ///
    /// If the bytes are no histogram.
    pub fn limits(&self) -> Result<Vec<f64>, DecodeError> {
        self.doubles(6)
    }

    /// The buckets' counts, one for each limit.
    ///
    /// # Errors
    ///
    /// If the bytes are no histogram.
    pub fn counts(&self) -> Result<Vec<f64>, DecodeError> {
        self.doubles(7)
    }

    fn doubles(&self, number: u32) -> Result<Vec<f64>, DecodeError> {
        let (single, packed) = (key::fixed64(number), key::bytes(number));
        let mut doubles = Vec::new();
        for piece in self.pieces {
            let mut fields = Fields::new(piece?);
            loop {
                match fields.key()? {
                    END => break,
                    key if key == single => doubles.push(fields.double()?),
                    key if key == packed => {
                        let mut items = Fields::new(fields.bytes()?);
                        while !items.rest().is_empty() {
                            doubles.push(items.double()?);
                        }
                    }
                    key => fields.skip(key, number..=number)?,
                }
            }
        }
        Ok(doubles)
    }
}

impl Metadata<'_> {
    /// The version of the format that the plugin's own data are in, 0 if they tell none. None if they are of a plugin
    /// that is not known to tell it, or are not what that plugin writes.
    pub fn version(&self) -> Option<i32> {
        const VERSION: u32 = key::varint(1);
        const TELL_IT: [&str; 8] = [
            "scalars",
            "images",
            "audio",
            "histograms",
            "text",
            "pr_curves",
            "mesh",
            "hparams",
        ];
        if !TELL_IT.contains(&self.plugin_name) {
            return None;
        }
        let (mut fields, mut version) = (Fields::new(self.content), 0);
        loop {
            match fields.key().ok()? {
                END => return Some(version),
                VERSION => version = fields.varint().ok()? as i32,
                key => fields.skip(key, 1..=1).ok()?,
            }
        }
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
    pieces: PieceIter<'a>,
    fields: Fields<'a>,
    other: Option<Value<'a>>,
}

impl<'a> Values<'a> {
    #[inline]
    pub(crate) fn new(what: What<'a>) -> Self {
        const NOTHING: Pieces<'static> = Pieces {
            outer: &[],
            key: END,
        };
        let alone = |tag, data, bytes| {
            let value = Value {
                tag,
                metadata: None,
                data,
                bytes,
            };
            (NOTHING, Some(value))
        };
        let (pieces, other) = match what {
            What::Summary(summary) => (summary.pieces, None),
            What::GraphDef(graph) => alone(RUN_GRAPH_TAG, Data::Graph(graph), graph),
            What::TaggedRunMetadata(it) => {
                alone(it.tag, Data::RunMetadata(it.run_metadata), it.run_metadata)
            }
            _ => (NOTHING, None),
        };
        Self {
            pieces: pieces.into_iter(),
            fields: Fields::new(&[]),
            other,
        }
    }

    /// The next value's bytes.
    #[inline(always)]
    fn message(&mut self) -> Result<Option<&'a [u8]>, DecodeError> {
        const VALUE: u32 = key::bytes(1);
        loop {
            match self.fields.key()? {
                END => match self.pieces.next() {
                    Some(piece) => self.fields = Fields::new(piece?),
                    None => return Ok(None),
                },
                VALUE => return self.fields.bytes().map(Some),
                key => self.fields.skip(key, 1..=1)?,
            }
        }
    }
}

impl<'a> Iterator for Values<'a> {
    type Item = Result<Value<'a>, DecodeError>;

    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "the loop over records: each call costs more than what it does"
    )]
    fn next(&mut self) -> Option<Self::Item> {
        match self.message() {
            Ok(Some(message)) => Some(value(message)),
            Ok(None) => self.other.take().map(Ok),
            Err(error) => {
                // Where the next value would start is not known.
                self.fields = Fields::new(&[]);
                Some(Err(error))
            }
        }
    }
}

const TAG: u32 = key::bytes(1);
const SIMPLE_VALUE: u32 = key::fixed32(2);
const OBSOLETE_HISTOGRAM: u32 = key::bytes(3);
const IMAGE: u32 = key::bytes(4);
const HISTOGRAM: u32 = key::bytes(5);
const AUDIO: u32 = key::bytes(6);
const NODE_NAME: u32 = key::bytes(7);
const TENSOR: u32 = key::bytes(8);
const METADATA: u32 = key::bytes(9);

#[inline(always)]
#[expect(
    clippy::inline_always,
    reason = "the loop over records: each call costs more than what it does"
)]
fn value(message: &[u8]) -> Result<Value<'_>, DecodeError> {
    let mut value = Value {
        tag: "",
        metadata: None,
        data: Data::Nothing,
        bytes: message,
    };
    let mut node_name = "";
    let mut fields = Fields::new(message);
    loop {
        let from_here = fields.rest();
        match fields.key()? {
            END => break,
            TAG => value.tag = fields.text()?,
            SIMPLE_VALUE => value.data = Data::SimpleValue(fields.float()?),
            OBSOLETE_HISTOGRAM => value.data = Data::ObsoleteHistogram(fields.bytes()?),
            IMAGE => {
                let so_far = if let Data::Image(image) = value.data {
                    image
                } else {
                    Image::default()
                };
                value.data = Data::Image(image(so_far, fields.bytes()?)?);
            }
            HISTOGRAM => {
                fields.bytes()?;
                if !matches!(value.data, Data::Histogram(_)) {
                    value.data = Data::Histogram(Histogram {
                        pieces: Pieces {
                            outer: from_here,
                            key: HISTOGRAM,
                        },
                    });
                }
            }
            AUDIO => {
                let so_far = if let Data::Audio(audio) = value.data {
                    audio
                } else {
                    Audio::default()
                };
                value.data = Data::Audio(audio(so_far, fields.bytes()?)?);
            }
            NODE_NAME => node_name = fields.text()?,
            TENSOR => {
                fields.bytes()?;
                if !matches!(value.data, Data::Tensor(_)) {
                    value.data = Data::Tensor(Tensor {
                        pieces: Pieces {
                            outer: from_here,
                            key: TENSOR,
                        },
                    });
                }
            }
            METADATA => {
                value.metadata = Some(metadata(
                    value.metadata.unwrap_or_default(),
                    fields.bytes()?,
                )?);
            }
            key => fields.skip(key, 1..=9)?,
        }
    }
    if value.tag.is_empty() {
        value.tag = node_name;
    }
    Ok(value)
}

fn metadata<'a>(
    mut metadata: Metadata<'a>,
    message: &'a [u8],
) -> Result<Metadata<'a>, DecodeError> {
    const PLUGIN_DATA: u32 = key::bytes(1);
    const DISPLAY_NAME: u32 = key::bytes(2);
    const DESCRIPTION: u32 = key::bytes(3);
    const DATA_CLASS: u32 = key::varint(4);
    let mut fields = Fields::new(message);
    loop {
        match fields.key()? {
            END => return Ok(metadata),
            PLUGIN_DATA => plugin_data(&mut metadata, fields.bytes()?)?,
            DISPLAY_NAME => metadata.display_name = fields.text()?,
            DESCRIPTION => metadata.description = fields.text()?,
            DATA_CLASS => metadata.data_class = DataClass::from(fields.varint()? as i32),
            key => fields.skip(key, 1..=4)?,
        }
    }
}

fn plugin_data<'a>(metadata: &mut Metadata<'a>, message: &'a [u8]) -> Result<(), DecodeError> {
    const PLUGIN_NAME: u32 = key::bytes(1);
    const CONTENT: u32 = key::bytes(2);
    let mut fields = Fields::new(message);
    loop {
        match fields.key()? {
            END => return Ok(()),
            PLUGIN_NAME => metadata.plugin_name = fields.text()?,
            CONTENT => metadata.content = fields.bytes()?,
            key => fields.skip(key, 1..=2)?,
        }
    }
}

fn image<'a>(mut image: Image<'a>, message: &'a [u8]) -> Result<Image<'a>, DecodeError> {
    const HEIGHT: u32 = key::varint(1);
    const WIDTH: u32 = key::varint(2);
    const COLORSPACE: u32 = key::varint(3);
    const ENCODED: u32 = key::bytes(4);
    let mut fields = Fields::new(message);
    loop {
        match fields.key()? {
            END => return Ok(image),
            HEIGHT => image.height = fields.varint()? as i32,
            WIDTH => image.width = fields.varint()? as i32,
            COLORSPACE => image.colorspace = fields.varint()? as i32,
            ENCODED => image.encoded = fields.bytes()?,
            key => fields.skip(key, 1..=4)?,
        }
    }
}

fn audio<'a>(mut audio: Audio<'a>, message: &'a [u8]) -> Result<Audio<'a>, DecodeError> {
    const SAMPLE_RATE: u32 = key::fixed32(1);
    const CHANNELS: u32 = key::varint(2);
    const FRAMES: u32 = key::varint(3);
    const ENCODED: u32 = key::bytes(4);
    const CONTENT_TYPE: u32 = key::bytes(5);
    let mut fields = Fields::new(message);
    loop {
        match fields.key()? {
            END => return Ok(audio),
            SAMPLE_RATE => audio.sample_rate = fields.float()?,
            CHANNELS => audio.channels = fields.varint()? as i64,
            FRAMES => audio.frames = fields.varint()? as i64,
            ENCODED => audio.encoded = fields.bytes()?,
            CONTENT_TYPE => audio.content_type = fields.text()?,
            key => fields.skip(key, 1..=5)?,
        }
    }
}
