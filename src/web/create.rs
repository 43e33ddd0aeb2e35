//! Creating a task or a video: checks the input and writes the body, from which [`Making`] goes on.

use js_sys::Uint8Array;

use super::call::{Call, CallOptions, Work};
use super::client::{Client, Kind, configuration};
use super::errand::{Answer, Job};
use super::input::AvatarInput;
use super::js::{call, get, global};
use super::making::{Making, Purpose};
use super::prepare::Prepared;
use super::progress::Phase;
use super::storage::Saved;
use super::stream::Streams;
use super::thrown::Thrown;
use super::turn::Place;
use super::upload::{Upload, Way};
use crate::engine::error::{Error, RefusalKind};
use crate::engine::resume::Fingerprint;
use crate::engine::wire::{Task, Video};

impl Client {
    /// Checks, then creates the task.
    ///
    /// # Errors
    /// `invalid_input`, `submission_unknown`, and whatever the service refuses a create for.
    pub async fn create_task(&self, input: AvatarInput, options: CallOptions) -> Result<Box<Task>, Thrown> {
        self.clone().make(input, Ok(options), false).await?.into_task()
    }

    /// Creates a task, waits for it, and gives its video.
    ///
    /// # Errors
    /// Those of [`Client::create_task`] and [`Client::wait_for_task`].
    pub async fn generate(&self, input: AvatarInput, options: CallOptions) -> Result<Video, Thrown> {
        self.clone().make(input, Ok(options), true).await?.into_video()
    }

    /// Creates a task, and gives it, or waits for its video.
    pub(super) async fn make(
        self,
        input: AvatarInput,
        options: Result<CallOptions, Thrown>,
        waits: bool,
    ) -> Result<Answer, Thrown> {
        let call = self.begin(options?);
        call.enter(Phase::Reading, None);
        let making = call.run(self.prepared(input, &call, waits)).await??;
        self.run(Ok(Job { errand: Box::new(making), call })).await
    }

    /// Checks the input and prepares what is sent.
    async fn prepared(&self, input: AvatarInput, call: &Call, waits: bool) -> Result<Making, Thrown> {
        let report = self.validate(&input).await;
        if !report.problems.is_empty() {
            return Err(Error::InvalidInput { problems: report.problems }.into());
        }
        let kind = Kind {
            pro: input.texts.mode.text() == Some("pro"),
            voice_seconds: report.sound_file.map(|info| info.duration_seconds),
        };
        let place = if waits { self.place(call).await } else { None };
        let given = input.texts.external_task_id.text().map(str::to_owned);
        let made_up = given.is_none();
        let external_task_id = given.map_or_else(random_id, Ok)?;
        let prepared = Prepared::of(input, external_task_id.clone()).ok_or_else(nothing_to_send)?;
        let way = self.way(&prepared);
        let uploading: Work<'_, _> = Box::pin(Upload::of(prepared, way, &call.progress));
        let mut upload = uploading.await?;
        let mut saved = None;
        if self.shared.config.storage.is_some() {
            let mut fingerprint = Fingerprint::default();
            fingerprint.push(self.shared.config.base_url.as_bytes());
            upload.take_into(&mut fingerprint, Some(external_task_id.as_str()).filter(|_| made_up)).await?;
            saved = Some(Saved::new(&self.shared.names, fingerprint, &external_task_id));
        }
        let is_found_again = saved.is_some() || (self.is_for_gateway() && !made_up);
        let purpose = Purpose { waits, kind, is_found_again };
        Ok(Making::new(self, call, external_task_id, upload, saved, purpose, place))
    }

    fn way(&self, prepared: &Prepared) -> Way {
        // A caller's own `fetch` may want to read the body; that of a gateway has to spare memory.
        let may_stream = self.shared.config.fetch.is_none() || prepared.image.held(0, 0).is_some();
        match self.is_for_gateway() {
            true => Way::Form,
            false => Streams::of_platform().filter(|_| may_stream).map_or(Way::Written, Way::Streamed),
        }
    }

    /// Waits for a place, where there are only so many.
    async fn place(&self, call: &Call) -> Option<Place> {
        let place = Place::new(self.shared.turns.as_ref()?);
        if !place.is_free() {
            call.wait_for(RefusalKind::ConcurrencyLimit.code(), None);
        }
        place.turn().await;
        Some(place)
    }
}

fn nothing_to_send() -> Thrown {
    configuration("The input changed while it was being checked.")
}

/// A random UUID, made from random bytes because plain-HTTP pages have no `randomUUID`.
#[inline(never)]
fn random_id() -> Result<String, Thrown> {
    let bytes = Uint8Array::new_with_length(16);
    call(&get(&global(), "crypto"), "getRandomValues", &[&bytes]).map_err(|cause| {
        configuration("This platform has no source of random numbers; give an externalTaskId.").because(cause)
    })?;
    Ok(crate::engine::text::uuid(&bytes.to_vec()))
}
