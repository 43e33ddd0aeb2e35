//! The bytes of a [`Source`] that are here, for probes that never wait: one that lacks bytes stops and is begun again.

use super::{Fault, ProbeError, ReadError, Source};

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

/// Runs a probe until it knows, or until it would read more than `most_bytes`. Whenever bytes are not here it is begun again
/// with them, so it has to keep how far it has come, and to change that only behind the last read of each step. So it waits in
/// this one place alone: code that may wait anywhere is larger by half. (Each probe is a function of its own, never inlined:
/// all in one are larger, in the download, too.)
///
/// # Errors
/// What the probe finds, and that bytes cannot be read.
pub(super) async fn run<S: Source + ?Sized, T>(
    source: &S,
    most_bytes: usize,
    mut probe: impl FnMut(&mut Reader) -> Result<T, Fault>,
) -> Result<T, ProbeError> {
    if source.is_empty() {
        return Err(ProbeError::Empty);
    }
    let (mut reader, mut left) = (Reader::new(source.len()), most_bytes);
    loop {
        let fault = match probe(&mut reader) {
            Ok(found) => return Ok(found),
            Err(fault) => fault,
        };
        match fault {
            Fault::Lacking => {
                let (at, count) = reader.next();
                let enough = || ProbeError::Read(ReadError { message: String::from("no more of it is read") });
                left = left.checked_sub(count).ok_or_else(enough)?;
                let mut bytes = Vec::new();
                source.read(at, count, &mut bytes).await.map_err(ProbeError::Read)?;
                if bytes.len() < count {
                    // Without it the probe would stop here for ever.
                    return Err(ProbeError::Read(ReadError { message: String::from("bytes are missing") }));
                }
                reader.keep(at, bytes);
            }
            Fault::Unsupported(detected) => return Err(ProbeError::UnsupportedFormat { detected }),
            Fault::Corrupt(reason) => return Err(ProbeError::Corrupt { reason: String::from(reason) }),
            Fault::UnknownDuration(reason) => {
                return Err(ProbeError::UnknownDuration { reason: String::from(reason) });
            }
        }
    }
}

/// What was read last of a [`Source`].
pub(super) struct Reader {
    len: u64,
    /// Where each begins, the latest first.
    pieces: Vec<(u64, Vec<u8>)>,
    /// What a probe has stopped for.
    lacking: (u64, usize),
    next_read: usize,
}

impl Reader {
    fn new(len: u64) -> Self {
        Self { len, pieces: Vec::new(), lacking: (0, 0), next_read: FIRST_READ }
    }

    pub(super) fn len(&self) -> u64 {
        self.len
    }

    /// What is here from `at` on: at least `count` bytes, or fewer where the source ends before.
    ///
    /// # Errors
    /// [`Fault::Lacking`] where they have to be read first.
    pub(super) fn from(&mut self, at: u64, count: usize) -> Result<&[u8], Fault> {
        let count = self.left(at).min(count);
        if count == 0 {
            return Ok(&[]);
        }
        for (start, bytes) in &self.pieces {
            let skip = at.checked_sub(*start).and_then(|skip| usize::try_from(skip).ok());
            if let Some(rest) = skip.and_then(|skip| bytes.get(skip..)).filter(|rest| rest.len() >= count) {
                return Ok(rest);
            }
        }
        self.lacking = (at, count);
        Err(Fault::Lacking)
    }

    fn left(&self, at: u64) -> usize {
        usize::try_from(self.len.saturating_sub(at)).unwrap_or(usize::MAX)
    }

    /// Where to read what a probe lacks, and how much.
    fn next(&mut self) -> (u64, usize) {
        let (at, count) = self.lacking;
        if let Some((start, bytes)) = self.pieces.first() {
            let reads_on = at >= *start && at <= (start + bytes.len() as u64).saturating_add(NEARBY);
            self.next_read = if reads_on { (self.next_read * 4).min(LONGEST_READ) } else { SHORT_READ };
        }
        // What is here of it already is read again: that is little, and moving it costs code.
        (at, self.next_read.max(count).min(self.left(at)))
    }

    fn keep(&mut self, at: u64, bytes: Vec<u8>) {
        let mut kept = 0;
        self.pieces.retain(|(_, piece)| {
            kept += piece.len();
            kept <= KEPT
        });
        self.pieces.insert(0, (at, bytes));
    }
}

// Numbers are read in a hundred places. Inlined, they are an eighth of the probes' code.

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
