//! What is true of a file, found by decoding it.

use std::fs;
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

/// Decodes the files of these recipes, which are all to be accepted.
pub fn establish(folder: &Path, recipes: &[&Recipe]) -> Vec<Truth> {
    let by_ffmpeg: Vec<(&str, bool)> = recipes
        .iter()
        .filter_map(|recipe| match recipe.judge {
            Judge::Ffmpeg => Some((recipe.name.as_str(), is_image(recipe))),
            Judge::Same(other) => Some((other, is_image(recipe))),
            _ => None,
        })
        .collect();
    let mut decoded = decode(folder, &by_ffmpeg).into_iter();
    recipes
        .iter()
        .map(|recipe| match recipe.judge {
            Judge::Sound(seconds, rate, channels) => Truth::Sound { seconds, rate, channels },
            Judge::Image(width, height) => Truth::Image { width, height },
            Judge::Sox => by_sox(&folder.join(&recipe.name)),
            Judge::Identify => by_identify(&folder.join(&recipe.name)),
            Judge::Ffmpeg | Judge::Same(_) => decoded.next().expect("every file was decoded"),
        })
        .collect()
}

fn is_image(recipe: &Recipe) -> bool {
    matches!(recipe.expected, Expected::Is("jpeg" | "png"))
}

fn run(program: &str, args: &[&str]) -> String {
    let output = Command::new(program).args(args).output().expect("the decoder runs");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Decodes with ffmpeg, one process for all, and measures what comes out of each file.
fn decode(folder: &Path, files: &[(&str, bool)]) -> Vec<Truth> {
    let thread = std::thread::current().id();
    let scratch = |index: usize| folder.join(format!("{thread:?}-{index}.crc"));
    let mut command = Command::new("ffmpeg");
    command.args(["-v", "error", "-y"]).current_dir(folder);
    for (name, _) in files {
        command.args(["-noautorotate", "-i", name]);
    }
    for (index, (_, is_image)) in files.iter().enumerate() {
        if *is_image {
            command.args(["-map", &format!("{index}:v:0"), "-frames:v", "1"]);
        } else {
            command.args(["-map", &format!("{index}:a:0"), "-c:a", "pcm_s16le"]);
        }
        command.args(["-f", "framecrc"]).arg(scratch(index));
    }
    let output = command.output().expect("ffmpeg runs");
    let measured = files.iter().enumerate().map(|(index, (name, is_image))| {
        let text = fs::read_to_string(scratch(index)).unwrap_or_default();
        let _ = fs::remove_file(scratch(index));
        measure(&text, *is_image).unwrap_or_else(|| panic!("{name}: {}", String::from_utf8_lossy(&output.stderr)))
    });
    measured.collect()
}

/// Counts the samples or measures the first picture in what ffmpeg lists of its output.
fn measure(text: &str, is_image: bool) -> Option<Truth> {
    let header = |key: &str| text.lines().find_map(|line| line.strip_prefix(key)).map(str::trim);
    if is_image {
        let (width, height) = header("#dimensions 0:")?.split_once('x')?;
        return Some(Truth::Image { width: width.parse().ok()?, height: height.parse().ok()? });
    }
    let rate: u32 = header("#sample_rate 0:")?.parse().ok()?;
    let (mut samples, mut bytes) = (0_u64, 0_u64);
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let columns: Vec<&str> = line.split(',').map(str::trim).collect();
        samples += columns.get(3)?.parse::<u64>().ok()?;
        bytes += columns.get(4)?.parse::<u64>().ok()?;
    }
    let channels = bytes.checked_div(samples * 2).unwrap_or_default();
    Some(Truth::Sound { seconds: samples as f64 / f64::from(rate), rate, channels: channels as u16 })
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
