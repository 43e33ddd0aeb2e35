//! A window that moves over a [`Source`], so that parsing is synchronous wherever the bytes are already here.

use std::pin::Pin;

use super::{Fault, ProbeError, ReadError, Source};

/// Bytes of the first read; most photos and sound files tell all but their end in it.
const FIRST_READ: usize = 16 << 10;
/// Bytes of a read that follows a jump: a box or chunk header and a little more.
const SHORT_READ: usize = 1 << 10;
/// The largest read, and so what the window keeps in memory.
const LONGEST_READ: usize = 128 << 10;
/// A step forward over at most this many unread bytes counts as reading on, not as a jump.
const NEARBY: u64 = 8 << 10;

/// A [`Source`] behind a pointer. Without it every position at which a probe may wait would carry its own copy of what
/// waiting for a `Blob` means: a third of the probes' code.
pub(super) trait Fetch {
    fn fetch<'a>(&'a self, at: u64, len: usize, into: &'a mut Vec<u8>) -> Fetching<'a>;
}

/// A read that is under way.
pub(super) type Fetching<'a> = Pin<Box<dyn Future<Output = Result<(), ReadError>> + 'a>>;

impl<S: Source + ?Sized> Fetch for &S {
    fn fetch<'a>(&'a self, at: u64, len: usize, into: &'a mut Vec<u8>) -> Fetching<'a> {
        Box::pin(self.read(at, len, into))
    }
}

/// A [`Source`] with the bytes around the last position kept in memory.
pub(super) struct Reader<'a> {
    source: &'a dyn Fetch,
    len: u64,
    start: u64,
    window: Vec<u8>,
    next_read: usize,
    failure: Option<ReadError>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(source: &'a dyn Fetch, len: u64) -> Self {
        Self { source, len, start: 0, window: Vec::new(), next_read: FIRST_READ, failure: None }
    }

    /// What goes out to the caller for a fault on the way.
    pub(super) fn explain(self, fault: Fault) -> ProbeError {
        match fault {
            Fault::Read => ProbeError::Read(self.failure.unwrap_or(ReadError { message: String::new() })),
            Fault::Unsupported(detected) => ProbeError::UnsupportedFormat { detected },
            Fault::Corrupt(reason) => ProbeError::Corrupt { reason: String::from(reason) },
            Fault::UnknownDuration(reason) => ProbeError::UnknownDuration { reason: String::from(reason) },
        }
    }

    pub(super) fn len(&self) -> u64 {
        self.len
    }

    /// What the window holds from `at` on: at least `count` bytes, or fewer where the source ends before.
    pub(super) async fn from(&mut self, at: u64, count: usize) -> Result<&[u8], Fault> {
        let count = usize::try_from(self.len.saturating_sub(at)).unwrap_or(usize::MAX).min(count);
        if self.held(at).len() < count {
            self.fill(at, count).await?;
        }
        Ok(self.held(at))
    }

    fn held(&self, at: u64) -> &[u8] {
        let skip = at.checked_sub(self.start).and_then(|skip| usize::try_from(skip).ok());
        skip.and_then(|skip| self.window.get(skip..)).unwrap_or_default()
    }

    async fn fill(&mut self, at: u64, count: usize) -> Result<(), Fault> {
        let end = self.start + self.window.len() as u64;
        if end > 0 {
            let reads_on = at >= self.start && at <= end.saturating_add(NEARBY);
            self.next_read = if reads_on { (self.next_read * 4).min(LONGEST_READ) } else { SHORT_READ };
        }
        let left = usize::try_from(self.len.saturating_sub(at)).unwrap_or(usize::MAX);
        self.start = at;
        // What the window holds of it already is read again: that is little, and moving it costs code.
        let count = self.next_read.max(count).min(left);
        self.source.fetch(at, count, &mut self.window).await.map_err(|error| {
            self.failure = Some(error);
            Fault::Read
        })
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
