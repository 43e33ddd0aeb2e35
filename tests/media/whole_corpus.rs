//! Every file of the corpus: the right format, dimensions and duration, or the right refusal.

use std::collections::BTreeMap;

use kling_avatar::engine::media::{AudioInfo, ImageInfo, ProbeError};

use crate::corpus::{Expected, Item, Offered, corpus};
use crate::source::{audio, image};
use crate::truth::Truth;

/// What the issue of durations asks for.
const MAX_SECONDS_OFF: f64 = 0.05;

#[derive(Default)]
struct Row {
    files: usize,
    right_answer: usize,
    right_measures: usize,
    seconds_off: Vec<f64>,
}

#[test]
fn every_file_is_told_for_what_it_is() {
    let mut rows: BTreeMap<&'static str, Row> = BTreeMap::new();
    let mut wrong = Vec::new();
    for item in &corpus().items {
        let row = rows.entry(kind(item.recipe.expected)).or_default();
        row.files += 1;
        match check(item, row) {
            Ok(()) => row.right_answer += 1,
            Err(problem) => wrong.push(format!("{}: {problem}", item.recipe.name)),
        }
    }
    crate::say(&table(&mut rows));
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

fn kind(expected: Expected) -> &'static str {
    match expected {
        Expected::Is(format) => format,
        Expected::Foreign(_) | Expected::Unsupported => "other formats",
        Expected::Corrupt => "damaged",
        Expected::UnknownDuration => "unknown length",
    }
}

fn check(item: &Item, row: &mut Row) -> Result<(), String> {
    let bytes = item.bytes();
    match item.recipe.offered {
        Offered::Image => check_answer(item, image(&bytes).0, |info| same_image(info, item.truth, row)),
        Offered::Sound => check_answer(item, audio(&bytes).0, |info| same_sound(info, item.truth, row)),
    }
}

fn check_answer<T: std::fmt::Debug>(
    item: &Item,
    answer: Result<T, ProbeError>,
    same: impl FnOnce(&T) -> Result<(), String>,
) -> Result<(), String> {
    let expected = item.recipe.expected;
    let detected = match &answer {
        Err(ProbeError::UnsupportedFormat { detected }) => Some(detected.map(|detected| detected.name)),
        _ => None,
    };
    let fits = match (expected, &answer) {
        (Expected::Is(_), Ok(info)) => return same(info),
        (Expected::Foreign(name), _) => detected == Some(Some(name)),
        (Expected::Unsupported, _) => detected == Some(None),
        (Expected::Corrupt, Err(ProbeError::Corrupt { .. })) => true,
        (Expected::UnknownDuration, Err(ProbeError::UnknownDuration { .. })) => true,
        _ => false,
    };
    if fits { Ok(()) } else { Err(format!("expected {expected:?}, got {answer:?}")) }
}

fn same_image(info: &ImageInfo, truth: Option<Truth>, row: &mut Row) -> Result<(), String> {
    let Some(Truth::Image { width, height }) = truth else { return Err("no truth".into()) };
    if (info.width, info.height) != (width, height) {
        return Err(format!("{} x {} instead of {width} x {height}", info.width, info.height));
    }
    row.right_measures += 1;
    Ok(())
}

fn same_sound(info: &AudioInfo, truth: Option<Truth>, row: &mut Row) -> Result<(), String> {
    let Some(Truth::Sound { seconds, rate, channels }) = truth else { return Err("no truth".into()) };
    let off = (info.duration_seconds - seconds).abs();
    row.seconds_off.push(off);
    if off > MAX_SECONDS_OFF {
        return Err(format!("{:.4} s instead of {seconds:.4} s", info.duration_seconds));
    }
    if (info.sample_rate, info.channels) != (rate, channels) && seconds > 0.0 {
        return Err(format!("{} Hz, {} channels instead of {rate}, {channels}", info.sample_rate, info.channels));
    }
    row.right_measures += 1;
    Ok(())
}

fn table(rows: &mut BTreeMap<&'static str, Row>) -> String {
    let mut text = String::from("\nkind            files  right type  right size/length  off by: median     worst\n");
    for (kind, row) in rows {
        row.seconds_off.sort_by(f64::total_cmp);
        let measures = if row.right_measures > 0 { row.right_measures.to_string() } else { String::from("-") };
        let off = match row.seconds_off.as_slice() {
            [] => String::new(),
            all => format!("{:.4} s  {:.4} s", all[all.len() / 2], all[all.len() - 1]),
        };
        text += &format!("{kind:<16}{:>5}{:>12}{measures:>19}         {off}\n", row.files, row.right_answer);
    }
    text
}
