//! The sample tables of an M4A file, summed up entry by entry as they go by.
//!
//! Source: ISO/IEC 14496-12, 8.6 to 8.8. Counts are never trusted beyond the box that holds them, nor boxes beyond the file.

use super::aac;
use super::fourcc;
use super::reader::{be32, be64};

/// Sizes of first samples that are kept.
const KEPT_SIZES: usize = 8;

/// A table that is being summed up.
#[derive(Default)]
pub(super) struct Table {
    pub(super) kind: u8,
    /// Where its entries begin.
    pub(super) at: u64,
    /// Bytes of each; 0 where there is no table.
    pub(super) entry: usize,
    /// Entries behind it.
    pub(super) index: u32,
    pub(super) count: u32,
}

impl Table {
    /// Plans the walk over a table from the `bytes` that its box begins with. `room` is what the box and the file leave to it.
    pub(super) fn of(kind: u8, bytes: &[u8], body: u64, room: u64) -> Self {
        let (flags, count) = (be32(bytes, 0), be32(bytes, 4));
        let flag = |bit: u32| usize::from(flags & bit != 0) * 4;
        let (header, entry, count) = match kind {
            fourcc::STTS | fourcc::CO64 => (8, 8, count),
            fourcc::STSC => (8, 12, count),
            fourcc::STCO => (8, 4, count),
            // `stz2` packs sizes into fewer bits; they are counted, not summed up.
            fourcc::STSZ if count == 0 => (12, 4, be32(bytes, 8)),
            fourcc::TRUN if flag(0x100) > 0 => {
                (8 + flag(1) + flag(4), flag(0x100) + flag(0x200) + flag(0x400) + flag(0x800), count)
            }
            _ => return Self::default(),
        };
        let room = room.saturating_sub(header as u64);
        Self {
            kind,
            at: body + header as u64,
            entry,
            index: 0,
            count: (room / entry as u64).min(u64::from(count)) as u32,
        }
    }
}

/// What the tables of a track add up to.
#[derive(Default)]
pub(super) struct Sums {
    /// In the track's time scale.
    pub(super) duration: f64,
    /// When the first fragment begins, or would without gaps.
    beginning: f64,
    /// The length that all samples but the last have in common.
    pub(super) usual_duration: u32,
    timed_samples: f64,
    /// Samples of which the size is known.
    samples: u32,
    constant_size: u32,
    first_sizes: [u32; KEPT_SIZES],
    /// Where the sizes stand; 0 where they are all the same or unknown.
    sizes_at: u64,
    first_chunk_of_last_run: u32,
    samples_per_chunk: u32,
    chunks: u32,
    pub(super) first_chunk: u64,
    last_chunk: u64,
    last_chunk_index: u32,
}

impl Sums {
    /// Notes what a table of sizes says before its entries. Of those only the first and, later, the last are looked at.
    pub(super) fn size_table(&mut self, bytes: &[u8], constant: u32, table: &mut Table) {
        let is_listed = table.entry > 0;
        self.constant_size = constant;
        self.samples = if is_listed { table.count } else { be32(bytes, 8) };
        self.first_sizes = [constant; KEPT_SIZES];
        self.sizes_at = if is_listed { table.at } else { 0 };
        table.count = table.count.min(KEPT_SIZES as u32);
    }

    /// Adds the entry of a table; the order of the tables does not matter.
    pub(super) fn entry(&mut self, kind: u8, index: u32, entry: &[u8]) {
        let first = be32(entry, 0);
        match kind {
            fourcc::STTS => {
                let (run, each) = (f64::from(first), be32(entry, 4));
                self.timed_samples += run;
                self.duration += run * f64::from(each);
                self.usual_duration = if index == 0 { each } else { self.usual_duration };
            }
            fourcc::TRUN => {
                self.duration += f64::from(first);
                self.usual_duration = self.usual_duration.max(first);
            }
            fourcc::STSC => {
                self.first_chunk_of_last_run = first;
                self.samples_per_chunk = be32(entry, 4);
            }
            fourcc::STSZ => {
                if let Some(size) = self.first_sizes.get_mut(index as usize) {
                    *size = first;
                }
            }
            _ => {
                let offset = if kind == fourcc::CO64 { be64(entry, 0) } else { u64::from(first) };
                self.first_chunk = if index == 0 { offset } else { self.first_chunk };
                self.chunks = index + 1;
                if offset >= self.last_chunk {
                    (self.last_chunk, self.last_chunk_index) = (offset, self.chunks);
                }
            }
        }
    }

    /// Goes on with the fragment that begins at `time`. How long the last sample before it lasts is only known from there:
    /// Chromium's recorder guesses. What is not `near` is another beginning or a gap, which decoders leave out.
    pub(super) fn fragment_at(&mut self, time: f64, near: f64) {
        let off = time - self.beginning - self.duration;
        if self.duration > 0.0 && off.abs() < near {
            self.duration += off;
        } else {
            self.beginning += off;
        }
    }

    /// Adds the samples of a fragment that all last the same.
    pub(super) fn uniform_run(&mut self, count: u32, duration: u32) {
        self.duration += f64::from(count) * f64::from(duration);
        self.usual_duration = self.usual_duration.max(duration);
    }

    /// The duration of those samples of which there is a size.
    pub(super) fn present_duration(&self) -> f64 {
        let samples = f64::from(self.samples);
        if self.timed_samples > samples { self.duration * samples / self.timed_samples } else { self.duration }
    }

    /// Where the last chunk begins, and where the sizes of its samples stand: position and number.
    pub(super) fn last_chunk(&self) -> (f64, u64, u32) {
        let is_last = self.last_chunk_index == self.chunks && self.first_chunk_of_last_run <= self.chunks;
        let samples = if is_last { self.samples_per_chunk.min(self.samples) } else { 0 };
        let last = self.last_chunk as f64;
        if self.sizes_at > 0 {
            (last, self.sizes_at + u64::from(self.samples - samples) * 4, samples)
        } else {
            (last + f64::from(samples) * f64::from(self.constant_size), 0, 0)
        }
    }

    /// How many more of the first samples, of which `bytes` are the beginning, hold data for spectral band replication than
    /// do not.
    pub(super) fn votes_for_sbr(&self, mut bytes: &[u8]) -> i32 {
        let mut votes = 0;
        for (index, size) in self.first_sizes.iter().enumerate() {
            let Some((sample, rest)) = bytes.split_at_checked(*size as usize) else { break };
            if index as u32 >= self.samples {
                break;
            }
            votes += if aac::ends_in_sbr(sample) { 1 } else { -1 };
            bytes = rest;
        }
        votes
    }
}
