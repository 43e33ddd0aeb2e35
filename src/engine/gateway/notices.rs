//! What the service tells of a task, each piece of news taken once.
//!
//! Events: `notice` (`key`), answered by `wake` or `drop`, and `missed` (`key`), which lets the same one come again.

use super::ledger::{Decision, answer};
use crate::engine::json::{Json, ObjectWriter, array, quoted};

/// How long the callbacks of a task are remembered, in milliseconds: longer than any task takes.
const NOTICES_KEPT_MS: f64 = 86_400_000.0;

/// How many different callbacks of one task are taken.
const NOTICES_MAX: usize = 32;

pub(super) fn notice(entry: Option<&Json>, event: &Json, now_ms: f64) -> Option<Decision> {
    let key = event.get("key")?.text()?;
    let seen = entry.and_then(|entry| entry.get("seen")?.list()).unwrap_or_default();
    let mut seen: Vec<&str> = seen.iter().filter_map(Json::text).collect();
    let news = seen.len() < NOTICES_MAX && !seen.contains(&key);
    if event.text_of("type") == "missed" {
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
    use serde_json::json;

    use super::super::ledger::tests::Store;
    use super::*;

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
}
