//! Downloading a finished video.

use js_sys::{Array, Function};
use wasm_bindgen::prelude::*;
use web_sys::{AbortController, Blob, BlobPropertyBag};

use super::call::{Call, CallOptions};
use super::client::Client;
use super::errand::Repetitions;
use super::http::{AbortOnDrop, Chunks, failed, header, retry_after, start};
use super::js::{Builder, get, number};
use super::progress::Phase;
use super::thrown::Thrown;
use super::time::{Timer, within};
use crate::engine::error::{Error, Refusal, RefusalKind};
use crate::engine::input::{is_http_url, url_problem};
use crate::engine::json::decimal;
use crate::engine::problem::Field;

/// How the types of pages and of failures begin, which some send with 200 where a video was.
const NO_VIDEOS: [&str; 2] = ["text/", "application/json"];

/// The status of an answer that has a part of what was asked for. No part was asked for.
const PARTIAL: u16 = 206;

/// How long a download may stand still, in milliseconds.
const STAND_MS: f64 = 60_000.0;

impl Client {
    /// Downloads a finished video. The key is not sent.
    ///
    /// # Errors
    /// `not_found` once the service has deleted it (30 days), `network`, `server`, `invalid_response`.
    pub async fn download(&self, url: &str, options: CallOptions) -> Result<Blob, Thrown> {
        if !is_http_url(url) {
            return Err(Error::InvalidInput { problems: vec![url_problem(Field::Video)] }.into());
        }
        let call = Call::new(options, None);
        call.enter(Phase::Downloading, None);
        let mut repetitions = Repetitions::until(call.deadline_ms());
        loop {
            let thrown = match fetch_video(self.shared.config.fetch.as_ref(), url, &call).await? {
                Ok(blob) => return Ok(blob),
                Err(thrown) => thrown,
            };
            let delay_ms = repetitions.delay_ms(thrown.error(), thrown.error().is_retryable(), self);
            call.run(Timer::new(delay_ms.ok_or(thrown)?)).await?;
        }
    }
}

/// The outer error ends the call, the inner one may pass.
async fn fetch_video(fetch: Option<&Function>, url: &str, call: &Call) -> Result<Result<Blob, Thrown>, Thrown> {
    let controller = AbortController::new().ok();
    let mut guard = AbortOnDrop(controller.clone());
    let init = Builder::new().set_some("signal", controller.map(|controller| controller.signal())).build();
    let response = match call.run(in_time(start(fetch, url, &init))).await? {
        Ok(response) => response,
        Err(cause) => return Ok(Err(lost(url, cause))),
    };
    let status = number(&response, "status").unwrap_or_default() as u16;
    if get(&response, "ok").as_bool() != Some(true) {
        return Ok(Err(refused(status, &response)));
    }
    let content_type = header(&response, "content-type").unwrap_or_default().to_ascii_lowercase();
    let no_video = || {
        let reason = String::from("it is no video, or only a part of one.");
        Ok(Err(Error::InvalidResponse { status, reason }.into()))
    };
    if status == PARTIAL || NO_VIDEOS.iter().any(|begins| content_type.starts_with(begins)) {
        return no_video();
    }
    let encoded = header(&response, "content-encoding").is_some();
    let length = header(&response, "content-length").and_then(|length| decimal(&length));
    let total = length.filter(|_| !encoded);
    let (parts, mut loaded, mut chunks) = (Array::new(), 0.0, Chunks::of(&response));
    loop {
        match call.run(in_time(chunks.next())).await? {
            Ok(Some(chunk)) => {
                loaded += f64::from(chunk.length());
                parts.push(&chunk);
                call.advance(Phase::Downloading, loaded, total);
            }
            Ok(None) => break,
            Err(cause) => return Ok(Err(lost(url, cause))),
        }
    }
    guard.0 = None;
    if loaded == 0.0 || total.is_some_and(|total| loaded < total) {
        return no_video();
    }
    let options = BlobPropertyBag::new();
    options.set_type(if content_type.is_empty() { "video/mp4" } else { &content_type });
    let blob = Blob::new_with_u8_array_sequence_and_options(&parts, &options);
    Ok(blob.map_err(|cause| {
        let message = String::from("This platform has no memory for the video.");
        Thrown::from(Error::Configuration { message }).because(cause)
    }))
}

/// Gives up on a download that has come to a stand.
async fn in_time<T>(work: impl Future<Output = Result<T, JsValue>>) -> Result<T, JsValue> {
    within(STAND_MS, work).await.unwrap_or_else(|| Err(js_sys::Error::new("nothing came for a minute").into()))
}

fn lost(url: &str, cause: JsValue) -> Thrown {
    let sent = failed(url, cause);
    match sent.outcome.answer() {
        Ok(_) => Error::Network { message: String::from("No answer came.") }.into(),
        Err(error) => Thrown::new(error.into(), sent.cause),
    }
}

fn refused(status: u16, response: &JsValue) -> Thrown {
    let kind = match status {
        401 | 403 | 404 | 410 => RefusalKind::NotFound,
        429 => RefusalKind::RateLimited,
        500.. => RefusalKind::Server,
        _ => RefusalKind::InvalidRequest,
    };
    let gone = "The video is not there (any more); the service deletes videos after 30 days.";
    Error::Refused(Refusal {
        kind,
        status,
        api_code: None,
        message: String::from(if kind == RefusalKind::NotFound { gone } else { "" }),
        request_id: header(response, "x-request-id"),
        retry_after_ms: header(response, "retry-after").and_then(|value| retry_after(&value)),
    })
    .into()
}
