//! Tags that stand before, between or behind the frames of an MP3 or AAC file.
//!
//! Sources: id3.org (ID3v1, ID3v2.2 to 2.4), the APEv2 specification.

use super::reader::{be32, le32};

/// The length of the tag that `bytes` begin with, or 0 where there is none. Only what the tag says: it may lie.
pub(super) fn tag_len(bytes: &[u8]) -> u64 {
    match bytes {
        [b'I', b'D', b'3', 2..=4, _, flags, ..] => {
            let size = be32(bytes, 6);
            let footer = if flags & 0x10 == 0 { 0 } else { 10 };
            if size & 0x8080_8080 != 0 {
                return 0;
            }
            10 + footer
                + u64::from((size >> 3 & 0x0FE0_0000) | (size >> 2 & 0x1F_C000) | (size >> 1 & 0x3F80) | (size & 0x7F))
        }
        [b'T', b'A', b'G', ..] => 128,
        _ if bytes.starts_with(b"APETAGEX") => 32 + u64::from(le32(bytes, 12)),
        _ => 0,
    }
}
