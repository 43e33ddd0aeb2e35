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
    fn take(&mut self, count: usize) -> u32 {
        let value = (self.at..self.at + count).fold(0_u32, |value, bit| {
            let byte = self.bytes.get(bit / 8).copied().unwrap_or_default();
            value << 1 | u32::from(byte >> (7 - bit % 8) & 1)
        });
        self.at += count;
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
    let mut channels = aac_channels(bits.take(4));
    let mut rate = core_rate;
    let mut parametric_stereo = object_type == 29;
    if matches!(object_type, 5 | 29) {
        rate = bits.rate()?;
    } else {
        // Backward compatible signalling stands behind the codec's own settings, whose length varies.
        while bits.left() > 15 {
            if bits.take(11) != 0x2B7 {
                bits.at -= 10;
                continue;
            }
            if bits.object_type() == 5 && bits.take(1) == 1 {
                rate = bits.rate().unwrap_or(core_rate);
                parametric_stereo = bits.left() > 11 && bits.take(11) == 0x548 && bits.take(1) == 1;
            }
            break;
        }
    }
    if channels == 1 && parametric_stereo {
        channels = 2;
    }
    (rate > 0).then_some(AacConfig { rate, channels, sbr: rate > core_rate })
}
