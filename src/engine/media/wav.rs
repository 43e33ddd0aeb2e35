//! WAVE: RIFF, RIFX and RF64 files, their sizes taken with a grain of salt.
//!
//! Sources: Microsoft, Multimedia Programming Interface and Data Specifications 1.0; EBU Tech 3306 (RF64).

use super::fourcc;
use super::mpeg::Frames;
use super::reader::{Reader, be16, be32, le16, le32};
use super::{AudioFormat, Fault, Info, Lacking, corrupt, cut_off, settle, sound};

/// Recorders that cannot go back to write the size leave something like 2 GiB, 4 GiB or 0 there.
const PLACEHOLDER: u64 = 0x7FFF_0000;
/// Chunks that are looked at; a hostile file could hold millions.
const MAX_CHUNKS: usize = 4096;
/// Bytes of about a tenth of a second of MP3 at its highest bit rate.
const MUCH_MP3: u64 = 4096;
const CUT: &str = "the WAV ends long before the length that its header gives";

/// Tells whether `head` begins a WAVE file.
pub(super) fn is_wave(head: &[u8]) -> bool {
    matches!(fourcc::at(head, 0), fourcc::RIFF | fourcc::RIFX | fourcc::RF64 | fourcc::BW64)
        && fourcc::at(head, 8) == fourcc::WAVE
}

/// What the `fmt ` chunk says.
#[derive(Clone, Copy, Default)]
struct Format {
    codec: u16,
    channels: u16,
    rate: u32,
    block: u16,
    bits: u16,
    /// Samples per block that the codec's extension names.
    block_samples: u16,
}

/// How far a WAVE file is known.
#[derive(Default)]
pub(super) struct Wave {
    big_endian: bool,
    /// Whether its writer never said how long it became.
    unfinished: bool,
    /// Where the next chunk begins; 0 before the beginning was read.
    at: u64,
    chunks: usize,
    is_walked: bool,
    format: Format,
    /// Samples that the `fact` chunk or `ds64` gives.
    stated: u64,
    /// Size of the data that `ds64` gives.
    long_size: u64,
    start: u64,
    data: u64,
    promised: u64,
}

impl Wave {
    /// `frames` are for MP3 in place of samples.
    #[inline(never)]
    pub(super) fn probe(&mut self, reader: &Reader, frames: &mut Frames) -> Result<Info, Fault> {
        if self.at == 0 {
            let head = reader.from(0, 12)?;
            self.big_endian = fourcc::at(head, 0) == fourcc::RIFX;
            let size = self.long(head, 4);
            self.unfinished = size == 0 || size >= PLACEHOLDER;
            self.at = 12;
        }
        while !self.is_walked {
            self.is_walked = self.chunk(reader)?;
            *frames = Frames::behind(self.start);
        }
        if self.format.rate == 0 {
            return corrupt("the WAV has no fmt chunk");
        }
        if self.start == 0 {
            return corrupt("the WAV ends before its sound");
        }
        self.sound(reader, frames)
    }

    fn short(&self, bytes: &[u8], at: usize) -> u16 {
        if self.big_endian { be16(bytes, at) } else { le16(bytes, at) }
    }

    fn long(&self, bytes: &[u8], at: usize) -> u64 {
        u64::from(if self.big_endian { be32(bytes, at) } else { le32(bytes, at) })
    }

    /// Notes what the next chunk says and goes on behind it. Tells whether it was the last.
    fn chunk(&mut self, reader: &Reader) -> Result<bool, Fault> {
        let (at, len) = (self.at, reader.len());
        let chunk = reader.from(at, 48)?;
        if chunk.len() < 8 {
            return Ok(true);
        }
        let size = self.long(chunk, 4);
        let body = chunk.get(8..).unwrap_or_default();
        let mut next = at + 8 + size;
        match fourcc::at(chunk, 0) {
            fourcc::FMT if self.format.rate == 0 => self.read_format(body, size)?,
            fourcc::FACT if size >= 4 => self.stated = self.long(body, 0),
            fourcc::DS64 => {
                self.long_size = u64::from(le32(body, 8)) | u64::from(le32(body, 12)) << 32;
                self.unfinished = self.long_size == 0;
            }
            fourcc::DATA => {
                let present = len.saturating_sub(at + 8);
                let size = if size == u64::from(u32::MAX) && self.long_size > 0 { self.long_size } else { size };
                let may_lie = self.unfinished || (PLACEHOLDER..=u64::from(u32::MAX)).contains(&size);
                let size = if size == 0 || size > present && may_lie { present } else { size };
                // Of two data chunks, players take the last.
                (self.start, self.data, self.promised) = (at + 8, size.min(present), size);
                next = at.saturating_add(8).saturating_add(size);
            }
            _ => {}
        }
        if next < len {
            self.at = behind_padding(reader, next)?;
            self.chunks += 1;
        }
        Ok(next >= len || self.chunks == MAX_CHUNKS)
    }

    fn read_format(&mut self, body: &[u8], size: u64) -> Result<(), Fault> {
        let short = |at| self.short(body, at);
        let extended = size >= 26 && short(0) == 0xFFFE;
        self.format = Format {
            codec: short(if extended { 24 } else { 0 }),
            channels: short(2),
            rate: self.long(body, 4) as u32,
            block: short(12),
            bits: if size < 16 { 8 } else { short(14) },
            block_samples: if size < 20 { 0 } else { short(18) },
        };
        if self.format.channels == 0 || self.format.rate == 0 || size < 14 {
            return corrupt("the WAV's fmt chunk holds impossible values");
        }
        Ok(())
    }

    fn sound(&self, reader: &Reader, frames: &mut Frames) -> Result<Info, Fault> {
        let format = &self.format;
        let len = reader.len();
        if matches!(format.codec, 0x50 | 0x55) {
            let end = self.start.saturating_add(self.data).min(len);
            frames.find(reader)?;
            if frames.first.is_some() && frames.start < end {
                if self.promised > self.data + self.data / 64 + MUCH_MP3 {
                    return corrupt(CUT);
                }
                return frames.probe(reader, AudioFormat::Wav, end);
            }
        }
        let rate = f64::from(format.rate);
        let present = match samples(format, self.data) {
            Some(counted) if format.codec == 2 || format.codec == 0x11 => {
                settle(self.stated as f64, counted as f64, rate)
            }
            Some(counted) => counted as f64 / rate,
            None if self.stated > 0 => self.stated as f64 / rate,
            None => {
                return Err(Fault::UnknownDuration("the WAV holds a codec whose length only decoding would tell"));
            }
        };
        let missing = 1.0 - self.data as f64 / self.promised.max(1) as f64;
        if self.data < self.promised && cut_off(present / (1.0 - missing).max(1e-9), present) {
            return corrupt(CUT);
        }
        sound(AudioFormat::Wav, present, format.rate, format.channels, len)
    }
}

/// Chunks begin at even positions, save for those of writers that do not know.
fn behind_padding(reader: &Reader, next: u64) -> Result<u64, Lacking> {
    if next.is_multiple_of(2) {
        return Ok(next);
    }
    // A name has four characters; with a fifth before it it is the next byte where it begins.
    let characters = reader.from(next, 5)?.iter().take(5).take_while(|byte| matches!(byte, b' '..=b'~'));
    Ok(if characters.count() == 4 { next } else { next + 1 })
}

/// Samples per channel in so many bytes, or `None` where the codec does not tell.
fn samples(format: &Format, bytes: u64) -> Option<u64> {
    let (block, channels) = (u64::from(format.block), u64::from(format.channels));
    let blocks = |per_block: u64| bytes.checked_div(block).map(|count| count.saturating_mul(per_block));
    match format.codec {
        // PCM, float: as many bytes as a sample's bits need. A-law and µ-law have one byte a sample.
        1 | 3 | 6 | 7 => {
            let needed = if format.codec > 3 { 1 } else { u64::from(format.bits).div_ceil(8).max(1) };
            // Of block sizes decoders believe only that samples of 24 bits stand in four bytes.
            let spare = u64::from(needed == 3 && block == 4 * channels);
            Some(bytes / ((needed + spare) * channels))
        }
        2 | 0x11 | 0x31 if format.block_samples > 0 => {
            let whole = blocks(u64::from(format.block_samples))?;
            let header = if format.codec == 2 { 7 } else { 4 } * channels;
            let rest = (bytes % block).saturating_sub(header) * 8 / (channels * u64::from(format.bits.max(1)));
            Some(if format.codec == 0x31 { whole } else { whole + rest })
        }
        // Codecs with a fixed number of bits per sample: Yamaha and Dialogic ADPCM, G.721 to G.726.
        0x10 | 0x14 | 0x17 | 0x20 | 0x40 | 0x45 | 0x64 | 0x65 if format.bits > 0 => {
            Some(bytes.saturating_mul(8) / (channels * u64::from(format.bits)))
        }
        _ => None,
    }
}
