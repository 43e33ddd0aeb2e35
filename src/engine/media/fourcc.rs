//! Four-character codes as numbers of one byte: what compares those is small, where words of four bytes are in the code each.

use super::reader::be32;

macro_rules! codes {
    ($($name:ident = $text:literal,)*) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms, reason = "they only count the codes")]
        enum Position { $($name),* }
        $(pub(super) const $name: u8 = Position::$name as u8;)*
        static CODES: &[u32] = &[$(u32::from_be_bytes(*$text)),*];
    };
}

/// A code that is of no interest.
pub(super) const OTHER: u8 = u8::MAX;

/// The code at `at`; [`NONE`] where there are no bytes.
pub(super) fn at(bytes: &[u8], at: usize) -> u8 {
    let code = be32(bytes, at);
    CODES.iter().position(|known| *known == code).map_or(OTHER, |position| position as u8)
}

// Those that are met often come first.
codes! {
    NONE = b"\0\0\0\0",
    MOOV = b"moov",
    TRAK = b"trak",
    MDIA = b"mdia",
    MINF = b"minf",
    STBL = b"stbl",
    EDTS = b"edts",
    TREF = b"tref",
    MVEX = b"mvex",
    MOOF = b"moof",
    TRAF = b"traf",
    UDTA = b"udta",
    ILST = b"ilst",
    MDAT = b"mdat",
    FREE = b"free",
    SKIP = b"skip",
    WIDE = b"wide",
    COVR = b"covr",
    FTYP = b"ftyp",
    MFHD = b"mfhd",
    TFDT = b"tfdt",
    TFHD = b"tfhd",
    TRUN = b"trun",
    TREX = b"trex",
    MVHD = b"mvhd",
    TKHD = b"tkhd",
    MDHD = b"mdhd",
    HDLR = b"hdlr",
    STSD = b"stsd",
    STTS = b"stts",
    STSC = b"stsc",
    STSZ = b"stsz",
    STCO = b"stco",
    CO64 = b"co64",
    STZ2 = b"stz2",
    ELST = b"elst",
    CHAP = b"chap",
    META = b"meta",
    ITUNES_ITEM = b"----",
    XING = b"Xing",
    INFO = b"Info",
    LAME = b"LAME",
    LAVF = b"Lavf",
    LAVC = b"Lavc",
    VBRI = b"VBRI",
    AAVD = b"aavd",
    AC_3 = b"ac-3",
    ALAC = b"alac",
    BW64 = b"BW64",
    CGBI = b"CgBI",
    DATA = b"data",
    DOT_MP3 = b".mp3",
    DRMS = b"drms",
    DS64 = b"ds64",
    EC_3 = b"ec-3",
    ENCA = b"enca",
    FACT = b"fact",
    FLAC = b"fLaC",
    FMT = b"fmt ",
    IDAT = b"IDAT",
    IEND = b"IEND",
    IHDR = b"IHDR",
    JPEG = b"jpeg",
    MJPA = b"mjpa",
    MJPB = b"mjpb",
    MP4A = b"mp4a",
    MS_MP3 = b"ms\0\x55",
    OPUS = b"Opus",
    PNG = b"png ",
    PNOT = b"pnot",
    RF64 = b"RF64",
    RIFF = b"RIFF",
    RIFX = b"RIFX",
    SAMR = b"samr",
    SAWB = b"sawb",
    SAWP = b"sawp",
    SEVC = b"sevc",
    SOUN = b"soun",
    SQCP = b"sqcp",
    STYP = b"styp",
    VIDE = b"vide",
    WAVE = b"WAVE",
}
