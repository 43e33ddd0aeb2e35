//! MP3 and ADTS files: every frame is counted, and what the encoder added is taken off where the file says so.
//!
//! Sources: the Xing VBR header and its LAME extension (gabriel.mp3-tech.org/mp3infotag.html), the VBRI header
//! (Fraunhofer IIS). Delay and padding are taken off as FFmpeg's demuxer does it.

use super::aac;
use super::fourcc;
use super::frames::{self, Frame, Kind, LOOK_AHEAD, Run, find_run, run_here};
use super::reader::{Reader, be32};
use super::spots;
use super::tags::tag_len;
use super::{AudioFormat, AudioInfo, Fault, corrupt, cut_off};

/// How much of the file is searched for a first frame where the tag before it is whole.
const MAX_JUNK: u64 = 256 << 10;
/// Bytes of a frame header or of a tag's beginning that tell its length.
const HEADER: usize = 16;
/// Samples by which every decoder's output lags behind the encoder's input.
const DECODER_DELAY: u64 = 529;

/// Frames that begin somewhere, as far as they are known.
#[derive(Default)]
pub(super) struct Frames {
    start: u64,
    /// Where they are looked for next.
    at: u64,
    /// How far they are looked for; 0 before it was begun.
    end: u64,
    first: Option<(u64, Run)>,
    walk: Option<Walk>,
}

impl Frames {
    /// Frames at or behind `start`.
    pub(super) fn behind(start: u64) -> Self {
        Self { start, at: start, ..Self::default() }
    }

    /// Finds the first one. A tag that lies about its length does not hide the frames behind it.
    pub(super) fn first(&mut self, reader: &mut Reader) -> Result<Option<(u64, Run)>, Fault> {
        if self.end == 0 {
            let len = reader.len();
            // What is here is nearly always enough.
            let bytes = reader.from(self.start, LOOK_AHEAD / 8)?;
            self.first = run_here(bytes, self.start + bytes.len() as u64 == len).map(|run| (self.start, run));
            self.end = self.start.saturating_add(MAX_JUNK).min(len);
        }
        while self.first.is_none() && self.at < self.end {
            self.look(reader)?;
        }
        Ok(self.first)
    }

    /// Looks for the first one in the next bytes.
    fn look(&mut self, reader: &mut Reader) -> Result<(), Fault> {
        let len = reader.len();
        let bytes = reader.from(self.at, LOOK_AHEAD * 2)?;
        let last = self.at + bytes.len() as u64 >= len;
        let run = if self.at == self.start { run_here(bytes, last) } else { None };
        self.first = run.or_else(|| find_run(bytes, 0, last)).map(|run| (self.at + run.skip as u64, run));
        self.at += bytes.len().saturating_sub(if last { 0 } else { LOOK_AHEAD }).max(1) as u64;
        if self.at >= self.end && self.start > 0 && self.end < len {
            (self.at, self.end) = (10, len);
        }
        Ok(())
    }

    /// Counts them from the `first` one up to `end`.
    pub(super) fn probe(&mut self, reader: &mut Reader, first: (u64, Run), end: u64) -> Result<AudioInfo, Fault> {
        let walk = match &mut self.walk {
            Some(walk) => walk,
            none => none.insert(Walk::begin(reader, first, end)?),
        };
        while walk.at < end {
            let bytes = reader.from(walk.at, walk.needs)?;
            let left = end - walk.at;
            let bytes = usize::try_from(left).ok().and_then(|left| bytes.get(..left)).unwrap_or(bytes);
            walk.at += walk.step(bytes, left).max(1);
        }
        walk.end(reader.len())
    }
}

/// What the header frame of an MP3 says.
#[derive(Default, Clone, Copy)]
struct Promise {
    found: bool,
    frames: u64,
    /// The size of all frames, this one included.
    bytes: u64,
    /// Samples that the encoder put before and behind the sound.
    added: Option<(u64, u64)>,
}

fn promise(frame: &[u8], first: &Frame) -> Promise {
    let side_info = match (first.samples == 1152, first.channels) {
        (true, 2) => 32,
        (true, _) | (false, 2) => 17,
        _ => 9,
    };
    let mut promise = Promise::default();
    let at = 4 + side_info;
    if matches!(be32(frame, at), fourcc::XING | fourcc::INFO) {
        let flags = be32(frame, at + 4);
        let has_frames = flags & 1 != 0;
        let has_bytes = flags & 2 != 0;
        promise.frames = if has_frames { u64::from(be32(frame, at + 8)) } else { 0 };
        promise.bytes = if has_frames && has_bytes { u64::from(be32(frame, at + 12)) } else { 0 };
        promise.found = promise.frames > 0 || has_bytes;
        let optional = [has_frames, has_bytes].iter().filter(|&&has| has).count() * 4
            + if flags & 4 == 0 { 0 } else { 100 }
            + if flags & 8 == 0 { 0 } else { 4 };
        let lame = at + 8 + optional;
        if promise.found && matches!(be32(frame, lame), fourcc::LAME | fourcc::LAVF | fourcc::LAVC) {
            let added = be32(frame, lame + 21) >> 8;
            promise.added = Some((u64::from(added >> 12), u64::from(added & 0xFFF)));
        }
    } else if be32(frame, 36) == fourcc::VBRI {
        promise.frames = u64::from(be32(frame, 36 + 14));
        promise.found = promise.frames > 0;
    }
    promise
}

/// A walk over frames.
struct Walk {
    first: Frame,
    promised: Promise,
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
    /// Bytes that the next step needs.
    needs: usize,
}

impl Walk {
    /// Begins with the first frame. Where spots of the file tell how many there are, it is at the end already.
    fn begin(reader: &mut Reader, (start, run): (u64, Run), end: u64) -> Result<Self, Fault> {
        let first = run.first;
        let mut at = start;
        let mut promised = Promise::default();
        if first.kind == Kind::Layer3 {
            promised = promise(reader.from(start, first.len)?, &first);
            at += if promised.found { first.len as u64 } else { 0 };
        }
        let (sample_rate, channels) = if first.kind == Kind::Adts {
            adts_output(reader.from(start, LOOK_AHEAD / 8)?, &first)
        } else {
            (first.rate, first.channels)
        };
        let mut walk = Self {
            first,
            promised,
            sample_rate,
            channels,
            at,
            key: first.key,
            rate: first.rate,
            free_len: run.free_len,
            samples: 0,
            seconds: 0.0,
            frames: 0,
            frame_bytes: 0,
            lost_bytes: 0,
            needs: HEADER,
        };
        if first.kind == Kind::Layer3 && run.free_len == 0 {
            let promised_end = if promised.bytes > 0 { start.saturating_add(promised.bytes) } else { 0 };
            if let Some(frames) = spots::count(reader, (at, end), (promised.frames, promised_end))? {
                walk.frames = frames;
                walk.samples = frames * u64::from(first.samples);
                walk.at = end;
            }
        }
        Ok(walk)
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
                    let found = find_run(rest, self.free_len, last).filter(|run| run.first.kind == self.first.kind);
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
    fn end(&self, bytes: u64) -> Result<AudioInfo, Fault> {
        let Self { first, promised, .. } = self;
        if self.frames == 0 || self.lost_bytes > self.frame_bytes / 4 + 4096 {
            return corrupt("large parts of the file are not the frames that it begins with");
        }
        let frame_seconds = f64::from(first.samples) / f64::from(first.rate);
        if cut_off(promised.frames as f64 * frame_seconds, self.frames as f64 * frame_seconds) {
            return corrupt("the file ends long before the length that its header gives");
        }
        let mut samples = self.samples;
        if let Some((delay, padding)) = promised.added {
            let behind = if promised.frames > 0 { padding.saturating_sub(DECODER_DELAY) } else { 0 };
            samples = samples.saturating_sub(delay + DECODER_DELAY + behind);
        }
        let duration_seconds = self.seconds + samples as f64 / f64::from(self.rate);
        let format = if first.kind == Kind::Adts { AudioFormat::Aac } else { AudioFormat::Mp3 };
        Ok(AudioInfo { format, duration_seconds, sample_rate: self.sample_rate, channels: self.channels, bytes })
    }
}

/// The rate and the channels that a decoder gives out for the ADTS frames in `bytes`.
fn adts_output(bytes: &[u8], first: &Frame) -> (u32, u16) {
    let block = |frame: &[u8]| if frame.get(1).is_some_and(|flags| flags & 1 == 0) { 9 } else { 7 };
    let mut channels = first.channels;
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
