//! M4A: sound in ISO base media files, the index first or last, whole or in fragments.
//!
//! Boxes are walked flat: a container is stepped into, anything else is noted or stepped over, so that no nesting, however
//! deep, costs memory. Sources: see `boxes`; for `iTunSMPB` and edit lists, how FFmpeg's demuxer reads them.

use super::aac;
use super::boxes::{BoxHead, Codec, behind, box_head, codec};
use super::detect;
use super::fourcc;
use super::known::Known;
use super::reader::{Reader, be32, be64};
use super::tables::{Sums, Table};
use super::{AudioFormat, Fault, Info, Lacking, corrupt, cut_off, settle, sound};

/// Bytes of a sample description that are read; what matters stands at its beginning.
const DESCRIPTION: u64 = 1 << 10;
/// Bytes of an index that are read at once.
const INDEX: u64 = 64 << 10;
/// Bytes in which the first samples are looked at.
const FIRST_SAMPLES: usize = 8 << 10;
/// Edits and references of a track that are kept; a hostile file could hold millions.
const MAX_KEPT: usize = 64;

/// What is noted of a track.
#[derive(Default)]
struct Track {
    id: u32,
    handler: u8,
    timescale: u32,
    codec: Codec,
    /// Media times at which edits begin and their lengths in movie time.
    edits: Vec<(i64, u64)>,
    default_duration: u32,
    sums: Sums,
}

/// How far a file of boxes is known.
#[derive(Default)]
pub(super) struct Movie {
    brand: Option<Known>,
    /// Where the next box begins.
    at: u64,
    /// What of the box before it is still to be read.
    table: Table,
    timescale: u32,
    tracks: Vec<Track>,
    /// Tracks that are chapters of others.
    chapters: Vec<u32>,
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
    pub(super) fn probe(&mut self, reader: &Reader) -> Result<Info, Fault> {
        let brand = match self.brand {
            Some(brand) => brand,
            None => *self.brand.insert(detect::iso_media(reader.from(0, 256)?)),
        };
        if matches!(brand, Known::HEIC | Known::AVIF | Known::CR3) {
            return unsupported(brand);
        }
        loop {
            self.sum_up(reader)?;
            let Some(head) = box_head(reader, self.at)? else { break };
            let missing = head.end.saturating_sub(reader.len());
            match head.kind {
                fourcc::MOOV | fourcc::TRAK if missing > 0 => {
                    return corrupt("the file ends inside its index (the moov box)");
                }
                fourcc::MDAT | fourcc::MOOF => self.missing = missing,
                _ => {}
            }
            if head.kind == fourcc::MOOV {
                // One read for the whole index, unless pictures have blown it up.
                reader.from(head.body, (head.end - head.body).min(INDEX) as usize)?;
            }
            self.at = self.visit(reader, &head)?;
        }
        if self.tracks.is_empty() {
            return corrupt("the file ends before its index (the moov box), or has none");
        }
        duration(reader, self, choose(self, brand)?)
    }

    /// Notes what the box holds and tells where to go on.
    fn visit(&mut self, reader: &Reader, head: &BoxHead) -> Result<u64, Lacking> {
        let &BoxHead { kind, body, end } = head;
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
            | fourcc::META
            | fourcc::ILST => {
                self.fragments |= kind == fourcc::MOOF;
                if kind == fourcc::TRAK && self.tracks.len() < MAX_KEPT {
                    self.tracks.push(Track::default());
                }
                return Ok(body);
            }
            fourcc::MDAT | fourcc::FREE | fourcc::SKIP | fourcc::WIDE | fourcc::COVR | fourcc::FTYP | fourcc::MFHD => {
                return Ok(end);
            }
            _ => {}
        }
        let size = (end - body).min(DESCRIPTION) as usize;
        let room = end.min(reader.len()).saturating_sub(body);
        let bytes = reader.from(body, size)?;
        let bytes = bytes.get(..size).unwrap_or(bytes);
        self.table = Table::of(kind, bytes, body, room);
        self.note(kind, bytes);
        Ok(end)
    }

    /// Adds the entries of the table that is still to be read.
    fn sum_up(&mut self, reader: &Reader) -> Result<(), Lacking> {
        let table = &mut self.table;
        let track = if table.kind == fourcc::TRUN {
            with_id(&mut self.tracks, self.fragment.0)
        } else {
            self.tracks.last_mut()
        };
        let Some(track) = track else {
            table.count = 0;
            return Ok(());
        };
        while table.index < table.count {
            let bytes = reader.from(table.at + u64::from(table.index) * table.entry as u64, table.entry)?;
            let mut at = 0;
            while let Some(entry) = bytes.get(at..at + table.entry).filter(|_| table.index < table.count) {
                track.sums.entry(table.kind, table.index, entry);
                table.index += 1;
                at += table.entry;
            }
            if at == 0 {
                break;
            }
        }
        Ok(())
    }

    /// Notes a box of which `bytes` are the beginning.
    fn note(&mut self, kind: u8, bytes: &[u8]) {
        let long = bytes.first() == Some(&1);
        // It stands there in three boxes: times of creation come first.
        let third = be32(bytes, if long { 20 } else { 12 });
        let (second, is_uniform) = (be32(bytes, 4), self.table.entry == 0);
        match kind {
            fourcc::MVHD => self.timescale = third,
            fourcc::ITUNES_ITEM => self.itunes = self.itunes.or_else(|| itunes(bytes)),
            fourcc::TFHD => {
                let flags = be32(bytes, 0);
                let at = 8 + if flags & 1 == 0 { 0 } else { 8 } + if flags & 2 == 0 { 0 } else { 4 };
                let default = with_id(&mut self.tracks, second).map_or(0, |track| track.default_duration);
                self.fragment = (second, if flags & 8 == 0 { default } else { be32(bytes, at) });
            }
            fourcc::TFDT | fourcc::TRUN if is_uniform => {
                if let Some(track) = with_id(&mut self.tracks, self.fragment.0) {
                    if kind == fourcc::TRUN {
                        track.sums.uniform_run(second, self.fragment.1);
                    } else {
                        // The upper half of long times changes once a day.
                        let time = be32(bytes, if long { 8 } else { 4 });
                        track.sums.fragment_at(f64::from(time), f64::from(track.timescale) / 8.0);
                    }
                }
            }
            fourcc::TREX => {
                if let Some(track) = with_id(&mut self.tracks, second) {
                    track.default_duration = be32(bytes, 12);
                }
            }
            _ => {}
        }
        let Some(track) = self.tracks.last_mut() else { return };
        match kind {
            fourcc::TKHD => track.id = third,
            fourcc::MDHD => track.timescale = third,
            fourcc::HDLR if track.handler == fourcc::NONE => track.handler = fourcc::at(bytes, 8),
            fourcc::CHAP => {
                for reference in bytes.chunks_exact(4).take(MAX_KEPT) {
                    self.chapters.push(be32(reference, 0));
                }
            }
            fourcc::STSD => track.codec = codec(bytes, track.handler == fourcc::SOUN),
            fourcc::ELST => {
                let size = if long { 20 } else { 12 };
                for index in 0..(second as usize).min(MAX_KEPT) {
                    let Some(edit) = bytes.get(8 + index * size..).filter(|rest| rest.len() >= size) else { break };
                    track.edits.push(if long {
                        (be64(edit, 8) as i64, be64(edit, 0))
                    } else {
                        (i64::from(be32(edit, 4) as i32), u64::from(be32(edit, 0)))
                    });
                }
            }
            fourcc::STSZ => track.sums.size_table(bytes, second, &mut self.table),
            fourcc::STZ2 => track.sums.size_table(bytes, 0, &mut self.table),
            _ => {}
        }
    }
}

fn unsupported<T>(detected: Known) -> Result<T, Fault> {
    Err(Fault::Unsupported(Some(detected)))
}

fn with_id(tracks: &mut [Track], id: u32) -> Option<&mut Track> {
    tracks.iter_mut().find(|track| track.id == id)
}

/// Reads the delay and padding from a free-form iTunes item, such as ` 00000000 00000840 000001C0 00000000000AC440`.
fn itunes(bytes: &[u8]) -> Option<(u32, u32)> {
    let text = behind(behind(bytes, b"iTunSMPB")?, b"data")?.get(8..)?;
    let (mut numbers, mut words, mut is_between) = ([0_u32; 3], 0, true);
    for byte in text {
        if *byte != b' ' {
            words += usize::from(is_between);
            if let Some(number) = numbers.get_mut(words - 1) {
                // What is no digit counts as nothing.
                *number = *number << 4 | char::from(*byte).to_digit(16).unwrap_or_default();
            }
        }
        is_between = *byte == b' ';
    }
    match numbers {
        [_, delay @ 1..=0x4000, padding] if words >= numbers.len() => Some((delay, padding)),
        _ => None,
    }
}

/// The sound track, if the file is one that holds nothing else to play and its codec is one of M4A files.
fn choose(movie: &Movie, brand: Known) -> Result<&Track, Fault> {
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

fn duration(reader: &Reader, movie: &Movie, track: &Track) -> Result<Info, Fault> {
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
