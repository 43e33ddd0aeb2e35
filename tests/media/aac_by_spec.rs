//! AAC as ISO/IEC 14496-3 and 13818-7 write it down: what the configuration in an MP4 file says, and frames in ADTS.

use kling_avatar::engine::media::{AudioFormat, AudioInfo, ProbeError};

use crate::m4a::{Sound, bits, decoder_config, descriptor, entry, esds, full, plain_config};
use crate::source::audio;

/// Sampling rates in the order of their indices.
const RATES: [u32; 13] =
    [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350];

fn told(bytes: &[u8], what: &str) -> AudioInfo {
    audio(bytes).0.unwrap_or_else(|error| panic!("{what}: {error:?}"))
}

/// What is told of an M4A with these descriptors, whose entry says one channel at 9 kHz.
#[track_caller]
fn assert_described(descriptors: &[u8], expected: (u32, u16), what: &str) {
    let info = told(&Sound::with_entry(entry(b"mp4a", 1, 9000, descriptors)).file(), what);
    assert_eq!((info.sample_rate, info.channels), expected, "{what}");
}

#[track_caller]
fn assert_configured(fields: &[(u32, u32)], expected: (u32, u16), what: &str) {
    assert_described(&esds(0x40, &bits(fields)), expected, what);
}

#[test]
fn a_configuration_names_the_rate_and_the_channels() {
    for (index, rate) in RATES.into_iter().enumerate() {
        assert_configured(&[(2, 5), (index as u32, 4), (2, 4), (0, 3)], (rate, 2), "a rate by its index");
    }
    for (configuration, channels) in
        (1..=6).map(|count| (count, count as u16)).chain([(7, 8), (11, 7), (12, 8), (13, 24), (14, 8)])
    {
        assert_configured(&[(2, 5), (3, 4), (configuration, 4), (0, 3)], (48_000, channels), "channels");
    }
    assert_configured(&[(2, 5), (15, 4), (44_056, 24), (2, 4), (0, 3)], (44_056, 2), "a rate in full");
    assert_configured(&[(31, 5), (10, 6), (3, 4), (2, 4), (0, 3)], (48_000, 2), "a late object type");
    // Reserved: what the entry says counts.
    assert_configured(&[(2, 5), (13, 4), (2, 4), (0, 3)], (9000, 1), "no rate of that index");
    assert_configured(&[(2, 5), (15, 4), (0, 24), (2, 4), (0, 3)], (9000, 1), "a rate of nothing");
    assert_configured(&[(2, 5), (3, 4), (8, 4), (0, 3)], (48_000, 1), "no channels of that number");
}

#[test]
fn a_configuration_may_be_one_of_spectral_band_replication() {
    for object_type in [5, 29] {
        assert_configured(&[(object_type, 5), (7, 4), (1, 4), (4, 4), (2, 5), (0, 3)], (44_100, 2), "first");
        let explicit = [(object_type, 5), (7, 4), (2, 4), (15, 4), (48_000, 24), (2, 5), (0, 3)];
        assert_configured(&explicit, (48_000, 2), "first, its rate in full");
    }
    assert_configured(&[(5, 5), (7, 4), (6, 4), (4, 4), (2, 5), (0, 3)], (44_100, 6), "six channels");
    assert_configured(&[(5, 5), (4, 4), (1, 4), (4, 4), (2, 5), (0, 3)], (44_100, 1), "at the same rate");
    // Old decoders do not look behind the codec's own settings, so it may stand there.
    let core = [(2, 5), (7, 4), (1, 4), (0, 3)];
    let behind = |more: &[(u32, u32)]| [&core, more].concat();
    assert_configured(&behind(&[(0x2B7, 11), (5, 5), (1, 1), (4, 4)]), (44_100, 2), "last");
    assert_configured(
        &behind(&[(0, 6), (0x2B7, 11), (5, 5), (1, 1), (4, 4)]),
        (44_100, 2),
        "last, behind more settings",
    );
    assert_configured(&behind(&[(0x2B7, 11), (5, 5), (1, 1), (15, 4), (44_100, 24)]), (44_100, 2), "last, in full");
    assert_configured(&behind(&[(0x2B7, 11), (5, 5), (0, 1), (4, 4)]), (22_050, 1), "last, and not used");
    assert_configured(&behind(&[(0x2B7, 11), (22, 5), (1, 1), (4, 4)]), (22_050, 1), "another extension");
    assert_configured(&behind(&[(0x2B6, 11), (5, 5), (1, 1), (4, 4)]), (22_050, 1), "no extension");
}

/// A program config element behind its tag: a centre, a pair, a pair behind and a channel of low frequencies.
fn program(mixdowns: bool) -> Vec<(u32, u32)> {
    let mixdown = |count: u32| if mixdowns { vec![(1, 1), (0x15 >> (5 - count), count)] } else { vec![(0, 1)] };
    let counts = [(3, 4), (1, 2), (3, 4), (2, 4), (0, 4), (1, 4), (1, 2), (5, 3), (9, 4)];
    let elements = [(0, 1), (15, 4), (1, 1), (15, 4), (1, 1), (15, 4)];
    [&counts[..], &mixdown(4), &mixdown(4), &mixdown(3), &elements].concat()
}

/// A raw data block that ends in fill elements, each of so many bytes that begin with this type.
fn filled(elements: &[(u32, u32)]) -> Vec<u8> {
    let mut fields = vec![(0x0A5, 11), (0x123_4567, 28)];
    for &(size, kind) in elements {
        fields.extend(if size < 15 { [(6, 3), (size, 4), (0, 0)] } else { [(6, 3), (15, 4), (size - 14, 8)] });
        fields.extend((0..size).map(|at| if at == 0 { (kind << 4 | 5, 8) } else { (0x95, 8) }));
    }
    fields.push((7, 3));
    bits(&fields)
}

#[test]
fn spectral_band_replication_shows_in_the_blocks_themselves() {
    for (what, elements, is_there) in [
        ("with data", vec![(9, 13)], true),
        ("with data and a check sum", vec![(9, 14)], true),
        ("with as much data as needs no second size", vec![(14, 13)], true),
        ("with more data", vec![(15, 13)], true),
        ("with much data", vec![(16, 14)], true),
        ("with as much data as there can be", vec![(269, 13)], true),
        ("with data, and nothing behind it", vec![(9, 13), (0, 0)], true),
        ("with data, and what only fills behind it", vec![(9, 13), (20, 0)], true),
        ("without", vec![], false),
        ("what only fills", vec![(9, 0)], false),
        ("what only fills, twice", vec![(300 - 31, 0), (3, 0)], false),
        ("data of another kind", vec![(9, 11)], false),
    ] {
        let block = filled(&elements);
        let expected = |rate| if is_there { (2 * rate, 2) } else { (rate, 1) };
        for rate in [3, 6, 7] {
            let info = told(&adts(rate, 1, 0, false, &block).repeat(40), what);
            assert_eq!((info.sample_rate, info.channels), expected(RATES[rate as usize]), "{what}");
        }
        let mut sample = Sound::plain();
        if block.len() > 200 {
            continue;
        }
        // The end mark is the last thing in a sample.
        sample.sample = [vec![0; 200 - block.len()], block].concat();
        let mut assert_told = |object_type: u8, fields: &[(u32, u32)], expected: (u32, u16)| {
            sample.entry = entry(b"mp4a", 1, 9000, &esds(object_type, &bits(fields)));
            let info = told(&sample.file(), what);
            assert_eq!((info.sample_rate, info.channels), expected, "{what}, {fields:?}");
        };
        for object_type in [0x40, 0x66, 0x67, 0x68] {
            assert_told(object_type, &[(2, 5), (6, 4), (1, 4), (0, 3)], expected(24_000));
        }
        assert_told(0x40, &[(2, 5), (7, 4), (1, 4), (0, 3)], expected(22_050));
        // Where it is said already, the rate is that of the output; and none runs beyond 48 kHz.
        assert_told(0x40, &[(5, 5), (9, 4), (1, 4), (6, 4), (2, 5), (0, 3)], (24_000, 2));
        assert_told(0x40, &[(2, 5), (5, 4), (1, 4), (0, 3)], (32_000, 1));
        assert_told(0x6B, &[], (9000, 1));
    }
}

#[test]
fn a_program_config_element_names_the_channels() {
    for mixdowns in [false, true] {
        let fields = [&[(2, 5), (3, 4), (0, 4), (0, 3), (0, 4)], &program(mixdowns)[1..]].concat();
        assert_configured(&fields, (48_000, 6), "in a configuration");
        let block = bits(&[&[(5, 3), (0, 4)], &program(mixdowns)[1..], &[(0xFFFF, 16)]].concat());
        for checked in [false, true] {
            let info = told(&adts(3, 0, 0, checked, &block).repeat(40), "in a block");
            assert_eq!((info.format, info.channels), (AudioFormat::Aac, 6), "{mixdowns} {checked}");
        }
    }
    let info = told(&adts(3, 0, 0, false, &[0x20, 0x55, 7]).repeat(40), "no element in the first block");
    assert_eq!(info.channels, 1);
}

#[test]
fn descriptors_have_lengths_of_one_to_four_bytes() {
    let decoder = |object_type| decoder_config(object_type, &plain_config());
    let stream = |rest: Vec<u8>| full(b"esds", 0, 0, &descriptor(3, &[&[0, 1, 0x1F], rest.as_slice()].concat()));
    assert_described(&stream(decoder(0x40)), (44_100, 2), "lengths of one byte");
    let unknown = [descriptor(0x13, &[4; 40]), decoder(0x40)].concat();
    assert_described(&stream(unknown), (44_100, 2), "an unknown one before it");
    for object_type in [0x66, 0x67, 0x68] {
        assert_described(&stream(decoder(object_type)), (44_100, 2), "AAC of MPEG-2");
    }
    for object_type in [0x69, 0x6B, 0xA5, 0xA6] {
        assert_described(&stream(decoder(object_type)), (9000, 1), "what has no configuration of AAC");
    }
    let long = |count: usize, tag: u8, body: &[u8]| {
        let mut lengths = vec![0x80; count - 1];
        lengths.push(body.len() as u8);
        [&[tag], lengths.as_slice(), body].concat()
    };
    for count in 1..=4 {
        let config =
            [&[0x40, 0x15, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0], long(count, 5, &plain_config()).as_slice()].concat();
        let skipped = [&[0x81, 0x02][..], &[3; 130]].concat();
        let body = [&[0, 1, 0, 0x13], skipped.as_slice(), long(count, 4, &config).as_slice()].concat();
        let padded = [&[3, 0x81, 0x80, 0x80, 0x00][..], &body].concat();
        assert_described(&full(b"esds", 0, 0, &padded), (44_100, 2), "lengths of several bytes");
    }
}

/// A frame of ADTS with `more` raw data blocks than one.
fn adts(rate: u32, configuration: u32, more: u32, checked: bool, block: &[u8]) -> Vec<u8> {
    let head = if checked { 9 } else { 7 };
    let len = (head + block.len()) as u32;
    let fields = [
        (0xFFF, 12),
        (0, 3),
        (u32::from(!checked), 1),
        (1, 2),
        (rate, 4),
        (0, 1),
        (configuration, 3),
        (0, 4),
        (len, 13),
        (0x7FF, 11),
        (more, 2),
    ];
    [bits(&fields), vec![0; head - 7], block.to_vec()].concat()
}

#[test]
fn frames_tell_their_length_rate_channels_and_blocks() {
    for (index, rate) in RATES.into_iter().enumerate() {
        for (configuration, channels) in [(1, 1), (2, 2), (3, 3), (4, 4), (5, 5), (6, 6), (7, 8)] {
            // Half of the bits of the length stand in each of two words.
            for (more, len) in [(0, 300), (1, 2040), (2, 2041), (3, 8184)] {
                for checked in [false, true] {
                    let block = &vec![0; len][usize::from(checked) * 2..];
                    let file = adts(index as u32, configuration, more, checked, block).repeat(30);
                    let what = format!("{rate} Hz, {configuration}, {more}, {len}, {checked}");
                    let info = told(&file, &what);
                    assert_eq!(
                        (info.format, info.sample_rate, info.channels),
                        (AudioFormat::Aac, rate, channels),
                        "{what}"
                    );
                    let seconds = 30.0 * 1024.0 * f64::from(more + 1) / f64::from(rate);
                    assert!((info.duration_seconds - seconds).abs() < 1e-9, "{what}: {} s", info.duration_seconds);
                }
            }
        }
    }
}

#[test]
fn frames_of_one_stream_are_of_all_lengths() {
    let lens = [300, 2040, 2041, 4090, 8184, 9];
    let frames: Vec<u8> = (0..60).flat_map(|at| adts(3, 6, 0, false, &vec![0; lens[at % 6]])).collect();
    let info = told(&frames, "all lengths");
    assert!((info.duration_seconds - 60.0 * 1024.0 / 48_000.0).abs() < 1e-9, "{info:?}");
    let slower = adts(11, 6, 0, false, &[0; 300]).repeat(20);
    let info = told(&[frames, slower].concat(), "one stream behind another");
    assert_eq!((info.sample_rate, info.channels), (48_000, 6));
    assert!((info.duration_seconds - 1024.0 * (60.0 / 48_000.0 + 20.0 / 8000.0)).abs() < 1e-9, "{info:?}");
}

#[test]
fn headers_that_no_frame_has_begin_none() {
    let unsupported = |file: &[u8], what: &str| {
        let found = audio(file).0;
        assert!(matches!(found, Err(ProbeError::UnsupportedFormat { .. })), "{what}: {found:?}");
    };
    for rate in 13..16 {
        unsupported(&adts(rate, 2, 0, false, &[0x21; 300]).repeat(30), "no rate of that index");
    }
    unsupported(&adts(4, 2, 0, false, &[]).repeat(3000), "nothing behind the header");
    unsupported(&adts(4, 2, 0, true, &[]).repeat(3000), "nothing behind the header and its check sum");
    let mut frame = adts(4, 2, 0, false, &[0x21; 300]);
    frame[1] &= 0xEF;
    unsupported(&frame.repeat(30), "eleven sync bits");
}
