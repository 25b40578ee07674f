//! WAV: PCM of 16 bits, as every browser plays it.

use std::io::{self, Read, Write};

use crate::MediaError;

/// Samples go through a buffer on the stack.
pub(crate) const WORK: usize = 0;

/// Writes `frames` samples of each of `channels` channels, which alternate, as a WAV file.
///
/// # Errors
/// The file would have 4 GiB or more; or those of `samples` and of `out`.
pub(crate) fn encode(
    frames: usize,
    channels: u16,
    sample_rate: u32,
    samples: impl Read,
    mut out: impl Write,
) -> Result<(), MediaError> {
    const HEADER: u32 = 36;
    let count = frames.saturating_mul(channels.into());
    let size = u32::try_from(count.saturating_mul(2)).ok();
    let Some((size, rest)) = size.and_then(|size| Some((size, size.checked_add(HEADER)?))) else {
        return Err(MediaError::Unfit {
            expected: "less than 2,147,483,630 samples in a WAV file",
            found: count.to_string(),
        });
    };
    let frame = channels * 2;
    let header = [
        b"RIFF",
        &rest.to_le_bytes()[..],
        b"WAVEfmt \x10\0\0\0\x01\0",
        &channels.to_le_bytes(),
        &sample_rate.to_le_bytes(),
        &sample_rate.wrapping_mul(frame.into()).to_le_bytes(),
        &frame.to_le_bytes(),
        b"\x10\0data",
        &size.to_le_bytes(),
    ];
    for part in header {
        out.write_all(part)?;
    }
    let copied = io::copy(&mut samples.take(size.into()), &mut out)?;
    if copied < size.into() {
        return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::encode;

    #[test]
    fn bytes_equal_those_of_pythons_wave() {
        let expected = b"RIFF\x2c\0\0\0WAVEfmt \x10\0\0\0\x01\0\x02\0\x44\xac\0\0\x10\xb1\x02\0\x04\0\x10\0data\x08\0\0\0\
            \x01\0\xfe\xff\xff\x7f\0\x80";
        let samples = [1, -2, i16::MAX, i16::MIN].map(i16::to_le_bytes).concat();
        let mut found = Vec::new();
        encode(2, 2, 44_100, &samples[..], &mut found).unwrap();
        assert_eq!(found, expected);
    }
}
