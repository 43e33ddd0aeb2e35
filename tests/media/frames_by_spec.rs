//! MPEG audio frame by frame, as ISO/IEC 11172-3 and 13818-3 lay it down: every bit rate, rate and layer, and headers of
//! encoders.

use kling_avatar::engine::media::{AudioFormat, AudioInfo, ProbeError};

use crate::audio_by_hand::{id3, junk};
use crate::source::audio;

/// Bit rates in kbit/s by version and layer; index 0 stands for free format.
const KILOBITS: [(bool, u32, [u32; 14]); 6] = [
    (false, 1, [32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448]),
    (false, 2, [32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384]),
    (false, 3, [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320]),
    (true, 1, [32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256]),
    (true, 2, [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160]),
    (true, 3, [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160]),
];
/// The bits that name a version, and its rates.
const VERSIONS: [(u32, bool, [u32; 3]); 3] =
    [(3, false, [44_100, 48_000, 32_000]), (2, true, [22_050, 24_000, 16_000]), (0, true, [11_025, 12_000, 8_000])];

/// A frame with this header and as many bytes as `len`.
fn frame(version: u32, layer: u32, bit_rate: u32, rate: u32, padding: u32, mode: u32, len: u32) -> Vec<u8> {
    let word = 0x7FF << 21
        | version << 19
        | (4 - layer) << 17
        | 1 << 16
        | bit_rate << 12
        | rate << 10
        | padding << 9
        | mode << 6;
    let mut frame = word.to_be_bytes().to_vec();
    frame.resize(len as usize, 0);
    frame
}

/// MPEG-1 Layer III at 128 kbit/s and 44.1 kHz, one second and a little in 40 frames.
fn plain(frames: usize) -> Vec<u8> {
    (0..frames).flat_map(|index| frame(3, 3, 9, 0, u32::from(index > 0), 0, 417 + u32::from(index > 0))).collect()
}

const FRAME_SECONDS: f64 = 1152.0 / 44_100.0;

#[track_caller]
fn told(bytes: &[u8], what: &str) -> AudioInfo {
    audio(bytes).0.unwrap_or_else(|error| panic!("{what}: {error:?}"))
}

#[track_caller]
fn assert_lasts(bytes: &[u8], seconds: f64, what: &str) {
    let info = told(bytes, what);
    assert_eq!(info.format, AudioFormat::Mp3, "{what}");
    assert!((info.duration_seconds - seconds).abs() < 1e-6, "{what}: {} s, not {seconds} s", info.duration_seconds);
}

fn refused_as(bytes: &[u8], what: &str) -> Option<&'static str> {
    match audio(bytes).0 {
        Err(ProbeError::UnsupportedFormat { detected }) => detected.map(|detected| detected.name),
        other => panic!("{what}: {other:?}"),
    }
}

#[test]
fn frames_are_as_long_as_their_headers_say() {
    for (version, is_later, rates) in VERSIONS {
        for (_, layer, kilobits) in KILOBITS.iter().filter(|row| row.0 == is_later) {
            for (bit_rate, kilobits) in (1..).zip(kilobits) {
                for (index, rate) in (0..).zip(rates) {
                    let bits = kilobits * 1000;
                    let samples = match layer {
                        1 => 384,
                        3 if is_later => 576,
                        _ => 1152,
                    };
                    let len = |padding| {
                        if *layer == 1 { (12 * bits / rate + padding) * 4 } else { samples / 8 * bits / rate + padding }
                    };
                    let frames = (0..40)
                        .flat_map(|at| frame(version, *layer, bit_rate, index, at % 2, 3 * (at % 4 / 3), len(at % 2)));
                    let file: Vec<u8> = frames.collect();
                    let what = format!("version {version}, layer {layer}, {kilobits} kbit/s, {rate} Hz");
                    if *layer != 3 {
                        assert_eq!(refused_as(&file, &what), Some(if *layer == 1 { "mp1" } else { "mp2" }), "{what}");
                        continue;
                    }
                    let info = told(&file, &what);
                    let seconds = 40.0 * f64::from(samples) / f64::from(rate);
                    assert!((info.duration_seconds - seconds).abs() < 1e-6, "{what}: {} s", info.duration_seconds);
                    assert_eq!((info.format, info.sample_rate, info.channels), (AudioFormat::Mp3, rate, 2), "{what}");
                }
            }
        }
    }
    let mono = frame(3, 3, 9, 0, 0, 3, 417).repeat(40);
    assert_eq!(told(&mono, "one channel").channels, 1);
}

#[test]
fn frames_of_free_format_are_as_long_as_the_way_to_the_next() {
    for len in [120, 1300, 5000] {
        for first in [0, 1] {
            let file: Vec<u8> = (first..first + 60).flat_map(|at| frame(3, 3, 0, 0, at % 2, 0, len + at % 2)).collect();
            assert_lasts(&file, 60.0 * FRAME_SECONDS, &format!("{len} bytes, padding {first}"));
        }
    }
}

#[test]
fn headers_that_no_frame_has_begin_none() {
    for (what, header) in [
        ("a reserved version", frame(1, 3, 9, 0, 0, 0, 417)),
        ("a reserved rate", frame(3, 3, 9, 3, 0, 0, 417)),
        ("a reserved bit rate", frame(3, 3, 15, 0, 0, 0, 417)),
    ] {
        assert_eq!(refused_as(&header.repeat(60), what), None, "{what}");
    }
}

/// A first frame that says how much there is, and of which encoder it is.
fn header_frame(flags: u32, fields: &[u32], encoder: &[u8], delay: u32, padding: u32) -> Vec<u8> {
    let mut head = frame(3, 3, 9, 0, 0, 0, 36);
    head.extend(b"Xing");
    head.extend([flags].iter().chain(fields).flat_map(|field| field.to_be_bytes()));
    head.extend(if flags & 4 == 0 { &[][..] } else { &[7; 100] });
    head.extend(if flags & 8 == 0 { &[][..] } else { &[0, 0, 0, 78] });
    head.extend(encoder);
    head.extend((delay << 20 | padding << 8).to_be_bytes());
    head.resize(417, 0);
    head
}

#[test]
fn headers_of_encoders_say_what_is_no_sound() {
    let lame = b"LAME3.100\x04\xC8\0\0\0\0\0\0\0\0\0\0";
    let size = 417 + plain(80).len() as u32;
    // The decoder's own delay of 529 samples comes to the encoder's, and is part of the padding.
    let sound = |taken: u32| (80.0 * 1152.0 - f64::from(taken)) / 44_100.0;
    for (flags, fields, encoder, taken) in [
        (0xF, vec![80, size], lame, 576 + 1728),
        (0x7, vec![80, size], lame, 576 + 1728),
        (0xB, vec![80, size], lame, 576 + 1728),
        (0x3, vec![80, size], lame, 576 + 1728),
        (0x1, vec![80], lame, 576 + 1728),
        (0xD, vec![80], lame, 576 + 1728),
        (0x1, vec![80], b"Lavf58.76\x04\xC8\0\0\0\0\0\0\0\0\0\0", 576 + 1728),
        (0x1, vec![80], b"Lavc58.13\x04\xC8\0\0\0\0\0\0\0\0\0\0", 576 + 1728),
        (0x1, vec![80], b"Gogo\0\0\0\0\0\x04\xC8\0\0\0\0\0\0\0\0\0\0", 0),
        // Without the number of frames nobody knows where the padding begins.
        (0x2, vec![size], lame, 576 + 529),
        (0xE, vec![size], lame, 576 + 529),
    ] {
        let file = [header_frame(flags, &fields, encoder, 576, 1728), plain(80)].concat();
        assert_lasts(&file, sound(taken), &format!("{flags:#x} {}", String::from_utf8_lossy(&encoder[..4])));
    }
    let file = [header_frame(1, &[80], lame, 576, 400), plain(80)].concat();
    assert_lasts(&file, sound(576 + 529), "less padding than the decoder's delay");
    let file = [header_frame(0xC, &[], lame, 576, 1728), plain(80)].concat();
    assert_lasts(&file, 81.0 * FRAME_SECONDS, "a header that says nothing is a frame");
    let file = [header_frame(1, &[8000], b"", 0, 0), plain(80)].concat();
    assert!(matches!(audio(&file).0, Err(ProbeError::Corrupt { .. })), "a hundred times as many frames");
}

#[test]
fn the_header_of_another_encoder_is_no_sound_either() {
    let mut head = frame(3, 3, 9, 0, 0, 0, 36);
    head.extend(b"VBRI\0\x01\x09\x31\0\x4B\0\0\x82\x34");
    for (frames, counted) in [(80_u32, 80.0), (0, 81.0)] {
        let mut head = [head.clone(), frames.to_be_bytes().to_vec()].concat();
        head.resize(417, 0);
        assert_lasts(&[head, plain(80)].concat(), counted * FRAME_SECONDS, "a VBRI header");
    }
}

#[test]
fn what_is_between_frames_is_passed_over_as_long_as_it_is_little() {
    let around = |between: &[u8]| [plain(100), between.to_vec(), plain(100)].concat();
    let whole = 200.0 * FRAME_SECONDS;
    assert_lasts(&around(&[0; 20_000]), whole, "a quarter at the most");
    assert!(matches!(audio(&around(&[0; 26_500])).0, Err(ProbeError::Corrupt { .. })), "more than a quarter");
    let mut cut = plain(100);
    cut.truncate(cut.len() - 1);
    assert_lasts(&cut, 99.0 * FRAME_SECONDS, "the last frame is not whole");
    // Frames in a tag are of something else.
    let other = frame(3, 3, 5, 1, 0, 0, 192).repeat(50);
    let size = other.len() as u32;
    let mut id3 = id3(other.len());
    id3.truncate(10);
    let ended = [&id3[..5], &[0x10], &id3[6..], &other, &[0; 10]].concat();
    let id3 = [id3, other.clone()].concat();
    let ape = [b"APETAGEX\xD0\x07\0\0", &size.to_le_bytes()[..], &[0; 16], &other].concat();
    let id3v1 = [b"TAG", &other[..125]].concat();
    for (what, tag) in [("ID3v2", id3), ("ID3v2 with an end", ended), ("APE", ape), ("ID3v1", id3v1)] {
        assert_lasts(&around(&tag), whole, what);
        assert_lasts(&[tag.clone(), around(&[])].concat(), whole, what);
        assert_lasts(&[around(&[]), tag].concat(), whole, what);
    }
}

#[test]
fn short_sounds_are_told_by_what_stands_behind_them() {
    for (what, behind) in [
        ("nothing", vec![]),
        ("an old tag", [b"TAG".to_vec(), vec![b' '; 125]].concat()),
        ("an APE tag", [b"APETAGEX\xD0\x07\0\0".to_vec(), 1_u32.to_le_bytes().to_vec(), vec![0; 17]].concat()),
        ("three bytes", vec![0; 3]),
    ] {
        for frames in [1, 2] {
            assert_lasts(&[plain(frames), behind.clone()].concat(), frames as f64 * FRAME_SECONDS, what);
        }
    }
    assert_eq!(refused_as(&[plain(2), vec![0; 400]].concat(), "zeros behind two frames"), None);
}

#[test]
fn frames_are_looked_for_behind_as_much_as_anyone_puts_before_them() {
    let sound = plain(200);
    let seconds = 200.0 * FRAME_SECONDS;
    assert_lasts(&[junk(250_000), sound.clone()].concat(), seconds, "a quarter of a megabyte");
    refused_as(&[junk(400_000), sound.clone()].concat(), "more than that");
    assert_lasts(&[id3(900_000), sound.clone()].concat(), seconds, "a tag");
    let lying = [&id3(70_000)[..], &vec![0; 300_000], &sound].concat();
    assert_lasts(&lying, seconds, "a tag that says too little by far");
    let lying = [&id3(400_000)[..10], &vec![0; 5000], &sound, &vec![0; 330_000]].concat();
    assert!(audio(&lying).0.is_err(), "more zeros than sound");
    let lying = [&id3(2_000_000)[..10], &vec![0; 5000], &plain(2000)].concat();
    assert_lasts(&lying, 2000.0 * FRAME_SECONDS, "a tag that says too much");
    let lying = [&id3(2_000_000)[..10], &vec![0; 500_000], &plain(2000)].concat();
    assert_lasts(&lying, 2000.0 * FRAME_SECONDS, "a large tag that says too much");
    assert_lasts(&[id3(20).repeat(16), sound.clone()].concat(), seconds, "sixteen tags");
}
