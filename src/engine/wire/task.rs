//! Tasks, videos and speech as the service describes them.

use super::answer::{Body, HttpAnswer};
use crate::engine::error::Error;
use crate::engine::json::Json;

/// The latest time that JavaScript knows, in Unix milliseconds.
const LATEST_MS: f64 = 8.64e15;

/// Where a task stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskStatus {
    /// Taken, not begun.
    Submitted,
    /// Being made. A status that is not known counts as this.
    Processing,
    /// Done.
    Succeed,
    /// Given up by the service.
    Failed,
}

impl TaskStatus {
    /// The service's own word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Submitted => "submitted",
            Self::Processing => "processing",
            Self::Succeed => "succeed",
            Self::Failed => "failed",
        }
    }

    /// Whether nothing will change any more.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Succeed | Self::Failed)
    }

    /// Reads the service's word, and those of gateways that wrap it.
    fn read(word: &str) -> Self {
        match word.to_ascii_lowercase().as_str() {
            "submitted" | "queued" | "pending" | "not_start" | "created" => Self::Submitted,
            "succeed" | "succeeded" | "success" | "completed" => Self::Succeed,
            "failed" | "failure" | "fail" | "error" | "cancelled" | "canceled" | "expired" => Self::Failed,
            _ => Self::Processing,
        }
    }
}

/// A finished video.
#[derive(Debug, Clone, PartialEq)]
pub struct Video {
    /// The service's id of it.
    pub id: String,
    /// Where it is, for 30 days.
    pub url: String,
    /// How long it lasts, in seconds; 0 where the service does not say.
    pub duration_seconds: f64,
    /// The copy with a watermark.
    pub watermark_url: Option<String>,
}

/// A task at the service.
#[derive(Debug, Clone, PartialEq)]
pub struct Task {
    /// The service's id.
    pub task_id: String,
    /// Where it stands.
    pub status: TaskStatus,
    /// Why it failed.
    pub status_message: Option<String>,
    /// The caller's own id.
    pub external_task_id: Option<String>,
    /// When it was created, in Unix milliseconds.
    pub created_at_ms: Option<f64>,
    /// When it last changed, in Unix milliseconds.
    pub updated_at_ms: Option<f64>,
    /// The service's id of the request that told this.
    pub request_id: Option<String>,
    /// Its videos; empty until it has succeeded.
    pub videos: Vec<Video>,
}

impl Task {
    /// Reads the task that an answer describes.
    ///
    /// # Errors
    /// `Refused` for the service's "no", `InvalidResponse` where the answer describes no task.
    pub fn read(answer: &HttpAnswer) -> Result<Self, Error> {
        let body = answer.read()?;
        Self::in_body(&body).ok_or_else(|| answer.invalid("it names no task."))
    }

    fn in_body(body: &Body<'_>) -> Option<Self> {
        let status = body.text("task_status").or_else(|| body.text("status"));
        let info = body.value("task_info");
        let own_id = info.and_then(|info| info.owned_text("external_task_id"));
        let result = body.value("task_result");
        let videos = result.and_then(|result| result.get("videos")?.list());
        Some(Self {
            task_id: body.text("task_id")?,
            status: status.map_or(TaskStatus::Submitted, |word| TaskStatus::read(&word)),
            status_message: body.text("task_status_msg").or_else(|| body.text("fail_reason")),
            external_task_id: own_id.or_else(|| body.text("external_task_id")),
            created_at_ms: time(body, "created_at"),
            updated_at_ms: time(body, "updated_at"),
            request_id: body.text("request_id"),
            videos: videos.unwrap_or_default().iter().filter_map(video).collect(),
        })
    }
}

fn video(value: &Json) -> Option<Video> {
    Some(Video {
        id: value.owned_text("id").unwrap_or_default(),
        url: value.owned_text("url")?,
        duration_seconds: value.get("duration").and_then(Json::number).unwrap_or_default(),
        watermark_url: value.owned_text("watermark_url"),
    })
}

/// Gives a time that a `Date` can hold.
fn time(body: &Body<'_>, name: &str) -> Option<f64> {
    body.value(name)?.number().filter(|ms| *ms <= LATEST_MS)
}

/// A page of the account's tasks, the newest first.
#[derive(Debug, Clone, PartialEq)]
pub struct TaskPage {
    /// The tasks that could be read.
    pub tasks: Vec<Task>,
    /// How many entries the page had.
    pub entries: usize,
}

impl TaskPage {
    /// Reads a page of tasks. An answer that is one task is a page of one.
    ///
    /// # Errors
    /// `Refused` for the service's "no", `InvalidResponse` where the answer is no list.
    pub fn read(answer: &HttpAnswer) -> Result<Self, Error> {
        let body = answer.read()?;
        if let Some(list) = body.list() {
            let tasks = list.iter().filter_map(|entry| Task::in_body(&Body::of(entry))).collect();
            return Ok(Self { tasks, entries: list.len() });
        }
        match Task::in_body(&body) {
            Some(task) => Ok(Self { tasks: vec![task], entries: 1 }),
            None => Err(answer.invalid("it lists no tasks.")),
        }
    }
}

/// Synthesized speech, or the task that makes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Speech {
    /// The task, where the answer names one.
    pub task_id: Option<String>,
    /// Where it stands.
    pub status: TaskStatus,
    /// Why it failed.
    pub status_message: Option<String>,
    /// The id for `audio_id`; absent until it is made.
    pub audio_id: Option<String>,
    /// Where the sound can be heard.
    pub url: Option<String>,
    /// How long it lasts, in seconds.
    pub duration_seconds: Option<f64>,
}

impl Speech {
    /// Reads the speech that an answer describes.
    ///
    /// # Errors
    /// `Refused` for the service's "no", `InvalidResponse` where the answer describes neither speech nor a task.
    pub fn read(answer: &HttpAnswer) -> Result<Self, Error> {
        let body = answer.read()?;
        let audio = body.value("task_result").and_then(|result| result.get("audios")?.list()?.first());
        let audio_id = audio.and_then(|audio| audio.owned_text("id"));
        let task_id = body.text("task_id");
        if audio_id.is_none() && task_id.is_none() {
            return Err(answer.invalid("it names neither speech nor a task."));
        }
        let status = body.text("task_status").map(|word| TaskStatus::read(&word));
        Ok(Self {
            status: status.unwrap_or(if audio_id.is_some() { TaskStatus::Succeed } else { TaskStatus::Submitted }),
            status_message: body.text("task_status_msg"),
            url: audio.and_then(|audio| audio.owned_text("url")),
            duration_seconds: audio.and_then(|audio| audio.get("duration")?.number()),
            task_id,
            audio_id,
        })
    }
}
