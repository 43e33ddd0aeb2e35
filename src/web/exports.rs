//! The classes and functions of the npm package.
//!
//! This is the one place where the boundary to JavaScript is crossed: arguments are read here, and every failure leaves
//! as the fields of an `AvatarError`, which the entry's facade makes of them.

use std::cell::RefCell;

use js_sys::JsString;
use wasm_bindgen::prelude::*;

use super::CallOptions;
use super::client::{Client, Config, Key, Target};
use super::input::{AvatarInput, SpeechInput, base_address};
use super::js::{Builder, function, get, number, try_get};
use super::output::{speech_to_js, task_to_js, thrown_to_js, video_to_js};
use super::prepare::Report;
use super::thrown::Thrown;
use super::watch::Watcher;
use crate::engine::error::Error;
use crate::engine::limits::Limits;
use crate::engine::poll::PollPolicy;
use crate::engine::problem::ProblemCode;
use crate::engine::retry::RetryPolicy;

type Exported = Result<JsValue, JsValue>;

fn thrown(thrown: Thrown) -> JsValue {
    thrown_to_js(&thrown)
}

/// Gives the limits that hold unless a client overrides them.
#[wasm_bindgen]
pub fn limits() -> JsValue {
    let mut limits = Limits::default();
    limits.named().into_iter().fold(Builder::new(), |built, (name, limit)| built.set(name, *limit)).build()
}

/// Gives every error code and every problem code, so that tests can compare them with the declared types.
#[wasm_bindgen]
pub fn codes() -> JsValue {
    let list = |codes: &mut dyn Iterator<Item = &'static str>| codes.map(JsValue::from_str).collect::<js_sys::Array>();
    Builder::new()
        .set("errors", list(&mut Error::CODES.iter().copied()))
        .set("problems", list(&mut ProblemCode::ALL.iter().map(|code| code.name())))
        .build()
}

/// Checks an input without a client.
#[wasm_bindgen]
pub async fn validate(input: JsValue, limits: JsValue) -> Exported {
    let limits = Limits::default().overridden(&limits).map_err(thrown)?;
    Ok(Report::of(&AvatarInput::from_js(&input), &limits).await.to_js())
}

/// The client, as the facade calls it. The facade has checked the options.
#[wasm_bindgen]
pub struct WasmClient(Client);

#[wasm_bindgen]
impl WasmClient {
    #[wasm_bindgen(constructor)]
    pub fn new(options: &JsValue) -> Result<WasmClient, JsValue> {
        config(options).map(|config| Self(Client::new(config))).map_err(thrown)
    }

    pub async fn validate(&self, input: JsValue) -> Exported {
        let client = self.0.clone();
        Ok(client.validate(&AvatarInput::from_js(&input)).await.to_js())
    }

    #[wasm_bindgen(js_name = createTask)]
    pub async fn create_task(&self, input: JsValue, call: JsValue) -> Exported {
        let (client, input) = (self.0.clone(), AvatarInput::from_js(&input));
        let call = CallOptions::from_js(&call).map_err(thrown)?;
        client.create_task(input, call).await.map(|task| task_to_js(&task)).map_err(thrown)
    }

    #[wasm_bindgen(js_name = getTask)]
    pub async fn get_task(&self, task_id: JsValue, call: JsValue) -> Exported {
        let call = CallOptions::from_js(&call).map_err(thrown)?;
        let client = self.0.clone();
        client.get_task(&text(&task_id), call).await.map(|task| task_to_js(&task)).map_err(thrown)
    }

    #[wasm_bindgen(js_name = waitForTask)]
    pub async fn wait_for_task(&self, task_id: JsValue, call: JsValue) -> Exported {
        let call = CallOptions::from_js(&call).map_err(thrown)?;
        let client = self.0.clone();
        client.wait_for_task(&text(&task_id), call).await.map(|video| video_to_js(&video)).map_err(thrown)
    }

    #[wasm_bindgen(js_name = watchTask)]
    pub fn watch_task(&self, task_id: JsValue, call: JsValue) -> Result<WasmWatcher, JsValue> {
        let call = CallOptions::from_js(&call).map_err(thrown)?;
        let watcher = self.0.watch_task(&text(&task_id), call).map_err(thrown)?;
        Ok(WasmWatcher(RefCell::new(Some(watcher))))
    }

    #[wasm_bindgen(js_name = findTask)]
    pub async fn find_task(&self, external_task_id: JsValue, call: JsValue) -> Exported {
        let call = CallOptions::from_js(&call).map_err(thrown)?;
        let client = self.0.clone();
        let found = client.find_task(&text(&external_task_id), call).await.map_err(thrown)?;
        Ok(found.map_or(JsValue::UNDEFINED, |task| task_to_js(&task)))
    }

    pub async fn generate(&self, input: JsValue, call: JsValue) -> Exported {
        let (client, input) = (self.0.clone(), AvatarInput::from_js(&input));
        let call = CallOptions::from_js(&call).map_err(thrown)?;
        client.generate(input, call).await.map(|video| video_to_js(&video)).map_err(thrown)
    }

    #[wasm_bindgen(js_name = synthesizeSpeech)]
    pub async fn synthesize_speech(&self, input: JsValue, call: JsValue) -> Exported {
        let (client, input) = (self.0.clone(), SpeechInput::from_js(&input));
        let call = CallOptions::from_js(&call).map_err(thrown)?;
        client.synthesize_speech(input, call).await.map(|speech| speech_to_js(&speech)).map_err(thrown)
    }

    pub async fn download(&self, video: JsValue, call: JsValue) -> Exported {
        let call = CallOptions::from_js(&call).map_err(thrown)?;
        let client = self.0.clone();
        client.download(&text(&get(&video, "url")), call).await.map(JsValue::from).map_err(thrown)
    }
}

/// The steps of `watchTask`, which the facade makes an async iterator of.
#[wasm_bindgen]
pub struct WasmWatcher(RefCell<Option<Watcher>>);

#[wasm_bindgen]
impl WasmWatcher {
    /// Gives the next task, or `undefined` at the end.
    pub async fn next(&self) -> Exported {
        let Some(mut watcher) = self.0.take() else { return Ok(JsValue::UNDEFINED) };
        let next = watcher.next().await.map_err(thrown)?;
        Ok(match next {
            Some(task) => {
                self.0.replace(Some(watcher));
                task_to_js(&task)
            }
            None => JsValue::UNDEFINED,
        })
    }
}

/// Anything but text is the empty text, which no id and no URL is.
fn text(value: &JsValue) -> String {
    value.dyn_ref::<JsString>().map(String::from).unwrap_or_default()
}

fn config(options: &JsValue) -> Result<Config, Thrown> {
    let gateway = get(options, "gatewayUrl").as_string();
    let target = match (&gateway, function(options, "apiKey")) {
        (Some(_), _) => Target::Gateway,
        (None, Some(function)) => Target::Service(Key::Function(function)),
        (None, None) => Target::Service(Key::Text(text(&get(options, "apiKey")))),
    };
    let address = gateway.unwrap_or_else(|| text(&get(options, "baseUrl")));
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
            max_attempts: number(&retry, "maxAttempts").map_or(retry_default.max_attempts, |count| count as u32),
            min_delay_ms: number(&retry, "minDelayMs").unwrap_or(retry_default.min_delay_ms),
            max_delay_ms: number(&retry, "maxDelayMs").unwrap_or(retry_default.max_delay_ms),
        },
        poll: PollPolicy {
            min_interval_ms: number(&poll, "minIntervalMs").unwrap_or(poll_default.min_interval_ms),
            max_interval_ms: number(&poll, "maxIntervalMs").unwrap_or(poll_default.max_interval_ms),
            timeout_ms: number(&poll, "timeoutMs").unwrap_or(poll_default.timeout_ms),
        },
    })
}
