//! What a failure's code means to the gateway: with which status it leaves, who may read its message, and whether a task
//! may be behind it.

/// The HTTP status with which a failure of the service's or of an input leaves the gateway.
///
/// What concerns the gateway's own key or account is no fault of the page's user: it leaves as 502.
pub fn status_of(code: &str) -> u16 {
    match code {
        "invalid_input" | "invalid_request" | "content_policy" => 422,
        "not_found" => 404,
        "rate_limited" | "concurrency_limit" => 429,
        "timeout" => 504,
        "configuration" => 503,
        _ => 502,
    }
}

/// Whether a message of this code is for the page's user. Any other one speaks of the account or quotes what a broken
/// server said.
pub fn message_is_public(code: &str) -> bool {
    matches!(
        code,
        "invalid_input"
            | "invalid_request"
            | "content_policy"
            | "not_found"
            | "rate_limited"
            | "concurrency_limit"
            | "submission_unknown"
            | "task_failed"
            | "timeout"
            | "aborted"
    )
}

/// Whether a create that failed with this code may have left a task at the service.
pub fn leaves_doubt(code: &str) -> bool {
    matches!(code, "submission_unknown" | "timeout" | "aborted" | "invalid_response")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::error::Error;

    #[test]
    fn only_what_proves_that_nothing_was_made_frees_an_id() {
        for code in Error::CODES {
            let doubt = matches!(*code, "submission_unknown" | "timeout" | "aborted" | "invalid_response");
            assert_eq!(leaves_doubt(code), doubt, "{code}");
        }
    }

    #[test]
    fn nothing_about_the_account_is_told_to_a_page() {
        for code in Error::CODES {
            let status = status_of(code);
            assert!((400..600).contains(&status), "{code}");
            assert!(!message_is_public("ECONNREFUSED"));
            if !message_is_public(code) {
                assert!(status >= 500, "{code}");
            }
        }
    }
}
