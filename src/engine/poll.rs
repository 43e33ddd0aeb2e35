//! When to read a task again.
//!
//! A read is worth most when the task is likely to end right now. For a given number of reads the mean delay between a
//! task's end and its discovery is smallest when the interval is proportional to `1 / sqrt(hazard)`, the hazard being
//! the rate at which tasks of this age end. Task times are taken as log-normal (sigma 0.5); its median follows the
//! mode, the length of the voice and the tasks that this client has seen end.

use super::error::{Error, Failure, RefusalKind};
use super::retry::RetryPolicy;
use super::wire::{Task, TaskStatus};

/// `1 / sqrt(hazard)` of the unit log-normal with sigma 0.5, by age in medians; both in thousandths, which take a quarter of
/// the bytes.
const SPACING: [(u16, u16); 11] = [
    (100, 60_000),
    (200, 6700),
    (250, 3800),
    (350, 1980),
    (500, 1225),
    (750, 892),
    (1000, 792),
    (1500, 738),
    (3000, 767),
    (5000, 850),
    (9000, 960),
];

/// Chosen so that a task of the usual time is read about 23 times; `tests/engine/schedule.rs` measures it.
const SPACING_SCALE: f64 = 0.41;

/// The shortest interval at which the scale above holds. Another one stretches the whole schedule.
const USUAL_MIN_INTERVAL_MS: f64 = 1000.0;

/// The longest interval that can be asked for, in milliseconds: a day. It is summed up in steps, and those have to come to
/// an end.
const LONGEST_INTERVAL_MS: f64 = 86_400_000.0;

/// The usual time of a `std` task with ten seconds of voice, in milliseconds.
const USUAL_MS: f64 = 100_000.0;

/// How often in a row the service may not know a task that is known to exist: it was created or read before.
const UNKNOWN_IN_A_ROW: u32 = 8;

/// How often a task that has succeeded may come without its video.
const SUCCEEDED_WITHOUT_VIDEO: u32 = 5;

/// How often a task is read, and for how long.
#[derive(Debug, Clone, PartialEq)]
pub struct PollPolicy {
    /// The shortest time between two reads, in milliseconds. Default 1000. The whole schedule stretches with it: half of
    /// it means twice as many reads.
    pub min_interval_ms: f64,
    /// The longest time between two reads, in milliseconds. Default 15 000.
    pub max_interval_ms: f64,
    /// How long a task is waited for, in milliseconds. Default 1 800 000 (30 minutes).
    pub timeout_ms: f64,
}

impl Default for PollPolicy {
    fn default() -> Self {
        Self { min_interval_ms: 1000.0, max_interval_ms: 15_000.0, timeout_ms: 1_800_000.0 }
    }
}

impl PollPolicy {
    /// Gives the time until the next read of a task of this age, where tasks usually take `median_ms`.
    pub fn interval_ms(&self, age_ms: f64, median_ms: f64) -> f64 {
        let longest = self.max_interval_ms.max(self.min_interval_ms).min(LONGEST_INTERVAL_MS);
        let step = median_ms / 100.0;
        let pace = (self.min_interval_ms / USUAL_MIN_INTERVAL_MS).max(0.001);
        let scale = SPACING_SCALE * pace * (median_ms * 1000.0).sqrt();
        let (mut due, mut waited) = (0.0, 0.0);
        // The spacing changes while the interval passes, so its inverse is summed up until one read is due.
        while due < 1.0 && waited < longest {
            let more = step / (scale * spacing((age_ms + waited + 0.5 * step) / median_ms));
            waited += step * f64::min(1.0, (1.0 - due) / more);
            due += more;
        }
        waited.max(self.min_interval_ms).min(longest)
    }
}

fn spacing(age: f64) -> f64 {
    // A task that was just begun is as far from its end as one that is a tenth of the usual time old.
    let (mut from, mut low) = (0.0, 60.0);
    for point in SPACING {
        let (to, high) = (f64::from(point.0) / 1000.0, f64::from(point.1) / 1000.0);
        if age < to {
            return low + (high - low) * (age - from) / (to - from);
        }
        (from, low) = (to, high);
    }
    low
}

/// What a client knows of how long its tasks take.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Experience {
    /// The usual time of a task, in those that are taken for usual beforehand.
    factor: f64,
    tasks: f64,
}

impl Default for Experience {
    fn default() -> Self {
        Self { factor: 1.0, tasks: 0.0 }
    }
}

impl Experience {
    /// Gives the usual time of a task, in milliseconds.
    pub fn median_ms(&self, pro: bool, voice_seconds: Option<f64>) -> f64 {
        (prior_ms(pro, voice_seconds) * self.factor).clamp(2000.0, 1_200_000.0)
    }

    /// Takes in that a task ended after `took_ms`.
    ///
    /// Each task draws the factor towards itself by a limited part, whatever its distance, so that it settles at the
    /// median and not at the mean, which single slow tasks would pull up. The part shrinks, but never to nothing.
    pub fn learn(&mut self, took_ms: f64, pro: bool, voice_seconds: Option<f64>) {
        self.tasks += 1.0;
        let most = 1.0 + f64::max(0.06, 1.0 / self.tasks);
        let ratio = took_ms / (prior_ms(pro, voice_seconds) * self.factor);
        self.factor = (self.factor * ratio.clamp(1.0 / most, most)).clamp(0.01, 20.0);
    }
}

fn prior_ms(pro: bool, voice_seconds: Option<f64>) -> f64 {
    let length = voice_seconds.map_or(1.0, |seconds| 0.7 + 0.03 * seconds.clamp(0.0, 300.0));
    USUAL_MS * length * if pro { 1.5 } else { 1.0 }
}

/// What to do next.
#[derive(Debug, Clone, PartialEq)]
pub enum PollStep {
    /// Read the task after this many milliseconds, or at once when the page is shown again or back online.
    ReadAfter(f64),
    /// It has ended; `failed` is an end, too.
    Ended,
    /// It cannot be read.
    Fail(Failure),
}

/// The waiting for one task.
#[derive(Debug, Clone)]
pub struct Polling {
    policy: PollPolicy,
    retry: RetryPolicy,
    median_ms: f64,
    /// The task's age at time 0 of the caller's clock, so that `age = now + offset`.
    age_offset_ms: f64,
    failures: u32,
    /// How often the service did not know the task since it was last read.
    unknown: u32,
    just_created: bool,
    /// The task has been created or read by this client, at this address.
    exists: bool,
    without_video: u32,
}

impl Polling {
    /// Begins to wait at `now_ms` for a task that usually takes `median_ms`.
    ///
    /// `just_created` says that this client created it a moment ago, and then a service that does not know it yet is
    /// given some time.
    pub fn new(policy: PollPolicy, retry: RetryPolicy, median_ms: f64, now_ms: f64, just_created: bool) -> Self {
        let (age_offset_ms, exists) = (-now_ms, just_created);
        Self {
            policy,
            retry,
            median_ms,
            age_offset_ms,
            failures: 0,
            unknown: 0,
            just_created,
            exists,
            without_video: 0,
        }
    }

    /// Says that the task is known to exist, so that a service that does not know it is asked again.
    pub fn of_existing(mut self) -> Self {
        self.exists = true;
        self
    }

    /// The age of the task at `now_ms`, as far as it is known.
    pub fn age_ms(&self, now_ms: f64) -> f64 {
        (now_ms + self.age_offset_ms).max(0.0)
    }

    /// Takes a task that was read. `wall_ms` is the time of day (Unix milliseconds), for a task that was found older
    /// than this wait.
    pub fn on_task(&mut self, task: &Task, now_ms: f64, wall_ms: f64) -> PollStep {
        (self.failures, self.unknown) = (0, 0);
        self.exists = true;
        if !self.just_created
            && let Some(created_at_ms) = task.created_at_ms
        {
            // Clocks differ, so the service's word may make the task older, never younger.
            let told = (wall_ms - created_at_ms).clamp(0.0, 86_400_000.0);
            self.age_offset_ms = self.age_offset_ms.max(told - now_ms);
        }
        match task.status {
            TaskStatus::Failed => PollStep::Ended,
            TaskStatus::Succeed if !task.videos.is_empty() => PollStep::Ended,
            TaskStatus::Succeed if self.without_video >= SUCCEEDED_WITHOUT_VIDEO => {
                let reason = String::from("the task has succeeded and has no video.");
                let failure = Failure::from(Error::InvalidResponse { status: 200, reason });
                PollStep::Fail(failure.with_task_id(&task.task_id))
            }
            TaskStatus::Succeed => {
                self.without_video += 1;
                PollStep::ReadAfter(self.policy.min_interval_ms * f64::from(self.without_video))
            }
            _ => PollStep::ReadAfter(self.policy.interval_ms(self.age_ms(now_ms), self.median_ms)),
        }
    }

    /// Takes a read that failed. Gives how long to wait before the next one, in milliseconds, or nothing where the failure
    /// is final; what may pass is read again for as long as the caller's deadline allows.
    pub fn on_error(&mut self, error: &Error, random: f64) -> Option<f64> {
        self.failures = self.failures.saturating_add(1);
        let may_pass = match error {
            Error::InvalidResponse { status: 404, .. } => self.may_be_unknown(),
            // A page instead of the answer, or a redirect to one: some network in between wants a word with the user.
            Error::InvalidResponse { status, .. } => self.exists || (200..300).contains(status),
            error if error.refusal_kind() == Some(RefusalKind::NotFound) => self.may_be_unknown(),
            error => error.is_retryable(),
        };
        let delay_ms = self.retry.delay_ms(self.failures, error.retry_after_ms(), random);
        may_pass.then_some(delay_ms.max(self.policy.min_interval_ms))
    }

    fn may_be_unknown(&mut self) -> bool {
        self.unknown += 1;
        self.exists && self.unknown < UNKNOWN_IN_A_ROW
    }
}
