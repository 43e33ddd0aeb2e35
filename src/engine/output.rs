//! Tasks, reports and failures as JSON of the contract's shapes. Times are in Unix milliseconds.

use super::error::{Error, Failure};
use super::json::{ObjectWriter, array, number, quoted};
use super::media::{AudioInfo, ImageInfo};
use super::problem::{Fact, Problem};
use super::text::whole;
use super::wire::{Speech, Task, Video};

/// Writes a `Task`.
pub fn task(task: &Task) -> String {
    ObjectWriter::default()
        .text("taskId", &task.task_id)
        .text("status", task.status.name())
        .text_if("statusMessage", task.status_message.as_ref())
        .text_if("externalTaskId", task.external_task_id.as_ref())
        .number_if("createdAt", task.created_at_ms)
        .number_if("updatedAt", task.updated_at_ms)
        .text_if("requestId", task.request_id.as_ref())
        .json("videos", &array(&mut task.videos.iter().map(video)))
        .finish()
}

/// Writes a `Video`.
pub fn video(video: &Video) -> String {
    ObjectWriter::default()
        .text("id", &video.id)
        .text("url", &video.url)
        .number("durationSeconds", video.duration_seconds)
        .text_if("watermarkUrl", video.watermark_url.as_ref())
        .finish()
}

/// Writes a `Speech`.
pub fn speech(speech: &Speech) -> String {
    ObjectWriter::default()
        .text_if("audioId", speech.audio_id.as_ref())
        .text_if("url", speech.url.as_ref())
        .number_if("durationSeconds", speech.duration_seconds)
        .finish()
}

/// Writes a `ValidationReport`.
pub fn report(problems: &[Problem], image: Option<&ImageInfo>, sound_file: Option<&AudioInfo>) -> String {
    let mut report = ObjectWriter::default();
    report.json("ok", if problems.is_empty() { "true" } else { "false" });
    report.json("problems", &array(&mut problems.iter().map(problem)));
    if let Some(info) = image {
        let mut image = ObjectWriter::default();
        image
            .text("format", info.format.name())
            .number("width", info.width.into())
            .number("height", info.height.into());
        report.json("image", &image.number("bytes", info.bytes as f64).finish());
    }
    if let Some(info) = sound_file {
        let mut sound = ObjectWriter::default();
        sound.text("format", info.format.name()).number("durationSeconds", info.duration_seconds);
        sound.number("bytes", info.bytes as f64).number("sampleRate", info.sample_rate.into());
        report.json("soundFile", &sound.number("channels", info.channels.into()).finish());
    }
    report.finish()
}

fn problem(problem: &Problem) -> String {
    let mut json = ObjectWriter::default();
    json.text("field", problem.field.name()).text("code", problem.code.name()).text("message", &problem.message);
    for (name, known) in [("limit", &problem.limit), ("actual", &problem.actual)] {
        if let Some(known) = known {
            json.json(name, &fact(known));
        }
    }
    json.finish()
}

fn fact(fact: &Fact) -> String {
    match fact {
        Fact::Number(value) => number(*value),
        Fact::Text(text) => quoted(text),
        Fact::Words(words) => array(&mut words.iter().map(|word| quoted(word))),
    }
}

/// Writes the fields of an `AvatarError`.
pub fn failure(failure: &Failure) -> String {
    let error = &failure.error;
    let mut json = ObjectWriter::default();
    json.text("code", error.code()).text("message", &error.message());
    json.json("retryable", if failure.is_retryable() { "true" } else { "false" });
    json.text_if("taskId", failure.task_id.as_ref()).text_if("externalTaskId", failure.external_task_id.as_ref());
    match error {
        Error::InvalidInput { problems } => json.json("problems", &array(&mut problems.iter().map(problem))),
        Error::Refused(refusal) => {
            json.number("status", refusal.status.into());
            if let Some(code) = &refusal.api_code {
                // A number is one in JavaScript, too, whatever the service wrote it as.
                json.json("apiCode", &code.parse::<u32>().map_or_else(|_| quoted(code), |code| whole(code.into())));
            }
            json.text_if("requestId", refusal.request_id.as_ref()).number_if("retryAfterMs", refusal.retry_after_ms)
        }
        Error::TaskFailed { task: failed } => json.json("task", &task(failed)),
        Error::InvalidResponse { status, .. } => json.number("status", (*status).into()),
        _ => &mut json,
    };
    json.finish()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::engine::error::{Refusal, RefusalKind};
    use crate::engine::media::{AudioFormat, ImageFormat};
    use crate::engine::problem::{Field, ProblemCode};
    use crate::engine::wire::TaskStatus;

    fn read(json: &str) -> Value {
        serde_json::from_str(json).unwrap()
    }

    fn a_task() -> Task {
        Task {
            task_id: String::from("8\"\\\n\u{1}é"),
            status: TaskStatus::Succeed,
            status_message: None,
            external_task_id: Some(String::from("own")),
            created_at_ms: Some(1_795_000_000_123.0),
            updated_at_ms: None,
            request_id: None,
            videos: vec![Video {
                id: String::from("v"),
                url: String::from("https://example.com/v.mp4?a=1&b=%22"),
                duration_seconds: 7.775_011_3,
                watermark_url: None,
            }],
        }
    }

    #[test]
    fn a_task_has_what_is_known_and_nothing_else() {
        let video = json!({ "id": "v", "url": "https://example.com/v.mp4?a=1&b=%22", "durationSeconds": 7.775_011 });
        let whole = json!({ "taskId": "8\"\\\n\u{1}é", "status": "succeed", "externalTaskId": "own",
            "createdAt": 1_795_000_000_123_u64, "videos": [video] });
        assert_eq!(read(&task(&a_task())), whole);
    }

    #[test]
    fn a_report_names_limits_and_values_of_every_kind() {
        let image = ImageInfo { format: ImageFormat::Png, width: 300, height: 450, bytes: 10_485_761 };
        let sound =
            AudioInfo { format: AudioFormat::M4a, duration_seconds: 0.25, sample_rate: 44_100, channels: 2, bytes: 9 };
        let problem = Problem::new(Field::Image, ProblemCode::TooLarge, "Too \"large\".");
        let problem = problem.limit(Fact::Number(f64::INFINITY)).actual(Fact::Words(&["a", "b"]));
        let words = report(&[problem], Some(&image), Some(&sound));
        // Read as JavaScript does: to infinity.
        assert_eq!(
            read(&words.replace("1e999", "1e300")),
            json!({ "ok": false,
                "problems": [{ "field": "image", "code": "too_large", "message": "Too \"large\".", "limit": 1e300, "actual": ["a", "b"] }],
                "image": { "format": "png", "width": 300, "height": 450, "bytes": 10_485_761 },
                "soundFile": { "format": "m4a", "durationSeconds": 0.25, "bytes": 9, "sampleRate": 44_100, "channels": 2 } })
        );
        assert_eq!(read(&report(&[], None, None)), json!({ "ok": true, "problems": [] }));
    }

    #[test]
    fn a_failure_has_the_fields_of_its_code() {
        let refusal = |code: &str| Refusal {
            kind: RefusalKind::RateLimited,
            status: 429,
            api_code: Some(String::from(code)),
            message: String::from("slow down"),
            request_id: Some(String::from("r")),
            retry_after_ms: Some(1500.5),
        };
        let json = read(&failure(&Error::Refused(refusal("1302")).into()));
        assert_eq!((&json["code"], &json["apiCode"]), (&json!("rate_limited"), &json!(1302)));
        assert_eq!((&json["status"], &json["retryAfterMs"]), (&json!(429), &json!(1500.5)));
        assert_eq!(read(&failure(&Error::Refused(refusal("quota")).into()))["apiCode"], json!("quota"));
        let json = read(&failure(&Error::TaskFailed { task: Box::new(a_task()) }.into()));
        assert_eq!((&json["task"]["status"], &json["externalTaskId"]), (&json!("succeed"), &json!("own")));
        assert_eq!(json["retryable"], json!(false));
    }
}
