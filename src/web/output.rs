//! Tasks, reports and failures as the JavaScript objects of the contract.

use js_sys::{Date, JSON};
use wasm_bindgen::JsValue;

use super::js::{get, set};
use super::thrown::Thrown;
use crate::engine::output;
use crate::engine::wire::Task;

/// Makes the value of JSON of the crate's own: one crossing of the boundary, where each property would be two.
pub(super) fn parsed(json: &str) -> JsValue {
    JSON::parse(json).unwrap_or(JsValue::UNDEFINED)
}

pub(super) fn task_to_js(task: &Task) -> JsValue {
    with_dates(parsed(&output::task(task)))
}

/// JSON has no dates.
fn with_dates(task: JsValue) -> JsValue {
    for name in ["createdAt", "updatedAt"] {
        let ms = get(&task, name);
        if !ms.is_undefined() {
            set(&task, name, &Date::new(&ms));
        }
    }
    task
}

/// The fields of an `AvatarError`, which the entry makes of them.
pub(super) fn thrown_to_js(thrown: &Thrown) -> JsValue {
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
