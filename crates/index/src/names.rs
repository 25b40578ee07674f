//! Names: how raw path bytes are shown, ordered and made into stable ids.

use std::array;
use std::cmp::Ordering;
use std::fmt::Write;

/// The text for raw path bytes: UTF-8 as it is, every other byte as `\xNN`.
pub fn shown(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            write!(text, "\\x{byte:02x}").expect("text takes more text");
        }
    }
    text
}

/// The id of a run: that of the log directory's name, a zero byte and the run's raw path below it (`spec/api.md`).
pub fn run_id(logdir: &str, path: &[u8]) -> String {
    id_of(&[logdir.as_bytes(), &[0], path].concat())
}

const DIGITS: &[u8; 32] = b"0123456789abcdefghijklmnopqrstuv";
const ID_LENGTH: usize = 13;

/// 13 characters of `0-9a-v`, most significant bits first: the 64-bit FNV-1a hash of `bytes`.
pub(crate) fn id_of(bytes: &[u8]) -> String {
    let hash = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let id: [u8; ID_LENGTH] = array::from_fn(|place| {
        let below = ID_LENGTH - 1 - place;
        DIGITS[(hash >> (5 * below)) as usize & 31]
    });
    String::from_utf8_lossy(&id).into_owned()
}

/// The 64-bit hash of which this is the id, if it is one; of other texts of its form, any.
pub(crate) fn hash_of(id: &str) -> Option<u64> {
    is_id(id.as_bytes()).then(|| {
        id.bytes().fold(0, |hash, digit| {
            let value = digit
                - if digit.is_ascii_digit() {
                    b'0'
                } else {
                    b'a' - 10
                };
            hash << 5 | u64::from(value)
        })
    })
}

/// Whether this can be such an id.
pub(crate) fn is_id(name: &[u8]) -> bool {
    name.len() == ID_LENGTH
        && name
            .iter()
            .all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'v'))
}

/// Natural order: numbers inside names by value, so that `run2` comes before `run10` and `lr=0.003` before `lr=0.1`.
///
/// Digits after a point are a fraction only behind a zero: `1.10` is more often a version than a number.
pub fn natural(left: &str, right: &str) -> Ordering {
    let (mut a, mut b) = (left.as_bytes(), right.as_bytes());
    // What both names have had so far is the same, so one memory serves both.
    let (mut after_zero, mut fraction) = (false, false);
    while let (Some(x), Some(y)) = (a.first(), b.first()) {
        let order = if x.is_ascii_digit() && y.is_ascii_digit() {
            let (x, y) = (take_digits(&mut a), take_digits(&mut b));
            let order = if fraction { x.cmp(y) } else { by_value(x, y) };
            (after_zero, fraction) = (!fraction && x.iter().all(|digit| *digit == b'0'), false);
            order
        } else {
            (after_zero, fraction) = (false, after_zero && *x == b'.');
            (a, b) = (&a[1..], &b[1..]);
            x.cmp(y)
        };
        if order.is_ne() {
            return order;
        }
    }
    a.len().cmp(&b.len()).then_with(|| left.cmp(right))
}

/// Takes the digits at the start of `text`.
fn take_digits<'a>(text: &mut &'a [u8]) -> &'a [u8] {
    let length = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, rest) = text.split_at(length);
    *text = rest;
    digits
}

fn by_value(left: &[u8], right: &[u8]) -> Ordering {
    let [left, right] = [left, right]
        .map(|digits| &digits[digits.iter().take_while(|digit| **digit == b'0').count()..]);
    left.len().cmp(&right.len()).then_with(|| left.cmp(right))
}

/// The number of single-character edits between two names, for suggestions.
pub(crate) fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, x) in left.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in right.iter().enumerate() {
            let substituted = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::{distance, hash_of, natural, run_id, shown};

    #[test]
    fn other_bytes_than_utf8_are_shown_in_hex() {
        assert_eq!(shown("実験/run".as_bytes()), "実験/run");
        assert_eq!(shown(b"a\xff\xc3(b"), "a\\xff\\xc3(b");
    }

    #[test]
    fn ids_are_pinned_because_links_and_selections_hold_them() {
        assert_eq!(run_id("", b""), "auott9i303duv");
        assert_ne!(run_id("runs", b"a"), run_id("runsa", b""));
        assert_eq!(run_id("runs", "実験".as_bytes()).len(), 13);
        assert_eq!(hash_of("0000000000010"), Some(32));
        assert_eq!(hash_of("fvvvvvvvvvvvv"), Some(u64::MAX));
        assert_eq!((hash_of("w000000000000"), hash_of("0")), (None, None));
    }

    #[test]
    fn numbers_order_by_value() {
        let mut names = [
            "run10", "run2", "run", "Run1", "run02", "run2a", "1e3", "実験10", "実験9",
        ];
        names.sort_by(|a, b| natural(a, b));
        assert_eq!(
            names,
            [
                "1e3", "Run1", "run", "run02", "run2", "run2a", "run10", "実験9", "実験10"
            ]
        );
    }

    #[test]
    fn fractions_order_by_value_and_versions_by_their_parts() {
        for names in [
            [
                "lr=0.003,batch=64",
                "lr=0.01,batch=32",
                "lr=0.1,batch=128",
                "lr=0.1,batch=256",
            ],
            ["0", "0.0", "0.05", "0.5"],
            ["v1.2", "v1.9", "v1.10", "v2.0"],
        ] {
            for pair in names.windows(2) {
                assert!(natural(pair[0], pair[1]).is_lt(), "{pair:?}");
            }
        }
    }

    #[test]
    fn distances() {
        assert_eq!(distance("runs", "rnus"), 2);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("kitten", "sitting"), 3);
    }
}
