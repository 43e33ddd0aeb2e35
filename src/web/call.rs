//! One call of the client: its signal, its deadline and its progress.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use js_sys::Function;
use wasm_bindgen::prelude::*;
use web_sys::AbortSignal;

use super::js;
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

#[derive(Clone)]
enum Ending {
    Aborted(JsValue),
    TimedOut,
}

#[derive(Default)]
struct State {
    ending: RefCell<Option<Ending>>,
    waker: RefCell<Option<Waker>>,
}

impl State {
    fn end(&self, ending: Ending) {
        self.ending.borrow_mut().get_or_insert(ending);
        let waker = self.waker.borrow_mut().take();
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

struct Listener {
    signal: AbortSignal,
    handler: Closure<dyn FnMut()>,
}

impl Drop for Listener {
    fn drop(&mut self) {
        let _ = self.signal.remove_event_listener_with_callback("abort", self.handler.as_ref().unchecked_ref());
    }
}

/// A call under way. Everything that it waits for goes through its `run`, which ends as soon as the caller's signal
/// is aborted or the deadline passes; what was waited for is dropped and with it its request, timer or reader.
pub struct Call {
    state: Rc<State>,
    began_at_ms: f64,
    deadline_ms: Option<f64>,
    phase: Cell<Phase>,
    on_progress: Option<Function>,
    timer: RefCell<Option<std::pin::Pin<Box<Timer>>>>,
    _listener: Option<Listener>,
}

impl Call {
    /// Begins a call. `default_timeout_ms` holds where the caller gave none.
    pub fn new(options: CallOptions, default_timeout_ms: Option<f64>) -> Self {
        let state = Rc::new(State::default());
        let began_at_ms = time::now_ms();
        let timeout_ms = options.timeout_ms.or(default_timeout_ms);
        if options.timeout_ms.is_some_and(|timeout_ms| timeout_ms <= 0.0) {
            state.end(Ending::TimedOut);
        }
        let listener = options.signal.map(|signal| {
            if signal.aborted() {
                state.end(Ending::Aborted(signal.reason()));
            }
            let (shared, source) = (Rc::clone(&state), signal.clone());
            let handler = Closure::new(move || shared.end(Ending::Aborted(source.reason())));
            let _ = signal.add_event_listener_with_callback("abort", handler.as_ref().unchecked_ref());
            Listener { signal, handler }
        });
        Self {
            state,
            began_at_ms,
            deadline_ms: timeout_ms.map(|timeout_ms| began_at_ms + timeout_ms),
            phase: Cell::new(Phase::Reading),
            on_progress: options.on_progress,
            timer: RefCell::new(timeout_ms.map(|timeout_ms| Box::pin(Timer::new(timeout_ms)))),
            _listener: listener,
        }
    }

    /// When the call must have ended, on the clock of [`time::now_ms`].
    pub(super) fn deadline_ms(&self) -> Option<f64> {
        self.deadline_ms
    }

    /// Whether somebody listens to the progress.
    pub(super) fn is_watched(&self) -> bool {
        self.on_progress.is_some()
    }

    /// Waits for `work`, or for the call's end, whichever comes first.
    ///
    /// # Errors
    /// `aborted` or `timeout`.
    pub(super) async fn run<T>(&self, work: impl Future<Output = T>) -> Result<T, Thrown> {
        let mut output = None;
        {
            let work = pin!(async { output = Some(work.await) });
            Race { call: self, work }.await?;
        }
        // There is an output: the race ended without a failure.
        output.ok_or_else(|| Error::Aborted.into())
    }

    fn ended(&self, context: &mut Context<'_>) -> Option<Thrown> {
        let late = match self.timer.borrow_mut().as_mut() {
            Some(timer) => timer.as_mut().poll(context).is_ready(),
            None => false,
        };
        if late {
            self.state.end(Ending::TimedOut);
        }
        let ending = self.state.ending.borrow().clone()?;
        Some(match ending {
            Ending::TimedOut => Error::Timeout { doing: self.phase.get().doing() }.into(),
            Ending::Aborted(reason) => Thrown::from(Error::Aborted).because(reason),
        })
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

/// Some work against the end of its call. It knows no type of the work, so its code stands in the module once.
struct Race<'a> {
    call: &'a Call,
    work: Pin<&'a mut dyn Future<Output = ()>>,
}

impl Future for Race<'_> {
    type Output = Result<(), Thrown>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if let Some(thrown) = self.call.ended(context) {
            return Poll::Ready(Err(thrown));
        }
        *self.call.state.waker.borrow_mut() = Some(context.waker().clone());
        self.work.as_mut().poll(context).map(Ok)
    }
}
