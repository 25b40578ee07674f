//! Images in one shape: any number of encoded files of one size (`spec/events.md`, Shapes).

use crate::content::ContentError;
use crate::elements::Array;
use crate::summary::Data;

/// The images of one step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Images<'a> {
    /// Pixels, as the writer says.
    pub width: i64,
    /// Pixels, as the writer says.
    pub height: i64,
    /// The files' bytes.
    pub encoded: Vec<&'a [u8]>,
}

impl<'a> Images<'a> {
    pub(crate) fn read(data: Data<'a>) -> Result<Self, ContentError> {
        match data {
            Data::Image(image) => Ok(Self {
                width: image.width.into(),
                height: image.height.into(),
                encoded: vec![image.encoded],
            }),
            Data::Tensor(_) => {
                let strings = Array::of(data)?.into_strings()?;
                let [width, height, encoded @ ..] = &strings.items[..] else {
                    let found = format!("{} strings", strings.items.len());
                    return Err(ContentError::other("a width and a height", found));
                };
                Ok(Self {
                    width: pixels(width)?,
                    height: pixels(height)?,
                    encoded: encoded.to_vec(),
                })
            }
            other => Err(ContentError::other("an image", other.found())),
        }
    }
}

fn pixels(text: &[u8]) -> Result<i64, ContentError> {
    let number = std::str::from_utf8(text)
        .ok()
        .and_then(|it| it.trim().parse().ok());
    number.ok_or_else(|| {
        let start = text[..text.len().min(20)].escape_ascii();
        ContentError::other("a number of pixels in decimal digits", start.to_string())
    })
}
