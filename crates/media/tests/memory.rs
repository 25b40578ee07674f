//! What encoding takes is what it says that it takes, at most.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::thread;

use lightboard_media::{
    BoundingBox, Drawn, MediaError, Outline, Picture, PictureFormat, Resized, SoundFormat,
    VideoFormat, work_to_draw, work_to_resize,
};

/// Counts the bytes that this thread has allocated and not freed.
struct Counting;

thread_local! {
    static LIVE: Cell<isize> = const { Cell::new(0) };
    static PEAK: Cell<isize> = const { Cell::new(0) };
}

fn count(change: isize) {
    let live = LIVE.get() + change;
    LIVE.set(live);
    PEAK.set(PEAK.get().max(live));
}

// SAFETY: all is left to the system's allocator. What grows is allocated anew, copied and freed, which is what is counted.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        // SAFETY: as the caller promises.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(-(layout.size() as isize));
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// The most bytes that are allocated at a time while `run` runs, beside those that were before.
fn peak(run: impl FnOnce() -> Result<(), MediaError>) -> usize {
    let before = LIVE.get();
    PEAK.set(before);
    run().unwrap();
    (PEAK.get() - before) as usize
}

/// Forgets what is written, but not how much.
#[derive(Default)]
struct Sink {
    position: u64,
    end: u64,
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.position += bytes.len() as u64;
        self.end = self.end.max(self.position);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for Sink {
    fn seek(&mut self, place: SeekFrom) -> io::Result<u64> {
        self.position = match place {
            SeekFrom::Start(position) => position,
            SeekFrom::Current(by) => self.position.wrapping_add_signed(by),
            SeekFrom::End(by) => self.end.wrapping_add_signed(by),
        };
        Ok(self.position)
    }
}

/// A video whose frames are all the same.
struct Repeated<'a> {
    frame: &'a [u8],
    position: usize,
}

impl Read for Repeated<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let left = &self.frame[self.position % self.frame.len()..];
        let count = left.len().min(out.len());
        out[..count].copy_from_slice(&left[..count]);
        self.position += count;
        Ok(count)
    }
}

impl Seek for Repeated<'_> {
    fn seek(&mut self, place: SeekFrom) -> io::Result<u64> {
        let SeekFrom::Current(by) = place else {
            return Err(io::ErrorKind::Unsupported.into());
        };
        self.position = self.position.wrapping_add_signed(by as isize);
        Ok(self.position as u64)
    }
}

fn noise() -> impl FnMut() -> u8 {
    let mut state = 1u64;
    move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 56) as u8
    }
}

/// Noise, smooth, and of one colour.
fn pictures(outline: Outline) -> [Picture; 3] {
    let mut noise = noise();
    let smooth = |x: u32, y: u32, channel: u8| {
        let waves = (f64::from(x) / 40.0).sin() + (f64::from(y) / 55.0).cos();
        (128.0 + waves * 60.0) as u8 + channel
    };
    [
        picture(outline, |_, _, _| noise()),
        picture(outline, smooth),
        picture(outline, |_, _, _| 77),
    ]
}

fn picture(outline: Outline, mut byte: impl FnMut(u32, u32, u8) -> u8) -> Picture {
    let Outline {
        width,
        height,
        channels,
    } = outline;
    let mut pixels = Vec::new();
    for y in 0..height {
        for x in 0..width {
            pixels.extend((0..channels).map(|channel| byte(x, y, channel)));
        }
    }
    Picture {
        width,
        height,
        channels,
        pixels,
    }
}

const SIZES: [(u32, u32); 9] = [
    (1, 1),
    (7, 3),
    (28, 28),
    (127, 129),
    (224, 224),
    (640, 480),
    (5_000, 8),
    (3, 7_000),
    LARGE,
];

/// So large that a bound of it must be near to what is taken.
const LARGE: (u32, u32) = (2_000, 2_000);

/// Asserts that `work` bounds what `encode` takes for each kind of picture.
fn assert_bounded(
    name: &str,
    channels: u8,
    work: impl Fn(Outline) -> usize,
    encode: impl Fn(&Picture) -> Result<(), MediaError>,
) {
    for (width, height) in SIZES {
        let outline = Outline {
            width,
            height,
            channels,
        };
        let peaks = pictures(outline).map(|picture| peak(|| encode(&picture)));
        let [most, bound] = [peaks.into_iter().max().unwrap_or(0), work(outline)];
        assert!(most <= bound, "{name} of {outline:?}: {most} of {bound}");
        if (width, height) == LARGE {
            assert!(
                bound <= 3 * most,
                "{name} of {outline:?}: {most} of {bound}"
            );
        }
    }
}

#[test]
fn pictures_take_what_they_say() {
    let encode = |format: PictureFormat, picture: &Picture| {
        format.encode(picture.outline(), &picture.pixels[..], Sink::default())
    };
    for channels in 2..=4 {
        let format = PictureFormat::Png;
        assert_bounded(
            "PNG",
            channels,
            |outline| format.work(outline),
            |picture| encode(format, picture),
        );
    }
    let format = PictureFormat::Jpeg;
    assert_bounded(
        "JPEG",
        3,
        |outline| format.work(outline),
        |picture| encode(format, picture),
    );
}

#[test]
fn drawing_takes_what_it_says() {
    let boxed = |picture: &Picture, out: &mut Sink| {
        let each = BoundingBox {
            left: 1,
            top: 1,
            right: 300,
            bottom: 200,
            label: Some("label".into()),
        };
        let pixels = &picture.pixels[..];
        io::copy(&mut Drawn::new(picture.outline(), pixels, vec![each]), out)
    };
    // What the caller gives it besides.
    let own = size_of::<BoundingBox>() + 5;
    for channels in 2..=4 {
        assert_bounded(
            "boxes",
            channels,
            |outline| work_to_draw(outline) + own,
            |picture| Ok(boxed(picture, &mut Sink::default()).map(drop)?),
        );
    }
}

#[test]
fn resizing_takes_what_it_says() {
    let outline = |width, height| Outline {
        width,
        height,
        channels: 4,
    };
    for (width, height) in SIZES {
        let before = picture(outline(width, height), |x, y, _| (x ^ y) as u8);
        for (width, height) in [(1, 1), (224, 224), (5_000, 8), (3, 7_000)] {
            let (wide, high) = (width as usize, height as usize);
            let most = peak(|| {
                let mut resized = Resized::new(before.outline(), &before.pixels[..], wide, high)?;
                io::copy(&mut resized, &mut Sink::default())?;
                Ok(())
            });
            let bound = work_to_resize(before.outline(), wide, high);
            let sizes = (before.outline(), width, height);
            assert!(most <= bound, "{sizes:?}: {most} of {bound}");
            assert!(bound <= 3 * most, "{sizes:?}: {most} of {bound}");
        }
    }
}

#[test]
fn videos_take_what_they_say() {
    for format in [VideoFormat::Gif, VideoFormat::Webp] {
        for channels in 2..=4 {
            assert_bounded(
                &format!("{format:?}"),
                channels,
                |frame| format.work(frame),
                |picture| {
                    // What is kept from frame to frame is that of any size.
                    let count = if picture.width == LARGE.0 { 1 } else { 2 };
                    let frames = Repeated {
                        frame: &picture.pixels,
                        position: 0,
                    };
                    format.encode(picture.outline(), count, frames, 25.0, Sink::default())
                },
            );
        }
    }
}

#[test]
fn sounds_take_what_they_say() {
    for format in [SoundFormat::Wav, SoundFormat::Flac] {
        for channels in [1, 2] {
            for frames in [16, 1_000, 4_096, 4_097, 200_000] {
                let size = frames * usize::from(channels) * 2;
                let mut noise = noise();
                let wave = |at: usize| (((at / 2) as f64 / 9.0).sin() * 20_000.0) as i16;
                let sounds: [Vec<u8>; 3] = [
                    (0..size).map(|_| noise()).collect(),
                    (0..size).map(|at| wave(at).to_le_bytes()[at % 2]).collect(),
                    vec![77; size],
                ];
                for sound in sounds {
                    let encode =
                        || format.encode(frames, channels, 44_100, &sound[..], Sink::default());
                    // A thread that has not encoded yet has nothing of what flacenc keeps.
                    let most =
                        thread::scope(|threads| threads.spawn(|| peak(encode)).join().unwrap());
                    let bound = format.work();
                    assert!(
                        most <= bound,
                        "{format:?} of {frames} × {channels}: {most} of {bound}"
                    );
                }
            }
        }
    }
}
