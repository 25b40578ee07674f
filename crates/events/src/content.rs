//! Values of every kind in one shape each, whatever shape they were logged in (`spec/events.md`, Shapes).

use std::borrow::Cow;

use crate::audio::{self, Clip};
use crate::elements::{Array, Strings};
use crate::graph::Graph;
use crate::histogram::Buckets;
use crate::hparams::Hparams;
use crate::image::Images;
use crate::kind::Kind;
use crate::layout::Layout;
use crate::mesh::Mesh;
use crate::pr_curve::PrCurve;
use crate::summary::{Data, Metadata, Value};
use crate::wire::DecodeError;

/// What a value holds.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "their names are those of the kinds")]
pub enum Content<'a> {
    Histogram(Buckets),
    /// Of the kinds image and video.
    Images(Images<'a>),
    Audio(Vec<Clip<'a>>),
    Text(Strings<'a>),
    /// Of the kinds scalar and tensor.
    Tensor(Array<'a>),
    PrCurve(PrCurve),
    Mesh(Mesh<'a>),
    Hparams(Hparams<'a>),
    Graph(Graph<'a>),
    Layout(Layout<'a>),
    /// Of the kinds embedding and unknown.
    Unknown(Unknown<'a>),
}

/// A value of a plugin that is not known.
#[derive(Debug, Clone, PartialEq)]
pub struct Unknown<'a> {
    /// The plugin's name; may be empty.
    pub plugin_name: &'a str,
    /// The plugin's own data.
    pub plugin_content: &'a [u8],
    /// The field of the summary that holds the data: `tensor`, `image`, …; empty if there are none.
    pub form: &'static str,
    /// The data as they stand in that field.
    pub encoded: Cow<'a, [u8]>,
    /// The tensor that they are, if they are one.
    pub tensor: Option<Array<'a>>,
}

/// Why a value is not what its series is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ContentError {
    /// It decodes, but is something else.
    #[error("expected {expected}, found {found}")]
    Other {
        /// What values of the kind hold.
        expected: &'static str,
        /// What this one holds.
        found: String,
    },
    /// It does not decode.
    #[error("expected a protobuf message as spec/events.md has it, found that {0}")]
    Decode(#[from] DecodeError),
}

impl ContentError {
    pub(crate) fn other(expected: &'static str, found: impl Into<String>) -> Self {
        let found = found.into();
        Self::Other { expected, found }
    }
}

impl<'a> Value<'a> {
    /// What the value holds, as one of a series of the kind `kind`. `series` is what the writer said of the series; it
    /// counts where the value has no metadata of its own.
    ///
    /// # Errors
    /// If it holds nothing that values of the kind hold.
    pub fn content(&self, kind: Kind, series: Metadata<'a>) -> Result<Content<'a>, ContentError> {
        let metadata = self.metadata.unwrap_or(series);
        Ok(match kind {
            Kind::Histogram => Content::Histogram(Buckets::read(self.data)?),
            Kind::Image | Kind::Video => Content::Images(Images::read(self.data)?),
            Kind::Audio => Content::Audio(audio::read(self.data)?),
            Kind::Text => Content::Text(Array::of(self.data)?.into_strings()?),
            Kind::Scalar | Kind::Tensor => Content::Tensor(Array::of(self.data)?),
            Kind::PrCurve => Content::PrCurve(PrCurve::read(self.data)?),
            Kind::Mesh => Content::Mesh(Mesh::read(self.data, metadata.content)?),
            Kind::Hparams => Content::Hparams(Hparams::read(metadata.content)?),
            Kind::Graph => Content::Graph(Graph::read(self.data, metadata.plugin_name)?),
            Kind::Layout => Content::Layout(Layout::read(self.data)?),
            Kind::Embedding | Kind::Unknown => Content::Unknown(Unknown {
                plugin_name: metadata.plugin_name,
                plugin_content: metadata.content,
                form: self.data.form(),
                encoded: self.data.encoded()?,
                tensor: Array::of(self.data).ok(),
            }),
        })
    }
}

impl<'a> Data<'a> {
    /// What was found where something else was expected.
    pub(crate) fn found(&self) -> &'static str {
        match self {
            Self::Nothing => "no data",
            other => other.form(),
        }
    }

    /// The name of the field that holds it; empty if there is none.
    fn form(&self) -> &'static str {
        match self {
            Self::Nothing => "",
            Self::SimpleValue(_) => "simple_value",
            Self::ObsoleteHistogram(_) => "obsolete_old_style_histogram",
            Self::Image(_) => "image",
            Self::Histogram(_) => "histo",
            Self::Audio(_) => "audio",
            Self::Tensor(_) => "tensor",
            Self::Graph(_) => "graph_def",
            Self::RunMetadata(_) => "run_metadata",
        }
    }

    fn encoded(&self) -> Result<Cow<'a, [u8]>, DecodeError> {
        Ok(match self {
            Self::Nothing => Cow::default(),
            Self::SimpleValue(number) => number.to_le_bytes().to_vec().into(),
            Self::Image(image) => image.encoded.into(),
            Self::Histogram(histogram) => histogram.pieces.joined()?,
            Self::Audio(audio) => audio.encoded.into(),
            Self::Tensor(tensor) => tensor.pieces.joined()?,
            Self::ObsoleteHistogram(bytes) | Self::Graph(bytes) | Self::RunMetadata(bytes) => {
                (*bytes).into()
            }
        })
    }
}
