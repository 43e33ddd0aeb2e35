//! JPEG: the dimensions from the frame header, and whether the image data reaches its end marker.
//!
//! Source: ITU-T T.81, annex B. Only the first image of a multi-picture file counts.

use super::known::Known;
use super::reader::{Reader, be16};
use super::{Fault, ImageFormat, Info, corrupt, image};
use crate::engine::search::find_last;

/// How far from the end the end marker is looked for before the image data is walked.
const TAIL: u64 = 4 << 10;
const EOI: u8 = 0xD9;
const SOS: u8 = 0xDA;
const CUT: &str = "the JPEG ends before its image data does";

/// How far a JPEG is known.
#[derive(Default)]
pub(super) struct Jpeg {
    /// Where the next marker is looked for.
    at: u64,
    /// Width and height; 0 before the frame header was read.
    size: (u32, u32),
    in_scans: bool,
}

impl Jpeg {
    #[inline(never)]
    pub(super) fn probe(&mut self, reader: &Reader) -> Result<Info, Fault> {
        let len = reader.len();
        loop {
            let marker = self.next_marker(reader)?;
            let after = self.at + 2;
            match marker {
                0x01 | 0xD0..=0xD8 => {
                    self.at = after;
                    continue;
                }
                EOI if self.in_scans => break,
                EOI => return corrupt("the JPEG has no image data"),
                _ => {}
            }
            let head = reader.from(after, 7)?;
            let segment = be16(head, 0);
            if head.len() < 2 {
                return corrupt(CUT);
            }
            if segment < 2 && !self.in_scans {
                return corrupt("the JPEG has a damaged segment");
            }
            if is_frame(marker) && self.size.0 == 0 {
                self.size = frame(marker, head)?;
            }
            let next = after + u64::from(segment);
            if marker == SOS && !self.in_scans {
                // The quick way. Image data never holds the end marker's two bytes, so those that a file ends in were put
                // there by an encoder that had finished; what may stand behind them decoders ignore.
                let tail_at = next.max(len.saturating_sub(TAIL));
                if self.size.0 == 0 || find_last(reader.from(tail_at, TAIL as usize)?, &[0xFF, EOI]).is_some() {
                    break;
                }
                self.in_scans = true;
            }
            self.at = next;
        }
        if self.size.0 == 0 {
            return corrupt("the JPEG has no frame header");
        }
        image(ImageFormat::Jpeg, self.size, len)
    }

    /// Goes to the next marker and gives its code. Fill bytes and, as decoders do, stray bytes are passed over.
    fn next_marker(&mut self, reader: &Reader) -> Result<u8, Fault> {
        loop {
            let bytes = reader.from(self.at, 2)?;
            if bytes.len() < 2 {
                return corrupt(CUT);
            }
            let found = bytes.windows(2).position(|pair| matches!(pair, &[0xFF, code] if code != 0 && code != 0xFF));
            self.at += found.unwrap_or(bytes.len() - 1) as u64;
            if let Some(skip) = found {
                return Ok(bytes.get(skip + 1).copied().unwrap_or_default());
            }
        }
    }
}

fn is_frame(marker: u8) -> bool {
    matches!(marker, 0xC0..=0xCF | 0xF7) && !matches!(marker, 0xC4 | 0xC8 | 0xCC)
}

/// Width and height from the bytes that follow a frame marker.
fn frame(marker: u8, head: &[u8]) -> Result<(u32, u32), Fault> {
    let unusual = match marker {
        0xF7 => Some(Known::JPEG_LS),
        0xC3 | 0xC7 | 0xCB | 0xCF => Some(Known::JPEG_LOSSLESS),
        0xC5 | 0xC6 | 0xCD | 0xCE => Some(Known::JPEG_HIERARCHICAL),
        _ => None,
    };
    if unusual.is_some() {
        return Err(Fault::Unsupported(unusual));
    }
    let (height, width) = (be16(head, 3), be16(head, 5));
    if width == 0 || height == 0 {
        return corrupt("the JPEG's frame header holds impossible values");
    }
    Ok((u32::from(width), u32::from(height)))
}
