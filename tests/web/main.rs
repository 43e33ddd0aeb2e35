//! Tests of the client's web side, run as WebAssembly in Node and in a browser.
#![cfg(target_arch = "wasm32")]

mod media;
mod report;
