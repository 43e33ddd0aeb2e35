//! Sending a request with `XMLHttpRequest`, the one way a page learns how much of an upload has left.

use std::cell::Cell;
use std::rc::Rc;

use js_sys::{ArrayBuffer, Promise, Uint8Array};
use wasm_bindgen::prelude::*;

use super::http::{ANSWER_MAX_BYTES, Begun, Exchange, Got, Request, WAITING, retry_after};
use super::js::{call, construct, get, number, set};
use super::progress::Phase;
use super::promise::{Handler, Settled};
use crate::engine::error::RefusalKind;
use crate::engine::search::split_once;
use crate::engine::wire::{HttpAnswer, Task};

/// Aborts a request that is no longer waited for. Aborting calls listeners, so those of ours go first; the promise's stays,
/// so that it is settled and forgotten.
struct AbortOnDrop(JsValue);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        set(&get(&self.0, "upload"), "onprogress", &JsValue::NULL);
        set(&self.0, "onprogress", &JsValue::NULL);
        let _ = call(&self.0, "abort", &[]);
    }
}

/// A request of `XMLHttpRequest`.
struct Posting {
    /// Before what it has to forget, so that it is dropped before.
    guard: AbortOnDrop,
    _handlers: [Handler; 2],
    url: String,
    too_long: Rc<Cell<bool>>,
}

/// Sends a request, telling how many bytes have left.
///
/// # Errors
/// What the platform threw.
pub(super) fn begin(request: Request<'_>) -> Result<Begun, JsValue> {
    let xhr = construct("XMLHttpRequest", &[])?;
    call(&xhr, "open", &[&JsValue::from_str(request.method()), &JsValue::from_str(request.url)])?;
    set(&xhr, "responseType", &JsValue::from_str("arraybuffer"));
    let content_type = request.content_type().map(str::to_owned);
    for (name, value) in [("Authorization", request.authorization()), ("Content-Type", content_type)] {
        if let Some(value) = value {
            call(&xhr, "setRequestHeader", &[&JsValue::from_str(name), &JsValue::from_str(&value)])?;
        }
    }
    let progress = Rc::clone(request.progress);
    let on_progress = Handler::new(move |event: JsValue| {
        progress.advance(Phase::Uploading, number(&event, "loaded").unwrap_or_default(), number(&event, "total"));
    });
    set(&get(&xhr, "upload"), "onprogress", on_progress.as_ref());
    let (too_long, mut settle) = (Rc::new(Cell::new(false)), None);
    let ended = Promise::new(&mut |resolve, _| {
        set(&xhr, "onloadend", &resolve);
        settle = Some(resolve);
    });
    let seen = Rc::clone(&too_long);
    let (mut waits, begun) = (request.is_form.then(|| Rc::clone(request.progress)), xhr.clone());
    let on_answer = Handler::new(move |event: JsValue| {
        if let Some(progress) = waits.take().filter(|_| status_of(&begun) == WAITING) {
            progress.wait_for(RefusalKind::ConcurrencyLimit.code(), None);
        }
        if number(&event, "loaded").is_some_and(|loaded| loaded > ANSWER_MAX_BYTES as f64) {
            seen.set(true);
            if let Some(settle) = &settle {
                let _ = settle.call0(&JsValue::UNDEFINED);
            }
        }
    });
    set(&xhr, "onprogress", on_answer.as_ref());
    let guard = AbortOnDrop(xhr);
    call(&guard.0, "send", &[&request.body.unwrap_or(JsValue::NULL)])?;
    let posting = Posting { guard, _handlers: [on_progress, on_answer], url: request.url.to_owned(), too_long };
    Ok((Box::new(posting), Settled::of(&ended)))
}

fn status_of(xhr: &JsValue) -> u16 {
    number(xhr, "status").unwrap_or_default() as u16
}

impl Exchange for Posting {
    fn take(&mut self, _: JsValue) -> Result<Got, JsValue> {
        let (xhr, too_long) = (&self.guard.0, self.too_long.get());
        let status = status_of(xhr);
        if status == 0 {
            return Err(js_sys::TypeError::new("the request failed").into());
        }
        // What is too long stays in the browser.
        let buffer = get(xhr, "response").dyn_into::<ArrayBuffer>().ok().filter(|_| !too_long);
        let body = buffer.map(|buffer| Uint8Array::new(&buffer).to_vec());
        let headers = call(xhr, "getAllResponseHeaders", &[])?.as_string().unwrap_or_default();
        let answer = HttpAnswer {
            status,
            retry_after_ms: header(&headers, "retry-after").and_then(|value| retry_after(&value)),
            request_id: header(&headers, "x-request-id"),
            body: body.unwrap_or_default(),
            too_long,
        };
        if get(xhr, "responseURL").as_string().as_ref() != Some(&self.url) && Task::read(&answer).is_err() {
            // The browser has followed a redirect, perhaps with the whole request.
            return Err(js_sys::TypeError::new("the address redirects to another one").into());
        }
        Ok(Got::Answer(Box::new(answer)))
    }
}

/// Asking for a single header that the service does not expose would put an error on the console.
fn header(headers: &str, name: &str) -> Option<String> {
    let mut rest = headers;
    while let Some((key, behind)) = split_once(rest, ":") {
        let (value, next) = split_once(behind, "\n").unwrap_or((behind, ""));
        if key.trim_ascii().eq_ignore_ascii_case(name) {
            return Some(value.trim_ascii().to_owned());
        }
        rest = next;
    }
    None
}
