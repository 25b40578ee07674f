//! Files without a name that hold what is too large for memory.

use std::cell::Cell;
use std::io::{Read, Write};
use std::path::Path;

use lightboard_log::Spool;

#[test]
fn a_spool_gives_back_what_was_written() {
    let directory = tempfile::tempdir().unwrap();
    let mut spool = Spool::of(directory.path(), |out| out.write_all(b"frames")).unwrap();
    let mut read = String::new();
    assert_eq!(spool.size(), 6);
    spool.read_to_string(&mut read).unwrap();
    assert_eq!(read, "frames");
}

#[test]
fn what_a_caller_feeds_is_in_the_spool() {
    let directory = tempfile::tempdir().unwrap();
    let bytes: Vec<u8> = (0..3_000_000u32)
        .map(|at| (at.wrapping_mul(at) >> 7) as u8)
        .collect();
    for size in [0, 1, 1 << 17, (1 << 17) + 1, bytes.len()] {
        let heard = Cell::new(0);
        let write = |out: &mut dyn Write| {
            let parts = bytes[..size].chunks(70_001);
            parts.into_iter().try_for_each(|part| out.write_all(part))
        };
        let mut spool = Spool::fed(directory.path(), write, || heard.set(heard.get() + 1)).unwrap();
        let mut read = Vec::new();
        spool.read_to_end(&mut read).unwrap();
        assert!(read == bytes[..size]);
        assert!(heard.get() > size >> 17);
    }
    let refused = Spool::fed(
        Path::new("/nonexistent"),
        |_| Err(std::io::ErrorKind::Other.into()),
        || (),
    );
    assert!(refused.is_err());
}
