//! Creating through a gateway, from the client's side.
//!
//! A gateway makes one task of any number of creates with the same `externalTaskId`, so a create whose answer was lost
//! may be sent again. It is looked up first all the same, which is cheaper than uploading the files once more.

use crate::engine::create::Step;
use crate::engine::error::{Error, Failure, RefusalKind};
use crate::engine::lookup::Question;
use crate::engine::retry::RetryPolicy;
use crate::engine::wire::Task;

/// How much a failed request proves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// It certainly never left.
    NotSent,
    /// The gateway itself has told the failure, after retries and lookups of its own.
    Told,
    /// Nothing: it was lost, or something in between has answered.
    Nothing,
}

/// The one question that a gateway is asked.
const FIND: Step = Step::Ask(Question::Path);

/// One create through a gateway.
#[derive(Debug, Clone)]
pub struct Resending {
    external_task_id: String,
    policy: RetryPolicy,
    deadline_ms: Option<f64>,
    attempts: u32,
    turns: u32,
    in_doubt: bool,
    was_absent: bool,
}

impl Resending {
    /// Begins a create that is to be given up at `deadline_ms`, on the caller's clock. `in_doubt` says that it was begun
    /// before, and that nobody has seen how it ended.
    pub fn new(external_task_id: &str, policy: RetryPolicy, deadline_ms: Option<f64>, in_doubt: bool) -> Self {
        let external_task_id = external_task_id.to_owned();
        Self { external_task_id, policy, deadline_ms, attempts: 1, turns: 0, in_doubt, was_absent: false }
    }

    /// Whether a task may exist that nobody has seen.
    pub fn is_in_doubt(&self) -> bool {
        self.in_doubt
    }

    /// Whether the gateway, which could not create the task, has looked for it in vain: the service may show it late.
    pub fn was_absent(&self) -> bool {
        self.was_absent
    }

    /// What to do first, and once a [`Step::Wait`] is over.
    pub fn after_wait(&self) -> Step {
        if self.in_doubt { FIND } else { Step::Send }
    }

    /// Takes what became of the create. `random` lies in `0.0 .. 1.0`.
    pub fn on_sent(&mut self, result: Result<Box<Task>, Error>, proof: Proof, now_ms: f64, random: f64) -> Step {
        match result {
            Ok(task) => Step::Done(Ok(task)),
            Err(error) => self.on_error(error, proof, now_ms, random),
        }
    }

    /// Takes what became of the question whether the task exists.
    pub fn on_found(&mut self, result: Result<Option<Box<Task>>, Error>, now_ms: f64, random: f64) -> Step {
        match result {
            Ok(Some(task)) => Step::Done(Ok(task)),
            Ok(None) => {
                self.in_doubt = false;
                Step::Send
            }
            Err(error) => self.on_error(error, Proof::NotSent, now_ms, random),
        }
    }

    fn on_error(&mut self, error: Error, proof: Proof, now_ms: f64, random: f64) -> Step {
        let (kind, retry_after_ms) = (error.refusal_kind(), error.retry_after_ms());
        let garbled = matches!(error, Error::InvalidResponse { .. });
        let limited = matches!(kind, Some(RefusalKind::RateLimited | RefusalKind::ConcurrencyLimit));
        let told = proof == Proof::Told && !limited && !matches!(error, Error::Timeout { .. });
        let settled = told || !(error.is_retryable() || garbled) || matches!(error, Error::SubmissionUnknown { .. });
        // Behind the page that a gateway tells of, a task may have been made.
        self.in_doubt |= garbled || matches!(error, Error::SubmissionUnknown { .. });
        self.was_absent |= told && error.is_retryable();
        if settled {
            return self.fail(error);
        }
        self.in_doubt |= proof != Proof::NotSent && !limited;
        let delay_ms = if kind == Some(RefusalKind::ConcurrencyLimit) {
            self.turns = self.turns.saturating_add(1);
            self.policy.turn_delay_ms(self.turns, retry_after_ms, random)
        } else if self.attempts < self.policy.max_attempts {
            self.attempts += 1;
            self.policy.delay_ms(self.attempts - 1, retry_after_ms, random)
        } else {
            return self.give_up(error);
        };
        match self.deadline_ms {
            Some(deadline_ms) if now_ms + delay_ms >= deadline_ms => self.give_up(error),
            _ => Step::Wait { delay_ms, waiting_for: kind.filter(|_| limited) },
        }
    }

    fn give_up(&self, error: Error) -> Step {
        if self.in_doubt { self.fail(Error::SubmissionUnknown { reason: error.message() }) } else { self.fail(error) }
    }

    fn fail(&self, error: Error) -> Step {
        Step::Done(Err(Failure::from(error).with_external_task_id(&self.external_task_id)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::error::Refusal;
    use crate::engine::wire::TaskStatus;

    fn resending() -> Resending {
        Resending::new(
            "e",
            RetryPolicy { max_attempts: 3, min_delay_ms: 10.0, max_delay_ms: 9000.0 },
            Some(10_000.0),
            false,
        )
    }

    fn lost() -> Error {
        Error::Network { message: String::from("No answer came.") }
    }

    fn refused(kind: RefusalKind) -> Error {
        let (api_code, request_id) = (None, None);
        Error::Refused(Refusal {
            kind,
            status: 429,
            api_code,
            message: String::new(),
            request_id,
            retry_after_ms: None,
        })
    }

    fn task() -> Task {
        Task {
            task_id: String::from("a.b"),
            status: TaskStatus::Submitted,
            status_message: None,
            external_task_id: None,
            created_at_ms: None,
            updated_at_ms: None,
            request_id: None,
            videos: Vec::new(),
        }
    }

    fn code(step: &Step) -> &'static str {
        match step {
            Step::Done(Err(failure)) => failure.error.code(),
            Step::Done(Ok(_)) => "done",
            Step::Wait { .. } => "wait",
            Step::Ask(_) => "find",
            Step::Send => "send",
        }
    }

    #[test]
    fn a_lost_answer_is_looked_up_before_the_files_are_sent_again() {
        let mut create = resending();
        assert_eq!(code(&create.on_sent(Err(lost()), Proof::Nothing, 0.0, 0.5)), "wait");
        assert_eq!((create.after_wait(), create.is_in_doubt()), (FIND, true));
        assert_eq!(create.on_found(Ok(None), 0.0, 0.5), Step::Send);
        assert!(!create.is_in_doubt() && !create.was_absent());
        assert_eq!(create.on_sent(Ok(Box::new(task())), Proof::Nothing, 0.0, 0.5), Step::Done(Ok(Box::new(task()))));
        let mut create = resending();
        create.on_sent(Err(lost()), Proof::Nothing, 0.0, 0.5);
        assert_eq!(code(&create.on_found(Ok(Some(Box::new(task()))), 0.0, 0.5)), "done");
    }

    #[test]
    fn what_was_never_sent_is_sent_again_at_once() {
        let mut create = resending();
        for delay_ms in [5.0, 10.0] {
            let step = create.on_sent(Err(lost()), Proof::NotSent, 0.0, 0.5);
            assert_eq!(step, Step::Wait { delay_ms, waiting_for: None });
            assert_eq!(create.after_wait(), Step::Send);
        }
        assert_eq!(code(&create.on_sent(Err(lost()), Proof::NotSent, 0.0, 0.5)), "network");
    }

    #[test]
    fn what_the_gateway_itself_tells_is_not_tried_again() {
        let page = Error::InvalidResponse { status: 404, reason: String::new() };
        for (error, proof, told, was_absent, in_doubt) in [
            (refused(RefusalKind::Server), Proof::Told, "server", true, false),
            (lost(), Proof::Told, "network", true, false),
            (refused(RefusalKind::ContentPolicy), Proof::Told, "content_policy", false, false),
            (page, Proof::Told, "invalid_response", false, true),
            (refused(RefusalKind::Server), Proof::Nothing, "wait", false, true),
        ] {
            let mut create = resending();
            assert_eq!(code(&create.on_sent(Err(error), proof, 0.0, 0.5)), told);
            assert_eq!((create.was_absent(), create.is_in_doubt()), (was_absent, in_doubt), "{told}");
        }
        assert_eq!(code(&resending().on_sent(Err(Error::Timeout { doing: "" }), Proof::Told, 0.0, 0.5)), "wait");
    }

    #[test]
    fn doubt_that_stays_is_told() {
        let mut create = resending();
        create.on_sent(Err(lost()), Proof::Nothing, 0.0, 0.5);
        create.on_found(Err(lost()), 0.0, 0.5);
        let end = create.on_found(Err(lost()), 0.0, 0.5);
        assert_eq!(code(&end), "submission_unknown");
        for (now_ms, ends) in [(9_990.0, "wait"), (9_991.0, "submission_unknown")] {
            assert_eq!(code(&resending().on_sent(Err(lost()), Proof::Nothing, now_ms, 0.9)), ends);
        }
    }

    #[test]
    fn a_place_is_waited_for_until_the_deadline_and_a_final_no_ends_it() {
        let mut create = resending();
        for turn in 1..=6 {
            let step = create.on_sent(Err(refused(RefusalKind::ConcurrencyLimit)), Proof::Nothing, 0.0, 0.5);
            let Step::Wait { delay_ms, .. } = step else { panic!("{step:?}") };
            assert_eq!((delay_ms, create.after_wait()), (500.0 + 1000.0 * f64::from(turn), Step::Send));
        }
        assert_eq!(
            code(&create.on_sent(Err(refused(RefusalKind::ContentPolicy)), Proof::Nothing, 0.0, 0.0)),
            "content_policy"
        );
        let mut resumed = Resending { in_doubt: true, ..resending() };
        assert_eq!(resumed.after_wait(), FIND);
        assert_eq!(resumed.on_found(Ok(None), 0.0, 0.0), Step::Send);
        let unknown = Error::SubmissionUnknown { reason: String::new() };
        assert_eq!(code(&resending().on_sent(Err(unknown), Proof::Nothing, 0.0, 0.0)), "submission_unknown");
    }
}
