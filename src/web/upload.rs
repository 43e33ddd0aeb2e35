//! What a create sends, in a form that can be sent again.

use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;

use super::body::{self, Pieces};
use super::client::configuration;
use super::gateway_client::{form_of, name_form};
use super::prepare::Prepared;
use super::progress::Progress;
use super::storage::take_in;
use super::stream::{Stream, Streams};
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
    Streamed(Prepared, Streams),
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
    Streamed(Streams),
    Form,
}

/// A body for one request, which it has to outlive.
pub(super) enum Body {
    Whole(JsValue),
    Streamed(Stream),
}

impl Body {
    /// What `fetch` is given.
    pub(super) fn value(&self) -> JsValue {
        match self {
            Self::Whole(value) => value.clone(),
            Self::Streamed(stream) => stream.readable(),
        }
    }
}

impl Upload {
    /// Prepares the body.
    ///
    /// # Errors
    /// Those of [`body::write`]; `configuration` where the platform makes no form of the files.
    pub(super) async fn of(prepared: Prepared, way: Way, progress: &Progress) -> Result<Self, Thrown> {
        match way {
            Way::Written => body::write(&prepared, progress).await.map(Self::Whole),
            Way::Streamed(streams) => Ok(Self::Streamed(prepared, streams)),
            Way::Form => form_of(&prepared).await.map(|form| Self::Form { prepared, form }),
        }
    }

    /// The length in bytes; that of the files for a form.
    pub(super) fn bytes(&self) -> f64 {
        match self {
            Self::Whole(bytes) => f64::from(bytes.length()),
            Self::Streamed(prepared, _) => prepared.fields.layout().total_bytes as f64,
            Self::Form { prepared, .. } => prepared.file_bytes(),
        }
    }

    /// Gives the body for a request.
    ///
    /// # Errors
    /// `configuration` where the platform does not make a stream.
    pub(super) fn body(&self) -> Result<Body, Thrown> {
        match self {
            Self::Whole(bytes) => Ok(Body::Whole(bytes.into())),
            Self::Streamed(prepared, streams) => {
                let failed = |cause| configuration("This platform made no stream of the body.").because(cause);
                streams.send(Pieces::of(prepared)).map(Body::Streamed).map_err(failed)
            }
            Self::Form { form, .. } => Ok(Body::Whole(form.clone())),
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
            Self::Streamed(prepared, _) | Self::Form { prepared, .. } => prepared,
        };
        let id = prepared.fields.external_task_id.clone();
        if made_up.is_some() {
            prepared.fields.external_task_id.clear();
        }
        let pieces = Pieces::of(prepared);
        prepared.fields.external_task_id = id;
        pieces.each(&mut |piece| fingerprint.push(piece)).await
    }

    /// Puts an id in place of the one that was made up, which is as long.
    pub(super) fn rename(&mut self, external_task_id: &str) {
        match self {
            Self::Whole(bytes) => {
                let (id, from) = (quoted(external_task_id), BODY_BEGINS.len() as u32);
                bytes.subarray(from, from + id.len() as u32).copy_from(id.as_bytes());
            }
            Self::Streamed(prepared, _) => prepared.fields.external_task_id = external_task_id.to_owned(),
            Self::Form { prepared, form } => {
                prepared.fields.external_task_id = external_task_id.to_owned();
                name_form(form, prepared);
            }
        }
    }
}
