//! How much of a file the probes read.

use crate::corpus::{Expected, Offered, corpus};
use crate::source::{Counting, Reads, assert_bounded, audio, image, ready};
use kling_avatar::engine::media::{ProbeError, ReadError, Source, probe_audio, probe_image};

fn reads_of(name: &str) -> (Reads, usize) {
    let item = corpus().items.iter().find(|item| item.recipe.name == name).expect("it is in the corpus");
    let bytes = item.bytes();
    let reads = match item.recipe.offered {
        Offered::Image => image(&bytes).1,
        Offered::Sound => audio(&bytes).1,
    };
    (reads, bytes.len())
}

#[test]
fn a_large_photo_is_read_at_both_ends_only() {
    for name in
        ["ten-megabytes.jpg", "ten-megabytes.png", "1920x1080.jpg", "megabytes-before.png", "megabytes-of-segments.jpg"]
    {
        let (reads, len) = reads_of(name);
        assert!(len > 200_000, "{name} has only {len} bytes");
        assert!(reads.bytes <= 256 << 10, "{name}: {reads:?} of {len} bytes");
        assert!(reads.calls <= 60, "{name}: {reads:?} of {len} bytes");
    }
}

#[test]
fn a_sound_with_an_index_is_read_where_the_index_is() {
    for name in ["minute.m4a", "base.wav", "megabyte-before.wav", "rf64.wav", "sizes-zeros.wav", "cover.m4a"] {
        let (reads, len) = reads_of(name);
        assert!(reads.bytes <= 80 << 10 && reads.bytes < len as u64, "{name}: {reads:?} of {len} bytes");
    }
}

#[test]
fn a_sound_in_frames_is_read_once() {
    for name in ["minute.mp3", "minute.aac", "lame-v0.mp3", "free-400.mp3", "megabytes-of-cover-vbr.mp3"] {
        let (reads, len) = reads_of(name);
        assert!(reads.bytes <= len as u64, "{name}: {reads:?} of {len} bytes");
    }
}

#[test]
fn a_long_mp3_is_read_at_a_few_spots() {
    for name in [
        "minute.mp3",
        "long-cbr.mp3",
        "long-cbr-noinfo.mp3",
        "long-cbr-noinfo-id3v1.mp3",
        "long-vbr.mp3",
        "long-vbr-id3v1.mp3",
    ] {
        let (reads, len) = reads_of(name);
        assert!(reads.bytes <= 80 << 10, "{name}: {reads:?} of {len} bytes");
    }
}

#[test]
fn no_file_is_read_further_than_is_allowed() {
    for item in &corpus().items {
        let bytes = item.bytes();
        for most in [0, 1 << 10, 20 << 10, 200 << 10] {
            let source = Counting::new(&bytes);
            let found = match item.recipe.offered {
                Offered::Image => ready(probe_image(&source, most)).map(|image| image.bytes),
                Offered::Sound => ready(probe_audio(&source, most)).map(|sound| sound.bytes),
            };
            assert!(source.reads().bytes <= most as u64, "{}: {:?}", item.recipe.name, source.reads());
            let whole = if matches!(item.recipe.offered, Offered::Image) { image(&bytes).1 } else { audio(&bytes).1 };
            let expected = whole.bytes > most as u64;
            assert_eq!(matches!(found, Err(ProbeError::Read(_))), expected, "{}: {found:?}", item.recipe.name);
        }
    }
}

#[test]
fn no_file_of_the_corpus_is_read_more_than_it_is_worth() {
    for item in &corpus().items {
        let bytes = item.bytes();
        assert_bounded(audio(&bytes).1, bytes.len());
        assert_bounded(image(&bytes).1, bytes.len());
    }
}

#[test]
fn whole_files_are_told_from_the_same_bytes_however_they_are_offered() {
    for item in corpus().items.iter().filter(|item| matches!(item.recipe.expected, Expected::Is(_))) {
        let bytes = item.bytes();
        let (sound, picture) = (audio(&bytes).0, image(&bytes).0);
        assert_ne!(sound.is_ok(), picture.is_ok(), "{}: {sound:?} {picture:?}", item.recipe.name);
    }
}

/// Says more bytes than it gives.
struct Short<'a>(&'a [u8]);

impl Source for Short<'_> {
    fn len(&self) -> u64 {
        self.0.len() as u64
    }

    async fn read(&self, offset: u64, len: usize, into: &mut Vec<u8>) -> Result<(), ReadError> {
        self.0.read(offset, len / 2, into).await
    }
}

#[test]
fn a_source_that_gives_fewer_bytes_than_it_says_is_told_so() {
    let item = corpus().items.iter().find(|item| item.recipe.offered == Offered::Sound).expect("there is a sound");
    let bytes = item.bytes();
    let probed = ready(probe_audio(&Short(&bytes), usize::MAX));
    assert!(matches!(probed, Err(ProbeError::Read(_))), "{probed:?}");
}
