//! Telling sounds apart.

use super::frames::Kind;
use super::mp4::Movie;
use super::mpeg::Frames;
use super::reader::Reader;
use super::tags::tag_len;
use super::wav::{self, Wave};
use super::{AudioInfo, Detected, Fault, HEAD, detect};

/// More tags than this before the sound are not followed.
const MAX_TAGS: usize = 16;

/// What a sound is known to be so far.
pub(super) enum Sound {
    Unknown,
    Wave(Wave),
    Movie(Movie),
    /// Perhaps frames, and what it is where there are none.
    Frames(Frames, Option<Detected>),
}

impl Sound {
    #[inline(never)]
    pub(super) fn probe(&mut self, reader: &mut Reader) -> Result<AudioInfo, Fault> {
        loop {
            match self {
                Self::Wave(wave) => return wave.probe(reader),
                Self::Movie(movie) => return movie.probe(reader),
                Self::Frames(frames, otherwise) => {
                    return match frames.first(reader)? {
                        Some(first) if matches!(first.1.first.kind, Kind::Layer3 | Kind::Adts) => {
                            let end = reader.len();
                            frames.probe(reader, first, end)
                        }
                        Some((_, run)) => Err(Fault::Unsupported(Some(detect::frames(run.first.kind)))),
                        None => Err(Fault::Unsupported(*otherwise)),
                    };
                }
                Self::Unknown => *self = Self::of(reader)?,
            }
        }
    }

    fn of(reader: &mut Reader) -> Result<Self, Fault> {
        let head = reader.from(0, HEAD)?;
        if wav::is_wave(head) {
            return Ok(Self::Wave(Wave::default()));
        }
        if detect::is_iso_media(head) {
            return Ok(Self::Movie(Movie::default()));
        }
        let may_be_frames = |detected: &Option<Detected>| detected.is_none_or(|detected| detected == detect::MP3);
        let (mut detected, text) = (detect::by_signature(head), detect::by_structure(head));
        if may_be_frames(&detected) {
            let start = behind_tags(reader)?;
            detected = detect::by_signature(reader.from(start, HEAD)?);
            if may_be_frames(&detected) {
                return Ok(Self::Frames(Frames::behind(start), text));
            }
        }
        Err(Fault::Unsupported(detected))
    }
}

/// Where the tags at the beginning of the file end.
fn behind_tags(reader: &mut Reader) -> Result<u64, Fault> {
    let mut at = 0;
    for _ in 0..MAX_TAGS {
        let len = tag_len(reader.from(at, 32)?);
        if len == 0 || at + len >= reader.len() {
            break;
        }
        at += len;
    }
    // A tag that lies about its length is searched through.
    Ok(if at == 0 && reader.from(0, 3)?.starts_with(b"ID3") { 10 } else { at })
}
