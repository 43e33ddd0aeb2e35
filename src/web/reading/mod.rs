//! Reading a file from its beginning to its end, in the way that each platform is fastest at.
//!
//! The platform reads on while the module encodes, and neither holds more than a few megabytes of the file.
//! `npm run bench` measures it.

#[cfg_attr(feature = "npm-server", path = "server.rs")]
#[cfg_attr(not(feature = "npm-server"), path = "page.rs")]
mod blob;
mod slices;

use js_sys::Uint8Array;

use self::blob::Reads;
use super::http::is_page;
use super::media::Media;
use super::promise::{Outcome, Settled};
use super::time::{let_others, now_ms};
use crate::engine::media::Source;

/// How many bytes are given at once. Divisible by three, so that most pieces leave nothing over.
const PIECE_BYTES: u32 = 3 << 17;

/// The same of what lies in the module's memory: what the platform does for each piece counts for more there.
const HELD_PIECE_BYTES: u64 = 3 << 18;

/// How long a page is held up at a time, in milliseconds, before others have their turn.
const TURN_MS: f64 = 3.0;

/// A file that is being read.
pub(super) struct Reading {
    media: Media,
    /// How far.
    at: u64,
    /// Of a blob.
    reads: Option<Reads>,
    /// What the platform has given, and was not taken yet.
    rest: Uint8Array,
    /// Since when the page is held up; nothing outside pages.
    since_ms: Option<f64>,
    waits_for: WaitsFor,
}

/// What was waited for since the last bytes.
#[derive(PartialEq)]
enum WaitsFor {
    Nothing,
    /// That others have had their turn.
    Others,
    /// The platform.
    Bytes,
}

/// What comes next of a file.
pub(super) enum Read<'a> {
    Bytes(&'a [u8]),
    /// Something to wait for, whose outcome is wanted.
    Wait(Settled),
    End,
    /// The platform does not give as many bytes as it had said there are.
    Lost,
}

impl Reading {
    pub(super) fn of(media: Media) -> Self {
        let (reads, rest) = match &media {
            Media::Bytes(bytes) => (None, bytes.clone()),
            Media::Blob { blob, bytes } => (Some(Reads::of(blob, *bytes)), Uint8Array::new_with_length(0)),
            _ => (None, Uint8Array::new_with_length(0)),
        };
        Self { media, at: 0, reads, rest, since_ms: is_page().then(now_ms), waits_for: WaitsFor::Nothing }
    }

    /// Has the platform begin, so that there is something when the first bytes are wanted.
    pub(super) fn begin(&mut self) {
        if let Some(reads) = &mut self.reads {
            reads.begin();
        }
    }

    /// Whether the platform has nothing more to be asked for.
    pub(super) fn is_asked_for(&self) -> bool {
        self.reads.as_ref().is_none_or(Reads::are_asked_for)
    }

    /// Gives the next bytes, in `into` unless the module holds them already.
    pub(super) fn next<'a>(&'a mut self, into: &'a mut Vec<u8>) -> Read<'a> {
        let (at, left) = (self.at, self.media.len() - self.at);
        if left == 0 {
            return Read::End;
        }
        let length = left.min(HELD_PIECE_BYTES);
        if self.media.held(at, length as usize).is_some() {
            self.at += length;
            return self.media.held(at, length as usize).map_or(Read::Lost, Read::Bytes);
        }
        if self.waits_for == WaitsFor::Nothing && self.since_ms.is_some_and(|since_ms| now_ms() - since_ms >= TURN_MS) {
            self.waits_for = WaitsFor::Others;
            return Read::Wait(let_others());
        }
        let (given, length) = (self.rest.length(), self.rest.length().min(PIECE_BYTES));
        if given == 0 && self.waits_for != WaitsFor::Bytes {
            self.waits_for = WaitsFor::Bytes;
            return self.reads.as_mut().and_then(Reads::next).map_or(Read::Lost, Read::Wait);
        }
        self.waits_for = WaitsFor::Nothing;
        if given == 0 || u64::from(given) > left {
            return Read::Lost;
        }
        if into.len() < length as usize {
            // Not `resize`, which in a module made for size fills byte by byte.
            *into = vec![0; length as usize];
        }
        into.truncate(length as usize);
        self.rest.subarray(0, length).copy_to(into);
        self.rest = self.rest.subarray(length, given);
        self.at += u64::from(length);
        if length == given
            && let Some(reads) = &mut self.reads
        {
            reads.used(&self.rest.buffer());
        }
        Read::Bytes(into)
    }

    /// Takes what was waited for.
    pub(super) fn take(&mut self, given: Outcome) {
        let mut had_turn = true;
        if let (WaitsFor::Bytes, Some(reads), Ok(given)) = (&self.waits_for, &mut self.reads, given) {
            let bytes;
            (bytes, had_turn) = reads.taken(&given);
            self.rest = bytes.unwrap_or_default();
        }
        if had_turn {
            self.since_ms = self.since_ms.map(|_| now_ms());
        }
    }
}
