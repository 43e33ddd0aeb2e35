//! The caller's storage, in which a create is kept until its video is there.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;

use super::js::call;
use super::promise::Settled;
use super::thrown::Thrown;
use super::time::{wall_ms, within};
use crate::engine::error::Error;
use crate::engine::resume::{Fingerprint, Record};

const PREFIX: &str = "kling-avatar:";

/// How much of a body is looked at once, in bytes.
const PIECE_BYTES: u32 = 1 << 16;

/// How long the storage may take, in milliseconds: it must not hold up a paid task.
const ANSWER_MS: f64 = 10_000.0;

/// The names under which calls of this client are kept right now.
pub(super) type NamesInUse = Rc<RefCell<Vec<String>>>;

/// What is kept of one create.
pub(super) struct Saved {
    storage: JsValue,
    name: String,
    names: NamesInUse,
    pub(super) record: Record,
    /// Whether the record was there before this call.
    pub(super) resumed: bool,
}

impl Drop for Saved {
    fn drop(&mut self) {
        self.names.borrow_mut().retain(|name| *name != self.name);
    }
}

impl Saved {
    /// Reads the record of this input, or writes a new one.
    ///
    /// # Errors
    /// `configuration` where the storage fails: nothing was sent yet, and a create that cannot be kept is not begun.
    pub(super) async fn open(
        storage: &JsValue,
        names: &NamesInUse,
        fingerprint: Fingerprint,
        external_task_id: &str,
    ) -> Result<Self, Thrown> {
        let name = free_name(names, PREFIX.to_owned() + &fingerprint.finish());
        let record = Record { external_task_id: external_task_id.to_owned(), task_id: None, began_at_ms: wall_ms() };
        let mut saved = Self { storage: storage.clone(), name, names: Rc::clone(names), record, resumed: false };
        let text = saved.ask("get", None).await.map_err(failed)?.as_string();
        // An id of another length has no place in a body that is already written.
        let fits = |record: &Record| record.external_task_id.len() == external_task_id.len();
        match text.and_then(|text| Record::read(&text, wall_ms())).filter(fits) {
            Some(record) => {
                saved.record = record;
                saved.resumed = true;
            }
            None => saved.write().await.map_err(failed)?,
        }
        Ok(saved)
    }

    /// Keeps the task's id. A storage that fails now costs the resuming, not the task.
    pub(super) async fn created(&mut self, task_id: &str) {
        self.record.task_id = Some(task_id.to_owned());
        let _ = self.write().await;
    }

    /// Forgets the create: its video is there, or will never be.
    pub(super) async fn forget(self) {
        let _ = self.ask("delete", None).await;
    }

    async fn write(&self) -> Result<(), JsValue> {
        self.ask("set", Some(self.record.to_text())).await.map(drop)
    }

    async fn ask(&self, method: &str, text: Option<String>) -> Result<JsValue, JsValue> {
        let name = JsValue::from_str(&self.name);
        let answer = match text {
            Some(text) => call(&self.storage, method, &[&name, &JsValue::from_str(&text)])?,
            None => call(&self.storage, method, &[&name])?,
        };
        let answer = within(ANSWER_MS, Settled::of(&answer)).await;
        answer.unwrap_or_else(|| Err(js_sys::Error::new("the storage does not answer").into()))
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

fn failed(cause: JsValue) -> Thrown {
    let message = String::from("The storage failed, so nothing was sent.");
    Thrown::from(Error::Configuration { message }).because(cause)
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
