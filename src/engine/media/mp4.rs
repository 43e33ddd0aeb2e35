//! M4A: sound in ISO base media files, the index first or last, whole or in fragments.
//!
//! Boxes are walked flat: a container is stepped into, anything else is noted or stepped over, so that no nesting, however
//! deep, costs memory. Sources: see `boxes`; for `iTunSMPB` and edit lists, how FFmpeg's demuxer reads them.

use super::aac;
use super::boxes::{BoxHead, Codec, box_head, codec};
use super::detect::{self, AVIF, HEIC, MOV, MP4_OTHER, MP4_VIDEO, PROTECTED, THREE_GP};
use super::fourcc;
use super::reader::{Reader, be32, be64};
use super::tables::{self, KEPT_SIZES, Plan, Sums};
use super::{AudioFormat, AudioInfo, Detected, Fault, corrupt, cut_off, settle};
use crate::engine::search::find;

/// Bytes of a sample description that are read; what matters stands at its beginning.
const DESCRIPTION: usize = 1 << 10;
/// Bytes of an index that are read at once.
const INDEX: usize = 64 << 10;
/// Bytes in which the first samples are looked at.
const FIRST_SAMPLES: usize = 8 << 10;
/// Edits and references of a track that are kept; a hostile file could hold millions.
const MAX_KEPT: usize = 64;

/// What is noted of a track.
#[derive(Default)]
struct Track {
    id: u32,
    handler: u32,
    timescale: u32,
    codec: Codec,
    /// Media times at which edits begin and their lengths in movie time.
    edits: Vec<(i64, u64)>,
    chapters: Vec<u32>,
    default_duration: u32,
    sums: Sums,
}

/// A table that is being summed up.
#[derive(Clone, Copy)]
struct Table {
    kind: u32,
    plan: Plan,
    /// Entries behind it.
    index: u64,
    count: u64,
}

/// How far a file of boxes is known.
#[derive(Default)]
pub(super) struct Movie {
    brand: Option<Detected>,
    /// Where the next box begins.
    at: u64,
    /// What of the box before it is still to be read.
    table: Option<Table>,
    timescale: u32,
    tracks: Vec<Track>,
    /// Samples that the encoder put before and behind the sound, as iTunes notes them.
    itunes: Option<(u32, u32)>,
    /// Bytes that the file lacks of what its last box promises.
    missing: u64,
    fragments: bool,
    /// The track of the present fragment and its default sample duration.
    fragment: (u32, u32),
}

impl Movie {
    #[inline(never)]
    pub(super) fn probe(&mut self, reader: &mut Reader) -> Result<AudioInfo, Fault> {
        let brand = match self.brand {
            Some(brand) => brand,
            None => *self.brand.insert(detect::iso_media(reader.from(0, 256)?)),
        };
        if brand == HEIC || brand == AVIF || brand.name == "cr3" {
            return unsupported(brand);
        }
        loop {
            while let Some(table) = self.table {
                self.sum_up(reader, table)?;
            }
            let Some(head) = box_head(reader, self.at)? else { break };
            let missing = head.end.saturating_sub(reader.len());
            match head.kind {
                fourcc::MOOV | fourcc::TRAK if missing > 0 => {
                    return corrupt("the file ends inside its index (the moov box)");
                }
                fourcc::MDAT => self.missing = missing,
                _ => {}
            }
            if head.kind == fourcc::MOOV {
                // One read for the whole index, unless pictures have blown it up.
                reader.from(head.body, usize::try_from(head.end - head.body).unwrap_or(INDEX).min(INDEX))?;
            }
            self.at = self.visit(reader, &head)?;
        }
        if self.tracks.is_empty() {
            return corrupt("the file ends before its index (the moov box), or has none");
        }
        duration(reader, self, choose(self, brand)?)
    }

    /// Notes what the box holds and tells where to go on.
    fn visit(&mut self, reader: &mut Reader, head: &BoxHead) -> Result<u64, Fault> {
        let &BoxHead { kind, body, end } = head;
        match kind {
            fourcc::TRAK if self.tracks.len() < MAX_KEPT => self.tracks.push(Track::default()),
            fourcc::MOOF => self.fragments = true,
            _ => {}
        }
        match kind {
            fourcc::MOOV
            | fourcc::TRAK
            | fourcc::MDIA
            | fourcc::MINF
            | fourcc::STBL
            | fourcc::EDTS
            | fourcc::TREF
            | fourcc::MVEX
            | fourcc::MOOF
            | fourcc::TRAF
            | fourcc::UDTA
            | fourcc::ILST => {
                return Ok(body);
            }
            fourcc::META => {
                let full = be32(reader.from(body, 8)?, 4) != fourcc::HDLR;
                return Ok(if full { body + 4 } else { body });
            }
            fourcc::MDAT | fourcc::FREE | fourcc::SKIP | fourcc::WIDE | fourcc::COVR | fourcc::FTYP => return Ok(end),
            _ => {}
        }
        let size = usize::try_from(end - body).unwrap_or(DESCRIPTION).min(DESCRIPTION);
        let room = end.min(reader.len()).saturating_sub(body);
        let bytes = reader.from(body, size)?;
        let bytes = bytes.get(..size).unwrap_or(bytes);
        let plan = tables::plan(kind, bytes, body, room);
        note(self, kind, bytes, plan);
        self.table = plan.map(|plan| {
            // Of the sizes only the first and, later, the last are looked at.
            let count = if kind == fourcc::STSZ { plan.count.min(KEPT_SIZES as u64) } else { plan.count };
            Table { kind, plan, index: 0, count }
        });
        Ok(end)
    }

    /// Adds the entries that are here.
    fn sum_up(&mut self, reader: &mut Reader, mut table: Table) -> Result<(), Fault> {
        let Table { kind, plan, index, count } = table;
        if let Some(sums) = sums_of(self, kind).filter(|_| index < count) {
            let bytes = reader.from(plan.at + index * plan.entry as u64, plan.entry)?;
            let left = usize::try_from(count - index).unwrap_or(usize::MAX);
            for entry in bytes.chunks_exact(plan.entry).take(left) {
                sums.entry(kind, table.index, entry);
                table.index += 1;
            }
        }
        self.table = Some(table).filter(|table| table.index > index);
        Ok(())
    }
}

fn unsupported<T>(detected: Detected) -> Result<T, Fault> {
    Err(Fault::Unsupported(Some(detected)))
}

/// The sums that a table of this kind belongs to: those of the track being described, or of a fragment's.
fn sums_of(movie: &mut Movie, kind: u32) -> Option<&mut Sums> {
    let id = movie.fragment.0;
    let track = if kind == fourcc::TRUN {
        movie.tracks.iter_mut().find(|track| track.id == id)
    } else {
        movie.tracks.last_mut()
    };
    track.map(|track| &mut track.sums)
}

/// Notes a box of which `bytes` are the beginning.
fn note(movie: &mut Movie, kind: u32, bytes: &[u8], plan: Option<Plan>) {
    let long = bytes.first() == Some(&1);
    match kind {
        fourcc::MVHD => movie.timescale = be32(bytes, if long { 20 } else { 12 }),
        fourcc::ITUNES_ITEM => movie.itunes = movie.itunes.or_else(|| itunes(bytes)),
        fourcc::TFHD => movie.fragment = fragment(movie, bytes),
        fourcc::TRUN if plan.is_none() => {
            let default = movie.fragment.1;
            if let Some(sums) = sums_of(movie, kind) {
                sums.uniform_run(be32(bytes, 4), default);
            }
        }
        fourcc::TREX => {
            let id = be32(bytes, 4);
            if let Some(track) = movie.tracks.iter_mut().find(|track| track.id == id) {
                track.default_duration = be32(bytes, 12);
            }
        }
        _ => {
            if let Some(track) = movie.tracks.last_mut() {
                note_track(track, kind, bytes, plan);
            }
        }
    }
}

fn note_track(track: &mut Track, kind: u32, bytes: &[u8], plan: Option<Plan>) {
    let long = bytes.first() == Some(&1);
    match kind {
        fourcc::TKHD => track.id = be32(bytes, if long { 20 } else { 12 }),
        fourcc::MDHD => track.timescale = be32(bytes, if long { 20 } else { 12 }),
        fourcc::HDLR if track.handler == 0 => track.handler = be32(bytes, 8),
        fourcc::CHAP => {
            for reference in bytes.chunks_exact(4).take(MAX_KEPT) {
                track.chapters.push(be32(reference, 0));
            }
        }
        fourcc::STSD => track.codec = codec(bytes, track.handler == fourcc::SOUN),
        fourcc::ELST => {
            let count = (be32(bytes, 4) as usize).min(MAX_KEPT);
            let edits = bytes.get(8..).unwrap_or_default().chunks_exact(if long { 20 } else { 12 });
            for edit in edits.take(count) {
                track.edits.push(if long {
                    (be64(edit, 8) as i64, be64(edit, 0))
                } else {
                    (i64::from(be32(edit, 4) as i32), u64::from(be32(edit, 0)))
                });
            }
        }
        fourcc::STSZ => track.sums.size_table(bytes, be32(bytes, 4), plan),
        fourcc::STZ2 => track.sums.size_table(bytes, 0, None),
        _ => {}
    }
}

/// The track and the default sample duration that a `tfhd` box gives for its fragment.
fn fragment(movie: &Movie, bytes: &[u8]) -> (u32, u32) {
    let (flags, id) = (be32(bytes, 0), be32(bytes, 4));
    let at = 8 + if flags & 1 == 0 { 0 } else { 8 } + if flags & 2 == 0 { 0 } else { 4 };
    let default = movie.tracks.iter().find(|track| track.id == id).map_or(0, |track| track.default_duration);
    (id, if flags & 8 == 0 { default } else { be32(bytes, at) })
}

/// Reads the delay and padding from a free-form iTunes item, such as ` 00000000 00000840 000001C0 00000000000AC440`.
fn itunes(bytes: &[u8]) -> Option<(u32, u32)> {
    let item = bytes.get(find(bytes, b"iTunSMPB")?..)?;
    let text = item.get(find(item, b"data")? + 12..)?;
    let mut numbers = text.split(|byte| *byte == b' ').filter(|word| !word.is_empty()).map(hexadecimal);
    match (numbers.next()?, numbers.next()?, numbers.next()?) {
        (_, delay @ 1..=0x4000, padding) => Some((delay, padding)),
        _ => None,
    }
}

/// What is no digit counts as nothing.
fn hexadecimal(word: &[u8]) -> u32 {
    word.iter().fold(0, |number, byte| number << 4 | char::from(*byte).to_digit(16).unwrap_or_default())
}

/// The sound track, if the file is one that holds nothing else to play and its codec is one of M4A files.
fn choose(movie: &Movie, brand: Detected) -> Result<&Track, Fault> {
    let is_chapter = |id| movie.tracks.iter().any(|track| track.chapters.contains(&id));
    let is_video = |track: &&Track| {
        let picture = matches!(track.codec.kind, fourcc::JPEG | fourcc::PNG | fourcc::MJPA | fourcc::MJPB)
            || matches!(track.codec.object_type, 0x6C | 0x6D);
        track.handler == fourcc::VIDE && !picture && !is_chapter(track.id)
    };
    let general = if brand == MOV || brand == THREE_GP { brand } else { MP4_VIDEO };
    if movie.tracks.iter().any(|track| is_video(&track)) {
        return unsupported(general);
    }
    let Some(track) = movie.tracks.iter().find(|track| track.handler == fourcc::SOUN) else {
        return unsupported(Detected { name: "mp4-silent", phrase: "an MP4 file without sound" });
    };
    match (track.codec.kind, track.codec.object_type) {
        // AAC, MP3 and AC-3, by object type.
        (fourcc::MP4A, 0 | 0x40 | 0x66..=0x69 | 0x6B | 0xA5 | 0xA6) => Ok(track),
        (
            fourcc::ALAC | fourcc::AC_3 | fourcc::EC_3 | fourcc::OPUS | fourcc::FLAC | fourcc::DOT_MP3 | fourcc::MS_MP3,
            _,
        ) => Ok(track),
        (fourcc::SAMR | fourcc::SAWB | fourcc::SAWP | fourcc::SEVC | fourcc::SQCP, _) => unsupported(THREE_GP),
        (fourcc::ENCA | fourcc::DRMS | fourcc::AAVD, _) => unsupported(PROTECTED),
        _ if general == MOV => unsupported(MOV),
        _ => unsupported(MP4_OTHER),
    }
}

fn duration(reader: &mut Reader, movie: &Movie, track: &Track) -> Result<AudioInfo, Fault> {
    let len = reader.len();
    let timescale = f64::from(track.timescale);
    let sums = &track.sums;
    let total = if movie.fragments { sums.duration as f64 } else { sums.present_duration() };
    if track.timescale == 0 || total <= 0.0 {
        return corrupt("the M4A's index lists no sound");
    }
    let (mut last, sizes_at, samples) = sums.last_chunk();
    let sizes = reader.from(sizes_at, usize::try_from(samples * 4).unwrap_or(INDEX).min(INDEX))?;
    for size in sizes.chunks_exact(4).take(samples as usize) {
        last = last.saturating_add(u64::from(be32(size, 0)));
    }
    let missing = if movie.fragments { movie.missing } else { last.saturating_sub(len) };
    let seconds = total / timescale;
    if missing > 0 && cut_off(seconds, seconds * len as f64 / len.saturating_add(missing) as f64) {
        return corrupt("the M4A ends long before the length that its index gives");
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
        let votes = sums.first_samples(bytes).map(|sample| if aac::ends_in_sbr(sample) { 1 } else { -1 });
        if votes.sum::<i32>() > 0 {
            (codec.rate, codec.channels) = (codec.rate * 2, aac::with_sbr(codec.channels));
        }
    }
    Ok(AudioInfo {
        format: AudioFormat::M4a,
        duration_seconds: settle(stated, decoded, timescale),
        sample_rate: codec.rate,
        channels: codec.channels,
        bytes: len,
    })
}

/// What of the media's `total` is played: as the file states it, and with frames decoded whole.
fn played(movie: &Movie, track: &Track, total: f64, frame: f64) -> (f64, f64) {
    let whole = |end: f64| {
        if frame > 0.0 { (end / frame - 1e-6).ceil() * frame } else { end }
    };
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
            return (total - start, whole(total));
        }
        let end = if length > 0.0 { (start + length).min(total) } else { total };
        stated += end - start;
        decoded += (whole(end) - start).max(0.0);
    }
    if decoded > 0.0 { (stated, decoded) } else { (total, whole(total)) }
}
