//! Records on their way to the operating system, as many at a time as make a good write.

use crate::record::Record;

/// Bytes of small records that go together, so that the buffer, which doubles as it grows, has 1 MiB at most.
pub(crate) const BATCH: usize = 7 << 17;

/// Records of so many bytes go alone: to copy them behind others would be dear.
const LARGE: usize = 128 << 10;

/// Records that are whole, one behind the other.
#[derive(Debug)]
pub(crate) struct Batch {
    pub(crate) bytes: Record,
    pub(crate) records: u64,
}

impl Batch {
    /// How many whole records the first `written` bytes hold, and where the last of them ends.
    pub(crate) fn whole_records(&self, written: usize) -> (u64, usize) {
        match &self.bytes {
            Record::Memory(records) => whole_records(records, written),
            Record::Spooled(_) if written >= self.bytes.size() => (1, written),
            Record::Spooled(_) => (0, 0),
        }
    }

    /// Leaves the first `records` out, which end at `start`.
    pub(crate) fn cut_front(&mut self, records: u64, start: usize) {
        if let Record::Memory(bytes) = &mut self.bytes {
            bytes.drain(..start);
            self.records -= records;
        }
    }
}

/// Batches that grow.
#[derive(Debug, Default)]
pub(crate) struct Batches {
    full: Vec<Batch>,
    /// The last one, to which small records are appended.
    pub(crate) open: Vec<u8>,
    open_records: u64,
}

impl Batches {
    pub(crate) fn is_empty(&self) -> bool {
        self.open.is_empty() && self.full.is_empty()
    }

    /// Whether there is more than what small records come to that are gathered.
    pub(crate) fn is_any_full(&self) -> bool {
        !self.full.is_empty()
    }

    pub(crate) fn records(&self) -> u64 {
        self.full.iter().map(|batch| batch.records).sum::<u64>() + self.open_records
    }

    /// Notes that a record of as many bytes was appended to `open`; whether it is the first of a batch, or the last.
    #[inline]
    pub(crate) fn appended(&mut self, bytes: usize) -> bool {
        self.open_records += 1;
        if self.open.len() >= BATCH {
            self.seal();
            return true;
        }
        self.open.len() == bytes
    }

    /// Appends a record; whether it is the first or last of a batch.
    pub(crate) fn push(&mut self, record: Record) -> bool {
        match record {
            Record::Memory(bytes) if bytes.len() < LARGE => {
                self.open.extend_from_slice(&bytes);
                self.appended(bytes.len())
            }
            bytes => {
                self.seal();
                self.full.push(Batch { bytes, records: 1 });
                true
            }
        }
    }

    fn seal(&mut self) {
        let bytes = std::mem::take(&mut self.open);
        let records = std::mem::take(&mut self.open_records);
        if records > 0 {
            let bytes = Record::Memory(bytes);
            self.full.push(Batch { bytes, records });
        }
    }

    /// Takes all; goes on in the empty buffer `spare`.
    pub(crate) fn take(&mut self, spare: Vec<u8>) -> Vec<Batch> {
        self.seal();
        self.open = spare;
        std::mem::take(&mut self.full)
    }

    /// Bytes in memory.
    pub(crate) fn in_memory(&self) -> usize {
        let full = self.full.iter().map(|batch| batch.bytes.in_memory());
        full.sum::<usize>() + self.open.len()
    }

    /// Bytes in spools.
    pub(crate) fn spooled(&self) -> u64 {
        self.full.iter().map(|batch| batch.bytes.spooled()).sum()
    }
}

/// How many whole records the first `written` bytes of `records` hold, and where the last of them ends.
fn whole_records(records: &[u8], written: usize) -> (u64, usize) {
    let (mut count, mut end) = (0, 0);
    while let Some(length) = records.get(end..end + 8) {
        let mut bytes = [0; 8];
        bytes.copy_from_slice(length);
        let next = end + 12 + u64::from_le_bytes(bytes) as usize + 4;
        if next > written {
            break;
        }
        (count, end) = (count + 1, next);
    }
    (count, end)
}

#[cfg(test)]
mod tests {
    use super::{BATCH, Batch, Batches, LARGE, whole_records};
    use crate::record::Record;
    use lightboard_events::encode;

    #[test]
    fn a_torn_record_does_not_count() {
        let mut records = Vec::new();
        let mut ends = vec![0];
        for tag in ["a", "long tag", ""] {
            encode::scalar(&mut records, 1.0, 1, tag, encode::Scalar::Simple(0.0));
            ends.push(records.len());
        }
        for written in 0..=records.len() {
            let whole = ends.iter().filter(|&&end| end <= written).count() - 1;
            assert_eq!(
                whole_records(&records, written),
                (whole as u64, ends[whole])
            );
        }
    }

    #[test]
    fn order_is_kept_whatever_size_records_have() {
        let mut batches = Batches::default();
        let sizes = [1, LARGE, 2, 3, LARGE + 1, LARGE - 1, BATCH, 4];
        for (value, size) in (0..).zip(sizes) {
            batches.push(Record::Memory(vec![value; size]));
        }
        assert_eq!(batches.records(), sizes.len() as u64);
        assert_eq!(batches.in_memory(), sizes.iter().sum::<usize>());
        let taken = batches.take(Vec::new());
        assert!(batches.is_empty());
        let bytes = |batch: &Batch| match &batch.bytes {
            Record::Memory(bytes) => bytes.clone(),
            Record::Spooled(_) => unreachable!(),
        };
        let found: Vec<u8> = taken.iter().flat_map(bytes).collect();
        let expected = (0..).zip(sizes).flat_map(|(value, size)| vec![value; size]);
        assert!(found.into_iter().eq(expected));
        assert_eq!(taken.iter().map(|batch| batch.records).sum::<u64>(), 8);
    }
}
