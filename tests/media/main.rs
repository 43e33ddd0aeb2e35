//! The media probes against files made by the tools that people use, against the formats' specifications field by field,
//! against another decoder, and against damage.

mod aac_by_spec;
mod audio_by_hand;
mod audio_recipes;
mod corpus;
mod damage;
mod differential;
mod frames_by_spec;
mod image_by_hand;
mod image_recipes;
mod images_by_spec;
mod m4a;
mod m4a_by_spec;
mod names_by_spec;
mod reading;
mod seeds;
mod source;
mod truth;
mod wav_by_spec;
mod whole_corpus;

/// Prints past the test runner's capture, so that the figures show in every run.
pub fn say(line: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}
