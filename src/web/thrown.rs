//! Failures on their way to the caller.

use wasm_bindgen::JsValue;

use crate::engine::error::{Error, Failure};

/// A failure, and the JavaScript value that caused it.
#[derive(Debug, Clone)]
pub struct Thrown {
    /// What went wrong.
    pub failure: Failure,
    /// What the platform threw, or the reason of the caller's signal.
    pub cause: Option<JsValue>,
}

impl From<Failure> for Thrown {
    fn from(failure: Failure) -> Self {
        Self { failure, cause: None }
    }
}

impl From<Error> for Thrown {
    fn from(error: Error) -> Self {
        Failure::from(error).into()
    }
}

impl Thrown {
    /// Adds what the platform threw.
    pub(super) fn because(mut self, cause: JsValue) -> Self {
        self.cause = Some(cause);
        self
    }

    pub(super) fn with_task_id(mut self, task_id: &str) -> Self {
        self.failure = self.failure.with_task_id(task_id);
        self
    }

    pub(super) fn with_external_task_id(mut self, external_task_id: Option<&str>) -> Self {
        if let Some(id) = external_task_id {
            self.failure = self.failure.with_external_task_id(id);
        }
        self
    }
}
