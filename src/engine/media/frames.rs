//! Headers of MPEG audio frames (Layer I, II, III) and of AAC frames in ADTS, and runs of them.
//!
//! Sources: ISO/IEC 11172-3 and 13818-3 (MPEG audio), ISO/IEC 13818-7 and 14496-3 (ADTS).

use super::known::Known;
use super::reader::be32;

/// A window of at least this many bytes lets [`find_run`] judge every position in its first half.
pub(super) const LOOK_AHEAD: usize = 32 << 10;
/// Free-format frames are at most this long in what encoders make (640 kbit/s at 8 kHz and more).
const MAX_FREE_FRAME: usize = 6 << 10;

/// One frame's header.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Frame {
    /// The first four bytes.
    word: u32,
    /// The bits of them that stay the same within one stream.
    pub(super) key: u32,
    /// Bytes, header included.
    pub(super) len: usize,
    pub(super) samples: u32,
    pub(super) rate: u32,
    /// The mean length of frames of this bit rate times the rate, or 0 where the header does not give it.
    bits: u32,
}

impl Frame {
    pub(super) fn kind(&self) -> Known {
        Known::of_layer((self.word >> 17 & 3) as u8)
    }

    pub(super) fn channels(&self) -> u16 {
        match self.kind() {
            Known::AAC => aac_channels(self.word >> 6 & 7),
            _ => 2 - u16::from(self.word >> 6 & 3 == 3),
        }
    }

    pub(super) fn mean_len(&self) -> f64 {
        f64::from(self.bits) / f64::from(self.rate)
    }

    /// Whether both are of the same stream and bit rate.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        self.bits == other.bits
    }
}

/// Bit rates in units of 8 kbit/s: Layer I, II and III of MPEG-1, then Layer I and II/III of MPEG-2.
const BIT_RATES: [[u8; 14]; 5] = [
    [4, 8, 12, 16, 20, 24, 28, 32, 36, 40, 44, 48, 52, 56],
    [4, 6, 7, 8, 10, 12, 14, 16, 20, 24, 28, 32, 40, 48],
    [4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 28, 32, 40],
    [4, 6, 7, 8, 10, 12, 14, 16, 18, 20, 22, 24, 28, 32],
    [1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 18, 20],
];

/// Sampling rates by the index that ADTS and MPEG-4 use.
pub(super) const AAC_RATES: [u32; 13] =
    [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350];

/// Channels by the channel configuration that ADTS and MPEG-4 use; 0 where the stream says it elsewhere.
pub(super) fn aac_channels(configuration: u32) -> u16 {
    match configuration {
        1..=6 => configuration as u16,
        7 | 12 | 14 => 8,
        11 => 7,
        13 => 24,
        _ => 0,
    }
}

/// Reads the frame header that `bytes` begin with. `free_len` is the length of a free-format frame without padding, or 0
/// while that is not known.
pub(super) fn header(bytes: &[u8], free_len: usize) -> Option<Frame> {
    let word = be32(bytes, 0);
    if word >> 21 != 0x7FF {
        return None;
    }
    match (word >> 17) & 3 {
        0 => adts_header(word, bytes),
        layer => mpeg_header(word, layer, free_len),
    }
}

fn adts_header(word: u32, bytes: &[u8]) -> Option<Frame> {
    let second = be32(bytes, 4);
    let rate = *AAC_RATES.get(((word >> 10) & 15) as usize)?;
    let len = ((word & 3) << 11 | second >> 21) as usize;
    let header_len = if word & 0x1_0000 == 0 { 9 } else { 7 };
    if word >> 20 != 0xFFF || len <= header_len || bytes.len() < 7 {
        return None;
    }
    Some(Frame { word, key: word & 0xFFFE_FC00, len, samples: 1024 * (1 + (second >> 8 & 3)), rate, bits: 0 })
}

fn mpeg_header(word: u32, layer: u32, free_len: usize) -> Option<Frame> {
    let bit_rate = ((word >> 12) & 15) as usize;
    let rate = *[44_100_u32, 48_000, 32_000].get(((word >> 10) & 3) as usize)?;
    let (slower, is_later) = match (word >> 19) & 3 {
        3 => (0, false), // MPEG-1
        2 => (1, true),  // MPEG-2
        0 => (2, true),  // MPEG-2.5
        _ => return None,
    };
    let (row, slots) = match (layer, is_later) {
        (3, false) => (0, 12),
        (3, true) => (3, 12),
        (2, false) => (1, 144),
        (2, true) => (4, 144),
        (_, false) => (2, 144),
        (_, true) => (4, 72),
    };
    let rate = rate >> slower;
    let units = if bit_rate == 0 { 0 } else { *BIT_RATES.get(row)?.get(bit_rate - 1)? };
    let bits = slots * u32::from(units) * 8000;
    let unpadded = if bit_rate == 0 { free_len } else { (bits / rate) as usize };
    if unpadded == 0 {
        return None;
    }
    let len = unpadded + (word >> 9 & 1) as usize;
    let (len, samples) = if layer == 3 { (len * 4, 384) } else { (len, slots * 8) };
    Some(Frame { word, key: word & 0xFFFE_0C00, len, samples, rate, bits })
}

/// Where a run of frames begins.
#[derive(Debug, Clone, Copy)]
pub(super) struct Run {
    pub(super) skip: usize,
    pub(super) first: Frame,
    pub(super) free_len: usize,
}

/// Tells whether `bytes` begin with `wanted` frames that follow each other, or with at least one where they are the `last`
/// bytes of the stream and the frames end with them.
fn is_run(bytes: &[u8], first: &Frame, free_len: usize, wanted: usize, last: bool) -> bool {
    let mut at = first.len;
    for _ in 1..wanted {
        match bytes.get(at..) {
            Some([]) => return last,
            Some(rest) => match header(rest, free_len) {
                Some(frame) if frame.key == first.key => at += frame.len,
                _ => {
                    return last && (rest.len() < 4 || rest.starts_with(b"TAG") || rest.starts_with(b"APETAGEX"));
                }
            },
            None => return false,
        }
    }
    true
}

/// Finds frames right at the beginning of `bytes`, free-format ones too.
pub(super) fn run_here(bytes: &[u8], last: bool) -> Option<Run> {
    if let Some(first) = header(bytes, 0) {
        return is_run(bytes, &first, 0, 3, last).then_some(Run { skip: 0, first, free_len: 0 });
    }
    // Free format: the length is the distance to the next frame that says the same of itself.
    header(bytes, 1)?;
    let word = be32(bytes, 0);
    let padding = (word >> 9 & 1) as usize;
    for distance in 24..MAX_FREE_FRAME {
        if (be32(bytes, distance) ^ word) & 0xFFFE_FCC0 != 0 {
            continue;
        }
        let free_len = distance - padding;
        let first = header(bytes, free_len)?;
        if first.len == distance && is_run(bytes, &first, free_len, 4, last) {
            return Some(Run { skip: 0, first, free_len });
        }
    }
    None
}

/// Finds the first position at which four frames follow each other. Unless these are the `last` bytes, positions with less
/// than [`LOOK_AHEAD`] bytes behind them are left for the next window.
pub(super) fn find_run(bytes: &[u8], free_len: usize, last: bool) -> Option<Run> {
    let judged = if last { bytes.len() } else { bytes.len().saturating_sub(LOOK_AHEAD) };
    for skip in 0..judged {
        let rest = bytes.get(skip..)?;
        if rest.first() != Some(&0xFF) {
            continue;
        }
        let Some(first) = header(rest, free_len) else { continue };
        if is_run(rest, &first, free_len, 4, false) {
            return Some(Run { skip, first, free_len });
        }
    }
    None
}
