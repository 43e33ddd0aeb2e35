//! Sending a request with `XMLHttpRequest`, the one way a page learns how much of an upload has left.

use std::cell::Cell;
use std::rc::Rc;

use js_sys::{ArrayBuffer, Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{ProgressEvent, XmlHttpRequest, XmlHttpRequestResponseType};

use super::http::{ANSWER_MAX_BYTES, Request, Sent, WAITING, failed, retry_after};
use super::progress::{Phase, Progress};
use super::promise::Settled;
use crate::engine::error::RefusalKind;
use crate::engine::lookup::Outcome;
use crate::engine::search::split_once;
use crate::engine::wire::{HttpAnswer, Task};

/// Aborts a request that is no longer waited for. Aborting calls listeners, so those of ours go first; the promise's stays,
/// so that it is settled and forgotten.
struct AbortOnDrop(XmlHttpRequest);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        if let Ok(upload) = self.0.upload() {
            upload.set_onprogress(None);
        }
        self.0.set_onprogress(None);
        let _ = self.0.abort();
    }
}

/// Sends a request, telling how many bytes have left. Dropping the future aborts the request.
pub(super) async fn send(request: Request<'_>, progress: Rc<Progress>) -> Sent {
    let url = request.url;
    match exchange(&request, progress).await {
        Ok(Some(answer)) => Sent { outcome: Outcome::Answered(Box::new(answer)), cause: None },
        Ok(None) => failed(url, JsValue::from(js_sys::TypeError::new("the request failed"))),
        Err(cause) => failed(url, cause),
    }
}

async fn exchange(request: &Request<'_>, progress: Rc<Progress>) -> Result<Option<HttpAnswer>, JsValue> {
    let xhr = XmlHttpRequest::new()?;
    xhr.open_with_async(request.method, request.url, true)?;
    xhr.set_response_type(XmlHttpRequestResponseType::Arraybuffer);
    xhr.set_timeout(request.timeout_ms as u32);
    for (name, value) in &request.headers {
        xhr.set_request_header(name, value)?;
    }
    let on_progress = Closure::<dyn FnMut(ProgressEvent)>::new(move |event: ProgressEvent| {
        progress.advance(Phase::Uploading, event.loaded(), Some(event.total()));
    });
    xhr.upload()?.set_onprogress(Some(on_progress.as_ref().unchecked_ref()));
    let (too_long, mut settle) = (Rc::new(Cell::new(false)), None);
    let ended = Promise::new(&mut |resolve, _| {
        xhr.set_onloadend(Some(&resolve));
        settle = Some(resolve);
    });
    let seen = Rc::clone(&too_long);
    let (mut waits, begun) = (request.progress.cloned(), xhr.clone());
    let on_answer = Closure::<dyn FnMut(ProgressEvent)>::new(move |event: ProgressEvent| {
        if let Some(progress) = waits.take().filter(|_| begun.status() == Ok(WAITING)) {
            progress.wait_for(RefusalKind::ConcurrencyLimit.code(), None);
        }
        if event.loaded() > ANSWER_MAX_BYTES as f64 {
            seen.set(true);
            if let Some(settle) = &settle {
                let _ = settle.call0(&JsValue::UNDEFINED);
            }
        }
    });
    xhr.set_onprogress(Some(on_answer.as_ref().unchecked_ref()));
    // After what it has to forget, so that it is dropped before.
    let _guard = AbortOnDrop(xhr.clone());
    match &request.body {
        Some(body) => xhr.send_with_opt_js_u8_array(Some(body.unchecked_ref::<Uint8Array>()))?,
        None => xhr.send()?,
    }
    Settled::of(&ended).await?;
    let status = xhr.status()?;
    if status == 0 {
        return Ok(None);
    }
    // What is too long stays in the browser.
    let buffer = xhr.response()?.dyn_into::<ArrayBuffer>().ok().filter(|_| !too_long.get());
    let body = buffer.map(|buffer| Uint8Array::new(&buffer).to_vec());
    let headers = xhr.get_all_response_headers()?;
    let answer = HttpAnswer {
        status,
        retry_after_ms: header(&headers, "retry-after").and_then(|value| retry_after(&value)),
        request_id: header(&headers, "x-request-id"),
        body: body.unwrap_or_default(),
        too_long: too_long.get(),
    };
    if xhr.response_url() != request.url && Task::read(&answer).is_err() {
        // The browser has followed a redirect, perhaps with the whole request.
        return Err(js_sys::TypeError::new("the address redirects to another one").into());
    }
    Ok(Some(answer))
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
