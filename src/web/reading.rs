//! Reading a file from its beginning to its end, in the way that each platform is fastest at.
//!
//! Each slice of a `Blob` costs a round trip to another process in browsers. A stream that fills memory it is given costs
//! the least; where there is none, large slices are asked for ahead. Either way the platform reads on while the module
//! encodes, and neither holds more than a few megabytes of the file. `npm run bench` measures it.

use js_sys::{ArrayBuffer, Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::Blob;

use super::http::is_page;
use super::js::{Builder, call, get};
use super::media::{Media, slice, view_of};
use super::time::now_ms;
use crate::engine::media::{ReadError, Source};

/// How many bytes are given at once. Divisible by three, so that most pieces leave nothing over.
const PIECE_BYTES: u32 = 3 << 17;

/// How many bytes a slice has, and how many slices are asked for ahead.
const SLICE_BYTES: u64 = 3 << 19;
const SLICES_AHEAD: usize = 2;

/// How long a page is held up at a time, in milliseconds, before others have their turn.
const TURN_MS: f64 = 3.0;

/// A file that is being read.
pub(super) struct Reading {
    media: Media,
    /// How far.
    at: u64,
    way: Way,
    /// What the platform has given, and was not taken yet.
    rest: Uint8Array,
    /// Since when the page is held up; nothing outside pages.
    since_ms: Option<f64>,
}

enum Way {
    /// All of it is there.
    Memory,
    /// A reader, the memory that it fills, and what it does at the moment.
    Stream { reader: JsValue, memory: ArrayBuffer, read: Option<JsFuture> },
    /// The slices that are on their way, and up to where they reach.
    Slices { reads: Vec<JsFuture>, asked: u64 },
}

impl Reading {
    pub(super) fn of(media: Media) -> Self {
        let (way, rest) = match &media {
            Media::Blob { blob, .. } => (stream_of(blob).unwrap_or_else(Way::slices), None),
            Media::Bytes(bytes) => (Way::Memory, Some(bytes.clone())),
            _ => (Way::Memory, None),
        };
        let rest = rest.unwrap_or_else(|| Uint8Array::new_with_length(0));
        let mut reading = Self { media, at: 0, way, rest, since_ms: is_page().then(now_ms) };
        reading.ask();
        reading
    }

    /// Gives the next bytes, in `into` unless the module holds them already. Gives nothing at the end.
    ///
    /// # Errors
    /// Whatever keeps the platform from giving as many bytes as it had said there are.
    pub(super) async fn next<'a>(&'a mut self, into: &'a mut Vec<u8>) -> Result<Option<&'a [u8]>, ReadError> {
        let left = self.media.len() - self.at;
        if left == 0 {
            return Ok(None);
        }
        let (at, length) = (self.at, left.min(u64::from(PIECE_BYTES)));
        if self.media.held(at, length as usize).is_some() {
            self.at += length;
            return Ok(self.media.held(at, length as usize));
        }
        if self.rest.length() == 0 {
            self.rest = self.given().await.filter(|given| given.length() > 0).ok_or_else(lost)?;
        } else {
            self.let_others().await;
        }
        let (given, length) = (self.rest.length(), self.rest.length().min(PIECE_BYTES));
        if u64::from(given) > left {
            return Err(lost());
        }
        into.resize(length as usize, 0);
        self.rest.subarray(0, length).copy_to(into);
        self.rest = self.rest.subarray(length, given);
        self.at += u64::from(length);
        if length == given {
            self.ask();
        }
        Ok(Some(into))
    }

    /// Has the platform read on.
    fn ask(&mut self) {
        let (bytes, Media::Blob { blob, .. }) = (self.media.len(), &self.media) else { return };
        match &mut self.way {
            Way::Memory => {}
            Way::Stream { reader, memory, read } => {
                let view = Uint8Array::new_with_byte_offset_and_length(memory, 0, memory.byte_length());
                let next = (self.at < bytes).then(|| call(reader, "read", &[&view]));
                *read = next.and_then(Result::ok).map(future);
            }
            Way::Slices { reads, asked } => {
                while reads.len() < SLICES_AHEAD && *asked < bytes {
                    let end = bytes.min(*asked + SLICE_BYTES);
                    let Some(read) = slice(blob, *asked as f64, end as f64) else { return };
                    reads.push(future(read));
                    *asked = end;
                }
            }
        }
    }

    /// Waits for what was asked for.
    async fn given(&mut self) -> Option<Uint8Array> {
        let given = match &mut self.way {
            Way::Stream { memory, read, .. } => {
                let step = read.take()?.await.ok()?;
                let given: Uint8Array = get(&step, "value").dyn_into().ok()?;
                *memory = given.buffer();
                given
            }
            Way::Slices { reads, .. } if !reads.is_empty() => {
                view_of(&reads.remove(0).await.ok()?, None)?
            }
            _ => return None,
        };
        self.since_ms = self.since_ms.map(|_| now_ms());
        Some(given)
    }

    /// Lets the page do what else it has to do, from time to time.
    async fn let_others(&mut self) {
        if self.since_ms.is_none_or(|since_ms| now_ms() - since_ms < TURN_MS) {
            return;
        }
        // Timers are slow in hidden tabs, and `scheduler.yield` comes back before what others have waiting.
        if let Ok(blob) = Blob::new() {
            let _ = JsFuture::from(blob.array_buffer()).await;
        }
        self.since_ms = Some(now_ms());
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        if let Way::Stream { reader, .. } = &self.way
            && let Ok(promise) = call(reader, "cancel", &[])
        {
            // It may reject; the closures of a future keep that from being told as unhandled.
            drop(future(promise));
        }
    }
}

impl Way {
    fn slices() -> Self {
        Self::Slices { reads: Vec::new(), asked: 0 }
    }
}

/// Gives nothing where the streams of files do not fill memory.
fn stream_of(blob: &JsValue) -> Option<Way> {
    // An empty file tells: with a stream that is not used, WebKit reads the whole file for nothing.
    filling_reader(&Blob::new().ok()?.into())?;
    Some(Way::Stream { reader: filling_reader(blob)?, memory: ArrayBuffer::new(PIECE_BYTES), read: None })
}

fn filling_reader(blob: &JsValue) -> Option<JsValue> {
    let stream = call(blob, "stream", &[]).ok()?;
    call(&stream, "getReader", &[&Builder::new().set("mode", "byob").build()]).ok()
}

fn future(promise: JsValue) -> JsFuture {
    JsFuture::from(Promise::resolve(&promise))
}

fn lost() -> ReadError {
    ReadError { message: String::from("the platform did not give the bytes") }
}
