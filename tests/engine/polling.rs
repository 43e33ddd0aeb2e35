//! Waiting for a task: which reads end it, which are repeated, and when.

use kling_avatar::engine::error::Error;
use kling_avatar::engine::lookup::Outcome;
use kling_avatar::engine::poll::{Experience, PollPolicy, PollStep, Polling};
use kling_avatar::engine::retry::RetryPolicy;
use kling_avatar::engine::wire::{Task, TaskStatus};
use serde_json::{Value, json};

use crate::answers::{Meaning, answer, lost, not_sent, page, refusals, task, text};

const WALL: f64 = 1_750_000_000_000.0;

fn polling(just_created: bool) -> Polling {
    Polling::new(PollPolicy::default(), RetryPolicy::default(), 100_000.0, 5_000.0, just_created)
}

fn parsed(value: &Value) -> Task {
    Task::read(&answer(200, &json!({ "data": value }).to_string())).unwrap()
}

fn in_status(status: &str) -> Task {
    parsed(&task("t-1", Some("o-1"), status, WALL))
}

fn with_video() -> Task {
    let mut value = task("t-1", None, "succeed", WALL);
    value["task_result"] = json!({ "videos": [{ "id": "v", "url": "https://x/v.mp4", "duration": "5" }] });
    parsed(&value)
}

fn error_of(outcome: Outcome) -> Error {
    outcome.answer().and_then(|answer| Task::read(&answer)).unwrap_err()
}

/// Before and after the task was seen, and just after it was created.
fn phases() -> [(&'static str, Polling, bool); 3] {
    let mut seen = polling(false);
    seen.on_task(&in_status("processing"), 6_000.0, WALL);
    [("unseen", polling(false), false), ("seen", seen, true), ("created", polling(true), true)]
}

#[test]
fn a_read_that_fails_is_repeated_unless_it_is_final() {
    for (name, outcome, meaning) in refusals() {
        for (phase, mut polling, exists) in phases() {
            let delay_ms = polling.on_error(&error_of(outcome.clone()), 0.5);
            match meaning {
                Meaning::Final("not_found") if exists => assert!(delay_ms.is_some(), "{name}, {phase}"),
                Meaning::Final(_) => assert_eq!(delay_ms, None, "{name}, {phase}"),
                _ => assert!(delay_ms.is_some_and(|ms| ms >= 1000.0), "{name}, {phase}: {delay_ms:?}"),
            }
        }
    }
}

#[test]
fn what_may_pass_is_read_again_for_as_long_as_it_takes() {
    for outcome in [lost(), not_sent(), page(502), page(200), text(200, "{\"co")] {
        let mut polling = polling(false);
        let mut waited = 0.0;
        for _ in 0..100 {
            waited += polling.on_error(&error_of(outcome.clone()), 0.99).unwrap();
        }
        assert!(waited > 1_000_000.0, "{waited}");
    }
}

#[test]
fn a_wrong_address_fails_at_once_and_a_page_in_between_does_not() {
    for outcome in [text(0, ""), text(302, ""), page(404)] {
        for (phase, mut polling, exists) in phases() {
            let delay_ms = polling.on_error(&error_of(outcome.clone()), 0.5);
            assert_eq!(delay_ms.is_some(), exists, "{phase}: {delay_ms:?}");
        }
    }
}

#[test]
fn a_task_that_exists_may_be_unknown_for_a_while_and_not_for_ever() {
    for (phase, mut polling, exists) in phases() {
        let mut reads = 0;
        for _ in 0..20 {
            assert!(polling.on_error(&error_of(lost()), 0.5).is_some(), "{phase}");
        }
        while polling.on_error(&error_of(crate::answers::kling(404, 1203)), 0.5).is_some() {
            reads += 1;
            assert!(reads < 100, "{phase}");
        }
        assert_eq!(reads, if exists { 7 } else { 0 }, "{phase}");
    }
}

#[test]
fn only_an_end_ends_it() {
    for status in ["submitted", "processing", "a new word"] {
        assert!(matches!(polling(true).on_task(&in_status(status), 6_000.0, WALL), PollStep::ReadAfter(_)), "{status}");
    }
    assert_eq!(polling(true).on_task(&in_status("failed"), 6_000.0, WALL), PollStep::Ended);
    assert_eq!(polling(true).on_task(&with_video(), 6_000.0, WALL), PollStep::Ended);
}

#[test]
fn a_success_without_its_video_is_given_some_time() {
    let mut polling = polling(true);
    let mut waits = Vec::new();
    let failure = loop {
        match polling.on_task(&in_status("succeed"), 6_000.0, WALL) {
            PollStep::ReadAfter(ms) => waits.push(ms),
            PollStep::Fail(failure) => break failure,
            PollStep::Ended => panic!(),
        }
    };
    assert_eq!(waits, [1000.0, 2000.0, 3000.0, 4000.0, 5000.0]);
    assert_eq!((failure.error.code(), failure.task_id.as_deref()), ("invalid_response", Some("t-1")));
}

#[test]
fn clocks_that_disagree_or_jump_do_no_harm() {
    let processing = in_status("processing");
    assert_eq!(processing.status, TaskStatus::Processing);
    for wall in [WALL, WALL - 1e9, WALL + 1e12, 0.0, f64::NAN, f64::INFINITY] {
        for now in [5_000.0, 6_000.0, 1e9, 0.0] {
            let mut polling = polling(false);
            let PollStep::ReadAfter(ms) = polling.on_task(&processing, now, wall) else { panic!() };
            assert!((1000.0..=15_000.0).contains(&ms), "{wall} {now}: {ms}");
        }
    }
    let mut old = polling(false);
    old.on_task(&processing, 6_000.0, WALL + 90_000.0);
    assert_eq!(old.age_ms(6_000.0), 90_000.0);
    let mut own = polling(true);
    own.on_task(&processing, 6_000.0, WALL + 90_000.0);
    assert_eq!(own.age_ms(6_000.0), 1_000.0);
}

#[test]
fn an_interval_lies_between_its_ends_whatever_the_options() {
    for min in [0.0, 1.0, 1000.0, 60_000.0] {
        for max in [0.0, 500.0, 15_000.0, f64::INFINITY] {
            let policy = PollPolicy { min_interval_ms: min, max_interval_ms: max, ..PollPolicy::default() };
            for age in [0.0, 10.0, 50_000.0, 1e6, 1e9] {
                for median in [2000.0, 100_000.0, 1_200_000.0] {
                    let ms = policy.interval_ms(age, median);
                    assert!(ms >= min && ms <= max.max(min) && !ms.is_nan(), "{min} {max} {age} {median}: {ms}");
                }
            }
        }
    }
}

#[test]
fn an_interval_is_found_however_long_it_is_asked_for_to_be() {
    for ms in [1e11, f64::MAX, f64::INFINITY] {
        let policy = PollPolicy { min_interval_ms: ms, max_interval_ms: ms, ..PollPolicy::default() };
        assert_eq!(policy.interval_ms(0.0, 100_000.0), 86_400_000.0);
    }
}

#[test]
fn a_client_learns_how_long_its_tasks_take() {
    let mut experience = Experience::default();
    assert_eq!(experience.median_ms(false, Some(10.0)), 100_000.0);
    assert!(experience.median_ms(true, Some(10.0)) > 100_000.0);
    assert!(experience.median_ms(false, Some(60.0)) > 200_000.0);
    for _ in 0..20 {
        experience.learn(30_000.0, false, Some(10.0));
    }
    assert!((29_000.0..45_000.0).contains(&experience.median_ms(false, Some(10.0))));
    for took in [0.0, f64::MAX, -5.0] {
        experience.learn(took, true, None);
        assert!(experience.median_ms(true, None).is_finite());
    }
}
