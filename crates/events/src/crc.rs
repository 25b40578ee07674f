//! The masked CRC-32C that guards every record's length and payload (`spec/events.md`, Framing).

/// Added after the rotation, so that the checksum of data that itself holds checksums stays strong.
const MASK_DELTA: u32 = 0xa282_ead8;

/// Data up to this length is taken eight bytes at a time, longer data three times as much, which pays from here on.
#[cfg(target_arch = "x86_64")]
const SHORT: usize = 768;

/// The masked CRC-32C of `data`, as it stands in the file.
#[inline]
pub fn masked(data: &[u8]) -> u32 {
    bare(data).rotate_right(15).wrapping_add(MASK_DELTA)
}

/// The library takes unaligned bytes one by one, half of a scalar's record.
#[inline]
fn bare(data: &[u8]) -> u32 {
    #[cfg(target_arch = "x86_64")]
    if data.len() < SHORT && std::arch::is_x86_feature_detected!("sse4.2") {
        // SAFETY: this processor has the instruction.
        return unsafe { short(data) };
    }
    crc32c::crc32c(data)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "sse4.2")]
fn short(data: &[u8]) -> u32 {
    use std::arch::x86_64::{_mm_crc32_u8, _mm_crc32_u32, _mm_crc32_u64};
    let (words, rest) = data.as_chunks();
    let words = words.iter().map(|word| u64::from_le_bytes(*word));
    let sum = words.fold(u64::from(u32::MAX), |sum, word| _mm_crc32_u64(sum, word)) as u32;
    let (half, rest) = rest.as_chunks();
    let half = half.iter().map(|half| u32::from_le_bytes(*half));
    let sum = half.fold(sum, |sum, half| _mm_crc32_u32(sum, half));
    !rest.iter().fold(sum, |sum, byte| _mm_crc32_u8(sum, *byte))
}

/// The bare CRC-32C of some bytes and `data` behind them; `before` is that of these bytes, 0 of none.
#[inline]
pub fn go_on(before: u32, data: &[u8]) -> u32 {
    crc32c::crc32c_append(before, data)
}

#[cfg(test)]
mod tests {
    use super::{bare, go_on, masked};

    #[test]
    fn matches_the_published_vectors() {
        assert_eq!(masked(b""), 0xa282_ead8);
        assert_eq!(masked(&[0; 8]), 0x0798_0329);
        assert_eq!(masked(&24u64.to_le_bytes()), 0x224b_7fa3);
        assert_eq!(masked(b"\x1a\x11CRC test, one two"), 0x5794_d08a);
    }

    #[test]
    fn every_length_and_place_gives_what_the_library_gives() {
        let data: Vec<u8> = (0..1000u32).map(|it| ((it * it) >> 3) as u8).collect();
        for start in 0..9 {
            for end in start..data.len() {
                assert_eq!(bare(&data[start..end]), crc32c::crc32c(&data[start..end]));
            }
        }
    }

    #[test]
    fn pieces_give_the_checksum_of_the_whole() {
        assert_eq!(go_on(go_on(0, b"12345"), b"6789"), 0xe306_9283);
    }
}
