//! Creating a task: checks, writes the body, carries out what [`Creation`] decides, and keeps what a reload needs.

use std::rc::Rc;

use js_sys::{Uint8Array, encode_uri_component};

use super::call::{Call, CallOptions};
use super::client::{Client, Kind, TASKS_PATH, configuration};
use super::errand::{Answer, Contents, Errand, Next, Order};
use super::gateway_client::{absent_as_none, proof_of};
use super::input::AvatarInput;
use super::js::{call, get, global};
use super::prepare::Prepared;
use super::progress::Phase;
use super::read::ReadTask;
use super::storage::Saved;
use super::stream::Streams;
use super::thrown::Thrown;
use super::time::{now_ms, random, wall_ms};
use super::turn::Place;
use super::upload::{Upload, Way};
use super::watch::Watch;
use crate::engine::create::{Creation, Step};
use crate::engine::error::{Error, RefusalKind};
use crate::engine::gateway::resend::Resending;
use crate::engine::lookup::{Outcome, PAGE_SIZE, Question};
use crate::engine::resume::Fingerprint;
use crate::engine::text::whole;
use crate::engine::wire::{Task, Video};

/// A task that was created, now or before a reload.
pub(super) struct Created {
    pub(super) task_id: String,
    pub(super) external_task_id: String,
    /// What the service said of it, unless its id was kept from before a reload.
    pub(super) task: Option<Box<Task>>,
    pub(super) kind: Kind,
    pub(super) saved: Option<Saved>,
    /// Whether the same call, repeated, would find it. The service may take the same id twice, a gateway does not.
    pub(super) is_found_again: bool,
    /// Held until the task has ended.
    pub(super) place: Option<Place>,
}

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
        let created = self.create(input, &call, waits).await?;
        let external_task_id = Some(created.external_task_id.as_str());
        let answer = match created.task {
            Some(task) if !waits => Ok(Answer::Task(task)),
            task => {
                let mut errand: Box<dyn Errand> = if waits {
                    let exists = created.saved.is_some();
                    Box::new(Watch::to_the_end(&self, &call, created.task_id, task, created.kind, exists))
                } else {
                    Box::new(ReadTask::of(&self, &call, created.task_id))
                };
                self.carry_out(&mut *errand, &call).await
            }
        };
        let has_ended = match &answer {
            Ok(_) => true,
            Err(thrown) => thrown.error().ends_task(),
        };
        // Whoever has the task or its video does not need the record.
        if let Some(saved) = created.saved.filter(|_| has_ended) {
            saved.forget().await;
        }
        drop(created.place);
        answer.map_err(|thrown| thrown.with_ids(None, external_task_id).may_pay_again(!created.is_found_again))
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
        let is_found_again = saved.is_some() || (self.is_for_gateway() && !made_up);
        let created =
            Created { task_id: String::new(), external_task_id, task: None, kind, saved, is_found_again, place };
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
        let resumed = created.saved.as_ref().filter(|saved| saved.resumed).map(|saved| saved.record.clone());
        if let Some(record) = &resumed {
            created.external_task_id.clone_from(&record.external_task_id);
            if let Some(task_id) = &record.task_id {
                created.task_id.clone_from(task_id);
                return Ok(created);
            }
            upload.rename(&record.external_task_id);
        }
        let policy = self.shared.config.retry.clone();
        let id = created.external_task_id.as_str();
        let decides = if self.is_for_gateway() {
            Decides::Gateway(Resending::new(id, policy, call.deadline_ms(), resumed.is_some()))
        } else {
            let known_id = self.shared.known_id.borrow().clone();
            let creation = Creation::new(id, policy, wall_ms(), call.deadline_ms()).with_reference(known_id);
            Decides::Service(Box::new(match resumed {
                Some(record) => creation.resumed(record.began_at_ms),
                None => creation,
            }))
        };
        let mut errand = Creating {
            external_task_id: id.to_owned(),
            decides,
            upload: Rc::new(upload),
            under_way: UnderWay::Nothing,
        };
        match self.carry_out(&mut errand, call).await.and_then(Answer::into_task) {
            Ok(mut task) => {
                let own_id = task.external_task_id.get_or_insert_with(|| created.external_task_id.clone());
                *self.shared.known_id.borrow_mut() = Some(own_id.clone());
                created.task_id.clone_from(&task.task_id);
                if let Some(saved) = &mut created.saved {
                    // A call that ends meanwhile ends at its next step, and then with the task's id.
                    let _ = call.run(saved.created(&task.task_id)).await;
                }
                created.task = Some(task);
                Ok(created)
            }
            Err(thrown) => {
                let certainly_nothing = errand.has_certainly_created_nothing();
                if let Some(saved) = created.saved.filter(|_| certainly_nothing) {
                    saved.forget().await;
                }
                Err(thrown.may_pay_again(!created.is_found_again && !certainly_nothing))
            }
        }
    }

    /// The request that creates a task.
    fn create_order(&self, upload: &Rc<Upload>) -> Order {
        let mut url = self.url(TASKS_PATH, &[]);
        if self.is_for_gateway() {
            url.push_str("?tellWaiting=1");
        }
        Order { url, contents: Contents::Upload(Rc::clone(upload)) }
    }

    /// The request that asks for a task by the caller's own id.
    pub(super) fn question(&self, id: &str, question: Question) -> Order {
        let list = |page: u32| String::from("pageNum=") + &whole(page.into()) + "&pageSize=" + &whole(PAGE_SIZE as u64);
        Order::ask(match question {
            Question::Path | Question::Reference => self.url(TASKS_PATH, &[id]),
            Question::Query => {
                let id = String::from(encode_uri_component(id));
                self.url(TASKS_PATH, &[]) + "?external_task_id=" + &id + "&" + &list(1)
            }
            Question::List { page } => self.url(TASKS_PATH, &[]) + "?" + &list(page),
        })
    }
}

/// A create, sent and settled.
struct Creating {
    external_task_id: String,
    decides: Decides,
    upload: Rc<Upload>,
    under_way: UnderWay,
}

enum Decides {
    Service(Box<Creation>),
    Gateway(Resending),
}

#[derive(Clone, Copy, PartialEq)]
enum UnderWay {
    Nothing,
    Create,
    Question,
}

impl Creating {
    /// Of a create that has ended without a task.
    fn has_certainly_created_nothing(&self) -> bool {
        let in_doubt = match &self.decides {
            Decides::Service(creation) => creation.is_unsettled(),
            Decides::Gateway(resending) => resending.is_in_doubt(),
        };
        self.under_way != UnderWay::Create && !in_doubt
    }

    fn next(&mut self, step: Step, client: &Client) -> Next {
        self.under_way = UnderWay::Nothing;
        match step {
            Step::Send => {
                self.under_way = UnderWay::Create;
                Next::Send(client.create_order(&self.upload))
            }
            Step::Ask(question) => {
                self.under_way = UnderWay::Question;
                Next::Send(match &self.decides {
                    Decides::Service(creation) => client.question(creation.asked_id(), question),
                    Decides::Gateway(_) => Order::ask(client.find_url(&self.external_task_id)),
                })
            }
            Step::Wait { delay_ms, waiting_for } => {
                // Being back online is a reason to ask again; that the service said "not now" is none.
                Next::Wait { delay_ms, waiting_for, may_wake: waiting_for.is_none() }
            }
            Step::Done(result) => Next::Done(result.map(Answer::Task)),
        }
    }
}

impl Errand for Creating {
    fn go_on(&mut self, client: &Client) -> Next {
        let step = match &self.decides {
            Decides::Service(creation) => creation.after_wait(),
            Decides::Gateway(resending) => resending.after_wait(),
        };
        self.next(step, client)
    }

    fn on_sent(&mut self, outcome: Outcome, client: &Client) -> Next {
        let asked = self.under_way == UnderWay::Question;
        let step = match &mut self.decides {
            Decides::Service(creation) if asked => creation.on_asked(outcome, now_ms(), random()),
            Decides::Service(creation) => creation.on_sent(outcome, now_ms(), random()),
            Decides::Gateway(resending) if asked => {
                resending.on_found(absent_as_none(client.task_in(outcome)), now_ms(), random())
            }
            Decides::Gateway(resending) => {
                let proof = proof_of(&outcome);
                resending.on_sent(client.task_in(outcome), proof, now_ms(), random())
            }
        };
        self.next(step, client)
    }

    fn with_ids(&self, thrown: Thrown) -> Thrown {
        thrown.with_ids(None, Some(&self.external_task_id))
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
