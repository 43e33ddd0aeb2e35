//! The same files, decoded by symphonia: a second opinion that shares no code with ffmpeg or with the probes.

use std::fs::File;
use std::path::Path;

use symphonia::core::codecs::DecoderOptions;
use symphonia::core::formats::FormatOptions;
use symphonia::core::io::MediaSourceStream;
use symphonia::core::meta::MetadataOptions;
use symphonia::core::probe::Hint;

use crate::corpus::{Expected, Offered, corpus};
use crate::source::audio;

/// The length in seconds of what symphonia decodes, or `None` where it does not decode the file.
fn decoded_seconds(path: &Path) -> Option<f64> {
    let stream = MediaSourceStream::new(Box::new(File::open(path).ok()?), Default::default());
    let mut hint = Hint::new();
    hint.with_extension(path.extension()?.to_str()?);
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
    (samples > 0 && rate > 0).then(|| samples as f64 / f64::from(rate))
}

/// Files on which ffmpeg and the probes agree, and symphonia has another view.
const KNOWN: &[(&str, &str)] = &[
    ("vbr-noinfo-", "guesses the length of variable bit rates without a header, and stops there"),
    ("cbr-noinfo-11025-", "the same for padded frames"),
    ("long-vbr-noinfo.mp3", "the same"),
    ("long-and-", "stops at the length of the first part"),
    ("header-counts-half-", "takes a wrong header at its word"),
    ("lame-no-tag-vbr.mp3", "the same"),
    ("lame-crc.mp3", "does not find the header behind a check sum"),
    ("concatenated.mp3", "stops at the length of the first part"),
    ("two-rates.mp3", "stops at the length of the first part"),
    ("block-too-large.wav", "believes the block size, where ffmpeg, Chromium and Firefox do not"),
    ("two-data.wav", "plays the first data chunk, where ffmpeg plays the last"),
    ("he-v", "does not decode spectral band replication"),
];

#[test]
fn durations_agree_with_symphonia() {
    let mut off = Vec::new();
    let mut wrong = Vec::new();
    let (mut not_decoded, mut known) = (0, 0);
    for item in &corpus().items {
        if item.recipe.offered != Offered::Sound || !matches!(item.recipe.expected, Expected::Is(_)) {
            continue;
        }
        let (name, path): (&str, &Path) = (&item.recipe.name, &item.path);
        // It panics on some files that others play.
        let Some(theirs) = std::panic::catch_unwind(|| decoded_seconds(path)).unwrap_or_default() else {
            not_decoded += 1;
            continue;
        };
        if KNOWN.iter().any(|(start, _)| name.starts_with(start)) {
            known += 1;
            continue;
        }
        let ours = audio(&item.bytes()).0.expect("the corpus test says so");
        // It does not follow edit lists: what they take off at either end is at most a frame and the encoder's delay.
        let tolerance = if name.ends_with("m4a") { 0.05 + 2048.0 / f64::from(ours.sample_rate) } else { 0.05 };
        off.push((ours.duration_seconds - theirs).abs());
        if (ours.duration_seconds - theirs).abs() > tolerance {
            wrong.push(format!("{name}: {:.3} s, symphonia {theirs:.3} s", ours.duration_seconds));
        }
    }
    off.sort_by(f64::total_cmp);
    crate::say(&format!(
        "symphonia: {} files compared, {} of them within 0.05 s, median {:.4} s, worst {:.4} s; \
         {known} known to differ, {not_decoded} not decoded",
        off.len(),
        off.iter().filter(|off| **off <= 0.05).count(),
        off[off.len() / 2],
        off[off.len() - 1],
    ));
    assert!(off.len() > 200, "only {} files compared", off.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
