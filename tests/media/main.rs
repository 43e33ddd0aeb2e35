//! The media probes against files made by the tools that people use, against another decoder, and against damage.

mod audio_by_hand;
mod audio_recipes;
mod corpus;
mod damage;
mod differential;
mod image_by_hand;
mod image_recipes;
mod reading;
mod seeds;
mod source;
mod truth;
mod whole_corpus;

/// Prints past the test runner's capture, so that the figures show in every run.
pub fn say(line: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}
