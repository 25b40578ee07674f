//! WAV: PCM of 16 bits, as every browser plays it.

use crate::MediaError;

/// Samples of `channels` channels, which alternate, as a WAV file.
///
/// # Errors
/// The file would have 4 GiB or more.
pub(crate) fn encode(
    samples: &[i16],
    channels: u16,
    sample_rate: u32,
) -> Result<Vec<u8>, MediaError> {
    const HEADER: u32 = 36;
    let size = u32::try_from(samples.len() * 2).ok();
    let Some((size, rest)) = size.and_then(|size| Some((size, size.checked_add(HEADER)?))) else {
        return Err(MediaError::Unfit {
            expected: "less than 2,147,483,630 samples in a WAV file",
            found: samples.len().to_string(),
        });
    };
    let frame = channels * 2;
    let mut out = Vec::with_capacity(8 + rest as usize);
    out.extend_from_slice(b"RIFF");
    out.extend_from_slice(&rest.to_le_bytes());
    out.extend_from_slice(b"WAVEfmt \x10\0\0\0\x01\0");
    out.extend_from_slice(&channels.to_le_bytes());
    out.extend_from_slice(&sample_rate.to_le_bytes());
    out.extend_from_slice(&sample_rate.wrapping_mul(frame.into()).to_le_bytes());
    out.extend_from_slice(&frame.to_le_bytes());
    out.extend_from_slice(b"\x10\0data");
    out.extend_from_slice(&size.to_le_bytes());
    out.extend(samples.iter().flat_map(|sample| sample.to_le_bytes()));
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::encode;

    #[test]
    fn bytes_equal_those_of_pythons_wave() {
        let expected = b"RIFF\x2c\0\0\0WAVEfmt \x10\0\0\0\x01\0\x02\0\x44\xac\0\0\x10\xb1\x02\0\x04\0\x10\0data\x08\0\0\0\
            \x01\0\xfe\xff\xff\x7f\0\x80";
        let found = encode(&[1, -2, i16::MAX, i16::MIN], 2, 44_100).unwrap();
        assert_eq!(found, expected);
    }
}
