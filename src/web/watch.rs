//! Waiting for one task: carries out what [`Polling`] decides.

use std::rc::Rc;

use super::call::{Call, CallOptions};
use super::client::{Client, Kind, checked_id};
use super::errand::{Answer, Errand, Job, Next, Order};
use super::progress::{Phase, Progress};
use super::thrown::Thrown;
use super::time::{now_ms, random, wall_ms};
use crate::engine::error::Error;
use crate::engine::input::Given;
use crate::engine::lookup::Outcome;
use crate::engine::poll::{PollStep, Polling};
use crate::engine::problem::Field;
use crate::engine::wire::{Task, TaskStatus, Video};

/// How many reads are made as from the service itself after one that failed.
const PLAIN_READS: u8 = 3;

impl Client {
    /// Waits until a task has its video.
    ///
    /// # Errors
    /// `task_failed`, `timeout`, and whatever the service refuses a read for; each with the task's id.
    pub async fn wait_for_task(&self, task_id: &str, options: CallOptions) -> Result<Video, Thrown> {
        self.clone().run(self.wait(&Given::Text(task_id.to_owned()), options)).await?.into_video()
    }

    pub(super) fn wait(&self, task_id: &Given, options: CallOptions) -> Result<Job, Thrown> {
        let (mut watch, call) = self.watch(task_id, options)?;
        watch.only_end = true;
        Ok(Job { errand: Box::new(watch), call })
    }

    /// Gives the task at each change of its status.
    ///
    /// # Errors
    /// `invalid_input` for an id that cannot be one.
    pub fn watch_task(&self, task_id: &str, options: CallOptions) -> Result<Watcher, Thrown> {
        let job = self.steps(&Given::Text(task_id.to_owned()), options)?;
        Ok(Watcher { client: self.clone(), job: Some(job) })
    }

    /// What the steps of a watch are carried out with, one by one, until one of them brings nothing.
    pub(super) fn steps(&self, task_id: &Given, options: CallOptions) -> Result<Job, Thrown> {
        let (watch, call) = self.watch(task_id, options)?;
        Ok(Job { errand: Box::new(watch), call })
    }

    fn watch(&self, task_id: &Given, options: CallOptions) -> Result<(Watch, Call), Thrown> {
        let task_id = checked_id(Field::TaskId, task_id)?.to_owned();
        let call = self.begin(options);
        call.enter(Phase::Submitted, None);
        Ok((Watch::new(self, &call.progress, task_id, None, Kind::default()), call))
    }
}

/// A task that is being waited for.
pub struct Watcher {
    client: Client,
    /// Until it has failed.
    job: Option<Job>,
}

impl Watcher {
    /// Gives the task at its next change of status, and nothing after it has ended.
    ///
    /// # Errors
    /// `timeout`, `aborted`, and whatever the service refuses a read for; each with the task's id.
    pub async fn next(&mut self) -> Result<Option<Box<Task>>, Thrown> {
        let Some(mut job) = self.job.take() else { return Ok(None) };
        match self.client.carry_out(&mut *job.errand, &job.call).await? {
            Answer::Nothing => Ok(None),
            answer => {
                self.job = Some(job);
                answer.into_task().map(Some)
            }
        }
    }
}

/// The reads of a task until its next change of status, or until it has ended.
pub(super) struct Watch {
    task_id: String,
    kind: Kind,
    polling: Polling,
    progress: Rc<Progress>,
    /// What a create answered, to be told first.
    created: Option<Box<Task>>,
    /// Whether the errand goes on until the task has its video.
    only_end: bool,
    told: Option<TaskStatus>,
    wait_ms: f64,
    has_waited: bool,
    /// When the last read began.
    began_at_ms: f64,
    /// How many of the next reads are not held by a gateway.
    plain_reads: u8,
    ended: bool,
}

impl Watch {
    fn new(client: &Client, progress: &Rc<Progress>, task_id: String, created: Option<Box<Task>>, kind: Kind) -> Self {
        let config = &client.shared.config;
        let median_ms = client.shared.experience.borrow().median_ms(kind.pro, kind.voice_seconds);
        let just_created = created.as_ref().is_some_and(|task| task.status == TaskStatus::Submitted);
        Self {
            task_id,
            kind,
            polling: Polling::new(config.poll.clone(), config.retry.clone(), median_ms, now_ms(), just_created),
            progress: Rc::clone(progress),
            created,
            only_end: false,
            told: None,
            wait_ms: 0.0,
            has_waited: false,
            began_at_ms: 0.0,
            plain_reads: 0,
            ended: false,
        }
    }

    /// Of a task that was just created, or `exists` for certain, until it has its video.
    pub(super) fn to_the_end(
        client: &Client,
        progress: &Rc<Progress>,
        task_id: String,
        created: Option<Box<Task>>,
        kind: Kind,
        exists: bool,
    ) -> Self {
        let mut watch = Self::new(client, progress, task_id, created, kind);
        watch.only_end = true;
        if exists {
            watch.polling = watch.polling.of_existing();
        }
        watch
    }
}

impl Errand for Watch {
    fn go_on(&mut self, client: &Client) -> Next {
        if self.ended {
            return Next::Done(Ok(Answer::Nothing));
        }
        if let Some(task) = self.created.take() {
            self.began_at_ms = now_ms();
            return self.on_read(Ok(task), client);
        }
        self.has_waited = !self.has_waited;
        if self.has_waited {
            return Next::wait(self.wait_ms, true);
        }
        self.began_at_ms = now_ms();
        let known = self.told.filter(|_| self.plain_reads == 0);
        Next::Send(Order::ask(client.watch_url(&self.task_id, known.map(TaskStatus::name))))
    }

    fn on_sent(&mut self, outcome: Outcome, client: &Client) -> Next {
        self.on_read(client.task_in(outcome), client)
    }

    fn completed(&self, thrown: Thrown, _: &Client, _: bool) -> Thrown {
        thrown.with_ids(Some(&self.task_id), None)
    }
}

impl Watch {
    fn on_read(&mut self, read: Result<Box<Task>, Error>, client: &Client) -> Next {
        let was_failing = self.plain_reads == PLAIN_READS;
        // Something on the way may not bear reads that are held.
        self.plain_reads = if read.is_err() { PLAIN_READS } else { self.plain_reads.saturating_sub(1) };
        let task = match read {
            Ok(task) => task,
            Err(error) => match self.polling.on_error(&error, random()) {
                Some(delay_ms) => {
                    self.has_waited = true;
                    return Next::Wait { delay_ms, waiting_for: Some(error.code()), may_wake: true };
                }
                None => return Next::Done(Err(error.into())),
            },
        };
        let changed = self.told != Some(task.status);
        match self.polling.on_task(&task, now_ms(), wall_ms()) {
            PollStep::ReadAfter(wait_ms) => {
                self.wait_ms = client.wait_after(wait_ms, now_ms() - self.began_at_ms, changed);
            }
            PollStep::Ended => self.end(&task, client),
            PollStep::Fail(failure) => return Next::Done(Err(failure.into())),
        }
        // A success is told once its video is there.
        let is_news = changed && (self.ended || task.status != TaskStatus::Succeed);
        if is_news || (was_failing && !changed) {
            let submitted = task.status == TaskStatus::Submitted;
            self.progress.enter(if submitted { Phase::Submitted } else { Phase::Processing }, Some(&task));
        }
        if is_news {
            self.told = Some(task.status);
            if !self.only_end {
                return Next::Done(Ok(Answer::Task(task)));
            }
            if self.ended {
                return Next::Done(video_of(task));
            }
        }
        self.go_on(client)
    }

    fn end(&mut self, task: &Task, client: &Client) {
        self.ended = true;
        if task.status == TaskStatus::Succeed {
            let took_ms = match (task.created_at_ms, task.updated_at_ms) {
                (Some(created), Some(updated)) if updated > created => updated - created,
                _ => self.polling.age_ms(now_ms()),
            };
            client.shared.experience.borrow_mut().learn(took_ms, self.kind.pro, self.kind.voice_seconds);
        }
    }
}

/// The video of a task that has ended.
fn video_of(mut task: Box<Task>) -> Result<Answer, Thrown> {
    match task.status {
        TaskStatus::Succeed if !task.videos.is_empty() => Ok(Answer::Video(Box::new(task.videos.swap_remove(0)))),
        _ => Err(Error::TaskFailed { task }.into()),
    }
}
