//! The classes and functions of the npm package.
//!
//! This is the one place where the boundary to JavaScript is crossed: arguments are read here, and every failure leaves
//! as the fields of an `AvatarError`, which the entry's facade makes of them.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use js_sys::{Array, Promise};
use wasm_bindgen::prelude::*;

use super::CallOptions;
use super::client::{Client, Config, Key, Target};
use super::errand::{Answer, Job};
use super::input::{AvatarInput, SpeechInput};
use super::js::{call, function, get, number, set, try_get};
use super::output::{parsed, task_to_js, with_dates};
use super::prepare::Report;
use super::promise::promise_of;
use super::thrown::Thrown;
use super::watch::Watcher;
use crate::engine::error::Error;
use crate::engine::input::Given;
use crate::engine::limits::Limits;
use crate::engine::output;
use crate::engine::poll::PollPolicy;
use crate::engine::retry::RetryPolicy;
use crate::engine::search::until;

type Exported = Result<JsValue, Thrown>;

/// The fields of an `AvatarError`, which the entry makes of them.
pub(super) fn thrown_to_js(thrown: Thrown) -> JsValue {
    let error = parsed(&output::failure(thrown.failure()));
    let task = get(&error, "task");
    if !task.is_undefined() {
        set(&error, "task", &with_dates(task));
    }
    if let Some(cause) = thrown.cause() {
        set(&error, "cause", cause);
    }
    error
}

/// Runs a call. The future is boxed, so that the code around it stands in the module once and not for each method.
fn promise(work: impl Future<Output = Exported> + 'static) -> Promise {
    settle(Box::pin(work))
}

fn settle(work: Pin<Box<dyn Future<Output = Exported>>>) -> Promise {
    promise_of(Box::pin(async move { work.await.map_err(thrown_to_js) }))
}

/// Checks an input without a client.
#[wasm_bindgen]
pub fn validate(input: Array, limits: JsValue) -> Promise {
    report(input, Limits::default().overridden(&limits))
}

fn report(input: Array, limits: Result<Limits, Thrown>) -> Promise {
    promise(async move { Ok(Report::of(&AvatarInput::from_list(&input), &limits?).await.to_js()) })
}

/// The client, as the facade calls it. The facade has checked the options.
#[wasm_bindgen]
pub struct WasmClient(pub(super) Client);

#[wasm_bindgen]
impl WasmClient {
    #[wasm_bindgen(constructor)]
    pub fn new(options: &JsValue) -> Result<WasmClient, JsValue> {
        config(options).map(|config| Self(Client::new(config))).map_err(thrown_to_js)
    }

    pub fn validate(&self, input: Array) -> Promise {
        report(input, Ok(self.0.shared.config.limits.clone()))
    }

    #[wasm_bindgen(js_name = createTask)]
    pub fn create_task(&self, input: Array, call: JsValue) -> Promise {
        make(&self.0, AvatarInput::from_list(&input), &call, false)
    }

    #[wasm_bindgen(js_name = getTask)]
    pub fn get_task(&self, task_id: JsValue, call: JsValue) -> Promise {
        self.run(CallOptions::from_js(&call).and_then(|call| self.0.get(&given(&task_id), call)))
    }

    #[wasm_bindgen(js_name = waitForTask)]
    pub fn wait_for_task(&self, task_id: JsValue, call: JsValue) -> Promise {
        self.run(CallOptions::from_js(&call).and_then(|call| self.0.wait(&given(&task_id), call)))
    }

    #[wasm_bindgen(js_name = watchTask)]
    pub fn watch_task(&self, task_id: JsValue, call: JsValue) -> Result<WasmWatcher, JsValue> {
        let watcher = CallOptions::from_js(&call).and_then(|call| self.0.watcher(&given(&task_id), call));
        Ok(WasmWatcher(Rc::new(RefCell::new(Some(watcher.map_err(thrown_to_js)?)))))
    }

    #[wasm_bindgen(js_name = findTask)]
    pub fn find_task(&self, external_task_id: JsValue, call: JsValue) -> Promise {
        self.run(CallOptions::from_js(&call).and_then(|call| self.0.find(&given(&external_task_id), call)))
    }

    pub fn generate(&self, input: Array, call: JsValue) -> Promise {
        make(&self.0, AvatarInput::from_list(&input), &call, true)
    }

    #[wasm_bindgen(js_name = synthesizeSpeech)]
    pub fn synthesize_speech(&self, input: Array, call: JsValue) -> Promise {
        let input = SpeechInput::from_list(&input);
        self.run(CallOptions::from_js(&call).and_then(|call| self.0.speak(&input, call)))
    }

    pub fn download(&self, video: JsValue, call: JsValue) -> Promise {
        let client = self.0.clone();
        promise(async move {
            let url = get(&video, "url").as_string().unwrap_or_default();
            let blob = client.download(&url, CallOptions::from_js(&call)?).await?;
            Ok(blob.into())
        })
    }
}

impl WasmClient {
    fn run(&self, job: Result<Job, Thrown>) -> Promise {
        answer(Box::pin(self.0.clone().run(job)))
    }
}

/// Creates a task, or a video where the call waits for it.
pub(super) fn make(client: &Client, input: AvatarInput, call: &JsValue, waits: bool) -> Promise {
    answer(Box::pin(client.clone().make(input, CallOptions::from_js(call), waits)))
}

fn answer(work: Pin<Box<dyn Future<Output = Result<Answer, Thrown>>>>) -> Promise {
    promise(async move {
        Ok(match work.await? {
            Answer::Task(task) => task_to_js(&task),
            Answer::Video(video) => parsed(&output::video(&video)),
            Answer::Speech(speech) => parsed(&output::speech(&speech)),
            Answer::Nothing => JsValue::UNDEFINED,
        })
    })
}

/// The steps of `watchTask`, which the facade makes an async iterator of.
#[wasm_bindgen]
pub struct WasmWatcher(Rc<RefCell<Option<Watcher>>>);

#[wasm_bindgen]
impl WasmWatcher {
    /// Gives the next task, or `undefined` at the end.
    pub fn next(&self) -> Promise {
        let place = Rc::clone(&self.0);
        promise(async move {
            let Some(mut watcher) = place.take() else { return Ok(JsValue::UNDEFINED) };
            Ok(match watcher.next().await? {
                Some(task) => {
                    place.replace(Some(watcher));
                    task_to_js(&task)
                }
                None => JsValue::UNDEFINED,
            })
        })
    }
}

/// An id as a caller gave it.
fn given(value: &JsValue) -> Given {
    match value.as_string() {
        Some(text) => Given::Text(text),
        None if value.is_undefined() || value.is_null() => Given::Absent,
        None => Given::WrongType,
    }
}

fn config(options: &JsValue) -> Result<Config, Thrown> {
    let text = |name| get(options, name).as_string().unwrap_or_default();
    let gateway = get(options, "gatewayUrl").as_string();
    let target = match (&gateway, function(options, "apiKey")) {
        (Some(_), _) => Target::Gateway,
        (None, Some(function)) => Target::Service(Key::Function(function)),
        (None, None) => Target::Service(Key::Text(text("apiKey"))),
    };
    let address = gateway.unwrap_or_else(|| text("baseUrl"));
    let base_url = base_address(&address).ok_or_else(|| {
        let message = String::from("The address of the API must be a full http or https URL.");
        Error::Configuration { message }
    })?;
    let (retry, poll) = (get(options, "retry"), get(options, "poll"));
    let (retry_default, poll_default) = (RetryPolicy::default(), PollPolicy::default());
    Ok(Config {
        target,
        base_url,
        fetch: function(options, "fetch"),
        limits: Limits::default().overridden(&get(options, "limits"))?,
        storage: try_get(options, "storage").ok().flatten(),
        max_concurrent_tasks: number(options, "maxConcurrentTasks").map(|count| count as u32),
        retry: RetryPolicy {
            max_attempts: number_or(&retry, "maxAttempts", retry_default.max_attempts.into()) as u32,
            min_delay_ms: number_or(&retry, "minDelayMs", retry_default.min_delay_ms),
            max_delay_ms: number_or(&retry, "maxDelayMs", retry_default.max_delay_ms),
        },
        poll: PollPolicy {
            min_interval_ms: number_or(&poll, "minIntervalMs", poll_default.min_interval_ms),
            max_interval_ms: number_or(&poll, "maxIntervalMs", poll_default.max_interval_ms),
            timeout_ms: number_or(&poll, "timeoutMs", poll_default.timeout_ms),
        },
    })
}

#[inline(never)]
fn number_or(value: &JsValue, name: &str, default: f64) -> f64 {
    get(value, name).as_f64().unwrap_or(default)
}

/// Gives the normalised address, without a slash at its end.
fn base_address(url: &str) -> Option<String> {
    let parsed = web_sys::Url::new(url).ok()?;
    let scheme = parsed.protocol();
    if scheme != "http:" && scheme != "https:" {
        return None;
    }
    let address = call(&parsed, "toString", &[]).ok()?.as_string()?;
    Some(until(&address, b"?#").trim_end_matches('/').to_owned())
}
