//! Errands: requests and waits, one after the other, until what is asked for is known.
//!
//! What the engine decides has one form here, so that one loop carries all of it out.

use std::rc::Rc;

use web_sys::Blob;

use super::call::Call;
use super::client::Client;
use super::promise;
use super::storage::Question;
use super::thrown::Thrown;
use super::time::{now_ms, random};
use super::upload::Upload;
use crate::engine::error::Error;
use crate::engine::lookup::Outcome;
use crate::engine::wire::{Speech, Task, Video};

/// What an errand brings.
pub(super) enum Answer {
    Task(Box<Task>),
    Video(Box<Video>),
    Speech(Box<Speech>),
    Blob(Blob),
    /// There is no such thing.
    Nothing,
}

impl Answer {
    /// Gives the task of an errand for one.
    pub(super) fn into_task(self) -> Result<Box<Task>, Thrown> {
        if let Self::Task(task) = self { Ok(task) } else { Err(nothing()) }
    }

    /// Gives the video of an errand for one.
    pub(super) fn into_video(self) -> Result<Video, Thrown> {
        if let Self::Video(video) = self { Ok(*video) } else { Err(nothing()) }
    }

    /// Gives the speech of an errand for it.
    pub(super) fn into_speech(self) -> Result<Speech, Thrown> {
        if let Self::Speech(speech) = self { Ok(*speech) } else { Err(nothing()) }
    }

    /// Gives the file of an errand for one.
    pub(super) fn into_blob(self) -> Result<Blob, Thrown> {
        if let Self::Blob(blob) = self { Ok(blob) } else { Err(nothing()) }
    }
}

fn nothing() -> Thrown {
    Error::InvalidResponse { status: 200, reason: String::from("it is not what was asked for.") }.into()
}

/// What an errand needs next.
pub(super) enum Next {
    /// A request.
    Send(Order),
    /// Time.
    Wait {
        delay_ms: f64,
        /// The code of what failed and may pass, to be shown to the user.
        waiting_for: Option<&'static str>,
        /// Whether that the page is shown again, or back online, is a reason to go on.
        may_wake: bool,
    },
    /// An answer of the caller's storage.
    Store(Question),
    /// It is over.
    Done(Result<Answer, Thrown>),
}

impl Next {
    /// Waits, for no reason that a user has to know.
    pub(super) fn wait(delay_ms: f64, may_wake: bool) -> Self {
        Self::Wait { delay_ms, waiting_for: None, may_wake }
    }
}

/// A request to be sent.
pub(super) struct Order {
    pub(super) url: String,
    pub(super) contents: Contents,
}

/// What a request sends.
pub(super) enum Contents {
    /// It only asks.
    Nothing,
    /// JSON, for speech.
    Json(String),
    /// A create.
    Upload(Rc<Upload>),
    /// It asks for a video, which it gives.
    Video,
}

impl Order {
    /// A request that only asks.
    pub(super) fn ask(url: String) -> Self {
        Self { url, contents: Contents::Nothing }
    }
}

/// Decides what comes next.
pub(super) trait Errand {
    /// At first, and after each wait.
    fn go_on(&mut self, client: &Client) -> Next;

    /// After each request.
    fn on_sent(&mut self, outcome: Outcome, client: &Client) -> Next;

    /// After whatever gives a value of the platform's: the storage, and a video.
    fn on_given(&mut self, _: promise::Outcome, client: &Client) -> Next {
        self.go_on(client)
    }

    /// Adds what is known of the task to a failure. The request that was under way may not have left yet.
    fn completed(&self, thrown: Thrown, client: &Client, has_left: bool) -> Thrown;
}

/// An errand, and the call that it is run for.
pub(super) struct Job {
    pub(super) errand: Box<dyn Errand>,
    pub(super) call: Call,
}

/// The repetitions of a request.
pub(super) struct Repetitions {
    made: u32,
    deadline_ms: Option<f64>,
}

impl Repetitions {
    pub(super) fn until(deadline_ms: Option<f64>) -> Self {
        Self { made: 0, deadline_ms }
    }

    /// Another request has its own.
    pub(super) fn begin_anew(&mut self) {
        self.made = 0;
    }

    /// Sends the request again after a while, unless the failure does not pass, or there are no attempts left, or no time
    /// for one.
    pub(super) fn after(&mut self, error: Error, may_pass: bool, client: &Client) -> Next {
        let retry = &client.shared.config.retry;
        self.made += 1;
        let delay_ms = retry.delay_ms(self.made, error.retry_after_ms(), random());
        let too_late = self.deadline_ms.is_some_and(|deadline_ms| now_ms() + delay_ms >= deadline_ms);
        if may_pass && self.made < retry.max_attempts && !too_late {
            return Next::wait(delay_ms, false);
        }
        Next::Done(Err(error.into()))
    }
}
