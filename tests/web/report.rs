//! Checking an input from JavaScript.

use js_sys::{Object, Reflect};
use kling_avatar::engine::limits::Limits;
use kling_avatar::web::{AvatarInput, Report};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

async fn problems(input: &JsValue) -> Vec<String> {
    let report = Report::of(&AvatarInput::from_js(input), &Limits::default()).await;
    report.problems.iter().map(|problem| format!("{} {}", problem.field.name(), problem.code.name())).collect()
}

#[wasm_bindgen_test]
async fn what_is_missing_is_named_at_once() {
    let expected = ["image missing", "soundFile missing", "prompt missing"];
    for nothing in [JsValue::NULL, JsValue::UNDEFINED, JsValue::from(7), Object::new().into()] {
        assert_eq!(problems(&nothing).await, expected);
    }
}

#[wasm_bindgen_test]
async fn urls_are_checked_as_urls() {
    let input = Object::new();
    for (name, value) in [("image", "https://example.com/a.jpg"), ("audioId", "a-1"), ("prompt", "hi")] {
        Reflect::set(&input, &name.into(), &value.into()).unwrap();
    }
    assert_eq!(problems(&input).await, [] as [&str; 0]);
}
