//! The client: one method for each thing that the service does.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Function, Uint8Array, encode_uri_component};
use wasm_bindgen::prelude::*;

use super::call::{Call, CallOptions};
use super::http::{self, Request, Sent};
use super::input::AvatarInput;
use super::prepare::Report;
use super::progress::Phase;
use super::promise::Settled;
use super::storage::NamesInUse;
use super::thrown::Thrown;
use super::time::{Timer, now_ms, random};
use super::turn::Turns;
use super::watch::Watcher;
use super::xhr;
use crate::engine::error::Error;
use crate::engine::input::{Given, id_problem};
use crate::engine::limits::Limits;
use crate::engine::lookup::Outcome;
use crate::engine::poll::{Experience, PollPolicy};
use crate::engine::problem::Field;
use crate::engine::queue::Queue;
use crate::engine::retry::RetryPolicy;
use crate::engine::wire::{HttpAnswer, Task, TaskStatus, Video};

pub(super) const TASKS_PATH: &str = "/kling/v1/videos/avatar/image2video";
pub(super) const SPEECH_PATH: &str = "/kling/v1/audio/tts";

/// How long the answer to any other request may take, in milliseconds.
const READ_TIMEOUT_MS: f64 = 30_000.0;

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
    /// An object with `get`, `set` and `delete`, in which creates are kept until their videos are there.
    pub storage: Option<JsValue>,
    /// How many tasks of [`Client::generate`] are under way at a time.
    pub max_concurrent_tasks: Option<u32>,
}

/// What all calls of a client share.
pub(super) struct Shared {
    pub(super) config: Config,
    pub(super) experience: RefCell<Experience>,
    pub(super) turns: Option<Turns>,
    /// An id of the caller's own that the service is known to have.
    pub(super) known_id: RefCell<Option<String>>,
    pub(super) names: NamesInUse,
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
        let turns = config.max_concurrent_tasks.map(|places| Rc::new(RefCell::new(Queue::new(places))));
        let (experience, known_id, names) = (RefCell::default(), RefCell::default(), NamesInUse::default());
        Self { shared: Rc::new(Shared { config, experience, turns, known_id, names }) }
    }

    /// Checks files and fields without any network.
    pub async fn validate(&self, input: &AvatarInput) -> Report {
        Report::of(input, &self.shared.config.limits).await
    }

    /// Checks, then creates the task.
    ///
    /// # Errors
    /// `invalid_input`, `submission_unknown`, and whatever the service refuses a create for.
    pub async fn create_task(&self, input: AvatarInput, options: CallOptions) -> Result<Box<Task>, Thrown> {
        let call = self.begin(options);
        let created = self.create(input, &call, false).await?;
        let task = match created.task {
            Some(task) => task,
            None => {
                let read =
                    self.read_patiently(&self.task_url(&created.task_id), &call, &|answer| self.task_of(answer)).await;
                let own_id = Some(created.external_task_id.as_str());
                read.map_err(|thrown| thrown.with_task_id(&created.task_id).with_external_task_id(own_id))?
            }
        };
        // Whoever has the id does not need the record.
        if let Some(saved) = created.saved {
            saved.forget().await;
        }
        Ok(task)
    }

    /// Reads a task.
    ///
    /// # Errors
    /// `not_found` for an unknown id, and whatever the service refuses a read for.
    pub async fn get_task(&self, task_id: &str, options: CallOptions) -> Result<Box<Task>, Thrown> {
        check_id(Field::TaskId, task_id)?;
        let call = self.begin(options);
        let url = self.url(TASKS_PATH, &[task_id]);
        let read = self.read_patiently(&url, &call, &|answer| self.task_of(answer)).await;
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

    /// Creates a task, waits for it, and gives its video.
    ///
    /// # Errors
    /// Those of [`Client::create_task`] and [`Client::wait_for_task`].
    pub async fn generate(&self, input: AvatarInput, options: CallOptions) -> Result<Video, Thrown> {
        let call = self.begin(options);
        let created = self.create(input, &call, true).await?;
        let watcher = Watcher::new(self.clone(), call, created.task_id, created.task, created.kind);
        let watcher = if created.saved.is_some() { watcher.of_existing() } else { watcher };
        let video = self.last_of(watcher).await;
        let has_ended = match &video {
            Ok(_) => true,
            Err(thrown) => thrown.error().ends_task(),
        };
        if let Some(saved) = created.saved.filter(|_| has_ended) {
            saved.forget().await;
        }
        drop(created.place);
        video.map_err(|thrown| thrown.with_external_task_id(Some(&created.external_task_id)))
    }

    pub(super) fn begin(&self, options: CallOptions) -> Call {
        Call::new(options, Some(self.shared.config.poll.timeout_ms))
    }

    async fn last_of(&self, mut watcher: Watcher) -> Result<Video, Thrown> {
        let mut last = None;
        while let Some(task) = watcher.next().await? {
            last = Some(task);
        }
        match last.map(|task| (task.status, task)) {
            Some((TaskStatus::Succeed, mut task)) if !task.videos.is_empty() => Ok(task.videos.swap_remove(0)),
            Some((_, task)) => Err(Error::TaskFailed { task }.into()),
            None => Err(Error::InvalidResponse { status: 200, reason: String::from("the task has vanished.") }.into()),
        }
    }

    /// Reads something, again and again while the failure may pass.
    pub(super) async fn read_patiently<T>(
        &self,
        url: &str,
        call: &Call,
        read: &dyn Fn(&HttpAnswer) -> Result<T, Error>,
    ) -> Result<T, Thrown> {
        let mut attempt = 1;
        loop {
            let thrown = match self.read_once(url, call, read).await? {
                Ok(value) => return Ok(value),
                Err(thrown) => thrown,
            };
            if !thrown.error().is_retryable() {
                return Err(thrown);
            }
            self.pause(thrown, attempt, call).await?;
            attempt += 1;
        }
    }

    /// Waits before a request is sent again. Gives back what made it necessary where there are no attempts left, or no
    /// time for one.
    pub(super) async fn pause(&self, thrown: Thrown, attempt: u32, call: &Call) -> Result<(), Thrown> {
        let retry = &self.shared.config.retry;
        let delay_ms = retry.delay_ms(attempt, thrown.error().retry_after_ms(), random());
        let too_late = call.deadline_ms().is_some_and(|deadline_ms| now_ms() + delay_ms >= deadline_ms);
        if attempt >= retry.max_attempts || too_late {
            return Err(thrown);
        }
        call.run(Timer::new(delay_ms)).await
    }

    /// Reads something once. The outer error ends the call, the inner one may pass.
    pub(super) async fn read_once<T>(
        &self,
        url: &str,
        call: &Call,
        read: &dyn Fn(&HttpAnswer) -> Result<T, Error>,
    ) -> Result<Result<T, Thrown>, Thrown> {
        let sent = self.exchange("GET", url, None, READ_TIMEOUT_MS, call).await?;
        Ok(read_answer(sent, read))
    }

    pub(super) fn task_url(&self, task_id: &str) -> String {
        self.url(TASKS_PATH, &[task_id])
    }

    pub(super) fn url(&self, path: &str, segments: &[&str]) -> String {
        let path = match path {
            TASKS_PATH if self.is_for_gateway() => "/tasks",
            SPEECH_PATH if self.is_for_gateway() => "/speech",
            path => path,
        };
        let mut url = self.shared.config.base_url.clone() + path;
        for segment in segments {
            url.push('/');
            url.push_str(&String::from(encode_uri_component(segment)));
        }
        url
    }

    /// Sends one request with the key. Fails only where the call has ended or there is no key.
    pub(super) async fn exchange(
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
        let is_form = body.as_ref().is_some_and(http::is_form);
        if body.is_some() && !is_form {
            headers.push(("Content-Type", String::from("application/json")));
        }
        let fetch = self.shared.config.fetch.as_ref();
        let with_progress = fetch.is_none() && call.is_watched() && http::is_page();
        let is_upload = is_form || body.as_ref().is_some_and(|body| body.is_instance_of::<Uint8Array>());
        let progress = is_form.then_some(&call.progress);
        let request = Request { method, url, headers, body, timeout_ms, progress };
        let mut sent = if with_progress && is_upload {
            call.run(xhr::send(request, Rc::clone(&call.progress))).await?
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
                let key = Settled::of(&promise).await.map_err(failed)?;
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

pub(super) fn read_answer<T>(sent: Sent, read: &dyn Fn(&HttpAnswer) -> Result<T, Error>) -> Result<T, Thrown> {
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

pub(super) fn check_id(field: Field, id: &str) -> Result<(), Thrown> {
    match id_problem(field, &Given::Text(id.to_owned())) {
        Some(problem) => Err(Error::InvalidInput { problems: vec![problem] }.into()),
        None => Ok(()),
    }
}

pub(super) fn configuration(message: &str) -> Thrown {
    Error::Configuration { message: message.to_owned() }.into()
}
