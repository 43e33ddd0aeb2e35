//! What the gateway's entry needs of the module.
//!
//! Only decisions and the reading of uploads are here: every page downloads this module, too, so the plain carrying out
//! of a request (`fetch`, WebCrypto, stores) stands in the gateway's entry, which only gateways load.

mod exports;
mod upload;
