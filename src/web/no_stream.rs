//! In place of `stream` in the module of pages: no browser states the length of a stream that it sends.

use wasm_bindgen::JsValue;

use super::body::Pieces;

/// What never is, so that the compiler leaves out whatever is done with it.
pub(super) enum Stream {}

/// The platform's way to make one.
#[derive(Clone, Copy)]
pub(super) enum Streams {}

impl Streams {
    pub(super) fn of_platform() -> Option<Self> {
        None
    }

    pub(super) fn send(self, _: Pieces) -> Result<Stream, JsValue> {
        match self {}
    }
}

impl Stream {
    pub(super) fn readable(&self) -> JsValue {
        match *self {}
    }
}
