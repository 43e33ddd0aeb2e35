//! What a file can be told to be, and the words for it.

use super::Detected;
use crate::engine::search::{split_once, until};

macro_rules! names {
    ($($known:ident = $name:literal, $phrase:literal;)*) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms, dead_code, reason = "they only count the lines")]
        enum Line { $($known),* }
        #[allow(dead_code, reason = "layers are counted on from the first")]
        impl Known { $(pub(super) const $known: Self = Self(Line::$known as u8);)* }
        /// The names, each in a line with its phrase: as texts of their own they would take three times the bytes.
        const NAMES: &str = concat!($($name, " ", $phrase, "\n"),*);
    };
}

/// What a file was recognised as: a line of [`NAMES`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Known(pub(super) u8);

names! {
    JPEG = "jpeg", "a JPEG image";
    PNG = "png", "a PNG image";
    GIF = "gif", "a GIF image";
    TIFF = "tiff", "a TIFF image";
    JXL = "jxl", "a JPEG XL image";
    JP2 = "jp2", "a JPEG 2000 image";
    JPEG_LS = "jpeg-ls", "a JPEG-LS image";
    JPEG_LOSSLESS = "jpeg-lossless", "a lossless JPEG image";
    JPEG_HIERARCHICAL = "jpeg-hierarchical", "a hierarchical JPEG image";
    CGBI = "cgbi-png", "a PNG in Apple's private variant";
    WEBP = "webp", "a WebP image";
    HEIC = "heic", "a HEIC image";
    AVIF = "avif", "an AVIF image";
    BMP = "bmp", "a BMP image";
    SVG = "svg", "an SVG image";
    ICO = "ico", "a Windows icon";
    CR3 = "cr3", "a Canon raw photo";
    PSD = "psd", "a Photoshop document";
    PDF = "pdf", "a PDF document";
    ZIP = "zip", "a ZIP archive or an office document";
    HTML = "html", "a web page (HTML)";
    JSON = "json", "JSON text";
    TEXT = "text", "plain text";
    AAC = "aac", "AAC audio";
    MP3 = "mp3", "MP3 audio";
    MP2 = "mp2", "MPEG Layer II (MP2) audio";
    MP1 = "mp1", "MPEG Layer I audio";
    M4A = "m4a", "M4A audio";
    WAV = "wav", "WAV audio";
    AIFF = "aiff", "AIFF audio";
    FLAC = "flac", "FLAC audio";
    AMR = "amr", "AMR audio";
    CAF = "caf", "Core Audio (CAF) audio";
    WMA = "wma", "Windows Media (WMA or WMV)";
    W64 = "w64", "Sony Wave64 audio";
    AU = "au", "Sun AU audio";
    WAVPACK = "wavpack", "WavPack audio";
    AC3 = "ac3", "Dolby Digital (AC-3) audio";
    DTS = "dts", "DTS audio";
    OGG_OPUS = "ogg-opus", "Ogg Opus audio";
    OGG_VORBIS = "ogg-vorbis", "Ogg Vorbis audio";
    OGG_SPEEX = "ogg-speex", "Ogg Speex audio";
    OGG_FLAC = "ogg-flac", "FLAC audio in an Ogg file";
    OGG = "ogg", "an Ogg file";
    OGG_VIDEO = "ogg-video", "an Ogg video";
    MPEG_VIDEO = "mpeg-video", "an MPEG video";
    MP4_VIDEO = "mp4-video", "an MP4 video";
    AVI = "avi", "an AVI video";
    FLV = "flv", "a Flash video";
    WEBM = "webm", "a WebM file";
    MATROSKA = "matroska", "a Matroska file";
    MIDI = "midi", "a MIDI file";
    THREE_GP = "3gp", "a 3GP file";
    MOV = "mov", "a QuickTime movie";
    MPEG_TS = "mpeg-ts", "an MPEG transport stream";
    ADIF = "adif", "AAC in an ADIF file";
    LOAS = "loas", "AAC in LOAS frames";
    PROTECTED = "protected-m4a", "a copy-protected M4A file";
    MP4_SILENT = "mp4-silent", "an MP4 file without sound";
    MP4_OTHER = "mp4-other", "an MP4 file whose sound is in a codec that M4A files do not use";
}

impl Known {
    /// What frames are, by the two bits of their headers that name the layer.
    pub(super) fn of_layer(layer: u8) -> Self {
        Self(Self::AAC.0 + layer)
    }

    /// The name, and the phrase for people.
    pub(super) fn detected(self) -> Detected {
        let mut lines = NAMES;
        for _ in 0..self.0 {
            lines = split_once(lines, "\n").unwrap_or_default().1;
        }
        let (name, phrase) = split_once(until(lines, b"\n"), " ").unwrap_or_default();
        Detected { name, phrase }
    }
}
