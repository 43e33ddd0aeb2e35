//! Clocks and timers.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use wasm_bindgen::prelude::*;
use web_sys::Blob;

use super::flag::Flag;
use super::js::{get, global};
use super::promise::Settled;

/// The longest time a timer of the platform can be set to; a longer one would fire at once.
const TIMER_MAX_MS: f64 = 2_147_483_647.0;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(handler: &Closure<dyn FnMut()>, delay_ms: f64) -> JsValue;

    #[wasm_bindgen(js_name = clearTimeout)]
    fn clear_timeout(timer: &JsValue);

    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn performance_now() -> f64;
}

/// Milliseconds on a clock that never jumps.
pub(super) fn now_ms() -> f64 {
    performance_now()
}

/// The time of day in Unix milliseconds.
pub(super) fn wall_ms() -> f64 {
    js_sys::Date::now()
}

/// A number in `0.0 .. 1.0` for jitter.
pub(super) fn random() -> f64 {
    js_sys::Math::random()
}

/// One timer of the platform, for everything that waits.
#[derive(Default)]
struct Alarm {
    waiting: Vec<(f64, Flag)>,
    /// The platform's timer, and when it fires.
    set: Option<(f64, JsValue)>,
    handler: Option<Closure<dyn FnMut()>>,
}

thread_local! {
    static SHARED: Option<Rc<RefCell<Alarm>>> = may_share().then(Alarm::shared);
}

/// In workerd a timer belongs to the request that set it, and is gone when that one ends.
fn may_share() -> bool {
    get(&get(&global(), "navigator"), "userAgent").as_string().as_deref() != Some("Cloudflare-Workers")
}

impl Alarm {
    fn shared() -> Rc<RefCell<Self>> {
        let alarm = Rc::new(RefCell::new(Self::default()));
        let weak = Rc::downgrade(&alarm);
        let handler = Closure::new(move || {
            let due = weak.upgrade().map(|alarm| alarm.borrow_mut().ring()).unwrap_or_default();
            for (_, flag) in due {
                flag.raise();
            }
        });
        alarm.borrow_mut().handler = Some(handler);
        alarm
    }

    /// Takes out whatever is due, and sets the timer for the rest.
    fn ring(&mut self) -> Vec<(f64, Flag)> {
        let set_for_ms = self.set.take().map_or(0.0, |(at_ms, _)| at_ms);
        // A timer may fire a little early by the other clock.
        let now_ms = now_ms().max(set_for_ms) + 0.5;
        let (due, waiting) = std::mem::take(&mut self.waiting).into_iter().partition(|(at_ms, _)| *at_ms <= now_ms);
        self.waiting = waiting;
        self.set();
        due
    }

    /// Sets the timer where it is not set early enough, and clears it where nobody waits.
    fn set(&mut self) {
        let first_ms = self.waiting.iter().map(|(at_ms, _)| *at_ms).fold(f64::INFINITY, f64::min);
        if self.set.as_ref().is_some_and(|(at_ms, _)| *at_ms <= first_ms && !self.waiting.is_empty()) {
            return;
        }
        if let Some((_, timer)) = self.set.take() {
            clear_timeout(&timer);
        }
        if let Some(handler) = self.handler.as_ref().filter(|_| !self.waiting.is_empty()) {
            let now_ms = now_ms();
            let delay_ms = (first_ms - now_ms).clamp(0.0, TIMER_MAX_MS);
            self.set = Some((now_ms + delay_ms, set_timeout(handler, delay_ms)));
        }
    }
}

/// Is ready once a time has passed. Timers share one of the platform's, which is cleared with the last of them.
pub(super) struct Timer {
    /// Whoever raises it ends the timer early.
    pub(super) flag: Flag,
    alarm: Rc<RefCell<Alarm>>,
}

impl Timer {
    pub(super) fn new(delay_ms: f64) -> Self {
        let flag = Flag::default();
        let alarm = SHARED.with(Option::clone).unwrap_or_else(Alarm::shared);
        {
            let mut alarm = alarm.borrow_mut();
            alarm.waiting.push((now_ms() + delay_ms.max(0.0), flag.clone()));
            alarm.set();
        }
        Self { flag, alarm }
    }
}

impl Future for Timer {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        Pin::new(&mut self.flag).poll(context)
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        let mut alarm = self.alarm.borrow_mut();
        alarm.waiting.retain(|(_, flag)| !flag.is(&self.flag));
        if alarm.waiting.is_empty() {
            alarm.set();
        }
    }
}

/// Lets the page do what else it has to do.
pub(super) async fn let_others() {
    // Timers are slow in hidden tabs, and `scheduler.yield` comes back before what others have waiting.
    if let Ok(blob) = Blob::new() {
        let _ = Settled::of(&blob.array_buffer()).await;
    }
}

/// Gives the output of `work`, or nothing where it takes longer than `delay_ms`; it is dropped then.
pub(super) fn within<'a, T>(delay_ms: f64, work: impl Future<Output = T> + 'a) -> Within<'a, T> {
    Within { work: Box::pin(work), timer: Timer::new(delay_ms) }
}

/// Some work and the time that it has. It is boxed, so that this stands in the module once for each kind of output.
pub(super) struct Within<'a, T> {
    work: Pin<Box<dyn Future<Output = T> + 'a>>,
    timer: Timer,
}

impl<T> Future for Within<'_, T> {
    type Output = Option<T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
        match self.work.as_mut().poll(context) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending => Pin::new(&mut self.timer).poll(context).map(|()| None),
        }
    }
}
