//! Waiting that ends early when the page is shown again or the network is back.

use std::cell::RefCell;
use std::rc::Rc;
use std::task::{Poll, Waker};

use js_sys::global;
use wasm_bindgen::prelude::*;
use web_sys::EventTarget;

use super::js::get;
use super::time::{Timer, either};

/// How much longer a page that nobody sees waits.
const HIDDEN_FACTOR: f64 = 3.0;

#[derive(Default)]
struct State {
    woken: bool,
    waker: Option<Waker>,
}

struct Listener {
    target: EventTarget,
    event: &'static str,
    handler: Closure<dyn FnMut()>,
}

impl Listener {
    /// Gives nothing where the platform has no such target.
    fn new(target: JsValue, event: &'static str, handler: Closure<dyn FnMut()>) -> Option<Self> {
        get(&target, "addEventListener").dyn_ref::<js_sys::Function>()?;
        let target: EventTarget = target.unchecked_into();
        target.add_event_listener_with_callback(event, handler.as_ref().unchecked_ref()).ok()?;
        Some(Self { target, event, handler })
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let _ = self.target.remove_event_listener_with_callback(self.event, self.handler.as_ref().unchecked_ref());
    }
}

/// Waits. Ends early when the page becomes visible or the network comes back; takes longer while the page is hidden.
pub(super) async fn wait(delay_ms: f64) {
    let document = get(&global(), "document");
    if document.is_undefined() {
        return Timer::new(delay_ms).await;
    }
    let state = Rc::new(RefCell::new(State::default()));
    let _shown = Listener::new(document.clone(), "visibilitychange", {
        let (state, document) = (Rc::clone(&state), document.clone());
        Closure::new(move || {
            if !is_hidden(&document) {
                wake(&state);
            }
        })
    });
    let _online = Listener::new(global().into(), "online", {
        let state = Rc::clone(&state);
        Closure::new(move || wake(&state))
    });
    let woken = std::future::poll_fn(|context| {
        let mut state = state.borrow_mut();
        if state.woken {
            return Poll::Ready(());
        }
        state.waker = Some(context.waker().clone());
        Poll::Pending
    });
    let factor = if is_hidden(&document) { HIDDEN_FACTOR } else { 1.0 };
    either(Timer::new(delay_ms * factor), woken).await;
}

fn is_hidden(document: &JsValue) -> bool {
    get(document, "visibilityState").as_string().as_deref() == Some("hidden")
}

fn wake(state: &Rc<RefCell<State>>) {
    let waker = {
        let mut state = state.borrow_mut();
        state.woken = true;
        state.waker.take()
    };
    if let Some(waker) = waker {
        waker.wake();
    }
}
