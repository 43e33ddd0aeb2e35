//! How long to wait before a request is sent again.

use super::json::decimal;

/// The longest wait that a `Retry-After` header can ask for, in milliseconds.
pub const RETRY_AFTER_MAX_MS: f64 = 120_000.0;

/// How often and how soon a request is repeated. The waits grow twofold, with full jitter.
#[derive(Debug, Clone, PartialEq)]
pub struct RetryPolicy {
    /// How often a request is sent at the most, the first time included. Default 4.
    pub max_attempts: u32,
    /// The upper end of the first wait, in milliseconds. Default 1000.
    pub min_delay_ms: f64,
    /// The upper end of the longest wait, in milliseconds. Default 30 000.
    pub max_delay_ms: f64,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self { max_attempts: 4, min_delay_ms: 1000.0, max_delay_ms: 30_000.0 }
    }
}

impl RetryPolicy {
    /// Gives the wait before repetition number `repetition` (1 for the first), in milliseconds.
    ///
    /// `random` lies in `0.0 .. 1.0`. A wait that the service asked for is the least that is waited; jitter comes on top
    /// of it, so that many clients do not come back at the same moment.
    pub fn delay_ms(&self, repetition: u32, retry_after_ms: Option<f64>, random: f64) -> f64 {
        let doublings = repetition.saturating_sub(1).min(20);
        let ceiling = (self.min_delay_ms * f64::from(1_u32 << doublings)).min(self.max_delay_ms.max(self.min_delay_ms));
        match retry_after_ms {
            Some(asked) => asked.min(RETRY_AFTER_MAX_MS) + random * self.min_delay_ms,
            None => random * ceiling,
        }
    }

    /// Gives the wait until the account may have a free place again: at least 1 s and growing, in milliseconds.
    pub fn turn_delay_ms(&self, repetition: u32, retry_after_ms: Option<f64>, random: f64) -> f64 {
        const LEAST_MS: f64 = 1000.0;
        let growing = (LEAST_MS * f64::from(repetition)).min(self.max_delay_ms).max(LEAST_MS);
        retry_after_ms.map_or(growing, |asked| asked.clamp(LEAST_MS, RETRY_AFTER_MAX_MS)) + random * LEAST_MS
    }
}

/// Reads a `Retry-After` header, seconds or an HTTP date, as milliseconds from `now_ms` (Unix time).
///
/// `parse_date` reads a date as Unix milliseconds: every JavaScript engine has such a function.
pub fn retry_after_ms(header: &str, now_ms: f64, parse_date: impl Fn(&str) -> Option<f64>) -> Option<f64> {
    let header = header.trim_ascii();
    if let Some(seconds) = decimal(header) {
        return Some(seconds * 1000.0);
    }
    // A number that is negative is no date, though some engines take it for a year.
    let named = header.as_bytes().first().is_some_and(u8::is_ascii_alphabetic);
    let at_ms = parse_date(header).filter(|at_ms| named && at_ms.is_finite())?;
    Some((at_ms - now_ms).max(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_longest_and_jitter_takes_the_whole_range() {
        let policy = RetryPolicy { max_attempts: 9, min_delay_ms: 500.0, max_delay_ms: 3000.0 };
        let ceilings: Vec<f64> = (1..=5).map(|n| policy.delay_ms(n, None, 1.0)).collect();
        assert_eq!(ceilings, [500.0, 1000.0, 2000.0, 3000.0, 3000.0]);
        assert_eq!(policy.delay_ms(3, None, 0.0), 0.0);
        assert_eq!(policy.delay_ms(u32::MAX, None, 1.0), 3000.0);
    }

    #[test]
    fn retry_after_is_the_least_and_is_capped() {
        let policy = RetryPolicy::default();
        assert_eq!(policy.delay_ms(1, Some(7000.0), 0.0), 7000.0);
        assert_eq!(policy.delay_ms(1, Some(7000.0), 0.5), 7500.0);
        assert_eq!(policy.delay_ms(1, Some(1e12), 0.0), RETRY_AFTER_MAX_MS);
    }

    #[test]
    fn a_turn_is_never_asked_for_within_a_second() {
        let policy = RetryPolicy { max_attempts: 1, min_delay_ms: 1.0, max_delay_ms: 9000.0 };
        let waits: Vec<f64> = (1..=4).map(|n| policy.turn_delay_ms(n, None, 0.5)).collect();
        assert!(
            waits.iter().all(|wait| *wait >= 1000.0) && waits.windows(2).all(|pair| pair[0] < pair[1]),
            "{waits:?}"
        );
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now_ms = 784_111_770_000.0;
        // Engines take a negative number for a year.
        let parse_date = |text: &str| {
            let at = httpdate::parse_http_date(text).ok().and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok());
            Some(at.map_or(if text == "-3" { 0.0 } else { f64::NAN }, |since| since.as_millis() as f64))
        };
        for (header, expected) in [
            ("7", Some(7000.0)),
            (" 1.5 ", Some(1500.0)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(7000.0)),
            ("Sun, 06 Nov 1994 08:49:00 GMT", Some(0.0)),
            ("-3", None),
            ("inf", None),
            ("soon", None),
        ] {
            assert_eq!(retry_after_ms(header, now_ms, parse_date), expected, "{header}");
        }
    }
}
