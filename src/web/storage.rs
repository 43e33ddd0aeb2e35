//! The caller's storage, in which a create is kept until its video is there.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;

use super::client::Client;
use super::errand::Next;
use super::js::call;
use super::promise::Settled;
use super::time::wall_ms;
use crate::engine::json::quoted;
use crate::engine::resume::{Fingerprint, Record};

const PREFIX: &str = "kling-avatar:";

/// How much of a body is looked at once, in bytes.
const PIECE_BYTES: u32 = 1 << 16;

/// How long the storage may take, in milliseconds: it must not hold up a paid task.
pub(super) const ANSWER_MS: f64 = 10_000.0;

/// The names under which calls of this client are kept right now.
pub(super) type NamesInUse = Rc<RefCell<Vec<String>>>;

/// What is kept of one create.
pub(super) struct Saved {
    name: String,
    names: NamesInUse,
    pub(super) record: Record,
}

impl Drop for Saved {
    fn drop(&mut self) {
        self.names.borrow_mut().retain(|name| *name != self.name);
    }
}

impl Saved {
    #[inline(never)]
    pub(super) fn new(names: &NamesInUse, fingerprint: Fingerprint, external_task_id: &str) -> Self {
        let name = free_name(names, PREFIX.to_owned() + &fingerprint.finish());
        let record = Record { external_task_id: external_task_id.to_owned(), task_id: None, began_at_ms: wall_ms() };
        Self { name, names: Rc::clone(names), record }
    }

    /// Asks for the record of this input.
    pub(super) fn open(&self) -> Next {
        self.ask("get", None, false)
    }

    /// Takes what was kept before. Gives when that create began, or nothing where it is no record that serves.
    pub(super) fn read(&mut self, text: &str) -> Option<f64> {
        // An id that is written in another length has no place in a body that is already written.
        let fits =
            |record: &Record| quoted(&record.external_task_id).len() == quoted(&self.record.external_task_id).len();
        self.record = Record::read(text, wall_ms()).filter(fits)?;
        Some(self.record.began_at_ms)
    }

    /// Keeps the record.
    pub(super) fn write(&self) -> Next {
        self.ask("set", Some(self.record.to_text()), false)
    }

    /// Keeps the task's id.
    pub(super) fn note(&mut self, task_id: &str) -> Next {
        self.record.task_id = Some(task_id.to_owned());
        self.write()
    }

    /// Forgets the task's id, so that who comes next looks for it by the caller's own.
    pub(super) fn unname(&mut self) -> Next {
        self.record.task_id = None;
        self.write()
    }

    /// Forgets the create: its video is there, or will never be.
    pub(super) fn forget(&self) -> Next {
        self.ask("delete", None, true)
    }

    fn ask(&self, method: &'static str, text: Option<String>, is_last: bool) -> Next {
        Next::Store(Question { method, name: self.name.clone(), text, is_last })
    }
}

/// What the storage is asked.
pub(super) struct Question {
    method: &'static str,
    name: String,
    text: Option<String>,
    /// Whether it is seen to even where the call has ended.
    pub(super) is_last: bool,
}

impl Client {
    /// Forgets a create of which nothing was sent. Nobody waits for it.
    pub(super) fn forget(&self, saved: &Saved) {
        if let (Next::Store(question), Some(storage)) = (saved.forget(), &self.shared.config.storage) {
            drop(question.ask(storage));
        }
    }
}

impl Question {
    /// Asks the storage.
    pub(super) fn ask(&self, storage: &JsValue) -> Settled {
        let name = JsValue::from_str(&self.name);
        Settled::of_called(match &self.text {
            Some(text) => call(storage, self.method, &[&name, &JsValue::from_str(text)]),
            None => call(storage, self.method, &[&name]),
        })
    }
}

/// The same input twice at the same time means two videos, so the second one is kept under a name of its own.
fn free_name(names: &NamesInUse, base: String) -> String {
    let mut names = names.borrow_mut();
    let mut name = base.clone();
    while names.contains(&name) {
        name.push('+');
    }
    names.push(name.clone());
    name
}

/// Takes in a body from `from` on, piece by piece, so that the module's own memory stays small.
pub(super) fn take_in(fingerprint: &mut Fingerprint, body: &Uint8Array, from: u32) {
    let mut at = from;
    while at < body.length() {
        let end = body.length().min(at.saturating_add(PIECE_BYTES));
        fingerprint.push(&body.subarray(at, end).to_vec());
        at = end;
    }
}
