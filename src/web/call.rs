//! One call of the client: its signal and its deadline.

use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use js_sys::Function;
use web_sys::AbortSignal;

use super::flag::Flag;
use super::js::get;
use super::listener::Listener;
use super::progress::Progress;
use super::promise::{Outcome, Settled};
use super::thrown::Thrown;
use super::time::Timer;
use super::wake::Wait;
use crate::engine::error::Error;

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

/// Work behind a pointer: what waits for it holds no more than that.
pub(super) type Work<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// A call under way. Everything that it waits for goes through its `run` or a `Pause`, which end as soon as the caller's
/// signal is aborted or the deadline passes; what was waited for is dropped and with it its request, timer or reader.
pub struct Call {
    signal: Option<AbortSignal>,
    /// Is raised when the signal is aborted and when the time is over.
    over: Flag,
    _listener: Option<Listener>,
    _timer: Option<Timer>,
    timeout_ms: Option<f64>,
    /// Outlives the call where a request still tells of it.
    pub(super) progress: Rc<Progress>,
}

impl Deref for Call {
    type Target = Progress;

    fn deref(&self) -> &Progress {
        &self.progress
    }
}

impl Call {
    /// Begins a call. `default_timeout_ms` holds where the caller gave none.
    pub fn new(options: CallOptions, default_timeout_ms: Option<f64>) -> Self {
        let timeout_ms = options.timeout_ms.or(default_timeout_ms);
        let timer = timeout_ms.map(Timer::new);
        let over = timer.as_ref().map_or_else(Flag::default, |timer| timer.flag.clone());
        let listener = options.signal.clone().and_then(|signal| {
            let over = over.clone();
            Listener::new(signal.into(), "abort", move || over.raise())
        });
        Self {
            signal: options.signal,
            over,
            _listener: listener,
            _timer: timer,
            timeout_ms,
            progress: Rc::new(Progress::new(options.on_progress)),
        }
    }

    /// When the call must have ended, on the clock of [`time::now_ms`].
    pub(super) fn deadline_ms(&self) -> Option<f64> {
        self.timeout_ms.map(|timeout_ms| self.progress.began_at_ms + timeout_ms)
    }

    /// Waits for `work`, or for the call's end, whichever comes first.
    ///
    /// # Errors
    /// `aborted` or `timeout`.
    pub(super) fn run<'a, T: 'a>(&'a self, work: impl Future<Output = T> + 'a) -> Run<'a, T> {
        Run { call: self, work: Box::pin(work) }
    }

    /// Gives the failure of a call that has ended.
    pub(super) fn end(&self) -> Option<Thrown> {
        if let Some(signal) = self.signal.as_ref().filter(|signal| get(signal, "aborted").is_truthy()) {
            return Some(Thrown::from(Error::Aborted).because(get(signal, "reason")));
        }
        // Some callers have no time at all to give.
        let is_late = self.over.is_up() || self.timeout_ms.is_some_and(|timeout_ms| timeout_ms <= 0.0);
        is_late.then(|| Error::Timeout { doing: self.progress.doing() }.into())
    }
}

/// Some work against the end of its call.
pub(super) struct Run<'a, T> {
    call: &'a Call,
    work: Work<'a, T>,
}

impl<T> Future for Run<'_, T> {
    type Output = Result<T, Thrown>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.call.over.wakes(context);
        match self.call.end() {
            Some(thrown) => Poll::Ready(Err(thrown)),
            None => self.work.as_mut().poll(context).map(Ok),
        }
    }
}

/// What a call waits for: a promise, some time, or whichever of them comes first. Gives the promise's outcome, or nothing
/// where the time has passed.
pub(super) struct Pause<'a> {
    /// Not given where it goes on after the call's end.
    pub(super) call: Option<&'a Call>,
    pub(super) promise: Option<Settled>,
    pub(super) wait: Option<Wait>,
}

impl Future for Pause<'_> {
    type Output = Result<Option<Outcome>, Thrown>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if let Some(call) = self.call {
            call.over.wakes(context);
            if let Some(thrown) = call.end() {
                return Poll::Ready(Err(thrown));
            }
        }
        if let Some(promise) = &mut self.promise
            && let Poll::Ready(outcome) = Pin::new(promise).poll(context)
        {
            return Poll::Ready(Ok(Some(outcome)));
        }
        if let Some(wait) = &self.wait {
            wait.timer.flag.wakes(context);
            if wait.timer.flag.is_up() {
                return Poll::Ready(Ok(None));
            }
        }
        Poll::Pending
    }
}
