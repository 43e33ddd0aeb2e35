//! The client: one method for each thing that the service does.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Function, Promise, encode_uri_component, global};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use super::body;
use super::call::{Call, CallOptions, Phase};
use super::http::{self, Request, Sent};
use super::input::{AvatarInput, SpeechInput};
use super::js::call;
use super::prepare::{Prepared, Report};
use super::thrown::Thrown;
use super::time::{Timer, now_ms, random, wall_ms};
use super::watch::Watcher;
use super::xhr;
use crate::engine::create::{Creation, Step};
use crate::engine::error::{Error, Failure};
use crate::engine::input::{Given, id_problem};
use crate::engine::limits::Limits;
use crate::engine::lookup::{Lookup, LookupStep, Outcome, PAGE_SIZE, Question};
use crate::engine::poll::{Experience, PollPolicy};
use crate::engine::problem::Field;
use crate::engine::retry::RetryPolicy;
use crate::engine::wire::{HttpAnswer, Speech, Task, TaskStatus, Video};

const TASKS_PATH: &str = "/kling/v1/videos/avatar/image2video";
const SPEECH_PATH: &str = "/kling/v1/audio/tts";

/// How long the answer to a create may take, in milliseconds: 20 MB over a slow line.
const CREATE_TIMEOUT_MS: f64 = 600_000.0;

/// How long the answer to any other request may take, in milliseconds.
const READ_TIMEOUT_MS: f64 = 30_000.0;

/// How long speech may take to be made, in milliseconds.
const SPEECH_TIMEOUT_MS: f64 = 120_000.0;

/// The CometAPI key.
#[derive(Debug, Clone)]
pub enum Key {
    /// The key itself.
    Text(String),
    /// A function that gives it, or a promise of it, for each request.
    Function(Function),
}

/// Whom the client talks to.
#[derive(Debug, Clone)]
pub enum Target {
    /// The service itself.
    Service(Key),
    /// A gateway of this package, which holds the key.
    Gateway,
}

/// How a client reaches the service.
#[derive(Debug, Clone)]
pub struct Config {
    /// Whom it talks to.
    pub target: Target,
    /// The address of the API or of the gateway.
    pub base_url: String,
    /// Used instead of the platform's `fetch`.
    pub fetch: Option<Function>,
    /// What is checked.
    pub limits: Limits,
    /// How often a request is repeated.
    pub retry: RetryPolicy,
    /// How often a task is read.
    pub poll: PollPolicy,
}

/// What all calls of a client share.
pub(super) struct Shared {
    pub(super) config: Config,
    pub(super) experience: RefCell<Experience>,
}

/// Makes talking-avatar videos.
#[derive(Clone)]
pub struct Client {
    pub(super) shared: Rc<Shared>,
}

/// What a waiting client knows of the task that it waits for.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Kind {
    pub(super) pro: bool,
    pub(super) voice_seconds: Option<f64>,
}

impl Client {
    /// Makes a client.
    pub fn new(config: Config) -> Self {
        Self { shared: Rc::new(Shared { config, experience: RefCell::default() }) }
    }

    /// Checks files and fields without any network.
    pub async fn validate(&self, input: &AvatarInput) -> Report {
        Report::of(input, &self.shared.config.limits).await
    }

    /// Checks, then creates the task.
    ///
    /// # Errors
    /// `invalid_input`, `submission_unknown`, and whatever the service refuses a create for.
    pub async fn create_task(&self, input: AvatarInput, options: CallOptions) -> Result<Task, Thrown> {
        let call = self.begin(options);
        self.create(input, &call).await.map(|(task, _)| task)
    }

    /// Reads a task.
    ///
    /// # Errors
    /// `not_found` for an unknown id, and whatever the service refuses a read for.
    pub async fn get_task(&self, task_id: &str, options: CallOptions) -> Result<Task, Thrown> {
        check_id(Field::TaskId, task_id)?;
        let call = self.begin(options);
        let url = self.url(TASKS_PATH, &[task_id]);
        let read = self.read_patiently(&url, &call, Task::read).await;
        read.map_err(|thrown| thrown.with_task_id(task_id))
    }

    /// Waits until a task has its video.
    ///
    /// # Errors
    /// `task_failed`, `timeout`, and whatever the service refuses a read for; each with the task's id.
    pub async fn wait_for_task(&self, task_id: &str, options: CallOptions) -> Result<Video, Thrown> {
        let watcher = self.watch_task(task_id, options)?;
        self.last_of(watcher).await
    }

    /// Gives the task at each change of its status.
    ///
    /// # Errors
    /// `invalid_input` for an id that cannot be one.
    pub fn watch_task(&self, task_id: &str, options: CallOptions) -> Result<Watcher, Thrown> {
        check_id(Field::TaskId, task_id)?;
        let call = self.begin(options);
        call.enter(Phase::Submitted, None);
        Ok(Watcher::new(self.clone(), call, task_id.to_owned(), None, Kind::default()))
    }

    /// Finds a task by the caller's own id.
    ///
    /// # Errors
    /// Whatever keeps the client from knowing whether there is such a task.
    pub async fn find_task(&self, external_task_id: &str, options: CallOptions) -> Result<Option<Task>, Thrown> {
        check_id(Field::ExternalTaskId, external_task_id)?;
        let call = self.begin(options);
        let mut lookup = Lookup::new(external_task_id, None, self.shared.config.retry.clone());
        let mut question = lookup.question();
        loop {
            let outcome = self.ask(external_task_id, question, &call).await;
            let sent = outcome.map_err(|thrown| thrown.with_external_task_id(Some(external_task_id)))?;
            match lookup.on_outcome(sent.outcome, random()) {
                LookupStep::Ask(next) => question = next,
                LookupStep::Wait { delay_ms } => call.run(Timer::new(delay_ms)).await?,
                LookupStep::Found(task) => return Ok(Some(*task)),
                LookupStep::Absent => return Ok(None),
                LookupStep::Unsettled(error) => {
                    let failure = Failure::from(error).with_external_task_id(external_task_id);
                    return Err(Thrown::new(failure, sent.cause));
                }
            }
        }
    }

    /// Creates a task, waits for it, and gives its video.
    ///
    /// # Errors
    /// Those of [`Client::create_task`] and [`Client::wait_for_task`].
    pub async fn generate(&self, input: AvatarInput, options: CallOptions) -> Result<Video, Thrown> {
        let call = self.begin(options);
        let (task, kind) = self.create(input, &call).await?;
        let task_id = task.task_id.clone();
        let external_task_id = task.external_task_id.clone();
        let watcher = Watcher::new(self.clone(), call, task_id, Some(task), kind);
        let video = self.last_of(watcher).await;
        video.map_err(|thrown| thrown.with_external_task_id(external_task_id.as_deref()))
    }

    /// Speaks a text, for the `audio_id` of a create.
    ///
    /// # Errors
    /// `invalid_input`, `invalid_request` for a voice that does not speak the language, and the like.
    pub async fn synthesize_speech(&self, input: SpeechInput, options: CallOptions) -> Result<Speech, Thrown> {
        let problems = input.problems(&self.shared.config.limits);
        if !problems.is_empty() {
            return Err(Error::InvalidInput { problems }.into());
        }
        let call = self.begin(options);
        let body = js_sys::JsString::from(input.fields.body());
        let url = self.url(SPEECH_PATH, &[]);
        let sent = self.exchange("POST", &url, Some(body.into()), SPEECH_TIMEOUT_MS, &call).await?;
        let mut speech = read_answer(sent, Speech::read)?;
        while speech.audio_id.is_none() {
            if speech.status.is_final() {
                let reason = speech.status_message.unwrap_or_else(|| String::from("it has no sound."));
                return Err(Error::InvalidResponse { status: 200, reason }.into());
            }
            let Some(task_id) = speech.task_id.clone() else { break };
            let wait = self.shared.config.poll.min_interval_ms;
            call.run(Timer::new(wait)).await.map_err(|thrown| thrown.with_task_id(&task_id))?;
            let url = self.url(SPEECH_PATH, &[&task_id]);
            let read = self.read_patiently(&url, &call, Speech::read).await;
            speech = read.map_err(|thrown| thrown.with_task_id(&task_id))?;
        }
        Ok(speech)
    }

    fn begin(&self, options: CallOptions) -> Call {
        Call::new(options, Some(self.shared.config.poll.timeout_ms))
    }

    async fn last_of(&self, mut watcher: Watcher) -> Result<Video, Thrown> {
        let mut last = None;
        while let Some(task) = watcher.next().await? {
            last = Some(task);
        }
        match last.map(|task| (task.status, task)) {
            Some((TaskStatus::Succeed, mut task)) if !task.videos.is_empty() => Ok(task.videos.swap_remove(0)),
            Some((_, task)) => Err(Error::TaskFailed { task: Box::new(task) }.into()),
            None => Err(Error::InvalidResponse { status: 200, reason: String::from("the task has vanished.") }.into()),
        }
    }

    async fn create(&self, input: AvatarInput, call: &Call) -> Result<(Task, Kind), Thrown> {
        call.enter(Phase::Reading, None);
        let report = call.run(self.validate(&input)).await?;
        if !report.problems.is_empty() {
            return Err(Error::InvalidInput { problems: report.problems }.into());
        }
        let kind = Kind {
            pro: input.texts.mode.text() == Some("pro"),
            voice_seconds: report.sound_file.map(|info| info.duration_seconds),
        };
        let external_task_id = match input.texts.external_task_id.text() {
            Some(id) => id.to_owned(),
            None => random_id()?,
        };
        let prepared = Prepared::of(input, external_task_id.clone()).ok_or_else(nothing_to_send)?;
        let on_progress = |loaded, total| call.advance(Phase::Reading, loaded, Some(total));
        let body = call.run(body::write(&prepared, on_progress)).await??;
        drop(prepared);
        let task = self.submit(&external_task_id, body, call).await?;
        Ok((task, kind))
    }

    /// Carries out what [`Creation`] decides.
    async fn submit(&self, external_task_id: &str, body: js_sys::Uint8Array, call: &Call) -> Result<Task, Thrown> {
        let with_id = |thrown: Thrown| thrown.with_external_task_id(Some(external_task_id));
        let wall_offset_ms = wall_ms() - now_ms();
        let deadline_ms = call.deadline_ms().map(|deadline_ms| deadline_ms + wall_offset_ms);
        let mut creation = Creation::new(external_task_id, self.shared.config.retry.clone(), wall_ms(), deadline_ms);
        let mut cause = None;
        let mut step = Step::Send;
        loop {
            let now_ms = now_ms() + wall_offset_ms;
            step = match step {
                Step::Send => {
                    let sent = self.send_create(&body, call).await.map_err(with_id)?;
                    cause = sent.cause;
                    creation.on_sent(sent.outcome, now_ms, random())
                }
                Step::Ask(question) => {
                    let sent = self.ask(external_task_id, question, call).await.map_err(with_id)?;
                    creation.on_asked(sent.outcome, now_ms, random())
                }
                Step::Wait { delay_ms, waiting_for } => {
                    if let Some(kind) = waiting_for {
                        call.wait_for(kind, delay_ms);
                    }
                    call.run(Timer::new(delay_ms)).await.map_err(with_id)?;
                    creation.after_wait()
                }
                Step::Done(Ok(mut task)) => {
                    task.external_task_id.get_or_insert_with(|| external_task_id.to_owned());
                    return Ok(*task);
                }
                Step::Done(Err(failure)) => return Err(Thrown::new(failure, cause)),
            };
        }
    }

    async fn send_create(&self, body: &js_sys::Uint8Array, call: &Call) -> Result<Sent, Thrown> {
        let total = f64::from(body.length());
        call.advance(Phase::Uploading, 0.0, Some(total));
        let url = self.url(TASKS_PATH, &[]);
        let sent = self.exchange("POST", &url, Some(body.clone().into()), CREATE_TIMEOUT_MS, call).await?;
        if matches!(sent.outcome, Outcome::Answered(_)) {
            call.advance(Phase::Uploading, total, Some(total));
        }
        Ok(sent)
    }

    async fn ask(&self, external_task_id: &str, question: Question, call: &Call) -> Result<Sent, Thrown> {
        let list = |page: u32| String::from("pageNum=") + &page.to_string() + "&pageSize=" + &PAGE_SIZE.to_string();
        let url = match question {
            Question::Path | Question::Reference => self.url(TASKS_PATH, &[external_task_id]),
            Question::Query => {
                let id = String::from(encode_uri_component(external_task_id));
                self.url(TASKS_PATH, &[]) + "?external_task_id=" + &id + "&" + &list(1)
            }
            Question::List { page } => self.url(TASKS_PATH, &[]) + "?" + &list(page),
        };
        self.exchange("GET", &url, None, READ_TIMEOUT_MS, call).await
    }

    /// Reads something, again and again while the failure may pass.
    async fn read_patiently<T>(
        &self,
        url: &str,
        call: &Call,
        read: impl Fn(&HttpAnswer) -> Result<T, Error>,
    ) -> Result<T, Thrown> {
        let retry = &self.shared.config.retry;
        let mut attempt = 1;
        loop {
            let thrown = match self.read_once(url, call, &read).await? {
                Ok(value) => return Ok(value),
                Err(thrown) => thrown,
            };
            let retry_after_ms = match thrown.error() {
                Error::Refused(refusal) => refusal.retry_after_ms,
                _ => None,
            };
            if attempt >= retry.max_attempts || !thrown.error().is_retryable() {
                return Err(thrown);
            }
            let delay_ms = retry.delay_ms(attempt, retry_after_ms, random());
            if call.deadline_ms().is_some_and(|deadline_ms| now_ms() + delay_ms >= deadline_ms) {
                return Err(thrown);
            }
            call.run(Timer::new(delay_ms)).await?;
            attempt += 1;
        }
    }

    /// Reads something once. The outer error ends the call, the inner one may pass.
    pub(super) async fn read_once<T>(
        &self,
        url: &str,
        call: &Call,
        read: impl Fn(&HttpAnswer) -> Result<T, Error>,
    ) -> Result<Result<T, Thrown>, Thrown> {
        let sent = self.exchange("GET", url, None, READ_TIMEOUT_MS, call).await?;
        Ok(read_answer(sent, read))
    }

    pub(super) fn task_url(&self, task_id: &str) -> String {
        self.url(TASKS_PATH, &[task_id])
    }

    fn url(&self, path: &str, segments: &[&str]) -> String {
        let mut url = self.shared.config.base_url.clone() + path;
        for segment in segments {
            url.push('/');
            url.push_str(&String::from(encode_uri_component(segment)));
        }
        url
    }

    /// Sends one request with the key. Fails only where the call has ended or there is no key.
    async fn exchange(
        &self,
        method: &'static str,
        url: &str,
        body: Option<JsValue>,
        timeout_ms: f64,
        call: &Call,
    ) -> Result<Sent, Thrown> {
        let key = call.run(self.key()).await??;
        let mut headers = Vec::new();
        if let Some(key) = &key {
            headers.push(("Authorization", String::from("Bearer ") + key));
        }
        if body.is_some() {
            headers.push(("Content-Type", String::from("application/json")));
        }
        let fetch = self.shared.config.fetch.as_ref();
        let with_progress = fetch.is_none() && call.is_watched() && http::is_page();
        let is_upload = body.as_ref().is_some_and(|body| body.is_instance_of::<js_sys::Uint8Array>());
        let request = Request { method, url, headers, body, timeout_ms };
        let mut sent = if with_progress && is_upload {
            let report = call.reporter(Phase::Uploading);
            call.run(xhr::send(request, report)).await?
        } else {
            call.run(http::send(fetch, request)).await?
        };
        if let (Some(key), Outcome::Answered(answer)) = (&key, &mut sent.outcome) {
            redact(&mut answer.body, key.as_bytes());
        }
        Ok(sent)
    }

    async fn key(&self) -> Result<Option<String>, Thrown> {
        let key = match &self.shared.config.target {
            Target::Gateway => return Ok(None),
            Target::Service(Key::Text(key)) => key.clone(),
            Target::Service(Key::Function(function)) => {
                let failed = |cause| configuration("The apiKey function failed.").because(cause);
                let promise = function.call0(&JsValue::UNDEFINED).map_err(failed)?;
                let key = JsFuture::from(Promise::resolve(&promise)).await.map_err(failed)?;
                key.as_string().ok_or_else(|| configuration("The apiKey function must give a string."))?
            }
        };
        // Anything else cannot stand in a header, and the platform's error would quote it.
        if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(configuration("The API key must be non-empty text of visible ASCII characters."));
        }
        Ok(Some(key))
    }
}

fn read_answer<T>(sent: Sent, read: impl Fn(&HttpAnswer) -> Result<T, Error>) -> Result<T, Thrown> {
    let value = sent.outcome.answer().and_then(|answer| read(&answer));
    value.map_err(|error| Thrown::new(error.into(), sent.cause))
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

fn check_id(field: Field, id: &str) -> Result<(), Thrown> {
    match id_problem(field, &Given::Text(id.to_owned())) {
        Some(problem) => Err(Error::InvalidInput { problems: vec![problem] }.into()),
        None => Ok(()),
    }
}

fn configuration(message: &str) -> Thrown {
    Error::Configuration { message: message.to_owned() }.into()
}

fn nothing_to_send() -> Thrown {
    configuration("The input changed while it was being checked.")
}

/// A random UUID; plain-HTTP pages have no `randomUUID`, so it is made from random bytes there.
fn random_id() -> Result<String, Thrown> {
    let crypto = super::js::get(&global(), "crypto");
    if let Some(id) = call(&crypto, "randomUUID", &[]).ok().and_then(|id| id.as_string()) {
        return Ok(id);
    }
    let bytes = js_sys::Uint8Array::new_with_length(16);
    call(&crypto, "getRandomValues", &[&bytes]).map_err(|cause| {
        configuration("This platform has no source of random numbers; give an externalTaskId.").because(cause)
    })?;
    Ok(crate::engine::text::uuid(&bytes.to_vec()))
}
