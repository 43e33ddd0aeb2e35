//! The documented limits, as data that a caller can override.

/// The limits of the service. Sizes are bytes, lengths seconds, dimensions pixels, texts Unicode code points.
///
/// Source: CometAPI's Kling Avatar and TTS pages. They say "10 MB" and "5 MB" without saying which megabyte; the
/// binary one is taken.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Limits {
    /// The largest image file, in bytes. Default 10 485 760.
    pub image_max_bytes: f64,
    /// The shorter side of the image, in pixels. Default 300.
    pub image_min_side_pixels: f64,
    /// The longer side divided by the shorter one. Default 2.5, itself allowed.
    pub image_max_aspect_ratio: f64,
    /// The largest sound file, in bytes. Default 5 242 880.
    pub audio_max_bytes: f64,
    /// The shortest sound, in seconds. Default 2, itself allowed.
    pub audio_min_seconds: f64,
    /// The longest sound, in seconds. Default 60, itself allowed.
    pub audio_max_seconds: f64,
    /// How far a sound may lie outside the two lengths above, in seconds, because containers round. Default 0.1.
    pub audio_tolerance_seconds: f64,
    /// The longest prompt, in Unicode code points. Default 2500.
    pub prompt_max_characters: f64,
    /// The longest text to be spoken, in Unicode code points. Default 1000.
    pub speech_text_max_characters: f64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            image_max_bytes: 10_485_760.0,
            image_min_side_pixels: 300.0,
            image_max_aspect_ratio: 2.5,
            audio_max_bytes: 5_242_880.0,
            audio_min_seconds: 2.0,
            audio_max_seconds: 60.0,
            audio_tolerance_seconds: 0.1,
            prompt_max_characters: 2500.0,
            speech_text_max_characters: 1000.0,
        }
    }
}

impl Limits {
    /// What JavaScript calls each limit.
    const NAMES: [&str; 9] = [
        "imageMaxBytes",
        "imageMinSidePixels",
        "imageMaxAspectRatio",
        "audioMaxBytes",
        "audioMinSeconds",
        "audioMaxSeconds",
        "audioToleranceSeconds",
        "promptMaxCharacters",
        "speechTextMaxCharacters",
    ];

    /// Names each limit as JavaScript does and gives a place to read or replace it.
    pub fn named(&mut self) -> impl Iterator<Item = (&'static str, &mut f64)> {
        Self::NAMES.into_iter().zip(self.all())
    }

    /// Gives a place to read or replace each limit, in the order of their names.
    pub fn all(&mut self) -> [&mut f64; 9] {
        [
            &mut self.image_max_bytes,
            &mut self.image_min_side_pixels,
            &mut self.image_max_aspect_ratio,
            &mut self.audio_max_bytes,
            &mut self.audio_min_seconds,
            &mut self.audio_max_seconds,
            &mut self.audio_tolerance_seconds,
            &mut self.prompt_max_characters,
            &mut self.speech_text_max_characters,
        ]
    }
}
