//! The number of frames in a long MP3 without reading all of it, where a few spots prove it.
//!
//! At a constant bit rate frames lie on an exact grid: where frames are found precisely on it at spots all over the file
//! and at its very end, their number follows from the grid. At a variable one the header's number is taken where the header
//! gives the size of the file to the byte, frames end exactly there, and those at the spots are of a fitting size.
//! Anything else is for the walk over all frames.

use super::Lacking;
use super::frames::{Frame, LOOK_AHEAD, find_run, header};
use super::reader::Reader;
use super::tags::tag_len;

/// A file with fewer bytes is walked over faster than it is sampled.
const WORTH_IT: u64 = 256 << 10;
/// Spots between the first frame and the last.
const SPOTS: u64 = 5;
/// Bytes read at a spot: a frame of any length and four more behind it.
const SPOT: usize = 8 << 10;
const _: () = assert!(SPOT < LOOK_AHEAD);

/// What the spots showed.
struct Seen {
    frames: u64,
    bytes: u64,
    is_on_grid: bool,
}

/// The number of frames from `start`, where one begins, to `end`, or 0 where the spots do not prove it. `promised` is
/// the number that the header gives, and `promised_end` where it says that the frames end; 0 where it does not.
pub(super) fn count(
    reader: &Reader,
    (start, end): (u64, u64),
    (promised, promised_end): (u64, u64),
) -> Result<u64, Lacking> {
    if end.saturating_sub(start) < WORTH_IT {
        return Ok(0);
    }
    let is_tagged = reader.from(end.saturating_sub(128), 3)?.starts_with(b"TAG");
    let stop = if promised_end > 0 { promised_end } else { end.saturating_sub(if is_tagged { 128 } else { 0 }) };
    if stop > end || stop.saturating_sub(start) < WORTH_IT {
        return Ok(0);
    }
    let behind = stop + tag_len(reader.from(stop, 32)?);
    let Some(first) = header(reader.from(start, 4)?, 0) else { return Ok(0) };
    if end < behind || end > behind + 128 {
        return Ok(0);
    }
    let mut seen = Seen { frames: 0, bytes: 0, is_on_grid: true };
    for spot in 1..=SPOTS {
        let at = if spot == SPOTS { stop - SPOT as u64 } else { start + (stop - start) / SPOTS * spot };
        let bytes = reader.from(at, SPOT)?;
        let ended = look(bytes.get(..SPOT).unwrap_or(bytes), at - start, &first, &mut seen);
        if ended.is_none() || spot == SPOTS && ended != Some(SPOT as u64) {
            return Ok(0);
        }
    }
    let size = (stop - start) as f64;
    if seen.is_on_grid {
        let frames = (size / first.mean_len()).round_ties_even() as u64;
        return Ok(if promised == 0 || promised.abs_diff(frames) < 2 { frames } else { 0 });
    }
    let fits = seen.bytes as f64 / seen.frames as f64 * promised as f64 / size;
    Ok(if promised_end > 0 && (0.85..1.15).contains(&fits) { promised } else { 0 })
}

/// Follows the frames in `bytes`, which stand `offset` behind the first frame, and tells where they end.
fn look(bytes: &[u8], offset: u64, first: &Frame, seen: &mut Seen) -> Option<u64> {
    let run = find_run(bytes, 0, true)?;
    let mean_len = first.mean_len();
    let mut at = run.skip;
    while let Some(frame) = header(bytes.get(at..)?, 0) {
        if frame.key != first.key || at + frame.len > bytes.len() {
            break;
        }
        // The padding byte of any frame may come one frame early or late.
        let steps = (offset + at as u64) as f64 / mean_len;
        let off = (steps - steps.round_ties_even()).abs() * mean_len;
        seen.is_on_grid &= frame.is_like(first) && off <= 2.0;
        seen.frames += 1;
        seen.bytes += frame.len as u64;
        at += frame.len;
    }
    Some(at as u64)
}
