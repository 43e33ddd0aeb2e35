//! Synthesizing speech.

use js_sys::JsString;

use super::call::{Call, CallOptions};
use super::client::{Client, SPEECH_PATH, read_answer};
use super::gateway_client::speech_json;
use super::input::SpeechInput;
use super::thrown::Thrown;
use super::time::Timer;
use crate::engine::error::{Error, RefusalKind};
use crate::engine::lookup::Outcome;
use crate::engine::wire::{Speech, Task, TaskStatus};

/// How long the answer may take, in milliseconds: the service speaks before it answers.
const SPEECH_TIMEOUT_MS: f64 = 120_000.0;

impl Client {
    /// Speaks a text, for the `audio_id` of a create.
    ///
    /// # Errors
    /// `invalid_input`, `invalid_request` for a voice that does not speak the language, and the like.
    pub async fn synthesize_speech(&self, input: SpeechInput, options: CallOptions) -> Result<Speech, Thrown> {
        let problems = input.problems(&self.shared.config.limits);
        if !problems.is_empty() {
            return Err(Error::InvalidInput { problems }.into());
        }
        let call = self.begin(options);
        let mut speech = self.order_speech(&input, &call).await?;
        while speech.audio_id.is_none() {
            let Some(task_id) = speech.task_id.clone().filter(|_| !speech.status.is_final()) else {
                return Err(without_sound(speech));
            };
            let wait = Timer::new(self.shared.config.poll.min_interval_ms);
            call.run(wait).await.map_err(|thrown| thrown.with_task_id(&task_id))?;
            let url = self.url(SPEECH_PATH, &[&task_id]);
            let read = self.read_patiently(&url, &call, &|answer| self.speech_of(answer)).await;
            speech = read.map_err(|thrown| thrown.with_task_id(&task_id))?;
        }
        Ok(speech)
    }

    /// Sends the order. Speech has no id of the caller's own by which a lost order could be found again, so only what
    /// was certainly not taken is sent again.
    async fn order_speech(&self, input: &SpeechInput, call: &Call) -> Result<Speech, Thrown> {
        let json = if self.is_for_gateway() { speech_json(&input.fields) } else { input.fields.body() };
        let (body, url) = (JsString::from(json), self.url(SPEECH_PATH, &[]));
        let mut attempt = 1;
        loop {
            let sent = self.exchange("POST", &url, Some(body.clone().into()), SPEECH_TIMEOUT_MS, call).await?;
            let not_sent = matches!(sent.outcome, Outcome::NotSent { .. });
            let thrown = match read_answer(sent, &|answer| self.speech_of(answer)) {
                Ok(speech) => return Ok(speech),
                Err(thrown) => thrown,
            };
            let not_taken = match thrown.error().refusal_kind() {
                Some(kind) => matches!(kind, RefusalKind::RateLimited | RefusalKind::ConcurrencyLimit),
                None => not_sent,
            };
            if !not_taken {
                return Err(thrown);
            }
            self.pause(thrown, attempt, call).await?;
            attempt += 1;
        }
    }
}

fn without_sound(speech: Speech) -> Thrown {
    match speech.task_id {
        Some(task_id) if speech.status == TaskStatus::Failed => {
            let task = Task {
                task_id,
                status: speech.status,
                status_message: speech.status_message,
                external_task_id: None,
                created_at_ms: None,
                updated_at_ms: None,
                request_id: None,
                videos: Vec::new(),
            };
            Error::TaskFailed { task: Box::new(task) }.into()
        }
        _ => Error::InvalidResponse { status: 200, reason: String::from("it has no sound.") }.into(),
    }
}
