//! What an image or a sound file is, read from its bytes.
//!
//! A [`Source`] is read piece by piece, the same way for a `Blob` in a browser and a slice in a native test, and only as far
//! as the probes need it.

mod aac;
mod boxes;
mod detect;
mod fourcc;
mod frames;
mod jpeg;
mod known;
mod m4a;
mod mp4;
mod mpeg;
mod png;
mod probe;
mod reader;
mod run;
mod spots;
mod tables;
mod tags;
mod wav;

use std::fmt;

use known::Known;
use run::{Next, Run};

/// Bytes at known positions: a `Blob`, a buffer or a Base64 text.
#[allow(async_fn_in_trait, reason = "every future here stays on one thread")]
pub trait Source {
    /// The total length in bytes.
    fn len(&self) -> u64;

    /// Whether there are no bytes at all.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Replaces the contents of `into` with the bytes `offset .. offset + len`.
    ///
    /// The caller stays inside `0 .. self.len()`. On success `into.len() == len`.
    ///
    /// # Errors
    /// [`ReadError`] when the bytes cannot be had, for example because the file was moved or changed since it was picked.
    async fn read(&self, offset: u64, len: usize, into: &mut Vec<u8>) -> Result<(), ReadError>;
}

impl Source for [u8] {
    fn len(&self) -> u64 {
        <[u8]>::len(self) as u64
    }

    async fn read(&self, offset: u64, len: usize, into: &mut Vec<u8>) -> Result<(), ReadError> {
        into.clear();
        let bytes = usize::try_from(offset).ok().and_then(|start| self.get(start..start.checked_add(len)?));
        into.extend_from_slice(bytes.ok_or_else(|| ReadError { message: String::from("read past the end") })?);
        Ok(())
    }
}

/// Bytes that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadError {
    /// What the platform said.
    pub message: String,
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// An image format that the service takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImageFormat {
    /// JPEG.
    Jpeg,
    /// PNG, animated ones too.
    Png,
}

impl ImageFormat {
    /// The name in reports: `jpeg` or `png`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Jpeg => "jpeg",
            Self::Png => "png",
        }
    }
}

/// A sound format that the service takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AudioFormat {
    /// MPEG-1, 2 or 2.5 Layer III.
    Mp3,
    /// RIFF or RF64 WAVE.
    Wav,
    /// Sound in an ISO base media file.
    M4a,
    /// Raw AAC in ADTS frames.
    Aac,
}

impl AudioFormat {
    /// The name in reports: `mp3`, `wav`, `m4a` or `aac`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Mp3 => "mp3",
            Self::Wav => "wav",
            Self::M4a => "m4a",
            Self::Aac => "aac",
        }
    }
}

/// What an image was found to be. `width` and `height` are pixels as stored, before any EXIF rotation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImageInfo {
    /// The format, told by content.
    pub format: ImageFormat,
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// The size of the file in bytes.
    pub bytes: u64,
}

/// What a sound file was found to be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AudioInfo {
    /// The format, told by content.
    pub format: AudioFormat,
    /// How long the decoded sound lasts, in seconds.
    pub duration_seconds: f64,
    /// Samples per second and channel of the decoded sound.
    pub sample_rate: u32,
    /// Channels of the decoded sound.
    pub channels: u16,
    /// The size of the file in bytes.
    pub bytes: u64,
}

/// Why a file gave no [`ImageInfo`] or [`AudioInfo`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum ProbeError {
    /// The file has no bytes.
    Empty,
    /// The bytes could not be read, or not as many as it takes without reading more than was allowed.
    Read(ReadError),
    /// The content is not of an accepted format; `detected` names what it is, as in "WebP image", where that is known.
    UnsupportedFormat {
        /// A short name such as `webp`, for `actual`, and a phrase for people such as `a WebP image`.
        detected: Option<Detected>,
    },
    /// The format is right and the contents are cut off or damaged; `reason` says where, for people.
    Corrupt {
        /// For example "the PNG ends before its IEND chunk".
        reason: &'static str,
    },
    /// A sound file whose length cannot be known; `reason` says why.
    UnknownDuration {
        /// For people.
        reason: &'static str,
    },
}

/// What a file that is not accepted was recognised as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Detected {
    /// A short lower-case name, such as `webp` or `ogg-opus`.
    pub name: &'static str,
    /// A phrase for people, such as `a WebP image` or `Ogg Opus audio`.
    pub phrase: &'static str,
}

/// What a file is offered as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Medium {
    /// An image.
    Image,
    /// A sound file.
    Sound,
}

/// What a file was found to be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Info {
    /// An image.
    Image(ImageInfo),
    /// A sound file.
    Sound(AudioInfo),
}

/// Tells an image's format and dimensions, and whether it is whole.
///
/// Reads the head and the last few kilobytes; more only where these do not settle it, and at the most `most_bytes` in all.
///
/// # Errors
/// [`ProbeError`].
pub async fn probe_image<S: Source + ?Sized>(source: &S, most_bytes: usize) -> Result<ImageInfo, ProbeError> {
    match probe(source, Medium::Image, most_bytes).await? {
        Info::Image(info) => Ok(info),
        Info::Sound(_) => Err(ProbeError::UnsupportedFormat { detected: None }),
    }
}

/// Tells a sound file's format and how long its decoded sound lasts, and whether it is whole. Reads at the most `most_bytes`
/// in all.
///
/// # Errors
/// [`ProbeError`].
pub async fn probe_audio<S: Source + ?Sized>(source: &S, most_bytes: usize) -> Result<AudioInfo, ProbeError> {
    match probe(source, Medium::Sound, most_bytes).await? {
        Info::Sound(info) => Ok(info),
        Info::Image(_) => Err(ProbeError::UnsupportedFormat { detected: None }),
    }
}

/// Tells what a file is that is offered as an image or as a sound: an [`Info`] of the same kind. Reads at the most `most_bytes`
/// in all.
///
/// # Errors
/// [`ProbeError`].
pub async fn probe<S: Source + ?Sized>(source: &S, medium: Medium, most_bytes: usize) -> Result<Info, ProbeError> {
    let mut run = Run::new(source.len(), medium, most_bytes);
    loop {
        let (at, count) = match run.next() {
            Next::Read(at, count) => (at, count),
            Next::Done(found) => return found,
        };
        let mut bytes = Vec::new();
        source.read(at, count, &mut bytes).await.map_err(ProbeError::Read)?;
        run.keep(at, bytes)?;
    }
}

/// Bytes have to be read before a probe can go on.
#[derive(Debug, Clone, Copy)]
struct Lacking;

impl From<Lacking> for Fault {
    fn from(_: Lacking) -> Self {
        Self::Lacking
    }
}

/// Why a probe stops. It owns nothing, so that passing it on takes no code for letting go of it.
#[derive(Debug, Clone, Copy)]
enum Fault {
    /// Bytes have to be read before it can go on.
    Lacking,
    Unsupported(Option<Known>),
    Corrupt(&'static str),
    UnknownDuration(&'static str),
}

fn corrupt<T>(reason: &'static str) -> Result<T, Fault> {
    Err(Fault::Corrupt(reason))
}

/// What a probe gives for a sound file.
#[inline(never)]
fn sound(
    format: AudioFormat,
    duration_seconds: f64,
    sample_rate: u32,
    channels: u16,
    bytes: u64,
) -> Result<Info, Fault> {
    Ok(Info::Sound(AudioInfo { format, duration_seconds, sample_rate, channels, bytes }))
}

/// What a probe gives for an image.
fn image(format: ImageFormat, (width, height): (u32, u32), bytes: u64) -> Result<Info, Fault> {
    Ok(Info::Image(ImageInfo { format, width, height, bytes }))
}

/// Whether so much is missing of what the header promises that the file was cut off, rather than rounded or padded.
#[inline(never)]
fn cut_off(promised_seconds: f64, present_seconds: f64) -> bool {
    promised_seconds - present_seconds > 0.1 && present_seconds < promised_seconds * 0.99
}

/// The length in seconds where a file states one and decoding whole frames gives another.
///
/// Some decoders play the last frame to its end, others stop where the file says: this is what the file says, moved just
/// so far that it stays within 0.05 s of the former too. What the file says counts only where it is less than decoded.
#[inline(never)]
fn settle(stated_samples: f64, decoded_samples: f64, rate: f64) -> f64 {
    let (stated, decoded) = (stated_samples / rate, decoded_samples / rate);
    if stated > 0.0 { stated.max(decoded - 0.04).min(decoded) } else { decoded }
}
