//! What has been asked for before: entries of JSON text that a store changes atomically.
//!
//! A store holds one entry for each create (under the id that the service sees), one for each caller's quota and one for
//! each task that callbacks come for. It keeps to one rule: read the entry, let [`decide`] change it, and write it back,
//! with nothing in between. Whoever may do that across machines (a Durable Object, a database with compare-and-set) makes
//! one task of any number of repeated creates.

use super::{creates, notices, quota};
use crate::engine::json::{Json, ObjectWriter};

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
/// Which events there are, and how they are answered, `creates`, [`quota`] and `notices` tell.
pub fn decide(entry: Option<&str>, event: &str, now_ms: f64) -> Option<Decision> {
    let event = Json::parse(event.as_bytes())?;
    // An entry that cannot be read may hide a task that is paid for: it counts as one whose outcome is not known.
    let entry = entry.map(|text| Json::parse(text.as_bytes()).unwrap_or(Json::Null));
    let entry = entry.as_ref();
    match event.text_of("type") {
        "begin" | "look" => creates::begin(entry, &event, now_ms),
        "renew" => Some(creates::renew(entry, &event, now_ms)),
        "created" => creates::created(entry, &event, now_ms),
        "released" => Some(creates::ended(entry, &event, now_ms, false)),
        "unsure" => Some(creates::ended(entry, &event, now_ms, true)),
        "take" => Some(quota::take(entry, &event, now_ms)),
        "end" => Some(quota::end(entry, &event, now_ms)),
        "notice" | "missed" => notices::notice(entry, &event, now_ms),
        _ => None,
    }
}

/// An answer that tells the asker what to do, to be finished.
pub(super) fn answer(todo: &str) -> ObjectWriter {
    let mut answer = ObjectWriter::default();
    answer.text("do", todo);
    answer
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// An entry, as a store keeps it.
    #[derive(Default)]
    pub(in crate::engine::gateway) struct Store(pub(in crate::engine::gateway) Option<String>);

    impl Store {
        pub(in crate::engine::gateway) fn apply(&mut self, event: Value, now_ms: f64) -> Value {
            let decision = decide(self.0.as_deref(), &event.to_string(), now_ms).unwrap();
            self.0 = decision.entry;
            serde_json::from_str(&decision.answer).unwrap()
        }
    }

    #[test]
    fn creates_are_remembered_for_a_month_and_callbacks_for_a_day() {
        let day_ms = 86_400_000.0;
        let until = |event: Value| decide(None, &event.to_string(), 5.0).unwrap().expires_at_ms - 5.0;
        assert_eq!(until(json!({ "type": "begin", "by": "a", "fingerprint": "f" })), 30.0 * day_ms);
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
