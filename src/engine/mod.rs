//! What the client knows and decides, with no JavaScript type in sight.

pub mod media;
