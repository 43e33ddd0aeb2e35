//! Clocks and timers.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use wasm_bindgen::prelude::*;

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

#[derive(Default)]
struct State {
    fired: bool,
    waker: Option<Waker>,
}

/// Is ready once a time has passed. Dropping it clears the timer.
pub(super) struct Timer {
    state: Rc<RefCell<State>>,
    timer: JsValue,
    _handler: Closure<dyn FnMut()>,
}

impl Timer {
    pub(super) fn new(delay_ms: f64) -> Self {
        let state = Rc::new(RefCell::new(State::default()));
        let shared = Rc::clone(&state);
        let handler = Closure::new(move || {
            let waker = {
                let mut state = shared.borrow_mut();
                state.fired = true;
                state.waker.take()
            };
            if let Some(waker) = waker {
                waker.wake();
            }
        });
        let timer = set_timeout(&handler, delay_ms.clamp(0.0, TIMER_MAX_MS));
        Self { state, timer, _handler: handler }
    }
}

impl Future for Timer {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut state = self.state.borrow_mut();
        if state.fired {
            return Poll::Ready(());
        }
        state.waker = Some(context.waker().clone());
        Poll::Pending
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        clear_timeout(&self.timer);
    }
}

/// The future that is ready first; the other one is dropped. `first` wins where both are.
pub(super) async fn either<A, B>(first: impl Future<Output = A>, second: impl Future<Output = B>) -> Either<A, B> {
    let (mut first, mut second) = (std::pin::pin!(first), std::pin::pin!(second));
    std::future::poll_fn(move |context| {
        if let Poll::Ready(output) = first.as_mut().poll(context) {
            return Poll::Ready(Either::First(output));
        }
        second.as_mut().poll(context).map(Either::Second)
    })
    .await
}

/// Which of two futures was ready.
pub(super) enum Either<A, B> {
    First(A),
    Second(B),
}
