//! FLAC: sound without loss, in about half of the bytes of WAV.

use flacenc::bitsink::ByteSink;
use flacenc::component::BitRepr;
use flacenc::config;
use flacenc::error::Verify;
use flacenc::source::MemSource;

use crate::MediaError;

/// The highest sample rate that the encoder takes.
pub(crate) const FASTEST: u32 = 96_000;

/// The format has no block of fewer samples a channel.
pub(crate) const SHORTEST: usize = 16;

/// Samples of `channels` channels, which alternate, as a FLAC file.
///
/// # Errors
/// The sample rate is above [`FASTEST`], or there are fewer frames than [`SHORTEST`].
pub(crate) fn encode(
    samples: &[i16],
    channels: u16,
    sample_rate: u32,
) -> Result<Vec<u8>, MediaError> {
    let samples: Vec<_> = samples.iter().map(|&sample| i32::from(sample)).collect();
    let source = MemSource::from_samples(&samples, channels.into(), 16, sample_rate as usize);
    let config = config::Encoder::default()
        .into_verified()
        .map_err(|(_, error)| MediaError::encoder(error))?;
    let stream = flacenc::encode_with_fixed_block_size(&config, source, config.block_size)
        .map_err(|error| MediaError::Encoder(error.to_string().into()))?;
    let mut sink = ByteSink::new();
    stream.write(&mut sink).map_err(MediaError::encoder)?;
    Ok(sink.into_inner())
}

#[cfg(test)]
mod tests {
    use claxon::FlacReader;
    use proptest::prelude::*;

    use super::encode;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

        #[test]
        fn decodes_to_the_same_samples(
            frames in prop_oneof![16usize..200, 4_000usize..9_000],
            channels in 1u16..3,
            sample_rate in prop::sample::select(vec![1u32, 8_000, 22_050, 44_100, 96_000]),
            noise: bool,
        ) {
            let samples: Vec<i16> = (0..frames * usize::from(channels)).map(|at| {
                let wave = (at as f64 / 9.0).sin() * 20_000.0;
                if noise { (at as i16).wrapping_mul(25_173) } else { wave as i16 }
            }).collect();
            let encoded = encode(&samples, channels, sample_rate).unwrap();
            let mut reader = FlacReader::new(&encoded[..]).unwrap();
            let info = reader.streaminfo();
            prop_assert_eq!((info.channels, info.sample_rate), (channels.into(), sample_rate));
            prop_assert_eq!(info.samples, Some(frames as u64));
            let found: Vec<_> = reader.samples().map(|sample| sample.unwrap() as i16).collect();
            prop_assert!(found == samples);
        }
    }
}
