//! Sending a create, and settling what became of it: carries out what [`Creation`] or [`Resending`] decides.

use std::rc::Rc;

use js_sys::encode_uri_component;

use super::client::{Client, TASKS_PATH};
use super::errand::{Answer, Contents, Next, Order};
use super::gateway_client::{absent_as_none, proof_of};
use super::thrown::Thrown;
use super::time::{now_ms, random, wall_ms};
use super::upload::Upload;
use crate::engine::create::{Creation, Step};
use crate::engine::error::RefusalKind;
use crate::engine::gateway::resend::Resending;
use crate::engine::lookup::{Outcome, PAGE_SIZE, Question};
use crate::engine::text::whole;

impl Client {
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
pub(super) struct Submission {
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

impl Submission {
    /// `began_at_ms` is that of an earlier create with this id whose outcome nobody has seen.
    pub(super) fn new(
        client: &Client,
        external_task_id: &str,
        upload: Upload,
        began_at_ms: Option<f64>,
        deadline_ms: Option<f64>,
    ) -> Self {
        let policy = client.shared.config.retry.clone();
        let decides = if client.is_for_gateway() {
            Decides::Gateway(Resending::new(external_task_id, policy, deadline_ms, began_at_ms.is_some()))
        } else {
            let known_id = client.shared.known_id.borrow().clone();
            let creation = Creation::new(external_task_id, policy, wall_ms(), deadline_ms).with_reference(known_id);
            Decides::Service(Box::new(match began_at_ms {
                Some(began_at_ms) => creation.resumed(began_at_ms),
                None => creation,
            }))
        };
        let external_task_id = external_task_id.to_owned();
        Self { external_task_id, decides, upload: Rc::new(upload), under_way: UnderWay::Nothing }
    }

    /// Whether nothing that was sent can have created the task. The request that is under way may not have left yet.
    pub(super) fn has_certainly_created_nothing(&self, has_left: bool) -> bool {
        let in_doubt = match &self.decides {
            Decides::Service(creation) => creation.is_unsettled(),
            Decides::Gateway(resending) => resending.is_in_doubt(),
        };
        (self.under_way != UnderWay::Create || !has_left) && !in_doubt
    }

    /// Whether it was looked for in vain: a service may show it late.
    pub(super) fn was_absent(&self) -> bool {
        match &self.decides {
            Decides::Service(creation) => creation.was_absent(),
            Decides::Gateway(resending) => resending.was_absent(),
        }
    }

    pub(super) fn go_on(&mut self, client: &Client) -> Next {
        let step = match &self.decides {
            Decides::Service(creation) => creation.after_wait(),
            Decides::Gateway(resending) => resending.after_wait(),
        };
        self.next(step, client)
    }

    pub(super) fn on_sent(&mut self, outcome: Outcome, client: &Client) -> Next {
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
                Next::Wait {
                    delay_ms,
                    waiting_for: waiting_for.map(RefusalKind::code),
                    may_wake: waiting_for.is_none(),
                }
            }
            Step::Done(result) => Next::Done(result.map(Answer::Task).map_err(Thrown::from)),
        }
    }
}
