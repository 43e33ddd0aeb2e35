//! Task tokens: what a page holds in place of a task's id.
//!
//! `base64url(payload).base64url(mac)`, the MAC being HMAC-SHA256 over purpose, payload and subject. The subject stands
//! in what is signed and not in the token, so a token says nothing about whose it is and is worth nothing to anybody
//! else. The MAC itself is made and compared (in constant time) by the platform's WebCrypto.

use crate::engine::base64::{Decoder, url_safe};

/// The length of an HMAC-SHA256, in bytes.
const MAC_BYTES: usize = 32;

/// How long a token can be, in characters.
const TOKEN_MAX_CHARACTERS: usize = 2048;

/// What a token is for; one is never taken for the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Reading a task.
    Task,
    /// Telling of a task's change.
    Callback,
    /// Speaking with a voice that was synthesized.
    Speech,
}

/// What a token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    /// Until when it holds, in Unix seconds.
    pub expires_at_s: u64,
    /// The service's id of the task or the speech; for a callback the id under which the task was created.
    pub task_id: String,
    /// The caller's own id; for a callback the name of the caller's quota; empty for speech.
    pub external_task_id: String,
}

/// A token that has the right form. Nothing is proven before its MAC is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parsed {
    /// What it says.
    pub claims: Claims,
    /// The MAC to be compared with that over [`Claims::signed`].
    pub mac: Vec<u8>,
}

impl Claims {
    fn payload(&self) -> Option<String> {
        let fields = [self.task_id.as_str(), self.external_task_id.as_str()];
        let plain = !self.task_id.is_empty() && !fields.iter().any(|field| field.chars().any(char::is_control));
        plain.then(|| self.expires_at_s.to_string() + "\n" + &fields.join("\n"))
    }

    /// Gives what is signed; nothing for an id with a control character, by which fields could be shifted.
    pub fn signed(&self, purpose: Purpose, subject: &str) -> Option<String> {
        let purpose = match purpose {
            Purpose::Task => "kling-avatar task 1\n",
            Purpose::Callback => "kling-avatar callback 1\n",
            Purpose::Speech => "kling-avatar speech 1\n",
        };
        Some(String::from(purpose) + &self.payload()? + "\n" + subject)
    }

    /// Writes the token; nothing for ids of which no token could be read again.
    pub fn token(&self, mac: &[u8]) -> Option<String> {
        let token = url_safe(self.payload()?.as_bytes()) + "." + &url_safe(mac);
        (token.len() <= TOKEN_MAX_CHARACTERS).then_some(token)
    }

    /// Whether the token's time has passed at `now_ms` (Unix time).
    pub fn has_expired(&self, now_ms: f64) -> bool {
        now_ms >= self.expires_at_s as f64 * 1000.0
    }
}

/// Takes a token apart.
pub fn parse(token: &str) -> Option<Parsed> {
    if token.len() > TOKEN_MAX_CHARACTERS {
        return None;
    }
    let (payload, mac) = token.split_once('.')?;
    let payload_bytes = Decoder::default().decode(payload, true)?;
    let mac_bytes = Decoder::default().decode(mac, true).filter(|mac| mac.len() == MAC_BYTES)?;
    // One token has one spelling: without what decoding ignores.
    let same = url_safe(&payload_bytes) == payload && url_safe(&mac_bytes) == mac;
    let text = String::from_utf8(payload_bytes).ok().filter(|_| same)?;
    let mut fields = text.split('\n');
    let (expiry, task_id, external_task_id) = (fields.next()?, fields.next()?, fields.next()?);
    let claims = Claims {
        expires_at_s: expiry.parse().ok()?,
        task_id: task_id.to_owned(),
        external_task_id: external_task_id.to_owned(),
    };
    // Written again it must be the same, so that what was signed is what is read.
    (fields.next().is_none() && claims.payload()? == text).then_some(Parsed { claims, mac: mac_bytes })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claims() -> Claims {
        Claims {
            expires_at_s: 1_800_000_000,
            task_id: String::from("842250903629086785"),
            external_task_id: String::from("é-1"),
        }
    }

    #[test]
    fn a_token_comes_back_as_it_was_written() {
        let mac = vec![7; MAC_BYTES];
        let token = claims().token(&mac).unwrap();
        assert_eq!(parse(&token), Some(Parsed { claims: claims(), mac: mac.clone() }));
        let longest = Claims { external_task_id: "\u{20ac}".repeat(200), ..claims() }.token(&mac).unwrap();
        assert!(parse(&longest).is_some());
        assert_eq!(Claims { task_id: "7".repeat(1500), ..claims() }.token(&mac), None);
    }

    #[test]
    fn whatever_is_not_exactly_a_token_is_none() {
        let token = claims().token(&[7; MAC_BYTES]).unwrap();
        for end in 0..token.len() {
            assert_eq!(parse(&token[..end]), None, "cut at {end}");
        }
        let (payload, mac) = token.split_once('.').unwrap();
        let written = |payload: &str| url_safe(payload.as_bytes()) + "." + mac;
        for forged in [
            String::new(),
            String::from("."),
            token.clone() + "A",
            token.clone() + "=",
            token.clone() + "." + mac,
            String::from(payload) + "." + &"A".repeat(44),
            written("1800000000\n\n"),
            written("1800000000\na"),
            written("1800000000\na\nb\nc"),
            written("+1800000000\na\nb"),
            written("01800000000\na\nb"),
            written("-1\na\nb"),
            written("99999999999999999999999\na\nb"),
            written("1800000000\na\rb\nc"),
            "A".repeat(3000) + "." + mac,
        ] {
            assert_eq!(parse(&forged), None, "{forged}");
        }
        // The last letter of a MAC carries two bits that decoding drops.
        let other = token.len() - 1;
        let twin = token[..other].to_owned() + if token.ends_with('H') { "I" } else { "H" };
        assert_ne!(parse(&twin), parse(&token));
    }

    #[test]
    fn purpose_subject_and_every_claim_are_signed_without_a_way_to_shift_them() {
        let of = |purpose, subject: &str| claims().signed(purpose, subject).unwrap();
        let mut all =
            vec![of(Purpose::Task, "a"), of(Purpose::Task, "b"), of(Purpose::Callback, "a"), of(Purpose::Task, "")];
        all.push(of(Purpose::Speech, "a"));
        all.push(Claims { task_id: String::from("1"), ..claims() }.signed(Purpose::Task, "a").unwrap());
        all.push(Claims { expires_at_s: 1, ..claims() }.signed(Purpose::Task, "a").unwrap());
        all.push(Claims { external_task_id: String::new(), ..claims() }.signed(Purpose::Task, "é-1\na").unwrap());
        let count = all.len();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), count);
        let shifted = Claims { task_id: String::from("1\n2"), ..claims() };
        assert_eq!((shifted.signed(Purpose::Task, "a"), shifted.token(&[0; 32])), (None, None));
    }

    #[test]
    fn a_token_ends_at_its_second() {
        assert!(!claims().has_expired(1_799_999_999_999.0));
        assert!(claims().has_expired(1_800_000_000_000.0));
    }
}
