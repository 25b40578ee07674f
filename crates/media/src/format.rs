//! The formats that a program can ask for, by name.

use std::io::{Read, Seek, Write};

use crate::{MediaError, Outline, flac, gif, jpeg, png, wav, webp};

/// What a picture is encoded as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PictureFormat {
    /// Without loss.
    Png,
    /// Small, for photographs.
    Jpeg,
}

/// What a video is encoded as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VideoFormat {
    /// Shown everywhere; 256 colours a frame.
    Gif,
    /// Without loss.
    Webp,
}

/// What a sound is encoded as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SoundFormat {
    /// Samples as they are.
    Wav,
    /// Without loss, in about half of the bytes.
    Flac,
}

impl PictureFormat {
    /// `png` or `jpeg`.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "png" => Some(Self::Png),
            "jpeg" => Some(Self::Jpeg),
            _ => None,
        }
    }

    /// Whether a picture of 1 to 4 channels can be encoded.
    ///
    /// # Errors
    /// The format has no room for it, or for its alpha.
    pub fn fits(self, width: usize, height: usize, channels: u8) -> Result<(), MediaError> {
        let (longest, expected) = match self {
            Self::Png => (
                i32::MAX as usize,
                "at most 2³¹ − 1 pixels each way in a PNG",
            ),
            Self::Jpeg => (
                jpeg::LONGEST.into(),
                "at most 65,535 pixels each way and no alpha in a JPEG",
            ),
        };
        let alpha = channels.is_multiple_of(2) && self == Self::Jpeg;
        fits(width, height, longest, !alpha, expected)
    }

    /// Writes a picture as a file. Its `pixels` are read row by row, as those of a [`Picture`] lie.
    ///
    /// # Errors
    /// It does not fit; or those of `pixels`, which may have too few bytes, and of `out`.
    pub fn encode(
        self,
        outline: Outline,
        pixels: impl Read,
        out: impl Write,
    ) -> Result<(), MediaError> {
        match self {
            Self::Png => png::encode(outline, pixels, out),
            Self::Jpeg => jpeg::encode(outline, pixels, out),
        }
    }

    /// The most bytes that `encode` allocates at a time.
    pub fn work(self, outline: Outline) -> usize {
        match self {
            Self::Png => png::work(outline),
            Self::Jpeg => jpeg::work(outline),
        }
    }
}

impl VideoFormat {
    /// `gif` or `webp`.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "gif" => Some(Self::Gif),
            "webp" => Some(Self::Webp),
            _ => None,
        }
    }

    /// Whether a video can be encoded.
    ///
    /// # Errors
    /// The format has no room for it.
    pub fn fits(self, width: usize, height: usize) -> Result<(), MediaError> {
        let (longest, expected) = match self {
            Self::Gif => (
                gif::LONGEST.into(),
                "at most 65,535 pixels each way in a GIF",
            ),
            Self::Webp => (webp::LONGEST, "at most 16,384 pixels each way in a WebP"),
        };
        fits(width, height, longest, true, expected)
    }

    /// Writes `count` frames as a file that plays them for ever, at `fps` a second; GIF at 50 if `fps` is more. Their `pixels`
    /// lie one frame behind the other, each as those of a [`Picture`](crate::Picture): each is read row by row, some times.
    ///
    /// # Errors
    /// They do not fit; or those of `pixels`, which may have too few bytes, and of `out`.
    pub fn encode(
        self,
        frame: Outline,
        count: usize,
        pixels: impl Read + Seek,
        fps: f64,
        out: impl Write + Seek,
    ) -> Result<(), MediaError> {
        match self {
            Self::Gif => gif::encode(frame, count, pixels, fps, out),
            Self::Webp => webp::encode(frame, count, pixels, fps, out),
        }
    }

    /// The most bytes that `encode` allocates at a time.
    pub fn work(self, frame: Outline) -> usize {
        match self {
            Self::Gif => gif::work(frame),
            Self::Webp => webp::work(frame),
        }
    }
}

impl SoundFormat {
    /// `wav` or `flac`.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "wav" => Some(Self::Wav),
            "flac" => Some(Self::Flac),
            _ => None,
        }
    }

    /// Its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Wav => "audio/wav",
            Self::Flac => "audio/flac",
        }
    }

    /// Whether sound of so many samples a channel, and of this rate, can be encoded.
    ///
    /// # Errors
    /// The format has no room for it.
    pub fn fits(self, frames: usize, sample_rate: u32) -> Result<(), MediaError> {
        if self == Self::Wav || frames >= flac::SHORTEST && sample_rate <= flac::FASTEST {
            return Ok(());
        }
        Err(MediaError::Unfit {
            expected: "at least 16 samples a channel and at most 96,000 Hz in a FLAC",
            found: format!("{frames} samples a channel and {sample_rate} Hz"),
        })
    }

    /// Writes `frames` samples of each of `channels` channels, which alternate, as a file. A sample is two bytes, the lower
    /// one first.
    ///
    /// # Errors
    /// They do not fit; or those of `samples`, which may have too few bytes, and of `out`.
    pub fn encode(
        self,
        frames: usize,
        channels: u16,
        sample_rate: u32,
        samples: impl Read,
        out: impl Write + Seek,
    ) -> Result<(), MediaError> {
        match self {
            Self::Wav => wav::encode(frames, channels, sample_rate, samples, out),
            Self::Flac => flac::encode(frames, channels, sample_rate, samples, out),
        }
    }

    /// The most bytes that `encode` allocates at a time, of one or two channels.
    pub fn work(self) -> usize {
        match self {
            Self::Wav => wav::WORK,
            Self::Flac => flac::WORK,
        }
    }
}

fn fits(
    width: usize,
    height: usize,
    longest: usize,
    else_fits: bool,
    expected: &'static str,
) -> Result<(), MediaError> {
    if width.max(height) <= longest && else_fits {
        return Ok(());
    }
    Err(MediaError::Unfit {
        expected,
        found: format!(
            "{width} × {height} pixels{}",
            if else_fits { "" } else { " with alpha" }
        ),
    })
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::{PictureFormat, SoundFormat, VideoFormat};
    use crate::Outline;

    #[test]
    fn too_few_bytes_are_an_error() {
        let outline = Outline {
            width: 20,
            height: 20,
            channels: 3,
        };
        let bytes = [7; 20 * 20 * 3];
        for (size, fits) in [(bytes.len(), true), (bytes.len() - 1, false)] {
            let bytes = &bytes[..size];
            for format in [PictureFormat::Png, PictureFormat::Jpeg] {
                let encoded = format.encode(outline, bytes, Vec::new());
                assert_eq!(encoded.is_ok(), fits, "{format:?}");
            }
            for format in [VideoFormat::Gif, VideoFormat::Webp] {
                let half = Outline {
                    height: 10,
                    ..outline
                };
                let out = Cursor::new(Vec::new());
                let encoded = format.encode(half, 2, Cursor::new(bytes), 4.0, out);
                assert_eq!(encoded.is_ok(), fits, "{format:?}");
            }
            for format in [SoundFormat::Wav, SoundFormat::Flac] {
                let encoded = format.encode(300, 2, 8_000, bytes, Cursor::new(Vec::new()));
                assert_eq!(encoded.is_ok(), fits, "{format:?}");
            }
        }
    }
}
