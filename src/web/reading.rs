//! Reading a file from its beginning to its end, in the way that each platform is fastest at.
//!
//! Each slice of a `Blob` costs a round trip to another process in browsers. A stream that fills memory it is given costs
//! the least; where there is none, large slices are asked for. Either way the platform reads on while the module encodes,
//! and neither holds more than a few megabytes of the file. `npm run bench` measures it.

use js_sys::{Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::Blob;

use super::http::is_page;
use super::js::{Builder, call, get};
use super::media::{Media, slice, view_of};
use super::time::{let_others, now_ms};
use crate::engine::media::{ReadError, Source};

/// How many bytes are given at once. Divisible by three, so that most pieces leave nothing over.
const PIECE_BYTES: u32 = 3 << 17;

/// How many bytes a slice has.
const SLICE_BYTES: u64 = 3 << 20;

/// How long a page is held up at a time, in milliseconds, before others have their turn.
const TURN_MS: f64 = 3.0;

/// A file that is being read.
pub(super) struct Reading {
    media: Media,
    /// How far.
    at: u64,
    /// Of a stream that fills memory.
    reader: Option<JsValue>,
    /// What the platform is reading.
    read: Option<JsFuture>,
    /// What the platform has given, and was not taken yet. A stream fills its memory again.
    rest: Uint8Array,
    /// Since when the page is held up; nothing outside pages.
    since_ms: Option<f64>,
}

impl Reading {
    pub(super) fn of(media: Media) -> Self {
        let (reader, rest) = match &media {
            Media::Bytes(bytes) => (None, bytes.clone()),
            Media::Blob { blob, .. } => (reader_of(blob), Uint8Array::new_with_length(PIECE_BYTES).subarray(0, 0)),
            _ => (None, Uint8Array::new_with_length(0)),
        };
        let mut reading = Self { media, at: 0, reader, read: None, rest, since_ms: is_page().then(now_ms) };
        reading.ask(0);
        reading
    }

    /// Gives the next bytes, in `into` unless the module holds them already. Gives nothing at the end.
    ///
    /// # Errors
    /// Whatever keeps the platform from giving as many bytes as it had said there are.
    pub(super) async fn next<'a>(&'a mut self, into: &'a mut Vec<u8>) -> Result<Option<&'a [u8]>, ReadError> {
        let (at, left) = (self.at, self.media.len() - self.at);
        if left == 0 {
            return Ok(None);
        }
        let length = left.min(u64::from(PIECE_BYTES));
        if self.media.held(at, length as usize).is_some() {
            self.at += length;
            return Ok(self.media.held(at, length as usize));
        }
        self.let_others().await;
        if self.rest.length() == 0 {
            self.rest = self.given().await.filter(|given| given.length() > 0).ok_or_else(lost)?;
        }
        let (given, length) = (self.rest.length(), self.rest.length().min(PIECE_BYTES));
        if u64::from(given) > left {
            return Err(lost());
        }
        into.resize(length as usize, 0);
        self.rest.subarray(0, length).copy_to(into);
        self.rest = self.rest.subarray(length, given);
        self.at += u64::from(length);
        if length == given && self.reader.is_some() {
            self.ask(self.at);
        }
        Ok(Some(into))
    }

    /// Has the platform read on.
    fn ask(&mut self, from: u64) {
        let Media::Blob { blob, bytes } = &self.media else { return };
        let promise = match &self.reader {
            _ if from >= *bytes => None,
            Some(reader) => {
                let view = Uint8Array::new_with_byte_offset_and_length(&self.rest.buffer(), 0, PIECE_BYTES);
                call(reader, "read", &[&view]).ok()
            }
            None => slice(blob, from as f64, (from + SLICE_BYTES).min(*bytes) as f64),
        };
        self.read = promise.map(|promise| JsFuture::from(Promise::resolve(&promise)));
    }

    /// Waits for what was asked for. The next slice is asked for at once, so that it comes while this one is encoded.
    async fn given(&mut self) -> Option<Uint8Array> {
        let given = self.read.take()?.await.ok()?;
        if self.reader.is_some() {
            return get(&given, "value").dyn_into().ok();
        }
        self.ask(self.at + SLICE_BYTES);
        // Others had their turn while a slice was on its way; a stream may have had its bytes already.
        self.since_ms = self.since_ms.map(|_| now_ms());
        view_of(&given, None)
    }

    /// Lets the page do what else it has to do, from time to time.
    async fn let_others(&mut self) {
        if self.since_ms.is_none_or(|since_ms| now_ms() - since_ms < TURN_MS) {
            return;
        }
        let_others().await;
        self.since_ms = Some(now_ms());
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        if let Some(Ok(promise)) = self.reader.as_ref().map(|reader| call(reader, "cancel", &[])) {
            // It may reject; what a future listens to is never told as unhandled.
            drop(JsFuture::from(Promise::resolve(&promise)));
        }
    }
}

/// Gives nothing where the streams of files do not fill memory.
fn reader_of(blob: &JsValue) -> Option<JsValue> {
    let open = |blob: &JsValue| {
        let stream = call(blob, "stream", &[]).ok()?;
        call(&stream, "getReader", &[&Builder::new().set("mode", "byob").build()]).ok()
    };
    // An empty file tells: with a stream that is not used, WebKit reads the whole file for nothing.
    open(&Blob::new().ok()?.into())?;
    open(blob)
}

fn lost() -> ReadError {
    ReadError { message: String::from("the platform did not give the bytes") }
}
