//! What the build writes down of the crate, so that it stands in the package without the module being started.

use wasm_bindgen::prelude::*;

use super::js::Builder;
use crate::engine::error::Error;
use crate::engine::limits::Limits;
use crate::engine::problem::ProblemCode;

/// Gives the limits that hold unless a client overrides them.
#[wasm_bindgen]
pub fn limits() -> JsValue {
    let mut limits = Limits::default();
    limits.named().fold(Builder::new(), |built, (name, limit)| built.set(name, *limit)).build()
}

/// Gives every error code and every problem code, so that tests can compare them with the declared types.
#[wasm_bindgen]
pub fn codes() -> JsValue {
    let list = |codes: &mut dyn Iterator<Item = &'static str>| codes.map(JsValue::from_str).collect::<js_sys::Array>();
    Builder::new()
        .set("errors", list(&mut Error::CODES.iter().copied()))
        .set("problems", list(&mut ProblemCode::ALL.iter().map(|code| code.name())))
        .build()
}
