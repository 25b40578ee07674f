//! Frames of a video row by row, each as often as an encoder needs it.

use std::io::{self, Read, Seek};

use lightboard_events::crc;

use crate::{MediaError, Outline};

/// RGB and alpha.
pub(crate) type Pixel = [u8; 4];

/// Reads the rows of one frame after the other as RGB and alpha.
pub(crate) struct Frames<R> {
    pixels: R,
    outline: Outline,
    row: Vec<u8>,
    expanded: Vec<Pixel>,
    /// Of the frame that was read last, and of the one that is read again.
    checksum: u32,
    expected: Option<u32>,
}

impl<R: Read + Seek> Frames<R> {
    /// Of frames with this outline, whose `pixels` lie one behind the other.
    pub(crate) fn new(outline: Outline, pixels: R) -> Self {
        Self {
            pixels,
            outline,
            row: vec![0; outline.row()],
            expanded: vec![[0; 4]; outline.width as usize],
            checksum: 0,
            expected: None,
        }
    }

    /// Gives `each` the rows of the next frame.
    ///
    /// # Errors
    /// Those of reading and of `each`; or it is another frame than before: where the program's own memory is read, another
    /// thread may write to it.
    pub(crate) fn rows(
        &mut self,
        mut each: impl FnMut(&[Pixel]) -> Result<(), MediaError>,
    ) -> Result<(), MediaError> {
        self.checksum = 0;
        for _ in 0..self.outline.height {
            self.pixels.read_exact(&mut self.row)?;
            self.checksum = crc::go_on(self.checksum, &self.row);
            let expanded = self.expanded.iter_mut();
            match self.outline.channels {
                2 => {
                    for (pixel, &[grey, alpha]) in expanded.zip(self.row.as_chunks().0) {
                        *pixel = [grey, grey, grey, alpha];
                    }
                }
                3 => {
                    for (pixel, &[red, green, blue]) in expanded.zip(self.row.as_chunks().0) {
                        *pixel = [red, green, blue, u8::MAX];
                    }
                }
                _ => self.expanded.as_flattened_mut().copy_from_slice(&self.row),
            }
            each(&self.expanded)?;
        }
        match self.expected.take() {
            Some(expected) if expected != self.checksum => Err(MediaError::encoder(
                io::Error::other("its pixels were written to while it was encoded"),
            )),
            _ => Ok(()),
        }
    }

    /// Goes back to the begin of the frame that was read.
    pub(crate) fn again(&mut self) -> Result<(), MediaError> {
        self.expected = Some(self.checksum);
        let bytes = i64::try_from(self.outline.bytes()).map_err(MediaError::encoder)?;
        // Not `seek`, with which a buffer forgets what it holds.
        Ok(self.pixels.seek_relative(-bytes)?)
    }
}

/// How many bytes [`Frames`] take.
pub(crate) fn work(outline: Outline) -> usize {
    let expanded = (outline.width as usize).saturating_mul(size_of::<Pixel>());
    outline.row().saturating_add(expanded)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::io::{self, Cursor, Read, Seek, SeekFrom};

    use crate::{Outline, VideoFormat};

    /// Random pixels, which are others when they are read again.
    struct Written<'a>(Cursor<&'a [u8]>, &'a Cell<u8>);

    impl Read for Written<'_> {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            let count = self.0.read(out)?;
            out[..count]
                .iter_mut()
                .for_each(|byte| *byte ^= self.1.get());
            Ok(count)
        }
    }

    impl Seek for Written<'_> {
        fn seek(&mut self, place: SeekFrom) -> io::Result<u64> {
            self.1.set(0x55);
            self.0.seek(place)
        }
    }

    #[test]
    fn a_frame_that_is_written_to_meanwhile_is_no_damaged_one() {
        let pixels: Vec<u8> = (0..3000u32).map(|at| (at * at % 7) as u8).collect();
        let outline = Outline::new(50, 20, 3).unwrap();
        for format in [VideoFormat::Gif, VideoFormat::Webp] {
            let mask = Cell::new(0);
            let read = Written(Cursor::new(&pixels), &mask);
            let encoded = format.encode(outline, 1, read, 4.0, Cursor::new(Vec::new()));
            assert!(encoded.is_err(), "{format:?}");
        }
    }
}
