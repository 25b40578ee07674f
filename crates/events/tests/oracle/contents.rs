//! What prost makes of the messages inside values, beside what we make of them.
//!
//! What prost reads, we read the same; what it refuses we may accept.

use lightboard_events::{
    Category, Chart, ChartContent, Content, DataType, DatasetType, Domain, Experiment, Hparam,
    Hparams, Kind, Layout, Margin, MeshPart, Metadata, Metric, SessionEnd, SessionStart, Setting,
    Status, Value,
};
use prost::Message as _;

use super::{elements, half_or_float, messages, small};

/// Panics if a decoder panics, or reads something else than prost.
pub(crate) fn compare(ours: &Value<'_>, theirs: &messages::Value) {
    let content = |kind| ours.content(kind, Metadata::default());
    for kind in Kind::ALL {
        if let Err(error) = content(kind) {
            assert!(!error.to_string().is_empty());
        }
    }
    let plugin = theirs.metadata.clone().unwrap_or_default().plugin_data;
    let plugin = plugin.unwrap_or_default().content;
    if let Ok(theirs) = messages::HparamsPluginData::decode(&plugin[..])
        && let Some(expected) = hparams(&theirs)
    {
        match content(Kind::Hparams) {
            Ok(Content::Hparams(mut found)) => {
                sort(&mut found);
                assert_eq!(format!("{found:#?}"), format!("{expected:#?}"));
            }
            other => panic!("prost reads {expected:#?}, we {other:#?}"),
        }
    }
    let Some(messages::value::Data::Tensor(tensor)) = &theirs.data else {
        return;
    };
    let expected = numbers(tensor);
    let found = match content(Kind::Tensor) {
        Ok(Content::Tensor(array)) => array.numbers().ok(),
        _ => None,
    };
    if let Some(expected) = &expected {
        assert_eq!(
            format!("{found:?}"),
            format!("{:?}", Some(expected)),
            "{tensor:?}"
        );
    }
    if let (Some(_), Ok(theirs)) = (&expected, messages::MeshPluginData::decode(&plugin[..])) {
        let Ok(Content::Mesh(mesh)) = content(Kind::Mesh) else {
            panic!("prost reads {theirs:?}, we refuse it");
        };
        let part = match theirs.content_type {
            1 => MeshPart::Vertex,
            2 => MeshPart::Face,
            3 => MeshPart::Color,
            _ => MeshPart::Undefined,
        };
        assert_eq!(
            (mesh.name, mesh.part, mesh.config, mesh.components),
            (
                &theirs.name[..],
                part,
                &theirs.json_config[..],
                theirs.components
            )
        );
    }
    if let ([layout], Some(1), 7) = (&tensor.string_val[..], elements(tensor), tensor.dtype % 100)
        && tensor.content.is_empty()
        && let Ok(theirs) = messages::Layout::decode(&layout[..])
    {
        match content(Kind::Layout) {
            Ok(Content::Layout(found)) => assert_eq!(found, layout_of(&theirs)),
            other => panic!("prost reads {theirs:#?}, we {other:#?}"),
        }
    }
}

/// All elements of a tensor of real numbers, the missing ones filled in; None for what is not compared.
fn numbers(tensor: &messages::Tensor) -> Option<Vec<f64>> {
    let data_type = tensor.dtype % 100;
    let content = &tensor.content;
    let packed = |size: usize, number: &dyn Fn(&[u8]) -> f64| {
        content
            .len()
            .is_multiple_of(size)
            .then(|| content.chunks(size).map(number).collect::<Vec<f64>>())
    };
    let low = |bytes: &[u8]| u16::from_le_bytes([bytes[0], bytes[1]]);
    let word = |bytes: &[u8]| u32::from_le_bytes(bytes.try_into().unwrap());
    let long = |bytes: &[u8]| u64::from_le_bytes(bytes.try_into().unwrap());
    let ints = |number: &dyn Fn(i32) -> f64| -> Vec<f64> {
        tensor.int_val.iter().map(|int| number(*int)).collect()
    };
    let stored: Vec<f64> = if content.is_empty() {
        match data_type {
            1 => tensor.float_val.iter().map(|it| f64::from(*it)).collect(),
            2 => tensor.double_val.clone(),
            3 | 13 => ints(&|it| f64::from(it)),
            4 | 12 if tensor.int_val.is_empty() => {
                let words = tensor.uint32_val.iter();
                words.map(|it| f64::from(*it as u8)).collect()
            }
            4 | 12 => ints(&|it| f64::from(it as u8)),
            5 | 15 => ints(&|it| f64::from(it as i16)),
            6 | 11 => ints(&|it| f64::from(it as i8)),
            16 | 17 => ints(&|it| f64::from(it as u16)),
            29..=32 => ints(&|it| small(data_type, it)),
            9 => tensor.int64_val.iter().map(|it| *it as f64).collect(),
            10 => tensor
                .bool_val
                .iter()
                .map(|it| f64::from(u8::from(*it)))
                .collect(),
            14 | 19 => {
                let halves = tensor.half_val.iter();
                halves
                    .map(|it| half_or_float(*it as u32, data_type == 19))
                    .collect()
            }
            22 => tensor.uint32_val.iter().map(|it| f64::from(*it)).collect(),
            23 => tensor.uint64_val.iter().map(|it| *it as f64).collect(),
            _ => return None,
        }
    } else {
        match data_type {
            1 => packed(4, &|it| f64::from(f32::from_bits(word(it)))),
            2 => packed(8, &|it| f64::from_bits(long(it))),
            3 | 13 => packed(4, &|it| f64::from(word(it) as i32)),
            4 | 12 => packed(1, &|it| f64::from(it[0])),
            5 | 15 => packed(2, &|it| f64::from(low(it) as i16)),
            6 | 11 => packed(1, &|it| f64::from(it[0] as i8)),
            9 => packed(8, &|it| long(it) as i64 as f64),
            10 => packed(1, &|it| f64::from(u8::from(it[0] != 0))),
            14 | 19 => packed(2, &|it| half_or_float(low(it).into(), data_type == 19)),
            16 | 17 => packed(2, &|it| f64::from(low(it))),
            22 => packed(4, &|it| f64::from(word(it))),
            23 => packed(8, &|it| long(it) as f64),
            29..=32 => packed(1, &|it| small(data_type, it[0].into())),
            _ => None,
        }?
    };
    let wanted = match &tensor.shape {
        None if stored.len() > 1 => stored.len() as u64,
        Some(shape) if shape.dim.len() > 64 => return None,
        _ => elements(tensor)?,
    };
    let have = stored.len() as u64;
    if have > wanted || !content.is_empty() && have != wanted || wanted > 1 << 16 {
        return None;
    }
    let mut numbers = stored;
    let last = numbers.last().copied().unwrap_or(0.0);
    numbers.resize(wanted as usize, last);
    Some(numbers)
}

/// Prost's maps have no order.
fn sort(hparams: &mut Hparams<'_>) {
    match hparams {
        Hparams::SessionStart(session) => {
            session.hparams.sort_by_key(|(name, _)| *name);
            let settings = session.hparams.iter_mut();
            settings.for_each(|(_, setting)| sort_setting(setting));
        }
        Hparams::Experiment(experiment) => {
            for hparam in &mut experiment.hparams {
                if let Some(Domain::Discrete(settings)) = &mut hparam.domain {
                    settings.iter_mut().for_each(sort_setting);
                }
            }
        }
        Hparams::SessionEnd(_) => {}
    }
}

fn sort_setting(setting: &mut Setting<'_>) {
    match setting {
        Setting::Struct(entries) => {
            entries.sort_by_key(|(name, _)| *name);
            let settings = entries.iter_mut();
            settings.for_each(|(_, setting)| sort_setting(setting));
        }
        Setting::List(items) => items.iter_mut().for_each(sort_setting),
        _ => {}
    }
}

fn hparams(theirs: &messages::HparamsPluginData) -> Option<Hparams<'_>> {
    use messages::hparams_plugin_data::Data;
    Some(match theirs.data.as_ref()? {
        Data::Experiment(it) => Hparams::Experiment(Experiment {
            name: &it.name,
            description: &it.description,
            user: &it.user,
            time_created: it.time_created_secs,
            hparams: it.hparam_infos.iter().map(hparam).collect(),
            metrics: it.metric_infos.iter().map(metric).collect(),
        }),
        Data::SessionStart(it) => {
            let mut hparams: Vec<_> = it
                .hparams
                .iter()
                .map(|(name, value)| (&name[..], setting(value)))
                .collect();
            hparams.sort_by_key(|(name, _)| *name);
            Hparams::SessionStart(SessionStart {
                hparams,
                model_uri: &it.model_uri,
                monitor_url: &it.monitor_url,
                group_name: &it.group_name,
                start_time: it.start_time_secs,
            })
        }
        Data::SessionEnd(it) => Hparams::SessionEnd(SessionEnd {
            status: match it.status {
                1 => Status::Success,
                2 => Status::Failure,
                3 => Status::Running,
                _ => Status::Unknown,
            },
            end_time: it.end_time_secs,
        }),
    })
}

fn hparam(it: &messages::HparamInfo) -> Hparam<'_> {
    use messages::hparam_info::Domain as Theirs;
    Hparam {
        name: &it.name,
        display_name: &it.display_name,
        description: &it.description,
        data_type: match it.r#type {
            1 => DataType::String,
            2 => DataType::Bool,
            3 => DataType::Float64,
            _ => DataType::Unset,
        },
        domain: it.domain.as_ref().map(|domain| match domain {
            Theirs::Discrete(list) => Domain::Discrete(list.values.iter().map(setting).collect()),
            Theirs::Interval(it) => Domain::Interval(it.min_value, it.max_value),
        }),
    }
}

fn metric(it: &messages::MetricInfo) -> Metric<'_> {
    let name = it.name.as_ref();
    Metric {
        group: name.map_or("", |name| &name.group),
        tag: name.map_or("", |name| &name.tag),
        display_name: &it.display_name,
        description: &it.description,
        dataset_type: match it.dataset_type {
            1 => DatasetType::Training,
            2 => DatasetType::Validation,
            _ => DatasetType::Unknown,
        },
    }
}

fn setting(value: &messages::Setting) -> Setting<'_> {
    use messages::setting::Kind;
    match &value.kind {
        None | Some(Kind::Null(_)) => Setting::Null,
        Some(Kind::Number(it)) => Setting::Number(*it),
        Some(Kind::Text(it)) => Setting::Text(it),
        Some(Kind::Bool(it)) => Setting::Bool(*it),
        Some(Kind::Struct(it)) => {
            let fields = it.fields.iter();
            let mut entries: Vec<_> = fields
                .map(|(name, value)| (&name[..], setting(value)))
                .collect();
            entries.sort_by_key(|(name, _)| *name);
            Setting::Struct(entries)
        }
        Some(Kind::List(it)) => Setting::List(it.values.iter().map(setting).collect()),
    }
}

fn layout_of(it: &messages::Layout) -> Layout<'_> {
    use messages::chart::Content as Theirs;
    Layout {
        version: it.version,
        categories: it
            .category
            .iter()
            .map(|category| Category {
                title: &category.title,
                closed: category.closed,
                charts: category
                    .chart
                    .iter()
                    .map(|chart| Chart {
                        title: &chart.title,
                        content: chart.content.as_ref().map(|content| match content {
                            Theirs::Multiline(it) => {
                                ChartContent::Multiline(it.tag.iter().map(|tag| &tag[..]).collect())
                            }
                            Theirs::Margin(it) => {
                                let margins = it.series.iter().map(|it| Margin {
                                    value: &it.value,
                                    lower: &it.lower,
                                    upper: &it.upper,
                                });
                                ChartContent::Margin(margins.collect())
                            }
                        }),
                    })
                    .collect(),
            })
            .collect(),
    }
}
