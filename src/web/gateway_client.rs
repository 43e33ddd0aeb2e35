//! Talking to a gateway instead of the service: binary uploads, signed ids, and reads that are held until a change.

use js_sys::Array;
use wasm_bindgen::prelude::*;

use super::client::{Client, TASKS_PATH, Target, configuration};
use super::js::{call as call_method, construct, get};
use super::media::Media;
use super::prepare::Prepared;
use super::promise::Settled;
use super::thrown::Thrown;
use crate::engine::body::{CreateFields, MediaField, Voice};
use crate::engine::error::{Error, RefusalKind};
use crate::engine::gateway::answer;
use crate::engine::gateway::resend::Proof;
use crate::engine::input::SpeechFields;
use crate::engine::json::ObjectWriter;
use crate::engine::lookup::Outcome;
use crate::engine::problem::Field;
use crate::engine::text::whole;
use crate::engine::wire::{Speech, Task};

/// How long a gateway is asked to hold a read until the task changes, in seconds: less than a read may take.
const HOLD_SECONDS: u32 = 20;

/// The shortest time between two reads that were held, in milliseconds.
const HELD_PAUSE_MS: f64 = 100.0;

impl Client {
    pub(super) fn is_for_gateway(&self) -> bool {
        matches!(self.shared.config.target, Target::Gateway)
    }

    /// Reads the task of an answer of the service's or of the gateway's.
    pub(super) fn task_in(&self, outcome: Outcome) -> Result<Box<Task>, Error> {
        let answer = outcome.answer()?;
        if !self.is_for_gateway() {
            return Task::read(&answer).map(Box::new);
        }
        let mut task = Box::new(answer::task(&answer)?);
        for video in &mut task.videos {
            video.url = self.absolute(&video.url);
            video.watermark_url = video.watermark_url.as_deref().map(|url| self.absolute(url));
        }
        Ok(task)
    }

    /// Reads the speech of an answer of the service's or of the gateway's.
    pub(super) fn speech_in(&self, outcome: Outcome) -> Result<Speech, Error> {
        let answer = outcome.answer()?;
        if self.is_for_gateway() { answer::speech(&answer) } else { Speech::read(&answer) }
    }

    fn absolute(&self, url: &str) -> String {
        let base = &self.shared.config.base_url;
        let absolute = construct("URL", &[&JsValue::from_str(url), &JsValue::from_str(base)]);
        absolute.ok().and_then(|absolute| get(&absolute, "href").as_string()).unwrap_or_else(|| url.to_owned())
    }

    /// The address at which a waiting client reads a task whose status it knows.
    pub(super) fn watch_url(&self, task_id: &str, known: Option<&str>) -> String {
        let url = self.task_url(task_id);
        match known {
            Some(known) if self.is_for_gateway() => {
                url + "?known=" + known + "&waitSeconds=" + &whole(HOLD_SECONDS.into())
            }
            _ => url,
        }
    }

    /// How long to wait after a read that took `took_ms`. A gateway that holds reads is asked again at once; one that
    /// answers at once is polled like the service.
    pub(super) fn wait_after(&self, wait_ms: f64, took_ms: f64, changed: bool) -> f64 {
        if !self.is_for_gateway() {
            return wait_ms;
        }
        if changed { HELD_PAUSE_MS } else { (wait_ms - took_ms).max(HELD_PAUSE_MS) }
    }

    /// The address at which a gateway tells a task by the caller's own id.
    pub(super) fn find_url(&self, external_task_id: &str) -> String {
        let id = String::from(js_sys::encode_uri_component(external_task_id));
        self.url(TASKS_PATH, &[]) + "?externalTaskId=" + &id
    }
}

/// The contract's `SpeechInput` of fields that were checked.
pub(super) fn speech_json(fields: &SpeechFields) -> String {
    let mut json = ObjectWriter::default();
    json.text(Field::Text.name(), fields.text.text().unwrap_or_default());
    json.text(Field::VoiceId.name(), fields.voice_id.text().unwrap_or_default());
    json.text(Field::VoiceLanguage.name(), fields.voice_language.text().unwrap_or_default());
    json.number_if(Field::VoiceSpeed.name(), fields.voice_speed).finish()
}

/// What a gateway told of a task that need not exist.
pub(super) fn absent_as_none(read: Result<Box<Task>, Error>) -> Result<Option<Box<Task>>, Error> {
    match read {
        Err(error) if error.refusal_kind() == Some(RefusalKind::NotFound) => Ok(None),
        read => read.map(Some),
    }
}

/// How much it proves that a create brought no task.
pub(super) fn proof_of(outcome: &Outcome) -> Proof {
    match outcome {
        Outcome::NotSent { .. } => Proof::NotSent,
        Outcome::Answered(answer) if answer::is_told(answer) => Proof::Told,
        _ => Proof::Nothing,
    }
}

/// Makes a form: the fields first, so that a gateway knows them before the files arrive, and the photo last, mostly the larger
/// file, because a gateway needs not look for the end of the last part.
///
/// # Errors
/// `configuration` where the platform makes no form of the files.
pub(super) async fn form_of(prepared: &Prepared) -> Result<JsValue, Thrown> {
    let form = files_in_form(prepared).await;
    form.map_err(|cause| configuration("The files cannot be put into a form.").because(cause))
}

async fn files_in_form(prepared: &Prepared) -> Result<JsValue, JsValue> {
    let form = construct("FormData", &[])?;
    name_form(&form, prepared);
    for (field, media) in [(Field::SoundFile, prepared.sound_file.as_ref()), (Field::Image, Some(&prepared.image))] {
        if let Some(media) = media.filter(|media| !matches!(media, Media::Url(_))) {
            let name = JsValue::from_str(field.name());
            call_method(&form, "append", &[&name, &blob(media).await?, &name])?;
        }
    }
    Ok(form)
}

/// Writes the fields of a form, in place of those that it has.
pub(super) fn name_form(form: &JsValue, prepared: &Prepared) {
    let (name, json) = (JsValue::from_str("input"), JsValue::from_str(&input_json(&prepared.fields)));
    let _ = call_method(form, "set", &[&name, &json]);
}

/// The contract's `AvatarInput` of what was prepared, without the files.
fn input_json(fields: &CreateFields) -> String {
    fn url(media: &MediaField) -> Option<&String> {
        if let MediaField::Url(url) = media { Some(url) } else { None }
    }
    let (sound_file, audio_id) = match &fields.voice {
        Voice::SoundFile(media) => (url(media), None),
        Voice::AudioId(id) => (None, Some(id)),
    };
    let mut json = ObjectWriter::default();
    json.text(Field::ExternalTaskId.name(), &fields.external_task_id).text(Field::Prompt.name(), &fields.prompt);
    json.text_if(Field::Mode.name(), fields.mode.as_ref());
    json.text_if(Field::CallbackUrl.name(), fields.callback_url.as_ref());
    if let Some(extra) = &fields.extra_json {
        json.json(Field::Extra.name(), extra);
    }
    json.text_if(Field::AudioId.name(), audio_id);
    json.text_if(Field::Image.name(), url(&fields.image)).text_if(Field::SoundFile.name(), sound_file).finish()
}

/// A form takes nothing but blobs of this platform.
async fn blob(media: &Media) -> Result<JsValue, JsValue> {
    let bytes = match media {
        Media::Blob { blob, .. } if blob.dyn_ref::<web_sys::Blob>().is_some() => return Ok(blob.clone()),
        Media::Blob { blob, .. } => {
            let buffer = call_method(blob, "arrayBuffer", &[])?;
            Settled::of(&buffer).await?
        }
        // A blob takes no shared memory, so the bytes are copied.
        Media::Bytes(bytes) => call_method(bytes, "slice", &[])?,
        _ => return Err(JsValue::UNDEFINED),
    };
    construct("Blob", &[&Array::of1(&bytes)])
}
