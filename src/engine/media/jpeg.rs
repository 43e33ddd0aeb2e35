//! JPEG: the dimensions from the frame header, and whether the image data reaches its end marker.
//!
//! Source: ITU-T T.81, annex B. Only the first image of a multi-picture file counts.

use super::reader::{Reader, be16};
use super::{Detected, Fault, ImageFormat, ImageInfo, corrupt};
use crate::engine::search::find_last;

/// How far from the end the end marker is looked for before the image data is walked.
const TAIL: u64 = 4 << 10;
const EOI: u8 = 0xD9;
const SOS: u8 = 0xDA;
const CUT: &str = "the JPEG ends before its image data does";

pub(super) async fn probe(reader: &mut Reader<'_>) -> Result<ImageInfo, Fault> {
    let len = reader.len();
    let mut size = None;
    let mut in_scans = false;
    let mut at = 2_u64;
    loop {
        let (marker, after) = next_marker(reader, at).await?;
        at = after;
        match marker {
            0x01 | 0xD0..=0xD8 => continue,
            EOI if in_scans => break,
            EOI => return corrupt("the JPEG has no image data"),
            _ => {}
        }
        let head = reader.from(after, 7).await?;
        let segment = be16(head, 0);
        if head.len() < 2 {
            return corrupt(CUT);
        }
        if segment < 2 && !in_scans {
            return corrupt("the JPEG has a damaged segment");
        }
        if is_frame(marker) && size.is_none() {
            size = Some(frame(marker, head)?);
        }
        at += u64::from(segment);
        if marker == SOS && !in_scans {
            in_scans = true;
            // The quick way. Image data never holds the end marker's two bytes, so those that a file ends in were put
            // there by an encoder that had finished; what may stand behind them decoders ignore.
            let tail_at = at.max(len.saturating_sub(TAIL));
            if size.is_none() || find_last(reader.from(tail_at, TAIL as usize).await?, &[0xFF, EOI]).is_some() {
                break;
            }
        }
    }
    match size {
        Some((width, height)) => Ok(ImageInfo { format: ImageFormat::Jpeg, width, height, bytes: len }),
        None => corrupt("the JPEG has no frame header"),
    }
}

fn is_frame(marker: u8) -> bool {
    matches!(marker, 0xC0..=0xCF | 0xF7) && !matches!(marker, 0xC4 | 0xC8 | 0xCC)
}

/// Width and height from the bytes that follow a frame marker.
fn frame(marker: u8, head: &[u8]) -> Result<(u32, u32), Fault> {
    let unusual = match marker {
        0xF7 => Some(Detected { name: "jpeg-ls", phrase: "a JPEG-LS image" }),
        0xC3 | 0xC7 | 0xCB | 0xCF => Some(Detected { name: "jpeg-lossless", phrase: "a lossless JPEG image" }),
        0xC5 | 0xC6 | 0xCD | 0xCE => Some(Detected { name: "jpeg-hierarchical", phrase: "a hierarchical JPEG image" }),
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

/// The next marker's code and the position behind it. Fill bytes and, as decoders do, stray bytes are passed over.
async fn next_marker(reader: &mut Reader<'_>, mut at: u64) -> Result<(u8, u64), Fault> {
    loop {
        let bytes = reader.from(at, 2).await?;
        if bytes.len() < 2 {
            return corrupt(CUT);
        }
        let found = bytes.windows(2).position(|pair| matches!(pair, &[0xFF, code] if code != 0 && code != 0xFF));
        match found {
            Some(skip) => {
                let code = bytes.get(skip + 1).copied().unwrap_or_default();
                return Ok((code, at + skip as u64 + 2));
            }
            None => at += bytes.len() as u64 - 1,
        }
    }
}
