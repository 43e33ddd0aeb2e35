//! Every row of the outcome table, in every phase of a create.

use kling_avatar::engine::create::{Creation, Step};
use kling_avatar::engine::error::RefusalKind;
use kling_avatar::engine::lookup::{Outcome, Question};
use kling_avatar::engine::retry::{RETRY_AFTER_MAX_MS, RetryPolicy};
use serde_json::json;

use crate::answers::{Meaning, answer, answered, comet, kling, lost, not_sent, page, refusals, succeed, task, text};

const OWN: &str = "6a3c1f0e-own";
const NOW: f64 = 1_750_000_000_000.0;

fn creation() -> Creation {
    Creation::new(OWN, RetryPolicy::default(), NOW, Some(NOW + 1_800_000.0))
}

/// Answers the questions of a settlement with "there is no such task" until the create may go on.
fn deny(creation: &mut Creation, mut step: Step) -> Step {
    for _ in 0..50 {
        step = match step {
            Step::Ask(Question::Path | Question::Query) => creation.on_asked(kling(404, 1203), NOW, 0.5),
            Step::Ask(_) => creation.on_asked(succeed(json!([])), NOW, 0.5),
            Step::Wait { .. } if creation.is_unsettled() => creation.after_wait(),
            other => return other,
        };
    }
    panic!("the settlement does not end");
}

fn failure_code(step: &Step) -> &'static str {
    match step {
        Step::Done(Err(failure)) => failure.error.code(),
        other => panic!("{other:?}"),
    }
}

/// The phases in which a create is sent: first, again after a refusal, again after a settlement, and after a resume.
fn phases() -> Vec<(&'static str, Creation)> {
    let first = creation();
    let mut again = creation();
    assert!(matches!(again.on_sent(kling(429, 1302), NOW, 0.5), Step::Wait { .. }));
    let mut turned = creation();
    assert!(matches!(turned.on_sent(kling(429, 1303), NOW, 0.5), Step::Wait { .. }));
    let mut settled = creation();
    let step = settled.on_sent(lost(), NOW, 0.5);
    assert!(matches!(deny(&mut settled, step), Step::Wait { .. }));
    let mut resumed = creation().resumed(NOW - 60_000.0);
    let step = resumed.first();
    assert!(matches!(deny(&mut resumed, step), Step::Wait { .. }));
    vec![("first", first), ("again", again), ("turned", turned), ("settled", settled), ("resumed", resumed)]
}

#[test]
fn every_refusal_is_final_waits_or_is_settled_in_every_phase() {
    for (name, outcome, meaning) in refusals() {
        for (phase, mut creation) in phases() {
            assert!(!creation.is_unsettled(), "{phase}");
            let step = creation.on_sent(outcome.clone(), NOW, 0.5);
            match meaning {
                Meaning::Final("invalid_request") if matches!(phase, "settled" | "resumed") => {
                    assert_eq!(step, Step::Ask(Question::Path), "{name}, {phase}");
                    assert_eq!(failure_code(&deny(&mut creation, step)), "invalid_request", "{name}, {phase}");
                }
                Meaning::Final(code) => assert_eq!(failure_code(&step), code, "{name}, {phase}"),
                Meaning::NotNow => {
                    let kind = Some(RefusalKind::RateLimited);
                    assert!(matches!(step, Step::Wait { waiting_for, .. } if waiting_for == kind), "{name}, {phase}");
                    assert_eq!(creation.after_wait(), Step::Send);
                }
                Meaning::Turn => {
                    let kind = Some(RefusalKind::ConcurrencyLimit);
                    let Step::Wait { delay_ms, waiting_for } = step else { panic!("{name}, {phase}: {step:?}") };
                    assert!(waiting_for == kind && delay_ms >= 1000.0, "{name}, {phase}");
                    assert_eq!(creation.after_wait(), Step::Send);
                }
                Meaning::Perhaps => assert_eq!(step, Step::Ask(Question::Path), "{name}, {phase}"),
            }
        }
    }
}

#[test]
fn a_task_that_came_to_be_late_is_adopted_in_whatever_words_its_id_is_refused() {
    let mut settled = creation();
    let step = settled.on_sent(lost(), NOW, 0.5);
    assert!(matches!(deny(&mut settled, step), Step::Wait { .. }));
    let refusal = answered(400, &json!({ "code": 1201, "message": "Parameter conflicts with an earlier task" }));
    assert_eq!(settled.on_sent(refusal, NOW, 0.5), Step::Ask(Question::Path));
    let step = settled.on_asked(succeed(task("7", Some(OWN), "submitted", NOW)), NOW, 0.5);
    assert!(matches!(step, Step::Done(Ok(found)) if found.task_id == "7"));
}

#[test]
fn what_is_no_answer_of_the_service_is_settled_or_final() {
    let table = [
        ("lost", lost(), true),
        ("an empty body", text(200, ""), true),
        ("a page", page(200), true),
        ("cut off", text(200, "{\"code\":0,\"data\":{\"task_id\":\"7"), true),
        ("no task id", succeed(json!({})), true),
        ("a list", succeed(json!([])), true),
        (
            "too long",
            {
                let mut long = answer(200, "{}");
                long.too_long = true;
                Outcome::Answered(Box::new(long))
            },
            true,
        ),
        ("a code that is not known", kling(200, 4242), true),
        ("a status that is not known", text(599, ""), true),
        ("a page for a wrong path", page(404), false),
        ("a wrong method", page(405), false),
        ("a redirect", text(301, ""), false),
        ("a hidden redirect", text(0, ""), false),
    ];
    for (name, outcome, perhaps) in table {
        for (phase, mut creation) in phases() {
            let step = creation.on_sent(outcome.clone(), NOW, 0.5);
            match perhaps {
                true => {
                    assert_eq!(step, Step::Ask(Question::Path), "{name}, {phase}");
                    assert!(creation.is_unsettled(), "{name}, {phase}");
                    let unsettled = wrong_address(&mut creation.clone(), step.clone());
                    assert_eq!(failure_code(&unsettled), "submission_unknown", "{name}, {phase}");
                    let Step::Done(Err(failure)) = unsettled else { panic!("{name}, {phase}") };
                    let message = failure.error.message();
                    assert!(message.contains(". Looking it up failed: "), "both are sentences: {message}");
                    assert!(matches!(deny(&mut creation, step), Step::Wait { .. }), "{name}, {phase}");
                }
                false => {
                    assert_eq!(
                        failure_code(&wrong_address(&mut creation, step)),
                        "invalid_response",
                        "{name}, {phase}"
                    );
                    assert!(creation.is_unsettled(), "{name}, {phase}");
                }
            }
        }
    }
}

/// Answers every question as it was answered before.
fn wrong_address(creation: &mut Creation, mut step: Step) -> Step {
    while matches!(step, Step::Ask(_)) {
        step = creation.on_asked(page(404), NOW, 0.5);
    }
    step
}

#[test]
fn a_task_behind_a_redirect_or_a_page_is_adopted_or_told_as_it_is() {
    for outcome in [page(404), text(303, "")] {
        let mut found = creation();
        assert!(matches!(found.on_sent(outcome.clone(), NOW, 0.5), Step::Ask(_)));
        let step = found.on_asked(succeed(task("t-1", Some(OWN), "submitted", NOW)), NOW, 0.5);
        assert!(matches!(step, Step::Done(Ok(_))));
        let mut absent = creation();
        let step = absent.on_sent(outcome, NOW, 0.5);
        assert_eq!(failure_code(&deny(&mut absent, step)), "invalid_response");
        assert!(!absent.is_unsettled());
    }
}

#[test]
fn a_request_that_never_left_is_sent_again_and_then_told() {
    let mut creation = creation();
    for _ in 1..4 {
        let step = creation.on_sent(not_sent(), NOW, 0.5);
        assert!(matches!(step, Step::Wait { waiting_for: None, .. }), "{step:?}");
        assert_eq!(creation.after_wait(), Step::Send);
    }
    assert_eq!(failure_code(&creation.on_sent(not_sent(), NOW, 0.5)), "network");
}

#[test]
fn a_task_is_taken_from_every_shape_of_answer() {
    let bare = task("t-1", Some(OWN), "submitted", NOW);
    let shapes = [
        succeed(bare.clone()),
        answered(200, &json!({ "code": "success", "message": "", "data": { "task_id": "t-1", "data": bare } })),
        answered(200, &json!({ "task_id": "t-1", "task_status": "a new word" })),
        answered(201, &json!({ "code": 0, "data": { "task_id": 1 } })),
    ];
    for outcome in shapes {
        for (phase, mut creation) in phases() {
            let step = creation.on_sent(outcome.clone(), NOW, 0.5);
            assert!(matches!(&step, Step::Done(Ok(_))), "{phase}: {step:?}");
        }
    }
}

#[test]
fn sends_are_counted_over_refusals_settlements_and_lost_connections() {
    for outcome in [kling(429, 1302), not_sent(), lost(), kling(500, 5000), comet(524, "")] {
        let (mut creation, mut sends) = (creation(), 0);
        let last = loop {
            sends += 1;
            let step = creation.on_sent(outcome.clone(), NOW, 0.5);
            let step = deny(&mut creation, step);
            if !matches!(step, Step::Wait { .. }) {
                break step;
            }
        };
        assert_eq!(sends, 4, "{outcome:?}");
        assert!(matches!(failure_code(&last), "rate_limited" | "network" | "server"), "{last:?}");
    }
}

#[test]
fn a_turn_is_waited_for_up_to_the_deadline_and_then_told_as_it_was() {
    let (mut creation, mut now, mut waits) = (creation(), NOW, Vec::new());
    let last = loop {
        match creation.on_sent(kling(429, 1303), now, 0.5) {
            Step::Wait { delay_ms, .. } => waits.push(delay_ms),
            step => break step,
        }
        now += waits.last().unwrap();
    };
    assert_eq!(failure_code(&last), "concurrency_limit");
    assert_eq!(waits[..3], [1500.0, 2500.0, 3500.0]);
    assert!(waits.len() > 50 && now < NOW + 1_800_000.0 && now > NOW + 1_700_000.0, "{waits:?}");
}

#[test]
fn retry_after_counts_from_the_answer_and_never_past_the_deadline() {
    let asked = |ms: f64| {
        let mut limited = answer(429, "{\"code\":1302,\"message\":\"slow down\"}");
        limited.retry_after_ms = Some(ms);
        Outcome::Answered(Box::new(limited))
    };
    for (ms, least) in [(7000.0, 7000.0), (1e9, RETRY_AFTER_MAX_MS)] {
        let Step::Wait { delay_ms, .. } = creation().on_sent(asked(ms), NOW, 0.0) else { panic!("{ms}") };
        assert_eq!(delay_ms, least);
    }
    let mut soon = Creation::new(OWN, RetryPolicy::default(), NOW, Some(NOW + 6000.0));
    let Step::Done(Err(failure)) = soon.on_sent(asked(7000.0), NOW, 0.0) else { panic!() };
    assert_eq!(failure.error.code(), "rate_limited");
    assert!(failure.error.message().contains("slow down"));
}

#[test]
fn a_deadline_within_a_settlement_leaves_the_outcome_unknown() {
    for outcome in [lost(), kling(500, 5000), page(502), page(200)] {
        let mut creation = Creation::new(OWN, RetryPolicy::default(), NOW, Some(NOW + 10_000.0));
        let step = creation.on_sent(outcome, NOW + 9_999.0, 0.5);
        assert!(matches!(step, Step::Ask(_)));
        let step = creation.on_asked(lost(), NOW + 9_999.0, 0.5);
        assert_eq!(failure_code(&step), "submission_unknown");
        let Step::Done(Err(failure)) = step else { panic!() };
        assert_eq!(failure.external_task_id.as_deref(), Some(OWN));
        assert!(failure.error.is_retryable());
    }
}

#[test]
fn a_found_task_is_adopted_from_every_question() {
    let own = || task("t-9", Some(OWN), "processing", NOW);
    let answers = [
        vec![succeed(own())],
        vec![page(404), succeed(own())],
        vec![page(404), succeed(json!([own()]))],
        vec![page(404), succeed(json!([task("t-8", Some("other"), "succeed", NOW), own()]))],
        vec![kling(404, 1203), page(404), succeed(json!([own()]))],
        vec![comet(404, ""), comet(400, "invalid_request"), succeed(json!([own()]))],
        vec![lost(), kling(503, 5001), lost(), succeed(own())],
        vec![page(200), page(200), page(200), succeed(json!([own()]))],
    ];
    for list in answers {
        for outcome in [lost(), kling(500, 5000), kling(400, 1201), page(200)] {
            let taken = matches!(&outcome, Outcome::Answered(answer) if answer.status == 400);
            let outcome = if taken { taken_answer() } else { outcome };
            let mut creation = creation();
            let mut step = creation.on_sent(outcome, NOW, 0.5);
            for answer in list.clone() {
                if matches!(step, Step::Wait { .. }) {
                    step = creation.after_wait();
                }
                assert!(matches!(step, Step::Ask(_)), "{step:?}");
                step = creation.on_asked(answer, NOW, 0.5);
            }
            let Step::Done(Ok(found)) = step else { panic!("{list:?}: {step:?}") };
            assert_eq!(found.task_id, "t-9");
        }
    }
}

fn taken_answer() -> Outcome {
    answered(
        400,
        &json!({ "code": 1201, "message": format!("external_task_id is already used by another task: {OWN}") }),
    )
}

#[test]
fn a_taken_id_is_never_sent_again() {
    let mut creation = creation();
    let step = creation.on_sent(taken_answer(), NOW, 0.5);
    let step = deny(&mut creation, step);
    assert_eq!(failure_code(&step), "submission_unknown");
}

#[test]
fn a_conflict_without_words_adopts_what_it_finds_and_is_else_told_as_it_is() {
    let conflict = || answered(409, &json!({ "error": { "message": "conflict", "code": "" } }));
    let mut found = creation();
    assert!(matches!(found.on_sent(conflict(), NOW, 0.5), Step::Ask(_)));
    let step = found.on_asked(succeed(task("t-1", Some(OWN), "submitted", NOW)), NOW, 0.5);
    assert!(matches!(step, Step::Done(Ok(_))));
    let mut absent = creation();
    let step = absent.on_sent(conflict(), NOW, 0.5);
    assert_eq!(failure_code(&wrong_address(&mut absent.clone(), step.clone())), "submission_unknown");
    assert_eq!(failure_code(&deny(&mut absent, step)), "invalid_request");
}

#[test]
fn an_absent_task_is_sent_again_only_once_it_was_said_three_times_however_hasty_requests_are_repeated() {
    let hasty = RetryPolicy { min_delay_ms: 1.0, ..RetryPolicy::default() };
    let mut creation = Creation::new(OWN, hasty, NOW, Some(NOW + 1_800_000.0));
    assert!(!creation.was_absent());
    for attempt in 0..2 {
        let mut step = creation.on_sent(lost(), NOW, 0.5);
        let (mut asked, mut waits) = (Vec::new(), Vec::new());
        while creation.is_unsettled() {
            step = match step {
                Step::Ask(question) => {
                    asked.push(question);
                    let is_list = matches!(question, Question::List { .. });
                    creation.on_asked(if is_list { succeed(json!([])) } else { kling(404, 1203) }, NOW, 0.5)
                }
                Step::Wait { delay_ms, .. } => {
                    waits.push(delay_ms);
                    creation.after_wait()
                }
                Step::Send | Step::Done(_) => panic!("{step:?}"),
            };
        }
        assert_eq!(asked, [Question::Path, Question::Query, Question::List { page: 1 }].repeat(3), "{attempt}");
        assert_eq!(waits, [1000.0, 2000.0], "{attempt}");
        assert_eq!((creation.after_wait(), creation.was_absent()), (Step::Send, true));
    }
}

/// A settlement that ends with a list whose last task is this old.
fn with_list_back_to(mut creation: Creation, mut step: Step, age_ms: f64) -> Step {
    let listed = succeed(json!([task("t-1", Some("other"), "succeed", NOW - age_ms)]));
    while let Step::Ask(question) = step {
        let is_list = matches!(question, Question::List { .. });
        step = creation.on_asked(if is_list { listed.clone() } else { page(404) }, NOW, 0.5);
    }
    step
}

#[test]
fn a_list_has_to_reach_back_beyond_the_first_attempt_and_the_difference_of_clocks() {
    let first = || {
        let mut creation = creation();
        let step = creation.on_sent(lost(), NOW, 0.5);
        (creation, step)
    };
    let resumed = || {
        let creation = creation().resumed(NOW - 3_600_000.0);
        let step = creation.first();
        (creation, step)
    };
    let taken = || {
        let mut creation = creation();
        let step = creation.on_sent(taken_answer(), NOW, 0.5);
        (creation, step)
    };
    for (name, (creation, step), age_ms, proves) in [
        ("first", first(), 599_000.0, false),
        ("first", first(), 601_000.0, true),
        ("resumed", resumed(), 4_199_000.0, false),
        ("resumed", resumed(), 4_201_000.0, true),
        // It was taken at any time before.
        ("taken", taken(), 1e9, false),
    ] {
        let step = with_list_back_to(creation, step, age_ms);
        // Once it is proven, it is asked again after a while.
        assert_eq!(matches!(step, Step::Wait { .. }), proves, "{name} {age_ms}: {step:?}");
    }
}

#[test]
fn a_resumed_create_of_which_there_is_nothing_is_sent_as_often_as_a_new_one() {
    for max_attempts in [1, 2] {
        let policy = RetryPolicy { max_attempts, ..RetryPolicy::default() };
        let mut resumed = Creation::new(OWN, policy, NOW, None).resumed(NOW - 60_000.0);
        let mut step = resumed.first();
        for _ in 0..max_attempts {
            step = deny(&mut resumed, step);
            assert!(matches!(step, Step::Wait { .. }), "{max_attempts}: {step:?}");
            assert_eq!(resumed.after_wait(), Step::Send);
            step = resumed.on_sent(lost(), NOW, 0.5);
        }
        assert_eq!(failure_code(&deny(&mut resumed, step)), "network");
    }
}

#[test]
fn a_resumed_create_asks_before_it_sends() {
    let resumed = creation().resumed(NOW - 3_600_000.0);
    assert_eq!((resumed.first(), resumed.asked_id()), (Step::Ask(Question::Path), OWN));
    assert_eq!(creation().first(), Step::Send);
    let mut unsettled = creation().resumed(NOW);
    let mut step = unsettled.first();
    while !matches!(step, Step::Done(_)) {
        step = match step {
            Step::Ask(_) => unsettled.on_asked(page(404), NOW, 0.5),
            _ => unsettled.after_wait(),
        };
    }
    assert_eq!(failure_code(&step), "submission_unknown");
}
