//! Waiting for one task: carries out what [`Polling`] decides.

use super::call::Call;
use super::client::{Client, Kind};
use super::progress::Phase;
use super::thrown::Thrown;
use super::time::{now_ms, random, wall_ms};
use super::wake;
use crate::engine::poll::{PollStep, Polling};
use crate::engine::wire::{Task, TaskStatus};

/// How many reads are made as from the service itself after one that failed.
const PLAIN_READS: u8 = 3;

/// A task that is being waited for.
pub struct Watcher {
    client: Client,
    call: Call,
    task_id: String,
    kind: Kind,
    polling: Polling,
    /// What a create answered, to be told first.
    created: Option<Box<Task>>,
    told: Option<TaskStatus>,
    wait_ms: f64,
    /// How many of the next reads are not held by a gateway.
    plain_reads: u8,
    ended: bool,
}

impl Watcher {
    pub(super) fn new(client: Client, call: Call, task_id: String, created: Option<Box<Task>>, kind: Kind) -> Self {
        let config = &client.shared.config;
        let median_ms = client.shared.experience.borrow().median_ms(kind.pro, kind.voice_seconds);
        let just_created = created.as_ref().is_some_and(|task| task.status == TaskStatus::Submitted);
        let polling = Polling::new(config.poll.clone(), config.retry.clone(), median_ms, now_ms(), just_created);
        Self { client, call, task_id, kind, polling, created, told: None, wait_ms: 0.0, plain_reads: 0, ended: false }
    }

    /// Says that the task is known to exist.
    pub(super) fn of_existing(mut self) -> Self {
        self.polling = self.polling.of_existing();
        self
    }

    /// Gives the task at its next change of status, and nothing after it has ended.
    ///
    /// # Errors
    /// `timeout`, `aborted`, and whatever the service refuses a read for; each with the task's id.
    pub async fn next(&mut self) -> Result<Option<Box<Task>>, Thrown> {
        while !self.ended {
            let next = self.read().await.map_err(|thrown| {
                let external_task_id = self.created.as_ref().and_then(|task| task.external_task_id.as_deref());
                thrown.with_task_id(&self.task_id).with_external_task_id(external_task_id)
            });
            match next {
                Ok(Some(task)) if self.told != Some(task.status) => {
                    self.told = Some(task.status);
                    let submitted = task.status == TaskStatus::Submitted;
                    self.call.enter(if submitted { Phase::Submitted } else { Phase::Processing }, Some(&task));
                    return Ok(Some(task));
                }
                Ok(_) => {}
                Err(thrown) => {
                    self.ended = true;
                    return Err(thrown);
                }
            }
        }
        Ok(None)
    }

    /// Waits its time and reads the task once. Gives nothing where the read failed in a way that may pass.
    async fn read(&mut self) -> Result<Option<Box<Task>>, Thrown> {
        let mut began_at_ms = now_ms();
        let read = match self.created.take_if(|_| self.told.is_none()) {
            Some(task) => Ok(task),
            None => {
                self.call.run(wake::wait(self.wait_ms)).await?;
                began_at_ms = now_ms();
                let known = self.told.filter(|_| self.plain_reads == 0);
                let url = self.client.watch_url(&self.task_id, known.map(TaskStatus::name));
                let client = &self.client;
                client.read_once(&url, &self.call, &|answer| client.task_of(answer)).await?
            }
        };
        // Something on the way may not bear reads that are held.
        self.plain_reads = if read.is_err() { PLAIN_READS } else { self.plain_reads.saturating_sub(1) };
        let task = match read {
            Ok(task) => task,
            Err(thrown) => {
                self.wait_ms = self.polling.on_error(thrown.error(), random()).ok_or(thrown)?;
                return Ok(None);
            }
        };
        match self.polling.on_task(&task, now_ms(), wall_ms()) {
            PollStep::ReadAfter(wait_ms) => {
                let changed = self.told != Some(task.status);
                self.wait_ms = self.client.wait_after(wait_ms, now_ms() - began_at_ms, changed);
            }
            PollStep::Ended => self.end(&task),
            PollStep::Fail(failure) => return Err(failure.into()),
        }
        // A success is told once its video is there.
        Ok(Some(task).filter(|task| self.ended || task.status != TaskStatus::Succeed))
    }

    fn end(&mut self, task: &Task) {
        self.ended = true;
        if task.status == TaskStatus::Succeed {
            let took_ms = match (task.created_at_ms, task.updated_at_ms) {
                (Some(created), Some(updated)) if updated > created => updated - created,
                _ => self.polling.age_ms(now_ms()),
            };
            self.client.shared.experience.borrow_mut().learn(took_ms, self.kind.pro, self.kind.voice_seconds);
        }
    }
}
