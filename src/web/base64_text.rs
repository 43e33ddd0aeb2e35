//! Base64 that a caller gives as text, decoded piece by piece.

use std::cell::Cell;
use std::rc::Rc;

use js_sys::{JsString, Uint8Array};

use super::media::view_of;
use super::time::let_others;
use crate::engine::base64::Decoder;

/// How many characters are decoded at once: less than 3 ms of a page's time, and six times their memory while they come.
const PIECE_CHARACTERS: u32 = 1 << 18;

/// Base64 text, and memory of the platform for what it says, so that the module's own stays small.
#[derive(Debug, Clone)]
pub struct Base64Text {
    text: JsString,
    /// As long as it says at the most.
    memory: Uint8Array,
    bytes: Rc<Cell<u32>>,
}

impl Base64Text {
    /// Gives nothing where the platform has no memory for it.
    pub(super) fn of(text: JsString) -> Option<Self> {
        let most_bytes = (u64::from(text.length()) * 3 / 4) as u32;
        let memory = view_of(&most_bytes.into(), None)?;
        Some(Self { text, memory, bytes: Rc::default() })
    }

    /// How many bytes it says; none before it was decoded.
    pub(super) fn bytes(&self) -> u32 {
        self.bytes.get()
    }

    /// What it says, once it was decoded.
    pub(super) fn into_bytes(self) -> Uint8Array {
        self.memory.subarray(0, self.bytes())
    }

    /// Decodes all of it, and lets the page go on in between. Nothing is done to the text as a whole: merely looking for white
    /// space in the largest photo takes 10 ms in some browsers.
    pub(super) async fn decode(&self) -> bool {
        let (mut decoder, mut from, mut at) = (Decoder::default(), 0, 0);
        loop {
            let end = from + PIECE_CHARACTERS;
            let is_last = end >= self.text.length();
            let Some(bytes) = decoder.decode(&String::from(self.text.slice(from, end)), is_last) else { return false };
            let next = at + bytes.len() as u32;
            self.memory.subarray(at, next).copy_from(&bytes);
            (from, at) = (end, next);
            if is_last {
                self.bytes.set(at);
                return true;
            }
            let _ = let_others().await;
        }
    }
}
