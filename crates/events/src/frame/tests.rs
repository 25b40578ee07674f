//! Files that are made to be slow.

use super::{Cause, OVERHEAD, Scan, Scanner, Tail, WASTE_ALLOWANCE, WASTE_FACTOR, crc};

fn header(length: u64) -> Vec<u8> {
    let length = length.to_le_bytes();
    [&length[..], &crc::masked(&length).to_le_bytes()].concat()
}

fn record(payload: &[u8]) -> Vec<u8> {
    let checksum = crc::masked(payload).to_le_bytes();
    [&header(payload.len() as u64)[..], payload, &checksum].concat()
}

/// What a reader found that holds no more than it is asked for, and what it took.
#[derive(Debug, Default)]
struct Read {
    /// Where they start.
    records: Vec<u64>,
    /// Offset, length and code.
    damage: Vec<(u64, u64, &'static str)>,
    /// Bytes read.
    fed: u64,
    /// Bytes whose checksums turned out wrong.
    wasted: u64,
}

impl Read {
    fn whole(file: &[u8]) -> Self {
        let mut read = Self::default();
        read.go_on(&mut Scanner::new(), file);
        read
    }

    fn go_on(&mut self, scanner: &mut Scanner, file: &[u8]) -> Tail {
        let (mut end, mut needed) = (0, 1 << 18);
        loop {
            let start = scanner.offset() as usize;
            if start + needed > end && end < file.len() {
                let wanted = file.len().min(start + needed.max(1 << 18));
                self.fed += (wanted - end.max(start)) as u64;
                end = wanted;
            }
            needed = 1;
            match scanner.next(&file[start..end], end == file.len()) {
                Scan::Record(record) => self.records.push(record.offset),
                Scan::Damage(damage, _) => {
                    self.damage
                        .push((damage.offset, damage.length, damage.cause.code()));
                }
                Scan::More { needed: more } => needed = more as usize,
                Scan::End(tail) => {
                    self.wasted = scanner.wasted.iter().flat_map(|wasted| **wasted).sum();
                    return tail;
                }
            }
        }
    }
}

/// Headers with right checksums, each of a long payload that is wrong.
#[test]
fn a_file_made_to_be_slow_is_scanned_in_linear_time() {
    const SIZE: usize = 12_000_000;
    let claimed = SIZE as u64 / 2;
    let mut file = header(claimed).repeat(SIZE / 3 / 12);
    file.resize(SIZE, 1);
    file.extend(record(b"readable"));

    let read = Read::whole(&file);
    assert_eq!(read.records, [SIZE as u64]);
    let bound = WASTE_ALLOWANCE + (WASTE_FACTOR + 1) * SIZE as u64;
    let Read { wasted, fed, .. } = read;
    assert!(wasted > WASTE_ALLOWANCE && wasted < bound, "{wasted} bytes");
    assert_eq!(fed, file.len() as u64);
}

/// A reader that holds less than the payloads claim is asked to check only few of them.
#[test]
fn records_that_are_too_long_to_be_held_are_checked_in_linear_time() {
    const SIZE: usize = 12_000_000;
    const HELD: u64 = 1 << 20;
    let claimed = SIZE as u64 / 2;
    let mut file = header(claimed).repeat(3000);
    file.resize(SIZE, 1);
    file.extend(record(b"readable"));

    let (mut scanner, mut checked, mut needed) = (Scanner::new(), 0, 1);
    let records = &mut Vec::new();
    loop {
        let start = scanner.offset() as usize;
        if needed > HELD {
            checked += claimed;
            scanner.settle(Some(Cause::TooLong { claimed }));
        }
        let end = file.len().min(start + HELD as usize);
        needed = 1;
        match scanner.next(&file[start..end], end == file.len()) {
            Scan::Record(record) => records.push(record.offset),
            Scan::Damage(..) => {}
            Scan::More { needed: more } => needed = more,
            Scan::End(_) => break,
        }
    }
    assert_eq!(*records, [SIZE as u64]);
    let bound = WASTE_ALLOWANCE + (WASTE_FACTOR + 1) * SIZE as u64;
    assert!(
        checked > WASTE_ALLOWANCE && checked < bound,
        "{checked} bytes"
    );
}

/// Each of so many headers could be a record that is still being written, up to the one that can be read.
#[test]
fn what_stands_behind_records_that_claim_more_than_the_file_is_read_in_linear_time() {
    const HEADERS: usize = 200_000;
    let mut file = header(1 << 30).repeat(HEADERS);
    let claimed = file.len() as u64;
    file.extend(record(b"readable"));
    let read = Read::whole(&file);
    assert_eq!(read.records, [claimed]);
    assert_eq!(read.damage.len(), HEADERS);
    assert_eq!(
        (read.damage[HEADERS - 1], read.wasted, read.fed),
        ((claimed - 12, 12, "truncated"), 0, file.len() as u64)
    );
}

/// Others were appended to a record of 100 MB that was torn: the file ends before what it claims, or behind that.
#[test]
fn a_long_torn_record_takes_no_short_one_with_it() {
    const CLAIMED: usize = 100_000_000;
    const PRESENT: usize = 4000;
    const STARTS: u64 = 16 + 5;
    let short = record(&vec![7; 60_000]);
    let mut file = record(b"start");
    file.extend(&header(CLAIMED as u64));
    file.resize(file.len() + PRESENT - 12, 1);
    let first = file.len() as u64;
    let (mut scanner, mut grown) = (Scanner::new(), Read::default());
    for (size, code) in [
        (CLAIMED / 10 * 9, "truncated"),
        (CLAIMED / 10 * 11, "payload_checksum"),
    ] {
        while file.len() < size {
            file.extend(&short);
        }
        let read = Read::whole(&file);
        assert_eq!(read.damage, [(STARTS, PRESENT as u64, code)]);
        let lengths = read.records[1..].windows(2).map(|pair| pair[1] - pair[0]);
        assert!(lengths.clone().all(|length| length == short.len() as u64));
        assert_eq!(read.records[..2], [0, first]);
        assert_eq!(
            lengths.sum::<u64>() + first,
            (file.len() - short.len()) as u64
        );

        // Read anew when it reaches what the torn one claims.
        if file.len() > CLAIMED + OVERHEAD {
            (scanner, grown) = (Scanner::new(), Read::default());
        }
        grown.go_on(&mut scanner, &file[..file.len() / 2]);
        grown.go_on(&mut scanner, &file);
        if file.len() < CLAIMED {
            assert_eq!(
                (&grown.records, &grown.damage),
                (&read.records, &read.damage)
            );
        }
    }
}
