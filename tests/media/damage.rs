//! Real files, damaged in every way that comes to mind: no probe panics, hangs, reads without end or makes up a number.

use crate::corpus::corpus;
use crate::source::{assert_bounded, audio, image};

/// Damaged versions of each file; raise it for a longer search.
const ROUNDS: u64 = 60;
/// Larger files only repeat what smaller ones hold.
const MAX_BYTES: usize = 150_000;

/// xorshift64*: the same damage in every run.
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    pub fn below(&mut self, end: usize) -> usize {
        if end == 0 { 0 } else { (self.next() % end as u64) as usize }
    }
}

/// Numbers that break arithmetic.
const HOSTILE: [u32; 10] = [0, 1, 2, 7, 8, 0x7F, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFE, 0xFFFF_FFFF];

pub fn damage(bytes: &mut Vec<u8>, random: &mut Random) {
    for _ in 0..=random.below(4) {
        if bytes.is_empty() {
            return;
        }
        // Headers stand at the beginning and at the end: half of the damage goes there.
        let len = bytes.len();
        let at = match random.below(4) {
            0 => random.below(len.min(600)),
            1 => len - 1 - random.below(len.min(3000)),
            _ => random.below(len),
        };
        let count = random.below(40).min(len - at);
        match random.below(8) {
            0 => bytes[at] ^= 1 << random.below(8),
            1 => bytes[at] = random.next() as u8,
            2 if at + 4 <= len => {
                let hostile = HOSTILE[random.below(HOSTILE.len())];
                let number = if random.below(2) == 0 { hostile.to_be_bytes() } else { hostile.to_le_bytes() };
                bytes[at..at + 4].copy_from_slice(&number);
            }
            3 => bytes.truncate(at + 1),
            4 => drop(bytes.drain(at..at + count)),
            5 => {
                let copy = bytes[at..at + count].to_vec();
                let to = random.below(len);
                bytes.splice(to..to, copy);
            }
            6 => bytes[at..at + count].fill(if random.below(2) == 0 { 0 } else { 0xFF }),
            _ => bytes.extend_from_within(..count.min(bytes.len())),
        }
    }
}

#[test]
fn damaged_files_end_in_an_answer() {
    let mut random = Random(0x5EED);
    let (mut accepted, mut tried) = (0, 0);
    for item in &corpus().items {
        let whole = item.bytes();
        // Long files are sampled, which no short one is: some of their damaged versions are worth the time, too.
        let rounds = match whole.len() {
            1..=MAX_BYTES => ROUNDS,
            _ if item.recipe.name.starts_with("long-") => ROUNDS / 2,
            _ => 0,
        };
        for _ in 0..rounds {
            let mut bytes = whole.clone();
            damage(&mut bytes, &mut random);
            let (sound, sound_reads) = audio(&bytes);
            let (picture, picture_reads) = image(&bytes);
            assert_bounded(sound_reads, bytes.len());
            assert_bounded(picture_reads, bytes.len());
            if let Ok(info) = &sound {
                assert!(info.duration_seconds.is_finite() && info.duration_seconds >= 0.0, "{}", item.recipe.name);
                assert!(info.sample_rate > 0 && info.channels > 0, "{}: {info:?}", item.recipe.name);
            }
            if let Ok(info) = &picture {
                assert!(info.width > 0 && info.height > 0, "{}", item.recipe.name);
            }
            accepted += usize::from(sound.is_ok() || picture.is_ok());
            tried += 1;
        }
    }
    crate::say(&format!("damaged files: {tried}, of which {accepted} can still be taken"));
    assert!(tried > 5000);
}

#[test]
fn every_shorter_version_of_a_file_ends_in_an_answer() {
    for name in
        ["adts-44100-2.aac", "cbr-44100-2.mp3", "pcm_u8-8000-1.wav", "aac-8000-1.m4a", "300x300.jpg", "palette-1.png"]
    {
        let item = corpus().items.iter().find(|item| item.recipe.name == name).expect("it is in the corpus");
        let bytes = item.bytes();
        let step = (bytes.len() / 1500).max(1);
        for len in (0..2000.min(bytes.len())).chain((2000..bytes.len()).step_by(step)) {
            let part = &bytes[..len];
            assert_bounded(audio(part).1, len);
            assert_bounded(image(part).1, len);
        }
    }
}
