//! Downloading a finished video.

use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::Blob;

use super::call::{Call, CallOptions};
use super::client::{Client, configuration};
use super::errand::{Answer, Contents, Errand, Job, Next, Order, Repetitions};
use super::http::header;
use super::js::{Builder, construct};
use super::progress::{Phase, Progress};
use super::promise;
use super::thrown::Thrown;
use crate::engine::error::{Error, Refusal, RefusalKind};
use crate::engine::input::{is_http_url, url_problem};
use crate::engine::json::decimal;
use crate::engine::lookup::Outcome;
use crate::engine::problem::Field;
use crate::engine::wire::HttpAnswer;

/// How the types of pages and of failures begin, which some send with 200 where a video was.
const NO_VIDEOS: [&str; 2] = ["text/", "application/json"];

/// The status of an answer that has a part of what was asked for. No part was asked for.
const PARTIAL: u16 = 206;

impl Client {
    /// Downloads a finished video. The key is not sent.
    ///
    /// # Errors
    /// `not_found` once the service has deleted it (30 days), `network`, `server`, `invalid_response`.
    pub async fn download(&self, url: &str, options: CallOptions) -> Result<Blob, Thrown> {
        self.clone().run(self.fetch_video(url.to_owned(), options)).await?.into_blob()
    }

    pub(super) fn fetch_video(&self, url: String, options: CallOptions) -> Result<Job, Thrown> {
        if !is_http_url(&url) {
            return Err(Error::InvalidInput { problems: vec![url_problem(Field::Video)] }.into());
        }
        let call = Call::new(options, None);
        call.enter(Phase::Downloading, None);
        Ok(Job { errand: Box::new(Download { url, repetitions: Repetitions::until(call.deadline_ms()) }), call })
    }
}

/// The requests for a video, again and again while the failure may pass.
struct Download {
    url: String,
    repetitions: Repetitions,
}

impl Errand for Download {
    fn go_on(&mut self, _: &Client) -> Next {
        Next::Send(Order { url: self.url.clone(), contents: Contents::Video })
    }

    fn on_sent(&mut self, outcome: Outcome, client: &Client) -> Next {
        let error = match outcome.answer() {
            Ok(answer) => refused(*answer),
            Err(error) => error,
        };
        let may_pass = error.is_retryable();
        self.repetitions.after(error, may_pass, client)
    }

    fn on_given(&mut self, video: promise::Outcome, _: &Client) -> Next {
        Next::Done(match video {
            Ok(video) => Ok(Answer::Blob(video.unchecked_into())),
            Err(cause) => Err(configuration("This platform has no memory for the video.").because(cause)),
        })
    }

    fn completed(&self, thrown: Thrown, _: &Client, _: bool) -> Thrown {
        thrown
    }
}

/// A video that is arriving, in memory of the platform.
#[derive(Default)]
pub(super) struct Arriving {
    parts: Array,
    content_type: String,
    loaded_bytes: f64,
    total_bytes: Option<f64>,
}

impl Arriving {
    /// Looks whether a response is a video.
    pub(super) fn begin(&mut self, status: u16, response: &JsValue) -> bool {
        self.content_type = header(response, "content-type").unwrap_or_default().to_ascii_lowercase();
        if !is_success(status)
            || status == PARTIAL
            || NO_VIDEOS.iter().any(|begins| self.content_type.starts_with(begins))
        {
            return false;
        }
        if header(response, "content-encoding").is_none() {
            self.total_bytes = header(response, "content-length").and_then(|length| decimal(&length));
        }
        true
    }

    pub(super) fn push(&mut self, chunk: &Uint8Array, progress: &Progress) {
        self.parts.push(chunk);
        self.loaded_bytes += f64::from(chunk.length());
        progress.advance(Phase::Downloading, self.loaded_bytes, self.total_bytes);
    }

    /// Gives the file, or nothing where some of it is missing.
    pub(super) fn end(self) -> Option<Result<JsValue, JsValue>> {
        if self.loaded_bytes == 0.0 || self.total_bytes.is_some_and(|total_bytes| self.loaded_bytes < total_bytes) {
            return None;
        }
        let content_type = if self.content_type.is_empty() { "video/mp4" } else { &self.content_type };
        Some(construct("Blob", &[&self.parts, &Builder::new().set("type", content_type).build()]))
    }
}

fn is_success(status: u16) -> bool {
    (200..300).contains(&status)
}

/// Says why an answer is no video.
fn refused(answer: HttpAnswer) -> Error {
    let HttpAnswer { status, request_id, retry_after_ms, .. } = answer;
    if is_success(status) {
        return Error::InvalidResponse { status, reason: String::from("it is no video, or only a part of one.") };
    }
    let kind = match status {
        401 | 403 | 404 | 410 => RefusalKind::NotFound,
        429 => RefusalKind::RateLimited,
        500.. => RefusalKind::Server,
        _ => RefusalKind::InvalidRequest,
    };
    let gone = "The video is not there (any more); the service deletes videos after 30 days.";
    let message = String::from(if kind == RefusalKind::NotFound { gone } else { "" });
    Error::Refused(Refusal { kind, status, api_code: None, message, request_id, retry_after_ms })
}
