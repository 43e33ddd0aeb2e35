//! JPEG and PNG marker by marker and field by field, as ITU-T T.81 and the PNG specification allow and forbid them.

use kling_avatar::engine::media::{ImageFormat, ProbeError};

use crate::image_by_hand::{chunk, segment};
use crate::source::image;

#[track_caller]
fn assert_is(bytes: &[u8], format: ImageFormat, size: (u32, u32), what: &str) {
    let info = image(bytes).0.unwrap_or_else(|error| panic!("{what}: {error:?}"));
    assert_eq!((info.format, (info.width, info.height)), (format, size), "{what}");
}

#[track_caller]
fn assert_corrupt(bytes: &[u8], what: &str) {
    let found = image(bytes).0;
    assert!(matches!(found, Err(ProbeError::Corrupt { .. })), "{what}: {found:?}");
}

const START: &[u8] = &[0xFF, 0xD8];
const END: &[u8] = &[0xFF, 0xD9];

/// A frame header for one component.
fn frame(marker: u8, width: u16, height: u16) -> Vec<u8> {
    let [[a, b], [c, d]] = [height.to_be_bytes(), width.to_be_bytes()];
    segment(marker, &[8, a, b, c, d, 1, 1, 0x11, 0])
}

/// A scan with restarts, stuffed zeros and fill bytes in it.
fn scan() -> Vec<u8> {
    let data = [&[0x12, 0xFF, 0x00, 0x34, 0xFF, 0xD0, 0x56, 0xFF, 0xD7, 0x78][..], &[0x9A; 50]].concat();
    [segment(0xDA, &[1, 1, 0, 0, 63, 0]), data.repeat(20)].concat()
}

fn jpeg(parts: &[&[u8]]) -> Vec<u8> {
    [START, &parts.concat(), END].concat()
}

#[test]
fn a_frame_header_is_one_of_thirteen_markers() {
    for marker in 0xC0..=0xCF_u8 {
        let file = jpeg(&[&frame(marker, 400, 500), &scan()]);
        let name = match image(&file).0 {
            Err(ProbeError::UnsupportedFormat { detected: Some(detected) }) => Some(detected.name),
            _ => None,
        };
        match marker {
            0xC0..=0xC2 | 0xC9 | 0xCA => assert_is(&file, ImageFormat::Jpeg, (400, 500), "a frame"),
            0xC3 | 0xC7 | 0xCB | 0xCF => assert_eq!(name, Some("jpeg-lossless"), "{marker:#x}"),
            0xC5 | 0xC6 | 0xCD | 0xCE => assert_eq!(name, Some("jpeg-hierarchical"), "{marker:#x}"),
            _ => assert_corrupt(&file, "tables are no frame"),
        }
    }
    for marker in [0xC4, 0xC8, 0xCC, 0xDB, 0xDD, 0xE0, 0xEF, 0xF0, 0xFE] {
        let file = jpeg(&[&segment(marker, &[0, 9, 0, 9, 0, 9, 0]), &frame(0xC1, 400, 500), &scan()]);
        assert_is(&file, ImageFormat::Jpeg, (400, 500), "a segment before it");
    }
    for marker in [0x01, 0xD0, 0xD3, 0xD7, 0xD8] {
        let file = jpeg(&[&[0xFF, marker], &frame(0xC0, 400, 500), &scan()]);
        assert_is(&file, ImageFormat::Jpeg, (400, 500), "a marker without a length before it");
    }
    assert_is(&jpeg(&[&frame(0xC0, 65_535, 1), &scan()]), ImageFormat::Jpeg, (65_535, 1), "the widest");
    assert_is(&jpeg(&[&frame(0xC0, 1, 65_535), &scan()]), ImageFormat::Jpeg, (1, 65_535), "the highest");
}

#[test]
fn a_jpeg_is_whole_where_its_scans_end() {
    let whole = jpeg(&[&frame(0xC0, 400, 500), &scan()]);
    let scans = jpeg(&[&frame(0xC2, 400, 500), &scan(), &segment(0xC4, &[7; 90]), &scan(), &scan()]);
    for (what, file) in [("one scan", &whole), ("scans", &scans)] {
        assert_is(file, ImageFormat::Jpeg, (400, 500), what);
        // What stands behind the end is so much that the end is found only by walking over the scans.
        for behind in
            [vec![0x55; 9000], frame(0xC0, 7, 7).repeat(900), [START, &frame(0xC0, 7, 7), &[1; 9000]].concat()]
        {
            assert_is(&[file.as_slice(), &behind].concat(), ImageFormat::Jpeg, (400, 500), what);
            let mut cut = file.clone();
            cut.truncate(file.len() - 2);
            assert_corrupt(&[cut, vec![0x55; 9000]].concat(), what);
        }
        for len in 3..file.len() {
            assert_corrupt(&file[..len], what);
        }
    }
    assert_corrupt(&jpeg(&[&frame(0xC0, 400, 500)]), "no scan");
    assert_corrupt(&[jpeg(&[&frame(0xC0, 400, 500)]), jpeg(&[&scan()])].concat(), "no scan before the end");
    assert_corrupt(&jpeg(&[&scan()]), "no frame");
    assert_corrupt(&jpeg(&[&scan(), &frame(0xC0, 400, 500), &scan()]), "a frame behind its scan");
    assert_corrupt(&jpeg(&[&frame(0xC0, 0, 500), &scan()]), "no width");
    assert_corrupt(&jpeg(&[&frame(0xC0, 400, 0), &scan()]), "no height");
    for len in [0, 1] {
        assert_corrupt(
            &jpeg(&[&[0xFF, 0xE1, 0, len], &frame(0xC0, 400, 500), &scan()]),
            "a segment without its length",
        );
    }
}

fn header(width: u32, height: u32, depth: u8, colour: u8) -> Vec<u8> {
    chunk(b"IHDR", &[&width.to_be_bytes()[..], &height.to_be_bytes(), &[depth, colour, 0, 0, 0]].concat())
}

fn png(chunks: &[&[u8]]) -> Vec<u8> {
    [b"\x89PNG\r\n\x1a\n", chunks.concat().as_slice()].concat()
}

#[test]
fn a_png_has_one_of_fifteen_kinds_of_pixels() {
    let rest = [chunk(b"IDAT", &[3; 40]), chunk(b"IEND", b"")].concat();
    for colour in 0..=7 {
        for depth in 0..=33 {
            let is_known = match colour {
                0 => matches!(depth, 1 | 2 | 4 | 8 | 16),
                3 => matches!(depth, 1 | 2 | 4 | 8),
                2 | 4 | 6 => matches!(depth, 8 | 16),
                _ => false,
            };
            let file = png(&[&header(400, 500, depth, colour), &rest]);
            let what = format!("{depth} bits, colour type {colour}");
            if is_known { assert_is(&file, ImageFormat::Png, (400, 500), &what) } else { assert_corrupt(&file, &what) }
        }
    }
    let most = i32::MAX as u32;
    assert_is(&png(&[&header(most, most, 8, 2), &rest]), ImageFormat::Png, (most, most), "the largest");
    for (width, height) in [(0, 500), (400, 0), (most + 1, 500), (400, most + 1)] {
        assert_corrupt(&png(&[&header(width, height, 8, 2), &rest]), "no such size");
    }
}

#[test]
fn a_png_is_whole_where_its_chunks_end() {
    let header = header(400, 500, 8, 2);
    let (data, end) = (chunk(b"IDAT", &[3; 40]), chunk(b"IEND", b""));
    let whole = png(&[&header, &data, &data, &end]);
    for behind in [0, 9000] {
        assert_is(&[whole.clone(), vec![0x55; behind]].concat(), ImageFormat::Png, (400, 500), "whole");
    }
    // Decoders stop at the last chunk's name.
    for len in 8..whole.len() - 4 {
        assert_corrupt(&whole[..len], "cut");
    }
    assert_corrupt(&png(&[&header, &chunk(b"tEXt", &end), &end]), "no data");
    assert_corrupt(&[png(&[&header, &data, &data]), vec![0; 9000]].concat(), "zeros in place of the end");
    for name in [b"te1t", b"1Ext", b"tEX ", b"t\0Xt"] {
        assert_corrupt(&png(&[&header, &chunk(name, b""), &data, &end]), "no name of a chunk");
    }
    let long = chunk(b"IHDR", &[0, 0, 1, 0, 0, 0, 1, 0, 8, 2, 0, 0, 0, 0]);
    assert_corrupt(&png(&[&long, &data, &end]), "a header of fourteen bytes");
    assert_corrupt(&png(&[&chunk(b"IHDX", &header[8..21]), &data, &end]), "a header of another name");
    assert_corrupt(&png(&[&[&header[..21], &[1, 2, 3, 4]].concat(), &data, &end]), "a check sum that is not right");
}
