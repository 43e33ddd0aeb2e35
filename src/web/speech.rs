//! Synthesizing speech.

use super::call::CallOptions;
use super::client::{Client, SPEECH_PATH};
use super::errand::{Answer, Contents, Errand, Job, Next, Order, Repetitions};
use super::gateway_client::speech_json;
use super::input::SpeechInput;
use super::thrown::Thrown;
use crate::engine::error::{Error, RefusalKind};
use crate::engine::lookup::Outcome;
use crate::engine::wire::{Speech, Task, TaskStatus};

impl Client {
    /// Speaks a text, for the `audio_id` of a create.
    ///
    /// # Errors
    /// `invalid_input`, `invalid_request` for a voice that does not speak the language, and the like.
    pub async fn synthesize_speech(&self, input: SpeechInput, options: CallOptions) -> Result<Speech, Thrown> {
        self.clone().run(self.speak(&input, options)).await?.into_speech()
    }

    pub(super) fn speak(&self, input: &SpeechInput, options: CallOptions) -> Result<Job, Thrown> {
        let problems = input.problems(&self.shared.config.limits);
        if !problems.is_empty() {
            return Err(Error::InvalidInput { problems }.into());
        }
        let call = self.begin(options);
        let json = if self.is_for_gateway() { speech_json(&input.fields) } else { input.fields.body() };
        let speaking =
            Speaking { json, task_id: None, repetitions: Repetitions::until(call.deadline_ms()), may_be_taken: false };
        Ok(Job { errand: Box::new(speaking), call })
    }
}

/// An order for speech, and the reads of it until it has its sound.
struct Speaking {
    json: String,
    /// Once the order is taken.
    task_id: Option<String>,
    repetitions: Repetitions,
    /// Whether an order may have been taken, which the same call would not find again.
    may_be_taken: bool,
}

impl Errand for Speaking {
    fn go_on(&mut self, client: &Client) -> Next {
        self.may_be_taken = true;
        Next::Send(match &self.task_id {
            Some(task_id) => Order::ask(client.url(SPEECH_PATH, &[task_id])),
            None => Order { url: client.url(SPEECH_PATH, &[]), contents: Contents::Json(self.json.clone()) },
        })
    }

    fn on_sent(&mut self, outcome: Outcome, client: &Client) -> Next {
        let not_sent = matches!(outcome, Outcome::NotSent { .. });
        let speech = match client.speech_in(outcome) {
            Ok(speech) => speech,
            Err(error) => {
                // Speech has no id of the caller's own by which a lost order could be found again, so only what was
                // certainly not taken is ordered again.
                let may_pass = match error.refusal_kind() {
                    _ if self.task_id.is_some() => error.is_retryable(),
                    Some(kind) => matches!(kind, RefusalKind::RateLimited | RefusalKind::ConcurrencyLimit),
                    None => not_sent,
                };
                self.may_be_taken = self.task_id.is_some()
                    || !not_sent && error.refusal_kind().is_none_or(|kind| kind == RefusalKind::Server);
                return self.repetitions.after(error, may_pass, client);
            }
        };
        if speech.audio_id.is_some() {
            return Next::Done(Ok(Answer::Speech(Box::new(speech))));
        }
        if speech.status.is_final() || speech.task_id.is_none() {
            return Next::Done(Err(without_sound(speech).into()));
        }
        self.task_id = speech.task_id;
        self.repetitions.begin_anew();
        Next::wait(client.shared.config.poll.min_interval_ms, false)
    }

    fn completed(&self, thrown: Thrown, _: &Client, _: bool) -> Thrown {
        thrown.may_pay_again(self.may_be_taken)
    }
}

fn without_sound(speech: Speech) -> Error {
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
            Error::TaskFailed { task: Box::new(task) }
        }
        _ => Error::InvalidResponse { status: 200, reason: String::from("it has no sound.") },
    }
}
