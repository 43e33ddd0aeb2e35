//! The fields of an input that are not files: which values they may have.

use super::body::RESERVED_NAMES;
use super::json::{Json, ObjectWriter};
use super::limits::Limits;
use super::problem::{Fact, Field, Problem, ProblemCode};
use super::search::{holds, rsplit_once, split_once, until};
use super::text::{decimal, joined, small_number};

/// What `mode` may be.
pub const MODES: &[&str] = &["std", "pro"];

/// What the language of a voice may be.
pub const VOICE_LANGUAGES: &[&str] = &["zh", "en"];

/// A field as a caller gave it.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Given {
    /// Not at all, or as `null`.
    #[default]
    Absent,
    /// As text.
    Text(String),
    /// As something that the field does not take.
    WrongType,
}

impl Given {
    /// The text, where there is one.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Absent | Self::WrongType => None,
        }
    }

    /// The same, taken out.
    pub fn into_text(self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text),
            Self::Absent | Self::WrongType => None,
        }
    }
}

/// The fields of a create that are not files.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TextFields {
    /// What the person does.
    pub prompt: Given,
    /// `std` or `pro`.
    pub mode: Given,
    /// The id of synthesized speech.
    pub audio_id: Given,
    /// The webhook.
    pub callback_url: Given,
    /// The caller's own id.
    pub external_task_id: Given,
    /// Further fields, as JSON text.
    pub extra: Given,
}

impl TextFields {
    /// Checks every field. `has_sound_file` tells whether the caller gave one.
    pub fn problems(&self, has_sound_file: bool, limits: &Limits) -> Vec<Problem> {
        let mut problems = Vec::new();
        if let Some(problem) = voice_problem(&self.audio_id, has_sound_file) {
            problems.push(problem);
        }
        problems.extend(length_problem(Field::Prompt, &self.prompt, true, limits.prompt_max_characters));
        problems.extend(word_problem(Field::Mode, &self.mode, false, MODES));
        problems.extend(match &self.callback_url {
            Given::Text(url) if !is_http_url(url) => Some(url_problem(Field::CallbackUrl)),
            Given::WrongType => Some(url_problem(Field::CallbackUrl)),
            _ => None,
        });
        problems.extend(id_problem(Field::ExternalTaskId, &self.external_task_id, false));
        problems.extend(extra_problem(&self.extra));
        problems
    }
}

/// The fields of speech to be synthesized.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SpeechFields {
    /// What is spoken.
    pub text: Given,
    /// Whose voice.
    pub voice_id: Given,
    /// `zh` or `en`.
    pub voice_language: Given,
    /// 0.8 to 2.0.
    pub voice_speed: Option<f64>,
}

impl SpeechFields {
    /// Checks every field.
    pub fn problems(&self, limits: &Limits) -> Vec<Problem> {
        let mut problems = Vec::new();
        problems.extend(length_problem(Field::Text, &self.text, true, limits.speech_text_max_characters));
        problems.extend(length_problem(Field::VoiceId, &self.voice_id, true, f64::INFINITY));
        problems.extend(word_problem(Field::VoiceLanguage, &self.voice_language, true, VOICE_LANGUAGES));
        if let Some(speed) = self.voice_speed.filter(|speed| !(0.8..=2.0).contains(speed)) {
            let message = "The speed of the voice lies between 0.8 and 2.";
            problems
                .push(Problem::new(Field::VoiceSpeed, ProblemCode::InvalidValue, message).actual(Fact::Number(speed)));
        }
        problems
    }

    /// Gives the JSON body. Speed has one decimal at the service.
    pub fn body(&self) -> String {
        let fields = [("text", &self.text), ("voice_id", &self.voice_id), ("voice_language", &self.voice_language)];
        let mut json = ObjectWriter::default();
        for (name, given) in fields {
            json.text(name, given.text().unwrap_or_default());
        }
        if let Some(speed) = self.voice_speed {
            json.json("voice_speed", &decimal(speed, 1));
        }
        json.finish()
    }
}

fn voice_problem(audio_id: &Given, has_sound_file: bool) -> Option<Problem> {
    match (audio_id, has_sound_file) {
        (Given::Absent, false) => {
            let message = "A voice is missing: give a sound file or the id of synthesized speech.";
            Some(Problem::new(Field::SoundFile, ProblemCode::Missing, message))
        }
        (Given::Absent, true) => None,
        (_, true) => {
            let message = "Give either a sound file or the id of synthesized speech, not both.";
            Some(Problem::new(Field::AudioId, ProblemCode::Conflict, message))
        }
        (given, false) => length_problem(Field::AudioId, given, true, f64::INFINITY),
    }
}

fn length_problem(field: Field, given: &Given, required: bool, max: f64) -> Option<Problem> {
    let name = title(field);
    match given {
        Given::Absent if required => Some(Problem::new(field, ProblemCode::Missing, name.to_owned() + " is missing.")),
        Given::Absent => None,
        Given::WrongType => Some(Problem::new(field, ProblemCode::UnsupportedType, name.to_owned() + " must be text.")),
        Given::Text(text) if text.is_empty() => {
            Some(Problem::new(field, ProblemCode::Empty, name.to_owned() + " is empty."))
        }
        Given::Text(text) => {
            let count = text.chars().count() as f64;
            (count > max).then(|| {
                let (count_text, max_text) = (decimal(count, 0), decimal(max, 0));
                let message =
                    name.to_owned() + " has " + &count_text + " characters; at most " + &max_text + " are allowed.";
                Problem::new(field, ProblemCode::TooLong, message).limit(Fact::Number(max)).actual(Fact::Number(count))
            })
        }
    }
}

fn word_problem(field: Field, given: &Given, required: bool, words: &'static [&'static str]) -> Option<Problem> {
    let actual = match given {
        Given::Absent if !required => return None,
        Given::Absent => {
            return Some(Problem::new(field, ProblemCode::Missing, title(field).to_owned() + " is missing."));
        }
        Given::Text(text) if words.contains(&text.as_str()) => return None,
        Given::Text(text) => Some(Fact::Text(super::text::one_line(text, 40))),
        Given::WrongType => None,
    };
    let message = title(field).to_owned() + " must be \"" + &joined(&mut words.iter().copied(), "\" or \"") + "\".";
    let problem = Problem::new(field, ProblemCode::InvalidValue, message).limit(Fact::Words(words));
    Some(match actual {
        Some(actual) => problem.actual(actual),
        None => problem,
    })
}

fn extra_problem(extra: &Given) -> Option<Problem> {
    let object = match extra {
        Given::Absent => return None,
        Given::Text(json) => Json::parse(json.as_bytes()),
        Given::WrongType => None,
    };
    let Some(Json::Object(members)) = object else {
        let message = "The extra fields must be an object that can be written as JSON.";
        return Some(Problem::new(Field::Extra, ProblemCode::InvalidValue, message));
    };
    let (name, _) = members.iter().find(|(name, _)| RESERVED_NAMES.contains(&name.as_str()))?;
    let message = String::from("The extra fields may not set ") + name + ": the client sends it itself.";
    Some(Problem::new(Field::Extra, ProblemCode::Conflict, message).actual(Fact::Text(name.clone())))
}

/// Checks an id that becomes part of a URL's path. Any text does, but for the two that a path cannot hold.
pub fn id_problem(field: Field, given: &Given, required: bool) -> Option<Problem> {
    match given {
        Given::Text(text) if text == "." || text == ".." || text.chars().any(char::is_control) => {
            let message = title(field).to_owned() + " cannot be used as an id.";
            Some(Problem::new(field, ProblemCode::InvalidValue, message))
        }
        _ => length_problem(field, given, required, f64::INFINITY),
    }
}

/// The problem of a field that must be an `http(s)` URL.
pub fn url_problem(field: Field) -> Problem {
    Problem::new(field, ProblemCode::InvalidUrl, title(field).to_owned() + " must be a full http or https URL.")
}

/// Whether a text is an absolute `http` or `https` URL with a host.
pub fn is_http_url(text: &str) -> bool {
    let Some((scheme, rest)) = split_once(text, "://") else { return false };
    if !scheme.eq_ignore_ascii_case("http") && !scheme.eq_ignore_ascii_case("https") {
        return false;
    }
    let authority = until(rest, b"/?#");
    let host_and_port = rsplit_once(authority, "@").map_or(authority, |(_, host)| host);
    let (host, port) = match rsplit_once(host_and_port, ":") {
        Some((host, port)) if !holds(port, "]") => (host, port),
        _ => (host_and_port, ""),
    };
    // Others that are no part of an address by the letter are in many that work, and the platform writes them as they are.
    let forbidden = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '\\' | '<' | '>' | '"');
    let bracketed = host.starts_with('[') && host.ends_with(']') && host.len() > 2;
    let plain = !host.is_empty() && until(host, b"[]:%").len() == host.len();
    !text.chars().any(forbidden) && (bracketed || plain) && small_number(port).is_some()
}

/// How a field is called at the beginning of a sentence.
pub fn title(field: Field) -> &'static str {
    match field {
        Field::Image => "The photo",
        Field::SoundFile => "The sound file",
        Field::AudioId => "The id of the speech",
        Field::Prompt => "The prompt",
        Field::Mode => "The mode",
        Field::CallbackUrl => "The callback URL",
        Field::ExternalTaskId => "The external task id",
        Field::TaskId => "The task id",
        Field::Video => "The address of the video",
        Field::Extra => "The extra fields",
        Field::Text => "The text",
        Field::VoiceId => "The voice id",
        Field::VoiceLanguage => "The voice language",
        Field::VoiceSpeed => "The voice speed",
    }
}
