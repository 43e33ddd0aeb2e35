//! Names for what a file is when it is not what was asked for.

use super::Detected;
use super::fourcc;
use super::frames::{Kind, run_here};
use super::reader::{be16, be32};
use crate::engine::search::find;

const fn named(name: &'static str, phrase: &'static str) -> Detected {
    Detected { name, phrase }
}

pub(super) const MP3: Detected = named("mp3", "MP3 audio");
pub(super) const M4A: Detected = named("m4a", "M4A audio");
pub(super) const MP4_VIDEO: Detected = named("mp4-video", "an MP4 video");
pub(super) const MOV: Detected = named("mov", "a QuickTime movie");
pub(super) const THREE_GP: Detected = named("3gp", "a 3GP file");
pub(super) const HEIC: Detected = named("heic", "a HEIC image");
pub(super) const AVIF: Detected = named("avif", "an AVIF image");
pub(super) const PROTECTED: Detected = named("protected-m4a", "a copy-protected M4A file");
pub(super) const MP4_OTHER: Detected =
    named("mp4-other", "an MP4 file whose sound is in a codec that M4A files do not use");

/// What files begin with, where it begins, and what they are then.
const SIGNATURES: &[(usize, &[u8], Detected)] = &[
    (0, b"\xff\xd8\xff", named("jpeg", "a JPEG image")),
    (0, b"\x89PNG\r\n\x1a\n", named("png", "a PNG image")),
    (0, b"GIF8", named("gif", "a GIF image")),
    (0, b"II*\0", named("tiff", "a TIFF image")),
    (0, b"MM\0*", named("tiff", "a TIFF image")),
    (0, b"II+\0", named("tiff", "a TIFF image")),
    (0, b"MM\0+", named("tiff", "a TIFF image")),
    (0, b"\xff\x0a", named("jxl", "a JPEG XL image")),
    (0, b"\0\0\0\x0cJXL \r\n\x87\n", named("jxl", "a JPEG XL image")),
    (0, b"\0\0\0\x0cjP  \r\n\x87\n", named("jp2", "a JPEG 2000 image")),
    (0, b"\xff\x4f\xff\x51", named("jp2", "a JPEG 2000 image")),
    (0, b"\0\0\x01\0", named("ico", "a Windows icon")),
    (0, b"8BPS", named("psd", "a Photoshop document")),
    (0, b"%PDF-", named("pdf", "a PDF document")),
    (8, b"WEBP", named("webp", "a WebP image")),
    (8, b"WAVE", named("wav", "WAV audio")),
    (8, b"AVI ", named("avi", "an AVI video")),
    (8, b"RMID", named("midi", "a MIDI file")),
    (0, b"MThd", named("midi", "a MIDI file")),
    (8, b"AIFF", named("aiff", "AIFF audio")),
    (8, b"AIFC", named("aiff", "AIFF audio")),
    (0, b"fLaC", named("flac", "FLAC audio")),
    (0, b"ID3", MP3),
    (0, b"#!AMR", named("amr", "AMR audio")),
    (0, b"caff\0", named("caf", "Core Audio (CAF) audio")),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", named("wma", "Windows Media (WMA or WMV)")),
    (0, b"riff\x2e\x91\xcf\x11", named("w64", "Sony Wave64 audio")),
    (0, b".snd", named("au", "Sun AU audio")),
    (0, b"wvpk", named("wavpack", "WavPack audio")),
    (0, b"ADIF", named("adif", "AAC in an ADIF file")),
    (0, b"\x0b\x77", named("ac3", "Dolby Digital (AC-3) audio")),
    (0, b"\x7f\xfe\x80\x01", named("dts", "DTS audio")),
    (0, b"FLV\x01", named("flv", "a Flash video")),
    (0, b"\0\0\x01\xba", named("mpeg-video", "an MPEG video")),
    (0, b"\0\0\x01\xb3", named("mpeg-video", "an MPEG video")),
    (0, b"PK\x03\x04", named("zip", "a ZIP archive or an office document")),
];

/// Names for codecs in Ogg, by what their first packet begins with.
const OGG: &[(&[u8], Detected)] = &[
    (b"OpusHead", named("ogg-opus", "Ogg Opus audio")),
    (b"\x01vorbis", named("ogg-vorbis", "Ogg Vorbis audio")),
    (b"Speex   ", named("ogg-speex", "Ogg Speex audio")),
    (b"\x7fFLAC", named("ogg-flac", "FLAC audio in an Ogg file")),
    (b"\x80theora", named("ogg-video", "an Ogg video")),
];

/// Recognises a format by what its files begin with.
pub(super) fn by_signature(head: &[u8]) -> Option<Detected> {
    if is_iso_media(head) {
        return Some(iso_media(head));
    }
    let starts = |at: usize, signature: &[u8]| head.get(at..).is_some_and(|rest| rest.starts_with(signature));
    if starts(0, b"OggS") {
        let packet = head.get(28..).unwrap_or_default();
        let codec = OGG.iter().find(|(signature, _)| packet.starts_with(signature));
        return Some(codec.map_or(named("ogg", "an Ogg file"), |(_, detected)| *detected));
    }
    if starts(0, b"\x1a\x45\xdf\xa3") {
        let webm = find(head.get(..64).unwrap_or(head), b"webm").is_some();
        return Some(if webm { named("webm", "a WebM file") } else { named("matroska", "a Matroska file") });
    }
    if starts(0, b"BM") && be32(head, 6) == 0 && matches!(head.get(14), Some(12 | 40 | 52 | 56 | 64 | 108 | 124)) {
        return Some(named("bmp", "a BMP image"));
    }
    if starts(0, b"G") && starts(188, b"G") && starts(376, b"G") {
        return Some(named("mpeg-ts", "an MPEG transport stream"));
    }
    // Icons say how many pictures they hold, so that zeros alone are none.
    let known = SIGNATURES.iter().find(|(at, signature, _)| starts(*at, signature))?;
    (known.2.name != "ico" || matches!(head.get(4..6), Some(&[1..=64, 0]))).then_some(known.2)
}

/// Tells whether a file is made of ISO base media or QuickTime boxes.
pub(super) fn is_iso_media(head: &[u8]) -> bool {
    match be32(head, 4) {
        fourcc::FTYP | fourcc::STYP => true,
        fourcc::MOOV | fourcc::MDAT | fourcc::MOOF | fourcc::WIDE | fourcc::FREE | fourcc::SKIP | fourcc::PNOT => {
            be32(head, 0) < 0x1000_0000
        }
        _ => false,
    }
}

/// Names an ISO base media file by its brand alone.
pub(super) fn iso_media(head: &[u8]) -> Detected {
    match be32(head, 8) {
        fourcc::HEIC | fourcc::HEIX | fourcc::HEIM | fourcc::HEIS | fourcc::HEVC | fourcc::MIF1 | fourcc::MSF1 => {
            let compatible = head.get(16..(be32(head, 0) as usize).min(128)).unwrap_or_default();
            if find(compatible, b"avif").is_some() { AVIF } else { HEIC }
        }
        fourcc::AVIF | fourcc::AVIS => AVIF,
        fourcc::M4A | fourcc::M4B | fourcc::F4A => M4A,
        fourcc::CRX => named("cr3", "a Canon raw photo"),
        fourcc::QT => MOV,
        brand if brand >> 16 == 0x3367 => THREE_GP,
        _ if matches!(be32(head, 4), fourcc::FTYP | fourcc::STYP | fourcc::MOOF) => MP4_VIDEO,
        _ => MOV,
    }
}

/// Names MPEG audio by its layer.
pub(super) fn frames(kind: Kind) -> Detected {
    match kind {
        Kind::Layer1 => named("mp1", "MPEG Layer I audio"),
        Kind::Layer2 => named("mp2", "MPEG Layer II (MP2) audio"),
        Kind::Layer3 => MP3,
        Kind::Adts => named("aac", "AAC audio"),
    }
}

/// Recognises formats without a signature: sound in bare frames, and text.
pub(super) fn by_structure(head: &[u8]) -> Option<Detected> {
    if let Some(run) = run_here(head, false) {
        return Some(frames(run.first.kind));
    }
    if is_loas(head) {
        return Some(named("loas", "AAC in LOAS frames"));
    }
    text(head)
}

/// LOAS: frames that begin with eleven sync bits and a length of thirteen.
fn is_loas(head: &[u8]) -> bool {
    let mut at = 0;
    (0..3).all(|_| {
        let sync = be16(head, at) >> 5 == 0x2B7;
        at += 3 + usize::from(be16(head, at + 1) & 0x1FFF);
        sync
    })
}

fn text(head: &[u8]) -> Option<Detected> {
    let head = head.get(..512).unwrap_or(head);
    let is_text = |byte: &u8| matches!(byte, b'\t' | b'\n' | b'\r' | 0x0C | 0x1B | b' '..=b'~' | 0x80..);
    if !head.iter().all(is_text) || head.iter().filter(|byte| byte.is_ascii()).count() * 4 < head.len() {
        return None;
    }
    let lower = head.to_ascii_lowercase();
    let first = lower.iter().position(|byte| !matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | 0xEF | 0xBB | 0xBF));
    let body = lower.get(first?..).unwrap_or_default();
    let has = |needle: &[u8]| find(&lower, needle).is_some();
    Some(if has(b"<svg") {
        named("svg", "an SVG image")
    } else if body.starts_with(b"<!doctype html") || has(b"<html") {
        named("html", "a web page (HTML)")
    } else if body.starts_with(b"{") || body.starts_with(b"[") {
        named("json", "JSON text")
    } else {
        named("text", "plain text")
    })
}
