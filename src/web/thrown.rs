//! Failures on their way to the caller.

use wasm_bindgen::JsValue;

use crate::engine::error::{Error, Failure};

/// A failure, and the JavaScript value that caused it.
///
/// It is one pointer wide: every step of a call gives a result with one of these in it, and moving it about by value
/// took thousands of bytes of code.
#[derive(Debug, Clone)]
pub struct Thrown(Box<Contents>);

#[derive(Debug, Clone)]
struct Contents {
    failure: Failure,
    cause: Option<JsValue>,
}

impl From<Failure> for Thrown {
    fn from(failure: Failure) -> Self {
        Self(Box::new(Contents { failure, cause: None }))
    }
}

impl From<Error> for Thrown {
    fn from(error: Error) -> Self {
        Failure::from(error).into()
    }
}

impl Thrown {
    /// What went wrong, and the ids that are known.
    pub fn failure(&self) -> &Failure {
        &self.0.failure
    }

    /// What went wrong.
    pub fn error(&self) -> &Error {
        &self.0.failure.error
    }

    /// What the platform threw, or the reason of the caller's signal.
    pub fn cause(&self) -> Option<&JsValue> {
        self.0.cause.as_ref()
    }

    /// Adds what the platform threw.
    pub(super) fn because(mut self, cause: JsValue) -> Self {
        self.0.cause = Some(cause);
        self
    }

    /// Adds what the platform threw, where that is not known already.
    pub(super) fn because_of(mut self, cause: Option<JsValue>) -> Self {
        self.0.cause = self.0.cause.or(cause);
        self
    }

    /// Adds the ids by which work that may be paid for is found again.
    pub(super) fn with_ids(mut self, task_id: Option<&str>, external_task_id: Option<&str>) -> Self {
        if let Some(id) = task_id {
            self.0.failure.add_task_id(id);
        }
        if let Some(id) = external_task_id {
            self.0.failure.add_external_task_id(id);
        }
        self
    }

    /// Takes the key out of what others have said.
    pub(super) fn without(mut self, key: Option<&str>) -> Self {
        if let Some(key) = key {
            self.0.failure.error.redact(key);
        }
        self
    }

    /// Says whether there may be a task that the same call, repeated, would pay for once more.
    pub(super) fn may_pay_again(mut self, may: bool) -> Self {
        self.0.failure.may_pay_again |= may;
        self
    }
}
