//! Checking an input from its own bytes, all problems at once.

use wasm_bindgen::JsValue;

use super::input::AvatarInput;
use super::media::{Media, not_base64};
use super::output::parsed;
use crate::engine::body::{CreateFields, MediaField, Voice};
use crate::engine::limits::Limits;
use crate::engine::media::{AudioInfo, ImageInfo, ProbeError, probe_audio, probe_image};
use crate::engine::output;
use crate::engine::problem::{Field, Problem, ProblemCode};
use crate::engine::validate::{MOST_READ_OF_TOO_LARGE, audio_problems, image_problems, probe_problem, size_problem};

/// What was found in an input, and everything that is wrong with it.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// Every problem.
    pub problems: Vec<Problem>,
    /// What the image is.
    pub image: Option<ImageInfo>,
    /// What the sound is.
    pub sound_file: Option<AudioInfo>,
}

impl Report {
    /// Checks an input. Reads as little of the files as tells what they are.
    pub async fn of(input: &AvatarInput, limits: &Limits) -> Self {
        let mut report = Self::default();
        report.check_image(&input.image, limits).await;
        report.check_sound_file(&input.sound_file, limits).await;
        let has_sound_file = !matches!(input.sound_file, Ok(None));
        report.problems.extend(input.texts.problems(has_sound_file, limits));
        report
    }

    async fn check_image(&mut self, image: &Result<Option<Media>, Problem>, limits: &Limits) {
        let Some((media, most_bytes)) = self.readable(Field::Image, image, limits).await else { return };
        match probe_image(&media, most_bytes).await {
            Ok(info) => {
                self.problems.extend(image_problems(&info, limits));
                self.image = Some(info);
            }
            Err(error) => self.note(Field::Image, &error, most_bytes),
        }
    }

    async fn check_sound_file(&mut self, sound: &Result<Option<Media>, Problem>, limits: &Limits) {
        let Some((media, most_bytes)) = self.readable(Field::SoundFile, sound, limits).await else { return };
        match probe_audio(&media, most_bytes).await {
            Ok(info) => {
                self.problems.extend(audio_problems(&info, limits));
                self.sound_file = Some(info);
            }
            Err(error) => self.note(Field::SoundFile, &error, most_bytes),
        }
    }

    /// A file that is not read any further has a problem already.
    fn note(&mut self, field: Field, error: &ProbeError, most_bytes: usize) {
        if most_bytes == usize::MAX || !matches!(error, ProbeError::Read(_)) {
            self.problems.push(probe_problem(field, error));
        }
    }

    /// Gives a file whose contents can be looked into, and how much of it is read at the most. Notes what is wrong with it.
    async fn readable(
        &mut self,
        field: Field,
        given: &Result<Option<Media>, Problem>,
        limits: &Limits,
    ) -> Option<(Media, usize)> {
        let (media, most_bytes) = self.file(field, given, limits)?;
        let ready = media.ready().await;
        if ready.is_none() {
            self.problems.push(not_base64(field));
        }
        Some((ready?, most_bytes))
    }

    /// The same before text is decoded.
    fn file<'a>(
        &mut self,
        field: Field,
        given: &'a Result<Option<Media>, Problem>,
        limits: &Limits,
    ) -> Option<(&'a Media, usize)> {
        let problem = match given {
            Ok(Some(media)) => {
                let too_large = size_problem(field, media.bytes()?, limits);
                let most_bytes = if too_large.is_some() { MOST_READ_OF_TOO_LARGE } else { usize::MAX };
                self.problems.extend(too_large);
                // All of a text would have to be decoded.
                let is_looked_into = most_bytes == usize::MAX || !matches!(media, Media::Text(_));
                return is_looked_into.then_some((media, most_bytes));
            }
            Err(problem) => problem.clone(),
            Ok(None) if field == Field::Image => Problem::new(field, ProblemCode::Missing, "A photo is missing."),
            Ok(None) => return None,
        };
        self.problems.push(problem);
        None
    }

    /// Gives the `ValidationReport` of the TypeScript declarations.
    pub fn to_js(&self) -> JsValue {
        parsed(&output::report(&self.problems, self.image.as_ref(), self.sound_file.as_ref()))
    }
}

/// The media of an input that was found to be right, and the fields that go with them.
pub(super) struct Prepared {
    pub(super) image: Media,
    pub(super) sound_file: Option<Media>,
    pub(super) fields: CreateFields,
}

impl Prepared {
    /// Gives nothing for an input with problems.
    pub(super) fn of(input: AvatarInput, external_task_id: String) -> Option<Self> {
        let (Ok(Some(image)), Ok(sound_file)) = (input.image, input.sound_file) else { return None };
        let (image, sound_file) = (image.decoded(), sound_file.map(Media::decoded));
        let owned = |given: &crate::engine::input::Given| given.text().map(str::to_owned);
        let voice = match (&sound_file, owned(&input.texts.audio_id)) {
            (Some(media), _) => Voice::SoundFile(field_of(media)),
            (None, Some(id)) => Voice::AudioId(id),
            (None, None) => return None,
        };
        let fields = CreateFields {
            image: field_of(&image),
            voice,
            prompt: owned(&input.texts.prompt)?,
            mode: owned(&input.texts.mode),
            callback_url: owned(&input.texts.callback_url),
            external_task_id,
            extra_json: owned(&input.texts.extra),
        };
        Some(Self { image, sound_file, fields })
    }
}

impl Prepared {
    /// How many bytes the files have together.
    pub(super) fn file_bytes(&self) -> f64 {
        let sound_file = self.sound_file.as_ref().and_then(Media::bytes);
        (self.image.bytes().unwrap_or_default() + sound_file.unwrap_or_default()) as f64
    }
}

fn field_of(media: &Media) -> MediaField {
    match media {
        Media::Url(url) => MediaField::Url(url.clone()),
        media => MediaField::Bytes(media.bytes().unwrap_or_default()),
    }
}
