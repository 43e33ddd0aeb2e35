//! Tasks, reports and failures as the JavaScript objects of the contract.

use js_sys::{Date, JSON};
use wasm_bindgen::JsValue;

use super::js::{get, is_nothing, set};
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
pub(super) fn with_dates(task: JsValue) -> JsValue {
    for name in ["createdAt", "updatedAt"] {
        let ms = get(&task, name);
        if !is_nothing(&ms) {
            set(&task, name, &Date::new(&ms));
        }
    }
    task
}
