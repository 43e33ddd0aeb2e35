//! Creating a task: checks, writes the body, carries out what [`Creation`] decides, and keeps what a reload needs.

use js_sys::{Uint8Array, encode_uri_component};

use super::call::{Call, CallOptions};
use super::client::{Client, Kind, TASKS_PATH, check_id, configuration};
use super::http::Sent;
use super::input::AvatarInput;
use super::js::{call, get, global};
use super::prepare::Prepared;
use super::progress::Phase;
use super::storage::Saved;
use super::stream::Streams;
use super::thrown::Thrown;
use super::time::{Timer, now_ms, random, wall_ms};
use super::turn::Place;
use super::upload::{Upload, Way};
use super::wake;
use crate::engine::create::{Creation, Step};
use crate::engine::error::{Error, Failure, RefusalKind};
use crate::engine::lookup::{Lookup, LookupStep, Outcome, PAGE_SIZE, Question};
use crate::engine::problem::Field;
use crate::engine::resume::Fingerprint;
use crate::engine::text::whole;
use crate::engine::wire::Task;

/// How long the answer to a create may take, in milliseconds: 20 MB over a slow line.
const CREATE_TIMEOUT_MS: f64 = 600_000.0;

/// How long the answer to a question may take, in milliseconds.
const READ_TIMEOUT_MS: f64 = 30_000.0;

/// A task that was created, now or before a reload.
pub(super) struct Created {
    pub(super) task_id: String,
    pub(super) external_task_id: String,
    /// What the service said of it, unless its id was kept from before a reload.
    pub(super) task: Option<Box<Task>>,
    pub(super) kind: Kind,
    pub(super) saved: Option<Saved>,
    /// Held until the task has ended.
    pub(super) place: Option<Place>,
}

impl Client {
    /// Finds a task by the caller's own id.
    ///
    /// # Errors
    /// Whatever keeps the client from knowing whether there is such a task.
    pub async fn find_task(&self, external_task_id: &str, options: CallOptions) -> Result<Option<Box<Task>>, Thrown> {
        check_id(Field::ExternalTaskId, external_task_id)?;
        let call = self.begin(options);
        let with_id = |thrown: Thrown| thrown.with_external_task_id(Some(external_task_id));
        if self.is_for_gateway() {
            return self.find_through_gateway(external_task_id, &call).await.map_err(with_id);
        }
        let reference = self.shared.known_id.borrow().clone();
        let policy = self.shared.config.retry.clone();
        let mut lookup = Lookup::new(external_task_id, None, policy).with_reference(reference);
        loop {
            let sent = self.ask(lookup.asked_id(), lookup.question(), &call).await.map_err(with_id)?;
            match lookup.on_outcome(sent.outcome, random()) {
                LookupStep::Ask(_) => {}
                LookupStep::Wait { delay_ms } => call.run(wake::wait(delay_ms)).await.map_err(with_id)?,
                LookupStep::Found(task) => return Ok(Some(task)),
                LookupStep::Absent => return Ok(None),
                LookupStep::Unsettled(error) => {
                    let failure = Failure::from(error).with_external_task_id(external_task_id);
                    return Err(Thrown::new(failure, sent.cause));
                }
            }
        }
    }

    /// `queued` says that the call stays until the task has ended, so that it waits for its turn before.
    pub(super) async fn create(&self, input: AvatarInput, call: &Call, queued: bool) -> Result<Created, Thrown> {
        call.enter(Phase::Reading, None);
        let report = call.run(self.validate(&input)).await?;
        if !report.problems.is_empty() {
            return Err(Error::InvalidInput { problems: report.problems }.into());
        }
        let kind = Kind {
            pro: input.texts.mode.text() == Some("pro"),
            voice_seconds: report.sound_file.map(|info| info.duration_seconds),
        };
        let place = if queued { self.place(call).await? } else { None };
        let given = input.texts.external_task_id.text().map(str::to_owned);
        let made_up = given.is_none();
        let external_task_id = given.map_or_else(random_id, Ok)?;
        let prepared = Prepared::of(input, external_task_id.clone()).ok_or_else(nothing_to_send)?;
        let on_progress = |loaded, total| call.advance(Phase::Reading, loaded, Some(total));
        let way = self.way(&prepared);
        let mut upload = call.run(Upload::of(prepared, way, on_progress)).await??;
        let saved = match &self.shared.config.storage {
            Some(storage) => {
                let mut fingerprint = Fingerprint::default();
                fingerprint.push(self.shared.config.base_url.as_bytes());
                let own_id = Some(external_task_id.as_str()).filter(|_| made_up);
                upload.take_into(&mut fingerprint, own_id).await?;
                Some(call.run(Saved::open(storage, &self.shared.names, fingerprint, &external_task_id)).await??)
            }
            None => None,
        };
        let created = Created { task_id: String::new(), external_task_id, task: None, kind, saved, place };
        self.create_or_resume(created, upload, call).await
    }

    fn way(&self, prepared: &Prepared) -> Way {
        // A caller's own `fetch` may want to read the body; that of a gateway has to spare memory.
        let may_stream = self.shared.config.fetch.is_none() || prepared.image.held(0, 0).is_some();
        match self.is_for_gateway() {
            true => Way::Form,
            false => Streams::of_platform().filter(|_| may_stream).map_or(Way::Written, Way::Streamed),
        }
    }

    async fn place(&self, call: &Call) -> Result<Option<Place>, Thrown> {
        let Some(turns) = &self.shared.turns else { return Ok(None) };
        let place = Place::new(turns);
        if !place.is_free() {
            call.wait_for(RefusalKind::ConcurrencyLimit, None);
        }
        call.run(place.turn()).await?;
        Ok(Some(place))
    }

    async fn create_or_resume(&self, mut created: Created, mut upload: Upload, call: &Call) -> Result<Created, Thrown> {
        let wall_offset_ms = wall_ms() - now_ms();
        let deadline_ms = call.deadline_ms().map(|deadline_ms| deadline_ms + wall_offset_ms);
        let resumed = created.saved.as_ref().filter(|saved| saved.resumed).map(|saved| saved.record.clone());
        if let Some(record) = &resumed {
            created.external_task_id.clone_from(&record.external_task_id);
            if let Some(task_id) = &record.task_id {
                created.task_id.clone_from(task_id);
                return Ok(created);
            }
            upload.rename(&record.external_task_id);
        }
        let known_id = self.shared.known_id.borrow().clone();
        let policy = self.shared.config.retry.clone();
        let mut creation =
            Creation::new(&created.external_task_id, policy, wall_ms(), deadline_ms).with_reference(known_id);
        let in_doubt = resumed.is_some();
        if let Some(record) = resumed {
            creation = creation.resumed(record.began_at_ms);
        }
        let submitted = match self.is_for_gateway() {
            true => self.submit_to_gateway(&created.external_task_id, &upload, in_doubt, call).await,
            false => self.submit(creation, &created.external_task_id, &upload, call, wall_offset_ms).await,
        };
        match submitted {
            Ok(task) => {
                created.task_id.clone_from(&task.task_id);
                if let Some(saved) = &mut created.saved {
                    // A call that ends meanwhile ends at its next step, and then with the task's id.
                    let _ = call.run(saved.created(&task.task_id)).await;
                }
                created.task = Some(task);
                Ok(created)
            }
            Err((thrown, certain)) => {
                if let Some(saved) = created.saved.filter(|_| certain) {
                    saved.forget().await;
                }
                Err(thrown)
            }
        }
    }

    /// Carries out what [`Creation`] decides. A failure comes with whether it is certain that nothing was created.
    async fn submit(
        &self,
        mut creation: Creation,
        external_task_id: &str,
        upload: &Upload,
        call: &Call,
        wall_offset_ms: f64,
    ) -> Result<Box<Task>, (Thrown, bool)> {
        let with_id = |thrown: Thrown| (thrown.with_external_task_id(Some(external_task_id)), false);
        let mut cause = None;
        let mut step = creation.first();
        loop {
            step = match step {
                Step::Send => {
                    let sent = self.send_create(upload, call).await.map_err(with_id)?;
                    cause = sent.cause;
                    creation.on_sent(sent.outcome, now_ms() + wall_offset_ms, random())
                }
                Step::Ask(question) => {
                    let id = creation.asked_id().to_owned();
                    let sent = self.ask(&id, question, call).await.map_err(with_id)?;
                    creation.on_asked(sent.outcome, now_ms() + wall_offset_ms, random())
                }
                Step::Wait { delay_ms, waiting_for } => {
                    if let Some(kind) = waiting_for {
                        call.wait_for(kind, Some(delay_ms));
                    }
                    let wait = call.run(async {
                        // Being back online is a reason to ask again; that the service said "not now" is none.
                        match waiting_for {
                            Some(_) => Timer::new(delay_ms).await,
                            None => wake::wait(delay_ms).await,
                        }
                    });
                    wait.await.map_err(with_id)?;
                    creation.after_wait()
                }
                Step::Done(Ok(mut task)) => {
                    let own_id = task.external_task_id.get_or_insert_with(|| external_task_id.to_owned());
                    *self.shared.known_id.borrow_mut() = Some(own_id.clone());
                    return Ok(task);
                }
                Step::Done(Err(failure)) => {
                    return Err((Thrown::new(failure, cause), !creation.is_unsettled()));
                }
            };
        }
    }

    pub(super) async fn send_create(&self, upload: &Upload, call: &Call) -> Result<Sent, Thrown> {
        let (body, total) = (upload.body()?, upload.bytes());
        call.advance(Phase::Uploading, 0.0, Some(total));
        let mut url = self.url(TASKS_PATH, &[]);
        if self.is_for_gateway() {
            url.push_str("?tellWaiting=1");
        }
        let sent = self.exchange("POST", &url, Some(body.value()), CREATE_TIMEOUT_MS, call).await?;
        if matches!(sent.outcome, Outcome::Answered(_)) {
            call.advance(Phase::Uploading, total, Some(total));
        }
        Ok(sent)
    }

    async fn ask(&self, id: &str, question: Question, call: &Call) -> Result<Sent, Thrown> {
        let list = |page: u32| String::from("pageNum=") + &whole(page.into()) + "&pageSize=" + &whole(PAGE_SIZE as u64);
        let url = match question {
            Question::Path | Question::Reference => self.url(TASKS_PATH, &[id]),
            Question::Query => {
                let id = String::from(encode_uri_component(id));
                self.url(TASKS_PATH, &[]) + "?external_task_id=" + &id + "&" + &list(1)
            }
            Question::List { page } => self.url(TASKS_PATH, &[]) + "?" + &list(page),
        };
        self.exchange("GET", &url, None, READ_TIMEOUT_MS, call).await
    }
}

fn nothing_to_send() -> Thrown {
    configuration("The input changed while it was being checked.")
}

/// A random UUID; plain-HTTP pages have no `randomUUID`, so it is made from random bytes there.
fn random_id() -> Result<String, Thrown> {
    let crypto = get(&global(), "crypto");
    if let Some(id) = call(&crypto, "randomUUID", &[]).ok().and_then(|id| id.as_string()) {
        return Ok(id);
    }
    let bytes = Uint8Array::new_with_length(16);
    call(&crypto, "getRandomValues", &[&bytes]).map_err(|cause| {
        configuration("This platform has no source of random numbers; give an externalTaskId.").because(cause)
    })?;
    Ok(crate::engine::text::uuid(&bytes.to_vec()))
}
