//! The masked CRC-32C that guards every record's length and payload (`spec/events.md`, Framing).

/// Added after the rotation, so that the checksum of data that itself holds checksums stays strong.
const MASK_DELTA: u32 = 0xa282_ead8;

/// Data up to this length is taken eight bytes at a time, longer data three times as much, which pays from here on.
#[cfg(target_arch = "x86_64")]
const SHORT: usize = 768;

/// The masked CRC-32C of `data`, as it stands in the file.
#[inline]
pub fn masked(data: &[u8]) -> u32 {
    mask(bare(data))
}

/// The masked CRC-32C of the eight bytes of `length`: nearly all records are short, so it is known before.
#[inline]
pub(crate) fn masked_length(length: u64) -> u32 {
    const KNOWN: usize = 256;
    static MASKED: [u32; KNOWN] = {
        let mut all = [0; KNOWN];
        let mut length = 0;
        while length < KNOWN {
            all[length] = mask(!after(u32::MAX, length as u64));
            length += 1;
        }
        all
    };
    if length < KNOWN as u64 {
        MASKED[length as usize]
    } else {
        masked(&length.to_le_bytes())
    }
}

/// A bare CRC-32C as it stands in the file.
#[inline]
pub const fn mask(sum: u32) -> u32 {
    sum.rotate_right(15).wrapping_add(MASK_DELTA)
}

/// The library takes unaligned bytes one by one, half of a scalar's record.
#[inline]
fn bare(data: &[u8]) -> u32 {
    #[cfg(target_arch = "x86_64")]
    if data.len() < SHORT
        && std::arch::is_x86_feature_detected!("sse4.2")
        && let Some(first) = data.first_chunk()
    {
        // SAFETY: this processor has the instruction.
        return unsafe { short(u64::from_le_bytes(*first), data) };
    }
    crc32c::crc32c(data)
}

/// Takes `data`, of which `first` are the first eight bytes, word by word. The first word has as many bytes as the others
/// leave, behind zeros, and begins with the register from which these zeros lead to where a checksum begins.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "sse4.2")]
fn short(first: u64, data: &[u8]) -> u32 {
    use std::arch::x86_64::_mm_crc32_u64;
    const WORD: usize = size_of::<u64>();
    const BEFORE_ZEROS: [u32; WORD] = {
        let mut all = [u32::MAX; WORD];
        let mut zeros = 1;
        while zeros < WORD {
            all[zeros] = before_zero(all[zeros - 1]);
            zeros += 1;
        }
        all
    };
    let zeros = data.len().wrapping_neg() % WORD;
    let (words, _) = data[WORD - zeros..].as_chunks();
    let words = words.iter().map(|word| u64::from_le_bytes(*word));
    let sum = _mm_crc32_u64(BEFORE_ZEROS[zeros].into(), first << (8 * zeros));
    !(words.fold(sum, |sum, word| _mm_crc32_u64(sum, word)) as u32)
}

const POLYNOMIAL: u32 = 0x82f6_3b78;

/// What the register `sum` becomes with the eight bytes of `word`.
const fn after(mut sum: u32, word: u64) -> u32 {
    let mut bit = 0;
    while bit < u64::BITS {
        let is_set = (sum ^ (word >> bit) as u32) & 1 == 1;
        sum = (sum >> 1) ^ if is_set { POLYNOMIAL } else { 0 };
        bit += 1;
    }
    sum
}

/// The register that becomes `sum` with a byte of zeros.
#[cfg(target_arch = "x86_64")]
const fn before_zero(mut sum: u32) -> u32 {
    let mut bit = 0;
    while bit < u8::BITS {
        // The polynomial's highest bit is set, and tells whether it was put in.
        let was_set = sum >> 31;
        sum = (sum ^ (POLYNOMIAL * was_set)) << 1 | was_set;
        bit += 1;
    }
    sum
}

/// The bare CRC-32C of some bytes and `data` behind them; `before` is that of these bytes, 0 of none.
#[inline]
pub fn go_on(before: u32, data: &[u8]) -> u32 {
    crc32c::crc32c_append(before, data)
}

/// The bare CRC-32C of some bytes and `length` others behind them, from those of either.
pub(crate) fn joined(before: u32, behind: u32, length: u64) -> u32 {
    crc32c::crc32c_combine(before, behind, length as usize)
}

#[cfg(test)]
mod tests {
    use super::{bare, go_on, joined, masked, masked_length};

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
    fn lengths_have_the_checksums_of_their_bytes() {
        for length in (0..1000).chain([u64::MAX, 1 << 32]) {
            assert_eq!(masked_length(length), masked(&length.to_le_bytes()));
        }
    }

    #[test]
    fn pieces_give_the_checksum_of_the_whole() {
        assert_eq!(go_on(go_on(0, b"12345"), b"6789"), 0xe306_9283);
        let (before, behind) = (bare(b"12345"), bare(b"6789"));
        assert_eq!(joined(before, behind, 4), 0xe306_9283);
        assert_eq!(joined(0, before, 5), before);
    }
}
