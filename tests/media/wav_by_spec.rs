//! WAVE files field by field: every codec whose length the header tells.

use kling_avatar::engine::media::{AudioFormat, AudioInfo, ProbeError};

use crate::audio_by_hand::{chunk, riff};
use crate::source::audio;

/// The fields of a `fmt ` chunk, with as many bytes of them as `len`.
struct Format {
    codec: u16,
    channels: u16,
    rate: u32,
    block: u16,
    bits: u16,
    block_samples: u16,
    len: usize,
}

const PCM: Format = Format { codec: 1, channels: 1, rate: 8000, block: 2, bits: 16, block_samples: 0, len: 16 };

impl Format {
    fn chunk(&self) -> Vec<u8> {
        let mut body = [self.codec.to_le_bytes(), self.channels.to_le_bytes()].concat();
        body.extend(self.rate.to_le_bytes());
        body.extend([7; 4]);
        for field in [self.block, self.bits, 2, self.block_samples] {
            body.extend(field.to_le_bytes());
        }
        body.resize(body.len().max(self.len), 0);
        body.truncate(self.len);
        chunk(b"fmt ", &body)
    }
}

fn told(bytes: &[u8], what: &str) -> AudioInfo {
    audio(bytes).0.unwrap_or_else(|error| panic!("{what}: {error:?}"))
}

#[track_caller]
fn assert_samples(format: &Format, more: &[u8], data: usize, samples: f64) {
    let what = format!("codec {:#x}, {} channels, {} bits", format.codec, format.channels, format.bits);
    let file = riff(4_000_000, &[format.chunk(), more.to_vec(), chunk(b"data", &vec![0; data])]);
    let info = told(&file, &what);
    let found = (info.format, info.sample_rate, info.channels);
    assert_eq!(found, (AudioFormat::Wav, format.rate, format.channels), "{what}");
    let seconds = samples / f64::from(format.rate);
    assert!((info.duration_seconds - seconds).abs() < 1e-9, "{what}: {} s, not {seconds} s", info.duration_seconds);
}

#[test]
fn samples_of_a_known_size_are_counted() {
    for (codec, bits, bytes) in [
        (1, 8, 1),
        (1, 12, 2),
        (1, 16, 2),
        (1, 20, 3),
        (1, 24, 3),
        (1, 32, 4),
        (1, 64, 8),
        (3, 32, 4),
        (3, 64, 8),
        (6, 8, 1),
        (6, 16, 1),
        (7, 8, 1),
        (7, 16, 1),
    ] {
        for channels in [1, 2, 6] {
            let format = Format { codec, channels, block: bytes * channels, bits, ..PCM };
            let data = 9600 * usize::from(bytes * channels);
            assert_samples(&format, &[], data, 9600.0);
            // In place of the codec's number stands that of what follows, and there it is.
            let extension = [&[0; 6][..], &codec.to_le_bytes(), &[0; 14]].concat();
            let mut extended = Format { codec: 0xFFFE, len: 18, ..format }.chunk();
            extended.splice(24.., [&[22, 0][..], &extension].concat());
            extended[4] = (extended.len() - 8) as u8;
            let info = told(&riff(100, &[extended, chunk(b"data", &vec![0; data])]), "extended");
            assert!((info.duration_seconds - 1.2).abs() < 1e-9, "codec {codec}, {bits} bits, extended: {info:?}");
        }
    }
    assert_samples(&Format { bits: 24, block: 4, ..PCM }, &[], 9600 * 4, 9600.0);
    assert_samples(&Format { bits: 24, block: 8, channels: 2, ..PCM }, &[], 9600 * 8, 9600.0);
    // The first version of the format had no field for the bits.
    assert_samples(&Format { len: 14, ..PCM }, &[], 9600, 9600.0);
}

#[test]
fn samples_in_blocks_are_counted_by_the_block_and_in_what_is_left_of_one() {
    for (codec, channels, block, block_samples, rest) in [
        (2, 1, 256, 500, (100 - 7) * 2),
        (2, 2, 512, 500, 100 - 14),
        (0x11, 1, 256, 505, (100 - 4) * 2),
        (0x11, 2, 512, 505, 100 - 8),
        (0x31, 1, 65, 320, 0),
    ] {
        let format = Format { codec, channels, block, bits: 4, block_samples, len: 20, ..PCM };
        let (blocks, whole) = (40 * usize::from(block), 40.0 * f64::from(block_samples));
        assert_samples(&format, &[], blocks, whole);
        let rest = if codec == 0x31 { 0 } else { rest };
        let more = if codec == 0x31 { 60 } else { 100 };
        assert_samples(&format, &[], blocks + more, whole + f64::from(rest));
        assert_samples(&format, &[], blocks + 3, whole);
        if codec != 0x31 {
            // Encoders fill the last block, and say how much of it is sound.
            assert_samples(&format, &chunk(b"fact", &19_900_u32.to_le_bytes()), blocks, 19_900.0_f64.min(whole));
            assert_samples(&format, &chunk(b"fact", &90_000_u32.to_le_bytes()), blocks, whole);
            assert_samples(&format, &chunk(b"fact", &90_u32.to_le_bytes()), blocks, whole - 0.04 * 8000.0);
            assert_samples(&format, &chunk(b"fact", &[]), blocks, whole);
        }
    }
}

#[test]
fn samples_of_a_known_number_of_bits_are_counted() {
    for codec in [0x10, 0x14, 0x17, 0x20, 0x40, 0x45, 0x64, 0x65] {
        for bits in [2, 3, 4, 5, 8] {
            assert_samples(&Format { codec, bits, ..PCM }, &[], 1200 * usize::from(bits), 9600.0);
        }
        assert_samples(&Format { codec, bits: 4, channels: 2, ..PCM }, &[], 9600, 9600.0);
    }
    // Of other codecs only the number of samples tells.
    for (codec, bits) in [(0x42, 16), (0x31, 0), (0x40, 0), (2, 4)] {
        let format = Format { codec, bits, ..PCM };
        assert_samples(&format, &chunk(b"fact", &12_345_u32.to_le_bytes()), 3000, 12_345.0);
        let file = riff(100, &[format.chunk(), chunk(b"data", &[0; 3000])]);
        let found = audio(&file).0;
        assert!(matches!(found, Err(ProbeError::UnknownDuration { .. })), "codec {codec:#x}: {found:?}");
    }
}

#[test]
fn formats_that_nobody_can_play_are_damaged() {
    for format in [Format { channels: 0, ..PCM }, Format { rate: 0, ..PCM }, Format { len: 12, ..PCM }] {
        let found = audio(&riff(100, &[format.chunk(), chunk(b"data", &[0; 9000])])).0;
        assert!(matches!(found, Err(ProbeError::Corrupt { .. })), "{found:?}");
    }
}

#[test]
fn sizes_of_64_bits_stand_in_a_chunk_of_their_own() {
    for (kind, size) in [(b"RF64", 9600_u64), (b"BW64", 9600), (b"RF64", 0)] {
        let sizes = chunk(b"ds64", &[&[0; 8][..], &size.to_le_bytes(), &[0; 12]].concat());
        let mut data = chunk(b"data", &[0; 9600]);
        data[4..8].fill(0xFF);
        let behind = if size == 0 { vec![] } else { chunk(b"LIST", &[b'x'; 4000]) };
        let mut file = riff(u32::MAX, &[sizes, PCM.chunk(), data, behind]);
        file[..4].copy_from_slice(kind);
        let info = told(&file, "64 bits");
        assert!((info.duration_seconds - 0.6).abs() < 1e-9, "{info:?}");
        let found = audio(&file[..6000]).0;
        assert_eq!(matches!(found, Err(ProbeError::Corrupt { .. })), size > 0, "{found:?}");
    }
}

#[test]
fn a_size_of_32_bits_counts_unless_it_is_all_ones() {
    // EBU Tech 3306 has it so. FFmpeg takes the 64 bits all the same.
    for (said, size) in [(4800, 9600_u64), (9600, 4800), (9600, 1 << 40)] {
        let sizes = chunk(b"ds64", &[&[0; 8][..], &size.to_le_bytes(), &[0; 12]].concat());
        let mut file = riff(u32::MAX, &[sizes, PCM.chunk(), chunk(b"data", &vec![0; said]), vec![0; 9600]]);
        file[..4].copy_from_slice(b"RF64");
        let info = told(&file, "32 bits");
        assert!((info.duration_seconds - said as f64 / 16_000.0).abs() < 1e-9, "{said} and {size}: {info:?}");
    }
}

#[test]
fn of_a_file_of_countless_chunks_the_first_few_thousand_are_looked_at() {
    for (between, is_found) in [(4094, true), (4095, false), (100_000, false)] {
        let empty = chunk(b"JUNK", &[]).repeat(between);
        let (found, reads) = audio(&riff(4_000_000, &[PCM.chunk(), empty, chunk(b"data", &[0; 9600])]));
        match found {
            Ok(info) => assert!(is_found && (info.duration_seconds - 0.6).abs() < 1e-9, "{between}: {info:?}"),
            Err(ProbeError::Corrupt { .. }) => assert!(!is_found, "{between}"),
            Err(error) => panic!("{between}: {error:?}"),
        }
        assert!(reads.bytes < 200 << 10, "{between}: {reads:?}");
    }
}

#[test]
fn a_size_that_is_a_little_too_large_is_rounding_and_one_much_too_large_a_loss() {
    for (missing, is_cut) in [(0, false), (1500, false), (1700, true), (80_000, true)] {
        let file = riff(160_036, &[PCM.chunk(), chunk(b"data", &[0; 160_000])]);
        let found = audio(&file[..file.len() - missing]).0;
        assert_eq!(matches!(found, Err(ProbeError::Corrupt { .. })), is_cut, "{missing} bytes: {found:?}");
        if let Ok(info) = found {
            assert!((info.duration_seconds - (160_000 - missing) as f64 / 16_000.0).abs() < 1e-9, "{info:?}");
        }
    }
}

#[test]
fn of_a_long_sound_a_hundredth_may_be_missing() {
    for (missing, is_cut) in [(0, false), (9000, false), (10_000, true)] {
        let file = riff(960_036, &[PCM.chunk(), chunk(b"data", &[0; 960_000])]);
        let found = audio(&file[..file.len() - missing]).0;
        assert_eq!(matches!(found, Err(ProbeError::Corrupt { .. })), is_cut, "{missing} bytes: {found:?}");
    }
}

#[test]
fn frames_in_place_of_samples_are_counted() {
    // Layer II at 128 kbit/s and 48 kHz, and Layer III.
    for (codec, word) in [(0x50, [0xFF, 0xFD, 0x84, 0x00]), (0x55, [0xFF, 0xFB, 0x94, 0x00])] {
        let mut frame = word.to_vec();
        frame.resize(384, 0);
        let format = Format { codec, channels: 2, rate: 48_000, block: 1, bits: 0, ..PCM }.chunk();
        let file = riff(100, &[format.clone(), chunk(b"data", &frame.repeat(100)), chunk(b"LIST", &frame.repeat(9))]);
        let info = told(&file, "frames");
        assert_eq!((info.format, info.sample_rate, info.channels), (AudioFormat::Wav, 48_000, 2));
        assert!((info.duration_seconds - 2.4).abs() < 1e-9, "{info:?}");
        let file = riff(100, &[format, chunk(b"data", &[0; 20_000]), chunk(b"LIST", &frame.repeat(9))]);
        let found = audio(&file).0;
        assert!(matches!(found, Err(ProbeError::UnknownDuration { .. })), "no frames: {found:?}");
    }
}
