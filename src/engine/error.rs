//! Every failure, told apart by a stable code.

use super::problem::Problem;
use super::search::split_once;
use super::text::{joined, one_line, whole};
use super::wire::Task;

/// How long a message of the service may be in an error, in characters.
const MESSAGE_MAX_CHARACTERS: usize = 500;

/// What the service refused a request for. The first six are final, the last three may pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum RefusalKind {
    /// The key is missing, wrong or expired.
    Authentication,
    /// The account may not do this.
    Permission,
    /// The account has no money or no resource pack left.
    InsufficientBalance,
    /// Platform policy or content safety.
    ContentPolicy,
    /// A parameter is wrong.
    InvalidRequest,
    /// There is no such task or path.
    NotFound,
    /// Too many requests.
    RateLimited,
    /// Too many tasks in parallel for the account.
    ConcurrencyLimit,
    /// The service failed.
    Server,
}

impl RefusalKind {
    /// The error's code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Authentication => "authentication",
            Self::Permission => "permission",
            Self::InsufficientBalance => "insufficient_balance",
            Self::ContentPolicy => "content_policy",
            Self::InvalidRequest => "invalid_request",
            Self::NotFound => "not_found",
            Self::RateLimited => "rate_limited",
            Self::ConcurrencyLimit => "concurrency_limit",
            Self::Server => "server",
        }
    }

    /// Whether waiting can help.
    pub fn is_retryable(self) -> bool {
        matches!(self, Self::RateLimited | Self::ConcurrencyLimit | Self::Server)
    }
}

/// The service's "no" or "not now".
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    /// What for.
    pub kind: RefusalKind,
    /// The HTTP status.
    pub status: u16,
    /// The service's own code, such as `1303` or `invalid_request`.
    pub api_code: Option<String>,
    /// What the service said.
    pub message: String,
    /// The service's id of the request.
    pub request_id: Option<String>,
    /// How long the service asked to wait, in milliseconds.
    pub retry_after_ms: Option<f64>,
}

/// Every failure of the client.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Error {
    /// Local checks failed.
    InvalidInput {
        /// Everything that is wrong.
        problems: Vec<Problem>,
    },
    /// The client was built wrongly.
    Configuration {
        /// What is wrong and what to do.
        message: String,
    },
    /// The service refused.
    Refused(Refusal),
    /// No answer came.
    Network {
        /// What happened, and what is likely to be the cause.
        message: String,
    },
    /// A create whose outcome could not be settled. Nothing was sent again.
    SubmissionUnknown {
        /// The last thing that happened.
        reason: String,
    },
    /// The task ended as `failed`.
    TaskFailed {
        /// The task.
        task: Box<Task>,
    },
    /// The caller's or the poll deadline passed.
    Timeout {
        /// What the client was doing.
        doing: &'static str,
    },
    /// The caller's signal was aborted.
    Aborted,
    /// HTML, broken JSON or missing fields.
    InvalidResponse {
        /// The HTTP status.
        status: u16,
        /// What is wrong with the answer.
        reason: String,
    },
}

impl Error {
    /// Every code, in the order of the documentation.
    pub const CODES: &[&str] = &[
        "invalid_input",
        "configuration",
        "authentication",
        "permission",
        "insufficient_balance",
        "content_policy",
        "invalid_request",
        "not_found",
        "rate_limited",
        "concurrency_limit",
        "server",
        "network",
        "submission_unknown",
        "task_failed",
        "timeout",
        "aborted",
        "invalid_response",
    ];

    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::InvalidInput { .. } => "invalid_input",
            Self::Configuration { .. } => "configuration",
            Self::Refused(refusal) => refusal.kind.code(),
            Self::Network { .. } => "network",
            Self::SubmissionUnknown { .. } => "submission_unknown",
            Self::TaskFailed { .. } => "task_failed",
            Self::Timeout { .. } => "timeout",
            Self::Aborted => "aborted",
            Self::InvalidResponse { .. } => "invalid_response",
        }
    }

    /// What the service refused the request for.
    pub fn refusal_kind(&self) -> Option<RefusalKind> {
        if let Self::Refused(refusal) = self { Some(refusal.kind) } else { None }
    }

    /// How long the service asked to wait, in milliseconds.
    pub fn retry_after_ms(&self) -> Option<f64> {
        if let Self::Refused(refusal) = self { refusal.retry_after_ms } else { None }
    }

    /// Whether what has failed may succeed later. Of a whole call, [`Failure::is_retryable`] tells.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Refused(refusal) => refusal.kind.is_retryable(),
            Self::Network { .. } | Self::SubmissionUnknown { .. } | Self::Timeout { .. } => true,
            Self::InvalidResponse { status, .. } => *status >= 500,
            Self::InvalidInput { .. } | Self::Configuration { .. } | Self::TaskFailed { .. } | Self::Aborted => false,
        }
    }

    /// Whether it says for certain that the task has ended, or that there is none. Of a gateway's own word that is certain; a
    /// router's before the service, while something is deployed, has no code of the service's.
    pub fn ends_task(&self, by_gateway: bool) -> bool {
        match self {
            Self::TaskFailed { .. } => true,
            Self::Refused(refusal) if refusal.kind == RefusalKind::NotFound => {
                by_gateway || refusal.api_code.as_ref().is_some_and(|code| code != "404")
            }
            _ => false,
        }
    }

    /// Takes a secret out of everything in it that others have said.
    pub fn redact(&mut self, secret: &str) {
        let texts = match self {
            Self::Network { message: text }
            | Self::SubmissionUnknown { reason: text }
            | Self::InvalidResponse { reason: text, .. } => [Some(text), None, None],
            Self::Refused(refusal) => {
                [Some(&mut refusal.message), refusal.api_code.as_mut(), refusal.request_id.as_mut()]
            }
            Self::TaskFailed { task } => [task.status_message.as_mut(), task.request_id.as_mut(), None],
            _ => [None, None, None],
        };
        for text in texts.into_iter().flatten() {
            while let Some((before, after)) = split_once(text, secret) {
                *text = String::from(before) + "…" + after;
            }
        }
    }

    /// A sentence for people: what happened and what to do.
    pub fn message(&self) -> String {
        match self {
            Self::InvalidInput { problems } => {
                joined(&mut problems.iter().map(|problem| problem.message.as_str()), " ")
            }
            Self::Configuration { message } | Self::Network { message } => message.clone(),
            Self::Refused(refusal) => refusal_message(refusal),
            Self::SubmissionUnknown { reason } => {
                String::from("It is not known whether the task was created, so nothing was sent again. ")
                    + "Look it up with findTask(externalTaskId) before paying for another one. "
                    + reason
            }
            Self::TaskFailed { task } => match &task.status_message {
                Some(reason) => String::from("The service could not finish the task: ") + &shortened(reason),
                None => String::from("The service could not finish the task and gave no reason."),
            },
            Self::Timeout { doing } => String::from("The time allowed for the call passed while ") + doing + ".",
            Self::Aborted => String::from("The call was aborted by its signal."),
            Self::InvalidResponse { status, reason } => {
                String::from("The answer (HTTP ") + &whole((*status).into()) + ") is not one of this API: " + reason
            }
        }
    }
}

fn refusal_message(refusal: &Refusal) -> String {
    let advice = match refusal.kind {
        RefusalKind::Authentication => "The service does not accept the API key",
        RefusalKind::Permission => "The account is not allowed to do this",
        RefusalKind::InsufficientBalance => "The account has no balance or resource pack left",
        RefusalKind::ContentPolicy => "The service refused the contents",
        RefusalKind::InvalidRequest => "The service refused the request",
        RefusalKind::NotFound => "The service knows no such task, or no such address",
        RefusalKind::RateLimited => "The service asks for fewer requests",
        RefusalKind::ConcurrencyLimit => "The account has too many tasks in parallel",
        RefusalKind::Server => "The service failed",
    };
    let mut text = String::from(advice);
    text.push_str(" (HTTP ");
    text.push_str(&whole(refusal.status.into()));
    if let Some(code) = &refusal.api_code {
        text.push_str(", code ");
        text.push_str(code);
    }
    text.push(')');
    if refusal.message.is_empty() {
        text.push('.');
    } else {
        text.push_str(": ");
        text.push_str(&shortened(&refusal.message));
    }
    text
}

fn shortened(message: &str) -> String {
    one_line(message, MESSAGE_MAX_CHARACTERS)
}

/// An error together with the ids by which work that may be paid for is found again.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure {
    /// What went wrong.
    pub error: Error,
    /// The task, once it is known.
    pub task_id: Option<String>,
    /// The caller's own id of the task, once one was sent.
    pub external_task_id: Option<String>,
    /// Whether there may be a task that the same call, repeated, would not find but pay for once more.
    pub may_pay_again: bool,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let (task_id, external_task_id) = match &error {
            Error::TaskFailed { task } => (Some(task.task_id.clone()), task.external_task_id.clone()),
            _ => (None, None),
        };
        Self { error, task_id, external_task_id, may_pay_again: false }
    }
}

impl Failure {
    /// Whether the same call may succeed later, and pays for nothing twice.
    pub fn is_retryable(&self) -> bool {
        self.error.is_retryable() && !self.may_pay_again
    }

    /// Adds the task's id where none is known yet.
    pub fn add_task_id(&mut self, task_id: &str) {
        self.task_id.get_or_insert_with(|| task_id.to_owned());
    }

    /// Adds the caller's own id where none is known yet.
    pub fn add_external_task_id(&mut self, external_task_id: &str) {
        self.external_task_id.get_or_insert_with(|| external_task_id.to_owned());
    }

    /// The same with the task's id where none is known yet.
    pub fn with_task_id(mut self, task_id: &str) -> Self {
        self.add_task_id(task_id);
        self
    }

    /// The same with the caller's own id where none is known yet.
    pub fn with_external_task_id(mut self, external_task_id: &str) -> Self {
        self.add_external_task_id(external_task_id);
        self
    }
}
