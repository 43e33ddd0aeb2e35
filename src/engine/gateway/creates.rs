//! One task of any number of repeated creates: who makes it, and what the others are told meanwhile.
//!
//! Events, each with the creator's `by`:
//! `begin` (`fingerprint`, `leaseMs`) is answered by `create`, by `settle` (look the task up first, somebody may have
//! made it and died), by `wait` (`ms`), by `adopt` (`taskId`) or by `conflict`;
//! `renew` (`leaseMs`), `created` (`taskId`), `released` (nothing was created) and `unsure` tell how it went on. `look` changes
//! nothing and is answered as `begin` would be, or by `none`.

use super::ledger::{Decision, answer};
use crate::engine::json::{Json, ObjectWriter};

/// How long a create is remembered, in milliseconds: as long as the service keeps its video, 30 days.
const CREATE_KEPT_MS: f64 = 2_592_000_000.0;

/// How soon somebody who waits for another one's create asks again, in milliseconds.
const ASK_AGAIN_MS: f64 = 400.0;

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
            state: entry.text_of("state"),
            by: entry.text_of("by"),
            until_ms: entry.number_of("until"),
            fingerprint: entry.text_of("fingerprint"),
            task_id: entry.text_of("taskId"),
        }
    }

    fn is_of(&self, event: &Json) -> bool {
        self.state == "open" && self.by == event.text_of("by")
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

pub(super) fn begin(entry: Option<&Json>, event: &Json, now_ms: f64) -> Option<Decision> {
    let looks = event.text_of("type") == "look";
    let told = |name: &str| event.get(name).and_then(Json::text).or(looks.then_some(""));
    let (fingerprint, by) = (told("fingerprint")?, told("by")?);
    let open = |todo: &str| {
        let until_ms = now_ms + event.number_of("leaseMs");
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

pub(super) fn renew(entry: Option<&Json>, event: &Json, now_ms: f64) -> Decision {
    let known = Create::read(entry.unwrap_or(&Json::Null));
    if known.is_of(event) {
        let until_ms = now_ms + event.number_of("leaseMs");
        return Create { until_ms, ..known }.kept(now_ms, answer("go").finish());
    }
    known.kept(now_ms, answer("stop").finish())
}

pub(super) fn created(entry: Option<&Json>, event: &Json, now_ms: f64) -> Option<Decision> {
    // The service knows one task for an id, so what was written first and what comes now are the same.
    let task_id = event.get("taskId")?.text()?;
    let known = Create::read(entry.unwrap_or(&Json::Null));
    Some(Create { state: "done", task_id, ..known }.kept(now_ms, answer("go").finish()))
}

pub(super) fn ended(entry: Option<&Json>, event: &Json, now_ms: f64, unsure: bool) -> Decision {
    let answer = answer("go").finish();
    match entry.map(Create::read) {
        Some(known) if !known.is_of(event) => known.kept(now_ms, answer),
        Some(known) if unsure => Create { state: "unsure", ..known }.kept(now_ms, answer),
        _ => Decision { entry: None, expires_at_ms: now_ms, answer },
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::ledger::tests::Store;

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
}
