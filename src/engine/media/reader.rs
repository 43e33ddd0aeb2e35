//! The bytes of a file that are here, for probes that never wait.

use std::cell::Cell;

use super::Lacking;

/// Bytes of the first read; most photos and sound files tell all but their end in it.
const FIRST_READ: usize = 16 << 10;
/// Bytes of a read that follows a jump: a box or chunk header and a little more.
const SHORT_READ: usize = 1 << 10;
/// The largest read.
const LONGEST_READ: usize = 128 << 10;
/// A step forward over at most this many unread bytes counts as reading on, not as a jump.
const NEARBY: u64 = 8 << 10;
/// Bytes of earlier reads that stay here beside the latest: what a step of a probe looks at before it goes on from elsewhere.
const KEPT: usize = LONGEST_READ;

/// What was read last of a file.
pub(super) struct Reader {
    len: u64,
    /// Where each begins, the latest first.
    pieces: Vec<(u64, Vec<u8>)>,
    /// What a probe has stopped for.
    lacking: Cell<(u64, usize)>,
    next_read: usize,
}

impl Reader {
    pub(super) fn new(len: u64) -> Self {
        Self { len, pieces: Vec::new(), lacking: Cell::default(), next_read: FIRST_READ }
    }

    pub(super) fn len(&self) -> u64 {
        self.len
    }

    /// What is here from `at` on: at least `count` bytes, or fewer where the source ends before.
    ///
    /// # Errors
    /// [`Lacking`] where they have to be read first.
    pub(super) fn from(&self, at: u64, count: usize) -> Result<&[u8], Lacking> {
        let count = self.at_most(at, count);
        if count == 0 {
            return Ok(&[]);
        }
        for (start, bytes) in &self.pieces {
            let skip = at.saturating_sub(*start).min(bytes.len() as u64) as usize;
            if at >= *start && bytes.len() - skip >= count {
                return Ok(bytes.get(skip..).unwrap_or_default());
            }
        }
        self.lacking.set((at, count));
        Err(Lacking)
    }

    /// As many of `count` bytes from `at` on as there are.
    fn at_most(&self, at: u64, count: usize) -> usize {
        self.len.saturating_sub(at).min(count as u64) as usize
    }

    /// Where to read what a probe lacks, and how much.
    pub(super) fn next(&mut self) -> (u64, usize) {
        let (at, count) = self.lacking.get();
        if let Some((start, bytes)) = self.pieces.first() {
            let reads_on = at >= *start && at <= (start + bytes.len() as u64).saturating_add(NEARBY);
            self.next_read = if reads_on { (self.next_read * 4).min(LONGEST_READ) } else { SHORT_READ };
        }
        // What is here of it already is read again: that is little, and moving it costs code.
        (at, self.at_most(at, self.next_read.max(count)))
    }

    pub(super) fn keep(&mut self, at: u64, bytes: Vec<u8>) {
        let (mut kept, mut pieces) = (0, 0);
        for (_, piece) in &self.pieces {
            kept += piece.len();
            pieces += usize::from(kept <= KEPT);
        }
        self.pieces.truncate(pieces);
        self.pieces.insert(0, (at, bytes));
    }
}

// Numbers are read in a hundred places. Inlined, they are an eighth of the probes' code.

/// The byte at `at`, or 0 where there is none.
#[inline(never)]
pub(super) fn byte(bytes: &[u8], at: usize) -> u8 {
    bytes.get(at).copied().unwrap_or_default()
}

/// The big-endian number in the two bytes at `at`, or 0 where there are none.
#[inline(never)]
pub(super) fn be16(bytes: &[u8], at: usize) -> u16 {
    match bytes.get(at..) {
        Some(&[a, b, ..]) => u16::from_be_bytes([a, b]),
        _ => 0,
    }
}

/// The big-endian number in the four bytes at `at`, or 0 where there are none.
#[inline(never)]
pub(super) fn be32(bytes: &[u8], at: usize) -> u32 {
    match bytes.get(at..) {
        Some(&[a, b, c, d, ..]) => u32::from_be_bytes([a, b, c, d]),
        _ => 0,
    }
}

/// The big-endian number in the eight bytes at `at`, or 0 where there are none.
#[inline(never)]
pub(super) fn be64(bytes: &[u8], at: usize) -> u64 {
    u64::from(be32(bytes, at)) << 32 | u64::from(be32(bytes, at.saturating_add(4)))
}

/// The little-endian number in the two bytes at `at`, or 0 where there are none.
#[inline(never)]
pub(super) fn le16(bytes: &[u8], at: usize) -> u16 {
    be16(bytes, at).swap_bytes()
}

/// The little-endian number in the four bytes at `at`, or 0 where there are none.
#[inline(never)]
pub(super) fn le32(bytes: &[u8], at: usize) -> u32 {
    be32(bytes, at).swap_bytes()
}
