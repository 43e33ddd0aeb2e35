//! Reading one task, and finding one by the caller's own id.

use super::call::CallOptions;
use super::client::{Client, checked_id};
use super::errand::{Answer, Errand, Job, Next, Order, Repetitions};
use super::thrown::Thrown;
use super::time::random;
use crate::engine::error::RefusalKind;
use crate::engine::input::Given;
use crate::engine::lookup::{Lookup, LookupStep, Outcome};
use crate::engine::problem::Field;
use crate::engine::wire::Task;

impl Client {
    /// Reads a task.
    ///
    /// # Errors
    /// `not_found` for an unknown id, and whatever the service refuses a read for.
    pub async fn get_task(&self, task_id: &str, options: CallOptions) -> Result<Box<Task>, Thrown> {
        self.clone().run(self.get(&Given::Text(task_id.to_owned()), options)).await?.into_task()
    }

    pub(super) fn get(&self, task_id: &Given, options: CallOptions) -> Result<Job, Thrown> {
        let task_id = checked_id(Field::TaskId, task_id)?;
        let call = self.begin(options);
        Ok(Job { errand: Box::new(ReadTask::of(self, task_id.to_owned(), call.deadline_ms())), call })
    }

    /// Finds a task by the caller's own id.
    ///
    /// # Errors
    /// Whatever keeps the client from knowing whether there is such a task.
    pub async fn find_task(&self, external_task_id: &str, options: CallOptions) -> Result<Option<Box<Task>>, Thrown> {
        match self.clone().run(self.find(&Given::Text(external_task_id.to_owned()), options)).await? {
            Answer::Nothing => Ok(None),
            answer => answer.into_task().map(Some),
        }
    }

    pub(super) fn find(&self, external_task_id: &Given, options: CallOptions) -> Result<Job, Thrown> {
        let id = checked_id(Field::ExternalTaskId, external_task_id)?;
        let call = self.begin(options);
        let errand: Box<dyn Errand> = if self.is_for_gateway() {
            Box::new(ReadTask {
                url: self.find_url(id),
                repetitions: Repetitions::until(call.deadline_ms()),
                task_id: None,
                external_task_id: Some(id.to_owned()),
            })
        } else {
            let reference = self.shared.known_id.borrow().clone();
            Box::new(Search(Lookup::new(id, None, self.shared.config.retry.clone()).with_reference(reference)))
        };
        Ok(Job { errand, call })
    }
}

/// Reads a task, again and again while the failure may pass.
pub(super) struct ReadTask {
    url: String,
    repetitions: Repetitions,
    task_id: Option<String>,
    /// The caller's own id. Where nothing else is known of the task, there may be none.
    external_task_id: Option<String>,
}

impl ReadTask {
    pub(super) fn of(client: &Client, task_id: String, deadline_ms: Option<f64>) -> Self {
        Self {
            url: client.task_url(&task_id),
            repetitions: Repetitions::until(deadline_ms),
            task_id: Some(task_id),
            external_task_id: None,
        }
    }
}

impl Errand for ReadTask {
    fn go_on(&mut self, _: &Client) -> Next {
        Next::Send(Order::ask(self.url.clone()))
    }

    fn on_sent(&mut self, outcome: Outcome, client: &Client) -> Next {
        match client.task_in(outcome) {
            Ok(task) => Next::Done(Ok(Answer::Task(task))),
            // A gateway's own "not found" is certain; that of something else on the way is no answer of a gateway.
            Err(error) if self.task_id.is_none() && error.refusal_kind() == Some(RefusalKind::NotFound) => {
                Next::Done(Ok(Answer::Nothing))
            }
            Err(error) => {
                let may_pass = error.is_retryable();
                self.repetitions.after(error, may_pass, client)
            }
        }
    }

    fn completed(&self, thrown: Thrown, _: &Client, _: bool) -> Thrown {
        thrown.with_ids(self.task_id.as_deref(), self.external_task_id.as_deref())
    }
}

/// A search for a task by the caller's own id.
struct Search(Lookup);

impl Search {
    fn next(&self, step: LookupStep, client: &Client) -> Next {
        match step {
            LookupStep::Ask(question) => Next::Send(client.question(self.0.asked_id(), question)),
            LookupStep::Wait { delay_ms } => Next::wait(delay_ms, true),
            LookupStep::Found(task) => Next::Done(Ok(Answer::Task(task))),
            LookupStep::Absent => Next::Done(Ok(Answer::Nothing)),
            LookupStep::Unsettled(error) => Next::Done(Err(error.into())),
        }
    }
}

impl Errand for Search {
    fn go_on(&mut self, client: &Client) -> Next {
        self.next(LookupStep::Ask(self.0.question()), client)
    }

    fn on_sent(&mut self, outcome: Outcome, client: &Client) -> Next {
        let step = self.0.on_outcome(outcome, random());
        self.next(step, client)
    }

    fn completed(&self, thrown: Thrown, _: &Client, _: bool) -> Thrown {
        thrown.with_ids(None, Some(self.0.external_task_id()))
    }
}
