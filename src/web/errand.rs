//! Errands: requests and waits, one after the other, until what is asked for is known.
//!
//! What the engine decides has one form here, so that one loop carries all of it out.

use std::rc::Rc;

use wasm_bindgen::JsValue;

use super::call::Call;
use super::client::Client;
use super::http::{self, Request, Sent};
use super::progress::Phase;
use super::storage::{self, Question};
use super::thrown::Thrown;
use super::time::{now_ms, random};
use super::upload::{Body, Upload};
use super::wake::Wait;
use super::xhr;
use crate::engine::error::{Error, Failure};
use crate::engine::lookup::Outcome;
use crate::engine::wire::{Speech, Task, Video};

/// How long the answer to a create may take, in milliseconds: 20 MB over a slow line.
const CREATE_TIMEOUT_MS: f64 = 600_000.0;

/// How long the service may speak before it answers, in milliseconds.
const SPEECH_TIMEOUT_MS: f64 = 120_000.0;

/// How long the answer to any other request may take, in milliseconds.
const READ_TIMEOUT_MS: f64 = 30_000.0;

/// What an errand brings.
pub(super) enum Answer {
    Task(Box<Task>),
    Video(Box<Video>),
    Speech(Box<Speech>),
    /// There is no such thing.
    Nothing,
}

impl Answer {
    /// Gives the task of an errand for one.
    pub(super) fn into_task(self) -> Result<Box<Task>, Thrown> {
        if let Self::Task(task) = self { Ok(task) } else { Err(nothing()) }
    }

    /// Gives the video of an errand for one.
    pub(super) fn into_video(self) -> Result<Video, Thrown> {
        if let Self::Video(video) = self { Ok(*video) } else { Err(nothing()) }
    }

    /// Gives the speech of an errand for it.
    pub(super) fn into_speech(self) -> Result<Speech, Thrown> {
        if let Self::Speech(speech) = self { Ok(*speech) } else { Err(nothing()) }
    }
}

fn nothing() -> Thrown {
    Error::InvalidResponse { status: 200, reason: String::from("it is not what was asked for.") }.into()
}

/// What an errand needs next.
pub(super) enum Next {
    /// A request.
    Send(Order),
    /// Time.
    Wait {
        delay_ms: f64,
        /// The code of what failed and may pass, to be shown to the user.
        waiting_for: Option<&'static str>,
        /// Whether that the page is shown again, or back online, is a reason to go on.
        may_wake: bool,
    },
    /// An answer of the caller's storage.
    Store(Question),
    /// It is over.
    Done(Result<Answer, Failure>),
}

impl Next {
    /// Waits, for no reason that a user has to know.
    pub(super) fn wait(delay_ms: f64, may_wake: bool) -> Self {
        Self::Wait { delay_ms, waiting_for: None, may_wake }
    }
}

/// A request to be sent.
pub(super) struct Order {
    pub(super) url: String,
    pub(super) contents: Contents,
}

/// What a request sends.
pub(super) enum Contents {
    /// It only asks.
    Nothing,
    /// JSON, for speech.
    Json(String),
    /// A create.
    Upload(Rc<Upload>),
}

impl Order {
    /// A request that only asks.
    pub(super) fn ask(url: String) -> Self {
        Self { url, contents: Contents::Nothing }
    }
}

/// Decides what comes next.
pub(super) trait Errand {
    /// At first, and after each wait.
    fn go_on(&mut self, client: &Client) -> Next;

    /// After each request.
    fn on_sent(&mut self, outcome: Outcome, client: &Client) -> Next;

    /// After each question to the storage, for those who ask it.
    ///
    /// # Errors
    /// What ends the errand.
    fn on_stored(&mut self, _: Result<JsValue, JsValue>, client: &Client) -> Result<Next, Thrown> {
        Ok(self.go_on(client))
    }

    /// Adds what is known of the task to a failure.
    fn completed(&self, thrown: Thrown) -> Thrown;
}

/// An errand, and the call that it is run for.
pub(super) struct Job {
    pub(super) errand: Box<dyn Errand>,
    pub(super) call: Call,
}

impl Client {
    /// Carries an errand out.
    ///
    /// # Errors
    /// What the errand fails with, or what ends the call.
    pub(super) async fn carry_out(&self, errand: &mut dyn Errand, call: &Call) -> Result<Answer, Thrown> {
        let mut cause = None;
        let mut next = errand.go_on(self);
        let thrown = loop {
            next = match next {
                Next::Send(order) => match self.send(order, call).await {
                    Ok(sent) => {
                        cause = sent.cause;
                        errand.on_sent(sent.outcome, self)
                    }
                    Err(thrown) => break thrown,
                },
                Next::Wait { delay_ms, waiting_for, may_wake } => {
                    if let Some(code) = waiting_for {
                        call.wait_for(code, Some(delay_ms));
                    }
                    match call.run(Wait::new(delay_ms, may_wake)).await {
                        Ok(()) => errand.go_on(self),
                        Err(thrown) => break thrown,
                    }
                }
                Next::Store(question) => match self.store(question, call).await {
                    Ok(stored) => match errand.on_stored(stored, self) {
                        Ok(next) => next,
                        Err(thrown) => break thrown,
                    },
                    Err(thrown) => break thrown,
                },
                Next::Done(Ok(answer)) => return Ok(answer),
                Next::Done(Err(failure)) => break Thrown::new(failure, cause),
            };
        };
        Err(errand.completed(thrown))
    }

    /// Asks the storage. Fails only where the call has ended.
    async fn store(&self, question: Question, call: &Call) -> Result<Result<JsValue, JsValue>, Thrown> {
        let storage = self.shared.config.storage.clone().unwrap_or_default();
        let asked = storage::ask(&storage, &question);
        if question.is_last { Ok(asked.await) } else { call.run(asked).await }
    }

    /// Carries out a job, unless it could not be made.
    pub(super) async fn run(self, job: Result<Job, Thrown>) -> Result<Answer, Thrown> {
        let Job { mut errand, call } = job?;
        self.carry_out(&mut *errand, &call).await
    }

    /// Sends one request with the key. Fails only where the call has ended, or where there is no key or no body.
    async fn send(&self, order: Order, call: &Call) -> Result<Sent, Thrown> {
        let (mut uploaded, mut headers) = (None, Vec::new());
        let (body, timeout_ms) = match &order.contents {
            Contents::Nothing => (None, READ_TIMEOUT_MS),
            Contents::Json(json) => (Some(Body::Whole(JsValue::from_str(json))), SPEECH_TIMEOUT_MS),
            Contents::Upload(upload) => {
                uploaded = Some(upload.bytes());
                call.advance(Phase::Uploading, 0.0, uploaded);
                (Some(upload.body()?), CREATE_TIMEOUT_MS)
            }
        };
        let key = call.run(self.key()).await??;
        if let Some(key) = &key {
            headers.push(("Authorization", String::from("Bearer ") + key));
        }
        let is_form = uploaded.is_some() && self.is_for_gateway();
        if body.is_some() && !is_form {
            headers.push(("Content-Type", String::from("application/json")));
        }
        let fetch = self.shared.config.fetch.as_ref();
        let shows_bytes = matches!(body, Some(Body::Whole(_))) && uploaded.is_some();
        let method = if body.is_some() { "POST" } else { "GET" };
        let progress = is_form.then_some(&call.progress);
        let value = body.as_ref().map(Body::value);
        let request = Request { method, url: &order.url, headers, body: value, timeout_ms, progress };
        let mut sent = if shows_bytes && fetch.is_none() && call.is_watched() && http::is_page() {
            call.run(xhr::send(request, Rc::clone(&call.progress))).await?
        } else {
            call.run(http::send(fetch, request)).await?
        };
        if let Outcome::Answered(answer) = &mut sent.outcome {
            if let Some(key) = &key {
                redact(&mut answer.body, key.as_bytes());
            }
            if let Some(total) = uploaded {
                call.advance(Phase::Uploading, total, uploaded);
            }
        }
        Ok(sent)
    }
}

/// A service that quotes the key in its answer must not make it part of an error.
fn redact(body: &mut [u8], key: &[u8]) {
    let mut at = 0;
    while let Some(window) = body.get_mut(at..at + key.len()) {
        if window == key {
            window.fill(b'*');
        }
        at += 1;
    }
}

/// The repetitions of a request.
pub(super) struct Repetitions {
    made: u32,
    deadline_ms: Option<f64>,
}

impl Repetitions {
    pub(super) fn until(deadline_ms: Option<f64>) -> Self {
        Self { made: 0, deadline_ms }
    }

    /// Another request has its own.
    pub(super) fn begin_anew(&mut self) {
        self.made = 0;
    }

    /// How long to wait before the request is sent again, in milliseconds. Gives nothing where the failure does not pass, or
    /// where there are no attempts left, or no time for one.
    pub(super) fn delay_ms(&mut self, error: &Error, may_pass: bool, client: &Client) -> Option<f64> {
        let retry = &client.shared.config.retry;
        self.made += 1;
        let delay_ms = retry.delay_ms(self.made, error.retry_after_ms(), random());
        let too_late = self.deadline_ms.is_some_and(|deadline_ms| now_ms() + delay_ms >= deadline_ms);
        (may_pass && self.made < retry.max_attempts && !too_late).then_some(delay_ms)
    }

    /// The same as an errand's next step.
    pub(super) fn after(&mut self, error: Error, may_pass: bool, client: &Client) -> Next {
        match self.delay_ms(&error, may_pass, client) {
            Some(delay_ms) => Next::wait(delay_ms, false),
            None => Next::Done(Err(error.into())),
        }
    }
}
