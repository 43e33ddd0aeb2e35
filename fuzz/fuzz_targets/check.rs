//! What holds for every input: an answer, a bounded number of reads, and no made-up figures.

#[path = "../../tests/media/source.rs"]
mod source;

use kling_avatar::engine::media::ProbeError;
use source::{assert_bounded, audio, image};

#[allow(dead_code, reason = "each target uses one")]
pub fn check_image(bytes: &[u8]) {
    let (answer, reads) = image(bytes);
    assert_bounded(reads, bytes.len());
    match answer {
        Ok(info) => assert!(info.width > 0 && info.height > 0 && info.bytes == bytes.len() as u64),
        Err(error) => check_error(&error),
    }
}

#[allow(dead_code, reason = "each target uses one")]
pub fn check_audio(bytes: &[u8]) {
    let (answer, reads) = audio(bytes);
    assert_bounded(reads, bytes.len());
    match answer {
        Ok(info) => {
            assert!(info.duration_seconds.is_finite() && info.duration_seconds >= 0.0, "{info:?}");
            assert!(info.sample_rate > 0 && info.channels > 0 && info.bytes == bytes.len() as u64, "{info:?}");
        }
        Err(error) => check_error(&error),
    }
}

fn check_error(error: &ProbeError) {
    assert!(!matches!(error, ProbeError::Read(_)), "a read past the end");
}

/// The input with its beginning replaced, so that it always reaches the probe in question.
#[allow(dead_code, reason = "not every format has a fixed beginning")]
pub fn beginning_with(beginning: &[u8], at: usize, bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    if let Some(part) = bytes.get_mut(at..at + beginning.len()) {
        part.copy_from_slice(beginning);
    }
    bytes
}
