//! What the gateway's entry needs of the module.
//!
//! Only decisions and the reading of uploads are here; the plain carrying out of a request (`fetch`, WebCrypto, stores)
//! stands in the gateway's entry.

mod exports;
mod upload;

pub use upload::Held;
