//! What values hold, as answers have it (`spec/api.md`, POST /api/values/read).

use lightboard_events::{
    Array, Category, Chart, ChartContent, Clip, Content, Domain, Elements, Experiment, Hparam,
    Hparams, Metric, Setting, media_type,
};
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Value as Json, json};

use crate::records::{MAX_RECORD, ValueError};

/// The columns of an answer so far.
pub(crate) struct Presented {
    pub(crate) numbers: Vec<f64>,
    pub(crate) bytes: Vec<u8>,
    /// Bytes of JSON that were made besides.
    text: usize,
    with_files: bool,
}

impl Presented {
    pub(crate) fn new(with_files: bool) -> Self {
        Self {
            numbers: Vec::new(),
            bytes: Vec::new(),
            text: 0,
            with_files,
        }
    }

    /// Adds a value: its numbers and bytes to the columns, the rest is given. A short record may hold what makes a long
    /// answer, and may be asked for again and again.
    ///
    /// # Errors
    /// If the answer would be larger than any record may be; then nothing was added.
    pub(crate) fn add(&mut self, content: &Content<'_>) -> Result<Box<RawValue>, ValueError> {
        let (numbers, bytes) = (self.numbers.len(), self.bytes.len());
        let json = to_raw_value(&present(content, self)).expect("numbers and text serialise");
        let text = self.text + json.get().len();
        let size = (self.numbers.len() * size_of::<f64>() + self.bytes.len() + text) as u64;
        if size > MAX_RECORD {
            self.numbers.truncate(numbers);
            self.bytes.truncate(bytes);
            return Err(ValueError::TooLarge(size));
        }
        self.text = text;
        Ok(json)
    }

    fn numbers(&mut self, numbers: &[f64]) -> Json {
        let start = self.numbers.len();
        self.numbers.extend_from_slice(numbers);
        json!({"start": start, "length": numbers.len()})
    }

    /// Begins at a multiple of 8, so that it may be viewed in place.
    fn bytes(&mut self, bytes: &[u8]) -> Json {
        self.bytes.resize(self.bytes.len().next_multiple_of(8), 0);
        let start = self.bytes.len();
        self.bytes.extend_from_slice(bytes);
        json!({"start": start, "length": bytes.len()})
    }

    fn file(&mut self, bytes: &[u8]) -> Map<String, Json> {
        let mut members = Map::new();
        members.insert("media_type".into(), media_type(bytes).into());
        members.insert("length".into(), bytes.len().into());
        if self.with_files {
            let place = self.bytes(bytes);
            members.insert("start".into(), place["start"].clone());
        }
        members
    }
}

/// The files that a value holds.
pub(crate) fn files<'a>(content: &'a Content<'_>) -> Vec<&'a [u8]> {
    match content {
        Content::Images(images) => images.encoded.clone(),
        Content::Audio(clips) => clips.iter().map(|clip| clip.encoded).collect(),
        Content::Graph(graph) => vec![graph.encoded],
        Content::Unknown(unknown) => vec![&unknown.encoded],
        _ => Vec::new(),
    }
}

/// One value as a JSON object; its numbers and bytes go to the columns.
fn present(content: &Content<'_>, out: &mut Presented) -> Json {
    match content {
        Content::Histogram(buckets) => json!({
            "left": out.numbers(&buckets.left),
            "right": out.numbers(&buckets.right),
            "count": out.numbers(&buckets.count),
        }),
        Content::Images(images) => {
            let items: Vec<_> = images.encoded.iter().map(|it| out.file(it)).collect();
            json!({"width": images.width, "height": images.height, "items": items})
        }
        Content::Audio(clips) => {
            let items: Vec<_> = clips.iter().map(|it| clip(it, out)).collect();
            json!({"items": items})
        }
        Content::Text(strings) => {
            let texts: Vec<_> = strings
                .items
                .iter()
                .map(|it| String::from_utf8_lossy(it))
                .collect();
            json!({"shape": strings.shape, "texts": texts})
        }
        Content::Tensor(tensor) => array(tensor, out),
        Content::PrCurve(curve) => json!({
            "thresholds": out.numbers(&curve.thresholds),
            "true_positives": out.numbers(&curve.true_positives),
            "false_positives": out.numbers(&curve.false_positives),
            "true_negatives": out.numbers(&curve.true_negatives),
            "false_negatives": out.numbers(&curve.false_negatives),
            "precision": out.numbers(&curve.precision),
            "recall": out.numbers(&curve.recall),
        }),
        Content::Mesh(mesh) => json!({
            "name": mesh.name,
            "part": mesh.part.as_str(),
            "components": mesh.components,
            "config": mesh.config,
            "tensor": array(&mesh.array, out),
        }),
        Content::Hparams(hparams) => present_hparams(hparams),
        Content::Graph(graph) => {
            json!({"format": graph.format.as_str(), "items": [out.file(graph.encoded)]})
        }
        Content::Layout(layout) => {
            let categories: Vec<_> = layout.categories.iter().map(category).collect();
            json!({"version": layout.version, "categories": categories})
        }
        Content::Unknown(unknown) => json!({
            "plugin_name": unknown.plugin_name,
            "plugin_content": out.bytes(unknown.plugin_content),
            "form": unknown.form,
            "items": [out.file(&unknown.encoded)],
            "tensor": unknown.tensor.as_ref().map(|tensor| array(tensor, out)),
        }),
    }
}

fn clip(clip: &Clip<'_>, out: &mut Presented) -> Map<String, Json> {
    let mut members = out.file(clip.encoded);
    let label = String::from_utf8_lossy(clip.label);
    members.insert("label".into(), label.into());
    members.insert("sample_rate".into(), clip.sample_rate.map(number).into());
    members.insert("channels".into(), clip.channels.into());
    members.insert("frames".into(), clip.frames.into());
    members
}

fn array(array: &Array<'_>, out: &mut Presented) -> Json {
    let (element, elements, lengths) = match &array.elements {
        Elements::Numbers(element, bytes) => (element.as_str(), out.bytes(bytes), None),
        Elements::Strings(items) => {
            let lengths: Vec<usize> = items.iter().map(|it| it.len()).collect();
            ("string", out.bytes(&items.concat()), Some(lengths))
        }
    };
    json!({
        "data_type": array.data_type,
        "shape": array.shape,
        "element": element,
        "elements": elements,
        "lengths": lengths,
    })
}

fn category(category: &Category<'_>) -> Json {
    let charts: Vec<_> = category.charts.iter().map(chart).collect();
    json!({"title": category.title, "closed": category.closed, "charts": charts})
}

fn chart(chart: &Chart<'_>) -> Json {
    match &chart.content {
        Some(ChartContent::Multiline(tags)) => json!({"title": chart.title, "multiline": tags}),
        Some(ChartContent::Margin(series)) => {
            let margins: Vec<_> = series
                .iter()
                .map(|it| json!({"value": it.value, "lower": it.lower, "upper": it.upper}))
                .collect();
            json!({"title": chart.title, "margin": margins})
        }
        None => json!({"title": chart.title}),
    }
}

fn present_hparams(hparams: &Hparams<'_>) -> Json {
    match hparams {
        Hparams::Experiment(it) => json!({"experiment": experiment(it)}),
        Hparams::SessionStart(session) => {
            let hparams: Map<_, _> = session
                .hparams
                .iter()
                .map(|(name, value)| ((*name).to_owned(), setting(value)))
                .collect();
            json!({"session_start": {
                "hparams": hparams,
                "model_uri": session.model_uri,
                "monitor_url": session.monitor_url,
                "group_name": session.group_name,
                "start_time": number(session.start_time),
            }})
        }
        Hparams::SessionEnd(session) => json!({"session_end": {
            "status": session.status.as_str(),
            "end_time": number(session.end_time),
        }}),
    }
}

fn experiment(experiment: &Experiment<'_>) -> Json {
    let hparams: Vec<_> = experiment.hparams.iter().map(hparam).collect();
    let metrics: Vec<_> = experiment.metrics.iter().map(metric).collect();
    json!({
        "name": experiment.name,
        "description": experiment.description,
        "user": experiment.user,
        "time_created": number(experiment.time_created),
        "hparams": hparams,
        "metrics": metrics,
    })
}

fn hparam(hparam: &Hparam<'_>) -> Json {
    let domain = match &hparam.domain {
        Some(Domain::Discrete(settings)) => {
            let settings: Vec<_> = settings.iter().map(setting).collect();
            json!({"discrete": settings})
        }
        Some(Domain::Interval(low, high)) => json!({"interval": [number(*low), number(*high)]}),
        None => Json::Null,
    };
    json!({
        "name": hparam.name,
        "display_name": hparam.display_name,
        "description": hparam.description,
        "data_type": hparam.data_type.as_str(),
        "domain": domain,
    })
}

fn metric(metric: &Metric<'_>) -> Json {
    json!({
        "group": metric.group,
        "tag": metric.tag,
        "display_name": metric.display_name,
        "description": metric.description,
        "dataset_type": metric.dataset_type.as_str(),
    })
}

/// Objects stand for what JSON has no other word for, so that no text can be taken for it.
pub(crate) fn setting(value: &Setting<'_>) -> Json {
    match value {
        Setting::Null => Json::Null,
        Setting::Number(it) if it.is_finite() => json!(it),
        Setting::Number(it) => json!({"number": number(*it)}),
        Setting::Text(text) => json!(text),
        Setting::Bool(it) => json!(it),
        Setting::Struct(entries) => {
            let members: Map<_, _> = entries
                .iter()
                .map(|(name, value)| ((*name).to_owned(), setting(value)))
                .collect();
            json!({"struct": members})
        }
        Setting::List(items) => items.iter().map(setting).collect(),
    }
}

/// Numbers that JSON has not are text.
pub(crate) fn number(number: f64) -> Json {
    match number {
        _ if number.is_finite() => json!(number),
        _ if number.is_nan() => json!("NaN"),
        _ if number > 0.0 => json!("Infinity"),
        _ => json!("-Infinity"),
    }
}
