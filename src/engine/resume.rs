//! Picking work up again after a reload: what is kept of a create, and under which name.

use super::json::{Json, ObjectWriter};

/// How long a record counts, in milliseconds: the service deletes videos after 30 days.
const KEPT_MS: f64 = 30.0 * 86_400_000.0;

/// What is kept of a create until its video is there. Neither the key nor the media are in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// The id that was, or was about to be, sent.
    pub external_task_id: String,
    /// The service's id, once it was known.
    pub task_id: Option<String>,
    /// When the create began, in Unix milliseconds.
    pub began_at_ms: f64,
}

impl Record {
    /// Writes the record as text.
    pub fn to_text(&self) -> String {
        ObjectWriter::default()
            .text("externalTaskId", &self.external_task_id)
            .text_if("taskId", self.task_id.as_ref())
            .number("beganAtMs", self.began_at_ms)
            .finish()
    }

    /// Reads a record. Gives nothing for one that is too old, or none.
    pub fn read(text: &str, now_ms: f64) -> Option<Self> {
        let json = Json::parse(text.as_bytes())?;
        let began_at_ms = json.get("beganAtMs")?.number().filter(|at| now_ms - at < KEPT_MS)?;
        Some(Self {
            external_task_id: json.owned_text("externalTaskId")?,
            task_id: json.owned_text("taskId"),
            began_at_ms,
        })
    }
}

/// Tells inputs apart: 128 bits over everything that a create sends. Not against forgery, for which there is no reason:
/// a record belongs to the page that wrote it.
#[derive(Debug, Clone)]
pub struct Fingerprint {
    low: u64,
    high: u64,
    length: u64,
    /// Bytes that do not fill a word yet, and how many.
    word: u64,
    carried: usize,
}

impl Default for Fingerprint {
    fn default() -> Self {
        Self { low: 0x9e37_79b9_7f4a_7c15, high: 0xc2b2_ae3d_27d4_eb4f, length: 0, word: 0, carried: 0 }
    }
}

impl Fingerprint {
    /// Takes in the next bytes, in pieces of any length: a platform gives a file in other ones each time.
    pub fn push(&mut self, bytes: &[u8]) {
        let (head, body) = bytes.split_at(bytes.len().min(8 - self.carried));
        let (words, rest) = body.as_chunks();
        self.keep(head);
        for word in words {
            self.mix(u64::from_le_bytes(*word));
        }
        self.keep(rest);
        self.length = self.length.wrapping_add(bytes.len() as u64);
    }

    /// Takes in bytes that do not fill a word of eight, or just do.
    fn keep(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.word |= u64::from(*byte) << (8 * self.carried);
            self.carried += 1;
        }
        if self.carried == 8 {
            self.mix(self.word);
            (self.word, self.carried) = (0, 0);
        }
    }

    fn mix(&mut self, word: u64) {
        self.low = (self.low ^ word).wrapping_mul(0x9fb2_1c65_1e98_df25).rotate_left(29);
        self.high = (self.high.rotate_left(31) ^ word).wrapping_mul(0xd6e8_feb8_6659_fd93).wrapping_add(self.low);
    }

    /// Gives 32 hexadecimal digits.
    pub fn finish(mut self) -> String {
        if self.carried > 0 {
            self.mix(self.word);
        }
        let mut text = String::new();
        for half in [self.low ^ self.length, self.high] {
            for shift in (0..16).rev() {
                text.push(char::from_digit((half >> (4 * shift)) as u32 & 15, 16).unwrap_or('0'));
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_reads_as_it_was_written() {
        for task_id in [None, Some(String::from("t-\"1"))] {
            let record =
                Record { external_task_id: String::from("o-\\1\n"), task_id, began_at_ms: 1_750_000_000_123.0 };
            assert_eq!(Record::read(&record.to_text(), 1_750_000_000_999.0), Some(record));
        }
    }

    #[test]
    fn what_is_no_record_or_too_old_counts_as_none() {
        let record = Record { external_task_id: String::from("o"), task_id: None, began_at_ms: 1e12 };
        assert_eq!(Record::read(&record.to_text(), 1e12 + KEPT_MS), None);
        for text in ["", "null", "{}", "[1]", "{\"externalTaskId\":\"o\"}", "{\"beganAtMs\":1}", "{\"externalTaskId\":"]
        {
            assert_eq!(Record::read(text, 2.0), None, "{text}");
        }
    }

    fn of(bytes: &[u8]) -> String {
        let mut fingerprint = Fingerprint::default();
        fingerprint.push(bytes);
        fingerprint.finish()
    }

    #[test]
    fn every_byte_and_the_length_count() {
        let bytes: Vec<u8> = (0..1003_u32).map(|n| (n * 7) as u8).collect();
        let mut seen = std::collections::HashSet::new();
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut other = bytes.clone();
                other[at] ^= 1 << bit;
                assert!(seen.insert(of(&other)));
            }
        }
        for length in 0..=bytes.len() {
            assert!(seen.insert(of(&bytes[..length])));
        }
        let mut padded = [0; 17];
        padded[0] = 9;
        for length in 1..=17 {
            assert!(seen.insert(of(&padded[..length])), "{length}");
        }
    }

    #[test]
    fn a_record_of_an_earlier_version_is_found() {
        assert_eq!(of(b"{\"external_task_id\":\"o\"}"), "890042f2b69399453a01b4fd78f17902");
    }

    #[test]
    fn pieces_make_no_difference() {
        let bytes: Vec<u8> = (0..1001_u32).map(|n| (n * 13) as u8).collect();
        for size in [1, 3, 7, 8, 9, 64, 100] {
            let mut pieces = Fingerprint::default();
            for piece in bytes.chunks(size) {
                pieces.push(piece);
            }
            assert_eq!(pieces.finish(), of(&bytes), "{size}");
        }
    }
}
