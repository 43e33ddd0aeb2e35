//! Tests that run as WebAssembly, in Node and in a browser.
#![cfg(target_arch = "wasm32")]

use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen_test]
fn runs_as_web_assembly() {
    assert_eq!(size_of::<usize>(), 4);
}
