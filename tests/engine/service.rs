//! A service in memory that fails in every way that is known, and counts what it charges.

use kling_avatar::engine::lookup::{Outcome, PAGE_SIZE, Question};
use serde_json::{Value, json};

use crate::answers::{answered, comet, kling, lost, not_sent, page, succeed, task, text};

/// A small seeded generator (xorshift), so that a failing run can be repeated.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// In `0.0 .. 1.0`.
    pub fn next(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub fn below(&mut self, end: u64) -> u64 {
        (self.next() * end as f64) as u64
    }

    pub fn chance(&mut self, probability: f64) -> bool {
        self.next() < probability
    }
}

#[derive(Debug, Clone)]
pub struct Options {
    pub find_by_path: bool,
    /// 0: not offered, 1: one task, 2: a list of it, 3: ignored.
    pub find_by_query: u64,
    pub list: bool,
    pub page_size: usize,
    pub unique: bool,
    pub repeats_id: bool,
    /// What a path that is not offered answers.
    pub unknown: u64,
    pub faults: f64,
    /// Creates whose connection is lost may be carried out some requests later. Only where ids are unique.
    pub late: bool,
    pub others: u64,
}

impl Options {
    pub fn random(random: &mut Random) -> Self {
        let unique = random.chance(0.5);
        Self {
            find_by_path: random.chance(0.5),
            find_by_query: random.below(4),
            list: random.chance(0.6),
            page_size: [PAGE_SIZE, 10, 500][random.below(3) as usize],
            unique,
            repeats_id: random.chance(0.8),
            unknown: random.below(4),
            faults: random.next() * 0.8,
            late: unique && random.chance(0.3),
            others: random.below(70),
        }
    }
}

pub struct Service {
    options: Options,
    random: Random,
    now: f64,
    tasks: Vec<(String, Option<String>, f64)>,
    /// Requests left until a create is carried out, and its id.
    late: Vec<(u64, String)>,
}

impl Service {
    pub fn new(options: Options, mut random: Random, now: f64) -> Self {
        let count = options.others;
        let tasks = (0..count).map(|n| {
            let own_id = random.chance(0.9).then(|| format!("other-{n}"));
            (format!("t-{n}"), own_id, now - 40_000.0 * (count - n) as f64)
        });
        Self { tasks: tasks.collect(), options, random, now, late: Vec::new() }
    }

    pub fn charges(&self, external_task_id: &str) -> usize {
        self.tasks.iter().filter(|(_, id, _)| id.as_deref() == Some(external_task_id)).count()
    }

    pub fn owns(&self, task_id: &str, external_task_id: &str) -> bool {
        self.tasks.iter().any(|(id, own, _)| id == task_id && own.as_deref() == Some(external_task_id))
    }

    fn begin(&mut self, now: f64) {
        self.now = now;
        for (left, _) in &mut self.late {
            *left = left.saturating_sub(1);
        }
        let due: Vec<String> = self.late.iter().filter(|(left, _)| *left == 0).map(|(_, id)| id.clone()).collect();
        self.late.retain(|(left, _)| *left > 0);
        for id in due {
            self.create(&id);
        }
    }

    /// Requests that are still on their way arrive.
    pub fn finish(&mut self) {
        for (_, id) in std::mem::take(&mut self.late) {
            self.create(&id);
        }
    }

    fn create(&mut self, own: &str) -> Outcome {
        if self.options.unique && self.charges(own) > 0 {
            return answered(
                400,
                &json!({ "code": 1201, "message": "external_task_id is already used by another task" }),
            );
        }
        let task_id = format!("t-{}", self.tasks.len());
        self.tasks.push((task_id.clone(), Some(own.to_owned()), self.now));
        let own = self.options.repeats_id.then_some(own);
        succeed(task(&task_id, own, "submitted", self.now))
    }

    pub fn on_create(&mut self, own: &str, now: f64) -> Outcome {
        self.begin(now);
        if !self.random.chance(self.options.faults) {
            return self.create(own);
        }
        match self.random.below(16) {
            0 => not_sent(),
            1 => lost(),
            2 => kling(429, 1302),
            3 => kling(429, 1303),
            4 => kling(503, 5001),
            5 => comet(502, ""),
            6 => {
                if self.options.late {
                    let left = 1 + self.random.below(6);
                    self.late.push((left, own.to_owned()));
                }
                lost()
            }
            7 => kling(400, 1301),
            fault => {
                let made = self.create(own);
                match fault {
                    8 => lost(),
                    9 => kling(500, 5000),
                    10 => page(502),
                    11 => text(200, "{\"code\":0,\"data\":{\"task"),
                    12 => page(200),
                    13 => text(302, ""),
                    14 => page(404),
                    _ => made,
                }
            }
        }
    }

    pub fn on_question(&mut self, question: Question, id: &str, now: f64) -> Outcome {
        self.begin(now);
        if self.random.chance(self.options.faults) {
            return match self.random.below(9) {
                0 | 1 => lost(),
                2 => not_sent(),
                3 => kling(503, 5001),
                4 => kling(429, 1302),
                5 => page(502),
                6 => page(200),
                7 => text(200, "{\"code\":0,\"da"),
                _ => comet(524, ""),
            };
        }
        let found = self.tasks.iter().rev().find(|(_, own, _)| own.as_deref() == Some(id)).cloned();
        let one = |found: Option<(String, Option<String>, f64)>, repeats: bool| match found {
            Some((task_id, own, at)) => succeed(task(&task_id, own.as_deref().filter(|_| repeats), "processing", at)),
            None => kling(404, 1203),
        };
        match question {
            Question::Path | Question::Reference if self.options.find_by_path => one(found, self.options.repeats_id),
            Question::Query if self.options.find_by_query == 1 => one(found, true),
            Question::Query if self.options.find_by_query == 2 => {
                let list = found.map(|(task_id, own, at)| task(&task_id, own.as_deref(), "processing", at));
                succeed(Value::from(list.into_iter().collect::<Vec<_>>()))
            }
            Question::Query if self.options.find_by_query == 3 && self.options.list => self.page(1),
            Question::List { page } if self.options.list => self.page(page as usize),
            _ => match self.options.unknown {
                0 => kling(404, 1203),
                1 => comet(404, ""),
                2 => text(301, ""),
                _ => page(404),
            },
        }
    }

    fn page(&self, page: usize) -> Outcome {
        let size = self.options.page_size.min(PAGE_SIZE);
        let newest = self.tasks.iter().rev().skip((page - 1) * size).take(size);
        let list = newest.map(|(task_id, own, at)| task(task_id, own.as_deref(), "processing", *at));
        succeed(Value::from(list.collect::<Vec<_>>()))
    }
}
