//! Blobs in browsers, where each read is a round trip to another process. A stream that fills memory it is given costs the
//! least; where there is none, slices are asked for.

use js_sys::{ArrayBuffer, Uint8Array};
use wasm_bindgen::prelude::*;

use super::PIECE_BYTES;
use super::slices::{AHEAD, Slices};
use crate::web::js::{Builder, call, construct, get};
use crate::web::media::{bytes_of, view_of};
use crate::web::promise::Settled;

/// A blob that is being read.
pub(super) struct Reads {
    slices: Slices,
    /// Of a stream that fills memory.
    reader: Option<JsValue>,
}

impl Reads {
    pub(super) fn of(blob: &JsValue, bytes: u64) -> Self {
        Self { slices: Slices::of(blob, bytes), reader: None }
    }

    /// Asks for the first slice, where there are slices: a second stream would take time from the first one.
    pub(super) fn begin(&mut self) {
        if !FILLS_MEMORY.with(|fills| *fills) {
            self.slices.ask(1);
        }
    }

    /// Whether the platform was asked for all of it.
    pub(super) fn are_asked_for(&self) -> bool {
        self.slices.asked == self.slices.bytes
    }

    /// Gives what is waited for, which [`Self::taken`] reads.
    pub(super) fn next(&mut self) -> Option<Settled> {
        self.begin();
        if self.slices.asked == 0 {
            self.reader = reader_of(&self.slices.blob);
            self.used(&Uint8Array::new_with_length(PIECE_BYTES).buffer());
        }
        if self.reader.is_none() {
            self.slices.ask(AHEAD);
        }
        self.slices.take()
    }

    /// Gives the bytes, and whether others had their turn while they came: a stream may have had them already.
    pub(super) fn taken(&mut self, given: &JsValue) -> (Option<Uint8Array>, bool) {
        if self.reader.is_none() {
            self.slices.ask(AHEAD);
            return (view_of(given, None), true);
        }
        let bytes = bytes_of(&get(given, "value")).flatten();
        self.slices.asked += bytes.as_ref().map_or(0, |bytes| u64::from(bytes.length()));
        (bytes, false)
    }

    /// Takes back the memory of what was given. A stream fills it again.
    pub(super) fn used(&mut self, memory: &ArrayBuffer) {
        let Some(reader) = self.reader.as_ref().filter(|_| self.slices.asked < self.slices.bytes) else { return };
        if let Some(Ok(promise)) = view_of(memory, None).map(|view| call(reader, "read", &[&view])) {
            self.slices.push(&promise);
        }
    }
}

impl Drop for Reads {
    fn drop(&mut self) {
        if let Some(Ok(promise)) = self.reader.as_ref().map(|reader| call(reader, "cancel", &[])) {
            // It may reject; what a future listens to is never told as unhandled.
            drop(Settled::of(&promise));
        }
    }
}

thread_local! {
    /// Whether the streams of blobs fill memory. An empty one tells: with a stream that is not used, WebKit reads the whole
    /// file for nothing.
    static FILLS_MEMORY: bool = construct("Blob", &[]).is_ok_and(|blob| reader_of(&blob).is_some());
}

/// Gives nothing where the streams of files do not fill memory.
fn reader_of(blob: &JsValue) -> Option<JsValue> {
    let stream = call(blob, "stream", &[]).ok()?;
    call(&stream, "getReader", &[&Builder::new().set("mode", "byob").build()]).ok()
}
