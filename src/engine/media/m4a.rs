//! M4A: which files of boxes are sound, and how long it plays.
//!
//! Source: for edit lists, how FFmpeg's demuxer reads them.

use super::aac;
use super::fourcc;
use super::known::Known;
use super::mp4::{INDEX, Movie, Track};
use super::reader::{Reader, be32};
use super::{AudioFormat, Fault, Info, corrupt, cut_off, settle, sound};

/// Bytes in which the first samples are looked at.
const FIRST_SAMPLES: usize = 8 << 10;

/// Tells what the sound of a file is whose boxes are all noted, and whether the file holds all of it.
pub(super) fn sound_of(movie: &Movie, brand: Known, reader: &Reader) -> Result<Info, Fault> {
    let track = sound_track(movie, brand)?;
    let len = reader.len();
    let timescale = f64::from(track.timescale);
    let sums = &track.sums;
    let total = if movie.fragments { sums.duration } else { sums.present_duration() };
    if track.timescale == 0 || total <= 0.0 {
        return corrupt("the M4A's index lists no sound");
    }
    let (mut last, sizes_at, samples) = sums.last_chunk();
    let sizes = reader.from(sizes_at, (u64::from(samples) * 4).min(INDEX) as usize)?;
    for index in 0..(samples as usize).min(sizes.len() / 4) {
        last += f64::from(be32(sizes, index * 4));
    }
    let whole = if movie.fragments { (len + movie.missing) as f64 } else { last };
    let seconds = total / timescale;
    // Nobody knows how many fragments there were behind one that is cut.
    if whole > len as f64 && (movie.fragments || cut_off(seconds, seconds * len as f64 / whole)) {
        return corrupt("the M4A ends before its sound");
    }
    // Frames of AAC, MP3 and AC-3 all decode to the same length, the last one too; lossless ones do not.
    let is_lossless = matches!(track.codec.kind, fourcc::ALAC | fourcc::FLAC | fourcc::OPUS);
    let frame = if is_lossless { 0.0 } else { f64::from(sums.usual_duration) };
    let (stated, decoded) = played(movie, track, total, frame);
    let mut codec = track.codec;
    if codec.rate == 0 || codec.channels == 0 {
        return corrupt("the M4A does not say how its sound is coded");
    }
    let may_hide_sbr = matches!(codec.object_type, 0x40 | 0x66..=0x68) && !codec.sbr && codec.rate <= 24_000;
    if may_hide_sbr {
        let bytes = reader.from(sums.first_chunk, FIRST_SAMPLES)?;
        if sums.votes_for_sbr(bytes) > 0 {
            (codec.rate, codec.channels) = (codec.rate * 2, aac::with_sbr(codec.channels));
        }
    }
    sound(AudioFormat::M4a, settle(stated, decoded, timescale), codec.rate, codec.channels, len)
}

fn unsupported<T>(detected: Known) -> Result<T, Fault> {
    Err(Fault::Unsupported(Some(detected)))
}

/// The sound track, if the file is one that holds nothing else to play and its codec is one of M4A files.
fn sound_track(movie: &Movie, brand: Known) -> Result<&Track, Fault> {
    let is_video = |track: &&Track| {
        let picture = matches!(track.codec.kind, fourcc::JPEG | fourcc::PNG | fourcc::MJPA | fourcc::MJPB)
            || matches!(track.codec.object_type, 0x6C | 0x6D);
        track.handler == fourcc::VIDE && !picture && !movie.chapters.contains(&track.id)
    };
    let general = if matches!(brand, Known::MOV | Known::THREE_GP) { brand } else { Known::MP4_VIDEO };
    if movie.tracks.iter().any(|track| is_video(&track)) {
        return unsupported(general);
    }
    let Some(track) = movie.tracks.iter().find(|track| track.handler == fourcc::SOUN) else {
        return unsupported(Known::MP4_SILENT);
    };
    match (track.codec.kind, track.codec.object_type) {
        // AAC, MP3 and AC-3, by object type.
        (fourcc::MP4A, 0 | 0x40 | 0x66..=0x69 | 0x6B | 0xA5 | 0xA6) => Ok(track),
        (
            fourcc::ALAC | fourcc::AC_3 | fourcc::EC_3 | fourcc::OPUS | fourcc::FLAC | fourcc::DOT_MP3 | fourcc::MS_MP3,
            _,
        ) => Ok(track),
        (fourcc::SAMR | fourcc::SAWB | fourcc::SAWP | fourcc::SEVC | fourcc::SQCP, _) => unsupported(Known::THREE_GP),
        (fourcc::ENCA | fourcc::DRMS | fourcc::AAVD, _) => unsupported(Known::PROTECTED),
        _ if general == Known::MOV => unsupported(Known::MOV),
        _ => unsupported(Known::MP4_OTHER),
    }
}

/// What of the media's `total` is played: as the file states it, and with frames decoded whole.
fn played(movie: &Movie, track: &Track, total: f64, frame: f64) -> (f64, f64) {
    if let (true, Some((delay, padding))) = (track.edits.is_empty(), movie.itunes) {
        let decoded = (total - f64::from(delay)).max(0.0);
        return ((decoded - f64::from(padding)).max(0.0), decoded);
    }
    let (mut stated, mut decoded) = (0.0, 0.0);
    for &(start, length) in track.edits.iter().filter(|(start, _)| *start >= 0) {
        let start = (start as f64).min(total);
        let length = length as f64 * f64::from(track.timescale) / f64::from(movie.timescale.max(1));
        if movie.fragments {
            // Decoders differ in whether an edit list skips the beginning of fragments.
            return (total - start, in_frames(total, frame));
        }
        let end = if length > 0.0 { (start + length).min(total) } else { total };
        stated += end - start;
        decoded += (in_frames(end, frame) - start).max(0.0);
    }
    if decoded > 0.0 { (stated, decoded) } else { (total, in_frames(total, frame)) }
}

/// Where the frame that `end` lies in ends; there and nowhere else where frames have no length.
#[inline(never)]
fn in_frames(end: f64, frame: f64) -> f64 {
    if frame > 0.0 { (end / frame - 1e-6).ceil() * frame } else { end }
}
