//! What the client knows and decides, with no JavaScript type in sight.

pub mod base64;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod base64_wasm;
pub mod body;
pub mod create;
pub mod error;
pub mod gateway;
pub mod input;
pub mod json;
pub mod limits;
pub mod lookup;
pub mod media;
pub mod network;
pub mod output;
pub mod poll;
pub mod problem;
pub mod queue;
pub mod resume;
pub mod retry;
pub mod search;
pub mod text;
pub mod validate;
pub mod wire;
