//! Everything that the service may answer ends in the right value or the right code.

use kling_avatar::engine::error::{Error, RefusalKind};
use kling_avatar::engine::wire::{HttpAnswer, Speech, Task, TaskPage, TaskStatus};
use serde_json::{Value, json};

use crate::answers::answer;
use crate::service::Random;

fn read(status: u16, body: &Value) -> Result<Task, Error> {
    Task::read(&answer(status, &body.to_string()))
}

fn finished() -> Value {
    json!({
        "task_id": "t-1", "task_status": "succeed", "task_status_msg": "", "task_info": { "external_task_id": "o-1" },
        "task_result": { "videos": [{ "id": "v-1", "url": "https://x/v.mp4", "duration": "5.1", "watermark_url": "https://x/w.mp4" }] },
        "final_unit_deduction": "1.5", "created_at": 1_722_769_557_708_u64, "updated_at": 1_722_769_657_708_u64,
        "a_field_of_tomorrow": { "deep": [1, 2] },
    })
}

#[test]
fn a_task_reads_the_same_from_every_wrapping() {
    let data = finished();
    let shapes = [
        json!({ "code": 0, "message": "SUCCEED", "request_id": "r-1", "data": data }),
        json!({ "code": "0", "message": "SUCCEED", "request_id": "r-1", "data": data }),
        json!({ "code": 200, "request_id": "r-1", "data": data }),
        json!({ "code": "success", "message": "", "data": { "request_id": "r-1", "status": "SUCCESS", "progress": "100%", "data": data } }),
        json!({ "code": "success", "request_id": "r-1", "data": { "task_id": "gateway", "data": { "code": 0, "data": data } } }),
        json!({ "error": null, "request_id": "r-1", "data": data }),
    ];
    for shape in shapes {
        let task = read(200, &shape).unwrap();
        assert_eq!((task.task_id.as_str(), task.status), ("t-1", TaskStatus::Succeed), "{shape}");
        assert_eq!(task.external_task_id.as_deref(), Some("o-1"));
        assert_eq!(task.request_id.as_deref(), Some("r-1"));
        assert_eq!((task.created_at_ms, task.status_message.as_deref()), (Some(1_722_769_557_708.0), None));
        let video = &task.videos[0];
        assert_eq!((video.id.as_str(), video.duration_seconds), ("v-1", 5.1));
        assert_eq!(video.watermark_url.as_deref(), Some("https://x/w.mp4"));
    }
}

#[test]
fn numbers_and_texts_stand_for_each_other() {
    let mut odd = finished();
    odd["task_id"] = json!(735_121_u64);
    odd["created_at"] = json!("1722769557708");
    odd["task_result"]["videos"][0]["id"] = json!(7);
    odd["task_result"]["videos"][0]["duration"] = json!(5.1);
    let task = read(200, &json!({ "code": 0, "data": odd })).unwrap();
    assert_eq!((task.task_id.as_str(), task.created_at_ms), ("735121", Some(1_722_769_557_708.0)));
    assert_eq!((task.videos[0].id.as_str(), task.videos[0].duration_seconds), ("7", 5.1));
    for nonsense in [json!("soon"), json!(-1), json!([]), json!("NaN"), json!("inf"), Value::Null] {
        odd["created_at"] = nonsense;
        assert_eq!(read(200, &json!({ "data": odd })).unwrap().created_at_ms, None);
    }
}

#[test]
fn statuses_are_read_in_both_vocabularies_and_unknown_ones_go_on() {
    let table = [
        ("submitted", TaskStatus::Submitted),
        ("NOT_START", TaskStatus::Submitted),
        ("QUEUED", TaskStatus::Submitted),
        ("processing", TaskStatus::Processing),
        ("IN_PROGRESS", TaskStatus::Processing),
        ("reticulating", TaskStatus::Processing),
        ("succeed", TaskStatus::Succeed),
        ("SUCCESS", TaskStatus::Succeed),
        ("failed", TaskStatus::Failed),
        ("FAILURE", TaskStatus::Failed),
    ];
    for (word, status) in table {
        assert_eq!(
            read(200, &json!({ "data": { "task_id": "1", "task_status": word } })).unwrap().status,
            status,
            "{word}"
        );
        assert_eq!(read(200, &json!({ "data": { "task_id": "1", "status": word } })).unwrap().status, status, "{word}");
    }
    assert_eq!(read(200, &json!({ "data": { "task_id": "1" } })).unwrap().status, TaskStatus::Submitted);
}

#[test]
fn results_may_be_missing_in_every_way() {
    for result in [
        Value::Null,
        json!({}),
        json!({ "videos": null }),
        json!({ "videos": [] }),
        json!({ "videos": [{}] }),
        json!({ "videos": [{ "id": "1" }] }),
        json!({ "videos": "none" }),
        json!([]),
        json!(""),
    ] {
        let task =
            read(200, &json!({ "data": { "task_id": "1", "task_status": "succeed", "task_result": result } })).unwrap();
        assert!(task.videos.is_empty(), "{result}");
    }
}

#[test]
fn what_is_no_answer_says_what_it_is() {
    let long = HttpAnswer { too_long: true, ..answer(200, "{\"data\":{\"task_id\":\"1\"}}") };
    let table = [
        (answer(200, ""), "empty"),
        (answer(200, "  <html>"), "HTML"),
        (answer(200, "{\"code\":0,\"data\":{\"task_id\":\"1"), "cut off"),
        (answer(200, "[1]"), "no JSON object"),
        (answer(200, "null"), "no JSON object"),
        (answer(200, "{}"), "names no task"),
        (answer(200, "{\"data\":[]}"), "names no task"),
        (long, "larger"),
        (answer(301, ""), "redirect"),
        (answer(0, ""), "redirect"),
        (answer(404, "<html>"), "HTML"),
        (answer(405, ""), "empty"),
    ];
    for (answer, words) in table {
        match Task::read(&answer) {
            Err(Error::InvalidResponse { status, reason }) => {
                assert!(status == answer.status && reason.contains(words), "{reason} / {words}");
            }
            other => panic!("{words}: {other:?}"),
        }
    }
    for status in [400, 401, 403, 413, 422, 429, 500, 502, 503, 504, 524] {
        for body in ["", "<html>", "{\"cut", "garbage"] {
            assert!(
                matches!(Task::read(&answer(status, body)), Err(Error::Refused(refusal)) if refusal.status == status)
            );
        }
    }
}

#[test]
fn refusals_keep_the_services_words_and_request_id() {
    let table = [
        json!({ "code": 1201, "message": "the words", "request_id": "r-1" }),
        json!({ "error": { "message": "the words (request id: r-1)", "type": "comet_api_error", "param": "", "code": "invalid_request" } }),
        json!({ "message": "the words", "data": { "data": { "code": 1201, "message": "the words", "request_id": "r-1" }, "message": "the words" } }),
    ];
    for body in table {
        let Err(Error::Refused(refusal)) = read(400, &body) else { panic!("{body}") };
        assert_eq!(refusal.kind, RefusalKind::InvalidRequest);
        assert!(refusal.message.contains("the words"));
        assert_eq!(refusal.request_id.as_deref(), Some("r-1"), "{body}");
    }
    let Err(Error::Refused(refusal)) = read(503, &json!({ "error": "down" })) else { panic!() };
    assert_eq!(refusal.message, "down");
    let headed = HttpAnswer { request_id: Some(String::from("r-2")), ..answer(503, "<html>") };
    assert!(
        matches!(Task::read(&headed), Err(Error::Refused(refusal)) if refusal.request_id.as_deref() == Some("r-2"))
    );
}

#[test]
fn a_failure_inside_a_200_keeps_its_words_and_an_empty_one_is_none() {
    for error in
        [json!({ "message": "the words", "code": "" }), json!("the words"), json!({ "code": "boom" }), json!(true)]
    {
        let body = json!({ "error": error, "data": finished() });
        let Err(Error::Refused(refusal)) = read(200, &body) else { panic!("{body}") };
        assert_eq!(refusal.kind, RefusalKind::Server, "{body}");
    }
    let Err(Error::Refused(refusal)) = read(200, &json!({ "error": { "message": "the words" } })) else { panic!() };
    assert_eq!(refusal.message, "the words");
    for error in [json!({}), json!({ "message": "", "code": 0 }), json!(""), json!("0"), json!(false), Value::Null] {
        assert!(read(200, &json!({ "error": error, "data": finished() })).is_ok(), "{error}");
    }
}

#[test]
fn pages_are_lists_or_one_task() {
    let entries =
        |body: Value| TaskPage::read(&answer(200, &body.to_string())).map(|page| (page.tasks.len(), page.entries));
    assert_eq!(entries(json!({ "data": [] })), Ok((0, 0)));
    assert_eq!(entries(json!({ "data": [finished(), 7] })), Ok((1, 2)));
    assert_eq!(entries(json!({ "code": "success", "data": { "data": [finished()] } })), Ok((1, 1)));
    assert_eq!(entries(json!({ "data": finished() })), Ok((1, 1)));
    assert!(entries(json!({ "data": {} })).is_err());
}

#[test]
fn speech_is_read_finished_and_unfinished() {
    let read = |body: Value| Speech::read(&answer(200, &body.to_string()));
    let done = read(json!({ "code": 0, "data": { "task_id": "s-1", "task_status": "succeed",
        "task_result": { "audios": [{ "id": "a-1", "url": "https://x/a.mp3", "duration": "3.2" }] } } }))
    .unwrap();
    assert_eq!((done.audio_id.as_deref(), done.duration_seconds), (Some("a-1"), Some(3.2)));
    let open = read(json!({ "data": { "task_id": "s-1", "task_status": "submitted" } })).unwrap();
    assert_eq!((open.audio_id, open.status), (None, TaskStatus::Submitted));
    assert!(read(json!({ "data": {} })).is_err());
    let voice = json!({ "message": "Voice id not found",
        "data": { "data": { "code": 1201, "message": "Voice id not found", "request_id": "r" }, "message": "Voice id not found" } });
    for status in [200, 400] {
        let Err(Error::Refused(refusal)) = Speech::read(&answer(status, &voice.to_string())) else { panic!() };
        assert_eq!((refusal.kind, refusal.message.as_str()), (RefusalKind::InvalidRequest, "Voice id not found"));
    }
}

/// Answers cut, garbled and reshaped at random: reading never panics, and what is not whole is not taken for a task.
#[test]
fn nothing_that_is_answered_breaks_the_reading() {
    let whole = json!({ "code": 0, "message": "SUCCEED", "request_id": "r-1", "data": finished() }).to_string();
    let statuses = [0, 200, 201, 204, 301, 400, 401, 404, 429, 500, 502, 599];
    for seed in 1..=5_000 {
        let mut random = Random::new(seed);
        let mut bytes = whole.clone().into_bytes();
        let cut = random.chance(0.3);
        if cut {
            bytes.truncate(random.below(bytes.len() as u64) as usize);
        }
        for _ in 0..random.below(8) {
            let at = random.below(bytes.len().max(1) as u64) as usize;
            if let Some(byte) = bytes.get_mut(at) {
                *byte = random.below(256) as u8;
            }
        }
        let status = statuses[random.below(statuses.len() as u64) as usize];
        let garbled = HttpAnswer { status, body: bytes, ..HttpAnswer::default() };
        let (task, page, speech) = (Task::read(&garbled), TaskPage::read(&garbled), Speech::read(&garbled));
        if cut || !(200..300).contains(&status) {
            assert!(task.is_err() && page.is_err() && speech.is_err(), "seed {seed}");
        }
        for error in [task.err(), page.err(), speech.err()].into_iter().flatten() {
            assert!(!error.message().is_empty() && error.message().chars().count() < 700, "seed {seed}");
        }
    }
    let deep = "{\"data\":".repeat(5000) + &"}".repeat(5000);
    assert!(Task::read(&answer(200, &deep)).is_err());
}
