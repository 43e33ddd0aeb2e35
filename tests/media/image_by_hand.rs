//! Images that no tool makes on purpose, put together from those that tools make.

use crate::audio_by_hand::{List, cut, fixture, id3, junk, renamed};
use crate::corpus::Expected::{Corrupt, Foreign, Is, Unsupported};
use crate::corpus::{Judge, Offered, Recipe};

pub fn all() -> Vec<Recipe> {
    let mut list = List::new(Offered::Image);
    jpeg(&mut list);
    jpeg_endings(&mut list);
    jpeg_damaged(&mut list);
    png(&mut list);
    foreign(&mut list);
    list.recipes()
}

const PHOTO: &str = "301x733.jpg";
const PROGRESSIVE: &str = "301x733-progressive.jpg";
const SIZE: Judge = Judge::Image(301, 733);

pub fn segment(marker: u8, body: &[u8]) -> Vec<u8> {
    let size = (body.len() as u16 + 2).to_be_bytes();
    [&[0xFF, marker], &size[..], body].concat()
}

/// The photo with something between its first marker and the rest.
fn with_head(jpeg: &[u8], head: &[u8]) -> Vec<u8> {
    [&jpeg[..2], head, &jpeg[2..]].concat()
}

/// Where a marker first stands.
fn marker_at(jpeg: &[u8], code: u8) -> usize {
    jpeg.windows(2).position(|pair| pair == [0xFF, code]).expect("the marker is there")
}

fn exif_with_thumbnail(thumbnail: &[u8]) -> Vec<u8> {
    segment(0xE1, &[b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0".as_slice(), thumbnail].concat())
}

fn jpeg(list: &mut List) {
    list.add("thumbnail.jpg", Is("jpeg"), Judge::Ffmpeg, |folder| {
        with_head(&folder.read(PHOTO), &exif_with_thumbnail(&fixture("restarts.jpg")))
    });
    list.add("exif-first.jpg", Is("jpeg"), Judge::Ffmpeg, |folder| {
        let photo = folder.read(PHOTO);
        let jfif = 4 + usize::from(photo[5]);
        [&photo[..2], &exif_with_thumbnail(&folder.read("1x1.jpg")), &photo[2..jfif], &photo[jfif..]].concat()
    });
    list.add("megabytes-of-segments.jpg", Is("jpeg"), Judge::Ffmpeg, |folder| {
        with_head(&folder.read(PHOTO), &segment(0xE2, &junk(65_533)).repeat(48))
    });
    list.add("many-small-segments.jpg", Is("jpeg"), Judge::Ffmpeg, |folder| {
        with_head(&folder.read(PHOTO), &segment(0xFE, b"x").repeat(5000))
    });
    list.add("fill-bytes.jpg", Is("jpeg"), Judge::Ffmpeg, |folder| {
        let photo = folder.read(PHOTO);
        let tables = marker_at(&photo, 0xDB);
        [&photo[..tables], &[0xFF; 700], &photo[tables..]].concat()
    });
    list.add("stray-bytes.jpg", Is("jpeg"), SIZE, |folder| {
        let photo = folder.read(PHOTO);
        let tables = marker_at(&photo, 0xDB);
        [&photo[..tables], &[0; 9], &photo[tables..]].concat()
    });
    list.add("empty-segment.jpg", Is("jpeg"), SIZE, |folder| with_head(&folder.read(PHOTO), &segment(0xED, b"")));
    list.add("arithmetic.jpg", Is("jpeg"), Judge::Identify, |_| fixture("arithmetic.jpg"));
    list.add("arithmetic-progressive.jpg", Is("jpeg"), Judge::Identify, |_| fixture("arithmetic-progressive.jpg"));
    list.add("restarts.jpg", Is("jpeg"), Judge::Ffmpeg, |_| fixture("restarts.jpg"));
}

fn jpeg_endings(list: &mut List) {
    for (kind, of) in [("baseline", PHOTO), ("progressive", PROGRESSIVE)] {
        let mut behind = |name: &str, more: fn(Vec<u8>) -> Vec<u8>| {
            let make = move |folder: &crate::corpus::Folder| more(folder.read(of));
            list.add(&format!("{name}-{kind}.jpg"), Is("jpeg"), SIZE, make);
        };
        behind("zeros-behind", |photo| [photo, vec![0; 30_000]].concat());
        behind("line-feed-behind", |photo| [photo, vec![b'\n']].concat());
        behind("trailer-behind", |photo| [photo, b"SEFH".repeat(25), b"SEFT".to_vec()].concat());
        behind("junk-behind", |photo| [photo, junk(100_000)].concat());
        behind("filled-end", |photo| {
            let end = photo.len() - 2;
            [&photo[..end], &[0xFF; 9000], &photo[end..]].concat()
        });
    }
    list.add("multi-picture.jpg", Is("jpeg"), SIZE, |folder| {
        let index = segment(0xE2, b"MPF\0MM\0*\0\0\0\x08\0\0");
        [with_head(&folder.read(PHOTO), &index), folder.read("1920x1080.jpg")].concat()
    });
    list.add("multi-picture-second-cut.jpg", Is("jpeg"), SIZE, |folder| {
        [folder.read(PHOTO), cut(folder.read("1920x1080.jpg"), 0.6)].concat()
    });
    list.add("motion-photo.jpg", Is("jpeg"), SIZE, |folder| [folder.read(PHOTO), folder.read("video.mp4")].concat());
}

fn jpeg_damaged(list: &mut List) {
    for (kind, of) in [("baseline", PHOTO), ("progressive", PROGRESSIVE), ("large", "ten-megabytes.jpg")] {
        for percent in [2_u8, 30, 60, 90, 99] {
            let make = move |folder: &crate::corpus::Folder| cut(folder.read(of), f64::from(percent) / 100.0);
            list.add(&format!("cut-{kind}-{percent}.jpg"), Corrupt, SIZE, make);
        }
    }
    list.add("cut-to-three-bytes.jpg", Corrupt, SIZE, |folder| folder.read(PHOTO)[..3].to_vec());
    list.add("cut-in-thumbnail.jpg", Corrupt, SIZE, |folder| {
        let gray = fixture("restarts.jpg");
        let photo = with_head(&folder.read(PHOTO), &exif_with_thumbnail(&gray));
        photo[..2 + gray.len() - 100].to_vec()
    });
    list.add("cut-behind-thumbnail.jpg", Corrupt, SIZE, |folder| {
        let thumbnail = exif_with_thumbnail(&fixture("restarts.jpg"));
        let size = thumbnail.len();
        with_head(&folder.read("ten-megabytes.jpg"), &thumbnail)[..2 + size + 1500].to_vec()
    });
    list.add("rest-is-zeros.jpg", Corrupt, SIZE, |folder| {
        let mut photo = folder.read(PHOTO);
        let half = photo.len() / 2;
        photo[half..].fill(0);
        photo
    });
    list.add("no-frame-header.jpg", Corrupt, SIZE, |folder| {
        let mut photo = folder.read(PHOTO);
        let at = marker_at(&photo, 0xC0);
        photo[at + 1] = 0xFE;
        photo
    });
    list.add("no-width.jpg", Corrupt, SIZE, |folder| {
        let mut photo = folder.read(PHOTO);
        let at = marker_at(&photo, 0xC0);
        photo[at + 7..at + 9].fill(0);
        photo
    });
    list.add("only-ends.jpg", Corrupt, SIZE, |_| vec![0xFF, 0xD8, 0xFF, 0xD9]);
}

pub fn chunk(kind: &[u8], body: &[u8]) -> Vec<u8> {
    let checked = [kind, body].concat();
    let crc = !checked.iter().fold(u32::MAX, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 })
    });
    [&(body.len() as u32).to_be_bytes()[..], &checked, &crc.to_be_bytes()].concat()
}

/// The picture with chunks between its IHDR and the rest.
fn with_chunks(png: &[u8], chunks: &[u8]) -> Vec<u8> {
    [&png[..33], chunks, &png[33..]].concat()
}

fn png(list: &mut List) {
    let plain = "rgb-8.png";
    let size = Judge::Image(641, 479);
    list.add("megabytes-before.png", Is("png"), Judge::Ffmpeg, move |folder| {
        with_chunks(&folder.read(plain), &chunk(b"zTXt", &[b"Title\0\0".as_slice(), &junk(3 << 20)].concat()))
    });
    list.add("many-chunks.png", Is("png"), Judge::Ffmpeg, move |folder| {
        with_chunks(&folder.read(plain), &chunk(b"tEXt", b"Title\0Portrait").repeat(3000))
    });
    list.add("end-in-text.png", Corrupt, size, move |folder| {
        let png = with_chunks(&folder.read(plain), &chunk(b"tEXt", &chunk(b"IEND", b"")));
        cut(png, 0.5)
    });
    for (name, behind) in
        [("zeros", vec![0; 9000]), ("a-little-junk", junk(300)), ("junk", junk(50_000)), ("line-feed", vec![b'\n'])]
    {
        list.add(&format!("{name}-behind.png"), Is("png"), Judge::Ffmpeg, move |folder| {
            [folder.read(plain), behind.clone()].concat()
        });
    }
    list.add("no-last-check-sum.png", Is("png"), size, move |folder| {
        let png = folder.read(plain);
        png[..png.len() - 4].to_vec()
    });
    for percent in [1_u8, 30, 60, 90, 99] {
        let make = move |folder: &crate::corpus::Folder| cut(folder.read(plain), f64::from(percent) / 100.0);
        list.add(&format!("cut-{percent}.png"), Corrupt, size, make);
    }
    list.add("cut-before-end.png", Corrupt, size, move |folder| {
        let png = folder.read(plain);
        png[..png.len() - 12].to_vec()
    });
    list.add("cut-to-signature.png", Corrupt, size, move |folder| folder.read(plain)[..8].to_vec());
    list.add("wrong-header-sum.png", Corrupt, size, move |folder| {
        let mut png = folder.read(plain);
        png[19] ^= 1;
        png
    });
    list.add("no-data.png", Corrupt, size, move |folder| [&folder.read(plain)[..33], &chunk(b"IEND", b"")].concat());
    list.add("rest-is-zeros.png", Corrupt, size, move |folder| {
        let mut png = folder.read(plain);
        let half = png.len() / 2;
        png[half..].fill(0);
        png
    });
    list.add("apple.png", Foreign("cgbi-png"), size, move |folder| {
        let png = folder.read(plain);
        [&png[..8], &chunk(b"CgBI", &[0x50, 0, 0x20, 6]), &png[8..]].concat()
    });
}

fn foreign(list: &mut List) {
    let texts: [(&str, &str, &[u8]); 8] = [
        ("letter.pdf", "pdf", b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n"),
        ("drawing.svg", "svg", b"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"8\" height=\"8\"/>"),
        ("drawing-xml.svg", "svg", b"<?xml version=\"1.0\"?>\n<!DOCTYPE svg>\n<svg width=\"8\" height=\"8\"/>"),
        ("page.jpg", "html", b"\r\n<!doctype HTML><html><body>Forbidden</body></html>"),
        ("feed.xml", "text", b"\xEF\xBB\xBF<?xml version=\"1.0\"?><rss/>"),
        ("answer.json", "json", b"[1, 2, 3]"),
        ("codestream.jxl", "jxl", b"\xFF\x0A\xFA\x1F\x01\x90"),
        ("codestream.j2k", "jp2", b"\xFF\x4F\xFF\x51\0\x2F"),
    ];
    for (name, foreign, bytes) in texts {
        list.add(&format!("image-{name}"), Foreign(foreign), SIZE, move |_| bytes.to_vec());
    }
    for (name, foreign, of) in [
        ("mp3", "mp3", "cbr-noinfo-44100-2.mp3"),
        ("tagged.mp3", "mp3", "id3v23.mp3"),
        ("wav", "wav", "base.wav"),
        ("m4a", "m4a", "brand-ipod.m4a"),
        ("aac", "aac", "adts-44100-2.aac"),
        ("opus", "ogg-opus", "f.opus"),
        ("flac", "flac", "f.flac"),
    ] {
        list.add(&format!("image-sound.{name}"), Foreign(foreign), SIZE, move |folder| folder.read(of));
    }
    for (name, foreign, marker) in
        [("lossless", "jpeg-lossless", 0xC3), ("hierarchical", "jpeg-hierarchical", 0xC5), ("ls", "jpeg-ls", 0xF7)]
    {
        list.add(&format!("{name}.jpg"), Foreign(foreign), SIZE, move |folder| {
            renamed(folder.read(PHOTO), &[0xFF, 0xC0], &[0xFF, marker])
        });
    }
    list.add("image-zeros", Unsupported, SIZE, |_| vec![0; 3000]);
    list.add("image-tag", Foreign("mp3"), SIZE, |_| id3(2000));
}
