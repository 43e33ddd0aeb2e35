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

/// How many pages of the list are read at the most for a task that was created just now, and for one of any age.
const MAX_PAGES: (u32, u32) = (5, 40);

/// Questions are cheap and a lost task is not, so they are repeated this many times as often as other requests.
const PATIENCE: u32 = 3;

/// How often a question is asked that is answered by what is no answer of the service.
const GARBLED_REPETITIONS: u32 = 3;

/// Kling's own code for "no such resource".
const KLING_NO_SUCH_RESOURCE: &str = "1203";

/// What became of a request.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// An answer came.
    Answered(Box<HttpAnswer>),
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
    pub fn answer(self) -> Result<Box<HttpAnswer>, Error> {
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
    /// The same for another task, which is known to exist: does the service know such ids at all?
    Reference,
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
    /// A listed task that may be the one searched, but does not say its id.
    ambiguous: bool,
    reference: Option<String>,
    /// The HTTP status of the last answer that was no answer to its question.
    status: u16,
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
            ambiguous: false,
            reference: None,
            status: 200,
        }
    }

    /// Tells an id of the caller's own that the service is known to have.
    ///
    /// Where a service answers "no such task" to every such id, its "no" proves nothing; where it finds the reference,
    /// it does.
    pub fn with_reference(mut self, external_task_id: Option<String>) -> Self {
        self.reference = external_task_id;
        self
    }

    /// The id that is searched.
    pub fn external_task_id(&self) -> &str {
        &self.external_task_id
    }

    /// The id that [`Question::Path`] or [`Question::Reference`] asks for.
    pub fn asked_id(&self) -> &str {
        match (&self.question, &self.reference) {
            (Question::Reference, Some(reference)) => reference,
            _ => &self.external_task_id,
        }
    }

    /// The question that stands.
    pub fn question(&self) -> Question {
        self.question
    }

    /// Takes what became of the question and gives the next step. `random` lies in `0.0 .. 1.0`.
    pub fn on_outcome(&mut self, outcome: Outcome, random: f64) -> LookupStep {
        let page = outcome.answer().and_then(|answer| match self.question {
            Question::Path | Question::Reference => {
                Task::read(&answer).map(|task| TaskPage { tasks: vec![task], entries: 1 })
            }
            Question::Query | Question::List { .. } => TaskPage::read(&answer),
        });
        match page {
            Ok(page) => self.on_page(page),
            Err(error) => self.on_error(error, random),
        }
    }

    fn on_page(&mut self, page: TaskPage) -> LookupStep {
        if self.question == Question::Reference {
            return LookupStep::Absent;
        }
        let by_path = self.question == Question::Path;
        let own = self.external_task_id.as_str();
        let found = page.tasks.iter().position(|task| match &task.external_task_id {
            Some(id) => id == own,
            // A task read by its path need not repeat the id that it was asked by; an echo of that id is no task.
            None => by_path && task.task_id != own,
        });
        let complete = !by_path && self.reaches_back(&page);
        let max_pages = if self.not_before_ms.is_some() { MAX_PAGES.0 } else { MAX_PAGES.1 };
        match (found, self.question) {
            (Some(index), _) => match page.tasks.into_iter().nth(index) {
                Some(task) => LookupStep::Found(Box::new(task)),
                None => self.conclude(),
            },
            (None, Question::Path | Question::Reference) => self.ask(Question::Query),
            (None, _) if complete && !self.ambiguous => LookupStep::Absent,
            (None, _) if complete => self.conclude(),
            (None, Question::Query) => self.ask(Question::List { page: 2 }),
            (None, Question::List { page }) if page < max_pages => self.ask(Question::List { page: page + 1 }),
            (None, Question::List { .. }) => self.conclude(),
        }
    }

    /// Whether no later page can hold the task: this one is empty, or sorted and ends before the task can begin.
    ///
    /// That a page is short proves nothing: the service need not obey `pageSize`.
    fn reaches_back(&mut self, page: &TaskPage) -> bool {
        let too_old = |task: &Task| task.created_at_ms.is_some_and(|at| Some(at) < self.not_before_ms);
        // By its time alone none is ruled out: the clock of this machine may be wrong.
        let ambiguous =
            page.tasks.len() < page.entries || page.tasks.iter().any(|task| task.external_task_id.is_none());
        let times = page.tasks.iter().map(|task| task.created_at_ms);
        let complete =
            page.entries == 0 || (times.is_sorted_by(|a, b| a >= b) && page.tasks.last().is_some_and(too_old));
        self.ambiguous |= ambiguous;
        complete
    }

    fn on_error(&mut self, error: Error, random: f64) -> LookupStep {
        let not_offered = match &error {
            Error::Refused(refusal) => {
                self.status = refusal.status;
                let denied = refusal.kind == RefusalKind::NotFound
                    && refusal.api_code.as_deref() == Some(KLING_NO_SUCH_RESOURCE);
                self.denied_by_path |= denied && self.question == Question::Path;
                matches!(refusal.kind, RefusalKind::NotFound | RefusalKind::InvalidRequest)
            }
            Error::InvalidResponse { status, .. } => {
                self.status = *status;
                !(200..300).contains(status)
            }
            _ => false,
        };
        let garbled = matches!(error, Error::InvalidResponse { .. });
        let repetitions = if garbled { GARBLED_REPETITIONS } else { self.policy.max_attempts.saturating_mul(PATIENCE) };
        let retry_after_ms = error.retry_after_ms();
        if !not_offered && (garbled || error.is_retryable()) && self.repetitions + 1 < repetitions {
            self.repetitions += 1;
            return LookupStep::Wait { delay_ms: self.policy.delay_ms(self.repetitions, retry_after_ms, random) };
        }
        if !not_offered && !garbled {
            return LookupStep::Unsettled(error);
        }
        match self.question {
            Question::Path => self.ask(Question::Query),
            Question::Query => self.ask(Question::List { page: 1 }),
            Question::Reference | Question::List { .. } => self.conclude(),
        }
    }

    fn ask(&mut self, question: Question) -> LookupStep {
        self.question = question;
        self.repetitions = 0;
        LookupStep::Ask(question)
    }

    /// Neither query nor list could say; Kling's own word on the path counts where it is known to know such ids.
    fn conclude(&mut self) -> LookupStep {
        if self.denied_by_path && self.reference.is_some() && self.question != Question::Reference {
            return self.ask(Question::Reference);
        }
        // Whoever heard "not found" would take it for a word about the task.
        let reason = String::from("the service offers no search by an id of your own.");
        LookupStep::Unsettled(Error::InvalidResponse { status: self.status, reason })
    }
}
