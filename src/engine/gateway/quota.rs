//! How much one caller may ask for: creates per minute and tasks at the same time.

use super::ledger::{Decision, answer};
use crate::engine::json::{Json, ObjectWriter};
use crate::engine::search::split_once;

const MINUTE_MS: f64 = 60_000.0;

/// How soon to ask again when all places are taken, in milliseconds.
const PLACE_RETRY_MS: f64 = 5000.0;

/// Takes one of the caller's requests per minute and, with an `id`, one of its places for `holdMs` at the most.
///
/// The event names `perMinute` and `atOnce`; 0 is without limit. It is answered by `go`, by `rate` or by `full`, the last
/// two with `ms`. Taking the place of an `id` again is free, so that repeating a request costs nothing.
pub(super) fn take(entry: Option<&Json>, event: &Json, now_ms: f64) -> Decision {
    let (per_minute, at_once, hold_ms) =
        (event.number_of("perMinute"), event.number_of("atOnce"), event.number_of("holdMs"));
    let mut quota = Quota::read(entry, per_minute, now_ms);
    let refilled = quota.left + (now_ms - quota.at_ms).max(0.0) * per_minute / MINUTE_MS;
    (quota.left, quota.at_ms) = (refilled.min(per_minute.max(1.0)), now_ms);
    let id = event.text_of("id");
    let answer = if quota.running.iter().any(|(each, _)| each == id) {
        answer("go").finish()
    } else if per_minute > 0.0 && quota.left < 1.0 {
        let ms = ((1.0 - quota.left) * MINUTE_MS / per_minute).max(1.0);
        answer("rate").number("ms", ms.ceil()).finish()
    } else if at_once > 0.0 && !id.is_empty() && quota.running.len() as f64 >= at_once {
        answer("full").number("ms", PLACE_RETRY_MS).finish()
    } else {
        quota.left = (quota.left - 1.0).max(0.0);
        if !id.is_empty() {
            // Where places are not counted they only make a request free that is repeated at once, and must not heap up.
            let kept_ms = if at_once > 0.0 { hold_ms } else { hold_ms.min(MINUTE_MS) };
            quota.running.push((id.to_owned(), now_ms + kept_ms));
        }
        answer("go").finish()
    };
    quota.kept(now_ms, answer)
}

/// Frees the place of an `id`.
pub(super) fn end(entry: Option<&Json>, event: &Json, now_ms: f64) -> Decision {
    let answer = answer("go").finish();
    if entry.is_none() {
        return Decision { entry: None, expires_at_ms: now_ms, answer };
    }
    let mut quota = Quota::read(entry, 0.0, now_ms);
    quota.running.retain(|(id, _)| id != event.text_of("id"));
    quota.kept(now_ms, answer)
}

/// Whom an IP address is counted with: of IPv6 the network of 64 bits, of which one household has all addresses.
pub fn network_of(address: &str) -> String {
    let (before, after) = split_once(address, "::").unwrap_or((address, ""));
    let is_v4 = !address.contains(':') || address.contains('.') || (before.is_empty() && after.starts_with("ffff:"));
    if is_v4 {
        return address.to_owned();
    }
    let given = before.split(':').count() + after.split(':').count();
    let zeros = core::iter::repeat_n("0", 8_usize.saturating_sub(given));
    let mut network = String::new();
    for part in before.split(':').chain(zeros).chain(after.split(':')).take(4) {
        network.push_str(part.trim_start_matches('0'));
        network.push(':');
    }
    network.to_ascii_lowercase()
}

struct Quota {
    /// Requests that are left, at `at_ms`.
    left: f64,
    at_ms: f64,
    /// The places that are taken, and until when at the most.
    running: Vec<(String, f64)>,
}

impl Quota {
    fn read(entry: Option<&Json>, per_minute: f64, now_ms: f64) -> Self {
        let Some(entry) = entry else { return Self { left: per_minute.max(1.0), at_ms: now_ms, running: Vec::new() } };
        let running = match entry.get("running") {
            Some(Json::Object(places)) => {
                places.iter().map(|(id, until)| (id.clone(), until.number().unwrap_or_default())).collect()
            }
            _ => Vec::new(),
        };
        let mut quota = Self { left: entry.number_of("left"), at_ms: entry.number_of("at"), running };
        quota.running.retain(|(_, until_ms)| *until_ms > now_ms);
        quota
    }

    fn kept(&self, now_ms: f64, answer: String) -> Decision {
        let mut places = ObjectWriter::default();
        for (id, until_ms) in &self.running {
            places.number(id, *until_ms);
        }
        let entry = ObjectWriter::default()
            .number("left", self.left)
            .number("at", self.at_ms)
            .json("running", &places.finish())
            .finish();
        let expires_at_ms = self.running.iter().fold(now_ms + MINUTE_MS, |last, (_, until)| last.max(*until));
        Decision { entry: Some(entry), expires_at_ms, answer }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::ledger::decide;
    use super::super::ledger::tests::Store;
    use super::network_of;

    #[test]
    fn one_household_is_one_caller() {
        let home = network_of("2001:db8:1:2::1");
        for address in
            ["2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:0DB8:0001:0002::", "2001:db8:1:2:3::4", "2001:DB8:1:2::"]
        {
            assert_eq!(network_of(address), home, "{address}");
        }
        for (short, long) in
            [("2001::4:5:6:7:8", "2001:0:0:4::1"), ("1::2:3:4:5:6:7", "1:0:2:3::"), ("::1", "0:0:0:0:9::")]
        {
            assert_eq!(network_of(short), network_of(long), "{short}");
        }
        let apart = [
            "2001:db8:1:3::1",
            "2001:db8:1::1",
            "192.0.2.1",
            "192.0.2.2",
            "::ffff:192.0.2.1",
            "::ffff:192.0.2.2",
            "::ffff:c000:203",
            "::1",
            "",
        ];
        for (n, address) in apart.iter().enumerate() {
            assert_ne!(network_of(address), home, "{address}");
            assert!(apart.iter().skip(n + 1).all(|other| network_of(other) != network_of(address)), "{address}");
        }
    }

    fn take(id: &str, per_minute: u32, at_once: u32) -> Value {
        json!({ "type": "take", "id": id, "perMinute": per_minute, "atOnce": at_once, "holdMs": 100_000 })
    }

    #[test]
    fn a_minute_has_so_many_requests_and_they_come_back_evenly() {
        let mut store = Store::default();
        for n in 0..6 {
            assert_eq!(store.apply(take(&n.to_string(), 6, 0), 0.0)["do"], "go");
        }
        assert_eq!(store.apply(take("x", 6, 0), 1000.0), json!({ "do": "rate", "ms": 9000 }));
        assert_eq!(store.apply(take("x", 6, 0), 10_000.0)["do"], "go");
        assert_eq!(store.apply(take("y", 6, 0), 10_000.0)["do"], "rate");
    }

    #[test]
    fn less_than_one_in_a_minute_is_one_now_and_then() {
        let half = |id: &str| json!({ "type": "take", "id": id, "perMinute": 0.5, "atOnce": 0, "holdMs": 100 });
        let mut store = Store::default();
        assert_eq!(store.apply(half("a"), 0.0)["do"], "go");
        assert_eq!(store.apply(half("b"), 60_000.0), json!({ "do": "rate", "ms": 60_000 }));
        assert_eq!(store.apply(half("b"), 120_000.0)["do"], "go");
    }

    #[test]
    fn an_entry_stays_short_where_places_are_not_counted() {
        let mut store = Store::default();
        for n in 0..2000 {
            let event =
                json!({ "type": "take", "id": n.to_string(), "perMinute": 600, "atOnce": 0, "holdMs": 1_800_000 });
            assert_eq!(store.apply(event, f64::from(n) * 100.0)["do"], "go");
        }
        assert!(store.0.unwrap().len() < 20_000);
    }

    #[test]
    fn places_are_freed_at_the_end_or_when_their_time_is_over() {
        let mut store = Store::default();
        assert_eq!(store.apply(take("a", 0, 2), 0.0)["do"], "go");
        assert_eq!(store.apply(take("b", 0, 2), 50_000.0)["do"], "go");
        assert_eq!(store.apply(take("c", 0, 2), 50_000.0)["do"], "full");
        assert_eq!(store.apply(take("a", 0, 2), 50_000.0)["do"], "go");
        store.apply(json!({ "type": "end", "id": "b" }), 50_000.0);
        assert_eq!(store.apply(take("c", 0, 2), 50_000.0)["do"], "go");
        assert_eq!(store.apply(take("d", 0, 2), 99_999.0)["do"], "full");
        assert_eq!(store.apply(take("d", 0, 2), 100_000.0)["do"], "go");
    }

    #[test]
    fn an_order_without_an_id_takes_no_place_and_an_entry_is_kept_as_long_as_its_places() {
        let mut store = Store::default();
        for _ in 0..3 {
            assert_eq!(store.apply(take("", 0, 1), 0.0)["do"], "go");
        }
        let until = |entry: Option<&str>, event: Value| decide(entry, &event.to_string(), 5.0).unwrap().expires_at_ms;
        assert_eq!(until(store.0.as_deref(), take("a", 0, 1)), 100_005.0);
        assert_eq!(until(store.0.as_deref(), take("", 0, 1)), 60_005.0);
        let mut nothing = Store::default();
        nothing.apply(json!({ "type": "end", "id": "a" }), 0.0);
        assert_eq!(nothing.0, None);
    }

    #[test]
    fn a_repeated_request_costs_nothing_and_an_unlimited_caller_is_never_refused() {
        let mut store = Store::default();
        assert_eq!(store.apply(take("a", 1, 1), 0.0)["do"], "go");
        for _ in 0..5 {
            assert_eq!(store.apply(take("a", 1, 1), 1.0)["do"], "go");
        }
        assert_eq!(store.apply(take("b", 1, 1), 1.0)["do"], "rate");
        let mut free = Store::default();
        for n in 0..100 {
            assert_eq!(free.apply(take(&n.to_string(), 0, 0), 0.0)["do"], "go");
        }
    }
}
