//! From an HTTP answer to its contents or to the reason why there are none.

use serde_json::{Map, Value};

use super::refusal::{Envelope, refusal};
use crate::engine::error::Error;

/// How deep answers are wrapped in one another at the most.
const MAX_WRAPPING: usize = 5;

/// An answer as it came over the wire, its body cut at a cap.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct HttpAnswer {
    /// The HTTP status; 0 for a redirect that the platform hides.
    pub status: u16,
    /// The `Retry-After` header.
    pub retry_after: Option<String>,
    /// The `X-Request-Id` header.
    pub request_id: Option<String>,
    /// The body, or its beginning.
    pub body: Vec<u8>,
    /// Whether the body was longer than the client reads.
    pub too_long: bool,
    /// The time of day when it came, in Unix milliseconds, for `Retry-After` dates.
    pub received_at_ms: f64,
}

impl HttpAnswer {
    /// Reads the contents.
    ///
    /// # Errors
    /// `Refused` for the service's "no", `InvalidResponse` for what is none of its answers.
    pub fn read(&self) -> Result<Body, Error> {
        if self.status < 200 || (300..400).contains(&self.status) {
            return Err(self.invalid("it is a redirect. Check the address of the API."));
        }
        let body = match serde_json::from_slice::<Value>(&self.body) {
            Ok(Value::Object(root)) if !self.too_long => Body { levels: levels(root) },
            _ => return Err(self.unreadable()),
        };
        match self.refusal_of(&body) {
            Some(error) => Err(error),
            None => Ok(body),
        }
    }

    fn refusal_of(&self, body: &Body) -> Option<Error> {
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
        } else if self.body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'<') {
            "it is an HTML page. Check the address of the API."
        } else {
            "it is no JSON object, or was cut off."
        };
        match self.status {
            200..=299 | 404 | 405 => self.invalid(reason),
            _ => Error::Refused(refusal(
                self,
                Envelope { request_id: self.request_id.clone(), ..Envelope::default() },
            )),
        }
    }

    pub(super) fn invalid(&self, reason: &str) -> Error {
        Error::InvalidResponse { status: self.status, reason: reason.to_owned() }
    }
}

/// The contents of an answer: its object and those that it wraps under `data`, the innermost last.
#[derive(Debug, Clone, PartialEq)]
pub struct Body {
    levels: Vec<Map<String, Value>>,
}

impl Body {
    /// Gives the first value under `name`, looking from the innermost object outwards.
    pub(super) fn value(&self, name: &str) -> Option<&Value> {
        self.levels.iter().rev().find_map(|level| level.get(name).filter(|value| !value.is_null()))
    }

    /// Gives the same as text; numbers are taken as their digits, empty texts as absent.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.value(name).and_then(text_of)
    }

    /// Gives the list under `data`, where the answer is a page of tasks.
    pub(super) fn list(&self) -> Option<&Vec<Value>> {
        self.value("data")?.as_array()
    }

    /// Wraps one object of a list, so that it can be read like an answer.
    pub(super) fn of(value: &Value) -> Option<Self> {
        value.as_object().map(|object| Self { levels: vec![object.clone()] })
    }

    fn has_error(&self) -> bool {
        self.levels.iter().any(|level| level.get("error").is_some_and(|error| !error.is_null() && error != false))
    }

    /// The first code that is not one of success: the service's own (innermost), else that of the `error` object.
    fn error_code(&self) -> Option<String> {
        let own = self.levels.iter().rev().find_map(|level| level.get("code").and_then(text_of).filter(|c| is_failure(c)));
        own.or_else(|| self.error_field("code").filter(|code| is_failure(code)))
    }

    fn message(&self) -> Option<String> {
        self.error_field("message").or_else(|| self.text("message")).or_else(|| self.text("error"))
    }

    fn error_field(&self, name: &str) -> Option<String> {
        self.levels.iter().rev().find_map(|level| level.get("error")?.get(name).and_then(text_of))
    }
}

fn is_failure(code: &str) -> bool {
    !matches!(code, "0" | "200") && !code.eq_ignore_ascii_case("success") && !code.eq_ignore_ascii_case("succeed")
}

fn levels(root: Map<String, Value>) -> Vec<Map<String, Value>> {
    let mut levels = vec![root];
    while levels.len() < MAX_WRAPPING {
        // The child is moved out, not copied: an answer can hold a long list.
        let child = match levels.last_mut().and_then(|level| level.get_mut("data")) {
            Some(data @ Value::Object(_)) => data.take(),
            _ => break,
        };
        let Value::Object(child) = child else { break };
        levels.push(child);
    }
    levels
}

pub(super) fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
