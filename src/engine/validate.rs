//! What is wrong with a file, in words and numbers that can be shown.

use super::input::title;
use super::limits::Limits;
use super::media::{AudioInfo, ImageInfo, ProbeError};
use super::problem::{Fact, Field, Problem, ProblemCode};
use super::text::{bytes as size, decimal};

/// The image formats that the service takes.
pub const IMAGE_FORMATS: &[&str] = &["jpeg", "png"];

/// The sound formats that the service takes.
pub const AUDIO_FORMATS: &[&str] = &["mp3", "wav", "m4a", "aac"];

/// How much is read at the most of a file that is refused for its size anyway, in bytes. Enough for what nearly all formats
/// tell of themselves.
pub const MOST_READ_OF_TOO_LARGE: usize = 1 << 20;

/// Checks the size of a file.
pub fn size_problem(field: Field, bytes: u64, limits: &Limits) -> Option<Problem> {
    let max = if field == Field::Image { limits.image_max_bytes } else { limits.audio_max_bytes };
    let actual = bytes as f64;
    (actual > max).then(|| {
        let (mut actual_text, mut max_text) = (size(actual), size(max));
        if actual_text == max_text {
            (actual_text, max_text) = (decimal(actual, 0) + " bytes", decimal(max, 0) + " bytes");
        }
        let message = title(field).to_owned() + " has " + &actual_text + "; at most " + &max_text + " are allowed.";
        Problem::new(field, ProblemCode::TooLarge, message).limit(Fact::Number(max)).actual(Fact::Number(actual))
    })
}

/// Checks the dimensions and the ratio of an image.
pub fn image_problems(info: &ImageInfo, limits: &Limits) -> Vec<Problem> {
    let mut problems = Vec::new();
    let (width, height) = (f64::from(info.width), f64::from(info.height));
    let (shorter, longer) = (width.min(height), width.max(height));
    let dimensions = decimal(width, 0) + " × " + &decimal(height, 0) + " pixels";
    if shorter < limits.image_min_side_pixels {
        let least = decimal(limits.image_min_side_pixels, 0);
        let message = String::from("The photo has ") + &dimensions + "; each side needs at least " + &least + ".";
        problems.push(
            Problem::new(Field::Image, ProblemCode::TooSmallDimensions, message)
                .limit(Fact::Number(limits.image_min_side_pixels))
                .actual(Fact::Number(shorter)),
        );
    }
    if longer > shorter * limits.image_max_aspect_ratio {
        let ratio = decimal(limits.image_max_aspect_ratio, 2);
        let message = String::from("The photo has ")
            + &dimensions
            + "; the longer side may be at most "
            + &ratio
            + " times the shorter one.";
        problems.push(
            Problem::new(Field::Image, ProblemCode::AspectRatio, message)
                .limit(Fact::Number(limits.image_max_aspect_ratio))
                .actual(Fact::Number(longer / shorter)),
        );
    }
    problems
}

/// Checks the length of a sound.
pub fn audio_problems(info: &AudioInfo, limits: &Limits) -> Option<Problem> {
    let seconds = info.duration_seconds;
    let (code, limit, words) = if seconds < limits.audio_min_seconds - limits.audio_tolerance_seconds {
        (ProblemCode::TooShort, limits.audio_min_seconds, " s; at least ")
    } else if seconds > limits.audio_max_seconds + limits.audio_tolerance_seconds {
        (ProblemCode::TooLong, limits.audio_max_seconds, " s; at most ")
    } else {
        return None;
    };
    let limit_text = decimal(limit, 2);
    let mut actual_text = decimal(seconds, 1);
    if actual_text == limit_text {
        actual_text = decimal(seconds, 3);
    }
    let message = String::from("The clip lasts ") + &actual_text + words + &limit_text + " s are allowed.";
    Some(Problem::new(Field::SoundFile, code, message).limit(Fact::Number(limit)).actual(Fact::Number(seconds)))
}

/// Says why a file could not be told what it is.
#[inline(never)]
pub fn probe_problem(field: Field, error: &ProbeError) -> Problem {
    let (formats, wanted) = match field {
        Field::Image => (IMAGE_FORMATS, "a JPEG or PNG image"),
        _ => (AUDIO_FORMATS, "MP3, WAV, M4A or AAC"),
    };
    let name = title(field);
    match error {
        ProbeError::Empty => Problem::new(field, ProblemCode::Empty, name.to_owned() + " is empty."),
        ProbeError::Read(_) => unreadable_problem(field),
        ProbeError::UnsupportedFormat { detected } => {
            let (what, actual) = match detected {
                Some(detected) => (String::from("This is ") + detected.phrase, detected.name),
                None => (String::from("This is no format that is known here"), "unknown"),
            };
            let message = what + "; " + &name.to_ascii_lowercase() + " must be " + wanted + ".";
            Problem::new(field, ProblemCode::UnsupportedFormat, message)
                .limit(Fact::Words(formats))
                .actual(Fact::Text(actual.to_owned()))
        }
        ProbeError::Corrupt { reason } => {
            let message = name.to_owned() + " is damaged or cut off: " + reason + ".";
            Problem::new(field, ProblemCode::Corrupt, message)
        }
        ProbeError::UnknownDuration { reason } => {
            let message = name.to_owned() + " does not tell how long it lasts: " + reason + ".";
            Problem::new(field, ProblemCode::UnknownDuration, message)
        }
    }
}

/// The problem of a file that the platform cannot read.
pub fn unreadable_problem(field: Field) -> Problem {
    let message = title(field).to_owned()
        + " cannot be read. It may be a folder, or have been moved or changed since it was chosen; choose it again.";
    Problem::new(field, ProblemCode::Corrupt, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::media::{AudioFormat, Detected, ImageFormat};

    fn image(width: u32, height: u32) -> ImageInfo {
        ImageInfo { format: ImageFormat::Jpeg, width, height, bytes: 1000 }
    }

    fn codes(width: u32, height: u32) -> Vec<&'static str> {
        image_problems(&image(width, height), &Limits::default()).iter().map(|problem| problem.code.name()).collect()
    }

    fn sound(seconds: f64, limits: &Limits) -> Option<Problem> {
        let info = AudioInfo {
            format: AudioFormat::Mp3,
            duration_seconds: seconds,
            sample_rate: 44_100,
            channels: 2,
            bytes: 1,
        };
        audio_problems(&info, limits)
    }

    #[test]
    fn image_limits_are_inclusive() {
        assert!(codes(300, 300).is_empty());
        assert!(codes(300, 750).is_empty());
        assert!(codes(750, 300).is_empty());
        assert_eq!(codes(300, 751), ["aspect_ratio"]);
        assert_eq!(codes(299, 400), ["too_small_dimensions"]);
        assert_eq!(codes(200, 900), ["too_small_dimensions", "aspect_ratio"]);
        assert_eq!(codes(0, 0), ["too_small_dimensions"]);
        let wide = image_problems(&image(900, 300), &Limits::default());
        assert_eq!((&wide[0].limit, &wide[0].actual), (&Some(Fact::Number(2.5)), &Some(Fact::Number(3.0))));
    }

    #[test]
    fn sound_lengths_are_inclusive_with_their_tolerance() {
        let limits = Limits::default();
        for seconds in [1.9, 2.0, 60.0, 60.09] {
            assert_eq!(sound(seconds, &limits), None, "{seconds}");
        }
        let long = sound(61.3, &limits).unwrap();
        assert_eq!(long.message, "The clip lasts 61.3 s; at most 60 s are allowed.");
        assert_eq!((long.code.name(), long.limit), ("too_long", Some(Fact::Number(60.0))));
        assert_eq!(sound(1.5, &limits).unwrap().code.name(), "too_short");
        let strict = Limits { audio_tolerance_seconds: 0.0, ..Limits::default() };
        assert_eq!(sound(60.02, &strict).unwrap().message, "The clip lasts 60.02 s; at most 60 s are allowed.");
        let kind = Limits { audio_max_seconds: 300.0, ..Limits::default() };
        assert_eq!(sound(299.0, &kind), None);
    }

    #[test]
    fn sizes_are_inclusive_and_told_apart_in_words() {
        let limits = Limits::default();
        assert_eq!(size_problem(Field::Image, 10_485_760, &limits), None);
        let over = size_problem(Field::Image, 10_485_761, &limits).unwrap();
        assert_eq!(over.message, "The photo has 10485761 bytes; at most 10485760 bytes are allowed.");
        let sound = size_problem(Field::SoundFile, 2_147_483_648, &limits).unwrap();
        assert_eq!(sound.message, "The sound file has 2048 MB; at most 5 MB are allowed.");
    }

    #[test]
    fn a_foreign_format_is_told_as_what_it_is() {
        let detected = Some(Detected { name: "webp", phrase: "a WebP image" });
        let problem = probe_problem(Field::Image, &ProbeError::UnsupportedFormat { detected });
        assert_eq!(problem.message, "This is a WebP image; the photo must be a JPEG or PNG image.");
        assert_eq!(problem.actual, Some(Fact::Text(String::from("webp"))));
    }
}
