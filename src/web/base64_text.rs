//! Base64 that a caller gives as text, decoded piece by piece.

use js_sys::{JsString, RegExp, Uint8Array};

use super::media::view_of;
use super::time::let_others;
use crate::engine::base64::decode_piece;

/// How many characters are decoded at once: less than 3 ms of a page's time, and three times their memory while they come.
/// Divisible by four.
const PIECE_CHARACTERS: u32 = 1 << 18;

/// Base64 text, and memory of the platform for what it says, so that the module's own stays small.
#[derive(Debug, Clone)]
pub struct Base64Text {
    text: JsString,
    bytes: Uint8Array,
}

impl Base64Text {
    /// Gives nothing where the platform has no memory for it.
    pub(super) fn of(text: &JsString) -> Option<Self> {
        let text = text.replace_by_pattern(&RegExp::new("\\s+", "g"), "");
        let length = text.length();
        let padding = text.index_of("=", length as i32 - 2);
        let characters = u32::try_from(padding).unwrap_or(length);
        let bytes = view_of(&bytes_of_characters(characters).into(), None)?;
        Some(Self { text, bytes })
    }

    /// How many bytes it says.
    pub(super) fn bytes(&self) -> u32 {
        self.bytes.length()
    }

    /// What it says, once it was decoded.
    pub(super) fn into_bytes(self) -> Uint8Array {
        self.bytes
    }

    /// Decodes all of it, and lets the page go on in between.
    pub(super) async fn decode(&self) -> bool {
        let mut at = 0;
        while self.decode_from(at) {
            at += PIECE_CHARACTERS;
            if at >= self.text.length() {
                return true;
            }
            let _ = let_others().await;
        }
        false
    }

    fn decode_from(&self, at: u32) -> bool {
        let end = at + PIECE_CHARACTERS;
        let mut piece = String::from(self.text.slice(at, end)).into_bytes();
        let (from, to) = (bytes_of_characters(at), bytes_of_characters(end).min(self.bytes.length()));
        match decode_piece(&mut piece) {
            Some(bytes) if from + bytes.len() as u32 == to => {
                self.bytes.subarray(from, to).copy_from(bytes);
                true
            }
            _ => false,
        }
    }
}

fn bytes_of_characters(characters: u32) -> u32 {
    (u64::from(characters) * 3 / 4) as u32
}
