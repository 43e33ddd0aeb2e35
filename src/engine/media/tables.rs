//! The sample tables of an M4A file, summed up entry by entry as they go by.
//!
//! Source: ISO/IEC 14496-12, 8.6 to 8.8. Counts are never trusted beyond the box that holds them, nor boxes beyond the file.

use super::fourcc;
use super::reader::{be32, be64};

/// Sizes of first samples that are kept.
pub(super) const KEPT_SIZES: usize = 8;

/// Where a table's entries stand.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plan {
    pub(super) at: u64,
    pub(super) entry: usize,
    pub(super) count: u64,
}

/// What the tables of a track add up to.
#[derive(Default)]
pub(super) struct Sums {
    /// In the track's time scale.
    pub(super) duration: u64,
    /// The length that all samples but the last have in common.
    pub(super) usual_duration: u32,
    timed_samples: u64,
    /// Samples of which the size is known.
    pub(super) samples: u64,
    constant_size: u32,
    first_sizes: [u32; KEPT_SIZES],
    sizes: Option<Plan>,
    first_chunk_of_last_run: u64,
    samples_per_chunk: u64,
    chunks: u64,
    pub(super) first_chunk: u64,
    last_chunk: u64,
    last_chunk_index: u64,
}

/// Plans the walk over a table from the `bytes` that its box begins with. `room` is what the box and the file leave to it.
pub(super) fn plan(kind: u32, bytes: &[u8], body: u64, room: u64) -> Option<Plan> {
    let (flags, count) = (be32(bytes, 0), be32(bytes, 4));
    let flag = |bit: u32| usize::from(flags & bit != 0) * 4;
    let (header, entry, count) = match kind {
        fourcc::STTS => (8, 8, count),
        fourcc::STSC => (8, 12, count),
        fourcc::STCO => (8, 4, count),
        fourcc::CO64 => (8, 8, count),
        // `stz2` packs sizes into fewer bits; they are counted, not summed up.
        fourcc::STSZ if count == 0 => (12, 4, be32(bytes, 8)),
        fourcc::TRUN if flag(0x100) > 0 => {
            (8 + flag(1) + flag(4), flag(0x100) + flag(0x200) + flag(0x400) + flag(0x800), count)
        }
        _ => return None,
    };
    let room = room.saturating_sub(header as u64);
    Some(Plan { at: body + header as u64, entry, count: u64::from(count).min(room / entry as u64) })
}

impl Sums {
    /// Notes what a table of sizes says before its entries.
    pub(super) fn size_table(&mut self, bytes: &[u8], constant: u32, plan: Option<Plan>) {
        self.constant_size = constant;
        self.samples = plan.map_or(u64::from(be32(bytes, 8)), |plan| plan.count);
        self.first_sizes = [constant; KEPT_SIZES];
        self.sizes = plan;
    }

    /// Adds the entry of a table; the order of the tables does not matter.
    pub(super) fn entry(&mut self, kind: u32, index: u64, entry: &[u8]) {
        let first = be32(entry, 0);
        match kind {
            fourcc::STTS => {
                let (run, each) = (u64::from(first), be32(entry, 4));
                self.timed_samples += run;
                self.duration = self.duration.saturating_add(run.saturating_mul(u64::from(each)));
                self.usual_duration = if index == 0 { each } else { self.usual_duration };
            }
            fourcc::TRUN => {
                self.duration = self.duration.saturating_add(u64::from(first));
                self.usual_duration = self.usual_duration.max(first);
            }
            fourcc::STSC => {
                self.first_chunk_of_last_run = u64::from(first);
                self.samples_per_chunk = u64::from(be32(entry, 4));
            }
            fourcc::STSZ => {
                if let Some(size) = usize::try_from(index).ok().and_then(|index| self.first_sizes.get_mut(index)) {
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

    /// Adds the samples of a fragment that all last the same.
    pub(super) fn uniform_run(&mut self, count: u32, duration: u32) {
        self.duration = self.duration.saturating_add(u64::from(count).saturating_mul(u64::from(duration)));
        self.usual_duration = self.usual_duration.max(duration);
    }

    /// The duration of those samples of which there is a size.
    pub(super) fn present_duration(&self) -> f64 {
        let whole = self.duration as f64;
        if self.timed_samples > self.samples { whole * self.samples as f64 / self.timed_samples as f64 } else { whole }
    }

    /// Where the last chunk begins, and where the sizes of its samples stand: position and number.
    pub(super) fn last_chunk(&self) -> (u64, u64, u64) {
        let is_last = self.last_chunk_index == self.chunks && self.first_chunk_of_last_run <= self.chunks;
        let samples = if is_last { self.samples_per_chunk.min(self.samples) } else { 0 };
        match self.sizes {
            Some(plan) => (self.last_chunk, plan.at + (plan.count - samples) * 4, samples),
            None => (self.last_chunk.saturating_add(samples * u64::from(self.constant_size)), 0, 0),
        }
    }

    /// The bytes of the first samples that lie in `bytes`, with which the first chunk begins.
    pub(super) fn first_samples<'b>(&self, mut bytes: &'b [u8]) -> impl Iterator<Item = &'b [u8]> {
        let count = usize::try_from(self.samples).unwrap_or(KEPT_SIZES).min(KEPT_SIZES);
        self.first_sizes.into_iter().take(count).map_while(move |size| {
            let (sample, rest) = bytes.split_at_checked(size as usize)?;
            bytes = rest;
            Some(sample)
        })
    }
}
