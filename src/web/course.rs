//! Carrying an errand out: one thing after the other, and one place at which all of them are waited for.

use std::mem::replace;

use wasm_bindgen::JsValue;

use super::call::{Call, Pause};
use super::client::{Client, checked_key};
use super::errand::{Answer, Contents, Errand, Job, Next, Order};
use super::http::{Exchange, Got, Request, failed, is_page, late};
use super::progress::Phase;
use super::storage::ANSWER_MS;
use super::thrown::Thrown;
use super::time::now_ms;
use super::upload::Body;
use super::wake::Wait;
use super::{http, promise, xhr};
use crate::engine::lookup::Outcome;

/// How long the answer to a create may take, in milliseconds: 20 MB over a slow line.
const CREATE_TIMEOUT_MS: f64 = 600_000.0;

/// How long the service may speak before it answers, in milliseconds.
const SPEECH_TIMEOUT_MS: f64 = 120_000.0;

/// How long the answer to any other request may take, in milliseconds.
const READ_TIMEOUT_MS: f64 = 30_000.0;

/// How long a download may stand still, in milliseconds.
const STAND_MS: f64 = 60_000.0;

impl Client {
    /// Carries an errand out.
    ///
    /// # Errors
    /// What the errand fails with, or what ends the call.
    pub(super) async fn carry_out(&self, errand: &mut dyn Errand, call: &Call) -> Result<Answer, Thrown> {
        let next = errand.go_on(self);
        let mut course = Course { client: self, call, errand, under_way: UnderWay::Wait, key: None, cause: None };
        let mut step = course.after(next);
        loop {
            step = match step {
                Step::Pause(pause) => match pause.await {
                    Ok(given) => course.on(given),
                    Err(thrown) => Step::Over(Err(thrown)),
                },
                Step::Over(Ok(answer)) => return Ok(answer),
                Step::Over(Err(thrown)) => {
                    let has_left = !matches!(course.under_way, UnderWay::Key(_));
                    let thrown = course.errand.completed(thrown, self, has_left);
                    return Err(thrown.without(course.key.as_deref()));
                }
            };
        }
    }

    /// Carries out a job, unless it could not be made.
    pub(super) async fn run(self, job: Result<Job, Thrown>) -> Result<Answer, Thrown> {
        let Job { mut errand, call } = job?;
        self.carry_out(&mut *errand, &call).await
    }
}

/// An errand on its way.
struct Course<'a> {
    client: &'a Client,
    call: &'a Call,
    errand: &'a mut dyn Errand,
    under_way: UnderWay,
    /// The key that was sent last.
    key: Option<String>,
    /// What the platform threw last.
    cause: Option<JsValue>,
}

/// What is waited for.
enum UnderWay {
    /// Time to pass.
    Wait,
    /// The storage's answer.
    Storage,
    /// The key for a request.
    Key(Order),
    /// What comes of a request.
    Request(Box<Sending>),
}

/// A request that was sent. Dropping it aborts the request.
struct Sending {
    exchange: Box<dyn Exchange>,
    url: String,
    /// How long the body is that was sent.
    uploaded: Option<f64>,
    /// When the answer has to be there. A video only may not stand still.
    until_ms: Option<f64>,
    /// The request must not outlive it.
    _body: Option<Body>,
}

enum Step<'a> {
    Pause(Pause<'a>),
    Over(Result<Answer, Thrown>),
}

impl<'a> Course<'a> {
    /// Begins with what the errand needs next, unless the call has ended.
    fn after(&mut self, next: Next) -> Step<'a> {
        let goes_on = match &next {
            Next::Done(_) => true,
            Next::Store(question) => question.is_last,
            _ => false,
        };
        let call = (!goes_on).then_some(self.call);
        if let Some(thrown) = call.and_then(Call::end) {
            return Step::Over(Err(thrown));
        }
        let (promise, wait) = match next {
            Next::Done(result) => return Step::Over(result.map_err(|thrown| thrown.because_of(self.cause.take()))),
            Next::Store(question) => {
                self.under_way = UnderWay::Storage;
                let storage = self.client.shared.config.storage.clone().unwrap_or_default();
                (Some(question.ask(&storage)), Some(Wait::new(ANSWER_MS, false)))
            }
            Next::Wait { delay_ms, waiting_for, may_wake } => {
                if let Some(code) = waiting_for {
                    self.call.wait_for(code, Some(delay_ms));
                }
                (None, Some(Wait::new(delay_ms, may_wake)))
            }
            Next::Send(order) => {
                if let Contents::Upload(upload) = &order.contents {
                    self.call.advance(Phase::Uploading, 0.0, Some(upload.bytes()));
                }
                let Some(key) = self.client.key().filter(|_| !matches!(order.contents, Contents::Video)) else {
                    return self.send(order, None);
                };
                self.under_way = UnderWay::Key(order);
                (Some(key), None)
            }
        };
        Step::Pause(Pause { call, promise, wait })
    }

    /// Goes on with what was waited for, or with nothing where it took too long.
    fn on(&mut self, given: Option<promise::Outcome>) -> Step<'a> {
        let next = match (replace(&mut self.under_way, UnderWay::Wait), given) {
            (UnderWay::Request(mut sending), Some(given)) => {
                let got = given.and_then(|given| sending.exchange.take(given));
                return self.took(sending, got);
            }
            (UnderWay::Request(sending), None) => {
                let outcome = late(&sending.url);
                return self.sent(Some(sending), outcome, None);
            }
            (UnderWay::Key(order), Some(given)) => match checked_key(given) {
                Ok(key) => return self.send(order, Some(key)),
                Err(thrown) => {
                    self.under_way = UnderWay::Key(order);
                    return Step::Over(Err(thrown));
                }
            },
            (UnderWay::Storage, given) => {
                let given = given.unwrap_or_else(|| Err(js_sys::Error::new("the storage does not answer").into()));
                self.errand.on_given(given, self.client)
            }
            _ => self.errand.go_on(self.client),
        };
        self.after(next)
    }

    /// Sends a request.
    fn send(&mut self, order: Order, key: Option<String>) -> Step<'a> {
        let (mut uploaded, mut is_video) = (None, false);
        let (body, timeout_ms) = match &order.contents {
            Contents::Nothing => (None, READ_TIMEOUT_MS),
            Contents::Json(json) => (Some(Body::Whole(JsValue::from_str(json))), SPEECH_TIMEOUT_MS),
            Contents::Upload(upload) => {
                uploaded = Some(upload.bytes());
                match upload.body() {
                    Ok(body) => (Some(body), CREATE_TIMEOUT_MS),
                    Err(thrown) => return Step::Over(Err(thrown)),
                }
            }
            Contents::Video => {
                is_video = true;
                (None, STAND_MS)
            }
        };
        let is_form = uploaded.is_some() && self.client.is_for_gateway();
        let request = Request {
            url: &order.url,
            key: key.as_deref(),
            body: body.as_ref().map(Body::value),
            is_form,
            is_video,
            progress: &self.call.progress,
        };
        let fetch = self.client.shared.config.fetch.as_ref();
        let shows_bytes = matches!(body, Some(Body::Whole(_))) && uploaded.is_some() && self.call.is_watched();
        let begun = match shows_bytes && fetch.is_none() && is_page() {
            true => {
                // It tells the end, too, and counts what stands around the files in a form.
                uploaded = None;
                xhr::begin(request)
            }
            false => Ok(http::begin(fetch, request)),
        };
        match begun {
            Ok((exchange, promise)) => {
                let until_ms = (!is_video).then(|| now_ms() + timeout_ms);
                self.key = key.or(self.key.take());
                let sending = Sending { exchange, url: order.url, uploaded, until_ms, _body: body };
                self.took(Box::new(sending), Ok(Got::More(promise)))
            }
            Err(cause) => self.sent(None, failed(&order.url, &cause), Some(cause)),
        }
    }

    /// Goes on with what came of a request.
    fn took(&mut self, mut sending: Box<Sending>, got: Result<Got, JsValue>) -> Step<'a> {
        let next = match got {
            Ok(Got::More(promise)) => {
                let left_ms = sending.until_ms.map_or(STAND_MS, |until_ms| until_ms - now_ms());
                self.under_way = UnderWay::Request(sending);
                let wait = Some(Wait::new(left_ms, false));
                return Step::Pause(Pause { call: Some(self.call), promise: Some(promise), wait });
            }
            Ok(Got::Answer(answer)) => {
                if let Some(total) = sending.uploaded.take() {
                    self.call.advance(Phase::Uploading, total, Some(total));
                }
                return self.sent(Some(sending), Outcome::Answered(answer), None);
            }
            Ok(Got::Video(video)) => self.errand.on_given(video, self.client),
            Err(cause) => {
                let outcome = failed(&sending.url, &cause);
                return self.sent(Some(sending), outcome, Some(cause));
            }
        };
        self.after(next)
    }

    /// Goes on with the outcome of a request, of which nothing is left then.
    fn sent(&mut self, sending: Option<Box<Sending>>, outcome: Outcome, cause: Option<JsValue>) -> Step<'a> {
        drop(sending);
        self.cause = cause;
        let next = self.errand.on_sent(outcome, self.client);
        self.after(next)
    }
}
