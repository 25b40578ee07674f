//! Bounding boxes with labels, drawn into a picture.

use std::io::{self, Read};

use noto_sans_mono_bitmap::{FontWeight, RasterHeight, get_raster, get_raster_width};

use crate::{Outline, Picture};

const STYLE: FontWeight = FontWeight::Regular;
const SIZE: RasterHeight = RasterHeight::Size16;

/// Red around a label's text.
const MARGIN: i32 = 1;

/// A box in pixels, which may lie outside of the picture, or be turned inside out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BoundingBox {
    /// The first column.
    pub left: i32,
    /// The first row.
    pub top: i32,
    /// The last column.
    pub right: i32,
    /// The last row.
    pub bottom: i32,
    /// Text in the lower left corner.
    pub label: Option<String>,
}

/// How many rows are drawn into at a time.
const ROWS: u32 = 32;

/// Reads the pixels of a picture with boxes drawn into it: each two pixels wide in red, its label in black on red.
pub struct Drawn<R> {
    pixels: R,
    /// As they lie to the rows that are read next.
    boxes: Vec<BoundingBox>,
    rows: Picture,
    taken: usize,
    left: u32,
}

impl<R: Read> Drawn<R> {
    /// Draws into a picture with this outline and these `pixels`.
    pub fn new(outline: Outline, pixels: R, boxes: Vec<BoundingBox>) -> Self {
        Self {
            pixels,
            boxes,
            rows: Picture {
                width: outline.width,
                height: 0,
                channels: outline.channels,
                pixels: Vec::new(),
            },
            taken: 0,
            left: outline.height,
        }
    }

    fn draw(&mut self) -> io::Result<()> {
        let rows = &mut self.rows;
        rows.height = self.left.min(ROWS);
        self.left -= rows.height;
        rows.pixels
            .resize(rows.outline().row() * rows.height as usize, 0);
        self.pixels.read_exact(&mut rows.pixels)?;
        draw(rows, &self.boxes);
        for each in &mut self.boxes {
            each.top = each.top.saturating_sub_unsigned(rows.height);
            each.bottom = each.bottom.saturating_sub_unsigned(rows.height);
        }
        self.taken = 0;
        Ok(())
    }
}

impl<R: Read> Read for Drawn<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.boxes.is_empty() {
            return self.pixels.read(out);
        }
        if self.taken == self.rows.pixels.len() && self.left > 0 {
            self.draw()?;
        }
        let count = (&self.rows.pixels[self.taken..]).read(out)?;
        self.taken += count;
        Ok(count)
    }
}

/// The most bytes that [`Drawn`] allocates at a time: some rows, where a vector has room for 8 bytes at least.
pub fn work_to_draw(outline: Outline) -> usize {
    let rows = outline.height.min(ROWS);
    outline.row().saturating_mul(rows as usize).max(8)
}

fn draw(picture: &mut Picture, boxes: &[BoundingBox]) {
    for each in boxes {
        outline(picture, each);
        if let Some(label) = each.label.as_deref().filter(|label| !label.is_empty()) {
            write(picture, each, label);
        }
    }
}

/// The four lines, each with the pixels that Pillow gives a line of width 2: its own, and the ones to the right of the
/// way along left, bottom, right and top.
fn outline(picture: &mut Picture, each: &BoundingBox) {
    let &BoundingBox {
        left,
        top,
        right,
        bottom,
        ..
    } = each;
    let corners = [
        (left, top),
        (left, bottom),
        (right, bottom),
        (right, top),
        (left, top),
    ];
    for way in corners.windows(2) {
        let ((x0, y0), (x1, y1)) = (way[0], way[1]);
        let beside_x = x0
            .saturating_add((y1 > y0).into())
            .saturating_sub((y1 < y0).into());
        let beside_y = y1
            .saturating_add((x1 > x0).into())
            .saturating_sub((x1 < x0).into());
        if x0 == x1 {
            fill(picture, (x0, y0), (beside_x, y1));
        } else {
            fill(picture, (x0, y0), (x1, beside_y));
        }
    }
}

/// Fills the rectangle between two opposite corners, which belong to it, as far as it lies in the picture.
fn fill(picture: &mut Picture, one: (i32, i32), other: (i32, i32)) {
    let range = |a: i32, b: i32, length: u32| {
        let clip = |at: i32| (at.max(0) as usize).min(length as usize);
        clip(a.min(b))..clip(a.max(b).saturating_add(1))
    };
    let columns = range(one.0, other.0, picture.width);
    let rows = range(one.1, other.1, picture.height);
    let red: &[u8] = match picture.channels {
        2 => &[76, 255], // Its lightness.
        3 => &[255, 0, 0],
        _ => &[255, 0, 0, 255],
    };
    let (width, channels) = (picture.width as usize, usize::from(picture.channels));
    for y in rows {
        let row = &mut picture.pixels[y * width * channels..][..width * channels];
        for pixel in
            row[columns.start * channels..columns.end * channels].chunks_exact_mut(channels)
        {
            pixel.copy_from_slice(red);
        }
    }
}

fn write(picture: &mut Picture, each: &BoundingBox, label: &str) {
    let (wide, high) = (get_raster_width(STYLE, SIZE) as i32, SIZE.val() as i32);
    let count = i32::try_from(label.chars().count()).unwrap_or(i32::MAX);
    let right = each
        .left
        .saturating_add(count.saturating_mul(wide).saturating_add(2 * MARGIN - 1));
    let top = each.bottom.saturating_sub(high + 2 * MARGIN - 1);
    if top >= picture.height as i32 || each.bottom < 0 {
        return;
    }
    fill(picture, (each.left, top), (right, each.bottom));
    let mut left = each.left.saturating_add(MARGIN);
    for character in label.chars() {
        if left >= picture.width as i32 {
            break;
        }
        let glyph =
            get_raster(character, STYLE, SIZE).or_else(|| get_raster('\u{fffd}', STYLE, SIZE));
        for (y, row) in glyph.iter().flat_map(|glyph| glyph.rows().enumerate()) {
            for (x, &ink) in row.iter().enumerate() {
                darken(
                    picture,
                    left.saturating_add(x as i32),
                    top.saturating_add(MARGIN + y as i32),
                    ink,
                );
            }
        }
        left = left.saturating_add(wide);
    }
}

/// Lays `ink` parts of 255 of black over a pixel.
fn darken(picture: &mut Picture, x: i32, y: i32, ink: u8) {
    let (Ok(x), Ok(y)) = (u32::try_from(x), u32::try_from(y)) else {
        return;
    };
    if x < picture.width && y < picture.height {
        let channels = usize::from(picture.channels);
        let at = (y as usize * picture.width as usize + x as usize) * channels;
        let colours = if channels == 3 { 3 } else { channels - 1 };
        for colour in &mut picture.pixels[at..at + colours] {
            *colour = (u16::from(*colour) * (255 - u16::from(ink)) / 255) as u8;
        }
    }
}

#[cfg(test)]
mod tests {
    /// One whose pixels are all zero.
    fn black(outline: Outline) -> Picture {
        Picture::read(outline, std::io::repeat(0)).unwrap()
    }

    use std::io::Read;

    use proptest::prelude::*;

    use super::{BoundingBox, Drawn, draw};
    use crate::{Outline, Picture};

    fn shown(width: usize, height: usize, each: BoundingBox) -> String {
        let mut picture = black(Outline::new(width, height, 3).unwrap());
        draw(&mut picture, &[each]);
        let rows = picture.pixels.chunks(width * 3).map(|row| {
            let pixels = row
                .chunks(3)
                .map(|pixel| if pixel[0] > 0 { '#' } else { '.' });
            pixels.collect::<String>() + "\n"
        });
        rows.collect()
    }

    fn bounding(left: i32, top: i32, right: i32, bottom: i32, label: Option<&str>) -> BoundingBox {
        let label = label.map(str::to_owned);
        BoundingBox {
            left,
            top,
            right,
            bottom,
            label,
        }
    }

    #[test]
    fn a_box_has_the_pixels_that_pillow_gives_it() {
        // ImageDraw.line of the corners (2, 2), (2, 5), (7, 5), (7, 2), (2, 2) with width 2.
        let expected = "\
..........
..######..
..######..
..##..##..
..##..##..
..######..
..######..
..........
";
        assert_eq!(shown(10, 8, bounding(2, 2, 7, 5, None)), expected);
    }

    #[test]
    fn a_label_stands_in_the_lower_left_corner() {
        let plain = shown(40, 24, bounding(0, 2, 38, 22, None));
        let labelled = shown(40, 24, bounding(0, 2, 38, 22, Some("ab")));
        assert_ne!(plain, labelled);
        let differs = |(a, b): (&str, &str)| a != b;
        let rows: Vec<_> = plain.lines().zip(labelled.lines()).map(differs).collect();
        assert!(!rows[..5].contains(&true));
        assert!(rows[8..20].iter().all(|&differs| differs));
    }

    proptest! {
        #[test]
        fn any_box_is_drawn_as_into_the_whole_picture(
            corners: [i32; 4], near in prop::array::uniform4(-30i32..120), far: bool, channels in 2u8..5, label in ".{0,40}",
        ) {
            let mut whole = black(Outline::new(31, 90, channels).unwrap());
            let [left, top, right, bottom] = if far { corners } else { near };
            let boxes = vec![bounding(left, top, right, bottom, Some(&label)), bounding(4, 9, 20, 70, Some("a"))];
            let black = whole.clone();
            draw(&mut whole, &boxes);
            let mut found = Vec::new();
            Drawn::new(black.outline(), &black.pixels[..], boxes).read_to_end(&mut found).unwrap();
            prop_assert!(found == whole.pixels);
        }
    }
}
