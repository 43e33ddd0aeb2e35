//! Sending a request with `fetch` and reading its answer with a cap.

use std::rc::Rc;

use js_sys::{Function, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::AbortController;

use super::js::{Builder, call, function, get, global, number};
use super::progress::Progress;
use super::promise::Settled;
use super::time::{wall_ms, within};
use crate::engine::error::RefusalKind;
use crate::engine::lookup::Outcome;
use crate::engine::network::{PlatformError, certainly_not_sent};
use crate::engine::retry::retry_after_ms;
use crate::engine::search::{rsplit_once, split_once, until};
use crate::engine::text::one_line;
use crate::engine::wire::HttpAnswer;

/// The longest answer that is read, in bytes. A page of the task list takes some tens of kilobytes.
pub(super) const ANSWER_MAX_BYTES: usize = 4 << 20;

/// How many errors of a chain of causes are looked at.
const MAX_CAUSES: usize = 12;

/// What is sent.
pub(super) struct Request<'a> {
    pub(super) method: &'static str,
    pub(super) url: &'a str,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Option<JsValue>,
    /// How long the answer may take, in milliseconds.
    pub(super) timeout_ms: f64,
    /// Is told where a gateway waits for a place.
    pub(super) progress: Option<&'a Rc<Progress>>,
}

/// The status with which a gateway says that the account has as many tasks as it may have, and that the rest of the answer
/// comes when there is a place.
pub(super) const WAITING: u16 = 202;

/// What became of a request, and what the platform threw.
pub(super) struct Sent {
    pub(super) outcome: Outcome,
    pub(super) cause: Option<JsValue>,
}

/// Aborts a request that is no longer waited for.
pub(super) struct AbortOnDrop(pub(super) Option<AbortController>);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        if let Some(controller) = &self.0 {
            controller.abort();
        }
    }
}

/// Sends a request and reads its answer. Dropping the future aborts the request.
pub(super) async fn send(fetch: Option<&Function>, request: Request<'_>) -> Sent {
    let url = request.url.to_owned();
    let timeout_ms = request.timeout_ms;
    match within(timeout_ms, exchange(fetch, request)).await {
        Some(Ok(answer)) => Sent { outcome: Outcome::Answered(Box::new(answer)), cause: None },
        Some(Err(cause)) => failed(&url, cause),
        None => {
            let message = String::from("No answer came from ") + &origin(&url) + " in time.";
            Sent { outcome: Outcome::Lost { message }, cause: None }
        }
    }
}

async fn exchange(fetch: Option<&Function>, request: Request<'_>) -> Result<HttpAnswer, JsValue> {
    let controller = AbortController::new().ok();
    let mut guard = AbortOnDrop(controller.clone());
    let mut init = Builder::new()
        .set("method", request.method)
        // Where the body is a stream, the platform wants to hear that no answer is read before all is sent.
        .set_some("duplex", request.body.as_ref().and_then(|body| function(body, "getReader")).map(|_| "half"))
        // Following a redirect would turn a paid POST into a GET, and the key must not travel on.
        .set("redirect", "manual")
        .set_some("signal", controller.map(|controller| controller.signal()))
        .set_some("body", request.body);
    if is_page() {
        // workerd refuses requests with this field.
        init = init.set("cache", "no-store");
    }
    let headers = request.headers.into_iter().fold(Builder::new(), |built, (name, value)| built.set(name, value));
    let init = init.set("headers", headers.build()).build();
    let response = start(fetch, request.url, &init).await?;
    let answer = HttpAnswer {
        status: number(&response, "status").unwrap_or_default() as u16,
        retry_after_ms: header(&response, "retry-after").and_then(|value| retry_after(&value)),
        request_id: header(&response, "x-request-id"),
        ..HttpAnswer::default()
    };
    if let Some(progress) = request.progress.filter(|_| answer.status == WAITING) {
        progress.wait_for(RefusalKind::ConcurrencyLimit.code(), None);
    }
    let (body, too_long) = read_capped(&response).await?;
    if !too_long {
        guard.0 = None;
    }
    Ok(HttpAnswer { body, too_long, ..answer })
}

/// Calls `fetch`: the caller's, or the platform's.
pub(super) async fn start(fetch: Option<&Function>, url: &str, init: &JsValue) -> Result<JsValue, JsValue> {
    let (url, global) = (JsValue::from_str(url), global());
    let promise = match fetch {
        Some(fetch) => fetch.call2(&JsValue::UNDEFINED, &url, init)?,
        None => call(&global, "fetch", &[&url, init])?,
    };
    Settled::of(&promise).await
}

/// Whether this is a browser page or one of its workers.
pub(super) fn is_page() -> bool {
    let global = global();
    !get(&global, "XMLHttpRequest").is_undefined()
}

pub(super) fn header(response: &JsValue, name: &str) -> Option<String> {
    call(&get(response, "headers"), "get", &[&JsValue::from_str(name)]).ok()?.as_string()
}

/// Reads a `Retry-After` header as milliseconds from now.
pub(super) fn retry_after(header: &str) -> Option<f64> {
    retry_after_ms(header, wall_ms(), |date| Some(js_sys::Date::parse(date)))
}

async fn read_capped(response: &JsValue) -> Result<(Vec<u8>, bool), JsValue> {
    let mut body = Vec::new();
    let mut chunks = Chunks::of(response);
    while let Some(chunk) = chunks.next().await? {
        let length = chunk.length() as usize;
        if body.len() + length > ANSWER_MAX_BYTES {
            chunks.cancel();
            return Ok((body, true));
        }
        body.extend_from_slice(&chunk.to_vec());
    }
    Ok((body, false))
}

/// The body of a response, chunk by chunk; at once where the platform has no streams.
pub(super) enum Chunks {
    Stream(JsValue),
    Whole(JsValue),
    Done,
}

impl Chunks {
    pub(super) fn of(response: &JsValue) -> Self {
        let body = get(response, "body");
        if body.is_null() {
            return Self::Done;
        }
        match function(&body, "getReader").map(|get_reader| get_reader.call0(&body)) {
            Some(Ok(reader)) => Self::Stream(reader),
            _ => Self::Whole(response.clone()),
        }
    }

    /// Gives the next chunk, or nothing at the end.
    pub(super) async fn next(&mut self) -> Result<Option<Uint8Array>, JsValue> {
        match self {
            Self::Done => Ok(None),
            Self::Whole(response) => {
                let buffer = Settled::of(&call(response, "arrayBuffer", &[])?).await?;
                *self = Self::Done;
                Ok(Some(Uint8Array::new(&buffer)))
            }
            Self::Stream(reader) => {
                let step = Settled::of(&call(reader, "read", &[])?).await?;
                if get(&step, "done").is_truthy() {
                    *self = Self::Done;
                    return Ok(None);
                }
                get(&step, "value").dyn_into().map(Some)
            }
        }
    }

    pub(super) fn cancel(&self) {
        if let Self::Stream(reader) = self
            && let Ok(promise) = call(reader, "cancel", &[])
        {
            // A cancelled stream may reject; nobody waits for it.
            drop(Settled::of(&promise));
        }
    }
}

/// Words a network error. The message names the origin only: a path can hold an id.
pub(super) fn failed(url: &str, cause: JsValue) -> Sent {
    let errors = chain(&cause);
    let not_sent = certainly_not_sent(&errors);
    let mut message = String::from("No answer came from ") + &origin(url);
    if is_page() {
        message.push_str(
            ". The network may be down, or calls from this page are not allowed there (CORS); a browser does not tell \
             which. A gateway (gatewayUrl) allows the pages of its allowedOrigins.",
        );
    } else if let Some(last) = errors.iter().rev().find(|error| !error.message.is_empty()) {
        message.push_str(": ");
        message.push_str(&one_line(&last.message, 200));
    }
    let outcome = if not_sent { Outcome::NotSent { message } } else { Outcome::Lost { message } };
    Sent { outcome, cause: Some(cause) }
}

fn chain(cause: &JsValue) -> Vec<PlatformError> {
    let (mut errors, mut open) = (Vec::new(), vec![cause.clone()]);
    while let Some(error) = open.pop() {
        if errors.len() >= MAX_CAUSES || !error.is_object() {
            continue;
        }
        let text = |name| get(&error, name).as_string().unwrap_or_default();
        let members = get(&error, "errors");
        if js_sys::Array::is_array(&members) {
            // The members say it all; the code of the whole is that of one of them.
            open.extend(js_sys::Array::from(&members).iter());
            errors.push(PlatformError { message: text("message"), ..PlatformError::default() });
        } else {
            errors.push(PlatformError { code: text("code"), syscall: text("syscall"), message: text("message") });
        }
        open.push(get(&error, "cause"));
    }
    errors
}

/// The scheme, host and port of a URL, without user name and password.
pub(super) fn origin(url: &str) -> String {
    let Some((scheme, rest)) = split_once(url, "://") else { return String::from("the service") };
    let authority = until(rest, b"/?#");
    let host = rsplit_once(authority, "@").map_or(authority, |(_, host)| host);
    String::from(scheme) + "://" + host
}
