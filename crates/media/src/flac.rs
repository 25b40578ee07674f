//! FLAC: sound without loss, in about half of the bytes of WAV.

use std::error::Error;
use std::io::{Read, Seek, SeekFrom, Write};

use flacenc::bitsink::ByteSink;
use flacenc::component::{BitRepr, Stream, StreamInfo};
use flacenc::config;
use flacenc::encode_fixed_size_frame;
use flacenc::error::Verify;
use flacenc::source::{Context, Fill, FrameBuf};

use crate::MediaError;

/// The highest sample rate that the encoder takes.
pub(crate) const FASTEST: u32 = 96_000;

/// The format has no block of fewer samples a channel.
pub(crate) const SHORTEST: usize = 16;

/// The most bytes that `encode` allocates at a time, of one or two channels: blocks of 4,096 samples, at 4 bytes each, which
/// the encoder has in eight ways for each channel, and keeps for its thread.
pub(crate) const WORK: usize = 5 << 17;

/// Of a sample.
const BYTES: usize = size_of::<i16>();

/// Writes `frames` samples of each of `channels` channels, which alternate, as a FLAC file.
///
/// # Errors
/// The sample rate is above [`FASTEST`], or there are fewer frames than [`SHORTEST`]; or those of `samples` and of `out`.
pub(crate) fn encode(
    frames: usize,
    channels: u16,
    sample_rate: u32,
    mut samples: impl Read,
    mut out: impl Write + Seek,
) -> Result<(), MediaError> {
    let (channels, bits) = (usize::from(channels), 8 * BYTES);
    let config = config::Encoder::default()
        .into_verified()
        .map_err(|(_, error)| MediaError::encoder(error))?;
    let size = config.block_size;
    let mut info = StreamInfo::new(sample_rate as usize, channels, bits).map_err(in_words)?;
    let begin = out.stream_position()?;
    // In place of what is known at the end.
    let mut sink = ByteSink::new();
    write_header(&info, &mut sink, &mut out)?;

    let mut block = FrameBuf::with_size(channels, size).map_err(in_words)?;
    let mut sums = Context::new(bits, channels);
    let mut bytes = vec![0; size * channels * BYTES];
    for number in 0..frames.div_ceil(size) {
        let count = size.min(frames - number * size);
        let bytes = &mut bytes[..count * channels * BYTES];
        samples.read_exact(bytes)?;
        let mut both = (&mut block, &mut sums);
        both.fill_le_bytes(bytes, BYTES).map_err(in_words)?;
        let frame = encode_fixed_size_frame(&config, &block, number, &info).map_err(in_words)?;
        info.update_frame_info(&frame);
        sink.clear();
        frame.write(&mut sink).map_err(in_words)?;
        out.write_all(sink.as_slice())?;
    }

    info.set_md5_digest(&sums.md5_digest());
    info.set_total_samples(frames);
    // The last block counts for neither; decoders refuse one of fewer than 16 samples here.
    info.set_block_sizes(size, size).map_err(in_words)?;
    let end = out.stream_position()?;
    out.seek(SeekFrom::Start(begin))?;
    write_header(&info, &mut sink, &mut out)?;
    out.seek(SeekFrom::Start(end))?;
    Ok(())
}

fn write_header(
    info: &StreamInfo,
    sink: &mut ByteSink,
    out: &mut impl Write,
) -> Result<(), MediaError> {
    sink.clear();
    let header = Stream::with_stream_info(info.clone());
    header.write(sink).map_err(in_words)?;
    Ok(out.write_all(sink.as_slice())?)
}

/// Some of flacenc's errors cannot be sent to another thread.
fn in_words(error: impl Error) -> MediaError {
    MediaError::Encoder(error.to_string().into())
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use claxon::FlacReader;
    use flacenc::bitsink::ByteSink;
    use flacenc::component::BitRepr;
    use flacenc::error::Verify;
    use flacenc::source::MemSource;
    use flacenc::{config, encode_with_fixed_block_size};
    use proptest::prelude::*;

    use super::encode;

    /// What flacenc itself makes of all samples.
    fn as_a_whole(samples: &[i16], channels: u16, sample_rate: u32) -> Vec<u8> {
        let samples: Vec<_> = samples.iter().copied().map(i32::from).collect();
        let source = MemSource::from_samples(&samples, channels.into(), 16, sample_rate as usize);
        let config = config::Encoder::default().into_verified().unwrap();
        let size = config.block_size;
        let mut stream = encode_with_fixed_block_size(&config, source, size).unwrap();
        // The last block, which flacenc counts, is to be no shorter than 16.
        stream
            .stream_info_mut()
            .set_block_sizes(size, size)
            .unwrap();
        let mut sink = ByteSink::new();
        stream.write(&mut sink).unwrap();
        sink.into_inner()
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

        #[test]
        fn decodes_to_the_same_samples(
            frames in prop_oneof![16usize..200, 4_000usize..9_000, 4_090usize..4_120],
            channels in 1u16..3,
            sample_rate in prop::sample::select(vec![1u32, 8_000, 22_050, 44_100, 96_000]),
            noise: bool,
        ) {
            let samples: Vec<i16> = (0..frames * usize::from(channels)).map(|at| {
                let wave = (at as f64 / 9.0).sin() * 20_000.0;
                if noise { (at as i16).wrapping_mul(25_173) } else { wave as i16 }
            }).collect();
            let bytes: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
            let mut out = Cursor::new(b"before".to_vec());
            out.set_position(6);
            encode(frames, channels, sample_rate, &bytes[..], &mut out).unwrap();
            prop_assert_eq!(out.position(), out.get_ref().len() as u64);
            let encoded = &out.get_ref()[6..];
            prop_assert!(encoded == as_a_whole(&samples, channels, sample_rate));
            let mut reader = FlacReader::new(encoded).unwrap();
            let info = reader.streaminfo();
            prop_assert_eq!((info.channels, info.sample_rate), (channels.into(), sample_rate));
            prop_assert_eq!(info.samples, Some(frames as u64));
            let found: Vec<_> = reader.samples().map(|sample| sample.unwrap() as i16).collect();
            prop_assert!(found == samples);
        }
    }
}
