//! Tasks, reports and failures as the JavaScript objects of the contract.

use js_sys::{Array, Date};
use wasm_bindgen::JsValue;

use super::js::Builder;
use super::thrown::Thrown;
use crate::engine::error::Error;
use crate::engine::media::{AudioInfo, ImageInfo};
use crate::engine::problem::{Fact, Problem};
use crate::engine::wire::{Speech, Task, Video};

pub(super) fn task_to_js(task: &Task) -> JsValue {
    let date = |ms: Option<f64>| ms.map(|ms| Date::new(&JsValue::from_f64(ms)));
    Builder::new()
        .set("taskId", &task.task_id)
        .set("status", task.status.name())
        .set_some("statusMessage", task.status_message.as_ref())
        .set_some("externalTaskId", task.external_task_id.as_ref())
        .set_some("createdAt", date(task.created_at_ms))
        .set_some("updatedAt", date(task.updated_at_ms))
        .set_some("requestId", task.request_id.as_ref())
        .set("videos", task.videos.iter().map(video_to_js).collect::<Array>())
        .build()
}

pub(super) fn video_to_js(video: &Video) -> JsValue {
    Builder::new()
        .set("id", &video.id)
        .set("url", &video.url)
        .set("durationSeconds", video.duration_seconds)
        .set_some("watermarkUrl", video.watermark_url.as_ref())
        .build()
}

pub(super) fn image_to_js(info: &ImageInfo) -> JsValue {
    Builder::new()
        .set("format", info.format.name())
        .set("width", info.width)
        .set("height", info.height)
        .set("bytes", info.bytes as f64)
        .build()
}

pub(super) fn audio_to_js(info: &AudioInfo) -> JsValue {
    Builder::new()
        .set("format", info.format.name())
        .set("durationSeconds", info.duration_seconds)
        .set("bytes", info.bytes as f64)
        .set("sampleRate", info.sample_rate)
        .set("channels", info.channels)
        .build()
}

pub(super) fn speech_to_js(speech: &Speech) -> JsValue {
    Builder::new()
        .set_some("audioId", speech.audio_id.as_ref())
        .set_some("url", speech.url.as_ref())
        .set_some("durationSeconds", speech.duration_seconds)
        .build()
}

pub(super) fn problems_to_js(problems: &[Problem]) -> Array {
    let to_js = |problem: &Problem| {
        Builder::new()
            .set("field", problem.field.name())
            .set("code", problem.code.name())
            .set("message", &problem.message)
            .set_some("limit", problem.limit.as_ref().map(fact_to_js))
            .set_some("actual", problem.actual.as_ref().map(fact_to_js))
            .build()
    };
    problems.iter().map(to_js).collect()
}

fn fact_to_js(fact: &Fact) -> JsValue {
    match fact {
        Fact::Number(number) => JsValue::from_f64(*number),
        Fact::Text(text) => JsValue::from_str(text),
        Fact::Words(words) => words.iter().map(|word| JsValue::from_str(word)).collect::<Array>().into(),
    }
}

/// The fields of an `AvatarError`, which the entry makes of them.
pub(super) fn thrown_to_js(thrown: &Thrown) -> JsValue {
    let (error, failure) = (thrown.error(), thrown.failure());
    let mut built = Builder::new()
        .set("code", error.code())
        .set("message", error.message())
        .set("retryable", error.is_retryable())
        .set_some("taskId", failure.task_id.as_ref())
        .set_some("externalTaskId", failure.external_task_id.as_ref())
        .set_some("cause", thrown.cause());
    built = match error {
        Error::InvalidInput { problems } => built.set("problems", problems_to_js(problems)),
        Error::Refused(refusal) => {
            let api_code = refusal.api_code.as_ref().map(|code| match code.parse::<u32>() {
                Ok(number) => JsValue::from(number),
                Err(_) => JsValue::from_str(code),
            });
            built
                .set("status", refusal.status)
                .set_some("apiCode", api_code)
                .set_some("requestId", refusal.request_id.as_ref())
                .set_some("retryAfterMs", refusal.retry_after_ms)
        }
        Error::TaskFailed { task } => built.set("task", task_to_js(task)),
        Error::InvalidResponse { status, .. } => built.set("status", *status),
        _ => built,
    };
    built.build()
}
