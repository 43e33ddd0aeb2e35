//! Telling images and sounds apart from each other and from anything else.

use super::detect;
use super::jpeg::Jpeg;
use super::known::Known;
use super::mp4::Movie;
use super::mpeg::Frames;
use super::png::{self, Png};
use super::reader::Reader;
use super::tags::tag_len;
use super::wav::{self, Wave};
use super::{AudioFormat, Fault, Info, Lacking, Medium, corrupt};

/// Bytes in which a format shows.
const HEAD: usize = 4 << 10;
/// More tags than this before the sound are not followed.
const MAX_TAGS: usize = 16;

/// What a file is known to be.
enum Kind {
    Unknown,
    Jpeg,
    Png,
    Wave,
    Movie,
    /// Perhaps frames.
    Frames,
}

/// How far a file is known. The probes are all there from the beginning, because moving them about costs code.
pub(super) struct Probe {
    medium: Medium,
    kind: Kind,
    jpeg: Jpeg,
    png: Png,
    wave: Wave,
    movie: Movie,
    frames: Frames,
    /// What it is where there are no frames.
    otherwise: Option<Known>,
}

impl Probe {
    pub(super) fn new(medium: Medium) -> Self {
        Self {
            medium,
            kind: Kind::Unknown,
            jpeg: Jpeg::default(),
            png: Png::default(),
            wave: Wave::default(),
            movie: Movie::default(),
            frames: Frames::default(),
            otherwise: None,
        }
    }

    pub(super) fn probe(&mut self, reader: &Reader) -> Result<Info, Fault> {
        if let Kind::Unknown = self.kind {
            self.kind = if self.medium == Medium::Image { image(reader)? } else { self.sound(reader)? };
        }
        match self.kind {
            Kind::Jpeg => self.jpeg.probe(reader),
            Kind::Png => self.png.probe(reader),
            Kind::Wave => self.wave.probe(reader, &mut self.frames),
            Kind::Movie => self.movie.probe(reader),
            _ => {
                self.frames.find(reader)?;
                let known = self.frames.first.map(|run| run.first.kind());
                let format = match known {
                    Some(Known::MP3) => AudioFormat::Mp3,
                    Some(Known::AAC) => AudioFormat::Aac,
                    _ => return Err(Fault::Unsupported(known.or(self.otherwise))),
                };
                self.frames.probe(reader, format, reader.len())
            }
        }
    }

    fn sound(&mut self, reader: &Reader) -> Result<Kind, Fault> {
        let head = reader.from(0, HEAD)?;
        if wav::is_wave(head) {
            return Ok(Kind::Wave);
        }
        if detect::is_iso_media(head) {
            return Ok(Kind::Movie);
        }
        let may_be_frames = |known: Option<Known>| matches!(known, None | Some(Known::MP3));
        let mut known = detect::by_signature(head);
        if may_be_frames(known) {
            let start = behind_tags(reader)?;
            known = detect::by_signature(reader.from(start, HEAD)?);
            if may_be_frames(known) {
                self.frames = Frames::behind(start);
                self.otherwise = detect::by_structure(head);
                return Ok(Kind::Frames);
            }
            // Some decoders look behind it and others do not.
            if let Some(Known::WAV | Known::M4A) = known {
                return corrupt("a tag stands before its beginning");
            }
        }
        Err(Fault::Unsupported(known))
    }
}

fn image(reader: &Reader) -> Result<Kind, Fault> {
    let head = reader.from(0, HEAD)?;
    if head.starts_with(&[0xFF, 0xD8, 0xFF]) {
        return Ok(Kind::Jpeg);
    }
    if head.starts_with(png::SIGNATURE) {
        return Ok(Kind::Png);
    }
    Err(Fault::Unsupported(detect::by_signature(head).or_else(|| detect::by_structure(head))))
}

/// Where the tags at the beginning of the file end.
fn behind_tags(reader: &Reader) -> Result<u64, Lacking> {
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
