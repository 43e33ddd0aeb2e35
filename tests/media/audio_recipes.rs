//! Sound files that tools make.

use crate::corpus::Expected::{Foreign, Is};
use crate::corpus::{Expected, Judge, Make, Offered, Recipe};

/// A test signal: a tone that comes and goes over noise, so that variable bit rates vary.
fn signal(seconds: f64, rate: u32, channels: u32) -> String {
    if seconds > 50.0 {
        return format!("-f lavfi -i sine=440:d={seconds}:r={rate} -ac {channels}");
    }
    if seconds > 20.0 {
        return format!(
            "-f lavfi -i \"sine=440:d={seconds}:r={rate},volume='0.1+mod(t,3)':eval=frame[a];\
            anoisesrc=d={seconds}:r={rate}:a=0.2:seed=7[b];[a][b]amix\" -ac {channels}"
        );
    }
    let tone = "0.4*sin(440*2*PI*t)*lt(mod(t\\,0.7)\\,0.4)+0.05*(random(0)-0.5)";
    let exprs = vec![tone; channels as usize].join("|");
    format!("-f lavfi -i \"aevalsrc='{exprs}':s={rate}:d={seconds}\"")
}

/// A length of its own for each rate, the same for every format, so that they can share a source.
fn seconds_at(rate: u32, channels: u32) -> f64 {
    2.0 + f64::from(rate) / 23_000.0 + 0.011 * f64::from(channels)
}

struct List(Vec<Recipe>);

impl List {
    fn push(&mut self, name: &str, expected: Expected, judge: Judge, stage: u8, make: Make) {
        self.0.push(Recipe { name: name.to_owned(), offered: Offered::Sound, expected, judge, stage, make });
    }

    fn shell(&mut self, name: &str, expected: Expected, judge: Judge, stage: u8, command: String) {
        self.push(name, expected, judge, stage, Make::Shell(command));
    }

    /// A file that ffmpeg encodes from the test signal.
    fn ffmpeg(&mut self, name: &str, expected: Expected, (seconds, rate, channels): (f64, u32, u32), options: &str) {
        let make = Make::Ffmpeg(signal(seconds, rate, channels), options.to_owned());
        self.push(name, expected, Judge::Ffmpeg, 0, make);
    }

    /// A file made from others of the corpus.
    fn derived(&mut self, name: &str, expected: Expected, command: &str) {
        self.shell(name, expected, Judge::Ffmpeg, 1, command.to_owned());
    }
}

pub fn all() -> Vec<Recipe> {
    let mut list = List(Vec::new());
    mp3(&mut list);
    wav(&mut list);
    m4a(&mut list);
    m4a_derived(&mut list);
    adts(&mut list);
    foreign(&mut list);
    list.0
}

fn mp3(list: &mut List) {
    let rates = [8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000];
    for rate in rates {
        for channels in [1, 2] {
            let seconds = seconds_at(rate, channels);
            let modes = [
                ("cbr", "-b:a 48k"),
                ("cbr-noinfo", "-b:a 48k -write_xing 0 -id3v2_version 0"),
                ("vbr", "-q:a 5"),
                ("vbr-noinfo", "-q:a 5 -write_xing 0"),
            ];
            for (mode, options) in modes {
                let name = format!("{mode}-{rate}-{channels}.mp3");
                list.ffmpeg(&name, Is("mp3"), (seconds, rate, channels), options);
            }
        }
    }
    let stereo = (5.2, 44100, 2);
    for (name, options) in [
        ("320.mp3", "-b:a 320k"),
        ("abr.mp3", "-b:a 128k -abr 1"),
        ("plain-stereo.mp3", "-b:a 128k -joint_stereo 0"),
        ("no-reservoir.mp3", "-b:a 128k -reservoir 0"),
        ("id3v1.mp3", "-b:a 128k -write_id3v1 1 -metadata title=Voice"),
        ("id3v23.mp3", "-b:a 128k -id3v2_version 3 -metadata title=Voice"),
        ("shine.mp3", "-c:a libshine -b:a 128k"),
    ] {
        list.ffmpeg(name, Is("mp3"), stereo, options);
    }
    list.ffmpeg("short.mp3", Is("mp3"), (0.1, 44100, 1), "-b:a 64k");
    list.ffmpeg("minute.mp3", Is("mp3"), (60.0, 44100, 2), "-b:a 128k");
    let long = (21.3, 44100, 2);
    for (name, options) in [
        ("long-cbr.mp3", "-b:a 192k"),
        ("long-cbr-noinfo.mp3", "-b:a 192k -write_xing 0 -id3v2_version 0"),
        ("long-cbr-noinfo-id3v1.mp3", "-b:a 160k -write_xing 0 -write_id3v1 1 -metadata title=Voice"),
        ("long-vbr.mp3", "-q:a 0"),
        ("long-vbr-id3v1.mp3", "-q:a 1 -write_id3v1 1 -metadata title=Voice"),
        ("long-vbr-noinfo.mp3", "-q:a 0 -write_xing 0"),
    ] {
        list.ffmpeg(name, Is("mp3"), long, options);
    }
    list.ffmpeg("base.wav", Is("wav"), (5.3, 44100, 2), "");
    list.ffmpeg("base-mono.wav", Is("wav"), (3.71, 22050, 1), "");
    for (name, options) in [
        ("lame-v0.mp3", "-V 0"),
        ("lame-v9.mp3", "-V 9"),
        ("lame-old-vbr.mp3", "--vbr-old -V 4"),
        ("lame-no-tag.mp3", "-t -b 96"),
        ("lame-no-tag-vbr.mp3", "-t -V 4"),
        ("lame-crc.mp3", "-p -b 128"),
        ("lame-mono.mp3", "-m m -b 64"),
        ("lame-8k.mp3", "--resample 8 -b 16"),
        ("lame-id3.mp3", "--add-id3v2 --pad-id3v2-size 200000 --tt Voice"),
        ("lame-id3v1.mp3", "--id3v1-only --tt Voice"),
    ] {
        list.derived(name, Is("mp3"), &format!("lame --quiet {options} base.wav {{out}}"));
    }
    for (name, options) in [("free-400.mp3", "-b 400"), ("free-200.mp3", "-b 200"), ("free-mono.mp3", "-m m -b 330")] {
        let command = format!("lame --quiet --freeformat {options} base.wav {{out}}");
        list.shell(name, Is("mp3"), Judge::Sox, 1, command);
    }
    list.derived("sox.mp3", Is("mp3"), "sox base.wav -C 128 {out}");
    list.derived("concatenated.mp3", Is("mp3"), "cat id3v1.mp3 lame-v0.mp3 > {out}");
    list.derived("long-and-short.mp3", Is("mp3"), "cat long-vbr.mp3 cbr-44100-2.mp3 > {out}");
    list.derived("long-and-long.mp3", Is("mp3"), "cat long-cbr-noinfo.mp3 long-vbr-noinfo.mp3 > {out}");
    list.derived("two-rates.mp3", Is("mp3"), "cat cbr-noinfo-44100-2.mp3 cbr-noinfo-48000-2.mp3 > {out}");
}

fn wav(list: &mut List) {
    let codecs = [
        "pcm_u8",
        "pcm_s16le",
        "pcm_s24le",
        "pcm_s32le",
        "pcm_s64le",
        "pcm_f32le",
        "pcm_f64le",
        "pcm_alaw",
        "pcm_mulaw",
        "adpcm_ms",
        "adpcm_ima_wav",
        "adpcm_yamaha",
        "libmp3lame -b:a 64k",
    ];
    for codec in codecs {
        for (rate, channels) in [(8000, 1), (44100, 2)] {
            let name = format!("{}-{rate}-{channels}.wav", codec.split(' ').next().unwrap_or(codec));
            list.ffmpeg(&name, Is("wav"), (3.37, rate, channels), &format!("-c:a {codec}"));
        }
    }
    let stereo = (2.9, 48000, 2);
    list.ffmpeg("six-channels.wav", Is("wav"), (2.5, 48000, 6), "");
    list.ffmpeg("24-bit-six-channels.wav", Is("wav"), (2.5, 48000, 6), "-c:a pcm_s24le");
    list.ffmpeg("rf64.wav", Is("wav"), stereo, "-rf64 always");
    list.ffmpeg("bext.wav", Is("wav"), stereo, "-write_bext 1 -metadata description=Voice");
    list.ffmpeg("peak.wav", Is("wav"), stereo, "-write_peak on");
    list.ffmpeg("g726.wav", Is("wav"), (2.9, 8000, 1), "-c:a g726");
    list.ffmpeg("g722.wav", Is("wav"), (2.9, 16000, 1), "-c:a g722");
    list.ffmpeg("ac3.wav", Is("wav"), stereo, "-c:a ac3");
    list.ffmpeg("silent-length.wav", Is("wav"), (0.0, 44100, 1), "");
    list.ffmpeg("96k.wav", Is("wav"), (2.5, 96000, 2), "");
    for (name, command) in [
        ("ffmpeg-pipe.wav", "ffmpeg -v error -i base.wav -f wav - | cat > {out}"),
        ("sox-pipe.wav", "cat base.wav | sox -t wav - -t wav - | cat > {out}"),
        ("sox-rifx.wav", "sox base.wav -B {out}"),
        ("sox-gsm.wav", "sox base-mono.wav -r 8000 -e gsm-full-rate {out}"),
        ("sox-ms.wav", "sox base.wav -e ms-adpcm {out}"),
        ("sox-ima.wav", "sox base.wav -e ima-adpcm {out}"),
        ("sox-ms-8k.wav", "sox base-mono.wav -r 8000 -e ms-adpcm {out}"),
        ("sox-ima-8k.wav", "sox base-mono.wav -r 8000 -e ima-adpcm {out}"),
        ("sox-mulaw.wav", "sox base-mono.wav -e mu-law {out}"),
        ("sox-extensible.wav", "sox base-mono.wav -b 24 {out}"),
        ("sox-u8.wav", "sox base-mono.wav -e unsigned -b 8 {out}"),
        ("sox-float.wav", "sox base-mono.wav -e float -b 32 {out}"),
        ("lame-decoded.wav", "lame --quiet -b 96 base.wav - | lame --quiet --decode --mp3input - {out}"),
    ] {
        list.derived(name, Is("wav"), command);
    }
}

fn m4a(list: &mut List) {
    let rates = [8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 96000];
    for rate in rates {
        for channels in [1, 2] {
            let of = (seconds_at(rate, channels), rate, channels);
            list.ffmpeg(&format!("aac-{rate}-{channels}.m4a"), Is("m4a"), of, "-c:a aac");
            list.ffmpeg(&format!("faststart-{rate}-{channels}.m4a"), Is("m4a"), of, "-c:a aac -movflags +faststart");
            let fragments = "-c:a aac -movflags empty_moov+default_base_moof -frag_duration 500000";
            list.ffmpeg(&format!("fragments-{rate}-{channels}.m4a"), Is("m4a"), of, fragments);
        }
    }
    let stereo = (4.3, 44100, 2);
    for (name, options) in [
        ("alac.m4a", "-c:a alac"),
        ("alac-24.m4a", "-c:a alac -sample_fmt s32p"),
        ("alac-fragments.m4a", "-c:a alac -movflags empty_moov -frag_duration 500000"),
        ("alac.mov", "-c:a alac"),
        ("brand-mp4.m4a", "-c:a aac -f mp4"),
        ("brand-ipod.m4a", "-c:a aac -f ipod"),
        ("brand-qt.m4a", "-c:a aac -f mov"),
        ("brand-3gp.m4a", "-c:a aac -f 3gp"),
        ("brand-ismv.m4a", "-c:a aac -f ismv"),
        ("delay-moov.m4a", "-c:a aac -movflags delay_moov+frag_every_frame"),
        ("dash.m4a", "-c:a aac -movflags dash -frag_duration 1000000"),
        ("hybrid-fragments.m4a", "-c:a aac -movflags frag_keyframe -frag_duration 1000000"),
        ("no-edit-list.m4a", "-c:a aac -use_editlist 0"),
        ("negative-cts.m4a", "-c:a aac -movflags negative_cts_offsets"),
        ("opus.m4a", "-c:a libopus -ar 48000 -f mp4"),
        ("flac.m4a", "-c:a flac -strict -2 -f mp4"),
        ("ac3.m4a", "-c:a ac3 -f mp4"),
        ("eac3.m4a", "-c:a eac3 -f mp4"),
        ("mp3.m4a", "-c:a libmp3lame -f mp4"),
        ("metadata.m4a", "-c:a aac -metadata title=Voice -metadata comment=Something"),
    ] {
        list.ffmpeg(name, Is("m4a"), stereo, options);
    }
    list.ffmpeg("aac-5.1.m4a", Is("m4a"), (2.5, 48000, 6), "-c:a aac");
    list.ffmpeg("alac-5.1.m4a", Is("m4a"), (2.5, 48000, 6), "-c:a alac");
    list.ffmpeg("minute.m4a", Is("m4a"), (60.0, 48000, 2), "-c:a aac -b:a 96k");
    list.ffmpeg("pcm.mov", Foreign("mov"), stereo, "-c:a pcm_s16le");
    let video =
        format!("ffmpeg -v error -y -f lavfi -i testsrc=size=320x240:rate=10:duration=2 {}", signal(2.0, 44100, 2));
    for (name, foreign, options) in [
        ("video.mp4", "mp4-video", "-c:v mpeg4 -c:a aac"),
        ("video-fragments.mp4", "mp4-video", "-c:v mpeg4 -c:a aac -movflags empty_moov+frag_keyframe"),
        ("video-only.mp4", "mp4-video", "-map 0:v -c:v mpeg4"),
        ("video.mov", "mov", "-c:v mpeg4 -c:a aac"),
        ("video.3gp", "3gp", "-c:v h263 -s 352x288 -c:a aac"),
    ] {
        list.shell(name, Foreign(foreign), Judge::Ffmpeg, 0, format!("{video} {options} {{out}}"));
    }
}

fn m4a_derived(list: &mut List) {
    let picture = "-f lavfi -i testsrc=size=600x600:duration=0.04:rate=25";
    let chapters = "printf ';FFMETADATA1\\n[CHAPTER]\\nTIMEBASE=1/1000\\nSTART=0\\nEND=1000\\ntitle=One\\n\
        [CHAPTER]\\nTIMEBASE=1/1000\\nSTART=1000\\nEND=4000\\ntitle=Two\\n'";
    let ffmpeg = "ffmpeg -v error -y";
    for (name, command) in [
        (
            "cover.m4a",
            format!(
                "{ffmpeg} -i aac-44100-2.m4a {picture} -map 0:a -map 1:v -c:a copy -c:v png -disposition:v attached_pic {{out}}"
            ),
        ),
        (
            "cover-track.m4a",
            format!(
                "{ffmpeg} -i aac-44100-2.m4a {picture} -map 0:a -map 1:v -c:a copy -c:v mjpeg -pix_fmt yuvj420p -frames:v 1 -f mp4 {{out}}"
            ),
        ),
        (
            "cover-front.m4a",
            format!(
                "{ffmpeg} -i aac-44100-2.m4a {picture} -map 0:a -map 1:v -c:a copy -c:v png -disposition:v attached_pic -movflags faststart {{out}}"
            ),
        ),
        ("chapters.m4a", format!("{chapters} | {ffmpeg} -i aac-44100-2.m4a -i - -map_metadata 1 -c copy {{out}}")),
        ("edit-in.m4a", format!("{ffmpeg} -ss 1.53 -i aac-44100-2.m4a -c copy {{out}}")),
        ("edit-in-16k.m4a", format!("{ffmpeg} -ss 1.21 -i aac-16000-1.m4a -c copy {{out}}")),
        ("edit-out.m4a", format!("{ffmpeg} -t 2.07 -i aac-44100-2.m4a -c copy {{out}}")),
        ("delayed.m4a", format!("{ffmpeg} -itsoffset 0.7 -i aac-44100-2.m4a -c copy {{out}}")),
        ("from-adts.m4a", format!("{ffmpeg} -i adts-44100-2.aac -c copy {{out}}")),
        ("remuxed-fragments.m4a", format!("{ffmpeg} -i fragments-44100-2.m4a -c copy {{out}}")),
    ] {
        list.derived(name, Is("m4a"), &command);
    }
}

fn adts(list: &mut List) {
    let rates = [8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 64000, 88200, 96000];
    for rate in rates {
        for channels in [1, 2] {
            let of = (seconds_at(rate, channels), rate, channels);
            list.ffmpeg(&format!("adts-{rate}-{channels}.aac"), Is("aac"), of, "-c:a aac");
        }
    }
    let stereo = (4.3, 44100, 2);
    list.ffmpeg("id3.aac", Is("aac"), stereo, "-c:a aac -write_id3v2 1 -metadata title=Voice");
    list.ffmpeg("ape.aac", Is("aac"), stereo, "-c:a aac -write_apetag 1 -metadata title=Voice");
    list.ffmpeg("mpeg2.aac", Is("aac"), stereo, "-c:a aac -write_mpeg2 1");
    list.ffmpeg("minute.aac", Is("aac"), (60.0, 44100, 2), "-c:a aac -b:a 128k");
    list.ffmpeg("5.1.aac", Is("aac"), (2.5, 48000, 6), "-c:a aac");
    list.ffmpeg("3ch.aac", Is("aac"), (2.5, 48000, 3), "-c:a aac");
    list.ffmpeg("pce.aac", Is("aac"), (2.5, 48000, 2), "-c:a aac -aac_pce 1");
    list.ffmpeg("pce-5.1.aac", Is("aac"), (2.5, 48000, 6), "-c:a aac -aac_pce 1");
    list.derived("concatenated.aac", Is("aac"), "cat adts-44100-2.aac id3.aac > {out}");
}

fn foreign(list: &mut List) {
    let stereo = (2.2, 48000, 2);
    for (name, foreign, options) in [
        ("f.flac", "flac", ""),
        ("f.opus", "ogg-opus", "-c:a libopus"),
        ("f.ogg", "ogg-vorbis", "-c:a libvorbis"),
        ("f-flac.oga", "ogg-flac", "-c:a flac -f ogg"),
        ("f-speex.ogg", "ogg-speex", "-ar 16000 -ac 1 -c:a libspeex"),
        ("f.webm", "webm", "-c:a libopus"),
        ("f.mka", "matroska", "-c:a aac"),
        ("f.mp2", "mp2", "-c:a mp2"),
        ("f.aiff", "aiff", ""),
        ("f.caf", "caf", ""),
        ("f.w64", "w64", ""),
        ("f.au", "au", ""),
        ("f.wma", "wma", "-c:a wmav2"),
        ("f.ac3", "ac3", "-c:a ac3"),
        ("f.eac3", "ac3", "-c:a eac3"),
        ("f.dts", "dts", "-c:a dca -strict -2"),
        ("f.wv", "wavpack", ""),
        ("f.ts", "mpeg-ts", "-c:a aac"),
        ("f.avi", "avi", "-c:a libmp3lame"),
        ("f.flv", "flv", "-ar 44100 -c:a libmp3lame"),
        ("f.latm", "loas", "-c:a aac -f latm"),
    ] {
        list.ffmpeg(name, Foreign(foreign), stereo, options);
    }
    list.derived("flac-tool.flac", Foreign("flac"), "flac -s -o {out} base.wav");
}
