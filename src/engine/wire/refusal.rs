//! The service's "no" and "not now", code by code.
//!
//! Source: Kling's error codes and CometAPI's error page. The code decides; where there is none or it is not known,
//! the HTTP status does.

use super::HttpAnswer;
use crate::engine::error::{Refusal, RefusalKind};
use crate::engine::search::{holds, split_once, until};
use crate::engine::text::small_number;

/// What an answer says of its failure.
#[derive(Debug, Default)]
pub(super) struct Envelope {
    pub(super) code: Option<String>,
    pub(super) message: String,
    pub(super) request_id: Option<String>,
}

pub(super) fn refusal(answer: &HttpAnswer, envelope: Envelope) -> Refusal {
    let kind = kind(answer.status, envelope.code.as_deref());
    Refusal {
        kind,
        status: answer.status,
        request_id: envelope.request_id.or_else(|| request_id_in(&envelope.message)),
        api_code: envelope.code,
        message: envelope.message,
        retry_after_ms: answer.retry_after_ms,
    }
}

fn kind(status: u16, code: Option<&str>) -> RefusalKind {
    let number = code.and_then(small_number);
    if let Some(kind) = number.and_then(kind_of_kling_code) {
        return kind;
    }
    match code {
        Some("invalid_request") if status >= 400 && status != 429 => return kind_of_status(400),
        Some(code) if holds(code, "quota") || holds(code, "balance") => return RefusalKind::InsufficientBalance,
        _ => {}
    }
    kind_of_status(status)
}

fn kind_of_kling_code(code: u16) -> Option<RefusalKind> {
    Some(match code {
        1000..=1004 => RefusalKind::Authentication,
        1100 | 1103 | 1304 => RefusalKind::Permission,
        1101 | 1102 => RefusalKind::InsufficientBalance,
        1200 | 1201 => RefusalKind::InvalidRequest,
        1202 | 1203 => RefusalKind::NotFound,
        1300 | 1301 => RefusalKind::ContentPolicy,
        1302 => RefusalKind::RateLimited,
        1303 => RefusalKind::ConcurrencyLimit,
        5000..=5002 => RefusalKind::Server,
        _ => return None,
    })
}

fn kind_of_status(status: u16) -> RefusalKind {
    match status {
        401 => RefusalKind::Authentication,
        402 => RefusalKind::InsufficientBalance,
        403 => RefusalKind::Permission,
        404 | 410 => RefusalKind::NotFound,
        429 => RefusalKind::RateLimited,
        // Both say that the server gave up on this attempt, not on the request.
        408 | 425 => RefusalKind::Server,
        400..=499 => RefusalKind::InvalidRequest,
        // A failure inside a 200 with a code that is not documented is the service's fault, too.
        _ => RefusalKind::Server,
    }
}

/// CometAPI puts the id into the message: `… (request id: 2026…)`.
fn request_id_in(message: &str) -> Option<String> {
    let (_, rest) = split_once(message, "request id: ")?;
    let id = until(rest, b")").trim_ascii();
    (!id.is_empty() && id.len() <= 100).then(|| id.to_owned())
}

/// Whether a refusal says that the `external_task_id` was used before, which proves that a task of that id exists.
///
/// The words are not documented, so every likely wording is taken; those of the quoted id itself do not count.
pub fn says_id_is_taken(refusal: &Refusal, external_task_id: &str) -> bool {
    let mut message = String::new();
    let mut rest = refusal.message.as_str();
    while let Some((before, behind)) = split_once(rest, external_task_id) {
        message.push_str(before);
        rest = behind;
    }
    message.push_str(rest);
    message.make_ascii_lowercase();
    let about_the_id = holds(&message, "external_task_id") || holds(&message, "external task id");
    let taken = ["exist", "duplicat", "already", "unique", "used", "taken", "repeat"];
    let denied = ["does not exist", "not exist", "not found"].iter().any(|words| holds(&message, words));
    let final_answer = matches!(refusal.status, 200 | 400 | 409 | 422);
    final_answer && about_the_id && !denied && taken.iter().any(|word| holds(&message, word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use RefusalKind::*;

    #[test]
    fn every_documented_code_has_its_kind_whatever_the_status() {
        let table = [
            (401, "1000", Authentication),
            (401, "1004", Authentication),
            (429, "1100", Permission),
            (429, "1101", InsufficientBalance),
            (429, "1102", InsufficientBalance),
            (403, "1103", Permission),
            (400, "1200", InvalidRequest),
            (400, "1201", InvalidRequest),
            (404, "1202", NotFound),
            (404, "1203", NotFound),
            (400, "1300", ContentPolicy),
            (400, "1301", ContentPolicy),
            (429, "1302", RateLimited),
            (429, "1303", ConcurrencyLimit),
            (429, "1304", Permission),
            (500, "5000", Server),
            (503, "5001", Server),
            (504, "5002", Server),
        ];
        for (status, code, expected) in table {
            assert_eq!(kind(status, Some(code)), expected, "{code}");
            assert_eq!(kind(200, Some(code)), expected, "{code} in a 200");
        }
    }

    #[test]
    fn without_a_known_code_the_status_decides() {
        let table = [
            (400, InvalidRequest),
            (401, Authentication),
            (402, InsufficientBalance),
            (403, Permission),
            (404, NotFound),
            (408, Server),
            (413, InvalidRequest),
            (422, InvalidRequest),
            (429, RateLimited),
            (500, Server),
            (502, Server),
            (503, Server),
            (504, Server),
            (524, Server),
        ];
        for (status, expected) in table {
            assert_eq!(kind(status, None), expected, "{status}");
            assert_eq!(kind(status, Some("9999")), expected, "{status} with an unknown code");
        }
        assert_eq!(kind(500, Some("invalid_request")), InvalidRequest);
        assert_eq!(kind(200, Some("invalid_request")), Server);
        assert_eq!(kind(429, Some("invalid_request")), RateLimited);
        assert_eq!(kind(400, Some("5000")), Server);
        assert_eq!(kind(403, Some("insufficient_user_quota")), InsufficientBalance);
    }

    #[test]
    fn the_request_id_is_found_in_the_message() {
        assert_eq!(request_id_in("no (request id: 2026abc)"), Some(String::from("2026abc")));
        for none in
            [String::from("no id"), String::from("no (request id: )"), String::from("request id: ") + &"a".repeat(101)]
        {
            assert_eq!(request_id_in(&none), None);
        }
    }

    #[test]
    fn a_taken_id_is_told_from_a_wrong_one() {
        let refusal = |status, message: &str| Refusal {
            kind: InvalidRequest,
            status,
            api_code: Some(String::from("1201")),
            message: message.to_owned(),
            request_id: None,
            retry_after_ms: None,
        };
        let says_id_is_taken = |refusal: &Refusal| says_id_is_taken(refusal, "used-1");
        assert!(!says_id_is_taken(&refusal(400, "external_task_id is wrong: used-1")));
        assert!(says_id_is_taken(&refusal(400, "external_task_id used-1 is already used")));
        assert!(says_id_is_taken(&refusal(400, "external_task_id already exists")));
        assert!(says_id_is_taken(&refusal(409, "Duplicate external_task_id")));
        assert!(says_id_is_taken(&refusal(400, "The external task id must be unique")));
        assert!(!says_id_is_taken(&refusal(400, "external_task_id does not exist")));
        assert!(!says_id_is_taken(&refusal(400, "external_task_id is too long")));
        assert!(!says_id_is_taken(&refusal(400, "image already exists")));
        assert!(!says_id_is_taken(&refusal(503, "external_task_id already exists")));
    }
}
