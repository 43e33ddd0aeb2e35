//! What a platform is reading of a blob.

use wasm_bindgen::prelude::*;

use crate::web::media::slice;
use crate::web::promise::Settled;

/// How many bytes a slice has.
const SLICE_BYTES: u64 = 3 << 19;

/// How many slices are on their way while one is encoded. More take no less time, and come so close to each other that a
/// page is held up for longer.
pub(super) const AHEAD: usize = 2;

/// The reads of a blob that are under way.
pub(super) struct Slices {
    pub(super) blob: JsValue,
    pub(super) bytes: u64,
    /// How far the platform was asked.
    pub(super) asked: u64,
    /// In order.
    under_way: Vec<Settled>,
}

impl Slices {
    pub(super) fn of(blob: &JsValue, bytes: u64) -> Self {
        Self { blob: blob.clone(), bytes, asked: 0, under_way: Vec::new() }
    }

    /// Asks for slices, until so many reads are under way.
    pub(super) fn ask(&mut self, ahead: usize) {
        while self.asked < self.bytes && self.under_way.len() < ahead {
            let end = self.end();
            let Some(promise) = slice(&self.blob, self.asked as f64, end as f64) else { return };
            self.push(&promise);
            self.asked = end;
        }
    }

    /// Where the next slice ends.
    pub(super) fn end(&self) -> u64 {
        self.bytes.min(self.asked + SLICE_BYTES)
    }

    /// Adds what the platform was asked for.
    pub(super) fn push(&mut self, promise: &JsValue) {
        self.under_way.push(Settled::of(promise));
    }

    /// Gives what was asked for first.
    pub(super) fn take(&mut self) -> Option<Settled> {
        (!self.under_way.is_empty()).then(|| self.under_way.remove(0))
    }
}
