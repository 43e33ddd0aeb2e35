//! Clocks and timers.

use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::prelude::*;

use super::flag::Flag;
use super::js::{call, construct, get, global};
use super::promise::{Handler, Settled};

/// The longest time a timer of the platform can be set to; a longer one would fire at once.
const TIMER_MAX_MS: f64 = 2_147_483_647.0;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(handler: &Handler, delay_ms: f64) -> JsValue;

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
    handler: Option<Handler>,
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
        let handler = Handler::new(move |_| {
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

/// Raises a flag once a time has passed. Timers share one of the platform's, which is cleared with the last of them.
pub(super) struct Timer {
    /// Whoever else raises it ends the timer early.
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

impl Drop for Timer {
    fn drop(&mut self) {
        let mut alarm = self.alarm.borrow_mut();
        alarm.waiting.retain(|(_, flag)| !flag.is(&self.flag));
        if alarm.waiting.is_empty() {
            alarm.set();
        }
    }
}

/// Is there once the page has done what else it has to do.
pub(super) fn let_others() -> Settled {
    // Timers are slow in hidden tabs, and `scheduler.yield` comes back before what others have waiting.
    Settled::of_called(construct("Blob", &[]).and_then(|blob| call(&blob, "arrayBuffer", &[])))
}
