//! Graphs and their run metadata (`spec/events.md`, Shapes).

use crate::content::ContentError;
use crate::elements::Array;
use crate::summary::Data;

/// A graph, or what a run of it took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Graph<'a> {
    /// What the bytes are.
    pub format: GraphFormat,
    /// The bytes.
    pub encoded: &'a [u8],
}

/// What describes a graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GraphFormat {
    /// A serialised `GraphDef`.
    GraphDef,
    /// A serialised `RunMetadata`: timings, memory, and often the graph as it was run.
    RunMetadata,
    /// A Keras model as JSON.
    KerasModel,
}

impl GraphFormat {
    /// The word for it in every interface.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::GraphDef => "graph_def",
            Self::RunMetadata => "run_metadata",
            Self::KerasModel => "keras_model",
        }
    }
}

impl<'a> Graph<'a> {
    pub(crate) fn read(data: Data<'a>, plugin_name: &str) -> Result<Self, ContentError> {
        let (format, encoded) = match data {
            Data::Graph(bytes) => (GraphFormat::GraphDef, bytes),
            Data::RunMetadata(bytes) => (GraphFormat::RunMetadata, bytes),
            _ => {
                let format = match plugin_name {
                    "graph_keras_model" => GraphFormat::KerasModel,
                    "graphs" => GraphFormat::GraphDef,
                    _ => GraphFormat::RunMetadata,
                };
                let strings = Array::of(data)?.into_strings()?;
                let [encoded] = strings.items[..] else {
                    let found = format!("{} strings", strings.items.len());
                    return Err(ContentError::other("one graph", found));
                };
                (format, encoded)
            }
        };
        Ok(Self { format, encoded })
    }
}
