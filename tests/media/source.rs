//! A source that counts what is read from it, and the means to run a probe on it without an executor.

use std::cell::Cell;
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use kling_avatar::engine::media::{AudioInfo, ImageInfo, ProbeError, ReadError, Source, probe_audio, probe_image};

/// What a probe read.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Reads {
    pub calls: u64,
    pub bytes: u64,
    pub longest: u64,
}

/// Bytes that count how they are read, and that panic where the contract of [`Source::read`] is broken.
pub struct Counting<'a> {
    bytes: &'a [u8],
    reads: Cell<Reads>,
}

impl<'a> Counting<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, reads: Cell::default() }
    }

    pub fn reads(&self) -> Reads {
        self.reads.get()
    }
}

impl Source for Counting<'_> {
    fn len(&self) -> u64 {
        self.bytes.len() as u64
    }

    async fn read(&self, offset: u64, len: usize, into: &mut Vec<u8>) -> Result<(), ReadError> {
        assert!(offset + len as u64 <= self.bytes.len() as u64, "read of {len} at {offset} of {}", self.bytes.len());
        let Reads { calls, bytes, longest } = self.reads.get();
        self.reads.set(Reads { calls: calls + 1, bytes: bytes + len as u64, longest: longest.max(len as u64) });
        self.bytes.read(offset, len, into).await
    }
}

/// Runs a future that never waits.
pub fn ready<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("a source in memory never waits"),
    }
}

pub fn audio(bytes: &[u8]) -> (Result<AudioInfo, ProbeError>, Reads) {
    let source = Counting::new(bytes);
    (ready(probe_audio(&source, usize::MAX)), source.reads())
}

pub fn image(bytes: &[u8]) -> (Result<ImageInfo, ProbeError>, Reads) {
    let source = Counting::new(bytes);
    (ready(probe_image(&source, usize::MAX)), source.reads())
}

/// Panics where a probe read more of a file, or more often, than any file of `len` bytes can be worth.
pub fn assert_bounded(reads: Reads, len: usize) {
    let len = len as u64;
    assert!(reads.longest <= 128 << 10, "memory is not flat: {reads:?}");
    assert!(reads.bytes <= 3 * len + (64 << 10), "{reads:?} of {len} bytes");
    assert!(reads.calls <= len / 512 + 100, "{reads:?} of {len} bytes");
}
