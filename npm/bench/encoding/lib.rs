//! The encoder of the package, compiled from its source as the release is, beside a copy of the same output.

use std::cell::RefCell;

#[allow(dead_code)]
#[path = "../../../src/engine/base64.rs"]
mod base64;

#[cfg(target_arch = "wasm32")]
#[path = "../../../src/engine/base64_wasm.rs"]
mod base64_wasm;

/// What is encoded, and what comes of it.
#[derive(Default)]
struct Buffers {
    chunk: Vec<u8>,
    text: base64::Text,
    copy: Vec<u8>,
}

thread_local! {
    static BUFFERS: RefCell<Buffers> = RefCell::default();
}

/// Makes buffers for chunks of `bytes` and encodes once, so that all memory has been used. Gives the address of the chunk.
#[unsafe(no_mangle)]
pub extern "C" fn prepare(bytes: usize) -> *const u8 {
    BUFFERS.with_borrow_mut(|Buffers { chunk, text, copy }| {
        *chunk = (0..bytes).map(|index| (index.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        text.clear();
        let mut encoder = base64::Encoder::default();
        encoder.push(chunk, text);
        encoder.finish(text);
        *copy = text.to_vec();
        chunk.as_ptr()
    })
}

/// Encodes the chunk `times` times, as a request body does. Gives how many characters that were.
#[unsafe(no_mangle)]
pub extern "C" fn encode(times: usize) -> usize {
    BUFFERS.with_borrow_mut(|Buffers { chunk, text, .. }| {
        let mut encoder = base64::Encoder::default();
        (0..times).fold(0, |total, _| {
            text.clear();
            encoder.push(std::hint::black_box(chunk), text);
            total + text.len()
        })
    })
}

/// Copies the text of the chunk `times` times. Gives how many characters that were.
#[unsafe(no_mangle)]
pub extern "C" fn copy(times: usize) -> usize {
    BUFFERS.with_borrow_mut(|Buffers { text, copy, .. }| {
        (0..times).fold(0, |total, _| {
            copy.copy_from_slice(std::hint::black_box(text));
            total + copy.len()
        })
    })
}

/// Where the text stands, for those who read it.
#[unsafe(no_mangle)]
pub extern "C" fn text() -> *const u8 {
    BUFFERS.with_borrow(|Buffers { text, .. }| text.as_ptr())
}
