//! The decisions of `engine/`, driven by recorded answers. Nothing here waits or sends.

mod answers;
mod create;
mod fields;
mod lookup;
mod multipart;
mod polling;
mod schedule;

mod service;
mod settlement;
mod wire;
