//! What the service answers, as it comes over the wire.

use kling_avatar::engine::lookup::Outcome;
use kling_avatar::engine::wire::HttpAnswer;
use serde_json::{Value, json};

pub fn answer(status: u16, body: &str) -> HttpAnswer {
    HttpAnswer { status, body: body.as_bytes().to_vec(), ..HttpAnswer::default() }
}

/// An answer with any text at all.
pub fn text(status: u16, body: &str) -> Outcome {
    Outcome::Answered(Box::new(answer(status, body)))
}

pub fn answered(status: u16, body: &Value) -> Outcome {
    text(status, &body.to_string())
}

pub fn page(status: u16) -> Outcome {
    text(status, "<!DOCTYPE html><html><body>Bad gateway</body></html>")
}

/// Kling's envelope.
pub fn kling(status: u16, code: u32) -> Outcome {
    answered(status, &json!({ "code": code, "message": "no", "request_id": "r-1" }))
}

/// CometAPI's envelope.
pub fn comet(status: u16, code: &str) -> Outcome {
    let message = "no (request id: r-1)";
    answered(status, &json!({ "error": { "message": message, "type": "comet_api_error", "param": "", "code": code } }))
}

pub fn lost() -> Outcome {
    Outcome::Lost { message: String::from("fetch failed") }
}

pub fn not_sent() -> Outcome {
    Outcome::NotSent { message: String::from("connect ECONNREFUSED") }
}

pub fn task(task_id: &str, external_task_id: Option<&str>, status: &str, created_at: f64) -> Value {
    let info = external_task_id.map_or(json!({}), |id| json!({ "external_task_id": id }));
    json!({ "task_id": task_id, "task_status": status, "task_info": info, "created_at": created_at, "updated_at": created_at })
}

pub fn succeed(data: Value) -> Outcome {
    answered(200, &json!({ "code": 0, "message": "SUCCEED", "request_id": "r-1", "data": data }))
}

/// What a refusal means, wherever it comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// Final at once, with this code.
    Final(&'static str),
    /// Nothing was made; wait and send again.
    NotNow,
    /// Nothing was made; wait for a place, however long.
    Turn,
    /// Something may have been made.
    Perhaps,
}

/// Every row of the two error tables, each in every envelope that it is known to come in.
pub fn refusals() -> Vec<(String, Outcome, Meaning)> {
    use Meaning::*;
    let kling_rows = [
        (401, 1000, Final("authentication")),
        (401, 1001, Final("authentication")),
        (401, 1002, Final("authentication")),
        (401, 1003, Final("authentication")),
        (401, 1004, Final("authentication")),
        (429, 1100, Final("permission")),
        (429, 1101, Final("insufficient_balance")),
        (429, 1102, Final("insufficient_balance")),
        (403, 1103, Final("permission")),
        (400, 1200, Final("invalid_request")),
        (400, 1201, Final("invalid_request")),
        (404, 1202, Final("not_found")),
        (404, 1203, Final("not_found")),
        (400, 1300, Final("content_policy")),
        (400, 1301, Final("content_policy")),
        (429, 1302, NotNow),
        (429, 1303, Turn),
        (429, 1304, Final("permission")),
        (500, 5000, Perhaps),
        (503, 5001, Perhaps),
        (504, 5002, Perhaps),
    ];
    let comet_rows = [
        (400, "invalid_request", Final("invalid_request")),
        (401, "", Final("authentication")),
        (413, "", Final("invalid_request")),
        (422, "", Final("invalid_request")),
        (403, "", Final("permission")),
        (429, "", NotNow),
        (500, "invalid_request", Final("invalid_request")),
        (500, "", Perhaps),
        (502, "", Perhaps),
        (503, "", Perhaps),
        (504, "", Perhaps),
        (524, "", Perhaps),
    ];
    let mut rows = Vec::new();
    for (status, code, meaning) in kling_rows {
        rows.push((format!("{code} in a {status}"), kling(status, code), meaning));
        rows.push((format!("{code} in a 200"), kling(200, code), meaning));
        let wrapped =
            json!({ "message": "no", "data": { "data": { "code": code, "message": "no" }, "message": "no" } });
        rows.push((format!("{code} wrapped in a {status}"), answered(status, &wrapped), meaning));
        let text = json!({ "code": code.to_string(), "message": "no" });
        rows.push((format!("{code} as text in a {status}"), answered(status, &text), meaning));
    }
    for (status, code, meaning) in comet_rows {
        rows.push((format!("{status} with code {code:?}"), comet(status, code), meaning));
        if code.is_empty() {
            rows.push((format!("{status} as a page"), page(status), meaning));
            rows.push((format!("{status} without a body"), text(status, ""), meaning));
        }
    }
    rows
}
