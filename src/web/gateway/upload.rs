//! Taking an upload in: the parts go straight into memory of the platform, so that the module's own stays small.

use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;

use super::super::js::Builder;
use crate::engine::gateway::multipart::{Form, Part, UploadError, boundary};
use crate::engine::limits::Limits;

/// How long the part with the fields may be, in bytes.
const INPUT_MAX_BYTES: usize = 65_536;

/// What a part gets at first where the length of the whole is not known, in bytes.
const FIRST_BYTES: usize = 262_144;

#[derive(Default)]
struct Kept {
    bytes: Option<Uint8Array>,
    length: u32,
}

/// A form on its way in, as the entry feeds it.
#[wasm_bindgen]
pub struct WasmUpload {
    form: Form,
    kept: [Kept; 3],
    max_bytes: [usize; 3],
    expected_bytes: usize,
}

#[wasm_bindgen]
impl WasmUpload {
    /// Begins with a request's `Content-Type`, its length where that is known, and the limits. Gives nothing for what is no form.
    pub fn begin(content_type: &str, expected_bytes: Option<f64>, limits: &JsValue) -> Option<WasmUpload> {
        let boundary = boundary(content_type)?;
        let limits = Limits::default().overridden(limits).ok()?;
        let max_bytes = [INPUT_MAX_BYTES, limits.image_max_bytes as usize, limits.audio_max_bytes as usize];
        let expected_bytes = expected_bytes.map_or(FIRST_BYTES, |bytes| bytes as usize);
        Some(Self { form: Form::new(&boundary, max_bytes), kept: Default::default(), max_bytes, expected_bytes })
    }

    /// Takes the next bytes. Gives a message, and whether it is about a length, where the upload is refused.
    pub fn push(&mut self, chunk: &Uint8Array) -> JsValue {
        chunk.copy_to(self.form.space(chunk.length() as usize));
        let (kept, max_bytes, expected) = (&mut self.kept, &self.max_bytes, self.expected_bytes);
        let pushed = self.form.advance(|part, bytes| keep(kept, max_bytes, expected, part, bytes));
        match pushed {
            Ok(()) => JsValue::UNDEFINED,
            Err(error) => Builder::new()
                .set("message", error.message())
                .set("tooLarge", matches!(error, UploadError::TooLarge(_)))
                .build(),
        }
    }

    /// Gives the parts by name, or nothing where the form is not complete.
    pub fn finish(self) -> JsValue {
        if !self.form.is_complete() {
            return JsValue::UNDEFINED;
        }
        Part::ALL
            .iter()
            .zip(self.kept)
            .fold(Builder::new(), |built, (part, kept)| {
                built.set_some(part.name(), kept.bytes.map(|bytes| bytes.subarray(0, kept.length)))
            })
            .build()
    }
}

fn keep(kept: &mut [Kept; 3], max_bytes: &[usize; 3], expected_bytes: usize, part: Part, contents: &[u8]) {
    let (Some(kept), Some(&max)) = (kept.get_mut(part as usize), max_bytes.get(part as usize)) else { return };
    let end = kept.length + contents.len() as u32;
    let bytes = match kept.bytes.take() {
        Some(bytes) if bytes.length() >= end => bytes,
        old => {
            let wanted = old.as_ref().map_or(expected_bytes, |bytes| bytes.length() as usize * 2);
            let larger = Uint8Array::new_with_length(wanted.min(max).max(end as usize) as u32);
            if let Some(old) = old {
                larger.set(&old, 0);
            }
            larger
        }
    };
    bytes.subarray(kept.length, end).copy_from(contents);
    kept.bytes = Some(bytes);
    kept.length = end;
}
