//! Boxes of ISO base media files and the descriptors inside them.
//!
//! Sources: ISO/IEC 14496-12 (boxes), 14496-14 and 14496-1 (esds), the QuickTime File Format specification.

use super::Lacking;
use super::aac;
use super::fourcc;
use super::reader::{Reader, be16, be32, be64, byte};
use crate::engine::search::find;

/// A box's place in the file.
#[derive(Clone, Copy)]
pub(super) struct BoxHead {
    pub(super) kind: u8,
    pub(super) body: u64,
    /// Where the box says that it ends, which may be behind the end of the file.
    pub(super) end: u64,
}

/// Reads the head of the box at `at`; `None` at the end of the file and where there is none.
pub(super) fn box_head(reader: &Reader, at: u64) -> Result<Option<BoxHead>, Lacking> {
    let len = reader.len();
    let head = reader.from(at, 16)?;
    let kind = fourcc::at(head, 4);
    if kind == fourcc::NONE {
        return Ok(None);
    }
    let (header, size) = match be32(head, 0) {
        // QuickTime may end a list of boxes with four zeros, and elsewhere `meta` begins with them.
        0 if kind == fourcc::OTHER => (4, 4),
        0 => (8, len - at),
        1 => (16, be64(head, 8)),
        size => (8, u64::from(size)),
    };
    let end = at.saturating_add(size);
    Ok((size >= header).then_some(BoxHead { kind, body: at + header, end }))
}

/// The codec of a track and what it gives out.
#[derive(Default, Clone, Copy)]
pub(super) struct Codec {
    pub(super) kind: u8,
    /// The MPEG-4 object type indication, where there is one.
    pub(super) object_type: u8,
    pub(super) rate: u32,
    pub(super) channels: u16,
    /// Whether the AAC core runs at half of `rate`.
    pub(super) sbr: bool,
}

/// Reads the body of an `stsd` box, of which `bytes` are the beginning.
pub(super) fn codec(bytes: &[u8], is_sound: bool) -> Codec {
    let entry = bytes.get(8..).unwrap_or_default();
    let entry = entry.get(..be32(entry, 0) as usize).unwrap_or(entry);
    let mut codec = Codec { kind: fourcc::at(entry, 4), ..Codec::default() };
    if is_sound {
        (codec.channels, codec.rate) = (be16(entry, 24), be32(entry, 32) >> 16);
    }
    // The descriptor stands at different depths in MP4, in QuickTime's versions 1 and 2 and inside `wave`.
    let children = entry.get(36..).unwrap_or_default();
    if let Some(descriptors) = behind(children, b"esds") {
        mpeg4(descriptors.get(4..).unwrap_or_default(), &mut codec);
    } else if let Some(cookie) = behind(children, b"alac\0\0\0\0").filter(|cookie| cookie.len() >= 28) {
        (codec.channels, codec.rate) = (u16::from(byte(cookie, 13)), be32(cookie, 24));
    } else if let Some(header) = behind(children, b"dOps") {
        (codec.channels, codec.rate) = (u16::from(byte(header, 1)), 48_000);
    }
    codec
}

/// What stands behind the first four characters of a text where it first stands in `bytes`.
pub(super) fn behind<'b>(bytes: &'b [u8], text: &[u8]) -> Option<&'b [u8]> {
    bytes.get(find(bytes, text)? + 4..)
}

/// Reads the descriptors of an `esds` box: what the codec is and, for AAC, its configuration.
fn mpeg4(bytes: &[u8], codec: &mut Codec) {
    let mut at = 0;
    while let Some(&kind) = bytes.get(at) {
        let mut len = 0_usize;
        at += 1;
        for _ in 0..4 {
            let next = byte(bytes, at);
            at += 1;
            len = len << 7 | usize::from(next & 0x7F);
            if next < 0x80 {
                break;
            }
        }
        match kind {
            // In files no fields follow its flags: ISO/IEC 14496-14, "Elementary stream descriptors".
            3 => at += 3,
            4 => {
                codec.object_type = byte(bytes, at);
                at += 13;
            }
            5 => {
                let bytes = bytes.get(at..at.saturating_add(len)).unwrap_or_default();
                if let Some(config) = aac::config(bytes).filter(|_| matches!(codec.object_type, 0x40 | 0x66..=0x68)) {
                    codec.rate = config.rate;
                    codec.sbr = config.sbr;
                    if config.channels > 0 {
                        codec.channels = config.channels;
                    }
                }
                return;
            }
            _ => at += len,
        }
    }
}
