//! What is true of a file, found by decoding it.

use std::path::Path;
use std::process::Command;

use crate::corpus::{Expected, Judge, Recipe};

#[derive(Debug, Clone, Copy)]
pub enum Truth {
    Sound { seconds: f64, rate: u32, channels: u16 },
    Image { width: u32, height: u32 },
}

impl Truth {
    pub fn to_line(self) -> String {
        match self {
            Self::Sound { seconds, rate, channels } => format!("{seconds:.6}\t{rate}\t{channels}"),
            Self::Image { width, height } => format!("{width}\t{height}"),
        }
    }

    pub fn from_line(line: &str) -> Self {
        let numbers: Vec<f64> = line.split('\t').map(|word| word.parse().expect("a number")).collect();
        match numbers[..] {
            [seconds, rate, channels] => Self::Sound { seconds, rate: rate as u32, channels: channels as u16 },
            [width, height] => Self::Image { width: width as u32, height: height as u32 },
            _ => panic!("not a truth: {line}"),
        }
    }
}

/// Decodes the file where it is one that must be accepted.
pub fn establish(path: &Path, recipe: &Recipe) -> Option<Truth> {
    let Expected::Is(format) = recipe.expected else { return None };
    let is_image = matches!(format, "jpeg" | "png");
    Some(match recipe.judge {
        Judge::Sound(seconds, rate, channels) => Truth::Sound { seconds, rate, channels },
        Judge::Image(width, height) => Truth::Image { width, height },
        Judge::Sox => by_sox(path),
        Judge::Identify => by_identify(path),
        Judge::Ffmpeg => by_ffmpeg(path, is_image),
        Judge::Same(other) => by_ffmpeg(&path.with_file_name(other), is_image),
    })
}

fn run(program: &str, args: &[&str]) -> String {
    let output = Command::new(program).args(args).output().expect("the decoder runs");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Decodes with ffmpeg, and counts the samples or measures the first picture that come out.
fn by_ffmpeg(path: &Path, is_image: bool) -> Truth {
    let name = path.to_str().expect("an ASCII path");
    let stream: &[&str] =
        if is_image { &["-map", "0:v:0", "-frames:v", "1"] } else { &["-map", "0:a:0", "-c:a", "pcm_s16le"] };
    let mut args = vec!["-v", "error", "-noautorotate", "-i", name];
    args.extend_from_slice(stream);
    args.extend_from_slice(&["-f", "framecrc", "-"]);
    let text = run("ffmpeg", &args);
    let header = |key: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(key));
        line.unwrap_or_else(|| panic!("{name}: ffmpeg did not decode it: {text}")).trim()
    };
    if is_image {
        let (width, height) = header("#dimensions 0:").split_once('x').expect("width and height");
        return Truth::Image { width: width.parse().unwrap(), height: height.parse().unwrap() };
    }
    let rate: u32 = header("#sample_rate 0:").parse().expect("a rate");
    let (mut samples, mut bytes) = (0_u64, 0_u64);
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let columns: Vec<&str> = line.split(',').map(str::trim).collect();
        samples += columns[3].parse::<u64>().expect("a duration");
        bytes += columns[4].parse::<u64>().expect("a size");
    }
    let channels = if samples == 0 { 0 } else { bytes / 2 / samples };
    Truth::Sound { seconds: samples as f64 / f64::from(rate), rate, channels: channels as u16 }
}

fn by_sox(path: &Path) -> Truth {
    let name = path.to_str().expect("an ASCII path");
    let number = |flag: &str| run("sox", &["--info", flag, name]).trim().parse::<f64>().expect("a number");
    let (rate, channels) = (number("-r"), number("-c"));
    let output = Command::new("sox").args([name, "-t", "s16", "-"]).output().expect("sox runs");
    let samples = output.stdout.len() as f64 / 2.0 / channels;
    Truth::Sound { seconds: samples / rate, rate: rate as u32, channels: channels as u16 }
}

fn by_identify(path: &Path) -> Truth {
    let name = format!("{}[0]", path.to_str().expect("an ASCII path"));
    let text = run("identify", &["-format", "%w %h", &name]);
    let (width, height) = text.trim().split_once(' ').expect("width and height");
    Truth::Image { width: width.parse().unwrap(), height: height.parse().unwrap() }
}
