//! M4A files as tools other than those of the corpus write them: each field where the specification puts it.

use kling_avatar::engine::media::{AudioFormat, AudioInfo, ProbeError};

use crate::m4a::{RATE, SAMPLES, Sound, boxed, entry, esds, fragment, full, plain_config, words};
use crate::source::audio;

const SECONDS: f64 = (SAMPLES * 1024) as f64 / RATE as f64;

fn told(bytes: &[u8], what: &str) -> AudioInfo {
    let info = audio(bytes).0.unwrap_or_else(|error| panic!("{what}: {error:?}"));
    assert_eq!(info.format, AudioFormat::M4a, "{what}");
    info
}

#[track_caller]
fn assert_lasts(bytes: &[u8], seconds: f64, what: &str) {
    let info = told(bytes, what);
    let found = (info.sample_rate, info.channels);
    assert_eq!(found, (RATE, 2), "{what}");
    assert!((info.duration_seconds - seconds).abs() < 1e-6, "{what}: {} s, not {seconds} s", info.duration_seconds);
}

#[track_caller]
fn assert_foreign(bytes: &[u8], name: &str, what: &str) {
    let found = audio(bytes).0;
    let Err(ProbeError::UnsupportedFormat { detected: Some(detected) }) = found else { panic!("{what}: {found:?}") };
    assert_eq!(detected.name, name, "{what}");
}

#[track_caller]
fn assert_corrupt(bytes: &[u8], what: &str) {
    let found = audio(bytes).0;
    assert!(matches!(found, Err(ProbeError::Corrupt { .. })), "{what}: {found:?}");
}

#[test]
fn times_and_offsets_stand_in_short_and_in_long_fields() {
    for (long, long_offsets) in [(false, false), (true, true)] {
        let plain = || Sound { long, long_offsets, ..Sound::plain() };
        assert_lasts(&plain().file(), SECONDS, "no edits");
        assert_lasts(&plain().front(), SECONDS, "the index first");
        // The encoder's delay is skipped, and two seconds are played; where a length is 0, the rest.
        let delayed = |edits: &[(u64, i64)]| Sound { edits: edits.to_vec(), ..plain() }.file();
        assert_lasts(&delayed(&[(2000, 1024)]), 2.0, "an edit");
        assert_lasts(&delayed(&[(500, -1), (2000, 1024)]), 2.0, "an empty edit before it");
        // Decoders play 44 frames of 1024 for each, or two seconds in all: 0.04 s off the former is near enough to both.
        let two = 2.0 * 44.0 * 1024.0 / 44_100.0 - 0.04;
        assert_lasts(&delayed(&[(1000, 0), (1000, 48_128)]), two, "two edits");
        assert_lasts(&delayed(&[(0, 1024)]), SECONDS - 1024.0 / 44_100.0, "an edit to the end");
        assert_lasts(&delayed(&[(90_000, 1024)]), SECONDS - 1024.0 / 44_100.0, "an edit beyond the end");
        assert_lasts(&delayed(&[(1000, 900_000)]), SECONDS, "an edit behind the end");
    }
}

#[test]
fn sizes_stand_in_any_of_three_tables_and_tell_whether_the_sound_is_whole() {
    let constant = full(b"stsz", 0, 0, &words(&[200, SAMPLES]));
    let compact = full(b"stz2", 0, 0, &[words(&[16, SAMPLES]), [0, 200].repeat(SAMPLES as usize)].concat());
    for (what, sizes, long_offsets) in [
        ("listed", Sound::plain().sizes, false),
        ("listed, long offsets", Sound::plain().sizes, true),
        ("all the same", constant, false),
        ("packed", compact, false),
    ] {
        let sound = Sound { sizes, long_offsets, ..Sound::plain() };
        assert_lasts(&sound.file(), SECONDS, what);
        let whole = sound.front();
        assert_lasts(&whole, SECONDS, what);
        assert_corrupt(&whole[..whole.len() - 6000], what);
        // A packed table tells nothing of the last chunk but where it begins.
        if what != "packed" {
            assert_corrupt(&whole[..whole.len() - 1500], what);
        }
        // Less than a tenth of a second is no reason to refuse it.
        assert_lasts(&whole[..whole.len() - 500], SECONDS, what);
    }
}

#[test]
fn samples_without_a_size_are_not_there() {
    let durations = full(b"stts", 0, 0, &words(&[2, SAMPLES, 1024, SAMPLES * 3, 1024]));
    assert_lasts(&Sound { durations, ..Sound::plain() }.file(), SECONDS, "four times as many times as sizes");
}

#[test]
fn the_last_frame_is_played_to_its_end_unless_the_codec_is_lossless() {
    let durations = full(b"stts", 0, 0, &words(&[2, SAMPLES - 1, 4096, 1, 100]));
    let total = f64::from(4096 * (SAMPLES - 1) + 100) / 44_100.0;
    let with = |kind| Sound { durations: durations.clone(), ..Sound::with_entry(entry(kind, 2, RATE, &[])) };
    for kind in [b"alac", b"fLaC", b"Opus"] {
        assert_lasts(&with(kind).file(), total, "lossless, or as good as that");
    }
    let whole = f64::from(4096 * SAMPLES) / 44_100.0;
    assert_lasts(&with(b"ac-3").file(), whole - 0.04, "decoders play what they decode, or what is said: near to both");
}

#[test]
fn sounds_that_never_come_are_no_sound() {
    assert_corrupt(&Sound { timescale: 0, ..Sound::plain() }.file(), "no time scale");
    let no_samples = full(b"stts", 0, 0, &words(&[0]));
    assert_corrupt(&Sound { durations: no_samples, ..Sound::plain() }.file(), "no samples");
    for (channels, rate) in [(0, RATE), (2, 0)] {
        assert_corrupt(&Sound::with_entry(entry(b"ac-3", channels, rate, &[])).file(), "no channels or no rate");
    }
}

#[test]
fn boxes_may_have_long_sizes_or_none() {
    let sound = Sound::plain();
    let ftyp = sound.ftyp();
    let long = [words(&[1]), b"mdat".to_vec(), words(&[0, 20_016]), vec![0; 20_000]].concat();
    assert_lasts(&[ftyp.clone(), long, sound.index(ftyp.len() + 16)].concat(), SECONDS, "a long size");
    let mut open = sound.front();
    let data = open.windows(4).position(|kind| kind == b"mdat").expect("it is there") - 4;
    open[data..data + 4].fill(0);
    assert_lasts(&open, SECONDS, "sound to the end");
    let mut open = sound.file();
    let index = open.windows(4).position(|kind| kind == b"moov").expect("it is there") - 4;
    open[index..index + 4].fill(0);
    assert_lasts(&open, SECONDS, "an index to the end");
    let (front, back) = open.split_at(index);
    assert_corrupt(&[front, &words(&[7]), &back[4..]].concat(), "a box that is too small for its head");
}

#[test]
fn files_begin_with_other_boxes_too() {
    let sound = Sound::plain();
    for kind in [b"wide", b"free", b"skip", b"pnot"] {
        let first = boxed(kind, &[0; 12]);
        let file = [first.clone(), boxed(b"mdat", &[0; 20_000]), sound.index(first.len() + 8)].concat();
        assert_lasts(&file, SECONDS, &String::from_utf8_lossy(kind));
    }
    let file = [boxed(b"mdat", &[0; 20_000]), sound.index(8)].concat();
    assert_lasts(&file, SECONDS, "sound first");
    let index_len = sound.index(0).len();
    let file = [sound.index(index_len + 8), boxed(b"mdat", &[0; 20_000])].concat();
    assert_lasts(&file, SECONDS, "the index first");
    assert_corrupt(&fragment(&[]), "only a fragment");
}

#[test]
fn what_itunes_notes_is_taken_off_where_no_edit_list_does() {
    let noting = |meta: fn(&[u8]) -> Vec<u8>, text: &[u8]| {
        let name = full(b"name", 0, 0, b"iTunSMPB");
        let text = full(b"data", 0, 1, &[&[0; 4], text].concat());
        let item = boxed(b"----", &[full(b"mean", 0, 0, b"com.apple.iTunes"), name, text].concat());
        let handler = full(b"hdlr", 0, 0, b"\0\0\0\0mdirappl\0\0\0\0\0\0\0\0\0");
        let meta = meta(&[handler, boxed(b"ilst", &item)].concat());
        Sound { more: boxed(b"udta", &meta), ..Sound::plain() }
    };
    let note = |text: &[u8]| noting(|body| full(b"meta", 0, 0, body), text);
    let noted = b" 00000000 00000840 000001c0 0000000000018800 00000000 00000000";
    let short = f64::from(0x840 + 0x1C0) / 44_100.0;
    assert_lasts(&note(noted).file(), SECONDS - short, "delay and padding");
    let quick_time = noting(|body| boxed(b"meta", body), noted);
    assert_lasts(&quick_time.file(), SECONDS - short, "QuickTime's box, which has no version");
    let edited = Sound { edits: vec![(2000, 1024)], ..note(noted) };
    assert_lasts(&edited.file(), 2.0, "an edit list as well");
    assert_lasts(&note(b" 00000000 00000000 000001C0 00").file(), SECONDS, "no delay");
    assert_lasts(&note(b" 00000000 00004001 000001C0 00").file(), SECONDS, "a delay beyond belief");
    assert_lasts(&note(b" 00000000 00000840").file(), SECONDS, "too few words");
}

#[test]
fn fragments_say_in_three_places_how_long_samples_last() {
    let tfhd = |flags: u32, more: &[u32]| full(b"tfhd", 0, flags, &words(&[&[1], more].concat()));
    let uniform = full(b"trun", 0, 1, &words(&[SAMPLES / 2, 0]));
    let each = |flags: u32, head: &[u32], sample: &[u32]| {
        let samples = sample.repeat(SAMPLES as usize / 2);
        full(b"trun", 0, flags, &words(&[&[SAMPLES / 2], head, &samples].concat()))
    };
    for (what, track, run, default) in [
        ("the movie", tfhd(0, &[]), uniform.clone(), 1024),
        ("the fragment", tfhd(8, &[1024]), uniform.clone(), 7),
        ("the fragment, behind an index", tfhd(8 | 2, &[1, 1024]), uniform.clone(), 7),
        ("the fragment, behind a position and an index", tfhd(8 | 2 | 1, &[0, 0, 1, 1024]), uniform, 7),
        ("each sample", tfhd(0, &[]), each(0x100, &[], &[1024]), 7),
        ("each sample, behind a position", tfhd(0, &[]), each(0x101, &[99], &[1024]), 7),
        ("each sample, behind flags", tfhd(0, &[]), each(0x104, &[98], &[1024]), 7),
        ("each sample, before all else", tfhd(0, &[]), each(0xF05, &[99, 98], &[1024, 5, 6, 7]), 7),
        ("each sample, before its size", tfhd(0, &[]), each(0x301, &[99], &[1024, 5]), 7),
    ] {
        let fragments = [fragment(&[track.clone(), run.clone()]), fragment(&[track, run])];
        let sound = Sound::plain();
        assert_lasts(&sound.fragmented(default, &fragments), SECONDS, what);
        let delayed = Sound { edits: vec![(0, 1024)], ..sound };
        let skipped = 1024.0 / f64::from(RATE);
        assert_lasts(&delayed.fragmented(default, &fragments), SECONDS - skipped, what);
        // Not all decoders skip so much: 0.04 s less than those that play it.
        let delayed = Sound { edits: vec![(0, 4096)], ..Sound::plain() };
        assert_lasts(&delayed.fragmented(default, &fragments), SECONDS - 0.04, what);
        // Another track's fragments count for nothing.
        let other = full(b"tfhd", 0, 8, &words(&[2, 1024]));
        let others = [fragments.concat(), fragment(&[other, full(b"trun", 0, 0, &words(&[40]))])];
        assert_lasts(&Sound::plain().fragmented(default, &others), SECONDS, what);
    }
}

#[test]
fn fragments_say_when_they_begin() {
    let begun = |long: bool, time: u64, duration: u32| {
        let time = if long { time.to_be_bytes().to_vec() } else { (time as u32).to_be_bytes().to_vec() };
        let begin = full(b"tfdt", u8::from(long), 0, &time);
        let run = full(b"trun", 0, 0, &words(&[SAMPLES / 2]));
        fragment(&[full(b"tfhd", 0, 8, &words(&[1, duration])), begin, run])
    };
    let half = 51_200;
    for long in [false, true] {
        for start in [0, 900, 8_000_000] {
            for (what, gap, added) in [
                ("they follow each other", 0, 0.0),
                ("the last sample lasted longer than was thought", 5000, 5000.0),
                ("the last sample was shorter than was thought", -900, -900.0),
                ("a gap, which nobody plays", 6000, 0.0),
                ("another beginning", -half, 0.0),
            ] {
                let second = (start + half + gap) as u64;
                let fragments = [begun(long, start as u64, 1024), begun(long, second, 1024)];
                let seconds = SECONDS + added / 44_100.0;
                let found = told(&Sound::plain().fragmented(7, &fragments), what).duration_seconds;
                // Where a frame ends at another time than expected it may be decoded to its end.
                assert!((found - seconds).abs() < 0.024, "{what}: {found} s, not {seconds} s");
                assert!(added != 0.0 || (found - seconds).abs() < 1e-6, "{what}: {found} s, not {seconds} s");
            }
        }
    }
}

#[test]
fn pictures_and_chapters_are_no_video() {
    let video = |id: u32, entry: &[u8]| {
        let description = full(b"stsd", 0, 0, &[words(&[1]), entry.to_vec()].concat());
        let handler = full(b"hdlr", 0, 0, b"\0\0\0\0vide\0\0\0\0\0\0\0\0\0\0\0\0\0");
        let media = [handler, boxed(b"minf", &boxed(b"stbl", &description))].concat();
        let head = full(b"tkhd", 0, 0, &[words(&[8, 8, id]), vec![0; 68]].concat());
        boxed(b"trak", &[head, boxed(b"mdia", &media)].concat())
    };
    let with = |entry: &[u8]| Sound { more: video(2, entry), ..Sound::plain() };
    let still = |kind: &[u8; 4]| boxed(kind, &[0; 78]);
    for kind in [b"jpeg", b"png ", b"mjpa", b"mjpb"] {
        assert_lasts(&with(&still(kind)).file(), SECONDS, &String::from_utf8_lossy(kind));
    }
    for object_type in [0x6C, 0x6D] {
        let entry = boxed(b"mp4v", &[vec![0; 78], esds(object_type, &[])].concat());
        assert_lasts(&with(&entry).file(), SECONDS, "a picture in MPEG-4");
    }
    assert_foreign(&with(&still(b"avc1")).file(), "mp4-video", "a video");
    assert_foreign(&Sound { brand: *b"qt  ", ..with(&still(b"avc1")) }.file(), "mov", "a movie");
    assert_foreign(&Sound { brand: *b"3gp5", ..with(&still(b"avc1")) }.file(), "3gp", "a phone's video");
    for (id, name) in [(2, None), (3, Some("mp4-video"))] {
        let references = boxed(b"tref", &boxed(b"chap", &words(&[9, id])));
        let file = Sound { references, ..with(&still(b"avc1")) }.file();
        match name {
            None => assert_lasts(&file, SECONDS, "pictures of chapters"),
            Some(name) => assert_foreign(&file, name, "chapters are elsewhere"),
        }
    }
}

#[test]
fn codecs_are_those_of_m4a_files() {
    for kind in [b"alac", b"ac-3", b"ec-3", b"Opus", b"fLaC", b".mp3", b"ms\0\x55"] {
        assert_lasts(&Sound::with_entry(entry(kind, 2, RATE, &[])).file(), SECONDS, "a codec");
    }
    for (name, brand, kinds) in [
        ("3gp", b"M4A ", vec![b"samr", b"sawb", b"sawp", b"sevc", b"sqcp"]),
        ("protected-m4a", b"M4A ", vec![b"enca", b"drms", b"aavd"]),
        ("mp4-other", b"M4A ", vec![b"lpcm", b"twos"]),
        ("mov", b"qt  ", vec![b"lpcm", b"twos"]),
    ] {
        for kind in kinds {
            let sound = Sound { brand: *brand, ..Sound::with_entry(entry(kind, 2, RATE, &[])) };
            assert_foreign(&sound.file(), name, &String::from_utf8_lossy(kind));
        }
    }
    for object_type in 0..=255 {
        let file = Sound::with_entry(entry(b"mp4a", 2, RATE, &esds(object_type, &plain_config()))).file();
        match object_type {
            0 | 0x40 | 0x66..=0x69 | 0x6B | 0xA5 | 0xA6 => assert_lasts(&file, SECONDS, "an object type"),
            _ => assert_foreign(&file, "mp4-other", "an object type"),
        }
    }
    for (brand, name) in [(b"heic", "heic"), (b"avif", "avif"), (b"crx ", "cr3")] {
        assert_foreign(&Sound { brand: *brand, ..Sound::plain() }.file(), name, "a picture");
    }
    // Where the entry's field is too small, the codec's own header says more.
    let cookie = [words(&[0, 4096]), vec![0, 24, 40, 10, 14, 6, 0, 0], words(&[0, 0, 96_000])].concat();
    let info = told(&Sound::with_entry(entry(b"alac", 2, 30_464, &boxed(b"alac", &cookie))).file(), "ALAC");
    assert_eq!((info.sample_rate, info.channels), (96_000, 6));
    let header = boxed(b"dOps", &[0, 1, 0, 0, 0, 0, 0x3E, 0x80, 0, 0, 0]);
    let info = told(&Sound::with_entry(entry(b"Opus", 2, 16_000, &header)).file(), "Opus");
    assert_eq!((info.sample_rate, info.channels), (48_000, 1));
}
