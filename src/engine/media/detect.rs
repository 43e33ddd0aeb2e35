//! Names for what a file is when it is not what was asked for.

use super::fourcc;
use super::frames::run_here;
use super::known::Known;
use super::reader::{be16, be32};
use crate::engine::search::find;

/// What files begin with, where it begins, and what they are then.
type Signature = (u8, &'static [u8], Known);

const SIGNATURES: &[Signature] = &[
    (0, b"\xff\xd8\xff", Known::JPEG),
    (0, b"\x89PNG\r\n\x1a\n", Known::PNG),
    (0, b"GIF8", Known::GIF),
    (0, b"II*\0", Known::TIFF),
    (0, b"MM\0*", Known::TIFF),
    (0, b"II+\0", Known::TIFF),
    (0, b"MM\0+", Known::TIFF),
    (0, b"\xff\x0a", Known::JXL),
    (0, b"\0\0\0\x0cJXL \r\n\x87\n", Known::JXL),
    (0, b"\0\0\0\x0cjP  \r\n\x87\n", Known::JP2),
    (0, b"\xff\x4f\xff\x51", Known::JP2),
    (0, b"\0\0\x01\0", Known::ICO),
    (0, b"8BPS", Known::PSD),
    (0, b"%PDF-", Known::PDF),
    (8, b"WEBP", Known::WEBP),
    (8, b"WAVE", Known::WAV),
    (8, b"AVI ", Known::AVI),
    (8, b"RMID", Known::MIDI),
    (0, b"MThd", Known::MIDI),
    (8, b"AIFF", Known::AIFF),
    (8, b"AIFC", Known::AIFF),
    (0, b"fLaC", Known::FLAC),
    (0, b"ID3", Known::MP3),
    (0, b"#!AMR", Known::AMR),
    (0, b"caff\0", Known::CAF),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", Known::WMA),
    (0, b"riff\x2e\x91\xcf\x11", Known::W64),
    (0, b".snd", Known::AU),
    (0, b"wvpk", Known::WAVPACK),
    (0, b"ADIF", Known::ADIF),
    (0, b"\x0b\x77", Known::AC3),
    (0, b"\x7f\xfe\x80\x01", Known::DTS),
    (0, b"FLV\x01", Known::FLV),
    (0, b"\0\0\x01\xba", Known::MPEG_VIDEO),
    (0, b"\0\0\x01\xb3", Known::MPEG_VIDEO),
    (0, b"PK\x03\x04", Known::ZIP),
];

/// What the first packet of an Ogg file begins with.
const OGG: &[Signature] = &[
    (28, b"OpusHead", Known::OGG_OPUS),
    (28, b"\x01vorbis", Known::OGG_VORBIS),
    (28, b"Speex   ", Known::OGG_SPEEX),
    (28, b"\x7fFLAC", Known::OGG_FLAC),
    (28, b"\x80theora", Known::OGG_VIDEO),
];

/// Brands of ISO base media files.
const BRANDS: &[Signature] = &[
    (8, b"heic", Known::HEIC),
    (8, b"heix", Known::HEIC),
    (8, b"heim", Known::HEIC),
    (8, b"heis", Known::HEIC),
    (8, b"hevc", Known::HEIC),
    (8, b"mif1", Known::HEIC),
    (8, b"msf1", Known::HEIC),
    (8, b"avif", Known::AVIF),
    (8, b"avis", Known::AVIF),
    (8, b"M4A ", Known::M4A),
    (8, b"M4B ", Known::M4A),
    (8, b"F4A ", Known::M4A),
    (8, b"crx ", Known::CR3),
    (8, b"qt  ", Known::MOV),
    (8, b"3g", Known::THREE_GP),
];

/// Bytes that hold a table as [`look_up`] reads it, without the addresses and lengths that a slice of slices has.
const fn packed_len(table: &[Signature]) -> usize {
    let (mut len, mut index) = (0, 0);
    while index < table.len() {
        len += 3 + table[index].1.len();
        index += 1;
    }
    len
}

/// Each signature with its position, its number and its length before it.
const fn packed<const LEN: usize>(table: &[Signature]) -> [u8; LEN] {
    let (mut bytes, mut at, mut index) = ([0; LEN], 0, 0);
    while index < table.len() {
        let (position, signature, known) = table[index];
        (bytes[at], bytes[at + 1], bytes[at + 2]) = (position, known.0, signature.len() as u8);
        at += 3;
        let mut byte = 0;
        while byte < signature.len() {
            bytes[at] = signature[byte];
            (at, byte) = (at + 1, byte + 1);
        }
        index += 1;
    }
    bytes
}

static PACKED_SIGNATURES: [u8; packed_len(SIGNATURES)] = packed(SIGNATURES);
static PACKED_OGG: [u8; packed_len(OGG)] = packed(OGG);
static PACKED_BRANDS: [u8; packed_len(BRANDS)] = packed(BRANDS);

/// Finds the first signature that `head` has.
fn look_up(mut packed: &[u8], head: &[u8]) -> Option<Known> {
    while let [at, known, len, rest @ ..] = packed {
        let (signature, behind) = rest.split_at_checked(usize::from(*len))?;
        if starts(head, usize::from(*at), signature) {
            return Some(Known(*known));
        }
        packed = behind;
    }
    None
}

fn starts(head: &[u8], at: usize, signature: &[u8]) -> bool {
    head.get(at..).is_some_and(|rest| rest.starts_with(signature))
}

/// Recognises a format by what its files begin with.
pub(super) fn by_signature(head: &[u8]) -> Option<Known> {
    if is_iso_media(head) {
        return Some(iso_media(head));
    }
    if starts(head, 0, b"OggS") {
        return look_up(&PACKED_OGG, head).or(Some(Known::OGG));
    }
    if starts(head, 0, b"\x1a\x45\xdf\xa3") {
        let webm = find(head.get(..64).unwrap_or(head), b"webm").is_some();
        return Some(if webm { Known::WEBM } else { Known::MATROSKA });
    }
    if starts(head, 0, b"BM") && be32(head, 6) == 0 && matches!(head.get(14), Some(12 | 40 | 52 | 56 | 64 | 108 | 124))
    {
        return Some(Known::BMP);
    }
    if starts(head, 0, b"G") && starts(head, 188, b"G") && starts(head, 376, b"G") {
        return Some(Known::MPEG_TS);
    }
    // Icons say how many pictures they hold, so that zeros alone are none.
    let known = look_up(&PACKED_SIGNATURES, head)?;
    (known != Known::ICO || matches!(head.get(4..6), Some(&[1..=64, 0]))).then_some(known)
}

/// Tells whether a file is made of ISO base media or QuickTime boxes.
pub(super) fn is_iso_media(head: &[u8]) -> bool {
    match fourcc::at(head, 4) {
        fourcc::FTYP | fourcc::STYP => true,
        fourcc::MOOV | fourcc::MDAT | fourcc::MOOF | fourcc::WIDE | fourcc::FREE | fourcc::SKIP | fourcc::PNOT => {
            be32(head, 0) < 0x1000_0000
        }
        _ => false,
    }
}

/// Names an ISO base media file by its brand alone.
pub(super) fn iso_media(head: &[u8]) -> Known {
    match look_up(&PACKED_BRANDS, head.get(..12).unwrap_or_default()) {
        Some(Known::HEIC) => {
            let compatible = head.get(16..(be32(head, 0) as usize).min(128)).unwrap_or_default();
            if find(compatible, b"avif").is_some() { Known::AVIF } else { Known::HEIC }
        }
        Some(known) => known,
        None if matches!(fourcc::at(head, 4), fourcc::FTYP | fourcc::STYP | fourcc::MOOF) => Known::MP4_VIDEO,
        None => Known::MOV,
    }
}

/// Recognises formats without a signature: sound in bare frames, and text.
pub(super) fn by_structure(head: &[u8]) -> Option<Known> {
    if let Some(run) = run_here(head, false) {
        return Some(run.first.kind());
    }
    if is_loas(head) {
        return Some(Known::LOAS);
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

fn text(head: &[u8]) -> Option<Known> {
    let head = head.get(..512).unwrap_or(head);
    let mut ascii = 0;
    for byte in head {
        match byte {
            b'\t' | b'\n' | b'\r' | 0x0C | 0x1B | b' '..=b'~' => ascii += 1,
            0x80.. => {}
            _ => return None,
        }
    }
    if ascii * 4 < head.len() {
        return None;
    }
    let lower = head.to_ascii_lowercase();
    let first = lower.iter().position(|byte| !matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | 0xEF | 0xBB | 0xBF));
    let body = lower.get(first?..).unwrap_or_default();
    let has = |needle: &[u8]| find(&lower, needle).is_some();
    Some(if has(b"<svg") {
        Known::SVG
    } else if body.starts_with(b"<!doctype html") || has(b"<html") {
        Known::HTML
    } else if body.starts_with(b"{") || body.starts_with(b"[") {
        Known::JSON
    } else {
        Known::TEXT
    })
}
