//! Thousands of creates against a service that fails at random: whatever happens, one video is paid for once, and what
//! was paid for is known to the caller.

use kling_avatar::engine::create::{Creation, Step};
use kling_avatar::engine::lookup::Question;
use kling_avatar::engine::retry::RetryPolicy;

use crate::service::{Options, Random, Service};

const RUNS: u64 = 20_000;
const NOW: f64 = 1_750_000_000_000.0;

#[test]
fn one_video_is_paid_for_once_whatever_happens() {
    let (mut made, mut unknown, mut refused) = (0, 0, 0);
    for seed in 1..=RUNS {
        match run(seed) {
            "made" => made += 1,
            "submission_unknown" => unknown += 1,
            _ => refused += 1,
        }
    }
    println!("{RUNS} creates: {made} made, {unknown} left unknown, {refused} refused");
    assert!(made > RUNS / 2 && unknown > 0 && refused > 0);
}

fn run(seed: u64) -> &'static str {
    let mut random = Random::new(seed);
    let options = Options::random(&mut random);
    let late = options.late;
    let own = format!("own-{seed}");
    let mut service = Service::new(options.clone(), Random::new(seed ^ 0xfeed), NOW);
    let deadline = NOW + 1000.0 * (1.0 + random.next() * 600.0);
    let mut creation = Creation::new(&own, RetryPolicy::default(), NOW, Some(deadline));
    if random.chance(0.5) {
        creation = creation.with_reference(Some(String::from("other-0")));
    }
    let (mut now, mut step) = (NOW, creation.first());
    for _ in 0..10_000 {
        step = match step {
            Step::Send => {
                let outcome = service.on_create(&own, now);
                now += 100.0;
                creation.on_sent(outcome, now, random.next())
            }
            Step::Ask(question) => {
                let id = if question == Question::Reference { "other-0" } else { &own };
                let outcome = service.on_question(question, id, now);
                now += 50.0;
                creation.on_asked(outcome, now, random.next())
            }
            Step::Wait { delay_ms, .. } => {
                assert!(now + delay_ms < deadline, "seed {seed}: waits past the deadline");
                now += delay_ms;
                creation.after_wait()
            }
            Step::Done(_) => break,
        };
    }
    service.finish();
    let charges = service.charges(&own);
    let context = format!("seed {seed}, {options:?}: {step:?}");
    assert!(charges <= 1, "{charges} charges, {context}");
    match step {
        Step::Done(Ok(task)) => {
            assert!(service.owns(&task.task_id, &own), "{context}");
            "made"
        }
        Step::Done(Err(failure)) => {
            assert_eq!(failure.external_task_id.as_deref(), Some(own.as_str()), "{context}");
            let code = failure.error.code();
            assert!(charges == 0 || creation.is_unsettled() || late, "{context}");
            assert!(code != "submission_unknown" || creation.is_unsettled(), "{context}");
            code
        }
        _ => panic!("does not end, {context}"),
    }
}
