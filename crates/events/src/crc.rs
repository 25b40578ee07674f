//! The masked CRC-32C that guards every record's length and payload (`spec/events.md`, Framing).

/// Added after the rotation, so that the checksum of data that itself holds checksums stays strong.
const MASK_DELTA: u32 = 0xa282_ead8;

/// The masked CRC-32C of `data`, as it stands in the file.
#[inline]
pub fn masked(data: &[u8]) -> u32 {
    crc32c::crc32c(data)
        .rotate_right(15)
        .wrapping_add(MASK_DELTA)
}

/// The bare CRC-32C of some bytes and `data` behind them; `before` is that of these bytes, 0 of none.
#[inline]
pub fn go_on(before: u32, data: &[u8]) -> u32 {
    crc32c::crc32c_append(before, data)
}

#[cfg(test)]
mod tests {
    use super::{go_on, masked};

    #[test]
    fn matches_the_published_vectors() {
        assert_eq!(masked(b""), 0xa282_ead8);
        assert_eq!(masked(&[0; 8]), 0x0798_0329);
        assert_eq!(masked(&24u64.to_le_bytes()), 0x224b_7fa3);
        assert_eq!(masked(b"\x1a\x11CRC test, one two"), 0x5794_d08a);
    }

    #[test]
    fn pieces_give_the_checksum_of_the_whole() {
        assert_eq!(go_on(go_on(0, b"12345"), b"6789"), 0xe306_9283);
    }
}
