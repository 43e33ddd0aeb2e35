//! The AudioSpecificConfig that says how AAC in an MP4 file is decoded.
//!
//! Source: ISO/IEC 14496-3, 1.6 and 4.4.

use super::frames::{AAC_RATES, aac_channels};

/// What the decoder gives out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct AacConfig {
    pub(super) rate: u32,
    /// 0 where only the stream itself tells.
    pub(super) channels: u16,
    /// Whether spectral band replication is signalled, so that `rate` is not that of the core.
    pub(super) sbr: bool,
}

/// Bits from the most significant on; 0 behind the end.
struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    #[inline(never)]
    fn take(&mut self, count: usize) -> u32 {
        let mut value = 0;
        for _ in 0..count {
            let byte = self.bytes.get(self.at / 8).copied().unwrap_or_default();
            value = value << 1 | u32::from(byte >> (7 - self.at % 8) & 1);
            self.at += 1;
        }
        value
    }

    fn left(&self) -> usize {
        (self.bytes.len() * 8).saturating_sub(self.at)
    }

    fn object_type(&mut self) -> u32 {
        match self.take(5) {
            31 => 32 + self.take(6),
            object_type => object_type,
        }
    }

    fn rate(&mut self) -> Option<u32> {
        match self.take(4) as usize {
            15 => Some(self.take(24)),
            index => AAC_RATES.get(index).copied(),
        }
    }
}

/// Reads an AudioSpecificConfig.
pub(super) fn config(bytes: &[u8]) -> Option<AacConfig> {
    let mut bits = Bits { bytes: bytes.get(..64).unwrap_or(bytes), at: 0 };
    let object_type = bits.object_type();
    let core_rate = bits.rate()?;
    let configuration = bits.take(4);
    let mut rate = core_rate;
    if matches!(object_type, 5 | 29) {
        rate = bits.rate()?;
        bits.object_type();
    }
    let mut channels = aac_channels(configuration);
    if configuration == 0 {
        bits.take(3);
        channels = program_channels(&mut bits);
    }
    if rate == core_rate {
        // Backward compatible signalling stands behind the codec's own settings, whose length varies.
        while bits.left() > 15 {
            if bits.take(11) != 0x2B7 {
                bits.at -= 10;
                continue;
            }
            if bits.object_type() == 5 && bits.take(1) == 1 {
                rate = bits.rate().unwrap_or(core_rate);
            }
            break;
        }
    }
    let sbr = rate > core_rate;
    (rate > 0).then_some(AacConfig { rate, channels: if sbr { with_sbr(channels) } else { channels }, sbr })
}

/// The channels that decoders give out: one with spectral band replication may carry a second in parametric stereo.
pub(super) fn with_sbr(channels: u16) -> u16 {
    channels.max(2)
}

/// The channels of a program config element, whose tag and beginning `bits` has passed over.
fn program_channels(bits: &mut Bits<'_>) -> u16 {
    bits.take(4 + 2 + 4);
    let mut elements = 0;
    for _group in 0..3 {
        elements += bits.take(4);
    }
    let mut channels = bits.take(2);
    bits.take(3 + 4);
    for mixdown in [4, 4, 3] {
        let is_there = bits.take(1) as usize;
        bits.take(is_there * mixdown);
    }
    for _element in 0..elements {
        channels += 1 + (bits.take(5) >> 4);
    }
    channels as u16
}

/// The channels that the first block of an ADTS stream says it has, where the header leaves it to the block.
pub(super) fn block_channels(block: &[u8]) -> u16 {
    let mut bits = Bits { bytes: block, at: 0 };
    if bits.take(3) == 5 { program_channels(&mut bits) } else { 0 }
}

/// Tells whether a raw data block ends in a fill element with data for spectral band replication.
///
/// The elements before it could be passed over only by decoding them. So it is read from behind: the end mark is the last
/// thing in the block, fill elements say how long they are, and only one beginning fits each length.
pub(super) fn ends_in_sbr(block: &[u8]) -> bool {
    let Some(last) = block.iter().rposition(|&byte| byte != 0) else {
        return false;
    };
    let lowest = block.get(last).map_or(0, |byte| byte.trailing_zeros() as usize);
    let Some(mut end) = (last * 8 + 8 - lowest).checked_sub(3) else {
        return false;
    };
    let at = |at: usize, count: usize| Bits { bytes: block, at }.take(count);
    if at(end, 3) != 7 {
        return false;
    }
    // Behind the element in question there may be others that only fill.
    for _ in 0..3 {
        // Where the shortest one begins that only fills; where there is none, `end`.
        let mut filler = end;
        for size in 0..=269_usize {
            let escape = if size < 15 { 0 } else { 8 };
            let Some(start) = end.checked_sub(size * 8 + 7 + escape) else { break };
            let fits =
                at(start, 7) == 0x60 + size.min(15) as u32 && (size < 15 || at(start + 7, 8) == size as u32 - 14);
            if !fits {
                continue;
            }
            let kind = at(end - size * 8, 4);
            if size > 0 && matches!(kind, 13 | 14) {
                return true;
            }
            if filler == end && (size == 0 || kind == 0) {
                filler = start;
            }
        }
        if filler == end {
            break;
        }
        end = filler;
    }
    false
}
