//! Reading what a caller asks for, once, whatever it is.

use js_sys::{Array, Function, JSON, Reflect};
use wasm_bindgen::prelude::*;

use super::js::{get, try_get};
use super::media::Media;
use super::{CallOptions, thrown::Thrown};
use crate::engine::error::Error;
use crate::engine::input::{Given, SpeechFields, TextFields, title};
use crate::engine::limits::Limits;
use crate::engine::problem::{Field, Problem, ProblemCode};

/// What a video is made from.
#[derive(Debug, Clone)]
pub struct AvatarInput {
    /// The photo, or what is wrong with it.
    pub image: Result<Option<Media>, Problem>,
    /// The voice, or what is wrong with it.
    pub sound_file: Result<Option<Media>, Problem>,
    /// Everything else.
    pub texts: TextFields,
}

impl AvatarInput {
    /// Reads the `AvatarInput` of the TypeScript declarations. What cannot be read becomes a problem of its field.
    pub fn from_js(value: &JsValue) -> Self {
        Self::read(&|field| try_get_from(value, field))
    }

    /// Reads a list of the fields, in the order of [`Field`].
    #[cfg(feature = "npm")]
    pub(super) fn from_list(list: &Array) -> Self {
        Self::read(&|field| try_get_at(list, field, Field::Image))
    }

    fn read(get_field: GetField<'_>) -> Self {
        let text = |field: Field| given(get_field, field, |value| value.as_string());
        let url = |value: &JsValue| value.as_string().or_else(|| get(value, "href").as_string());
        Self {
            image: media(get_field, Field::Image),
            sound_file: media(get_field, Field::SoundFile),
            texts: TextFields {
                prompt: text(Field::Prompt),
                mode: text(Field::Mode),
                audio_id: text(Field::AudioId),
                callback_url: given(get_field, Field::CallbackUrl, url),
                external_task_id: text(Field::ExternalTaskId),
                extra: given(get_field, Field::Extra, json_object),
            },
        }
    }
}

/// Gives a field of an input where there is one, or fails where its getter does.
type GetField<'a> = &'a dyn Fn(Field) -> Result<Option<JsValue>, JsValue>;

fn media(get_field: GetField<'_>, field: Field) -> Result<Option<Media>, Problem> {
    match get_field(field) {
        Ok(Some(value)) => Media::from_js(field, &value),
        Ok(None) => Ok(None),
        Err(_) => {
            let message = title(field).to_owned() + " cannot be read from the input.";
            Err(Problem::new(field, ProblemCode::UnsupportedType, message))
        }
    }
}

fn given(get_field: GetField<'_>, field: Field, read: impl Fn(&JsValue) -> Option<String>) -> Given {
    match get_field(field) {
        Ok(None) => Given::Absent,
        Ok(Some(value)) => read(&value).map_or(Given::WrongType, Given::Text),
        Err(_) => Given::WrongType,
    }
}

/// An input that is no object has no fields.
fn try_get_from(input: &JsValue, field: Field) -> Result<Option<JsValue>, JsValue> {
    if input.is_object() || input.is_function() { try_get(input, field.name()) } else { Ok(None) }
}

/// A symbol stands for what could not be read, and nothing that a field takes is one.
#[cfg(feature = "npm")]
fn try_get_at(list: &Array, field: Field, first: Field) -> Result<Option<JsValue>, JsValue> {
    let value = list.get((field as u32).saturating_sub(first as u32));
    if value.is_symbol() {
        return Err(value);
    }
    Ok(super::js::given(value))
}

fn json_object(value: &JsValue) -> Option<String> {
    if !value.is_object() || Array::is_array(value) {
        return None;
    }
    JSON::stringify(value).ok()?.as_string()
}

/// What is spoken.
#[derive(Debug, Clone)]
pub struct SpeechInput {
    /// Its fields.
    pub fields: SpeechFields,
    speed_is_wrong: bool,
}

impl SpeechInput {
    /// Reads the `SpeechInput` of the TypeScript declarations.
    pub fn from_js(value: &JsValue) -> Self {
        Self::read(&|field| try_get_from(value, field))
    }

    /// Reads a list of the fields, in the order of [`Field`].
    #[cfg(feature = "npm")]
    pub(super) fn from_list(list: &Array) -> Self {
        Self::read(&|field| try_get_at(list, field, Field::Text))
    }

    fn read(get_field: GetField<'_>) -> Self {
        let text = |field: Field| given(get_field, field, |value| value.as_string());
        let speed = get_field(Field::VoiceSpeed);
        let voice_speed =
            speed.as_ref().ok().and_then(|speed| speed.as_ref()?.as_f64().filter(|speed| speed.is_finite()));
        Self {
            speed_is_wrong: voice_speed.is_none() && !matches!(speed, Ok(None)),
            fields: SpeechFields {
                text: text(Field::Text),
                voice_id: text(Field::VoiceId),
                voice_language: text(Field::VoiceLanguage),
                voice_speed,
            },
        }
    }

    /// Checks every field.
    pub fn problems(&self, limits: &Limits) -> Vec<Problem> {
        let mut problems = self.fields.problems(limits);
        if self.speed_is_wrong {
            let message = "The speed of the voice must be a number.";
            problems.push(Problem::new(Field::VoiceSpeed, ProblemCode::UnsupportedType, message));
        }
        problems
    }
}

impl CallOptions {
    /// Reads the `CallOptions` of the TypeScript declarations.
    ///
    /// # Errors
    /// `configuration` for an option of the wrong type.
    pub fn from_js(value: &JsValue) -> Result<Self, Thrown> {
        Self::read(|_, name| match value.is_object() {
            true => try_get(value, name).map_err(|cause| wrong("The call's options cannot be read.").because(cause)),
            false => Ok(None),
        })
    }

    /// Reads a list of the options.
    ///
    /// # Errors
    /// `configuration` for an option of the wrong type.
    #[cfg(feature = "npm")]
    pub(super) fn from_list(list: &Array) -> Result<Self, Thrown> {
        Self::read(|index, _| Ok(super::js::given(list.get(index))))
    }

    fn read(option: impl Fn(u32, &str) -> Result<Option<JsValue>, Thrown>) -> Result<Self, Thrown> {
        let mut options = Self::default();
        if let Some(signal) = option(0, "signal")? {
            // The shape is asked for, not the class: a signal of another realm or of a polyfill is one, too.
            if get(&signal, "aborted").as_bool().is_none() || !get(&signal, "addEventListener").is_function() {
                return Err(wrong("signal must be an AbortSignal."));
            }
            options.signal = Some(signal.unchecked_into());
        }
        if let Some(listener) = option(1, "onProgress")? {
            let listener: Function = listener.dyn_into().map_err(|_| wrong("onProgress must be a function."))?;
            options.on_progress = Some(listener);
        }
        if let Some(timeout) = option(2, "timeoutMs")? {
            let timeout_ms = timeout.as_f64().filter(|ms| !ms.is_nan());
            options.timeout_ms = Some(timeout_ms.ok_or_else(|| wrong("timeoutMs must be a number of milliseconds."))?);
        }
        Ok(options)
    }
}

fn wrong(message: &str) -> Thrown {
    Error::Configuration { message: message.to_owned() }.into()
}

impl Limits {
    /// Replaces the limits that a `Partial<Limits>` names.
    ///
    /// # Errors
    /// `configuration` for a limit that is no number.
    pub fn overridden(mut self, value: &JsValue) -> Result<Self, Thrown> {
        if !value.is_object() {
            return Ok(self);
        }
        // Those that are given are asked for: mostly that is one.
        for name in Reflect::own_keys(value).unwrap_or_default().iter().filter_map(|name| name.as_string()) {
            let Some((name, limit)) = self.named().find(|(known, _)| *known == name) else { continue };
            let given = get(value, name);
            if given.is_undefined() || given.is_null() {
                continue;
            }
            match given.as_f64().filter(|number| *number >= 0.0) {
                Some(number) => *limit = number,
                None => {
                    let message = String::from("The limit ") + name + " must be a number that is not negative.";
                    return Err(Error::Configuration { message }.into());
                }
            }
        }
        Ok(self)
    }
}
