//! What a file is by its first bytes, as far as browsers may be shown it.

/// The media type of an image or a sound: one that browsers draw or play and never run. None for anything else, so
/// also for SVG.
pub fn media_type(bytes: &[u8]) -> Option<&'static str> {
    let riff = |form: &[u8]| bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(form);
    Some(match bytes {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => "image/png",
        [0xff, 0xd8, 0xff, ..] => "image/jpeg",
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => "image/gif",
        _ if riff(b"WEBP") => "image/webp",
        _ if riff(b"WAVE") => "audio/wav",
        [b'f', b'L', b'a', b'C', ..] => "audio/flac",
        [b'O', b'g', b'g', b'S', ..] => "audio/ogg",
        [b'I', b'D', b'3', ..] => "audio/mpeg",
        // A frame of MPEG audio, layer III, with neither a reserved version nor bit rate nor sample rate.
        [0xff, second, third, ..]
            if second & 0xe6 == 0xe2
                && second & 0x18 != 0x08
                && third & 0xf0 != 0xf0
                && third & 0x0c != 0x0c =>
        {
            "audio/mpeg"
        }
        [b'B', b'M', _, _, _, _, 0, 0, 0, 0, ..] => "image/bmp",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::media_type;

    #[test]
    fn only_what_browsers_draw_or_play_has_a_type() {
        assert_eq!(media_type(b"\x89PNG\r\n\x1a\n..."), Some("image/png"));
        assert_eq!(media_type(b"RIFF....WEBPVP8 "), Some("image/webp"));
        assert_eq!(media_type(b"RIFF....WAVEfmt "), Some("audio/wav"));
        assert_eq!(media_type(b"\xff\xfb\x90\x00"), Some("audio/mpeg"));
        assert_eq!(
            media_type(b"BM\x36\x00\x00\x00\0\0\0\0\x36"),
            Some("image/bmp")
        );
        for other in [
            &b"<svg xmlns='http://www.w3.org/2000/svg'/>"[..],
            b"<html><script>alert(1)</script>",
            b"%PDF-1.7",
            b"BMW is no image",
            b"\xff\xff\xff\xff",
            b"",
        ] {
            assert_eq!(media_type(other), None);
        }
    }
}
