//! Tags that stand before, between or behind the frames of an MP3 or AAC file.
//!
//! Sources: id3.org (ID3v1, ID3v2.2 to 2.4), the APEv2 specification.

use super::reader::{byte, le32};

/// The length of the tag that `bytes` begin with, or 0 where there is none. Only what the tag says: it may lie.
pub(super) fn tag_len(bytes: &[u8]) -> u64 {
    match bytes {
        [b'I', b'D', b'3', 2..=4, _, flags, ..] => {
            let mut size = 0;
            for at in 6..10 {
                let byte = byte(bytes, at);
                if byte > 0x7F {
                    return 0;
                }
                size = size << 7 | u64::from(byte);
            }
            10 + size + if flags & 0x10 == 0 { 0 } else { 10 }
        }
        [b'T', b'A', b'G', ..] => 128,
        _ if bytes.starts_with(b"APETAGEX") => 32 + u64::from(le32(bytes, 12)),
        _ => 0,
    }
}
