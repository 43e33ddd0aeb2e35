//! The same files, decoded by symphonia: a second opinion that shares no code with ffmpeg or with the probes.

use std::fs::File;

use symphonia::core::codecs::DecoderOptions;
use symphonia::core::formats::FormatOptions;
use symphonia::core::io::MediaSourceStream;
use symphonia::core::meta::MetadataOptions;
use symphonia::core::probe::Hint;

use crate::corpus::{Expected, Item, Offered, corpus};
use crate::source::audio;

/// The length in seconds of what symphonia decodes, or `None` where it does not decode the file.
fn decoded_seconds(item: &Item) -> Option<f64> {
    let stream = MediaSourceStream::new(Box::new(File::open(&item.path).ok()?), Default::default());
    let mut hint = Hint::new();
    hint.with_extension(item.path.extension()?.to_str()?);
    let options = FormatOptions { enable_gapless: true, ..Default::default() };
    let probed = symphonia::default::get_probe().format(&hint, stream, &options, &MetadataOptions::default()).ok()?;
    let mut format = probed.format;
    let track = format.default_track()?;
    let (id, rate) = (track.id, track.codec_params.sample_rate?);
    let mut decoder = symphonia::default::get_codecs().make(&track.codec_params, &DecoderOptions::default()).ok()?;
    let mut samples = 0_u64;
    while let Ok(packet) = format.next_packet() {
        if packet.track_id() == id {
            samples += decoder.decode(&packet).map_or(0, |buffer| buffer.frames() as u64);
        }
    }
    (samples > 0).then(|| samples as f64 / f64::from(rate))
}

#[test]
fn durations_agree_with_symphonia() {
    let mut off = Vec::new();
    let mut not_decoded = 0;
    for item in &corpus().items {
        if item.recipe.offered != Offered::Sound || !matches!(item.recipe.expected, Expected::Is(_)) {
            continue;
        }
        match decoded_seconds(item) {
            Some(seconds) => {
                let ours = audio(&item.bytes()).0.map_or(f64::INFINITY, |info| info.duration_seconds);
                off.push(((ours - seconds).abs(), &item.recipe.name, ours, seconds));
            }
            None => not_decoded += 1,
        }
    }
    off.sort_by(|a, b| a.0.total_cmp(&b.0));
    let within = off.iter().filter(|(off, ..)| *off <= 0.05).count();
    crate::say(&format!(
        "symphonia: {} files decoded, {within} of them within 0.05 s of the probes, median {:.4} s; {not_decoded} not decoded",
        off.len(),
        off[off.len() / 2].0,
    ));
    for (off, name, ours, theirs) in off.iter().filter(|(off, ..)| *off > 0.05) {
        crate::say(&format!("  {name}: {ours:.3} s, symphonia {theirs:.3} s ({off:.3})"));
    }
}
