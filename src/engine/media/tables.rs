//! The sample tables of an M4A file.
//!
//! Source: ISO/IEC 14496-12, 8.6 to 8.8. Counts are never trusted beyond the box that holds them, nor boxes beyond the file.

use super::aac;
use super::mp4::Track;
use super::reader::{Reader, be32, be64};
use super::{ProbeError, Source};

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

/// What a track's tables add up to, in the track's time scale and in bytes.
pub(super) struct Media {
    pub(super) duration: u64,
    pub(super) first_duration: u32,
    /// Where the sample that stands last in the file ends.
    pub(super) end: u64,
    pub(super) bytes: u64,
}

pub(super) async fn media<S: Source + ?Sized>(reader: &mut Reader<'_, S>, track: &Track) -> Result<Media, ProbeError> {
    let sizes = Sizes::new(reader, track).await?;
    let (duration, first_duration) = durations(reader, track.durations, sizes.count).await?;
    let (chunk, offset) = last_chunk(reader, track).await?;
    let (first_sample, samples) = samples_of(reader, track.chunk_runs, chunk).await?;
    let mut bytes = 0_u64;
    let mut end = offset;
    if sizes.constant > 0 {
        bytes = sizes.count.saturating_mul(u64::from(sizes.constant));
        end = end.saturating_add(samples.min(sizes.count).saturating_mul(u64::from(sizes.constant)));
    } else {
        let until = first_sample.saturating_add(samples);
        for sample in 0..sizes.count {
            let size = sizes.size(reader, sample).await?;
            bytes = bytes.saturating_add(size);
            if (first_sample..until).contains(&sample) {
                end = end.saturating_add(size);
            }
        }
    }
    Ok(Media { duration, first_duration, end, bytes })
}

struct Sizes {
    table: Table,
    bits: u64,
    constant: u32,
    count: u64,
}

impl Sizes {
    async fn new<S: Source + ?Sized>(reader: &mut Reader<'_, S>, track: &Track) -> Result<Self, ProbeError> {
        let table = track.sizes;
        let len = reader.len();
        let head = reader.upto(table.body, 12).await?;
        let (second, count) = (be32(head, 4), be32(head, 8));
        let (bits, constant) = if track.compact_sizes { (u64::from(second & 0xFF).max(1), 0) } else { (32, second) };
        let count = if constant > 0 { u64::from(count) } else { table.entries(12, 1, u32::MAX, len) * 8 / bits }
            .min(count.into());
        Ok(Self { table, bits, constant, count: if table.body == 0 { 0 } else { count } })
    }

    async fn size<S: Source + ?Sized>(&self, reader: &mut Reader<'_, S>, sample: u64) -> Result<u64, ProbeError> {
        let bit = sample * self.bits;
        let word = be32(reader.upto(self.table.body + 12 + bit / 8, 4).await?, 0);
        Ok(u64::from(word << (bit % 8) >> (32 - self.bits.min(32))))
    }
}

/// The total duration of the first `samples` samples, and that of the very first.
async fn durations<S: Source + ?Sized>(
    reader: &mut Reader<'_, S>,
    table: Table,
    samples: u64,
) -> Result<(u64, u32), ProbeError> {
    let len = reader.len();
    let count = table.entries(8, 8, be32(reader.upto(table.body, 8).await?, 4), len);
    let (mut total, mut first, mut left) = (0_u64, 0, samples);
    for index in 0..count {
        let entry = reader.upto(table.body + 8 + index * 8, 8).await?;
        let (run, each) = (u64::from(be32(entry, 0)).min(left), be32(entry, 4));
        first = if index == 0 { each } else { first };
        total = total.saturating_add(run.saturating_mul(u64::from(each)));
        left -= run;
        if left == 0 {
            break;
        }
    }
    Ok((total, first))
}

/// The index of the chunk that stands last in the file, from 0, and where it begins.
async fn last_chunk<S: Source + ?Sized>(reader: &mut Reader<'_, S>, track: &Track) -> Result<(u64, u64), ProbeError> {
    let (table, len) = (track.chunks, reader.len());
    let size = if track.wide_chunks { 8 } else { 4 };
    let count = table.entries(8, size, be32(reader.upto(table.body, 8).await?, 4), len);
    let mut last = (0, 0);
    for index in 0..count {
        let entry = reader.upto(table.body + 8 + index * size, size as usize).await?;
        let offset = if track.wide_chunks { be64(entry, 0) } else { u64::from(be32(entry, 0)) };
        if offset >= last.1 {
            last = (index, offset);
        }
    }
    Ok(last)
}

/// The first sample of a chunk and how many samples it holds.
async fn samples_of<S: Source + ?Sized>(
    reader: &mut Reader<'_, S>,
    table: Table,
    chunk: u64,
) -> Result<(u64, u64), ProbeError> {
    let len = reader.len();
    let count = table.entries(8, 12, be32(reader.upto(table.body, 8).await?, 4), len);
    let (mut sample, mut each, mut from) = (0_u64, 0_u64, 0_u64);
    for index in 0..count {
        let entry = reader.upto(table.body + 8 + index * 12, 12).await?;
        let first = u64::from(be32(entry, 0)).saturating_sub(1);
        if first > chunk || first < from {
            break;
        }
        sample = sample.saturating_add((first - from).saturating_mul(each));
        (from, each) = (first, u64::from(be32(entry, 4)));
    }
    Ok((sample.saturating_add((chunk - from).saturating_mul(each)), each))
}

/// Tells whether the first samples hold data for spectral band replication that the file does not announce.
pub(super) async fn hides_sbr<S: Source + ?Sized>(
    reader: &mut Reader<'_, S>,
    track: &Track,
) -> Result<bool, ProbeError> {
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
pub(super) async fn run<S: Source + ?Sized>(
    reader: &mut Reader<'_, S>,
    body: u64,
    end: u64,
    default: u32,
) -> Result<(u64, u32), ProbeError> {
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
    for index in 0..count {
        let duration = be32(reader.upto(body + header + index * entry, 4).await?, 0);
        total += u64::from(duration);
        longest = longest.max(duration);
    }
    Ok((total, longest))
}
