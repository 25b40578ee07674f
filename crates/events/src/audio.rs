//! Sounds in one shape: any number of encoded files (`spec/events.md`, Shapes).

use crate::content::ContentError;
use crate::elements::Array;
use crate::summary::Data;

/// An encoded sound. What a WAV file says of itself goes before what the writer says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Clip<'a> {
    /// The file's bytes.
    pub encoded: &'a [u8],
    /// A label, mostly in UTF-8; may be empty.
    pub label: &'a [u8],
    /// Hertz, if known.
    pub sample_rate: Option<f64>,
    /// Channels, if known.
    pub channels: Option<i64>,
    /// Frames, each of one sample a channel, if known.
    pub frames: Option<i64>,
}

pub(crate) fn read(data: Data<'_>) -> Result<Vec<Clip<'_>>, ContentError> {
    match data {
        Data::Audio(audio) => {
            let known = |number: i64| (number > 0).then_some(number);
            Ok(vec![wav(audio.encoded).unwrap_or(Clip {
                encoded: audio.encoded,
                label: &[],
                sample_rate: (audio.sample_rate > 0.0).then_some(audio.sample_rate.into()),
                channels: known(audio.channels),
                frames: known(audio.frames),
            })])
        }
        Data::Tensor(_) => {
            let strings = Array::of(data)?.into_strings()?;
            // Rows begin with the file; labels came later and went again.
            let row = match strings.shape.len() {
                0 | 1 => 1,
                _ => strings.items.len() / (strings.shape[0].max(1) as usize),
            };
            let rows = strings.items.chunks(row.max(1));
            Ok(rows
                .map(|row| {
                    let label = row.get(1).copied().unwrap_or_default();
                    let unknown = Clip {
                        encoded: row[0],
                        label: &[],
                        sample_rate: None,
                        channels: None,
                        frames: None,
                    };
                    Clip {
                        label,
                        ..wav(row[0]).unwrap_or(unknown)
                    }
                })
                .collect())
        }
        other => Err(ContentError::other("a sound", other.found())),
    }
}

/// A sound with what its header says; None if it is no WAV file.
fn wav(encoded: &[u8]) -> Option<Clip<'_>> {
    let mut chunks = encoded
        .strip_prefix(b"RIFF")?
        .get(4..)?
        .strip_prefix(b"WAVE")?;
    let mut format: Option<(i64, f64, usize)> = None;
    while let Some((id, rest)) = chunks.split_first_chunk::<4>()
        && let Some((size, rest)) = rest.split_first_chunk::<4>()
    {
        let size = (u32::from_le_bytes(*size) as usize).min(rest.len());
        let (body, rest) = rest.split_at(size);
        match (id, format) {
            (b"fmt ", _) => {
                let short = |at: usize| Some(u16::from_le_bytes(*body.get(at..)?.first_chunk()?));
                let rate = u32::from_le_bytes(*body.get(4..)?.first_chunk()?);
                format = Some((short(2)?.into(), rate.into(), short(12)?.into()));
            }
            (b"data", Some((channels, sample_rate, frame))) => {
                return Some(Clip {
                    encoded,
                    label: &[],
                    sample_rate: Some(sample_rate),
                    channels: Some(channels),
                    frames: size.checked_div(frame).map(|frames| frames as i64),
                });
            }
            _ => {}
        }
        // Chunks begin at even places.
        chunks = rest.get(size % 2..).unwrap_or_default();
    }
    None
}
