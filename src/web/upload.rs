//! What a create sends, in a form that can be sent again.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Function, Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

use super::body::{self, Pieces};
use super::gateway_client::{form_of, name_form};
use super::prepare::Prepared;
use super::storage::take_in;
use super::thrown::Thrown;
use crate::engine::json::quoted;
use crate::engine::resume::Fingerprint;

/// How a body begins; the id follows.
const BODY_BEGINS: &str = "{\"external_task_id\":";

/// The body of a create.
pub(super) enum Upload {
    /// All of it, in memory of the platform.
    Whole(Uint8Array),
    /// Encoded anew each time that it is sent, so that no more than a piece of it is ever in memory.
    Streamed {
        /// What is encoded.
        prepared: Prepared,
        /// Makes a body of a length and of a function that gives the next piece, or nothing at the end.
        stream: Function,
    },
    /// A form with the files as they are, for a gateway.
    Form {
        /// What it was made of.
        prepared: Prepared,
        /// The platform's `FormData`.
        form: JsValue,
    },
}

/// How an upload is made.
pub(super) enum Way {
    Written,
    Streamed(Function),
    Form,
}

/// A body for one request; a stream ends with it.
pub(super) struct Body {
    pub(super) value: JsValue,
    _next: Option<Closure<dyn FnMut() -> Promise>>,
}

impl Upload {
    /// Prepares the body.
    ///
    /// # Errors
    /// Those of [`body::write`]; `configuration` where the platform makes no form of the files.
    pub(super) async fn of(prepared: Prepared, way: Way, on_progress: impl Fn(f64, f64)) -> Result<Self, Thrown> {
        match way {
            Way::Written => body::write(&prepared, on_progress).await.map(Self::Whole),
            Way::Streamed(stream) => Ok(Self::Streamed { prepared, stream }),
            Way::Form => form_of(&prepared).await.map(|form| Self::Form { prepared, form }),
        }
    }

    /// The length in bytes; that of the files for a form.
    pub(super) fn bytes(&self) -> f64 {
        match self {
            Self::Whole(bytes) => f64::from(bytes.length()),
            Self::Streamed { prepared, .. } => prepared.fields.layout().total_bytes as f64,
            Self::Form { prepared, .. } => prepared.file_bytes(),
        }
    }

    /// Gives the body for a request.
    pub(super) fn body(&self) -> Body {
        match self {
            Self::Whole(bytes) => Body { value: bytes.into(), _next: None },
            Self::Streamed { prepared, stream } => streamed(prepared, stream),
            Self::Form { form, .. } => Body { value: form.clone(), _next: None },
        }
    }

    /// Takes everything that is sent into a fingerprint, without the id where that was made up.
    ///
    /// # Errors
    /// `invalid_input` where a file cannot be read any more.
    pub(super) async fn take_into(
        &mut self,
        fingerprint: &mut Fingerprint,
        made_up: Option<&str>,
    ) -> Result<(), Thrown> {
        let prepared = match self {
            Self::Whole(bytes) => {
                let skipped = made_up.map_or(0, |id| BODY_BEGINS.len() + quoted(id).len());
                take_in(fingerprint, bytes, skipped as u32);
                return Ok(());
            }
            Self::Streamed { prepared, .. } | Self::Form { prepared, .. } => prepared,
        };
        let id = prepared.fields.external_task_id.clone();
        if made_up.is_some() {
            prepared.fields.external_task_id.clear();
        }
        let (mut pieces, mut text) = (Pieces::of(prepared), Vec::new());
        prepared.fields.external_task_id = id;
        while pieces.next(&mut text).await? {
            fingerprint.push(&text);
        }
        Ok(())
    }

    /// Puts an id in place of the one that was made up, which is as long.
    pub(super) fn rename(&mut self, external_task_id: &str) {
        match self {
            Self::Whole(bytes) => {
                let (id, from) = (quoted(external_task_id), BODY_BEGINS.len() as u32);
                bytes.subarray(from, from + id.len() as u32).copy_from(id.as_bytes());
            }
            Self::Streamed { prepared, .. } => prepared.fields.external_task_id = external_task_id.to_owned(),
            Self::Form { prepared, form } => {
                prepared.fields.external_task_id = external_task_id.to_owned();
                name_form(form, prepared);
            }
        }
    }
}

/// Each piece is given in the same memory: a stream that states its length has sent one before it takes the next, and
/// fresh memory for every piece would cost more than encoding it.
fn streamed(prepared: &Prepared, stream: &Function) -> Body {
    let pieces = Pieces::of(prepared);
    let total = JsValue::from_f64(pieces.total_bytes as f64);
    let state = Rc::new(RefCell::new(Some((pieces, Vec::new(), Uint8Array::new_with_length(0)))));
    let next = Closure::<dyn FnMut() -> Promise>::new(move || {
        let state = Rc::clone(&state);
        future_to_promise(async move {
            let Some((mut pieces, mut text, mut memory)) = state.take() else { return Ok(JsValue::UNDEFINED) };
            if !pieces.next(&mut text).await.map_err(|_| JsValue::from_str("A file cannot be read any more."))? {
                return Ok(JsValue::UNDEFINED);
            }
            let length = text.len() as u32;
            if memory.length() < length {
                memory = Uint8Array::new_with_length(length);
            }
            let piece = memory.subarray(0, length);
            piece.copy_from(&text);
            state.replace(Some((pieces, text, memory)));
            Ok(piece.into())
        })
    });
    let value = stream.call2(&JsValue::UNDEFINED, &total, next.as_ref()).unwrap_or(JsValue::UNDEFINED);
    Body { value, _next: Some(next) }
}
