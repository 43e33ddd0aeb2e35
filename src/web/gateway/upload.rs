//! Taking an upload in. Its bytes arrive in the module's memory, are checked and encoded there, and go out from there.

use std::cell::RefCell;
use std::ops::Range;
use std::rc::Rc;

use js_sys::{Array, Promise, Uint8Array};
use wasm_bindgen::prelude::*;

use super::super::CallOptions;
use super::super::client::Client;
use super::super::exports::{config, make, run};
use super::super::input::AvatarInput;
use super::super::js::Builder;
use super::super::media::Media;
use crate::engine::gateway::multipart::{Form, Part, Places, UploadError, boundary};
use crate::engine::limits::Limits;
use crate::engine::resume::Fingerprint;

/// How long the part with the fields may be, in bytes.
const INPUT_MAX_BYTES: usize = 65_536;

/// What is taken at first where the length of the whole is not known, in bytes.
const FIRST_BYTES: usize = 262_144;

/// What the delimiters and heads of a form may take beside its parts, in bytes.
const HEADS_BYTES: usize = 16_384;

/// The least memory that is kept for the next upload, in bytes.
const KEPT_MIN_BYTES: usize = 1 << 20;

/// The sizes of what is kept are multiples of this, in bytes.
const KEPT_STEP_BYTES: usize = 4 << 20;

/// So much of a file's beginning and end is looked at to tell it from another one, in bytes.
const ENDS_BYTES: usize = 65_536;

/// And of so many bytes in between, so few. Each sample is a read of memory that was touched long ago.
const SAMPLED_BYTES: usize = 4096;
const SAMPLE_BYTES: usize = 16;

/// How many uploads' memory is kept.
const KEPT_MAX: usize = 4;

thread_local! {
    /// Memory of earlier uploads. The module's memory never shrinks, and touching fresh memory costs more than encoding it.
    static KEPT: RefCell<Vec<Vec<u8>>> = const { RefCell::new(Vec::new()) };
}

/// Gives memory of at least `bytes` bytes, with whatever an earlier upload left in it.
fn memory_of(bytes: usize) -> Vec<u8> {
    if bytes < KEPT_MIN_BYTES {
        return vec![0; bytes];
    }
    KEPT.with_borrow_mut(|kept| {
        let fitting = kept.iter().position(|memory| memory.len() >= bytes);
        if fitting.is_none() {
            kept.pop();
        }
        // Of few sizes, so that what one upload leaves suits the next.
        fitting.map(|index| kept.swap_remove(index)).unwrap_or_else(|| vec![0; bytes.next_multiple_of(KEPT_STEP_BYTES)])
    })
}

/// The body of an upload, whose memory serves the next one.
#[derive(Debug)]
struct Memory(Vec<u8>);

impl Drop for Memory {
    fn drop(&mut self) {
        let memory = std::mem::take(&mut self.0);
        KEPT.with_borrow_mut(|kept| {
            if memory.len() >= KEPT_MIN_BYTES && kept.len() < KEPT_MAX {
                kept.push(memory);
            }
        });
    }
}

/// A file of an upload.
#[derive(Debug, Clone)]
pub struct Held {
    memory: Rc<Memory>,
    range: Range<usize>,
}

impl Held {
    pub(in super::super) fn bytes(&self) -> &[u8] {
        self.memory.0.get(self.range.clone()).unwrap_or_default()
    }
}

/// A form on its way in, as the entry feeds it.
#[wasm_bindgen]
pub struct WasmUpload {
    form: Option<Form>,
    most_bytes: usize,
}

impl Drop for WasmUpload {
    fn drop(&mut self) {
        drop(self.form.take().map(|form| Memory(form.finish().0)));
    }
}

#[wasm_bindgen]
impl WasmUpload {
    /// Begins with a request's `Content-Type`, its length where that is known, and the limits. Gives nothing for what is no form.
    pub fn begin(content_type: &str, expected_bytes: Option<f64>, limits: &JsValue) -> Option<WasmUpload> {
        let boundary = boundary(content_type)?;
        let limits = Limits::default().overridden(limits).ok()?;
        let max_bytes = [INPUT_MAX_BYTES, limits.image_max_bytes as usize, limits.audio_max_bytes as usize];
        let body_bytes = expected_bytes.map(|bytes| bytes as usize);
        let memory = memory_of(body_bytes.map_or(FIRST_BYTES, |bytes| bytes + 2));
        let most_bytes = max_bytes.iter().sum::<usize>() + HEADS_BYTES;
        Some(Self { form: Some(Form::new(&boundary, max_bytes, body_bytes, memory)), most_bytes })
    }

    /// Takes the next bytes. Gives a message, and whether it is about a length, where the upload is refused.
    pub fn push(&mut self, chunk: &Uint8Array) -> JsValue {
        let (Some(form), length) = (&mut self.form, chunk.length() as usize) else { return JsValue::UNDEFINED };
        if !form.has_room(length) {
            // At once as much as it can become: memory that grows by and by leaves holes in that of the module.
            drop(Memory(form.move_to(memory_of(self.most_bytes))));
        }
        chunk.copy_to(form.space(length));
        match form.advance(length) {
            Ok(()) => JsValue::UNDEFINED,
            Err(error) => Builder::new()
                .set("message", error.message())
                .set("tooLarge", matches!(error, UploadError::TooLarge(_)))
                .build(),
        }
    }

    /// Gives the parts, or nothing where the form is not complete.
    pub fn finish(mut self) -> Option<WasmFiles> {
        let (memory, parts) = self.form.take()?.finish();
        let memory = Memory(memory);
        Some(WasmFiles { memory: Rc::new(memory), parts: parts? })
    }
}

/// The parts of a form that has arrived.
#[wasm_bindgen]
pub struct WasmFiles {
    memory: Rc<Memory>,
    parts: Places,
}

#[wasm_bindgen]
impl WasmFiles {
    /// Gives a copy of the part with the fields.
    pub fn input(&self) -> Option<Uint8Array> {
        self.held(Part::Input).map(|held| Uint8Array::from(held.bytes()))
    }

    /// Tells a file from another one by its length, its ends and samples in between; nothing where there is none of this
    /// name. Not against forgery, for which there is no reason: an id is its subject's own.
    pub fn print(&self, name: &str) -> Option<String> {
        let part = Part::ALL.into_iter().find(|part| part.name() == name)?;
        let held = self.held(part)?;
        let file = held.bytes();
        let mut fingerprint = Fingerprint::default();
        for page in file.chunks(SAMPLED_BYTES) {
            fingerprint.push(page.get(..SAMPLE_BYTES).unwrap_or(page));
        }
        let last = file.len().checked_sub(ENDS_BYTES).and_then(|from| file.get(from..));
        for end in [file.get(..ENDS_BYTES), last] {
            fingerprint.push(end.unwrap_or(file));
        }
        Some(file.len().to_string() + ":" + &fingerprint.finish())
    }

    fn held(&self, part: Part) -> Option<Held> {
        let range = self.parts.get(part as usize)?.clone()?;
        Some(Held { memory: Rc::clone(&self.memory), range })
    }
}

/// The client of a gateway, which sends files from where they arrived, too.
#[wasm_bindgen]
pub struct WasmSender(Client);

#[wasm_bindgen]
impl WasmSender {
    /// Takes a list of the client's options, as `connect` does.
    #[wasm_bindgen(constructor)]
    pub fn new(options: &Array) -> Self {
        Self(Client::new(config(options)))
    }

    /// Calls a method of the client.
    pub fn run(&self, method: u32, given: JsValue, call: &Array) -> Promise {
        run(&self.0, method, given, call)
    }

    /// Creates a task of an input, with files in place of those that it has not.
    #[wasm_bindgen(js_name = createTaskOf)]
    pub fn create_task_of(&self, files: &WasmFiles, input: &Array, call: &Array) -> Promise {
        let mut input = AvatarInput::from_list(input);
        for (part, place) in [(Part::Image, &mut input.image), (Part::SoundFile, &mut input.sound_file)] {
            if let Some(held) = files.held(part) {
                *place = Ok(Some(Media::Held(held)));
            }
        }
        make(self.0.clone(), input, CallOptions::from_list(call), false)
    }
}
