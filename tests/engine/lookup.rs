//! Looking a task up by the caller's own id, on services that offer it in part or not at all.

use kling_avatar::engine::error::Error;
use kling_avatar::engine::lookup::{Lookup, LookupStep, Outcome, Question};
use kling_avatar::engine::retry::RetryPolicy;
use serde_json::{Value, json};

use crate::answers::{Meaning, comet, kling, lost, page, refusals, succeed, task};

const OWN: &str = "own-1";
const NOW: f64 = 1_750_000_000_000.0;
const SINCE: f64 = NOW - 600_000.0;

fn lookup() -> Lookup {
    Lookup::new(OWN, Some(SINCE), RetryPolicy::default())
}

/// Asks until the lookup ends; `answer` gives what the service says to each question.
fn run(mut lookup: Lookup, answer: impl Fn(Question) -> Outcome) -> (LookupStep, Vec<Question>) {
    let mut asked = Vec::new();
    for _ in 0..200 {
        let question = lookup.question();
        asked.push(question);
        match lookup.on_outcome(answer(question), 0.5) {
            LookupStep::Ask(_) | LookupStep::Wait { .. } => {}
            end => return (end, asked),
        }
    }
    panic!("the lookup does not end");
}

fn tasks(count: usize, newest_at: f64, step: f64) -> Vec<Value> {
    (0..count)
        .map(|n| task(&format!("t-{n}"), Some(&format!("o-{n}")), "succeed", newest_at - step * n as f64))
        .collect()
}

#[test]
fn every_refusal_in_every_question_goes_on_waits_or_gives_up() {
    for (name, outcome, meaning) in refusals() {
        for skipped in 0..3 {
            let mut lookup = lookup();
            for _ in 0..skipped {
                assert!(matches!(lookup.on_outcome(page(404), 0.5), LookupStep::Ask(_)));
            }
            let last = skipped == 2;
            let step = lookup.on_outcome(outcome.clone(), 0.5);
            let fits = match meaning {
                Meaning::Final("not_found" | "invalid_request") if last => matches!(step, LookupStep::Unsettled(_)),
                Meaning::Final("not_found" | "invalid_request") => matches!(step, LookupStep::Ask(_)),
                Meaning::Final(_) => matches!(step, LookupStep::Unsettled(_)),
                _ => matches!(step, LookupStep::Wait { .. }),
            };
            assert!(fits, "{name}, question {skipped}: {step:?}");
        }
    }
}

#[test]
fn a_service_that_is_down_is_asked_patiently_and_not_for_ever() {
    for outcome in [lost(), kling(503, 5001), kling(429, 1302)] {
        let (step, asked) = run(lookup(), |_| outcome.clone());
        assert!(matches!(step, LookupStep::Unsettled(_)));
        assert_eq!(asked.len(), 12);
    }
}

#[test]
fn a_no_on_the_path_alone_proves_nothing() {
    let (step, asked) = run(lookup(), |_| kling(404, 1203));
    assert!(matches!(step, LookupStep::Unsettled(_)));
    assert_eq!(asked, [Question::Path, Question::Query, Question::List { page: 1 }]);
}

#[test]
fn a_no_on_the_path_counts_where_another_id_is_known_there() {
    let knows_ids = |question| match question {
        Question::Reference => succeed(task("t-0", Some("known"), "succeed", NOW)),
        _ => kling(404, 1203),
    };
    let with_reference = || lookup().with_reference(Some(String::from("known")));
    let (step, asked) = run(with_reference(), knows_ids);
    assert_eq!(step, LookupStep::Absent);
    assert_eq!(asked.last(), Some(&Question::Reference));
    let (step, _) = run(with_reference(), |_| kling(404, 1203));
    assert!(matches!(step, LookupStep::Unsettled(_)));
    let (step, _) = run(with_reference(), |question| match question {
        Question::Reference => succeed(task("t-0", Some("known"), "succeed", NOW)),
        _ => page(404),
    });
    assert!(matches!(step, LookupStep::Unsettled(_)), "a page is no answer of the service: {step:?}");
    let (step, _) = run(with_reference(), |question| match question {
        Question::Reference => succeed(task("t-0", Some("known"), "succeed", NOW)),
        _ => comet(404, ""),
    });
    assert!(matches!(step, LookupStep::Unsettled(_)), "nor is a router's word: {step:?}");
}

#[test]
fn a_service_without_a_search_says_nothing_of_the_task() {
    let refusals = [kling(404, 1203), comet(404, ""), kling(400, 1201), page(404), page(200)];
    for refusal in refusals {
        let (step, _) = run(lookup(), |_| refusal.clone());
        let Outcome::Answered(answer) = refusal else { panic!() };
        let LookupStep::Unsettled(error) = step else { panic!("{step:?}") };
        let fits = matches!(&error, Error::InvalidResponse { status, .. } if *status == answer.status);
        assert!(fits, "{error:?}");
    }
}

#[test]
fn the_id_in_the_question_is_the_one_that_is_asked_for() {
    let mut lookup = lookup().with_reference(Some(String::from("known")));
    assert_eq!((lookup.asked_id(), lookup.external_task_id()), (OWN, OWN));
    for _ in 0..3 {
        lookup.on_outcome(kling(404, 1203), 0.5);
    }
    assert_eq!((lookup.question(), lookup.asked_id()), (Question::Reference, "known"));
}

#[test]
fn only_a_list_that_reaches_back_far_enough_proves_absence() {
    let old = |count| tasks(count, NOW, 60_000.0 * 30.0);
    let mut unsorted = old(30);
    unsorted.reverse();
    let mut nameless = old(30);
    nameless[0]["task_info"] = json!({});
    let mut nameless_before = old(30);
    nameless_before[20]["task_info"] = json!({});
    let mut broken = old(30);
    broken[0] = json!("no task");
    let mut undated = old(30);
    undated[29]["created_at"] = Value::Null;
    let table = [
        ("sorted, ends before the create", old(30), true, 3),
        ("short pages, ends before the create", old(7), true, 3),
        ("two of one time", tasks(2, SINCE - 1.0, 0.0), true, 3),
        ("all are new", tasks(30, NOW, 1.0), false, 7),
        ("oldest first", unsorted, false, 7),
        ("a new task without an id", nameless, false, 3),
        ("a task without an id that a wrong clock takes for old", nameless_before, false, 3),
        ("an entry that cannot be read", broken, false, 3),
        ("no time on the last one", undated, false, 7),
    ];
    for (name, list, proves, requests) in table {
        // A service that ignores the page's number answers the same for ever.
        let (step, asked) = run(lookup(), |question| match question {
            Question::List { .. } => succeed(Value::from(list.clone())),
            _ => page(404),
        });
        assert_eq!(step == LookupStep::Absent, proves, "{name}: {step:?}");
        assert_eq!(asked.len(), requests, "{name}");
    }
}

#[test]
fn a_task_of_any_age_is_looked_for_further_back() {
    let mine_on = |at: u32| {
        move |question| match question {
            Question::List { page } if page == at => succeed(json!([task("t-9", Some(OWN), "succeed", 1.0)])),
            Question::List { page } => succeed(Value::from(tasks(30, NOW - f64::from(page), 0.0))),
            _ => page(404),
        }
    };
    for (at, not_before, found) in
        [(5, Some(SINCE), true), (6, Some(SINCE), false), (40, None, true), (41, None, false)]
    {
        let (step, _) = run(Lookup::new(OWN, not_before, RetryPolicy::default()), mine_on(at));
        assert_eq!(matches!(step, LookupStep::Found(_)), found, "{at}: {step:?}");
    }
}

#[test]
fn short_pages_are_read_on_until_one_is_empty() {
    let (step, asked) = run(lookup(), |question| match question {
        Question::List { page } if page <= 3 => succeed(Value::from(tasks(10, NOW, 1.0))),
        Question::List { .. } => succeed(json!([])),
        _ => page(404),
    });
    assert_eq!(step, LookupStep::Absent);
    assert_eq!(asked.last(), Some(&Question::List { page: 4 }));
}

#[test]
fn a_query_that_is_ignored_counts_as_the_first_page() {
    let (step, asked) = run(lookup(), |question| match question {
        Question::Path => page(404),
        Question::Query => succeed(Value::from(tasks(30, NOW, 1.0))),
        _ => succeed(json!([task("t-99", Some(OWN), "succeed", NOW - 31.0)])),
    });
    assert!(matches!(step, LookupStep::Found(task) if task.task_id == "t-99"));
    assert_eq!(asked, [Question::Path, Question::Query, Question::List { page: 2 }]);
}

#[test]
fn another_task_on_the_path_is_not_adopted() {
    let wrong = [task("t-1", Some("other"), "succeed", NOW), task(OWN, None, "submitted", NOW)];
    for wrong in wrong {
        let (step, asked) = run(lookup(), |question| match question {
            Question::Path => succeed(wrong.clone()),
            _ => succeed(json!([])),
        });
        assert_eq!((step, asked.len()), (LookupStep::Absent, 2), "{wrong}");
    }
    let (step, _) = run(lookup(), |_| succeed(task("t-1", None, "submitted", NOW)));
    assert!(matches!(step, LookupStep::Found(_)), "the path need not repeat the id");
}
