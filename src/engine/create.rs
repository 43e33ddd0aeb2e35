//! Creating a task without ever paying twice for it.
//!
//! [`Creation`] decides what to do after each thing that can happen to a create; the caller carries it out. Its rule: a
//! create that may have reached the service is settled by looking its `external_task_id` up before anything is sent
//! again, and it is only ever sent again with the same id.

use super::error::{Error, Failure, RefusalKind};
use super::lookup::{Lookup, LookupStep, Outcome, Question};
use super::retry::RetryPolicy;
use super::wire::{Task, says_id_is_taken};

/// How often in a row a task must be said not to exist before it is sent again: the service may still be at work on
/// what it received.
const ABSENCES_FOR_CERTAINTY: u32 = 3;

/// The shortest time between two such answers, in milliseconds, however soon requests are repeated otherwise.
const ABSENCE_PAUSE_MS: f64 = 1000.0;

/// How much older than the first attempt a listed task may be, in milliseconds: clocks differ.
const CLOCK_TOLERANCE_MS: f64 = 600_000.0;

/// The HTTP status that says "there is one already" without saying of what.
const CONFLICT: u16 = 409;

/// What to do next.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// Send the create.
    Send,
    /// Ask whether the task exists.
    Ask(Question),
    /// Wait, then go on with [`Creation::after_wait`].
    Wait {
        /// Milliseconds.
        delay_ms: f64,
        /// What the service refused for the moment, to be shown to the user.
        waiting_for: Option<RefusalKind>,
    },
    /// It is over.
    Done(Result<Box<Task>, Failure>),
}

#[derive(Debug, Clone)]
enum Phase {
    /// Nothing that was sent can have created the task.
    Clear,
    /// Something that was sent may have created the task.
    Settling(Lookup),
}

/// One create, from its first attempt to its task or its failure.
#[derive(Debug, Clone)]
pub struct Creation {
    external_task_id: String,
    reference: Option<String>,
    policy: RetryPolicy,
    began_at_ms: f64,
    deadline_ms: Option<f64>,
    phase: Phase,
    attempts: u32,
    turns: u32,
    absences: u32,
    /// The service says that the id was used before.
    taken: bool,
    /// What was answered last is final, and only looked up because a task may have been created all the same.
    is_final: bool,
    last: Error,
}

impl Creation {
    /// Begins a create at `began_at_ms` (Unix time), to be given up at `deadline_ms`, on the clock that the other methods are
    /// told.
    pub fn new(external_task_id: &str, policy: RetryPolicy, began_at_ms: f64, deadline_ms: Option<f64>) -> Self {
        Self {
            external_task_id: external_task_id.to_owned(),
            reference: None,
            policy,
            began_at_ms,
            deadline_ms,
            phase: Phase::Clear,
            attempts: 1,
            turns: 0,
            absences: 0,
            taken: false,
            is_final: false,
            last: Error::Network { message: String::from("No answer came.") },
        }
    }

    /// Tells an id of the caller's own that the service is known to have; see [`Lookup::with_reference`].
    pub fn with_reference(mut self, external_task_id: Option<String>) -> Self {
        self.reference = external_task_id;
        self
    }

    /// Takes over a create that was begun at `began_at_ms` (Unix time) and whose outcome nobody has seen.
    pub fn resumed(mut self, began_at_ms: f64) -> Self {
        self.began_at_ms = began_at_ms.min(self.began_at_ms);
        // What was sent then is none of this one's attempts.
        self.attempts = 0;
        self.phase = Phase::Settling(self.new_lookup());
        self
    }

    /// The first thing to do.
    pub fn first(&self) -> Step {
        self.after_wait()
    }

    /// Whether something that was sent may have created the task; of one that has failed, whether that is not certain.
    pub fn is_unsettled(&self) -> bool {
        matches!(self.phase, Phase::Settling(_))
    }

    /// Whether the service said that there is no task of what was sent: it may show it late.
    pub fn was_absent(&self) -> bool {
        self.absences > 0
    }

    /// The id that a [`Step::Ask`] asks for.
    pub fn asked_id(&self) -> &str {
        match &self.phase {
            Phase::Settling(lookup) => lookup.asked_id(),
            Phase::Clear => &self.external_task_id,
        }
    }

    /// What to do once a [`Step::Wait`] is over.
    pub fn after_wait(&self) -> Step {
        match &self.phase {
            Phase::Clear => Step::Send,
            Phase::Settling(lookup) => Step::Ask(lookup.question()),
        }
    }

    /// Takes what became of the create. `random` lies in `0.0 .. 1.0`.
    pub fn on_sent(&mut self, outcome: Outcome, now_ms: f64, random: f64) -> Step {
        let certainly_not_sent = matches!(outcome, Outcome::NotSent { .. });
        let error = match outcome.answer().and_then(|answer| Task::read(&answer)) {
            Ok(task) => return Step::Done(Ok(Box::new(task))),
            Err(error) => error,
        };
        self.last = error;
        match &self.last {
            Error::Refused(refusal) if says_id_is_taken(refusal, &self.external_task_id) => {
                self.taken = true;
                self.settle()
            }
            Error::Refused(refusal) => match refusal.kind {
                // What was sent before may have come to be meanwhile, and the words for that are not documented.
                RefusalKind::InvalidRequest if refusal.status == CONFLICT || self.absences > 0 => {
                    self.is_final = true;
                    self.settle()
                }
                RefusalKind::Server => self.settle(),
                RefusalKind::RateLimited => self.send_again(Some(RefusalKind::RateLimited), now_ms, random),
                RefusalKind::ConcurrencyLimit => {
                    self.turns = self.turns.saturating_add(1);
                    let delay_ms = self.policy.turn_delay_ms(self.turns, refusal.retry_after_ms, random);
                    self.wait(delay_ms, Some(RefusalKind::ConcurrencyLimit), now_ms)
                }
                _ => self.fail(),
            },
            Error::InvalidResponse { status, .. } => {
                // A page or a redirect in place of a 404 says that the address is wrong, and proves nothing.
                self.is_final = !(200..300).contains(status);
                self.settle()
            }
            Error::Network { .. } if !certainly_not_sent => self.settle(),
            Error::Network { .. } => self.send_again(None, now_ms, random),
            _ => self.fail(),
        }
    }

    /// Takes what became of a question. `random` lies in `0.0 .. 1.0`.
    pub fn on_asked(&mut self, outcome: Outcome, now_ms: f64, random: f64) -> Step {
        let Phase::Settling(lookup) = &mut self.phase else { return self.after_wait() };
        match lookup.on_outcome(outcome, random) {
            LookupStep::Ask(question) => Step::Ask(question),
            LookupStep::Wait { delay_ms } => self.wait(delay_ms, None, now_ms),
            LookupStep::Found(task) => Step::Done(Ok(task)),
            // Nothing at this address speaks the API.
            LookupStep::Unsettled(_) if matches!(self.last, Error::InvalidResponse { .. }) && self.is_final => {
                self.fail()
            }
            LookupStep::Unsettled(error) => {
                let mut reason = self.last.message();
                // What the platform or the service says may end without one.
                if !reason.ends_with('.') {
                    reason.push('.');
                }
                self.unknown(reason + " Looking it up failed: " + &error.message())
            }
            LookupStep::Absent => self.on_absent(now_ms, random),
        }
    }

    fn on_absent(&mut self, now_ms: f64, random: f64) -> Step {
        self.absences += 1;
        if self.absences < ABSENCES_FOR_CERTAINTY {
            self.phase = Phase::Settling(self.new_lookup());
            let pause_ms = self.policy.min_delay_ms.max(ABSENCE_PAUSE_MS);
            return self.wait(f64::from(self.absences) * pause_ms, None, now_ms);
        }
        if self.taken {
            return self.unknown(self.last.message());
        }
        self.phase = Phase::Clear;
        if self.is_final { self.fail() } else { self.send_again(None, now_ms, random) }
    }

    fn settle(&mut self) -> Step {
        self.absences = 0;
        let lookup = self.new_lookup();
        let question = lookup.question();
        self.phase = Phase::Settling(lookup);
        Step::Ask(question)
    }

    fn new_lookup(&self) -> Lookup {
        // An id that was taken before the first attempt can be of any age.
        let not_before_ms = (!self.taken).then_some(self.began_at_ms - CLOCK_TOLERANCE_MS);
        Lookup::new(&self.external_task_id, not_before_ms, self.policy.clone()).with_reference(self.reference.clone())
    }

    fn send_again(&mut self, shown: Option<RefusalKind>, now_ms: f64, random: f64) -> Step {
        if self.attempts >= self.policy.max_attempts {
            return self.fail();
        }
        let delay_ms = self.policy.delay_ms(self.attempts, self.last.retry_after_ms(), random);
        self.attempts += 1;
        self.wait(delay_ms, shown, now_ms)
    }

    /// Waits, or ends at once where the deadline would pass meanwhile.
    fn wait(&mut self, delay_ms: f64, waiting_for: Option<RefusalKind>, now_ms: f64) -> Step {
        match self.deadline_ms {
            Some(deadline_ms) if now_ms + delay_ms >= deadline_ms && self.is_unsettled() => {
                self.unknown(self.last.message())
            }
            Some(deadline_ms) if now_ms + delay_ms >= deadline_ms => self.fail(),
            _ => Step::Wait { delay_ms, waiting_for },
        }
    }

    /// The end, after which nothing is asked of this any more.
    fn fail(&mut self) -> Step {
        let error = std::mem::replace(&mut self.last, Error::Aborted);
        Step::Done(Err(Failure::from(error).with_external_task_id(&self.external_task_id)))
    }

    fn unknown(&self, reason: String) -> Step {
        let error = Error::SubmissionUnknown { reason };
        Step::Done(Err(Failure::from(error).with_external_task_id(&self.external_task_id)))
    }
}
