//! What has been asked for before: entries of JSON text that a store changes atomically.
//!
//! A store holds one entry for each create (under the id that the service sees), one for each caller's quota and one for
//! each task that callbacks come for. It keeps to one rule: read the entry, let [`decide`] change it, and write it back,
//! with nothing in between. Whoever may do that across machines (a Durable Object, a database with compare-and-set) makes
//! one task of any number of repeated creates.

use super::quota;
use crate::engine::json::{Json, ObjectWriter, array, quoted};

/// How long a create is remembered, in milliseconds: as long as the service keeps its video, 30 days.
const CREATE_KEPT_MS: f64 = 2_592_000_000.0;

/// How long the callbacks of a task are remembered, in milliseconds: longer than any task takes.
const NOTICES_KEPT_MS: f64 = 86_400_000.0;

/// How many different callbacks of one task are taken.
const NOTICES_MAX: usize = 32;

/// How soon somebody who waits for another one's create asks again, in milliseconds.
const ASK_AGAIN_MS: f64 = 400.0;

/// What becomes of an entry.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// The entry from now on; nothing removes it.
    pub entry: Option<String>,
    /// Until when it has to be kept, in Unix milliseconds.
    pub expires_at_ms: f64,
    /// What the asker is to do, as JSON.
    pub answer: String,
}

/// Takes an event into an entry at `now_ms` (Unix time). Gives nothing for an event that is none.
///
/// Events of a create, each with the creator's `by`:
/// `begin` (`fingerprint`, `leaseMs`) is answered by `create`, by `settle` (look the task up first, somebody may have
/// made it and died), by `wait` (`ms`), by `adopt` (`taskId`) or by `conflict`;
/// `renew` (`leaseMs`), `created` (`taskId`), `released` (nothing was created) and `unsure` tell how it went on. `look` changes
/// nothing and is answered as `begin` would be, or by `none`.
/// Events of a quota: `take` and `end`, see [`quota`]. Events of a task: `notice` (`key`), answered by
/// `wake` or `drop`, and `missed` (`key`), which lets the same one come again.
pub fn decide(entry: Option<&str>, event: &str, now_ms: f64) -> Option<Decision> {
    let event = Json::parse(event.as_bytes())?;
    // An entry that cannot be read may hide a task that is paid for: it counts as one whose outcome is not known.
    let entry = entry.map(|text| Json::parse(text.as_bytes()).unwrap_or(Json::Null));
    let entry = entry.as_ref();
    match text(&event, "type") {
        "begin" | "look" => begin(entry, &event, now_ms),
        "renew" => Some(renew(entry, &event, now_ms)),
        "created" => created(entry, &event, now_ms),
        "released" => Some(ended(entry, &event, now_ms, false)),
        "unsure" => Some(ended(entry, &event, now_ms, true)),
        "take" => Some(quota::take(entry, &event, now_ms)),
        "end" => Some(quota::end(entry, &event, now_ms)),
        "notice" | "missed" => notice(entry, &event, now_ms),
        _ => None,
    }
}

pub(super) fn text<'a>(value: &'a Json, name: &str) -> &'a str {
    value.get(name).and_then(Json::text).unwrap_or_default()
}

pub(super) fn number(value: &Json, name: &str) -> f64 {
    value.get(name).and_then(Json::number).unwrap_or_default()
}

/// An answer that tells the asker what to do, to be finished.
pub(super) fn answer(todo: &str) -> ObjectWriter {
    let mut answer = ObjectWriter::default();
    answer.text("do", todo);
    answer
}

/// The entry of a create.
struct Create<'a> {
    state: &'a str,
    by: &'a str,
    until_ms: f64,
    fingerprint: &'a str,
    task_id: &'a str,
}

impl<'a> Create<'a> {
    fn read(entry: &'a Json) -> Self {
        Self {
            state: text(entry, "state"),
            by: text(entry, "by"),
            until_ms: number(entry, "until"),
            fingerprint: text(entry, "fingerprint"),
            task_id: text(entry, "taskId"),
        }
    }

    fn is_of(&self, event: &Json) -> bool {
        self.state == "open" && self.by == text(event, "by")
    }

    fn kept(&self, now_ms: f64, answer: String) -> Decision {
        let entry = ObjectWriter::default()
            .text("state", self.state)
            .text("by", self.by)
            .number("until", self.until_ms)
            .text("fingerprint", self.fingerprint)
            .text("taskId", self.task_id)
            .finish();
        Decision { entry: Some(entry), expires_at_ms: now_ms + CREATE_KEPT_MS, answer }
    }
}

fn begin(entry: Option<&Json>, event: &Json, now_ms: f64) -> Option<Decision> {
    let looks = text(event, "type") == "look";
    let told = |name: &str| event.get(name).and_then(Json::text).or(looks.then_some(""));
    let (fingerprint, by) = (told("fingerprint")?, told("by")?);
    let open = |todo: &str| {
        let until_ms = now_ms + number(event, "leaseMs");
        Create { state: "open", by, until_ms, fingerprint, task_id: "" }.kept(now_ms, answer(todo).finish())
    };
    let Some(known) = entry.map(Create::read) else {
        let nothing = || Decision { entry: None, expires_at_ms: now_ms, answer: answer("none").finish() };
        return Some(if looks { nothing() } else { open("create") });
    };
    let same = looks || known.fingerprint.is_empty() || known.fingerprint == fingerprint;
    let answer = match known.state {
        _ if !same => answer("conflict").finish(),
        "done" => answer("adopt").text("taskId", known.task_id).finish(),
        "open" if known.until_ms > now_ms => answer("wait").number("ms", ASK_AGAIN_MS).finish(),
        _ if looks => answer("settle").finish(),
        _ => return Some(open("settle")),
    };
    Some(known.kept(now_ms, answer))
}

fn renew(entry: Option<&Json>, event: &Json, now_ms: f64) -> Decision {
    let known = Create::read(entry.unwrap_or(&Json::Null));
    if known.is_of(event) {
        let until_ms = now_ms + number(event, "leaseMs");
        return Create { until_ms, ..known }.kept(now_ms, answer("go").finish());
    }
    known.kept(now_ms, answer("stop").finish())
}

fn created(entry: Option<&Json>, event: &Json, now_ms: f64) -> Option<Decision> {
    // The service knows one task for an id, so what was written first and what comes now are the same.
    let task_id = event.get("taskId")?.text()?;
    let known = Create::read(entry.unwrap_or(&Json::Null));
    Some(Create { state: "done", task_id, ..known }.kept(now_ms, answer("go").finish()))
}

fn ended(entry: Option<&Json>, event: &Json, now_ms: f64, unsure: bool) -> Decision {
    let answer = answer("go").finish();
    match entry.map(Create::read) {
        Some(known) if !known.is_of(event) => known.kept(now_ms, answer),
        Some(known) if unsure => Create { state: "unsure", ..known }.kept(now_ms, answer),
        _ => Decision { entry: None, expires_at_ms: now_ms, answer },
    }
}

fn notice(entry: Option<&Json>, event: &Json, now_ms: f64) -> Option<Decision> {
    let key = event.get("key")?.text()?;
    let seen = entry.and_then(|entry| entry.get("seen")?.list()).unwrap_or_default();
    let mut seen: Vec<&str> = seen.iter().filter_map(Json::text).collect();
    let news = seen.len() < NOTICES_MAX && !seen.contains(&key);
    if text(event, "type") == "missed" {
        seen.retain(|each| *each != key);
    } else if news {
        seen.push(key);
    }
    let seen = array(&mut seen.into_iter().map(quoted));
    Some(Decision {
        entry: Some(ObjectWriter::default().json("seen", &seen).finish()),
        expires_at_ms: now_ms + NOTICES_KEPT_MS,
        answer: answer(if news { "wake" } else { "drop" }).finish(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// An entry, as a store keeps it.
    #[derive(Default)]
    struct Store(Option<String>);

    impl Store {
        fn apply(&mut self, event: Value, now_ms: f64) -> Value {
            let decision = decide(self.0.as_deref(), &event.to_string(), now_ms).unwrap();
            self.0 = decision.entry;
            serde_json::from_str(&decision.answer).unwrap()
        }
    }

    fn begin(by: &str, fingerprint: &str) -> Value {
        json!({ "type": "begin", "by": by, "fingerprint": fingerprint, "leaseMs": 1000 })
    }

    #[test]
    fn one_creates_and_the_others_wait_and_adopt() {
        let mut store = Store::default();
        assert_eq!(store.apply(begin("a", "f"), 0.0)["do"], "create");
        assert_eq!(store.apply(begin("b", "f"), 1.0)["do"], "wait");
        assert_eq!(store.apply(begin("a", "f"), 1.0)["do"], "wait");
        store.apply(json!({ "type": "created", "by": "a", "taskId": "7" }), 2.0);
        assert_eq!(store.apply(begin("b", "f"), 3.0), json!({ "do": "adopt", "taskId": "7" }));
        assert_eq!(store.apply(begin("c", "f"), 1e9)["taskId"], "7");
    }

    #[test]
    fn another_request_under_the_same_id_is_a_conflict_at_every_stage() {
        let mut store = Store::default();
        store.apply(begin("a", "f"), 0.0);
        assert_eq!(store.apply(begin("b", "g"), 1.0)["do"], "conflict");
        store.apply(json!({ "type": "unsure", "by": "a" }), 1.0);
        assert_eq!(store.apply(begin("b", "g"), 1.0)["do"], "conflict");
        store.apply(json!({ "type": "created", "by": "a", "taskId": "7" }), 2.0);
        assert_eq!(store.apply(begin("b", "g"), 1.0)["do"], "conflict");
    }

    #[test]
    fn who_takes_over_from_a_creator_that_died_or_was_unsure_settles_first() {
        let mut store = Store::default();
        store.apply(begin("a", "f"), 0.0);
        store.apply(json!({ "type": "renew", "by": "a", "leaseMs": 1000 }), 900.0);
        assert_eq!(store.apply(begin("b", "f"), 1500.0)["do"], "wait");
        assert_eq!(store.apply(begin("b", "f"), 1901.0)["do"], "settle");
        assert_eq!(store.apply(json!({ "type": "renew", "by": "a", "leaseMs": 1000 }), 1902.0)["do"], "stop");
        // A late word of the dead creator does not free the other one's entry.
        store.apply(json!({ "type": "released", "by": "a" }), 1903.0);
        assert_eq!(store.apply(begin("c", "f"), 1904.0)["do"], "wait");
        store.apply(json!({ "type": "unsure", "by": "b" }), 1905.0);
        assert_eq!(store.apply(begin("c", "f"), 1906.0)["do"], "settle");
    }

    #[test]
    fn a_create_that_certainly_failed_leaves_nothing() {
        let mut store = Store::default();
        store.apply(begin("a", "f"), 0.0);
        store.apply(json!({ "type": "released", "by": "a" }), 1.0);
        assert_eq!(store.0, None);
        assert_eq!(store.apply(begin("b", "g"), 2.0)["do"], "create");
    }

    #[test]
    fn an_entry_that_cannot_be_read_is_settled_and_never_created_blindly() {
        for broken in ["", "{", "[]", "null", "{\"state\":\"?\"}"] {
            let mut store = Store(Some(broken.to_owned()));
            assert_eq!(store.apply(begin("a", "f"), 0.0)["do"], "settle", "{broken}");
        }
    }

    #[test]
    fn a_callback_wakes_once_and_a_flood_is_dropped() {
        let mut store = Store::default();
        let mut notice = |key: &str| store.apply(json!({ "type": "notice", "key": key }), 0.0)["do"].clone();
        assert_eq!(notice("succeed 1"), "wake");
        assert_eq!(notice("succeed 1"), "drop");
        let woken = (0..1000).filter(|n| notice(&n.to_string()) == "wake").count();
        assert_eq!(woken, NOTICES_MAX - 1);
    }

    #[test]
    fn a_callback_whose_task_could_not_be_read_may_come_again() {
        let mut store = Store::default();
        let mut tell = |kind: &str| store.apply(json!({ "type": kind, "key": "succeed 1" }), 0.0)["do"].clone();
        assert_eq!([tell("notice"), tell("notice")], ["wake", "drop"]);
        assert_eq!(tell("missed"), "drop");
        assert_eq!(tell("notice"), "wake");
    }

    #[test]
    fn who_looks_learns_what_is_known_and_changes_nothing() {
        let mut store = Store::default();
        let look = |store: &mut Store, now_ms: f64| {
            let before = store.0.clone();
            let told = store.apply(json!({ "type": "look" }), now_ms);
            assert_eq!(store.0, before);
            told
        };
        assert_eq!(look(&mut store, 0.0)["do"], "none");
        store.apply(begin("a", "f"), 0.0);
        assert_eq!(look(&mut store, 999.0)["do"], "wait");
        assert_eq!(look(&mut store, 1000.0)["do"], "settle");
        store.apply(json!({ "type": "created", "by": "a", "taskId": "7" }), 1001.0);
        assert_eq!(look(&mut store, 1e9), json!({ "do": "adopt", "taskId": "7" }));
    }

    #[test]
    fn creates_are_remembered_for_a_month_and_callbacks_for_a_day() {
        let day_ms = 86_400_000.0;
        let until = |event: Value| decide(None, &event.to_string(), 5.0).unwrap().expires_at_ms - 5.0;
        assert_eq!(until(begin("a", "f")), 30.0 * day_ms);
        assert_eq!(until(json!({ "type": "created", "by": "a", "taskId": "7" })), 30.0 * day_ms);
        assert_eq!(until(json!({ "type": "notice", "key": "succeed 1" })), day_ms);
    }

    #[test]
    fn what_is_no_event_changes_nothing() {
        for event in ["", "[]", "{}", "{\"type\":\"begin\"}", "{\"type\":\"created\"}", "{\"type\":\"other\"}"] {
            assert_eq!(decide(None, event, 0.0), None, "{event}");
        }
    }
}
