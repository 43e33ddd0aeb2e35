//! One call of the client: its signal, its deadline and its progress.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use js_sys::Function;
use wasm_bindgen::prelude::*;
use web_sys::AbortSignal;

use super::flag::Flag;
use super::js;
use super::listener::Listener;
use super::output::{parsed, task_to_js};
use super::thrown::Thrown;
use super::time::{self, Timer};
use crate::engine::error::{Error, RefusalKind};
use crate::engine::json::ObjectWriter;
use crate::engine::wire::Task;

/// What a caller can say about a call.
#[derive(Debug, Clone, Default)]
pub struct CallOptions {
    /// Ends the call at once.
    pub signal: Option<AbortSignal>,
    /// Is told how far the call has come, as the `Progress` of the TypeScript declarations.
    pub on_progress: Option<Function>,
    /// Bounds the whole call, in milliseconds.
    pub timeout_ms: Option<f64>,
}

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

/// A call under way. Everything that it waits for goes through its `run`, which ends as soon as the caller's signal
/// is aborted or the deadline passes; what was waited for is dropped and with it its request, timer or reader.
pub struct Call {
    signal: Option<AbortSignal>,
    /// Wakes the call up when its signal is aborted.
    aborted: Flag,
    _listener: Option<Listener>,
    began_at_ms: f64,
    timeout_ms: Option<f64>,
    timer: RefCell<Option<Timer>>,
    phase: Cell<Phase>,
    on_progress: Option<Function>,
}

impl Call {
    /// Begins a call. `default_timeout_ms` holds where the caller gave none.
    pub fn new(options: CallOptions, default_timeout_ms: Option<f64>) -> Self {
        let timeout_ms = options.timeout_ms.or(default_timeout_ms);
        let aborted = Flag::default();
        let listener = options.signal.clone().and_then(|signal| {
            let aborted = aborted.clone();
            Listener::new(signal.into(), "abort", move || aborted.raise())
        });
        Self {
            signal: options.signal,
            aborted,
            _listener: listener,
            began_at_ms: time::now_ms(),
            timeout_ms,
            timer: RefCell::new(timeout_ms.map(Timer::new)),
            phase: Cell::new(Phase::Reading),
            on_progress: options.on_progress,
        }
    }

    /// When the call must have ended, on the clock of [`time::now_ms`].
    pub(super) fn deadline_ms(&self) -> Option<f64> {
        self.timeout_ms.map(|timeout_ms| self.began_at_ms + timeout_ms)
    }

    /// Whether somebody listens to the progress.
    pub(super) fn is_watched(&self) -> bool {
        self.on_progress.is_some()
    }

    /// Waits for `work`, or for the call's end, whichever comes first.
    ///
    /// # Errors
    /// `aborted` or `timeout`.
    pub(super) fn run<'a, T: 'a>(&'a self, work: impl Future<Output = T> + 'a) -> Run<'a, T> {
        Run { call: self, work: Box::pin(work) }
    }

    /// Gives the failure of a call that has ended, or has its end wake up whoever asks.
    fn ended(&self, context: &mut Context<'_>) -> Option<Thrown> {
        if let Some(signal) = self.signal.as_ref().filter(|signal| signal.aborted()) {
            return Some(Thrown::from(Error::Aborted).because(signal.reason()));
        }
        let _ = Pin::new(&mut self.aborted.clone()).poll(context);
        let mut timer = self.timer.borrow_mut();
        let is_late = timer.as_mut().is_some_and(|timer| Pin::new(timer).poll(context).is_ready());
        // Some callers have no time at all to give.
        let is_late = is_late || self.timeout_ms.is_some_and(|timeout_ms| timeout_ms <= 0.0);
        is_late.then(|| Error::Timeout { doing: self.phase.get().doing() }.into())
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

    /// Tells the caller that the service asked to wait, or that it is not this call's turn yet.
    pub(super) fn wait_for(&self, kind: RefusalKind, delay_ms: Option<f64>) {
        self.report(None, |progress| {
            let waiting = ObjectWriter::default().text("code", kind.code()).number_if("delayMs", delay_ms).finish();
            progress.json("waiting", &waiting);
        });
    }

    /// Gives a function that tells the caller how many bytes of a phase are done, for as long as the request lasts.
    pub(super) fn reporter(&self, phase: Phase) -> impl Fn(f64, f64) + 'static {
        let (listener, began_at_ms) = (self.on_progress.clone(), self.began_at_ms);
        move |loaded_bytes, total_bytes| {
            let mut progress = progress(phase, began_at_ms);
            progress.number("loadedBytes", loaded_bytes).number("totalBytes", total_bytes);
            report(listener.as_ref(), &parsed(&progress.finish()));
        }
    }

    fn report(&self, task: Option<&Task>, more: impl FnOnce(&mut ObjectWriter)) {
        if self.on_progress.is_none() {
            return;
        }
        let mut progress = progress(self.phase.get(), self.began_at_ms);
        more(&mut progress);
        let progress = parsed(&progress.finish());
        if let Some(task) = task {
            js::set(&progress, "task", &task_to_js(task));
        }
        report(self.on_progress.as_ref(), &progress);
    }
}

fn progress(phase: Phase, began_at_ms: f64) -> ObjectWriter {
    let mut progress = ObjectWriter::default();
    progress.text("phase", phase.name()).number("elapsedMs", time::now_ms() - began_at_ms);
    progress
}

/// A listener that throws must not lose a paid task, so what it throws goes to the console and no further.
fn report(listener: Option<&Function>, progress: &JsValue) {
    if let Some(listener) = listener
        && let Err(thrown) = listener.call1(&JsValue::UNDEFINED, progress)
    {
        let _ = js::call(&js::get(&js_sys::global(), "console"), "error", &[&thrown]);
    }
}

/// Some work against the end of its call.
pub(super) struct Run<'a, T> {
    call: &'a Call,
    work: Pin<Box<dyn Future<Output = T> + 'a>>,
}

impl<T> Future for Run<'_, T> {
    type Output = Result<T, Thrown>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match self.call.ended(context) {
            Some(thrown) => Poll::Ready(Err(thrown)),
            None => self.work.as_mut().poll(context).map(Ok),
        }
    }
}
