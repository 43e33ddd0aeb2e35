//! From an HTTP answer to its contents or to the reason why there are none.

use std::borrow::Cow;

use super::refusal::{Envelope, refusal};
use crate::engine::error::Error;
use crate::engine::json::Json;

/// How deep answers are wrapped in one another at the most.
const MAX_WRAPPING: usize = 5;

/// An answer as it came over the wire, its body cut at a cap.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct HttpAnswer {
    /// The HTTP status; 0 for a redirect that the platform hides.
    pub status: u16,
    /// What the `Retry-After` header asks for, in milliseconds.
    pub retry_after_ms: Option<f64>,
    /// The `X-Request-Id` header.
    pub request_id: Option<String>,
    /// The body, or its beginning.
    pub body: Vec<u8>,
    /// Whether the body was longer than the client reads.
    pub too_long: bool,
}

impl HttpAnswer {
    /// Reads the contents.
    ///
    /// # Errors
    /// `Refused` for the service's "no", `InvalidResponse` for what is none of its answers.
    pub fn read(&self) -> Result<Body<'static>, Error> {
        if self.status < 200 || (300..400).contains(&self.status) {
            return Err(self.invalid("it is a redirect. Check the address of the API."));
        }
        let root = if self.too_long { None } else { Json::parse(&self.body) };
        let Some(root @ Json::Object(_)) = root else { return Err(self.unreadable()) };
        let body = Body { root: Cow::Owned(root) };
        match self.refusal_of(&body) {
            Some(error) => Err(error),
            None => Ok(body),
        }
    }

    fn refusal_of(&self, body: &Body<'_>) -> Option<Error> {
        let envelope = Envelope {
            code: body.error_code(),
            message: body.message().unwrap_or_default(),
            request_id: body.text("request_id").or_else(|| self.request_id.clone()),
        };
        if (200..300).contains(&self.status) && envelope.code.is_none() && !body.has_error() {
            return None;
        }
        Some(Error::Refused(refusal(self, envelope)))
    }

    /// No JSON object: the status may still tell, but a page for a wrong path proves nothing.
    fn unreadable(&self) -> Error {
        let reason = if self.too_long {
            "its body is larger than any answer of the service."
        } else if self.body.is_empty() {
            "its body is empty."
        } else if self.body.trim_ascii_start().starts_with(b"<") {
            "it is an HTML page. Check the address of the API."
        } else {
            "it is no JSON object, or was cut off."
        };
        match self.status {
            200..=299 | 404 | 405 => self.invalid(reason),
            _ => Error::Refused(refusal(self, Envelope { request_id: self.request_id.clone(), ..Envelope::default() })),
        }
    }

    pub(super) fn invalid(&self, reason: &str) -> Error {
        Error::InvalidResponse { status: self.status, reason: reason.to_owned() }
    }
}

/// The contents of an answer: an object that may wrap others under `data`.
#[derive(Debug, Clone, PartialEq)]
pub struct Body<'a> {
    root: Cow<'a, Json>,
}

impl<'a> Body<'a> {
    /// The object and those that it wraps, the innermost first.
    fn levels(&self) -> impl Iterator<Item = &Json> {
        let mut levels = Vec::new();
        let mut next = Some(&*self.root);
        while let Some(level @ Json::Object(_)) = next.filter(|_| levels.len() < MAX_WRAPPING) {
            levels.insert(0, level);
            next = level.get("data");
        }
        levels.into_iter()
    }

    /// Gives the first value under `name`, looking from the innermost object outwards.
    pub(super) fn value(&self, name: &str) -> Option<&Json> {
        self.levels().find_map(|level| level.get(name))
    }

    /// Gives the same as text; numbers are taken as their digits, empty texts as absent.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.value(name)?.text().map(str::to_owned)
    }

    /// Gives the list under `data`, where the answer is a page of tasks.
    pub(super) fn list(&self) -> Option<&[Json]> {
        self.value("data")?.list()
    }

    /// Wraps one object of a list, so that it can be read like an answer.
    pub(super) fn of(value: &'a Json) -> Self {
        Self { root: Cow::Borrowed(value) }
    }

    fn has_error(&self) -> bool {
        self.levels().any(|level| level.get("error").is_some_and(tells_failure))
    }

    /// The first code that is not one of success: the service's own (innermost), else that of the `error` object.
    fn error_code(&self) -> Option<String> {
        let failure = |value: &Json| value.text().filter(|code| is_failure(code)).map(str::to_owned);
        let own = self.levels().find_map(|level| failure(level.get("code")?));
        own.or_else(|| self.levels().find_map(|level| failure(level.get("error")?.get("code")?)))
    }

    fn message(&self) -> Option<String> {
        let in_error = self.levels().find_map(|level| level.get("error")?.get("message")?.text().map(str::to_owned));
        in_error.or_else(|| self.text("message")).or_else(|| self.text("error"))
    }
}

/// Whether an `error` says anything: some answers of success have an empty one.
fn tells_failure(error: &Json) -> bool {
    match error {
        Json::Object(_) => {
            error.get("message").and_then(Json::text).is_some() || error.get("code").is_some_and(tells_failure)
        }
        Json::Bool(failed) => *failed,
        error => error.text().is_some_and(is_failure),
    }
}

fn is_failure(code: &str) -> bool {
    !matches!(code, "0" | "200") && !code.eq_ignore_ascii_case("success") && !code.eq_ignore_ascii_case("succeed")
}
