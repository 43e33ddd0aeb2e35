//! The functions of the npm package.
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
use super::js::{get, given, is_nothing, set};
use super::output::{parsed, task_to_js, with_dates};
use super::prepare::Report;
use super::promise::promise_of;
use super::thrown::Thrown;
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
    if !is_nothing(&task) {
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
pub fn validate(input: Array, limits: Array) -> Promise {
    report(&input, limits_of(&limits, 0))
}

fn report(input: &Array, limits: Limits) -> Promise {
    let input = AvatarInput::from_list(input);
    promise(async move { Ok(Report::of(&input, &limits).await.to_js()) })
}

/// All functions that JavaScript is given are of one type, as each type takes code of its own on both sides.
type Method = Closure<dyn FnMut(u32, JsValue, Array) -> Promise>;

/// Makes a client of a list of its options, which the facade has checked, and gives the function that calls it: with the
/// number of a method, what the method is given, and a list of the call's options.
#[wasm_bindgen]
pub fn connect(options: Array) -> JsValue {
    let client = Client::new(config(&options));
    Method::new(move |method, given, call| run(&client, method, given, &call)).into_js_value()
}

/// The methods of a client, as `npm/entries/methods.js` numbers them.
const VALIDATE: u32 = 0;
const CREATE_TASK: u32 = 1;
const GENERATE: u32 = 2;
const SYNTHESIZE_SPEECH: u32 = 3;
const DOWNLOAD: u32 = 4;
const WATCH_TASK: u32 = 5;
const WAIT_FOR_TASK: u32 = 6;
const FIND_TASK: u32 = 7;

pub(super) fn run(client: &Client, method: u32, given: JsValue, call: &Array) -> Promise {
    let (list, options) = (given.unchecked_ref(), CallOptions::from_list(call));
    let client = client.clone();
    let job = match method {
        VALIDATE => return report(list, client.shared.config.limits.clone()),
        CREATE_TASK | GENERATE => return make(client, AvatarInput::from_list(list), options, method == GENERATE),
        _ => options.and_then(|options| match method {
            DOWNLOAD => client.fetch_video(get(&given, "url").as_string().unwrap_or_default(), options),
            SYNTHESIZE_SPEECH => client.speak(&SpeechInput::from_list(list), options),
            WATCH_TASK => client.steps(&id(&given), options),
            WAIT_FOR_TASK => client.wait(&id(&given), options),
            FIND_TASK => client.find(&id(&given), options),
            _ => client.get(&id(&given), options),
        }),
    };
    if method == WATCH_TASK {
        return promise(async move { Ok(steps(client, job?)) });
    }
    answer(Box::pin(client.run(job)))
}

/// Creates a task, or a video where the call waits for it.
pub(super) fn make(client: Client, input: AvatarInput, options: Result<CallOptions, Thrown>, waits: bool) -> Promise {
    answer(Box::pin(client.make(input, options, waits)))
}

fn answer(work: Pin<Box<dyn Future<Output = Result<Answer, Thrown>>>>) -> Promise {
    promise(async move { work.await.map(answer_to_js) })
}

fn answer_to_js(answer: Answer) -> JsValue {
    match answer {
        Answer::Task(task) => task_to_js(&task),
        Answer::Video(video) => parsed(&output::video(&video)),
        Answer::Speech(speech) => parsed(&output::speech(&speech)),
        Answer::Blob(blob) => blob.into(),
        Answer::Nothing => JsValue::UNDEFINED,
    }
}

/// The steps of `watchTask`, which the facade makes an async iterator of: a function that gives the next task, or
/// `undefined` at the end, and forgets the task where it is called with 0.
fn steps(client: Client, job: Job) -> JsValue {
    let place = Rc::new(RefCell::new(Some(job)));
    let next = Method::new(move |goes_on, _, _| {
        let job = place.take().filter(|_| goes_on > 0);
        answer(Box::pin(step(client.clone(), job, Rc::clone(&place))))
    });
    next.into_js_value()
}

async fn step(client: Client, job: Option<Job>, place: Rc<RefCell<Option<Job>>>) -> Result<Answer, Thrown> {
    let Some(mut job) = job else { return Ok(Answer::Nothing) };
    let answer = client.carry_out(&mut *job.errand, &job.call).await?;
    place.replace(Some(job));
    Ok(answer)
}

/// An id as a caller gave it.
fn id(value: &JsValue) -> Given {
    match value.as_string() {
        Some(text) => Given::Text(text),
        None if is_nothing(value) => Given::Absent,
        None => Given::WrongType,
    }
}

/// Reads the list that `checkOptions` of the facade gives. Without a key it is for a gateway.
pub(super) fn config(options: &Array) -> Config {
    let number = |index: u32, default: f64| options.get(index).as_f64().unwrap_or(default);
    let key = options.get(0);
    let target = match key.as_string() {
        Some(text) => Target::Service(Key::Text(text)),
        None => key.dyn_into().map_or(Target::Gateway, |function| Target::Service(Key::Function(function))),
    };
    let address = options.get(1).as_string().unwrap_or_default();
    let (retry, poll) = (RetryPolicy::default(), PollPolicy::default());
    Config {
        target,
        base_url: until(&address, b"?#").trim_end_matches('/').to_owned(),
        fetch: options.get(2).dyn_into().ok(),
        storage: given(options.get(3)),
        max_concurrent_tasks: options.get(4).as_f64().filter(|count| count.is_finite()).map(|count| count as u32),
        retry: RetryPolicy {
            max_attempts: number(5, retry.max_attempts.into()) as u32,
            min_delay_ms: number(6, retry.min_delay_ms),
            max_delay_ms: number(7, retry.max_delay_ms),
        },
        poll: PollPolicy {
            min_interval_ms: number(8, poll.min_interval_ms),
            max_interval_ms: number(9, poll.max_interval_ms),
            timeout_ms: number(10, poll.timeout_ms),
        },
        limits: limits_of(options, 11),
    }
}

/// Reads the limits, which stand in a list from `first` on, in their order.
fn limits_of(list: &Array, first: u32) -> Limits {
    let mut limits = Limits::default();
    for (index, limit) in (first..).zip(limits.all()) {
        if let Some(given) = list.get(index).as_f64() {
            *limit = given;
        }
    }
    limits
}
