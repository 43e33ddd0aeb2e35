//! The gateway's answers, as a client reads them.
//!
//! A task is the contract's `Task` with times in Unix milliseconds. A failure is `{"error": {…}}` with the fields of the
//! contract's `AvatarError`.

use crate::engine::error::{Error, Refusal, RefusalKind};
use crate::engine::input::{MODES, VOICE_LANGUAGES};
use crate::engine::json::Json;
use crate::engine::problem::{Fact, Field, Problem, ProblemCode};
use crate::engine::search::split_once;
use crate::engine::validate::{AUDIO_FORMATS, IMAGE_FORMATS};
use crate::engine::wire::{HttpAnswer, Speech, Task, TaskStatus, Video};

const FIELDS: &[Field] = &[
    Field::Image,
    Field::SoundFile,
    Field::AudioId,
    Field::Prompt,
    Field::Mode,
    Field::CallbackUrl,
    Field::ExternalTaskId,
    Field::Extra,
    Field::TaskId,
    Field::Video,
    Field::Text,
    Field::VoiceId,
    Field::VoiceLanguage,
    Field::VoiceSpeed,
];

const KINDS: &[RefusalKind] = &[
    RefusalKind::Authentication,
    RefusalKind::Permission,
    RefusalKind::InsufficientBalance,
    RefusalKind::ContentPolicy,
    RefusalKind::InvalidRequest,
    RefusalKind::NotFound,
    RefusalKind::RateLimited,
    RefusalKind::ConcurrencyLimit,
    RefusalKind::Server,
];

/// Reads a task.
///
/// # Errors
/// The failure that the gateway tells, `InvalidResponse` for what is no answer of a gateway.
pub fn task(answer: &HttpAnswer) -> Result<Task, Error> {
    let body = contents(answer)?;
    let owned = |name: &str| body.owned_text(name);
    let videos = body.get("videos").and_then(Json::list);
    let status = match body.text_of("status") {
        "submitted" => TaskStatus::Submitted,
        "processing" => TaskStatus::Processing,
        "succeed" => TaskStatus::Succeed,
        "failed" => TaskStatus::Failed,
        _ => return Err(invalid(answer)),
    };
    Ok(Task {
        task_id: owned("taskId").ok_or_else(|| invalid(answer))?,
        status,
        status_message: owned("statusMessage"),
        external_task_id: owned("externalTaskId"),
        created_at_ms: body.get("createdAt").and_then(Json::number),
        updated_at_ms: body.get("updatedAt").and_then(Json::number),
        request_id: owned("requestId"),
        videos: videos.unwrap_or_default().iter().map(video).collect(),
    })
}

fn video(value: &Json) -> Video {
    Video {
        id: value.text_of("id").to_owned(),
        url: value.text_of("url").to_owned(),
        duration_seconds: value.number_of("durationSeconds"),
        watermark_url: value.owned_text("watermarkUrl"),
    }
}

/// Reads speech.
///
/// # Errors
/// Those of [`task`].
pub fn speech(answer: &HttpAnswer) -> Result<Speech, Error> {
    let body = contents(answer)?;
    let owned = |name: &str| body.owned_text(name);
    Ok(Speech {
        task_id: None,
        status: TaskStatus::Succeed,
        status_message: None,
        audio_id: Some(owned("audioId").ok_or_else(|| invalid(answer))?),
        url: owned("url"),
        duration_seconds: body.get("durationSeconds").and_then(Json::number),
    })
}

/// Whether an answer is a failure that a gateway tells, and not something in front of it.
pub fn is_told(answer: &HttpAnswer) -> bool {
    Json::parse(&answer.body).is_some_and(|body| body.get("error").and_then(|error| failure(error, answer)).is_some())
}

#[inline(never)]
fn contents(answer: &HttpAnswer) -> Result<Json, Error> {
    let body = Json::parse(&answer.body).filter(|_| !answer.too_long);
    match body {
        // An answer that began while a place was waited for says only in its contents how that ended.
        Some(body) => match body.get("error").and_then(|error| failure(error, answer)) {
            Some(error) => Err(error),
            None if (200..300).contains(&answer.status) => Ok(body),
            None => Err(foreign(answer)),
        },
        None => Err(foreign(answer)),
    }
}

/// What stands in front of the gateway has answered for it.
fn foreign(answer: &HttpAnswer) -> Error {
    // Only the gateway itself knows of a task that there is none.
    answer.read().err().filter(|_| answer.status != 404).unwrap_or_else(|| invalid(answer))
}

fn invalid(answer: &HttpAnswer) -> Error {
    let reason = String::from("it is no answer of a gateway. Check gatewayUrl.");
    Error::InvalidResponse { status: answer.status, reason }
}

fn failure(error: &Json, answer: &HttpAnswer) -> Option<Error> {
    let (code, message) = (error.text_of("code"), error.text_of("message"));
    // The sentences around it are the same on both sides, so only what they frame is taken.
    let inner = |marker: &str| String::from(split_once(message, marker).map_or(message, |(_, rest)| rest));
    let status = error.get("status").and_then(Json::number).map_or(answer.status, |status| status as u16);
    Some(match code {
        "invalid_input" => {
            Error::InvalidInput { problems: error.get("problems")?.list()?.iter().filter_map(problem).collect() }
        }
        "configuration" => Error::Configuration { message: message.to_owned() },
        "network" => Error::Network { message: message.to_owned() },
        "submission_unknown" => Error::SubmissionUnknown { reason: inner("another one. ") },
        "timeout" => Error::Timeout { doing: "the gateway was working" },
        "invalid_response" => Error::InvalidResponse { status, reason: inner("is not one of this API: ") },
        _ => Error::Refused(Refusal {
            kind: *KINDS.iter().find(|kind| kind.code() == code)?,
            status,
            api_code: error.owned_text("apiCode"),
            message: if message.ends_with(").") { String::new() } else { inner("): ") },
            request_id: error.owned_text("requestId"),
            retry_after_ms: error.get("retryAfterMs").and_then(Json::number),
        }),
    })
}

fn problem(value: &Json) -> Option<Problem> {
    let field = FIELDS.iter().find(|field| field.name() == value.text_of("field"))?;
    let code = ProblemCode::ALL.iter().find(|code| code.name() == value.text_of("code"))?;
    let mut problem = Problem::new(*field, *code, value.text_of("message"));
    problem.limit = value.get("limit").and_then(fact);
    problem.actual = value.get("actual").and_then(fact);
    Some(problem)
}

fn fact(value: &Json) -> Option<Fact> {
    const WORDS: [&[&str]; 4] = [IMAGE_FORMATS, AUDIO_FORMATS, MODES, VOICE_LANGUAGES];
    match value {
        Json::Number(_) => value.number().map(Fact::Number),
        Json::Text(text) => Some(Fact::Text(text.clone())),
        Json::List(words) => {
            let same = |known: &&&[&str]| known.iter().copied().eq(words.iter().filter_map(Json::text));
            WORDS.iter().find(same).map(|words| Fact::Words(words))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: &str) -> HttpAnswer {
        HttpAnswer { status, body: body.as_bytes().to_vec(), ..HttpAnswer::default() }
    }

    #[test]
    fn a_task_is_read_as_the_contract_has_it() {
        let body = r#"{"taskId":"a.b","status":"succeed","externalTaskId":"e","createdAt":1,"updatedAt":2,
            "videos":[{"id":"v","url":"https://x/v","durationSeconds":3.5}]}"#;
        let task = task(&answer(200, body)).unwrap();
        assert_eq!((task.task_id.as_str(), task.status, task.created_at_ms), ("a.b", TaskStatus::Succeed, Some(1.0)));
        assert_eq!(task.videos[0].duration_seconds, 3.5);
        for body in ["", "{}", "[]", "{\"taskId\":\"a.b\"}", "{\"status\":\"succeed\"}", "<html>"] {
            assert_eq!(super::task(&answer(200, body)).unwrap_err().code(), "invalid_response", "{body}");
        }
    }

    #[test]
    fn every_refusal_comes_back_as_it_left() {
        for kind in KINDS {
            let refusal = Refusal {
                kind: *kind,
                status: 429,
                api_code: Some(String::from("1303")),
                message: String::from("parallel (a): b"),
                request_id: Some(String::from("r")),
                retry_after_ms: Some(5.0),
            };
            for message in ["parallel (a): b", ""] {
                let error = Error::Refused(Refusal { message: message.to_owned(), ..refusal.clone() });
                let body = serde_json::json!({ "error": {
                    "code": error.code(), "message": error.message(), "status": 429, "apiCode": 1303, "requestId": "r", "retryAfterMs": 5.0,
                } });
                assert_eq!(task(&answer(502, &body.to_string())), Err(error));
            }
        }
    }

    #[test]
    fn an_answer_that_began_too_early_for_its_status_says_it_inside() {
        let body = r#" {"taskId":"a.b","status":"submitted","videos":[]}"#;
        assert_eq!(task(&answer(202, body)).unwrap().task_id, "a.b");
        let failed = answer(202, r#" {"error":{"code":"rate_limited","message":"Later (HTTP 429): no","status":429}}"#);
        let error = task(&failed).unwrap_err();
        assert_eq!((error.code(), error.is_retryable(), is_told(&failed)), ("rate_limited", true, true));
        assert!(matches!(error, Error::Refused(Refusal { status: 429, .. })));
    }

    #[test]
    fn other_failures_keep_their_code_and_their_words() {
        let problem = Problem::new(Field::Image, ProblemCode::UnsupportedFormat, "This is a WebP image.")
            .limit(Fact::Words(IMAGE_FORMATS))
            .actual(Fact::Text(String::from("webp")));
        let body = r#"{"error":{"code":"invalid_input","message":"…","problems":[{"field":"image","code":"unsupported_format",
            "message":"This is a WebP image.","limit":["jpeg","png"],"actual":"webp"}]}}"#;
        assert_eq!(task(&answer(422, body)), Err(Error::InvalidInput { problems: vec![problem] }));
        for error in [
            Error::SubmissionUnknown { reason: String::from("It broke.") },
            Error::Network { message: String::from("No answer came.") },
            Error::InvalidResponse { status: 200, reason: String::from("it is HTML.") },
            Error::Configuration { message: String::from("It is not set up.") },
        ] {
            let body =
                serde_json::json!({ "error": { "code": error.code(), "message": error.message(), "status": 200 } });
            assert_eq!(speech(&answer(502, &body.to_string())), Err(error));
        }
    }

    #[test]
    fn what_a_proxy_in_between_says_is_read_by_its_status() {
        let page = task(&answer(502, "<html>Bad gateway</html>")).unwrap_err();
        assert_eq!((page.code(), page.is_retryable()), ("server", true));
        assert!(!is_told(&answer(502, "<html>Bad gateway</html>")));
        assert!(!is_told(&answer(502, r#"{"error":{"code":502,"message":"Bad gateway"}}"#)));
        assert!(is_told(&answer(502, r#"{"error":{"code":"server","message":""}}"#)));
        assert_eq!(task(&answer(502, r#"{"message":"Bad gateway"}"#)).unwrap_err().code(), "server");
        assert_eq!(task(&answer(404, r#"{"message":"Not found"}"#)).unwrap_err().code(), "invalid_response");
        assert_eq!(task(&answer(413, "too large")).unwrap_err().code(), "invalid_request");
        assert_eq!(task(&answer(404, "<html>")).unwrap_err().code(), "invalid_response");
    }
}
