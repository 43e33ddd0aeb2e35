//! The client: whom it talks to, and what its calls share. What it does stands beside it, a file for each thing.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Function, encode_uri_component};
use wasm_bindgen::prelude::*;

use super::call::{Call, CallOptions};
use super::input::AvatarInput;
use super::prepare::Report;
use super::promise::{Outcome, Settled};
use super::storage::NamesInUse;
use super::thrown::Thrown;
use super::turn::Turns;
use crate::engine::error::Error;
use crate::engine::input::{Given, id_problem};
use crate::engine::limits::Limits;
use crate::engine::poll::{Experience, PollPolicy};
use crate::engine::problem::Field;
use crate::engine::queue::Queue;
use crate::engine::retry::RetryPolicy;

pub(super) const TASKS_PATH: &str = "/kling/v1/videos/avatar/image2video";
pub(super) const SPEECH_PATH: &str = "/kling/v1/audio/tts";

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

    pub(super) fn begin(&self, options: CallOptions) -> Call {
        Call::new(options, Some(self.shared.config.poll.timeout_ms))
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

    /// The key for the next request, where one goes with it.
    pub(super) fn key(&self) -> Option<Settled> {
        match &self.shared.config.target {
            Target::Gateway => None,
            Target::Service(Key::Text(key)) => Some(Settled::already(Ok(JsValue::from_str(key)))),
            Target::Service(Key::Function(function)) => Some(Settled::of_called(function.call0(&JsValue::UNDEFINED))),
        }
    }
}

/// Gives a key that was given.
pub(super) fn checked_key(given: Outcome) -> Result<String, Thrown> {
    let key = given.map_err(|cause| configuration("The apiKey function failed.").because(cause))?;
    let key = key.as_string().ok_or_else(|| configuration("The apiKey function must give a string."))?;
    // Anything else cannot stand in a header, and the platform's error would quote it.
    if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(configuration("The API key must be non-empty text of visible ASCII characters."));
    }
    Ok(key)
}

/// Gives an id that was given.
pub(super) fn checked_id(field: Field, given: &Given) -> Result<&str, Thrown> {
    match id_problem(field, given, true) {
        Some(problem) => Err(Error::InvalidInput { problems: vec![problem] }.into()),
        None => Ok(given.text().unwrap_or_default()),
    }
}

pub(super) fn configuration(message: &str) -> Thrown {
    Error::Configuration { message: message.to_owned() }.into()
}
