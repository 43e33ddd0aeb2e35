//! Sending a request with `fetch` and reading its answer with a cap.

use std::rc::Rc;

use js_sys::{Function, TypeError};
use wasm_bindgen::prelude::*;

use super::download::Arriving;
use super::js::{Builder, call, construct, function, get, global, is_nothing, number};
use super::media::bytes_of;
use super::progress::Progress;
use super::promise::Settled;
use super::time::wall_ms;
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
    pub(super) url: &'a str,
    pub(super) key: Option<&'a str>,
    /// Sent as JSON unless it is a form. Without one it only asks.
    pub(super) body: Option<JsValue>,
    /// Goes to a gateway, which may tell that it waits for a place.
    pub(super) is_form: bool,
    /// Asks for a video, which stays in memory of the platform.
    pub(super) is_video: bool,
    pub(super) progress: &'a Rc<Progress>,
}

impl Request<'_> {
    pub(super) fn method(&self) -> &'static str {
        if self.body.is_some() { "POST" } else { "GET" }
    }

    /// What stands in the header for the key.
    pub(super) fn authorization(&self) -> Option<String> {
        self.key.map(|key| String::from("Bearer ") + key)
    }

    pub(super) fn content_type(&self) -> Option<&'static str> {
        (self.body.is_some() && !self.is_form).then_some("application/json")
    }
}

/// The status with which a gateway says that the account has as many tasks as it may have, and that the rest of the answer
/// comes when there is a place.
pub(super) const WAITING: u16 = 202;

/// A request under way. Dropping it aborts the request.
pub(super) trait Exchange {
    /// Takes what was waited for.
    ///
    /// # Errors
    /// What the platform threw.
    fn take(&mut self, given: JsValue) -> Result<Got, JsValue>;
}

/// What came of a request.
pub(super) enum Got {
    /// There is more to wait for.
    More(Settled),
    /// All of the answer.
    Answer(Box<HttpAnswer>),
    /// A video.
    Video(Result<JsValue, JsValue>),
}

/// A request, and what is waited for first.
pub(super) type Begun = (Box<dyn Exchange>, Settled);

/// Aborts a request that is no longer waited for.
struct AbortOnDrop(Option<JsValue>);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        if let Some(controller) = &self.0 {
            let _ = call(controller, "abort", &[]);
        }
    }
}

/// A request of `fetch`.
struct Fetching {
    guard: AbortOnDrop,
    /// The answer as far as it has come.
    answer: Option<Box<HttpAnswer>>,
    /// Of the answer's body, where it comes as a stream.
    reader: Option<JsValue>,
    video: Option<Arriving>,
    tells_waiting: bool,
    progress: Rc<Progress>,
}

/// Sends a request with `fetch`: the caller's, or the platform's.
pub(super) fn begin(fetch: Option<&Function>, request: Request<'_>) -> Begun {
    let guard = AbortOnDrop(construct("AbortController", &[]).ok());
    let mut init = Builder::new().set_some("signal", guard.0.as_ref().map(|controller| get(controller, "signal")));
    if !request.is_video {
        let headers = Builder::new()
            .set_some("Authorization", request.authorization())
            .set_some("Content-Type", request.content_type());
        init = init
            .set("method", request.method())
            // Following a redirect would turn a paid POST into a GET, and the key must not travel on.
            .set("redirect", "manual")
            .set("headers", headers.build());
        if is_page() {
            // workerd refuses requests with this field.
            init = init.set("cache", "no-store");
        }
    }
    if let Some(body) = request.body {
        if function(&body, "getReader").is_some() {
            // The platform wants to hear that no answer is read before all is sent.
            init = init.set("duplex", "half");
        }
        init = init.set("body", body);
    }
    let (url, init, global) = (JsValue::from_str(request.url), init.build(), global());
    let promise = match fetch {
        Some(fetch) => fetch.call2(&JsValue::UNDEFINED, &url, &init),
        None => call(&global, "fetch", &[&url, &init]),
    };
    let fetching = Fetching {
        guard,
        answer: None,
        reader: None,
        video: request.is_video.then(Arriving::default),
        tells_waiting: request.is_form,
        progress: Rc::clone(request.progress),
    };
    (Box::new(fetching), Settled::of_called(promise))
}

impl Exchange for Fetching {
    fn take(&mut self, given: JsValue) -> Result<Got, JsValue> {
        let Some(answer) = &mut self.answer else { return Ok(self.begin_to_read(&given)) };
        let chunk = match &self.reader {
            Some(_) if get(&given, "done").is_truthy() => return Ok(self.end()),
            Some(_) => bytes_of(&get(&given, "value")),
            None => bytes_of(&given),
        };
        let chunk = chunk.flatten().ok_or_else(|| TypeError::new("the answer comes in no bytes"))?;
        if let Some(video) = &mut self.video {
            video.push(&chunk, &self.progress);
        } else if answer.body.len() + chunk.length() as usize > ANSWER_MAX_BYTES {
            answer.too_long = true;
            return Ok(self.end());
        } else {
            answer.body.extend_from_slice(&chunk.to_vec());
        }
        Ok(match &self.reader {
            Some(reader) => Got::More(Settled::of_called(call(reader, "read", &[]))),
            None => self.end(),
        })
    }
}

impl Fetching {
    fn begin_to_read(&mut self, response: &JsValue) -> Got {
        let answer = Box::new(HttpAnswer {
            status: number(response, "status").unwrap_or_default() as u16,
            retry_after_ms: header(response, "retry-after").and_then(|value| retry_after(&value)),
            request_id: header(response, "x-request-id"),
            ..HttpAnswer::default()
        });
        if self.tells_waiting && answer.status == WAITING {
            self.progress.wait_for(RefusalKind::ConcurrencyLimit.code(), None);
        }
        if let Some(video) = &mut self.video
            && !video.begin(answer.status, response)
        {
            return Got::Answer(answer);
        }
        self.answer = Some(answer);
        let chunk = match call(&get(response, "body"), "getReader", &[]) {
            Ok(reader) => call(self.reader.insert(reader), "read", &[]),
            // All of it at once, where the platform has no streams, or there is nothing.
            _ => call(response, "arrayBuffer", &[]),
        };
        Got::More(Settled::of_called(chunk))
    }

    fn end(&mut self) -> Got {
        let answer = self.answer.take().unwrap_or_default();
        if answer.too_long {
            if let Some(Ok(promise)) = self.reader.as_ref().map(|reader| call(reader, "cancel", &[])) {
                // A cancelled stream may reject; nobody waits for it.
                drop(Settled::of(&promise));
            }
        } else {
            self.guard.0 = None;
        }
        match self.video.take().and_then(Arriving::end) {
            Some(video) => Got::Video(video),
            None => Got::Answer(answer),
        }
    }
}

/// Whether this is a browser page or one of its workers.
pub(super) fn is_page() -> bool {
    !is_nothing(&get(&global(), "XMLHttpRequest"))
}

pub(super) fn header(response: &JsValue, name: &str) -> Option<String> {
    call(&get(response, "headers"), "get", &[&JsValue::from_str(name)]).ok()?.as_string()
}

/// Reads a `Retry-After` header as milliseconds from now.
pub(super) fn retry_after(header: &str) -> Option<f64> {
    retry_after_ms(header, wall_ms(), |date| Some(js_sys::Date::parse(date)))
}

/// Words a network error. The message names the origin only: a path can hold an id.
pub(super) fn failed(url: &str, cause: &JsValue) -> Outcome {
    let errors = chain(cause);
    let not_sent = certainly_not_sent(&errors);
    let mut message = String::from("No answer came from ") + &origin(url);
    if is_page() {
        message.push_str(
            ". The network may be down, or CORS, a Content-Security-Policy or the port forbids the call; the console \
             tells which. A gateway (gatewayUrl) allows the pages of its allowedOrigins.",
        );
    } else if let Some(last) = errors.iter().rev().find(|error| !error.message.is_empty()) {
        message.push_str(": ");
        message.push_str(&one_line(&last.message, 200));
    }
    if not_sent { Outcome::NotSent { message } } else { Outcome::Lost { message } }
}

/// Words that no answer came in time.
pub(super) fn late(url: &str) -> Outcome {
    Outcome::Lost { message: String::from("No answer came from ") + &origin(url) + " in time." }
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
            open.extend(members.unchecked_ref::<js_sys::Array>().iter());
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
