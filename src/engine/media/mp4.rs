//! The walk over an ISO base media file, the index first or last, whole or in fragments. What its sound is then, `m4a` tells.
//!
//! Boxes are walked flat: a container is stepped into, anything else is noted or stepped over, so that no nesting, however
//! deep, costs memory. Sources: see `boxes`; for `iTunSMPB`, how FFmpeg's demuxer reads it.

use super::boxes::{BoxHead, Codec, behind, box_head, codec};
use super::detect;
use super::fourcc;
use super::known::Known;
use super::m4a;
use super::reader::{Reader, be32, be64};
use super::tables::{Sums, Table};
use super::{Fault, Info, Lacking, corrupt};

/// Bytes of a sample description that are read; what matters stands at its beginning.
const DESCRIPTION: u64 = 1 << 10;
/// Bytes of an index that are read at once.
pub(super) const INDEX: u64 = 64 << 10;
/// Edits and references of a track that are kept; a hostile file could hold millions.
const MAX_KEPT: usize = 64;

/// What is noted of a track.
#[derive(Default)]
pub(super) struct Track {
    pub(super) id: u32,
    pub(super) handler: u8,
    pub(super) timescale: u32,
    pub(super) codec: Codec,
    /// Media times at which edits begin and their lengths in movie time.
    pub(super) edits: Vec<(i64, u64)>,
    default_duration: u32,
    pub(super) sums: Sums,
}

/// How far a file of boxes is known.
#[derive(Default)]
pub(super) struct Movie {
    brand: Option<Known>,
    /// Where the next box begins.
    at: u64,
    /// What of the box before it is still to be read.
    table: Table,
    pub(super) timescale: u32,
    pub(super) tracks: Vec<Track>,
    /// Tracks that are chapters of others.
    pub(super) chapters: Vec<u32>,
    /// Samples that the encoder put before and behind the sound, as iTunes notes them.
    pub(super) itunes: Option<(u32, u32)>,
    /// Bytes that the file lacks of what its last box promises.
    pub(super) missing: u64,
    pub(super) fragments: bool,
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
            return Err(Fault::Unsupported(Some(brand)));
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
        m4a::sound_of(self, brand, reader)
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
        match kind {
            fourcc::MVHD => self.timescale = behind_times(bytes),
            fourcc::ITUNES_ITEM => self.itunes = self.itunes.or_else(|| itunes(bytes)),
            fourcc::TFHD | fourcc::TFDT | fourcc::TRUN | fourcc::TREX => self.note_of_fragments(kind, bytes),
            _ => self.note_of_track(kind, bytes),
        }
    }

    fn note_of_fragments(&mut self, kind: u8, bytes: &[u8]) {
        let second = be32(bytes, 4);
        let names_track = matches!(kind, fourcc::TFHD | fourcc::TREX);
        let track = with_id(&mut self.tracks, if names_track { second } else { self.fragment.0 });
        if kind == fourcc::TFHD {
            let flags = be32(bytes, 0);
            let at = 8 + if flags & 1 == 0 { 0 } else { 8 } + if flags & 2 == 0 { 0 } else { 4 };
            let default = track.map_or(0, |track| track.default_duration);
            self.fragment = (second, if flags & 8 == 0 { default } else { be32(bytes, at) });
            return;
        }
        let Some(track) = track else { return };
        match kind {
            fourcc::TREX => track.default_duration = be32(bytes, 12),
            fourcc::TFDT => {
                // The upper half of long times changes once a day.
                let time = be32(bytes, if is_long(bytes) { 8 } else { 4 });
                track.sums.fragment_at(f64::from(time), f64::from(track.timescale) / 8.0);
            }
            _ if self.table.entry == 0 => track.sums.uniform_run(second, self.fragment.1),
            // Its entries are still to be added.
            _ => {}
        }
    }

    /// Notes a box of the track that is walked through.
    fn note_of_track(&mut self, kind: u8, bytes: &[u8]) {
        let Some(track) = self.tracks.last_mut() else { return };
        match kind {
            fourcc::TKHD => track.id = behind_times(bytes),
            fourcc::MDHD => track.timescale = behind_times(bytes),
            fourcc::HDLR if track.handler == fourcc::NONE => track.handler = fourcc::at(bytes, 8),
            fourcc::CHAP => {
                for reference in bytes.chunks_exact(4).take(MAX_KEPT) {
                    self.chapters.push(be32(reference, 0));
                }
            }
            fourcc::STSD => track.codec = codec(bytes, track.handler == fourcc::SOUN),
            fourcc::ELST => track.note_edits(bytes),
            fourcc::STSZ => track.sums.size_table(bytes, be32(bytes, 4), &mut self.table),
            fourcc::STZ2 => track.sums.size_table(bytes, 0, &mut self.table),
            _ => {}
        }
    }
}

impl Track {
    fn note_edits(&mut self, bytes: &[u8]) {
        let long = is_long(bytes);
        let size = if long { 20 } else { 12 };
        for index in 0..(be32(bytes, 4) as usize).min(MAX_KEPT) {
            let Some(edit) = bytes.get(8 + index * size..).filter(|rest| rest.len() >= size) else { break };
            self.edits.push(if long {
                (be64(edit, 8) as i64, be64(edit, 0))
            } else {
                (i64::from(be32(edit, 4) as i32), u64::from(be32(edit, 0)))
            });
        }
    }
}

/// Whether times take 64 bits in a box.
fn is_long(bytes: &[u8]) -> bool {
    bytes.first() == Some(&1)
}

/// The field of a box that stands behind the times of creation and of change.
fn behind_times(bytes: &[u8]) -> u32 {
    be32(bytes, if is_long(bytes) { 20 } else { 12 })
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
