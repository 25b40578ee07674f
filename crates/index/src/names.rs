//! Names: how raw path bytes are shown, ordered and made into stable ids.

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

/// The id of a run: 13 characters of `0-9a-v`, the 64-bit FNV-1a hash of the log directory's name, a zero byte and the
/// run's raw path below it, most significant bits first (`spec/api.md`).
pub fn run_id(logdir: &str, path: &[u8]) -> String {
    let bytes = logdir.bytes().chain([0]).chain(path.iter().copied());
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    (0..13)
        .rev()
        .map(|place| {
            char::from(b"0123456789abcdefghijklmnopqrstuv"[(hash >> (5 * place)) as usize & 31])
        })
        .collect()
}

/// Natural order: numbers inside names by value, so that `run2` comes before `run10`.
pub fn natural(left: &str, right: &str) -> Ordering {
    let (mut a, mut b) = (left.as_bytes(), right.as_bytes());
    while let (Some(x), Some(y)) = (a.first(), b.first()) {
        let order = if x.is_ascii_digit() && y.is_ascii_digit() {
            let (x, y) = (take_number(&mut a), take_number(&mut b));
            x.len().cmp(&y.len()).then_with(|| x.cmp(y))
        } else {
            (a, b) = (&a[1..], &b[1..]);
            x.cmp(y)
        };
        if order.is_ne() {
            return order;
        }
    }
    a.len().cmp(&b.len()).then_with(|| left.cmp(right))
}

/// Takes the digits at the start of `text`, without leading zeros.
fn take_number<'a>(text: &mut &'a [u8]) -> &'a [u8] {
    let length = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (number, rest) = text.split_at(length);
    *text = rest;
    &number[number.iter().take_while(|byte| **byte == b'0').count()..]
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
    use super::{distance, natural, run_id, shown};

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
    fn distances() {
        assert_eq!(distance("runs", "rnus"), 2);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("kitten", "sitting"), 3);
    }
}
