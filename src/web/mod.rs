//! The client on the web platform: carries out with `Blob`, `fetch`, timers and `AbortSignal` what [`crate::engine`]
//! decides.

mod base64_text;
mod body;
mod call;
mod client;
mod course;
mod create;
mod download;
mod errand;
#[cfg(feature = "npm")]
mod exports;
mod flag;
#[cfg(feature = "npm-server")]
mod gateway;
mod gateway_client;
mod http;
mod input;
mod js;
mod listener;
mod making;
mod media;
mod output;
mod prepare;
mod progress;
mod promise;
mod read;
mod reading;
mod speech;
mod storage;
#[cfg_attr(all(feature = "npm", not(feature = "npm-server")), path = "no_stream.rs")]
mod stream;
mod submission;
#[cfg(feature = "npm-server")]
mod tables;
mod thrown;
mod time;
mod turn;
mod upload;
mod wake;
mod watch;
mod xhr;

pub use base64_text::Base64Text;
pub use call::{Call, CallOptions};
pub use client::{Client, Config, Key, Target};
pub use input::{AvatarInput, SpeechInput};
pub use media::Media;
pub use prepare::Report;
pub use progress::Phase;
pub use thrown::Thrown;
pub use watch::Watcher;
