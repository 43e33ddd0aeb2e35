//! Making a task or its video, of a body that is ready: from the storage to the end.

use std::mem::replace;
use std::rc::Rc;

use js_sys::TypeError;
use wasm_bindgen::JsValue;

use super::call::Call;
use super::client::{Client, Kind, configuration};
use super::errand::{Answer, Errand, Next};
use super::js::is_nothing;
use super::progress::Progress;
use super::promise;
use super::read::ReadTask;
use super::storage::Saved;
use super::submission::Submission;
use super::thrown::Thrown;
use super::turn::Place;
use super::upload::Upload;
use super::watch::Watch;
use crate::engine::lookup::Outcome;
use crate::engine::wire::Task;

/// What a create is for.
pub(super) struct Purpose {
    /// The video, not the task alone.
    pub(super) waits: bool,
    pub(super) kind: Kind,
    /// Whether the same call, repeated, would find the task. The service may take the same id twice, a gateway does not.
    pub(super) is_found_again: bool,
}

/// One create.
pub(super) struct Making {
    stage: Stage,
    external_task_id: String,
    task_id: Option<String>,
    /// What is kept of it.
    saved: Option<Saved>,
    purpose: Purpose,
    progress: Rc<Progress>,
    deadline_ms: Option<f64>,
    /// Held until the task has ended.
    _place: Option<Place>,
}

enum Stage {
    /// The storage is asked for what was kept before a reload.
    Opening(Upload),
    /// The storage is given what is new.
    Keeping(Upload),
    /// The create is sent and settled.
    Submitting(Submission),
    /// The storage is given the task's id.
    Noting(Box<Task>),
    /// The task is read, or waited for.
    Following(Box<dyn Errand>),
    /// The storage forgets it.
    Forgetting(Result<Answer, Thrown>),
    /// Nothing is left to do.
    Over,
}

impl Making {
    #[inline(never)]
    pub(super) fn new(
        client: &Client,
        call: &Call,
        external_task_id: String,
        upload: Upload,
        saved: Option<Saved>,
        purpose: Purpose,
        place: Option<Place>,
    ) -> Self {
        let (progress, deadline_ms) = (Rc::clone(&call.progress), call.deadline_ms());
        let stage = match &saved {
            Some(_) => Stage::Opening(upload),
            None => Stage::Submitting(Submission::new(client, &external_task_id, upload, None, deadline_ms)),
        };
        Self { stage, external_task_id, task_id: None, saved, purpose, progress, deadline_ms, _place: place }
    }

    fn submit(&mut self, client: &Client, upload: Upload, began_at_ms: Option<f64>) -> Next {
        let submission = Submission::new(client, &self.external_task_id, upload, began_at_ms, self.deadline_ms);
        self.stage = Stage::Submitting(submission);
        self.go_on(client)
    }

    /// Goes on with what was kept before a reload.
    fn resume(&mut self, client: &Client, mut upload: Upload, began_at_ms: f64) -> Next {
        if let Some(saved) = &self.saved {
            self.external_task_id.clone_from(&saved.record.external_task_id);
            self.task_id.clone_from(&saved.record.task_id);
        }
        if self.task_id.is_some() {
            return self.follow(client, None);
        }
        upload.rename(&self.external_task_id);
        self.submit(client, upload, Some(began_at_ms))
    }

    /// The task exists.
    fn follow(&mut self, client: &Client, created: Option<Box<Task>>) -> Next {
        let task_id = self.task_id.clone().unwrap_or_default();
        let errand: Box<dyn Errand> = match created {
            Some(task) if !self.purpose.waits => return self.end(Ok(Answer::Task(task))),
            created if self.purpose.waits => {
                let exists = self.saved.is_some();
                Box::new(Watch::to_the_end(client, &self.progress, task_id, created, self.purpose.kind, exists))
            }
            _ => Box::new(ReadTask::of(client, task_id, self.deadline_ms)),
        };
        self.stage = Stage::Following(errand);
        self.go_on(client)
    }

    /// Looks whether a step of a stage ends it.
    fn after(&mut self, next: Next, client: &Client) -> Next {
        let Next::Done(result) = next else { return next };
        match (result, &self.stage) {
            (Ok(Answer::Task(mut task)), Stage::Submitting(_)) => {
                let own_id = task.external_task_id.get_or_insert_with(|| self.external_task_id.clone());
                *client.shared.known_id.borrow_mut() = Some(own_id.clone());
                self.task_id = Some(task.task_id.clone());
                let Some(saved) = &mut self.saved else { return self.follow(client, Some(task)) };
                let next = saved.note(&task.task_id);
                self.stage = Stage::Noting(task);
                next
            }
            (Err(thrown), Stage::Submitting(submission))
                if submission.was_absent() || !submission.has_certainly_created_nothing(true) =>
            {
                Next::Done(Err(thrown))
            }
            (Err(thrown), Stage::Following(_)) if !thrown.error().ends_task(client.is_for_gateway()) => {
                Next::Done(Err(thrown))
            }
            (result, _) => self.end(result),
        }
    }

    /// Whoever has the task or its video does not need what is kept, nor does who knows that there is none.
    fn end(&mut self, result: Result<Answer, Thrown>) -> Next {
        let Some(saved) = &mut self.saved else { return Next::Done(result) };
        let next = match (&result, &self.stage) {
            // It may be known by the caller's own id still: its token was of a secret that is gone, or it is not readable yet.
            (Err(thrown), Stage::Following(_)) if thrown.error().refusal_kind().is_some() => saved.unname(),
            _ => saved.forget(),
        };
        self.stage = Stage::Forgetting(result);
        next
    }
}

impl Errand for Making {
    fn go_on(&mut self, client: &Client) -> Next {
        let next = match &mut self.stage {
            Stage::Submitting(submission) => submission.go_on(client),
            Stage::Following(errand) => errand.go_on(client),
            _ => self.saved.as_ref().map_or_else(nothing, Saved::open),
        };
        self.after(next, client)
    }

    fn on_sent(&mut self, outcome: Outcome, client: &Client) -> Next {
        let next = match &mut self.stage {
            Stage::Submitting(submission) => submission.on_sent(outcome, client),
            Stage::Following(errand) => errand.on_sent(outcome, client),
            _ => nothing(),
        };
        self.after(next, client)
    }

    fn on_given(&mut self, stored: promise::Outcome, client: &Client) -> Next {
        match (replace(&mut self.stage, Stage::Over), &mut self.saved, stored) {
            (Stage::Opening(_) | Stage::Keeping(_), _, Err(cause)) => Next::Done(Err(storage_failed(cause))),
            // What is no longer the text that was kept may be a task that is paid for.
            (Stage::Opening(_), _, Ok(stored)) if !stored.is_string() && !is_nothing(&stored) => Next::Done(Err(
                storage_failed(TypeError::new("what it gives is not the text that it was given").into()),
            )),
            (Stage::Opening(upload), Some(saved), Ok(stored)) => {
                match stored.as_string().and_then(|text| saved.read(&text)) {
                    Some(began_at_ms) => self.resume(client, upload, began_at_ms),
                    None => {
                        self.stage = Stage::Keeping(upload);
                        saved.write()
                    }
                }
            }
            (Stage::Keeping(upload), ..) => self.submit(client, upload, None),
            // A storage that fails now costs the resuming, not the task.
            (Stage::Noting(task), ..) => self.follow(client, Some(task)),
            (Stage::Forgetting(result), ..) => Next::Done(result),
            _ => nothing(),
        }
    }

    fn completed(&self, thrown: Thrown, client: &Client, has_left: bool) -> Thrown {
        let nothing_sent = match &self.stage {
            Stage::Submitting(submission) => submission.has_certainly_created_nothing(has_left),
            Stage::Opening(_) | Stage::Keeping(_) | Stage::Over => true,
            _ => self.task_id.is_none(),
        };
        let is_forgotten = match &self.stage {
            Stage::Submitting(submission) => nothing_sent && !submission.was_absent(),
            Stage::Keeping(_) => true,
            _ => false,
        };
        if let (true, Some(saved)) = (is_forgotten, &self.saved) {
            client.forget(saved);
        }
        let thrown = thrown.with_ids(self.task_id.as_deref(), Some(&self.external_task_id));
        thrown.may_pay_again(!nothing_sent && !self.purpose.is_found_again)
    }
}

/// For stages that do not come to this.
fn nothing() -> Next {
    Next::Done(Ok(Answer::Nothing))
}

/// Nothing was sent yet, and a create that cannot be kept is not begun.
fn storage_failed(cause: JsValue) -> Thrown {
    configuration("The storage failed, so nothing was sent.").because(cause)
}
