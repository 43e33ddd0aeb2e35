//! MP3 and ADTS files: every frame is counted, and what the encoder added is taken off where the file says so.
//!
//! Sources: the Xing VBR header and its LAME extension (gabriel.mp3-tech.org/mp3infotag.html), the VBRI header
//! (Fraunhofer IIS). Delay and padding are taken off as FFmpeg's demuxer does it.

use super::aac;
use super::fourcc;
use super::frames::{self, Frame, LOOK_AHEAD, Run, find_run, run_here};
use super::known::Known;
use super::reader::{Reader, be32};
use super::spots;
use super::tags::tag_len;
use super::{AudioFormat, Fault, Info, Lacking, corrupt, cut_off, sound};

/// How much of the file is searched for a first frame where the tag before it is whole.
const MAX_JUNK: u64 = 256 << 10;
/// Bytes of a frame header or of a tag's beginning that tell its length.
const HEADER: usize = 16;
/// Samples by which every decoder's output lags behind the encoder's input.
const DECODER_DELAY: u32 = 529;

/// Frames that begin somewhere, as far as they are known.
#[derive(Default)]
pub(super) struct Frames {
    /// Where they are said to begin, and where they do as soon as there is a first one.
    pub(super) start: u64,
    pub(super) first: Option<Run>,
    /// Where they are looked for next.
    at: u64,
    /// How far they are looked for; 0 before it was begun.
    end: u64,
    walk: Walk,
}

impl Frames {
    /// Frames at or behind `start`.
    pub(super) fn behind(start: u64) -> Self {
        Self { start, at: start, ..Self::default() }
    }

    /// Finds the first one. A tag that lies about its length does not hide the frames behind it.
    pub(super) fn find(&mut self, reader: &Reader) -> Result<(), Lacking> {
        let len = reader.len();
        while self.first.is_none() && (self.end == 0 || self.at < self.end) {
            // What is here is nearly always enough.
            let count = if self.end == 0 { LOOK_AHEAD / 8 } else { LOOK_AHEAD * 2 };
            let bytes = reader.from(self.at, count)?;
            let last = self.at + bytes.len() as u64 >= len;
            if self.at == self.start {
                self.first = run_here(bytes, last);
            }
            if self.end == 0 {
                self.end = self.start.saturating_add(MAX_JUNK).min(len);
                continue;
            }
            if self.first.is_none() {
                self.first = find_run(bytes, 0, last);
            }
            if let Some(run) = &self.first {
                self.start = self.at + run.skip as u64;
                break;
            }
            self.at += bytes.len().saturating_sub(if last { 0 } else { LOOK_AHEAD }).max(1) as u64;
            if self.at >= self.end && self.start > 0 && self.end < len {
                (self.at, self.end) = (10, len);
            }
        }
        Ok(())
    }

    /// Counts them from the first one up to `end`, and says that they are of this `format`.
    #[inline(never)]
    pub(super) fn probe(&mut self, reader: &Reader, format: AudioFormat, end: u64) -> Result<Info, Fault> {
        let walk = &mut self.walk;
        if let Some(run) = self.first.filter(|_| walk.needs == 0) {
            walk.begin(reader, self.start, &run, end)?;
        }
        while walk.at < end {
            let bytes = reader.from(walk.at, walk.needs)?;
            let left = end - walk.at;
            let bytes = bytes.get(..left.min(bytes.len() as u64) as usize).unwrap_or(bytes);
            walk.at += walk.step(bytes, left).max(1);
        }
        walk.end(format, reader.len())
    }
}

/// What the header frame of an MP3 says.
#[derive(Default)]
struct Promise {
    found: bool,
    frames: u32,
    /// The size of all frames, this one included.
    bytes: u32,
    /// Samples that are decoded before and behind the sound.
    added: u32,
}

fn promise(frame: &[u8], first: &Frame) -> Promise {
    let side_info = match (first.samples == 1152, first.channels()) {
        (true, 2) => 32,
        (true, _) | (false, 2) => 17,
        _ => 9,
    };
    let mut promise = Promise::default();
    let at = 4 + side_info;
    if matches!(fourcc::at(frame, at), fourcc::XING | fourcc::INFO) {
        let flags = be32(frame, at + 4);
        let mut next = at + 8;
        if flags & 1 != 0 {
            promise.frames = be32(frame, next);
            next += 4;
        }
        if flags & 2 != 0 {
            promise.bytes = if flags & 1 != 0 { be32(frame, next) } else { 0 };
            next += 4;
        }
        promise.found = promise.frames > 0 || flags & 2 != 0;
        next += if flags & 4 == 0 { 0 } else { 100 } + if flags & 8 == 0 { 0 } else { 4 };
        if promise.found && matches!(fourcc::at(frame, next), fourcc::LAME | fourcc::LAVF | fourcc::LAVC) {
            let (delay, padding) = (be32(frame, next + 21) >> 20, be32(frame, next + 21) >> 8 & 0xFFF);
            let behind = if promise.frames > 0 { padding.saturating_sub(DECODER_DELAY) } else { 0 };
            promise.added = delay + DECODER_DELAY + behind;
        }
    } else if fourcc::at(frame, 36) == fourcc::VBRI {
        promise.frames = be32(frame, 36 + 14);
        promise.found = promise.frames > 0;
    }
    promise
}

/// A walk over frames.
#[derive(Default)]
struct Walk {
    first: Frame,
    promised_frames: u32,
    /// Samples that are no sound.
    added: u32,
    /// What a decoder gives out.
    sample_rate: u32,
    channels: u16,
    /// Where the next frame is expected.
    at: u64,
    key: u32,
    rate: u32,
    free_len: usize,
    /// Samples at the present `rate`, and seconds at the rates before it.
    samples: u64,
    seconds: f64,
    frames: u64,
    frame_bytes: u64,
    lost_bytes: u64,
    /// Bytes that the next step needs; 0 before it was begun.
    needs: usize,
}

impl Walk {
    /// Begins with the first frame, and has begun when it is behind its last read. Where spots of the file tell how many there are, it is at the end already.
    fn begin(&mut self, reader: &Reader, start: u64, run: &Run, end: u64) -> Result<(), Lacking> {
        let first = run.first;
        (self.first, self.key, self.rate, self.free_len) = (first, first.key, first.rate, run.free_len);
        (self.sample_rate, self.channels, self.at) = (first.rate, first.channels(), start);
        match first.kind() {
            Known::MP3 => {
                let promised = promise(reader.from(start, first.len)?, &first);
                (self.promised_frames, self.added) = (promised.frames, promised.added);
                self.at += if promised.found { first.len as u64 } else { 0 };
                if run.free_len == 0 {
                    let promised_end = if promised.bytes > 0 { start + u64::from(promised.bytes) } else { 0 };
                    self.frames = spots::count(reader, (self.at, end), (u64::from(promised.frames), promised_end))?;
                }
                if self.frames > 0 {
                    self.samples = self.frames * u64::from(first.samples);
                    self.at = end;
                }
            }
            Known::AAC => {
                (self.sample_rate, self.channels) = adts_output(reader.from(start, LOOK_AHEAD / 8)?, &first);
            }
            _ => {}
        }
        self.needs = HEADER;
        Ok(())
    }

    /// Walks over `bytes`, with `left` bytes from their beginning to the end of the sound, and returns how many were dealt
    /// with, which may be more than there are: a tag may be skipped.
    fn step(&mut self, bytes: &[u8], left: u64) -> u64 {
        let last = bytes.len() as u64 == left;
        let mut at = 0_usize;
        while let Some(rest) = bytes.get(at..).filter(|rest| rest.len() >= if last { 1 } else { HEADER }) {
            match frames::header(rest, self.free_len) {
                Some(frame) if frame.key == self.key => {
                    if (at + frame.len) as u64 > left {
                        // Decoders drop a frame that is not whole.
                        return left;
                    }
                    self.count(&frame);
                    at += frame.len;
                }
                _ => {
                    let behind_tag = at as u64 + tag_len(rest);
                    if behind_tag > at as u64 && behind_tag <= left {
                        return behind_tag;
                    }
                    if !last && rest.len() < LOOK_AHEAD * 2 {
                        self.needs = LOOK_AHEAD * 2;
                        break;
                    }
                    self.needs = HEADER;
                    let found = find_run(rest, self.free_len, last).filter(|run| run.first.kind() == self.first.kind());
                    let lost = match found {
                        Some(run) => {
                            self.switch(&run.first);
                            run.skip
                        }
                        None if last => rest.len(),
                        None => rest.len() - LOOK_AHEAD,
                    };
                    self.lost_bytes += lost as u64;
                    at += lost;
                }
            }
        }
        at as u64
    }

    fn count(&mut self, frame: &Frame) {
        self.samples += u64::from(frame.samples);
        self.frames += 1;
        self.frame_bytes += frame.len as u64;
    }

    fn switch(&mut self, first: &Frame) {
        if first.rate != self.rate {
            self.seconds += self.samples as f64 / f64::from(self.rate);
            self.samples = 0;
            self.rate = first.rate;
        }
        self.key = first.key;
    }

    /// What all frames come to.
    fn end(&self, format: AudioFormat, bytes: u64) -> Result<Info, Fault> {
        let first = &self.first;
        if self.frames == 0 || self.lost_bytes > self.frame_bytes / 4 + 4096 {
            return corrupt("large parts of the file are not the frames that it begins with");
        }
        let frame_seconds = f64::from(first.samples) / f64::from(first.rate);
        if cut_off(f64::from(self.promised_frames) * frame_seconds, self.frames as f64 * frame_seconds) {
            return corrupt("the file ends long before the length that its header gives");
        }
        let samples = self.samples.saturating_sub(u64::from(self.added));
        let duration_seconds = self.seconds + samples as f64 / f64::from(self.rate);
        let (sample_rate, channels) = (self.sample_rate, self.channels);
        sound(format, duration_seconds, sample_rate, channels, bytes)
    }
}

/// The rate and the channels that a decoder gives out for the ADTS frames in `bytes`.
fn adts_output(bytes: &[u8], first: &Frame) -> (u32, u16) {
    let block = |frame: &[u8]| if frame.get(1).is_some_and(|flags| flags & 1 == 0) { 9 } else { 7 };
    let mut channels = first.channels();
    if channels == 0 {
        channels = aac::block_channels(bytes.get(block(bytes)..).unwrap_or_default());
    }
    let (mut at, mut frames, mut with_sbr) = (0, 0_usize, 0);
    while let Some((frame, header)) = bytes.get(at..).and_then(|rest| Some((rest, frames::header(rest, 0)?))) {
        let Some(block) = frame.get(block(frame)..header.len).filter(|_| frames < 32) else { break };
        with_sbr += usize::from(aac::ends_in_sbr(block));
        frames += 1;
        at += header.len;
    }
    let sbr = with_sbr * 2 > frames;
    if sbr { (first.rate * 2, aac::with_sbr(channels)) } else { (first.rate, channels.max(1)) }
}
