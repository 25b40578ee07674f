//! The at most 256 colours of a frame, and which of them a pixel has.

use color_quant::NeuQuant;

use crate::frames::Pixel;

/// The most colours of a palette.
const MOST: usize = 256;

/// From how many of its pixels at most a frame with more colours gets its palette; at least from half as many, if it has them.
const LEARNED: usize = 1 << 15;

/// Places for colours that were looked up: a power of two, and so many that those of a palette seldom meet.
const PLACES: usize = 1 << 12;

/// What is seen of a frame until its palette can be told. Its colours are three bytes of a number, and zero alpha is
/// "transparent", whatever the colour.
pub(crate) struct Seen {
    /// All colours, until they are too many for a palette.
    colours: Vec<u32>,
    /// Numbers of colours from one on, each at its place or behind it.
    places: Vec<u16>,
    transparent: bool,
    sample: Sample,
}

impl Seen {
    pub(crate) fn new() -> Self {
        Self {
            colours: Vec::with_capacity(MOST + 1),
            places: vec![0; PLACES],
            transparent: false,
            sample: Sample::new(),
        }
    }

    /// The most bytes that it, and what becomes of it, allocate.
    pub(crate) const WORK: usize = {
        let seen = (MOST + 1) * size_of::<u32>() + PLACES * size_of::<u16>();
        let learned = PLACES * size_of::<u32>() + (1 << 15); // Of NeuQuant: 80 bytes a colour, and an index.
        seen + learned + LEARNED * size_of::<Pixel>()
    };

    pub(crate) fn add(&mut self, row: &[Pixel]) {
        let mut last = None;
        for &pixel in row {
            if pixel[3] == 0 {
                self.transparent = true;
                continue;
            }
            let colour = number(pixel);
            self.sample.add(colour);
            if self.colours.len() <= MOST && last.replace(colour) != Some(colour) {
                let place = find(&self.places, &self.colours, colour);
                if self.places[place] == 0 {
                    self.colours.push(colour);
                    self.places[place] = self.colours.len() as u16;
                }
            }
        }
    }

    pub(crate) fn palette(self) -> Palette {
        let room = MOST - usize::from(self.transparent);
        let (colours, finding) = if self.colours.len() <= room {
            (self.colours, Finding::Exact(self.places))
        } else {
            let network = NeuQuant::new(1, room, self.sample.pixels.as_flattened());
            let colours = network.color_map_rgb();
            let colours = colours.as_chunks().0.iter();
            let colours = colours.map(|&[red, green, blue]| number([red, green, blue, 0]));
            let black = network.index_of(&[0, 0, 0, u8::MAX]) as u32;
            (
                colours.collect(),
                Finding::Nearest {
                    network,
                    found: vec![black; PLACES],
                },
            )
        };
        Palette {
            colours,
            transparent: self.transparent,
            finding,
        }
    }
}

/// Colours, and behind them "transparent" where a frame has such pixels.
pub(crate) struct Palette {
    colours: Vec<u32>,
    transparent: bool,
    finding: Finding,
}

enum Finding {
    /// As in [`Seen`].
    Exact(Vec<u16>),
    Nearest {
        network: NeuQuant,
        /// What was looked up last of what has its place here: a colour, and the index of the nearest in a byte below.
        found: Vec<u32>,
    },
}

impl Palette {
    /// How many there are, with "transparent".
    pub(crate) fn len(&self) -> usize {
        self.colours.len() + usize::from(self.transparent)
    }

    /// The index of "transparent".
    pub(crate) fn transparent(&self) -> Option<u8> {
        self.transparent.then_some(self.colours.len() as u8)
    }

    /// Red, green and blue of each.
    pub(crate) fn colours(&self) -> impl Iterator<Item = [u8; 3]> {
        let colours = self.colours.iter().copied().map(|colour| {
            let [_, red, green, blue] = colour.to_be_bytes();
            [red, green, blue]
        });
        colours.chain(self.transparent.then_some([0; 3]))
    }

    /// The index of what a pixel is shown as.
    #[inline]
    pub(crate) fn index_of(&mut self, pixel: Pixel) -> u8 {
        if pixel[3] == 0 {
            return self.colours.len() as u8;
        }
        let colour = number(pixel);
        match &mut self.finding {
            // All have been seen.
            Finding::Exact(places) => {
                let place = find(places, &self.colours, colour);
                places[place].wrapping_sub(1) as u8
            }
            Finding::Nearest { network, found } => {
                let found = &mut found[place_of(colour)];
                if *found >> 8 != colour {
                    let [red, green, blue, _] = pixel;
                    let index = network.index_of(&[red, green, blue, u8::MAX]);
                    *found = colour << 8 | index as u32;
                }
                *found as u8
            }
        }
    }
}

/// Some pixels of a frame, of which all are as likely to be among them, about.
struct Sample {
    pixels: Vec<Pixel>,
    /// One of how many is taken, and how many are passed over before the next.
    of: u32,
    passed: u32,
    random: u32,
}

impl Sample {
    fn new() -> Self {
        Self {
            pixels: Vec::with_capacity(LEARNED),
            of: 1,
            passed: 0,
            random: 1,
        }
    }

    #[inline]
    fn add(&mut self, colour: u32) {
        if self.passed > 0 {
            self.passed -= 1;
        } else {
            self.take(colour);
        }
    }

    fn take(&mut self, colour: u32) {
        if self.pixels.len() == LEARNED {
            let mut at = 0;
            self.pixels.retain(|_| {
                at += 1;
                at % 2 == 0
            });
            self.of *= 2;
        }
        let [_, red, green, blue] = colour.to_be_bytes();
        self.pixels.push([red, green, blue, u8::MAX]);
        // Not always as many, which could be a column of the picture.
        self.random = self
            .random
            .wrapping_mul(1_664_525)
            .wrapping_add(1_013_904_223);
        self.passed = (self.random >> 8) % (2 * self.of - 1);
    }
}

fn number([red, green, blue, _]: Pixel) -> u32 {
    u32::from_be_bytes([0, red, green, blue])
}

/// Where a colour is looked for first.
fn place_of(colour: u32) -> usize {
    const BITS: u32 = PLACES.ilog2();
    (colour.wrapping_mul(0x9e37_79b1) >> (u32::BITS - BITS)) as usize
}

/// The place of a colour, or the free one where it belongs.
fn find(places: &[u16], colours: &[u32], colour: u32) -> usize {
    let mut place = place_of(colour);
    loop {
        match places[place] {
            0 => return place,
            number if colours[usize::from(number) - 1] == colour => return place,
            _ => place = (place + 1) % PLACES,
        }
    }
}
