//! The formats that a program can ask for, by name.

use crate::{MediaError, Picture, flac, gif, jpeg, png, wav, webp};

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

    /// The picture as a file.
    ///
    /// # Errors
    /// It does not fit.
    pub fn encode(self, picture: &Picture) -> Result<Vec<u8>, MediaError> {
        match self {
            Self::Png => png::encode(picture),
            Self::Jpeg => jpeg::encode(picture),
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

    /// Pictures of one size as a file that plays them for ever, at `fps` a second; GIF at 50 if `fps` is more.
    ///
    /// # Errors
    /// They do not fit; or those of `frames`.
    pub fn encode(
        self,
        frames: impl IntoIterator<Item = Result<Picture, MediaError>>,
        fps: f64,
    ) -> Result<Vec<u8>, MediaError> {
        match self {
            Self::Gif => gif::encode(frames, fps),
            Self::Webp => webp::encode(frames, fps),
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

    /// Samples of `channels` channels, which alternate, as a file.
    ///
    /// # Errors
    /// They do not fit.
    pub fn encode(
        self,
        samples: &[i16],
        channels: u16,
        sample_rate: u32,
    ) -> Result<Vec<u8>, MediaError> {
        match self {
            Self::Wav => wav::encode(samples, channels, sample_rate),
            Self::Flac => flac::encode(samples, channels, sample_rate),
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
