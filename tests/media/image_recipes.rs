//! Images that tools make.

use crate::corpus::Expected::{Foreign, Is, Unsupported};
use crate::corpus::{Expected, Judge, Make, Offered, Recipe};

fn image(name: &str, expected: Expected, judge: Judge, stage: u8, command: String) -> Recipe {
    Recipe { name: name.to_owned(), offered: Offered::Image, expected, judge, stage, make: Make::Shell(command) }
}

fn plasma(size: &str, options: &str) -> String {
    format!("convert -seed 7 -size {size} plasma:tomato-steelblue {options} {{out}}")
}

fn noise(size: &str, options: &str) -> String {
    format!("convert -seed 7 -size {size} xc:tomato +noise Random {options} {{out}}")
}

pub fn all() -> Vec<Recipe> {
    let mut list = jpeg();
    list.extend(png());
    list.extend(foreign());
    list
}

fn jpeg() -> Vec<Recipe> {
    let mut list = Vec::new();
    let mut push = |name: &str, judge, command| list.push(image(name, Is("jpeg"), judge, 0, command));
    for size in ["300x300", "301x733", "1x1", "8x4000", "1920x1080"] {
        push(&format!("{size}.jpg"), Judge::Ffmpeg, plasma(size, ""));
        push(&format!("{size}-progressive.jpg"), Judge::Ffmpeg, plasma(size, "-interlace JPEG"));
    }
    push("gray.jpg", Judge::Ffmpeg, plasma("640x480", "-colorspace Gray"));
    push("gray-progressive.jpg", Judge::Ffmpeg, plasma("640x480", "-colorspace Gray -interlace JPEG"));
    push("cmyk.jpg", Judge::Identify, plasma("640x480", "-colorspace CMYK"));
    push("cmyk-progressive.jpg", Judge::Identify, plasma("640x480", "-colorspace CMYK -interlace JPEG"));
    push("444.jpg", Judge::Ffmpeg, plasma("640x480", "-sampling-factor 4:4:4 -quality 100"));
    push("422.jpg", Judge::Ffmpeg, plasma("640x480", "-sampling-factor 4:2:2 -quality 20"));
    push("rgb.jpg", Judge::Identify, plasma("640x480", "-define jpeg:colorspace=RGB -colorspace sRGB"));
    push("comment.jpg", Judge::Ffmpeg, plasma("640x480", "-set comment Portrait"));
    push("mjpeg.jpg", Judge::Ffmpeg, "ffmpeg -v error -y -f lavfi -i testsrc=size=640x480 -frames:v 1 {out}".into());
    // A photo of about the largest size that is allowed.
    push("ten-megabytes.jpg", Judge::Ffmpeg, noise("2100x1800", "-quality 92 -sampling-factor 4:4:4"));
    list
}

fn png() -> Vec<Recipe> {
    let mut list = Vec::new();
    let mut push = |name: &str, command| list.push(image(name, Is("png"), Judge::Ffmpeg, 0, command));
    for (name, options) in [
        ("gray-1.png", "-colorspace Gray -define png:color-type=0 -define png:bit-depth=1"),
        ("gray-2.png", "-colorspace Gray -posterize 4 -define png:color-type=0 -define png:bit-depth=2"),
        ("gray-4.png", "-colorspace Gray -define png:color-type=0 -define png:bit-depth=4"),
        ("gray-8.png", "-colorspace Gray -define png:color-type=0 -define png:bit-depth=8"),
        ("gray-16.png", "-colorspace Gray -define png:color-type=0 -define png:bit-depth=16"),
        ("rgb-8.png", "-define png:color-type=2 -define png:bit-depth=8"),
        ("rgb-16.png", "-define png:color-type=2 -define png:bit-depth=16"),
        ("palette-1.png", "-colors 2 -define png:color-type=3 -define png:bit-depth=1"),
        ("palette-4.png", "-colors 16 -define png:color-type=3 -define png:bit-depth=4"),
        ("palette-8.png", "-colors 200 -define png:color-type=3 -define png:bit-depth=8"),
        ("gray-alpha-8.png", "-colorspace Gray -alpha set -define png:color-type=4 -define png:bit-depth=8"),
        ("rgba-8.png", "-alpha set -define png:color-type=6 -define png:bit-depth=8"),
        ("rgba-16.png", "-alpha set -define png:color-type=6 -define png:bit-depth=16"),
        ("interlaced.png", "-interlace PNG"),
    ] {
        push(name, plasma("641x479", options));
    }
    push("one-pixel.png", plasma("1x1", ""));
    push("wide.png", plasma("4000x3", ""));
    push("animated.png", "ffmpeg -v error -y -f lavfi -i testsrc=size=320x300:rate=5:duration=1 -f apng {out}".into());
    push("ffmpeg.png", "ffmpeg -v error -y -f lavfi -i testsrc=size=640x480 -frames:v 1 {out}".into());
    push("ten-megabytes.png", noise("1800x1800", "-depth 8 -define png:compression-level=1"));
    list
}

fn foreign() -> Vec<Recipe> {
    let mut list = Vec::new();
    let small = |options: &str| plasma("64x64", options);
    for (name, foreign, command) in [
        ("f.webp", "webp", small("")),
        ("f-lossless.webp", "webp", small("-define webp:lossless=true")),
        ("f.gif", "gif", small("")),
        ("f-animated.gif", "gif", "convert -size 32x32 xc:red xc:blue -loop 0 {out}".into()),
        ("f.bmp", "bmp", small("")),
        ("f-old.bmp", "bmp", "convert -size 64x64 xc:red BMP2:{out}".into()),
        ("f-little.tiff", "tiff", small("-endian LSB")),
        ("f-big.tiff", "tiff", small("-endian MSB")),
        ("f.ico", "ico", small("")),
        ("f.psd", "psd", small("")),
        ("f.jp2", "jp2", small("")),
        ("f.heic", "heic", small("")),
        ("f.avif", "avif", small("")),
        ("f.jxl", "jxl", "ffmpeg -v error -y -f lavfi -i testsrc=size=64x64 -frames:v 1 {out}".into()),
        (
            "f-image.mp4",
            "mp4-video",
            "ffmpeg -v error -y -f lavfi -i testsrc=size=64x64:duration=1 -c:v mpeg4 {out}".into(),
        ),
    ] {
        list.push(image(name, Foreign(foreign), Judge::Identify, 0, command));
    }
    list.push(image("f.tga", Unsupported, Judge::Identify, 0, small("")));
    list
}
