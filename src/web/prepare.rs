//! Checking an input from its own bytes, all problems at once.

use wasm_bindgen::JsValue;

use super::input::AvatarInput;
use super::media::{Media, not_base64};
use super::output::parsed;
use crate::engine::body::{CreateFields, MediaField, Voice};
use crate::engine::limits::Limits;
use crate::engine::media::{AudioInfo, ImageInfo, Info, Medium, ProbeError, probe};
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
        for field in [Field::Image, Field::SoundFile] {
            let (given, medium) = match field {
                Field::Image => (&input.image, Medium::Image),
                _ => (&input.sound_file, Medium::Sound),
            };
            let Some(media) = report.file(field, given) else { continue };
            let Some(media) = media.ready().await else {
                report.problems.push(not_base64(field));
                continue;
            };
            let Some(most_bytes) = report.most_bytes(field, &media, limits) else { continue };
            match probe(&media, medium, most_bytes).await {
                Ok(Info::Image(info)) => report.add_image(info, limits),
                Ok(Info::Sound(info)) => report.add_sound_file(info, limits),
                // A file that is not read any further has a problem already.
                Err(ProbeError::Read(_)) if most_bytes != usize::MAX => {}
                Err(error) => report.problems.push(probe_problem(field, &error)),
            }
        }
        let has_sound_file = !matches!(input.sound_file, Ok(None));
        report.problems.extend(input.texts.problems(has_sound_file, limits));
        report
    }

    #[inline(never)]
    fn add_image(&mut self, info: ImageInfo, limits: &Limits) {
        self.problems.extend(image_problems(&info, limits));
        self.image = Some(info);
    }

    #[inline(never)]
    fn add_sound_file(&mut self, info: AudioInfo, limits: &Limits) {
        self.problems.extend(audio_problems(&info, limits));
        self.sound_file = Some(info);
    }

    /// Gives a file that is there, or notes why there is none.
    #[inline(never)]
    fn file<'a>(&mut self, field: Field, given: &'a Result<Option<Media>, Problem>) -> Option<&'a Media> {
        let problem = match given {
            Ok(Some(media)) => return Some(media),
            Err(problem) => problem.clone(),
            Ok(None) if field == Field::Image => Problem::new(field, ProblemCode::Missing, "A photo is missing."),
            Ok(None) => return None,
        };
        self.problems.push(problem);
        None
    }

    /// Gives how much of a file is read at the most, and notes when it is too large. The service reads a URL by itself.
    #[inline(never)]
    fn most_bytes(&mut self, field: Field, media: &Media, limits: &Limits) -> Option<usize> {
        let too_large = size_problem(field, media.bytes()?, limits);
        let most_bytes = if too_large.is_some() { MOST_READ_OF_TOO_LARGE } else { usize::MAX };
        self.problems.extend(too_large);
        Some(most_bytes)
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
    #[inline(never)]
    pub(super) fn of(input: AvatarInput, external_task_id: String) -> Option<Self> {
        let (Ok(Some(image)), Ok(sound_file)) = (input.image, input.sound_file) else { return None };
        let (image, sound_file, texts) = (image.decoded(), sound_file.map(Media::decoded), input.texts);
        let voice = match &sound_file {
            Some(media) => Voice::SoundFile(field_of(media)),
            None => Voice::AudioId(texts.audio_id.into_text()?),
        };
        let fields = CreateFields {
            image: field_of(&image),
            voice,
            prompt: texts.prompt.into_text()?,
            mode: texts.mode.into_text(),
            callback_url: texts.callback_url.into_text(),
            external_task_id,
            extra_json: texts.extra.into_text(),
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
