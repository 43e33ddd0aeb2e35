//! The poll schedule set beside fixed intervals, on a seeded simulation of realistic task times.
//!
//! `cargo test --test engine schedule -- --nocapture` prints the table of docs/polling.md.

use kling_avatar::engine::poll::{Experience, PollPolicy};

use crate::service::Random;

const TASKS: usize = 10_000;
const SEED: u64 = 20_251;

/// Seconds from the create to the end: log-normal, cut to 25 to 900 s.
fn task_seconds(median: f64) -> Vec<f64> {
    let mut random = Random::new(SEED);
    let mut next = || {
        let radius = (-2.0 * (1.0 - random.next()).ln()).sqrt();
        let normal = radius * (std::f64::consts::TAU * random.next()).cos();
        (median * (0.5 * normal).exp()).clamp(0.25 * median, 9.0 * median)
    };
    (0..TASKS).map(|_| next()).collect()
}

/// Mean seconds between a task's end and the read that finds it, and mean reads.
#[derive(Debug, Clone, Copy)]
struct Measured {
    delay: f64,
    reads: f64,
}

/// `interval` gives the seconds until the next read of a task of this age.
fn measure(tasks: &[f64], mut interval: impl FnMut(f64) -> f64) -> Measured {
    let (mut delay, mut reads) = (0.0, 0.0);
    for end in tasks {
        let mut at = 0.0;
        while at < *end {
            at += interval(at);
            reads += 1.0;
        }
        delay += at - end;
    }
    Measured { delay: delay / tasks.len() as f64, reads: reads / tasks.len() as f64 }
}

fn fixed(tasks: &[f64], seconds: f64) -> Measured {
    measure(tasks, |_| seconds)
}

/// The schedule of a client that knows nothing but what is usual. The reads of one schedule are the same for every
/// task, so they are worked out once.
fn ours(tasks: &[f64], policy: &PollPolicy) -> Measured {
    let median_ms = Experience::default().median_ms(false, Some(10.0));
    let mut reads = vec![0.0];
    while reads.last().is_some_and(|at| *at < 3000.0) {
        let at = reads[reads.len() - 1];
        reads.push(at + policy.interval_ms(at * 1000.0, median_ms) / 1000.0);
    }
    let mut at = 0;
    measure(tasks, |age| {
        at = if age == 0.0 { 0 } else { at + 1 };
        reads[at + 1] - reads[at]
    })
}

/// A client that learns from each of its tasks.
fn learning(tasks: &[f64], policy: &PollPolicy) -> Measured {
    let mut experience = Experience::default();
    let (mut delay, mut reads) = (0.0, 0.0);
    for end in tasks {
        let median_ms = experience.median_ms(false, Some(10.0));
        let one = measure(&[*end], |age| policy.interval_ms(age * 1000.0, median_ms) / 1000.0);
        (delay, reads) = (delay + one.delay, reads + one.reads);
        experience.learn(end * 1000.0, false, Some(10.0));
    }
    Measured { delay: delay / tasks.len() as f64, reads: reads / tasks.len() as f64 }
}

/// Stretches our schedule until it takes as many reads.
fn ours_at(tasks: &[f64], reads: f64) -> Measured {
    let policy = |min| PollPolicy { min_interval_ms: min, max_interval_ms: f64::INFINITY, ..PollPolicy::default() };
    let (mut low, mut high) = (10.0, 60_000.0);
    for _ in 0..20 {
        let middle = f64::sqrt(low * high);
        if ours(tasks, &policy(middle)).reads > reads { low = middle } else { high = middle }
    }
    ours(tasks, &policy(high))
}

#[test]
fn by_default_an_end_is_known_within_two_seconds_and_25_reads() {
    let tasks = task_seconds(100.0);
    let unlearned = ours(&tasks, &PollPolicy::default());
    let learned = learning(&tasks[..2000], &PollPolicy::default());
    println!("default, nothing learned: {unlearned:.2?}");
    println!("default, learning:        {learned:.2?}");
    for measured in [unlearned, learned] {
        assert!(measured.delay <= 2.0 && measured.reads <= 25.0, "{measured:?}");
    }
}

#[test]
fn at_equal_reads_the_mean_delay_is_at_most_three_quarters_of_a_fixed_schedules() {
    let tasks = task_seconds(100.0);
    println!("| fixed interval | reads | mean delay | ours at as many reads | ratio |");
    println!("|---:|---:|---:|---:|---:|");
    for seconds in [0.5, 1.0, 2.0, 3.0, 5.0, 6.0, 10.0, 15.0, 20.0] {
        let theirs = fixed(&tasks, seconds);
        let ours = ours_at(&tasks, theirs.reads);
        let ratio = ours.delay / theirs.delay;
        println!("| {seconds} s | {:.1} | {:.2} s | {:.2} s | {ratio:.2} |", theirs.reads, theirs.delay, ours.delay);
        assert!(ours.reads <= theirs.reads && ratio <= 0.75, "{seconds} s: {ours:?} / {theirs:?}");
    }
}

#[test]
fn a_client_whose_tasks_are_not_usual_learns_their_time() {
    for (median, most_delay, most_reads) in [(30.0, 1.4, 25.0), (300.0, 4.0, 50.0)] {
        let tasks = task_seconds(median);
        let before = ours(&tasks, &PollPolicy::default());
        let after = learning(&tasks[..2000], &PollPolicy::default());
        println!("median {median} s: {before:.2?} without learning, {after:.2?} with it");
        assert!(after.delay <= most_delay && after.reads <= most_reads, "{median} s: {after:?}");
    }
}
