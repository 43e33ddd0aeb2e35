//! Turns one photo and one voice clip into a talking-avatar video through the Kling Avatar API at CometAPI.
//!
//! [`engine`] is plain Rust: limits, media probing, Base64, the request body, the wire types, errors, and the
//! decisions about retrying and polling. It compiles and is tested on every target. On `wasm32`, `web` carries those
//! decisions out with the platform's own `Blob`, `fetch`, timers and `AbortSignal`.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod engine;
#[cfg(target_arch = "wasm32")]
pub mod web;

/// A third of the standard library's allocator in code, and faster. Rust users choose their own.
#[cfg(all(target_arch = "wasm32", feature = "npm"))]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();
