//! PNG: the dimensions from IHDR, and whether the file reaches its IEND.
//!
//! Source: W3C, Portable Network Graphics (PNG) Specification, third edition.

use super::fourcc;
use super::known::Known;
use super::reader::{Reader, be32, byte};
use super::{Fault, ImageFormat, Info, corrupt, image};
use crate::engine::search::find_last;

pub(super) const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
/// An IEND chunk, which is always the same twelve bytes; the length before it is left out because tools get it wrong.
const IEND: &[u8] = b"IEND\xae\x42\x60\x82";
/// How far from the end IEND is looked for before the chunks are walked.
const TAIL: u64 = 4 << 10;
const CUT: &str = "the PNG ends before its IEND chunk";
/// Chunk lengths, widths and heights are at most 2^31 - 1.
const MAX_FIELD: u32 = i32::MAX as u32;

/// How far a PNG is known.
#[derive(Default)]
pub(super) struct Png {
    /// Where the next chunk begins; 0 before the header was read.
    at: u64,
    size: (u32, u32),
    in_data: bool,
}

impl Png {
    #[inline(never)]
    pub(super) fn probe(&mut self, reader: &Reader) -> Result<Info, Fault> {
        let len = reader.len();
        if self.at == 0 {
            let head = reader.from(8, 25)?;
            if head.len() < 25 {
                return corrupt(CUT);
            }
            (self.size, self.at) = (header(head)?, 33);
        }
        loop {
            let head = reader.from(self.at, 8)?;
            let size = be32(head, 0);
            if size > MAX_FIELD || (4..head.len().min(8)).any(|at| !byte(head, at).is_ascii_alphabetic()) {
                return corrupt("the PNG has a damaged chunk");
            }
            // The check sum of the last chunk may be missing: decoders stop at its name.
            let next = self.at + 12 + u64::from(size);
            match fourcc::at(head, 4) {
                fourcc::IEND if self.in_data => break,
                fourcc::IEND => return corrupt("the PNG has no image data"),
                _ if next > len => return corrupt(CUT),
                fourcc::IDAT if !self.in_data => {
                    // The quick way: a file that was cut off does not end in IEND.
                    let tail_at = self.at.max(len.saturating_sub(TAIL));
                    if find_last(reader.from(tail_at, TAIL as usize)?, IEND).is_some() {
                        break;
                    }
                    self.in_data = true;
                }
                _ => {}
            }
            self.at = next;
        }
        image(ImageFormat::Png, self.size, len)
    }
}

fn header(ihdr: &[u8]) -> Result<(u32, u32), Fault> {
    if fourcc::at(ihdr, 4) == fourcc::CGBI {
        return Err(Fault::Unsupported(Some(Known::CGBI)));
    }
    let checked = ihdr.get(4..21).unwrap_or_default();
    if be32(ihdr, 0) != 13 || fourcc::at(ihdr, 4) != fourcc::IHDR || crc32(checked) != be32(ihdr, 21) {
        return corrupt("the PNG's IHDR chunk is damaged");
    }
    let (width, height) = (be32(ihdr, 8), be32(ihdr, 12));
    let depth_is_known =
        matches!((byte(ihdr, 17), byte(ihdr, 16)), (0, 1 | 2 | 4 | 8 | 16) | (3, 1 | 2 | 4 | 8) | (2 | 4 | 6, 8 | 16));
    if !depth_is_known || width == 0 || height == 0 || width > MAX_FIELD || height > MAX_FIELD {
        return corrupt("the PNG's IHDR chunk holds impossible values");
    }
    Ok((width, height))
}

/// CRC-32 bit by bit: it runs over 17 bytes, and a table would be the bigger download.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| crc >> 1 ^ (0xEDB8_8320 & (crc & 1).wrapping_neg()))
    })
}
