//! The kinds of series (`spec/events.md`, Kinds).

use crate::summary::{Data, Value};
use crate::wire::DecodeError;

/// What a series is. Unknown series are listed like the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// One number a step.
    Scalar,
    /// A histogram a step.
    Histogram,
    /// One or more images a step.
    Image,
    /// One or more sounds a step.
    Audio,
    /// An animated image a step.
    Video,
    /// Markdown.
    Text,
    /// Any tensor.
    Tensor,
    /// A precision-recall curve a step.
    PrCurve,
    /// One part of a 3D mesh: vertices, faces or colours.
    Mesh,
    /// Hyperparameters and the metrics they are judged by.
    Hparams,
    /// A graph, or the run metadata of one.
    Graph,
    /// A layout of custom charts.
    Layout,
    /// Points for the projector.
    Embedding,
    /// Of a plugin that is not known, or without one.
    Unknown,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 14] = [
        Self::Scalar,
        Self::Histogram,
        Self::Image,
        Self::Audio,
        Self::Video,
        Self::Text,
        Self::Tensor,
        Self::PrCurve,
        Self::Mesh,
        Self::Hparams,
        Self::Graph,
        Self::Layout,
        Self::Embedding,
        Self::Unknown,
    ];

    /// The kind that a word stands for, if it is one.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// The word for it in every interface.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Scalar => "scalar",
            Self::Histogram => "histogram",
            Self::Image => "image",
            Self::Audio => "audio",
            Self::Video => "video",
            Self::Text => "text",
            Self::Tensor => "tensor",
            Self::PrCurve => "pr_curve",
            Self::Mesh => "mesh",
            Self::Hparams => "hparams",
            Self::Graph => "graph",
            Self::Layout => "layout",
            Self::Embedding => "embedding",
            Self::Unknown => "unknown",
        }
    }

    /// What kind of series a value belongs to in a file in which its tag may stand for several: `first` tells the kind
    /// of the tag's first series, unless that is unknown for want of metadata; `number` is what [`Value::scalar`] says of this one.
    pub fn among(
        first: impl FnOnce() -> Option<Self>,
        value: &Value<'_>,
        number: Result<Option<f64>, DecodeError>,
    ) -> Self {
        // TensorFlow tells only once what the tensors of a tag are.
        let untold =
            value.metadata.is_none() && matches!(value.data, Data::Tensor(_) | Data::Nothing);
        let told = if untold { first() } else { None };
        match (told.unwrap_or_else(|| value.kind()), number) {
            // Without any metadata a lone number can only be meant as a scalar.
            (Self::Unknown, Ok(Some(_))) if value.metadata.is_none() && told.is_none() => {
                Self::Scalar
            }
            // Of a scalar plugin, but more than one number.
            (Self::Scalar, Ok(None)) => Self::Tensor,
            // Its bytes may still be looked at.
            (Self::Scalar, Err(_)) => Self::Unknown,
            (kind, _) => kind,
        }
    }

    pub(crate) fn of(value: &Value<'_>) -> Self {
        let metadata = value.metadata.unwrap_or_default();
        match metadata.plugin_name {
            "scalars" => Self::Scalar,
            "images" if first_image(value.data).is_some_and(moves) => Self::Video,
            "images" => Self::Image,
            "audio" => Self::Audio,
            "histograms" => Self::Histogram,
            "text" => Self::Text,
            "pr_curves" => Self::PrCurve,
            "mesh" => Self::Mesh,
            "hparams" => Self::Hparams,
            "custom_scalars" => Self::Layout,
            "graphs"
            | "graph_tagged_run_metadata"
            | "graph_run_metadata"
            | "graph_run_metadata_graph"
            | "graph_keras_model" => Self::Graph,
            "tensor" => Self::Tensor,
            "projector" => Self::Embedding,
            _ => match value.data {
                Data::SimpleValue(_) => Self::Scalar,
                Data::Image(image) if moves(image.encoded) => Self::Video,
                Data::Image(_) => Self::Image,
                Data::Histogram(_) => Self::Histogram,
                Data::Audio(_) => Self::Audio,
                Data::Graph(_) | Data::RunMetadata(_) => Self::Graph,
                Data::Tensor(_) => match metadata.data_class {
                    DataClass::Scalar => Self::Scalar,
                    DataClass::Tensor => Self::Tensor,
                    DataClass::BlobSequence | DataClass::Unknown => Self::Unknown,
                },
                Data::ObsoleteHistogram(_) | Data::Nothing => Self::Unknown,
            },
        }
    }
}

/// The shape of a series' data, where its writer tells.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum DataClass {
    /// Not told, or a number that this version does not know.
    #[default]
    Unknown,
    /// A tensor of one number.
    Scalar,
    /// Any tensor.
    Tensor,
    /// A list of byte strings.
    BlobSequence,
}

impl From<i32> for DataClass {
    fn from(number: i32) -> Self {
        match number {
            1 => Self::Scalar,
            2 => Self::Tensor,
            3 => Self::BlobSequence,
            _ => Self::Unknown,
        }
    }
}

/// The first image of either shape.
fn first_image(data: Data<'_>) -> Option<&[u8]> {
    match data {
        Data::Image(image) => Some(image.encoded),
        // Behind width and height.
        Data::Tensor(tensor) => tensor.string(2).ok().flatten(),
        _ => None,
    }
}

/// Writers of video use the image message with an animated GIF or WebP.
fn moves(encoded: &[u8]) -> bool {
    const ANIMATION: u8 = 0x02;
    encoded.starts_with(b"GIF8")
        || encoded.starts_with(b"RIFF")
            && encoded.get(8..16) == Some(b"WEBPVP8X")
            && encoded.get(20).is_some_and(|flags| flags & ANIMATION != 0)
}
