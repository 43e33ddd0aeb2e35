//! Blobs outside pages. Slices of one in memory come whole from a stream of their own, as copies that are let go of at once:
//! left to the garbage collector, all of the file would be there twice. A file's own stream comes in many small pieces, so it
//! is read in slices that the platform puts together.

use js_sys::{Array, ArrayBuffer, Uint8Array};
use wasm_bindgen::prelude::*;

use super::slices::{AHEAD, Slices};
use crate::web::js::{call, construct, function, get, global};
use crate::web::media::view_of;
use crate::web::promise::Settled;

/// A blob that is being read.
pub(super) struct Reads {
    slices: Slices,
    /// Of a slice, while slices come whole from their streams.
    reader: Option<JsValue>,
    in_memory: bool,
}

impl Reads {
    pub(super) fn of(blob: &JsValue, bytes: u64) -> Self {
        Self { slices: Slices::of(blob, bytes), reader: None, in_memory: true }
    }

    /// Others are not read beforehand: there is no other process to wait for.
    pub(super) fn begin(&mut self) {}

    /// Whether the platform was asked for all of it.
    pub(super) fn are_asked_for(&self) -> bool {
        self.slices.asked == self.slices.bytes
    }

    /// Gives what is waited for, which [`Self::taken`] reads.
    pub(super) fn next(&mut self) -> Option<Settled> {
        self.in_memory = self.in_memory && self.ask_stream().is_some();
        if !self.in_memory {
            self.slices.ask(AHEAD);
        }
        self.slices.take()
    }

    /// Gives the bytes, and whether others had their turn while they came, which matters to pages alone.
    pub(super) fn taken(&mut self, given: &JsValue) -> (Option<Uint8Array>, bool) {
        let Some(reader) = self.reader.take() else {
            self.slices.ask(AHEAD);
            return (view_of(given, None), true);
        };
        let bytes: Option<Uint8Array> = get(given, "value").dyn_into().ok();
        let end = self.slices.end();
        self.slices.asked += bytes.as_ref().map_or(0, |bytes| u64::from(bytes.length()));
        if self.slices.asked < end {
            self.in_memory = false;
            if let Ok(promise) = call(&reader, "cancel", &[]) {
                // It may reject; what a future listens to is never told as unhandled.
                drop(Settled::of(&promise));
            }
        }
        (bytes, true)
    }

    /// Takes back the memory of what was given.
    pub(super) fn used(&mut self, memory: &ArrayBuffer) {
        if self.in_memory {
            let_go(memory);
        }
    }

    /// Asks for the first piece of the next slice's stream.
    fn ask_stream(&mut self) -> Option<()> {
        let Slices { blob, asked, .. } = &self.slices;
        let range = [&(*asked as f64).into(), &(self.slices.end() as f64).into()];
        let slice = call(blob, "slice", &range).ok()?;
        // The platform's own method: what a class of the caller's gives may be memory of the caller's.
        let stream = function(&get(&get(&global(), "Blob"), "prototype"), "stream")?.call0(&slice).ok()?;
        let reader = call(&stream, "getReader", &[]).ok()?;
        self.slices.push(&call(&reader, "read", &[]).ok()?);
        self.reader = Some(reader);
        Some(())
    }
}

/// Frees memory before it is collected.
fn let_go(memory: &ArrayBuffer) {
    if call(memory, "transfer", &[&0.into()]).is_err() {
        let _ = CLOSED_PORT.with(|port| call(port, "postMessage", &[&JsValue::UNDEFINED, &Array::of1(memory)]));
    }
}

thread_local! {
    /// What is sent to a closed port is dropped, and so is the memory that goes with it. Node 20 knows no other way.
    static CLOSED_PORT: JsValue = closed_port().unwrap_or(JsValue::UNDEFINED);
}

fn closed_port() -> Option<JsValue> {
    let port = get(&construct("MessageChannel", &[]).ok()?, "port1");
    call(&port, "close", &[]).ok().map(|_| port)
}
