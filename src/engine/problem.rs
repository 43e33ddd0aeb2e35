//! What can be wrong with an input: one [`Problem`] for each thing, ready to be shown.

/// The field of the input that a problem is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// The photo.
    Image,
    /// The voice.
    SoundFile,
    /// The id of synthesized speech.
    AudioId,
    /// What the person does.
    Prompt,
    /// `std` or `pro`.
    Mode,
    /// The webhook.
    CallbackUrl,
    /// The caller's own id.
    ExternalTaskId,
    /// Further fields.
    Extra,
    /// The service's id of a task, given to be read.
    TaskId,
    /// The address of a finished video.
    Video,
    /// The text to be spoken.
    Text,
    /// The voice to speak with.
    VoiceId,
    /// The language of that voice.
    VoiceLanguage,
    /// How fast it speaks.
    VoiceSpeed,
}

impl Field {
    /// The name in JavaScript.
    pub fn name(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::SoundFile => "soundFile",
            Self::AudioId => "audioId",
            Self::Prompt => "prompt",
            Self::Mode => "mode",
            Self::CallbackUrl => "callbackUrl",
            Self::ExternalTaskId => "externalTaskId",
            Self::Extra => "extra",
            Self::TaskId => "taskId",
            Self::Video => "video",
            Self::Text => "text",
            Self::VoiceId => "voiceId",
            Self::VoiceLanguage => "voiceLanguage",
            Self::VoiceSpeed => "voiceSpeed",
        }
    }
}

macro_rules! problem_codes {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// The kind of a problem.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum ProblemCode { $($(#[$doc])* $variant,)* }

        impl ProblemCode {
            /// Every code.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The stable name in JavaScript.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }
    };
}

problem_codes! {
    /// A required field is not there.
    Missing = "missing",
    /// Two fields exclude each other.
    Conflict = "conflict",
    /// The file or text has no contents.
    Empty = "empty",
    /// The value is of a type that the field does not take.
    UnsupportedType = "unsupported_type",
    /// The file is of a format that the service does not take.
    UnsupportedFormat = "unsupported_format",
    /// The file is cut off, damaged or cannot be read.
    Corrupt = "corrupt",
    /// The file has too many bytes.
    TooLarge = "too_large",
    /// A side of the image has too few pixels.
    TooSmallDimensions = "too_small_dimensions",
    /// The image is too wide or too tall.
    AspectRatio = "aspect_ratio",
    /// The sound or text is too short.
    TooShort = "too_short",
    /// The sound or text is too long.
    TooLong = "too_long",
    /// The length of the sound cannot be known.
    UnknownDuration = "unknown_duration",
    /// The text is no `http` or `https` URL.
    InvalidUrl = "invalid_url",
    /// The text is no Base64.
    InvalidBase64 = "invalid_base64",
    /// The value is not one of those allowed.
    InvalidValue = "invalid_value",
}

/// A limit or a value that was found.
#[derive(Debug, Clone, PartialEq)]
pub enum Fact {
    /// A size, a length or a ratio.
    Number(f64),
    /// A word, such as a format.
    Text(String),
    /// The words allowed.
    Words(&'static [&'static str]),
}

/// One thing that is wrong with one field.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    /// Which field.
    pub field: Field,
    /// What kind.
    pub code: ProblemCode,
    /// A sentence that can be shown to people.
    pub message: String,
    /// What is allowed.
    pub limit: Option<Fact>,
    /// What was found.
    pub actual: Option<Fact>,
}

impl Problem {
    /// A problem without limit and actual value.
    pub fn new(field: Field, code: ProblemCode, message: impl Into<String>) -> Self {
        Self { field, code, message: message.into(), limit: None, actual: None }
    }

    /// Adds what is allowed.
    pub fn limit(mut self, limit: Fact) -> Self {
        self.limit = Some(limit);
        self
    }

    /// Adds what was found.
    pub fn actual(mut self, actual: Fact) -> Self {
        self.actual = Some(actual);
        self
    }
}
