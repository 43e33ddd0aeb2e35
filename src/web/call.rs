//! One call of the client: its signal and its deadline.

use std::cell::RefCell;
use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use js_sys::Function;
use web_sys::AbortSignal;

use super::flag::Flag;
use super::listener::Listener;
use super::progress::Progress;
use super::thrown::Thrown;
use super::time::Timer;
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

/// A call under way. Everything that it waits for goes through its `run`, which ends as soon as the caller's signal
/// is aborted or the deadline passes; what was waited for is dropped and with it its request, timer or reader.
pub struct Call {
    signal: Option<AbortSignal>,
    /// Wakes the call up when its signal is aborted.
    aborted: Flag,
    _listener: Option<Listener>,
    timeout_ms: Option<f64>,
    timer: RefCell<Option<Timer>>,
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
        let aborted = Flag::default();
        let listener = options.signal.clone().and_then(|signal| {
            let aborted = aborted.clone();
            Listener::new(signal.into(), "abort", move || aborted.raise())
        });
        Self {
            signal: options.signal,
            aborted,
            _listener: listener,
            timeout_ms,
            timer: RefCell::new(timeout_ms.map(Timer::new)),
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
        is_late.then(|| Error::Timeout { doing: self.progress.doing() }.into())
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
