//! How damage stands in a manifest.

use lightboard_events::{Cause, Damage, DecodeError, Tail};

use super::codec::{Put, Refused, Take};

pub(super) fn put_damage(out: &mut Vec<u8>, damage: Damage) {
    out.u64(damage.offset);
    out.u64(damage.length);
    match damage.cause {
        Cause::LengthChecksum { stored, computed } => {
            out.push(0);
            out.u32(stored);
            out.u32(computed);
        }
        Cause::PayloadChecksum { stored, computed } => {
            out.push(1);
            out.u32(stored);
            out.u32(computed);
        }
        Cause::TooLong { claimed } => {
            out.push(2);
            out.u64(claimed);
        }
        Cause::NotAnEvent(error) => {
            out.push(3);
            put_error(out, error);
        }
        Cause::Zeros => out.push(4),
        Cause::Truncated { needed } => {
            out.push(5);
            out.u64(needed);
        }
    }
}

pub(super) fn take_damage(take: &mut Take<'_>) -> Result<Damage, Refused> {
    let (offset, length) = (take.u64()?, take.u64()?);
    let cause = match take.array()? {
        [0] => Cause::LengthChecksum {
            stored: take.u32()?,
            computed: take.u32()?,
        },
        [1] => Cause::PayloadChecksum {
            stored: take.u32()?,
            computed: take.u32()?,
        },
        [2] => Cause::TooLong {
            claimed: take.u64()?,
        },
        [3] => Cause::NotAnEvent(take_error(take)?),
        [4] => Cause::Zeros,
        [5] => Cause::Truncated {
            needed: take.u64()?,
        },
        _ => return Err(Refused),
    };
    Ok(Damage {
        offset,
        length,
        cause,
    })
}

fn put_error(out: &mut Vec<u8>, error: DecodeError) {
    match error {
        DecodeError::Varint => out.push(0),
        DecodeError::Short => out.push(1),
        DecodeError::Key => out.push(2),
        DecodeError::WireType { field, found } => {
            out.push(3);
            out.u32(field);
            out.push(found);
        }
        DecodeError::Text => out.push(4),
        DecodeError::Group => out.push(5),
    }
}

fn take_error(take: &mut Take<'_>) -> Result<DecodeError, Refused> {
    Ok(match take.array()? {
        [0] => DecodeError::Varint,
        [1] => DecodeError::Short,
        [2] => DecodeError::Key,
        [3] => DecodeError::WireType {
            field: take.u32()?,
            found: take.array::<1>()?[0],
        },
        [4] => DecodeError::Text,
        [5] => DecodeError::Group,
        _ => return Err(Refused),
    })
}

pub(super) fn put_tail(out: &mut Vec<u8>, tail: Tail) {
    match tail {
        Tail::Clean => out.push(0),
        Tail::Truncated {
            offset,
            needed,
            present,
        } => {
            out.push(1);
            out.u64(offset);
            out.u64(needed);
            out.u64(present);
        }
        Tail::Zeros { offset, length } => {
            out.push(2);
            out.u64(offset);
            out.u64(length);
        }
        Tail::Unsettled(damage) => {
            out.push(3);
            put_damage(out, damage);
        }
    }
}

pub(super) fn take_tail(take: &mut Take<'_>) -> Result<Tail, Refused> {
    Ok(match take.array()? {
        [0] => Tail::Clean,
        [1] => Tail::Truncated {
            offset: take.u64()?,
            needed: take.u64()?,
            present: take.u64()?,
        },
        [2] => Tail::Zeros {
            offset: take.u64()?,
            length: take.u64()?,
        },
        [3] => Tail::Unsettled(take_damage(take)?),
        _ => return Err(Refused),
    })
}
