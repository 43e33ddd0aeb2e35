//! Telling a caller how far a call has come.

use std::cell::Cell;

use js_sys::Function;
use wasm_bindgen::prelude::*;

use super::js;
use super::output::{parsed, task_to_js};
use super::time::now_ms;
use crate::engine::json::ObjectWriter;
use crate::engine::wire::Task;

/// What a call is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Phase {
    /// Reading and encoding the files.
    Reading,
    /// Sending them.
    Uploading,
    /// The task is taken.
    Submitted,
    /// The task is being made.
    Processing,
    /// The video is being downloaded.
    Downloading,
}

impl Phase {
    fn name(self) -> &'static str {
        match self {
            Self::Reading => "reading",
            Self::Uploading => "uploading",
            Self::Submitted => "submitted",
            Self::Processing => "processing",
            Self::Downloading => "downloading",
        }
    }

    fn doing(self) -> &'static str {
        match self {
            Self::Reading => "the files were being read",
            Self::Uploading => "the request was being sent",
            Self::Submitted | Self::Processing => "the video was being made",
            Self::Downloading => "the video was being downloaded",
        }
    }
}

/// How far a call has come, and who is told.
pub struct Progress {
    pub(super) began_at_ms: f64,
    phase: Cell<Phase>,
    on_progress: Option<Function>,
}

impl Progress {
    pub(super) fn new(on_progress: Option<Function>) -> Self {
        // Whoever reads files says so.
        Self { began_at_ms: now_ms(), phase: Cell::new(Phase::Uploading), on_progress }
    }

    /// Whether somebody listens.
    pub(super) fn is_watched(&self) -> bool {
        self.on_progress.is_some()
    }

    /// What was being done last, for people.
    pub(super) fn doing(&self) -> &'static str {
        self.phase.get().doing()
    }

    /// Tells the caller that a phase has begun.
    pub(super) fn enter(&self, phase: Phase, task: Option<&Task>) {
        self.phase.set(phase);
        self.report(task, |_| {});
    }

    /// Tells the caller how many bytes of the phase are done.
    pub(super) fn advance(&self, phase: Phase, loaded_bytes: f64, total_bytes: Option<f64>) {
        self.phase.set(phase);
        self.report(None, |progress| {
            progress.number("loadedBytes", loaded_bytes).number_if("totalBytes", total_bytes);
        });
    }

    /// Tells the caller that something failed which may pass, by the error's code, or that it is not this call's turn yet.
    pub(super) fn wait_for(&self, code: &str, delay_ms: Option<f64>) {
        self.report(None, |progress| {
            let waiting = ObjectWriter::default().text("code", code).number_if("delayMs", delay_ms).finish();
            progress.json("waiting", &waiting);
        });
    }

    fn report(&self, task: Option<&Task>, more: impl FnOnce(&mut ObjectWriter)) {
        let Some(listener) = &self.on_progress else { return };
        let mut progress = ObjectWriter::default();
        progress.text("phase", self.phase.get().name()).number("elapsedMs", now_ms() - self.began_at_ms);
        more(&mut progress);
        let progress = parsed(&progress.finish());
        if let Some(task) = task {
            js::set(&progress, "task", &task_to_js(task));
        }
        // A listener that fails must not lose a paid task: what it throws or rejects with goes to the console and no further.
        let console = js::get(&js::global(), "console");
        let _ = match listener.call1(&JsValue::UNDEFINED, &progress) {
            Ok(given) => js::call(&given, "catch", &[&js::get(&console, "error")]),
            Err(thrown) => js::call(&console, "error", &[&thrown]),
        };
    }
}
