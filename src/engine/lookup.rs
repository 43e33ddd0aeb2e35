//! Finding a task by the caller's own id, on a service that may or may not offer it.
//!
//! Kling answers the task's path with an `external_task_id` in place of the `task_id`, some wrappers take a query, and
//! the account's tasks can be listed. Whether CometAPI passes any of these on is not documented, so they are tried in
//! turn, and "there is no such task" counts only from an answer that can know.

use super::error::{Error, RefusalKind};
use super::retry::RetryPolicy;
use super::wire::{HttpAnswer, Task, TaskPage};

/// How many tasks a page of the list holds.
pub const PAGE_SIZE: usize = 30;

/// How many pages of the list are read at the most.
const MAX_PAGES: u32 = 5;

/// Kling's own code for "no such resource".
const KLING_NO_SUCH_RESOURCE: &str = "1203";

/// What became of a request.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// An answer came.
    Answered(HttpAnswer),
    /// The request certainly never reached the service.
    NotSent {
        /// What the platform said.
        message: String,
    },
    /// The request may have reached the service; no answer came.
    Lost {
        /// What the platform said.
        message: String,
    },
}

impl Outcome {
    /// Gives the answer, or the network error.
    ///
    /// # Errors
    /// `Network`.
    pub fn answer(self) -> Result<HttpAnswer, Error> {
        match self {
            Self::Answered(answer) => Ok(answer),
            Self::NotSent { message } | Self::Lost { message } => Err(Error::Network { message }),
        }
    }
}

/// The question to ask next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// `GET …/image2video/{external_task_id}`
    Path,
    /// `GET …/image2video?external_task_id=…&pageNum=1&pageSize=30`
    Query,
    /// `GET …/image2video?pageNum=…&pageSize=30`
    List {
        /// From 1.
        page: u32,
    },
}

/// What to do next.
#[derive(Debug, Clone, PartialEq)]
pub enum LookupStep {
    /// Ask the service.
    Ask(Question),
    /// Wait, then ask the same again.
    Wait {
        /// Milliseconds.
        delay_ms: f64,
    },
    /// The task exists.
    Found(Box<Task>),
    /// The task certainly does not exist.
    Absent,
    /// Neither could be established.
    Unsettled(Error),
}

/// One search for a task by the caller's own id.
#[derive(Debug, Clone)]
pub struct Lookup {
    external_task_id: String,
    /// A task created before this cannot be the one searched, in Unix milliseconds.
    not_before_ms: Option<f64>,
    policy: RetryPolicy,
    question: Question,
    repetitions: u32,
    denied_by_path: bool,
    last: Option<Error>,
}

impl Lookup {
    /// Begins a search. `not_before_ms` bounds how far back the list is read.
    pub fn new(external_task_id: &str, not_before_ms: Option<f64>, policy: RetryPolicy) -> Self {
        Self {
            external_task_id: external_task_id.to_owned(),
            not_before_ms,
            policy,
            question: Question::Path,
            repetitions: 0,
            denied_by_path: false,
            last: None,
        }
    }

    /// The question that stands.
    pub fn question(&self) -> Question {
        self.question
    }

    /// Takes what became of the question and gives the next step. `random` lies in `0.0 .. 1.0`.
    pub fn on_outcome(&mut self, outcome: Outcome, random: f64) -> LookupStep {
        let page = outcome.answer().and_then(|answer| match self.question {
            Question::Path => Task::read(&answer).map(|task| TaskPage { tasks: vec![task], entries: 1 }),
            Question::Query | Question::List { .. } => TaskPage::read(&answer),
        });
        match page {
            Ok(page) => self.on_page(page),
            Err(error) => self.on_error(error, random),
        }
    }

    fn on_page(&mut self, page: TaskPage) -> LookupStep {
        let older = page.tasks.iter().filter_map(|task| task.created_at_ms).any(|at| Some(at) < self.not_before_ms);
        let complete = page.entries < PAGE_SIZE || (older && self.not_before_ms.is_some());
        let own = self.external_task_id.as_str();
        let found = page.tasks.into_iter().find(|task| match &task.external_task_id {
            Some(id) => id == own,
            // A task read by its path need not repeat the id that it was asked by.
            None => self.question == Question::Path,
        });
        match (found, self.question) {
            (Some(task), _) => LookupStep::Found(Box::new(task)),
            (None, Question::Path) => self.ask(Question::Query),
            (None, _) if complete => LookupStep::Absent,
            (None, Question::Query) => self.ask(Question::List { page: 2 }),
            (None, Question::List { page }) if page < MAX_PAGES => self.ask(Question::List { page: page + 1 }),
            (None, Question::List { .. }) => self.conclude(),
        }
    }

    fn on_error(&mut self, error: Error, random: f64) -> LookupStep {
        let not_offered = match &error {
            Error::Refused(refusal) => {
                let denied = refusal.kind == RefusalKind::NotFound
                    && refusal.api_code.as_deref() == Some(KLING_NO_SUCH_RESOURCE);
                self.denied_by_path |= denied && self.question == Question::Path;
                matches!(refusal.kind, RefusalKind::NotFound | RefusalKind::InvalidRequest)
            }
            Error::InvalidResponse { status, .. } => !(200..300).contains(status),
            _ => false,
        };
        let may_pass = error.is_retryable() || matches!(error, Error::InvalidResponse { .. });
        let retry_after_ms = match &error {
            Error::Refused(refusal) => refusal.retry_after_ms,
            _ => None,
        };
        self.last = Some(error.clone());
        if not_offered {
            match self.question {
                Question::Path => self.ask(Question::Query),
                Question::Query => self.ask(Question::List { page: 1 }),
                Question::List { .. } => self.conclude(),
            }
        } else if may_pass && self.repetitions + 1 < self.policy.max_attempts {
            self.repetitions += 1;
            LookupStep::Wait { delay_ms: self.policy.delay_ms(self.repetitions, retry_after_ms, random) }
        } else {
            LookupStep::Unsettled(error)
        }
    }

    fn ask(&mut self, question: Question) -> LookupStep {
        self.question = question;
        self.repetitions = 0;
        LookupStep::Ask(question)
    }

    /// Neither query nor list could say; Kling's own word on the path counts.
    fn conclude(&mut self) -> LookupStep {
        if self.denied_by_path {
            return LookupStep::Absent;
        }
        let reason = String::from("the service does not offer looking a task up by an id of your own.");
        LookupStep::Unsettled(self.last.take().unwrap_or(Error::InvalidResponse { status: 200, reason }))
    }
}
