//! Records are found whatever the windows, the growth and the damage.

mod common;

use common::{Read, account_for_every_byte, record};
use lightboard_events::{Cause, Damage, MAX_PAYLOAD, Scan, Scanner, Tail, crc};
use proptest::prelude::*;

fn file(payloads: &[&[u8]]) -> Vec<u8> {
    payloads
        .iter()
        .flat_map(|payload| record(payload))
        .collect()
}

#[test]
fn an_empty_file_ends_cleanly_and_an_empty_payload_is_a_record() {
    assert_eq!(Read::whole(b"").tail, Some(Tail::Clean));
    let read = Read::whole(&file(&[b"", b"a", b""]));
    assert_eq!(read.payloads(), [b"".as_slice(), b"a", b""]);
    assert_eq!((read.damage.len(), read.tail), (0, Some(Tail::Clean)));
}

#[test]
fn a_file_cut_anywhere_is_truncated_there_and_loses_nothing_before() {
    let whole = file(&[b"first", b"second record"]);
    let first = record(b"first").len();
    for cut in first + 1..whole.len() {
        let read = Read::whole(&whole[..cut]);
        assert_eq!(read.payloads(), [b"first"]);
        let present = (cut - first) as u64;
        let needed = if present < 12 {
            16
        } else {
            (whole.len() - first) as u64
        };
        assert_eq!(
            read.tail,
            Some(Tail::Truncated {
                offset: first as u64,
                needed,
                present
            })
        );
        assert_eq!(read.damage, []);
    }
}

#[test]
fn a_wrong_payload_costs_its_record_only() {
    let mut bytes = file(&[b"one", b"two", b"three"]);
    bytes[19 + 12] ^= 1;
    let read = Read::whole(&bytes);
    assert_eq!(read.payloads(), [b"one".as_slice(), b"three"]);
    let [
        Damage {
            offset: 19,
            length: 19,
            cause: Cause::PayloadChecksum { stored, computed },
        },
    ] = read.damage[..]
    else {
        panic!("{:?}", read.damage)
    };
    assert_eq!(
        (stored, computed),
        (crc::masked(b"two"), crc::masked(b"uwo"))
    );
}

#[test]
fn a_wrong_payload_at_the_files_end_is_unsettled_until_something_follows() {
    let mut bytes = file(&[b"one", b"two"]);
    let end = bytes.len();
    bytes[end - 5] ^= 1;
    let (mut scanner, mut read) = (Scanner::new(), Read::default());
    read.go_on(&mut scanner, &bytes, 1 << 20);
    assert!(matches!(
        read.tail,
        Some(Tail::Unsettled(Damage {
            offset: 19,
            length: 19,
            ..
        }))
    ));
    assert_eq!(read.damage, []);

    let mut finished = bytes.clone();
    finished[end - 5] ^= 1;
    let (mut again, mut settled) = (scanner.clone(), Read::default());
    settled.go_on(&mut again, &finished, 1 << 20);
    assert_eq!(settled.payloads(), [b"two"]);

    bytes.extend(record(b"three"));
    read.go_on(&mut scanner, &bytes, 1 << 20);
    assert_eq!(read.payloads(), [b"one".as_slice(), b"three"]);
    assert_eq!(read.damage.len(), 1);
}

#[test]
fn a_wrong_length_costs_the_bytes_up_to_the_next_record() {
    let mut bytes = file(&[b"one", b"two", b"three"]);
    bytes[19] ^= 4;
    let read = Read::whole(&bytes);
    assert_eq!(read.payloads(), [b"one".as_slice(), b"three"]);
    assert_eq!((read.damage[0].offset, read.damage[0].length), (19, 19));
    assert_eq!(read.damage[0].cause.code(), "length_checksum");
}

#[test]
fn records_appended_to_a_torn_one_are_found_inside_its_range() {
    let mut bytes = record(b"one");
    bytes.extend(&record(&[7; 100])[..50]);
    bytes.extend(file(&[b"after", b"the crash", &[9; 200]]));
    let read = Read::whole(&bytes);
    assert_eq!(
        read.payloads(),
        [b"one".as_slice(), b"after", b"the crash", &[9; 200]]
    );
    assert_eq!((read.damage[0].offset, read.damage[0].length), (19, 50));
}

#[test]
fn what_a_torn_record_claims_may_end_where_a_later_record_starts() {
    let later = file(&[b"after", b"the crash", b"three"]);
    let claimed = later.len() - record(b"three").len() + 50;
    let mut bytes = record(b"one");
    bytes.extend(&record(&vec![7; claimed - 16])[..50]);
    bytes.extend(later);
    let read = Read::whole(&bytes);
    assert_eq!(
        read.payloads(),
        [b"one".as_slice(), b"after", b"the crash", b"three"]
    );
    assert_eq!((read.damage[0].offset, read.damage[0].length), (19, 50));
    let (mut scanner, mut grown) = (Scanner::new(), Read::default());
    for end in 0..=bytes.len() {
        grown.go_on(&mut scanner, &bytes[..end], 8);
    }
    assert_eq!(grown, read);
}

/// As two writers of one file leave it, which do not know of each other.
#[test]
fn records_written_over_the_middle_of_another_are_read() {
    let mut bytes = file(&[b"one", &[7; 200], b"two"]);
    let others = file(&[b"of the other", b"writer"]);
    let (at, end) = (19 + 60, 19 + 60 + others.len());
    bytes[at..end].copy_from_slice(&others);
    let read = Read::whole(&bytes);
    assert_eq!(
        read.payloads(),
        [b"one".as_slice(), b"of the other", b"writer", b"two"]
    );
    let ranges = read
        .damage
        .iter()
        .map(|damage| (damage.offset, damage.length));
    let rest = 19 + 216 - end as u64;
    assert_eq!(ranges.collect::<Vec<_>>(), [(19, 60), (end as u64, rest)]);
    assert_eq!(
        (read.damage[0].cause.code(), read.damage[1].cause.code()),
        ("payload_checksum", "length_checksum")
    );
}

/// A record of `payload` that is cut after `present` bytes.
fn torn(payload: &[u8], present: usize) -> Vec<u8> {
    record(payload)[..present].to_vec()
}

fn truncated(offset: u64, length: u64, needed: u64) -> Damage {
    Damage {
        offset,
        length,
        cause: Cause::Truncated { needed },
    }
}

#[test]
fn records_behind_a_torn_one_are_read_before_its_length_has_passed() {
    let mut bytes = record(b"one");
    bytes.extend(torn(&[7; 1000], 50));
    bytes.extend(torn(&[8; 2000], 12));
    bytes.extend(file(&[b"after", b"the crash"]));
    let (mut scanner, mut read) = (Scanner::new(), Read::default());
    read.go_on(&mut scanner, &bytes, 8);
    assert_eq!(read.payloads(), [b"one".as_slice(), b"after", b"the crash"]);
    let first = truncated(19, 50, 1016);
    assert_eq!(read.damage, [first, truncated(69, 12, 2016)]);
    assert_eq!(read.tail, Some(Tail::Clean));
    assert_eq!(read.stands_below, Some(19 + 1016));
    assert_eq!(first.stands_below(1035), Some(1036));

    // Up to what the first claims nothing changes; then it is wrong, and the second stays as it is.
    bytes.extend(record(&[1; 1200]));
    read.go_on(&mut scanner, &bytes, 8);
    assert_eq!(read.payloads().len(), 4);
    assert_eq!(read.damage[1], truncated(69, 12, 2016));
    assert_eq!(
        (read.damage[0].cause.code(), read.damage[0].length),
        ("payload_checksum", 50)
    );
}

#[test]
fn a_record_that_comes_slowly_is_read_instead_of_what_it_holds() {
    let inner = file(&[b"inner", b"more"]);
    let whole = file(&[b"one", &[&inner[..], &[7; 100]].concat(), b"two"]);
    let (mut scanner, mut read) = (Scanner::new(), Read::default());
    read.go_on(&mut scanner, &whole[..19 + 12 + inner.len() + 5], 1 << 20);
    assert_eq!(read.payloads(), [b"one".as_slice(), b"inner", b"more"]);
    read.go_on(&mut scanner, &whole, 1 << 20);
    assert_eq!(read, Read::whole(&whole));
    assert_eq!((read.records.len(), read.damage.len()), (3, 0));
}

#[test]
fn zeros_at_the_end_are_not_yet_and_filled_or_followed_later() {
    let mut bytes = record(b"one");
    let (mut scanner, mut read) = (Scanner::new(), Read::default());
    for length in [1, 5, 11, 12, 13, 300, 5000] {
        bytes.resize(19 + length, 0);
        read.go_on(&mut scanner, &bytes, 64);
        assert_eq!(
            read.tail,
            Some(Tail::Zeros {
                offset: 19,
                length: length as u64
            })
        );
    }
    let mut filled = bytes.clone();
    filled[19..38].copy_from_slice(&record(b"two"));
    let mut once_filled = Read::default();
    once_filled.go_on(&mut scanner.clone(), &filled, 64);
    assert_eq!(once_filled.payloads(), [b"two"]);
    assert_eq!(
        once_filled.tail,
        Some(Tail::Zeros {
            offset: 38,
            length: 5000 - 19
        })
    );

    bytes.extend(record(&[3; 256])); // its length starts with a zero byte
    read.go_on(&mut scanner, &bytes, 64);
    assert_eq!(read.payloads(), [b"one".as_slice(), &[3; 256]]);
    assert_eq!(
        read.damage,
        [Damage {
            offset: 19,
            length: 5000,
            cause: Cause::Zeros
        }]
    );
}

#[test]
fn what_was_searched_in_vain_is_searched_again_when_its_middle_is_filled() {
    let whole = file(&[b"one", b"two", b"three", b"four"]);
    let mut hole = whole.clone();
    hole[19..].fill(0);
    let (mut scanner, mut read) = (Scanner::new(), Read::default());
    read.go_on(&mut scanner, &hole, 8);
    let searched = scanner.searched().expect("zeros");
    hole[38..59].copy_from_slice(&whole[38..59]);
    let seen = searched.offset as usize..(searched.offset + searched.length) as usize;
    assert_ne!(crc::go_on(0, &hole[seen]), searched.checksum);
    scanner.search_again();
    read.go_on(&mut scanner, &hole, 8);
    assert_eq!(read.payloads(), [b"one".as_slice(), b"three"]);
    assert_eq!((read.damage[0].offset, read.damage[0].length), (19, 19));
}

#[test]
fn a_length_whose_last_bytes_arrive_late_is_read_then() {
    let whole = file(&[b"one", b"two", b"three"]);
    let mut partly = whole.clone();
    partly[24..].fill(0);
    let (mut scanner, mut read) = (Scanner::new(), Read::default());
    read.go_on(&mut scanner, &partly, 1 << 20);
    assert_eq!(read.payloads(), [b"one"]);
    assert!(matches!(
        read.tail,
        Some(Tail::Unsettled(Damage { offset: 19, .. }))
    ));
    read.go_on(&mut scanner, &whole, 1 << 20);
    assert_eq!(read.payloads(), [b"one".as_slice(), b"two", b"three"]);
    assert_eq!(read.damage, []);
}

#[test]
fn a_length_above_the_limit_asks_for_no_memory() {
    let mut bytes = record(b"one");
    let length = (MAX_PAYLOAD + 1).to_le_bytes();
    bytes.extend(length);
    bytes.extend(crc::masked(&length).to_le_bytes());
    bytes.extend(record(b"two"));
    let mut scanner = Scanner::new();
    let mut causes = Vec::new();
    loop {
        match scanner.next(&bytes[scanner.offset() as usize..], false) {
            Scan::More { needed } if scanner.offset() as usize + needed as usize > bytes.len() => {
                assert!(needed < 100);
                break;
            }
            Scan::Damage(damage, _) => causes.push(damage),
            _ => {}
        }
    }
    assert_eq!(
        causes,
        [Damage {
            offset: 19,
            length: 12,
            cause: Cause::TooLong {
                claimed: MAX_PAYLOAD + 1
            }
        }]
    );
}

fn payloads() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let payload = prop_oneof![
        4 => prop::collection::vec(any::<u8>(), 0..60),
        1 => prop::collection::vec(any::<u8>(), 250..260),
        1 => (0usize..300).prop_map(|length| vec![0; length]),
        1 => prop::collection::vec(any::<u8>(), 0..40).prop_map(|inner| record(&inner)),
    ];
    prop::collection::vec(payload, 0..12)
}

/// A damaged range: its place as a fraction of the file, its length, and the bytes that are there instead.
fn damages() -> impl Strategy<Value = Vec<(f64, usize, Option<u8>)>> {
    prop::collection::vec(
        (
            0.0..1.0,
            1usize..80,
            prop_oneof![Just(Some(0)), any::<u8>().prop_map(Some), Just(None)],
        ),
        0..4,
    )
}

/// Damages `file`: overwrites, or cuts out for None. Returns the bytes and which of `ends` came through whole.
fn damage(file: &[u8], damages: &[(f64, usize, Option<u8>)]) -> Vec<u8> {
    let mut bytes = file.to_vec();
    for &(place, length, with) in damages {
        let from = (place * bytes.len() as f64) as usize;
        let to = (from + length).min(bytes.len());
        match with {
            Some(byte) => bytes[from..to].fill(byte),
            None => drop(bytes.drain(from..to)),
        }
    }
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_chunking_and_any_growth_give_the_same(
        payloads in payloads(), damages in damages(), step in 1usize..200,
        mut ends in prop::collection::vec(0.0..1.0, 0..6),
    ) {
        let bytes = damage(&payloads.iter().flat_map(|payload| record(payload)).collect::<Vec<_>>(), &damages);
        let at_once = Read::whole(&bytes);
        ends.sort_by(f64::total_cmp);
        let (mut scanner, mut grown) = (Scanner::new(), Read::default());
        for end in ends {
            grown.go_on(&mut scanner, &bytes[..(end * bytes.len() as f64) as usize], step);
        }
        grown.go_on(&mut scanner, &bytes, step);
        prop_assert_eq!(&grown, &at_once);

        account_for_every_byte(&at_once, &bytes);
    }

    #[test]
    fn damage_costs_no_record_outside_its_range(
        payloads in payloads(), place in 0.0..1.0f64, length in 1usize..80, with in any::<u8>(),
    ) {
        let bytes: Vec<u8> = payloads.iter().flat_map(|payload| record(payload)).collect();
        let damaged = damage(&bytes, &[(place, length, Some(with))]);
        let from = (place * bytes.len() as f64) as u64;
        let to = from + length as u64;
        let read = Read::whole(&damaged);
        let mut at = 0;
        for payload in &payloads {
            let end = at + 16 + payload.len() as u64;
            if end <= from || at >= to {
                prop_assert!(read.records.contains(&(at, payload.clone())), "the record at {} is lost", at);
            }
            at = end;
        }
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..400), step in 1usize..50) {
        let mut read = Read::default();
        read.go_on(&mut Scanner::new(), &bytes, step);
        prop_assert!(read.tail.is_some());
    }
}
