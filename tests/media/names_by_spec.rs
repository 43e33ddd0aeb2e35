//! The names of what is not accepted, by the bytes that the formats' own specifications begin with.

use kling_avatar::engine::media::{Detected, ProbeError};

use crate::m4a::boxed;
use crate::source::{audio, image};

fn name(found: Option<ProbeError>) -> Option<&'static str> {
    match found {
        Some(ProbeError::UnsupportedFormat { detected }) => detected.map(|Detected { name, .. }| name),
        other => panic!("{other:?}"),
    }
}

/// Both as an image and as a sound it is called so.
#[track_caller]
fn assert_named(bytes: &[u8], expected: &str) {
    let names = (name(image(bytes).0.err()), name(audio(bytes).0.err()));
    assert_eq!(names, (Some(expected), Some(expected)), "{}", bytes[..bytes.len().min(40)].escape_ascii());
}

#[test]
fn formats_are_named_by_how_they_begin() {
    let beginnings: [(&str, &[u8]); 46] = [
        ("gif", b"GIF87a"),
        ("gif", b"GIF89a"),
        ("tiff", b"II*\0"),
        ("tiff", b"MM\0*"),
        ("tiff", b"II+\0"),
        ("tiff", b"MM\0+"),
        ("jxl", b"\xFF\x0A"),
        ("jxl", b"\0\0\0\x0CJXL \r\n\x87\n"),
        ("jp2", b"\0\0\0\x0CjP  \r\n\x87\n"),
        ("jp2", b"\xFF\x4F\xFF\x51"),
        ("ico", b"\0\0\x01\0\x01\0"),
        ("psd", b"8BPS"),
        ("pdf", b"%PDF-1.7"),
        ("webp", b"RIFF\x24\0\0\0WEBPVP8 "),
        ("avi", b"RIFF\x24\0\0\0AVI LIST"),
        ("midi", b"RIFF\x24\0\0\0RMIDdata"),
        ("midi", b"MThd"),
        ("aiff", b"FORM\0\0\0\x24AIFFCOMM"),
        ("aiff", b"FORM\0\0\0\x24AIFCFVER"),
        ("flac", b"fLaC"),
        ("amr", b"#!AMR\n"),
        ("amr", b"#!AMR-WB\n"),
        ("caf", b"caff\0\x01"),
        ("wma", b"\x30\x26\xB2\x75\x8E\x66\xCF\x11"),
        ("w64", b"riff\x2E\x91\xCF\x11"),
        ("au", b".snd"),
        ("wavpack", b"wvpk"),
        ("adif", b"ADIF"),
        ("ac3", b"\x0B\x77"),
        ("dts", b"\x7F\xFE\x80\x01"),
        ("flv", b"FLV\x01"),
        ("mpeg-video", b"\0\0\x01\xBA"),
        ("mpeg-video", b"\0\0\x01\xB3"),
        ("zip", b"PK\x03\x04"),
        ("webm", b"\x1A\x45\xDF\xA3\x9F\x42\x82\x84webm"),
        ("matroska", b"\x1A\x45\xDF\xA3\xA3\x42\x82\x88matroska"),
        ("ogg", b"OggS"),
        ("html", b"<!DOCTYPE html><p>Not found"),
        ("html", b"\xEF\xBB\xBF\n\t <!doctype html><p>Not found"),
        ("html", b"<HTML>\n\t<body>\x0C\x1B"),
        ("svg", b"\r\n<?xml version='1.0'?><SVG/>"),
        ("json", b" \t\r\n{\"code\":1}"),
        ("json", b"\xEF\xBB\xBF[1]"),
        ("text", b"WEBVTT\n"),
        ("text", b"\xC3\xA9t\xC3\xA9 a"),
        ("text", b"a"),
    ];
    for (expected, beginning) in beginnings {
        assert_named(beginning, expected);
        let is_text = matches!(expected, "html" | "svg" | "json" | "text");
        assert_named(&[beginning, &[if is_text { b' ' } else { 0 }; 3000]].concat(), expected);
    }
}

#[test]
fn streams_are_named_by_what_their_first_packets_or_frames_begin_with() {
    for (expected, packet) in [
        ("ogg-opus", b"OpusHead".as_slice()),
        ("ogg-vorbis", b"\x01vorbis"),
        ("ogg-speex", b"Speex   "),
        ("ogg-flac", b"\x7FFLAC"),
        ("ogg-video", b"\x80theora"),
        ("ogg", b"fishead\0"),
    ] {
        assert_named(&[b"OggS\0\x02", &[0; 22][..], packet].concat(), expected);
    }
    let packets = [b"G".as_slice(), &[0x1F; 187]].concat();
    assert_named(&packets.repeat(5), "mpeg-ts");
    assert_eq!(name(audio(&[packets.repeat(2), vec![0; 188]].concat()).0.err()), None);
    let loas = [&[0x56, 0xE1, 0x2C][..], &[0; 0x12C]].concat();
    assert_named(&loas.repeat(5), "loas");
    assert_eq!(name(audio(&[loas.repeat(2), vec![0; 300]].concat()).0.err()), None);
    for info in [12, 40, 52, 56, 64, 108, 124] {
        assert_named(&[b"BM\x36\x10\0\0\0\0\0\0\x36\0\0\0", [info].as_slice(), &[0; 200]].concat(), "bmp");
    }
    // Letters alone are no picture.
    assert_named(b"BMW, a car of which this text tells", "text");
    assert_named(b"GEMA and others, of whom this text tells", "text");
}

#[test]
fn pictures_and_videos_in_boxes_are_named_by_their_brands() {
    for (expected, brand, compatible) in [
        ("heic", b"heic", b"mif1"),
        ("heic", b"heix", b"mif1"),
        ("heic", b"heim", b"mif1"),
        ("heic", b"heis", b"mif1"),
        ("heic", b"hevc", b"msf1"),
        ("heic", b"mif1", b"heic"),
        ("heic", b"msf1", b"hevc"),
        ("avif", b"avif", b"mif1"),
        ("avif", b"avis", b"msf1"),
        ("avif", b"mif1", b"avif"),
        ("cr3", b"crx ", b"isom"),
    ] {
        assert_named(&boxed(b"ftyp", &[brand.as_slice(), b"\0\0\0\0", compatible].concat()), expected);
        assert_named(&boxed(b"ftyp", &[brand.as_slice(), b"\0\0\0\0isom", compatible].concat()), expected);
    }
    for (expected, brand) in [
        ("mp4-video", b"isom"),
        ("m4a", b"M4A "),
        ("m4a", b"M4B "),
        ("m4a", b"F4A "),
        ("mov", b"qt  "),
        ("3gp", b"3gp4"),
        ("3gp", b"3g2a"),
    ] {
        assert_eq!(name(image(&boxed(b"ftyp", brand)).0.err()), Some(expected));
    }
    for (expected, kind) in [
        ("mp4-video", b"styp"),
        ("mp4-video", b"moof"),
        ("mov", b"moov"),
        ("mov", b"mdat"),
        ("mov", b"wide"),
        ("mov", b"free"),
        ("mov", b"skip"),
        ("mov", b"pnot"),
    ] {
        assert_eq!(name(image(&boxed(kind, &[0; 40])).0.err()), Some(expected));
    }
    // A text may have such letters where a box's kind stands.
    assert_named(b"The skip of a beat, of which this text tells", "text");
}

#[test]
fn nothing_has_no_name() {
    assert_eq!(image(b"").0.err(), Some(ProbeError::Empty));
    assert_eq!(audio(b"").0.err(), Some(ProbeError::Empty));
    for bytes in [&[0; 3000][..], b"\0\0\x01\0\0\0", b"\0\0\x01\0\x41\0", b"BM\0\0\0\0\0\0\0\0\0\0\0\0\x05", b"a\0b"] {
        assert_eq!((name(image(bytes).0.err()), name(audio(bytes).0.err())), (None, None), "{}", bytes.escape_ascii());
    }
}
