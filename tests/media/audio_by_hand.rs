//! Sound files that no tool makes on purpose, put together from those that tools make.

use crate::corpus::Expected::{Corrupt, Foreign, Is, Unsupported};
use crate::corpus::{Expected, Folder, Judge, Make, Offered, Recipe};

pub struct List {
    recipes: Vec<Recipe>,
    offered: Offered,
}

impl List {
    pub fn new(offered: Offered) -> Self {
        Self { recipes: Vec::new(), offered }
    }

    pub fn add(
        &mut self,
        name: &str,
        expected: Expected,
        judge: Judge,
        make: impl Fn(&Folder) -> Vec<u8> + Send + Sync + 'static,
    ) {
        let (name, offered) = (name.to_owned(), self.offered);
        self.recipes.push(Recipe { name, offered, expected, judge, stage: 2, make: Make::Hand(Box::new(make)) });
    }

    pub fn recipes(self) -> Vec<Recipe> {
        self.recipes
    }
}

pub fn all() -> Vec<Recipe> {
    let mut list = List::new(Offered::Sound);
    mp3(&mut list);
    mp3_damaged(&mut list);
    wav(&mut list);
    wav_sizes(&mut list);
    m4a(&mut list);
    aac(&mut list);
    foreign(&mut list);
    list.recipes()
}

/// An ID3v2 tag with `size` bytes behind its ten.
pub fn id3(size: usize) -> Vec<u8> {
    let digit = |shift: usize| (size >> shift & 0x7F) as u8;
    let mut tag = vec![b'I', b'D', b'3', 3, 0, 0, digit(21), digit(14), digit(7), digit(0)];
    tag.resize(10 + size, 0);
    tag
}

/// Bytes without order, some of which look like the beginnings of frames.
pub fn junk(count: usize) -> Vec<u8> {
    let mut state = 0x9E37_79B9_u32;
    (0..count)
        .map(|index| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            if index % 97 == 0 { 0xFF } else { (state >> 24) as u8 }
        })
        .collect()
}

fn ape_tag() -> Vec<u8> {
    let item = b"\x05\0\0\0\0\0\0\0Title\0Voice";
    let block = |flags: u32| {
        let mut block = b"APETAGEX\xD0\x07\0\0".to_vec();
        block.extend_from_slice(&(item.len() as u32 + 32).to_le_bytes());
        block.extend_from_slice(&1_u32.to_le_bytes());
        block.extend_from_slice(&flags.to_le_bytes());
        block.extend_from_slice(&[0; 8]);
        block
    };
    [block(0xA000_0000), item.to_vec(), block(0x8000_0000)].concat()
}

/// A VBRI header frame in front of frames without any, as Fraunhofer's encoders write it.
fn vbri(frames: &[u8]) -> Vec<u8> {
    let count = (frames.len() as f64 * 8.0 * 44_100.0 / 48_000.0 / 1152.0).round() as u32;
    let mut frame = frames[..4].to_vec();
    frame[2] = 0x90 | frame[2] & 0x0F; // 128 kbit/s
    frame.resize(36, 0);
    frame.extend_from_slice(b"VBRI\0\x01\x09\x31\0\x4B");
    frame.extend_from_slice(&(frames.len() as u32 + 417).to_be_bytes());
    frame.extend_from_slice(&count.to_be_bytes());
    frame.resize(417 + usize::from(frame[2] >> 1 & 1), 0);
    [frame, frames.to_vec()].concat()
}

const PLAIN: &str = "cbr-noinfo-44100-2.mp3";

fn mp3(list: &mut List) {
    type Wrap = fn(Vec<u8>) -> Vec<u8>;
    let wraps: [(&str, Wrap); 14] = [
        ("megabytes-of-cover", |mp3| {
            let mut tag = id3(3 << 20);
            tag[2000..2000 + (1 << 20)].copy_from_slice(&junk(1 << 20));
            [tag, mp3].concat()
        }),
        ("two-tags", |mp3| [id3(1000), id3(70), mp3].concat()),
        ("zeros-behind-tag", |mp3| [id3(1000), vec![0; 5000], mp3].concat()),
        ("tag-says-too-little", |mp3| [id3(900)[..10].to_vec(), vec![1; 20_000], mp3].concat()),
        ("tag-says-too-much", |mp3| [id3(200)[..6].to_vec(), vec![0x7F; 4], vec![0; 190], mp3].concat()),
        ("tag-is-not-synchsafe", |mp3| [id3(200)[..6].to_vec(), vec![0, 0, 0, 0xC8], vec![0; 200], mp3].concat()),
        ("junk-first", |mp3| [junk(3001), mp3].concat()),
        ("zeros-first", |mp3| [vec![0; 40_000], mp3].concat()),
        ("headers-of-http-first", |mp3| {
            [b"HTTP/1.1 200 OK\r\nContent-Type: audio/mpeg\r\n\r\n".repeat(20), mp3].concat()
        }),
        ("ape-tag", |mp3| [mp3, ape_tag()].concat()),
        ("ape-and-id3v1", |mp3| [mp3, ape_tag(), b"TAG".to_vec(), vec![b' '; 125]].concat()),
        ("lyrics3", |mp3| {
            [mp3, b"LYRICSBEGININD0000200LYR00004la la000022LYRICS200TAG".to_vec(), vec![b' '; 125]].concat()
        }),
        ("junk-last", |mp3| [mp3, junk(2000)].concat()),
        ("zeros-last", |mp3| [mp3, vec![0; 3000]].concat()),
    ];
    for (name, wrap) in wraps {
        for (kind, of) in [("plain", PLAIN), ("vbr", "lame-v0.mp3")] {
            // Where ffmpeg gives up on what wraps the sound, the sound itself is the truth.
            let make = move |folder: &Folder| wrap(folder.read(of));
            list.add(&format!("{name}-{kind}.mp3"), Is("mp3"), Judge::Same(of), make);
        }
    }
    list.add("cut-frame-last.mp3", Is("mp3"), Judge::Ffmpeg, |folder| {
        let mp3 = folder.read(PLAIN);
        mp3[..mp3.len() - 60].to_vec()
    });
    for (name, of) in [("vbr", "long-vbr.mp3"), ("cbr", "long-cbr.mp3")] {
        list.add(&format!("header-counts-half-{name}.mp3"), Is("mp3"), Judge::Same(of), move |folder| {
            let mut mp3 = folder.read(of);
            let header = mp3.windows(4).position(|part| part == b"Xing" || part == b"Info").expect("it is there");
            let count = &mut mp3[header + 8..header + 12];
            let half = u32::from_be_bytes([count[0], count[1], count[2], count[3]]) / 2;
            count.copy_from_slice(&half.to_be_bytes());
            mp3
        });
    }
    list.add("vbri.mp3", Is("mp3"), Judge::Same(PLAIN), |folder| vbri(&folder.read(PLAIN)));
    list.add("junk-between.mp3", Is("mp3"), Judge::Ffmpeg, |folder| {
        let mp3 = folder.read(PLAIN);
        [&mp3[..9000], &junk(1500), &mp3[9000..]].concat()
    });
}

fn mp3_damaged(list: &mut List) {
    for (name, of, keep) in [("lame-v0", "lame-v0.mp3", 0.5), ("info", "320.mp3", 0.9), ("minute", "minute.mp3", 0.95)]
    {
        list.add(&format!("cut-{name}.mp3"), Corrupt, Judge::Ffmpeg, move |folder| cut(folder.read(of), keep));
    }
    list.add("vbri-cut.mp3", Corrupt, Judge::Ffmpeg, |folder| cut(vbri(&folder.read(PLAIN)), 0.6));
    for (name, of) in [("vbr", "long-vbr.mp3"), ("cbr", "long-cbr-noinfo.mp3")] {
        list.add(&format!("hole-{name}.mp3"), Corrupt, Judge::Ffmpeg, move |folder| {
            let mut mp3 = folder.read(of);
            let third = mp3.len() / 3;
            mp3[third..2 * third].fill(0);
            mp3
        });
    }
    list.add("mostly-zeros.mp3", Corrupt, Judge::Ffmpeg, |folder| {
        let mut mp3 = folder.read(PLAIN);
        let half = mp3.len() / 2;
        mp3[half..].fill(0);
        mp3
    });
    list.add("cut-without-header.mp3", Is("mp3"), Judge::Ffmpeg, |folder| cut(folder.read(PLAIN), 0.5));
}

pub fn cut(mut bytes: Vec<u8>, keep: f64) -> Vec<u8> {
    bytes.truncate((bytes.len() as f64 * keep) as usize);
    bytes
}

pub fn chunk(id: &[u8], body: &[u8]) -> Vec<u8> {
    let mut chunk = id.to_vec();
    chunk.extend_from_slice(&(body.len() as u32).to_le_bytes());
    chunk.extend_from_slice(body);
    if body.len() % 2 == 1 {
        chunk.push(0);
    }
    chunk
}

fn fmt(codec: u16, channels: u16, rate: u32, bits: u16) -> Vec<u8> {
    let block = channels * bits.div_ceil(8);
    let mut fmt = [codec.to_le_bytes(), channels.to_le_bytes()].concat();
    fmt.extend_from_slice(&rate.to_le_bytes());
    fmt.extend_from_slice(&(rate * u32::from(block)).to_le_bytes());
    fmt.extend_from_slice(&[block.to_le_bytes(), bits.to_le_bytes()].concat());
    chunk(b"fmt ", &fmt)
}

pub fn riff(size: u32, chunks: &[Vec<u8>]) -> Vec<u8> {
    let mut riff = b"RIFF".to_vec();
    riff.extend_from_slice(&size.to_le_bytes());
    riff.extend_from_slice(b"WAVE");
    riff.extend(chunks.concat());
    riff
}

/// Three seconds at 16 kHz, one channel.
fn pcm() -> Vec<u8> {
    junk(96_000)
}

fn wav(list: &mut List) {
    let format = || fmt(1, 1, 16_000, 16);
    list.add("odd-chunks.wav", Is("wav"), Judge::Ffmpeg, move |_| {
        riff(
            96_200,
            &[
                chunk(b"JUNK", &[0; 27]),
                format(),
                chunk(b"LIST", b"INFOx"),
                chunk(b"cue ", &[1; 9]),
                chunk(b"data", &pcm()),
            ],
        )
    });
    list.add("odd-chunk-unpadded.wav", Is("wav"), Judge::Sound(3.0, 16_000, 1), move |_| {
        let mut odd = chunk(b"note", &[b'x'; 27]);
        odd.pop();
        riff(96_200, &[format(), odd, chunk(b"data", &pcm())])
    });
    list.add("chunks-behind.wav", Is("wav"), Judge::Ffmpeg, move |_| {
        riff(96_200, &[format(), chunk(b"data", &pcm()), chunk(b"LIST", &[b'y'; 301]), chunk(b"id3 ", &id3(50))])
    });
    list.add("junk-behind.wav", Is("wav"), Judge::Ffmpeg, move |_| {
        [riff(96_036, &[format(), chunk(b"data", &pcm())]), junk(777)].concat()
    });
    list.add("two-data.wav", Is("wav"), Judge::Ffmpeg, move |_| {
        riff(200_000, &[format(), chunk(b"data", &pcm()), chunk(b"data", &pcm()[..32_000])])
    });
    list.add("megabyte-before.wav", Is("wav"), Judge::Ffmpeg, move |_| {
        riff(2_000_000, &[chunk(b"JUNK", &vec![0; 1 << 20]), format(), chunk(b"data", &pcm())])
    });
    list.add("wrong-block.wav", Is("wav"), Judge::Ffmpeg, move |_| {
        let mut format = fmt(1, 2, 16_000, 16);
        format[20] = 0;
        riff(96_036, &[format, chunk(b"data", &pcm())])
    });
    list.add("block-too-large.wav", Is("wav"), Judge::Ffmpeg, move |_| {
        let mut format = format();
        format[20] = 4;
        riff(96_036, &[format, chunk(b"data", &pcm())])
    });
    list.add("tag-first.wav", Corrupt, Judge::Ffmpeg, |folder| [id3(1000), folder.read("base.wav")].concat());
    list.add("short-of-a-sample.wav", Is("wav"), Judge::Ffmpeg, move |_| {
        riff(96_036, &[fmt(1, 2, 16_000, 24), chunk(b"data", &pcm()[..95_998])])
    });
    list.add("a-little-short.wav", Is("wav"), Judge::Ffmpeg, move |_| {
        let wav = riff(96_036, &[format(), chunk(b"data", &pcm())]);
        wav[..wav.len() - 200].to_vec()
    });
}

fn wav_sizes(list: &mut List) {
    let format = || fmt(1, 1, 16_000, 16);
    for (name, riff_size, data_size) in [
        ("zeros", 0, 0),
        ("ones", u32::MAX, u32::MAX),
        ("data-zero", 96_036, 0),
        ("data-ones", 96_036, u32::MAX),
        ("sox", 0x7FFF_F024, 0x7FFF_F000),
        ("arecord", 0x8000_0024, 0x8000_0000),
        ("two-gigabytes", 0x7FFF_FFFF, 0x7FFF_FFDB),
        ("unfinished", 0, 1 << 20),
        ("riff-only-wrong", 12, 96_000),
    ] {
        list.add(&format!("sizes-{name}.wav"), Is("wav"), Judge::Ffmpeg, move |_| {
            let mut data = chunk(b"data", &pcm());
            data[4..8].copy_from_slice(&u32::to_le_bytes(data_size));
            riff(riff_size, &[format(), data])
        });
    }
    for (name, keep) in [("half", 0.5), ("most", 0.9), ("header", 0.0002)] {
        list.add(&format!("cut-{name}.wav"), Corrupt, Judge::Ffmpeg, move |folder| cut(folder.read("base.wav"), keep));
    }
    for of in ["rf64.wav", "libmp3lame-44100-2.wav"] {
        list.add(&format!("cut-{of}"), Corrupt, Judge::Ffmpeg, move |folder| cut(folder.read(of), 0.6));
    }
    list.add("no-data.wav", Corrupt, Judge::Ffmpeg, move |_| riff(100, &[format(), chunk(b"LIST", &[0; 40])]));
    list.add("no-format.wav", Corrupt, Judge::Ffmpeg, |_| riff(100, &[chunk(b"data", &pcm())]));
    list.add("no-rate.wav", Corrupt, Judge::Ffmpeg, |_| riff(100, &[fmt(1, 1, 0, 16), chunk(b"data", &pcm())]));
    list.add("unknown-codec.wav", Expected::UnknownDuration, Judge::Ffmpeg, |_| {
        riff(100, &[fmt(0x4242, 1, 8000, 16), chunk(b"data", &pcm())])
    });
}

fn m4a(list: &mut List) {
    let front = "faststart-44100-2.m4a";
    for (name, of, keep) in [
        ("last-half", "aac-44100-2.m4a", 0.5),
        ("last-most", "aac-44100-2.m4a", 0.97),
        ("front-half", front, 0.5),
        ("front-most", front, 0.9),
        ("front-index", front, 0.01),
        ("fragments", "fragments-44100-2.m4a", 0.55),
    ] {
        list.add(&format!("cut-{name}.m4a"), Corrupt, Judge::Ffmpeg, move |folder| cut(folder.read(of), keep));
    }
    let moof = |m4a: &[u8], nth: usize| {
        m4a.windows(4).enumerate().filter(|(_, kind)| kind == b"moof").nth(nth).expect("it is there").0
    };
    for (name, behind) in [("in-a-fragment", 40), ("in-the-sound-of-a-fragment", -30)] {
        list.add(&format!("cut-{name}.m4a"), Corrupt, Judge::Ffmpeg, move |folder| {
            let m4a = folder.read("fragments-44100-2.m4a");
            m4a[..moof(&m4a, 4).wrapping_add_signed(behind)].to_vec()
        });
    }
    list.add("chromium-recorder.m4a", Is("m4a"), Judge::Ffmpeg, |_| fixture("chromium-recorder.m4a"));
    // QuickTime ends a list of user data with four zeros.
    list.add("ended-user-data.m4a", Is("m4a"), Judge::Ffmpeg, |folder| {
        let m4a = folder.read("aac-44100-2.m4a");
        let moov = m4a.windows(4).position(|kind| kind == b"moov").expect("it is there") - 4;
        let user_data = b"\0\0\0\x15udta\0\0\0\x09namex\0\0\0\0";
        let size = (m4a.len() - moov + user_data.len()) as u32;
        [&m4a[..moov], &size.to_be_bytes(), b"moov", user_data, &m4a[moov + 8..]].concat()
    });
    list.add("zeros-behind.m4a", Is("m4a"), Judge::Ffmpeg, move |folder| [folder.read(front), vec![0; 900]].concat());
    list.add("free-first.m4a", Is("m4a"), Judge::Ffmpeg, |folder| {
        let m4a = folder.read("fragments-44100-2.m4a");
        let ftyp = usize::from(m4a[3]);
        [&m4a[..ftyp], b"\0\0\x40\0free", &[0; 0x3FF8], &m4a[ftyp..]].concat()
    });
    list.add("encrypted.m4a", Foreign("protected-m4a"), Judge::Ffmpeg, move |folder| {
        renamed(folder.read(front), b"mp4a", b"enca")
    });
    list.add("amr.3gp", Foreign("3gp"), Judge::Ffmpeg, |folder| {
        renamed(folder.read("brand-3gp.m4a"), b"mp4a", b"samr")
    });
    list.add("no-sound.mp4", Foreign("mp4-silent"), Judge::Ffmpeg, move |folder| {
        renamed(folder.read(front), b"soun", b"text")
    });
}

/// Replaces the first occurrence.
pub fn renamed(mut bytes: Vec<u8>, from: &[u8], to: &[u8]) -> Vec<u8> {
    let at = bytes.windows(from.len()).position(|part| part == from).expect("it is there");
    bytes[at..at + to.len()].copy_from_slice(to);
    bytes
}

fn aac(list: &mut List) {
    let plain = "adts-44100-2.aac";
    list.add("junk-first.aac", Is("aac"), Judge::Same(plain), move |folder| [junk(2500), folder.read(plain)].concat());
    list.add("tag-first.aac", Is("aac"), Judge::Same(plain), move |folder| [id3(500_000), folder.read(plain)].concat());
    list.add("tag-last.aac", Is("aac"), Judge::Same(plain), move |folder| {
        [folder.read(plain), b"TAG".to_vec(), vec![b' '; 125]].concat()
    });
    list.add("cut.aac", Is("aac"), Judge::Ffmpeg, move |folder| cut(folder.read(plain), 0.6));
    for name in ["he-v1.aac", "he-v2.aac", "he-v1.m4a", "he-v1-compatible.m4a", "he-v1-implicit.m4a", "he-v2.m4a"] {
        let expected = Is(if name.ends_with("aac") { "aac" } else { "m4a" });
        list.add(name, expected, Judge::Ffmpeg, move |_| fixture(name));
    }
}

/// A file that no packaged tool makes, kept in the repository.
pub fn fixture(name: &str) -> Vec<u8> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/media/fixtures").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn foreign(list: &mut List) {
    let texts: [(&str, Expected, &[u8]); 10] = [
        ("page.html", Foreign("html"), b"<!DOCTYPE html>\n<html><head><title>404 Not Found</title></head></html>"),
        ("answer.json", Foreign("json"), b"{\"error\":{\"message\":\"not found\"}}"),
        ("notes.txt", Foreign("text"), b"These are notes, not a voice clip."),
        ("one-byte", Foreign("text"), b"a"),
        ("zeros", Unsupported, &[0; 5000]),
        ("voice.amr", Foreign("amr"), b"#!AMR\n\x3c\x48\xf5\x1f"),
        ("song.mid", Foreign("midi"), b"MThd\0\0\0\x06\0\x01\0\x02\x01\xe0MTrk"),
        ("adif.aac", Foreign("adif"), b"ADIF\x10\0\0\0\0\0\0\0\0\0\0"),
        ("archive.zip", Foreign("zip"), b"PK\x03\x04\x14\0\0\0\x08\0"),
        ("playlist.m3u8", Foreign("text"), b"#EXTM3U\n#EXT-X-VERSION:3\n"),
    ];
    for (name, expected, bytes) in texts {
        list.add(&format!("sound-{name}"), expected, Judge::Ffmpeg, move |_| bytes.to_vec());
    }
    for (name, foreign, of) in [
        ("photo.jpg", "jpeg", "300x300.jpg"),
        ("photo.png", "png", "rgb-8.png"),
        ("photo.webp", "webp", "f.webp"),
        ("photo.heic", "heic", "f.heic"),
    ] {
        list.add(&format!("sound-{name}"), Foreign(foreign), Judge::Ffmpeg, move |folder| folder.read(of));
    }
    list.add("tagged.flac", Foreign("flac"), Judge::Ffmpeg, |folder| [id3(200_000), folder.read("f.flac")].concat());
    // Layer I at 384 kbit/s and 48 kHz: twelve slots of four bytes a frame.
    list.add("layer-1.mp1", Foreign("mp1"), Judge::Ffmpeg, |_| {
        let mut frame = vec![0xFF, 0xFF, 0xC4, 0x00];
        frame.resize(384, 0);
        frame.repeat(40)
    });
    list.add("noise.bin", Unsupported, Judge::Ffmpeg, |_| junk(300_000));
}
