//! The sample tables of an M4A file.
//!
//! Source: ISO/IEC 14496-12, 8.6 to 8.8. Counts are never trusted beyond the box that holds them, nor boxes beyond the file.

use super::ProbeError;
use super::aac;
use super::mp4::Track;
use super::reader::{Reader, be32, be64};

/// Where a table's box begins and says that it ends.
#[derive(Default, Clone, Copy)]
pub(super) struct Table {
    pub(super) body: u64,
    pub(super) end: u64,
}

impl Table {
    /// How many entries of `size` bytes behind `header` bytes there can be, at most `count`.
    fn entries(&self, header: u64, size: u64, count: u32, len: u64) -> u64 {
        let room = self.end.min(len).saturating_sub(self.body.saturating_add(header));
        u64::from(count).min(room / size)
    }
}

/// Calls `visit` with the index and the bytes of each of a table's `count` entries, until it returns `false`. Within the
/// window this is a plain loop.
async fn each(
    reader: &mut Reader<'_>,
    at: u64,
    size: usize,
    count: u64,
    visit: &mut dyn FnMut(u64, &[u8]) -> bool,
) -> Result<(), ProbeError> {
    let mut index = 0;
    while index < count {
        let mut entries = reader.from(at.saturating_add(index * size as u64), size).await?.chunks_exact(size);
        let before = index;
        while let Some(entry) = entries.next().filter(|_| index < count) {
            if !visit(index, entry) {
                return Ok(());
            }
            index += 1;
        }
        if index == before {
            break;
        }
    }
    Ok(())
}

/// What a track's tables add up to.
pub(super) struct Media {
    /// In the track's time scale.
    pub(super) duration: u64,
    pub(super) first_duration: u32,
    /// Where the sample that stands last in the file ends.
    pub(super) end: u64,
}

pub(super) async fn media(reader: &mut Reader<'_>, track: &Track) -> Result<Media, ProbeError> {
    let sizes = Sizes::new(reader, track).await?;
    let (duration, first_duration) = durations(reader, track.durations, sizes.count).await?;
    let (chunk, mut end) = last_chunk(reader, track).await?;
    let (first, samples) = samples_of(reader, track.chunk_runs, chunk).await?;
    let samples = samples.min(sizes.count.saturating_sub(first));
    let mut add = |size: u64| end = end.saturating_add(size);
    if sizes.constant > 0 {
        add(samples.saturating_mul(u64::from(sizes.constant)));
    } else if sizes.bits == 32 {
        let at = track.sizes.body + 12 + first * 4;
        let sum = &mut |_, entry: &[u8]| {
            add(u64::from(be32(entry, 0)));
            true
        };
        each(reader, at, 4, samples, sum).await?;
    } else {
        for sample in first..first + samples {
            add(sizes.size(reader, sample).await?);
        }
    }
    Ok(Media { duration, first_duration, end })
}

struct Sizes {
    table: Table,
    bits: u64,
    constant: u32,
    count: u64,
}

impl Sizes {
    async fn new(reader: &mut Reader<'_>, track: &Track) -> Result<Self, ProbeError> {
        let table = track.sizes;
        let len = reader.len();
        let head = reader.upto(table.body, 12).await?;
        let (second, count) = (be32(head, 4), be32(head, 8));
        let (bits, constant) =
            if track.compact_sizes { (u64::from(second & 0xFF).clamp(1, 16), 0) } else { (32, second) };
        let room = if constant > 0 { u64::MAX } else { table.entries(12, 1, u32::MAX, len) * 8 / bits };
        let count = if table.body == 0 { 0 } else { room.min(count.into()) };
        Ok(Self { table, bits, constant, count })
    }

    async fn size(&self, reader: &mut Reader<'_>, sample: u64) -> Result<u64, ProbeError> {
        if self.constant > 0 {
            return Ok(self.constant.into());
        }
        let bit = sample * self.bits;
        let word = be32(reader.upto(self.table.body + 12 + bit / 8, 4).await?, 0);
        Ok(u64::from(word << (bit % 8) >> (32 - self.bits)))
    }
}

/// The total duration of the first `samples` samples, and that of the very first.
async fn durations(reader: &mut Reader<'_>, table: Table, samples: u64) -> Result<(u64, u32), ProbeError> {
    let len = reader.len();
    let count = table.entries(8, 8, be32(reader.upto(table.body, 8).await?, 4), len);
    let (mut total, mut first, mut left) = (0_u64, 0, samples);
    let sum = &mut |index, entry: &[u8]| {
        let (run, each) = (u64::from(be32(entry, 0)).min(left), be32(entry, 4));
        first = if index == 0 { each } else { first };
        total = total.saturating_add(run.saturating_mul(u64::from(each)));
        left -= run;
        left > 0
    };
    each(reader, table.body + 8, 8, count, sum).await?;
    Ok((total, first))
}

/// The index of the chunk that stands last in the file, from 0, and where it begins.
async fn last_chunk(reader: &mut Reader<'_>, track: &Track) -> Result<(u64, u64), ProbeError> {
    let (table, len, wide) = (track.chunks, reader.len(), track.wide_chunks);
    let size = if wide { 8 } else { 4 };
    let count = table.entries(8, size, be32(reader.upto(table.body, 8).await?, 4), len);
    let mut last = (0, 0);
    let find = &mut |index, entry: &[u8]| {
        let offset = if wide { be64(entry, 0) } else { u64::from(be32(entry, 0)) };
        if offset >= last.1 {
            last = (index, offset);
        }
        true
    };
    each(reader, table.body + 8, size as usize, count, find).await?;
    Ok(last)
}

/// The first sample of a chunk and how many samples it holds.
async fn samples_of(reader: &mut Reader<'_>, table: Table, chunk: u64) -> Result<(u64, u64), ProbeError> {
    let len = reader.len();
    let count = table.entries(8, 12, be32(reader.upto(table.body, 8).await?, 4), len);
    let (mut sample, mut each_chunk, mut from) = (0_u64, 0_u64, 0_u64);
    let follow = &mut |_, entry: &[u8]| {
        let first = u64::from(be32(entry, 0)).saturating_sub(1);
        if first > chunk || first < from {
            return false;
        }
        sample = sample.saturating_add((first - from).saturating_mul(each_chunk));
        (from, each_chunk) = (first, u64::from(be32(entry, 4)));
        true
    };
    each(reader, table.body + 8, 12, count, follow).await?;
    Ok((sample.saturating_add((chunk - from).saturating_mul(each_chunk)), each_chunk))
}

/// Tells whether the first samples hold data for spectral band replication that the file does not announce.
pub(super) async fn hides_sbr(reader: &mut Reader<'_>, track: &Track) -> Result<bool, ProbeError> {
    let sizes = Sizes::new(reader, track).await?;
    let entry = reader.upto(track.chunks.body + 8, 8).await?;
    let mut at = if track.wide_chunks { be64(entry, 0) } else { u64::from(be32(entry, 0)) };
    let samples = sizes.count.min(8);
    let mut found = 0;
    for sample in 0..samples {
        let size = sizes.size(reader, sample).await?;
        found += u64::from(aac::ends_in_sbr(reader.upto(at, size.min(8192) as usize).await?));
        at = at.saturating_add(size);
    }
    Ok(found * 2 > samples)
}

/// The total duration of a `trun` box's samples, and the longest of theirs.
pub(super) async fn run(reader: &mut Reader<'_>, body: u64, end: u64, default: u32) -> Result<(u64, u32), ProbeError> {
    let len = reader.len();
    let head = reader.upto(body, 8).await?;
    let (flags, count) = (be32(head, 0), be32(head, 4));
    let flag = |bit: u32| u64::from(flags & bit != 0) * 4;
    let header = 8 + flag(1) + flag(4);
    let entry = flag(0x100) + flag(0x200) + flag(0x400) + flag(0x800);
    let count = if entry == 0 { u64::from(count) } else { Table { body, end }.entries(header, entry, count, len) };
    if flag(0x100) == 0 {
        return Ok((count * u64::from(default), default));
    }
    let (mut total, mut longest) = (0_u64, 0);
    let sum = &mut |_, sample: &[u8]| {
        let duration = be32(sample, 0);
        total += u64::from(duration);
        longest = longest.max(duration);
        true
    };
    each(reader, body + header, entry as usize, count, sum).await?;
    Ok((total, longest))
}
