//! Waiting that ends early when the page is shown again or the network is back.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use js_sys::global;
use wasm_bindgen::prelude::*;
use web_sys::EventTarget;

use super::http::is_page;
use super::js::get;
use super::time::{Timer, either};

/// How much longer a page that nobody sees waits.
const HIDDEN_FACTOR: f64 = 3.0;

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

/// Rings for everything that waits, when the page becomes visible or the network comes back. One pair of listeners
/// serves all, for as long as something waits.
#[derive(Default)]
struct Bell {
    waiting: Vec<Rc<RefCell<State>>>,
    listeners: Vec<Listener>,
}

#[derive(Default)]
struct State {
    woken: bool,
    waker: Option<Waker>,
}

thread_local! {
    static BELL: RefCell<Bell> = RefCell::default();
}

/// A wait for the bell.
struct Rung(Rc<RefCell<State>>);

impl Rung {
    fn new() -> Self {
        let state = Rc::new(RefCell::new(State::default()));
        BELL.with_borrow_mut(|bell| {
            if bell.waiting.is_empty() {
                bell.listeners = listeners();
            }
            bell.waiting.push(Rc::clone(&state));
        });
        Self(state)
    }
}

impl Future for Rung {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut state = self.0.borrow_mut();
        if state.woken {
            return Poll::Ready(());
        }
        state.waker = Some(context.waker().clone());
        Poll::Pending
    }
}

impl Drop for Rung {
    fn drop(&mut self) {
        BELL.with_borrow_mut(|bell| {
            bell.waiting.retain(|state| !Rc::ptr_eq(state, &self.0));
            if bell.waiting.is_empty() {
                bell.listeners.clear();
            }
        });
    }
}

fn listeners() -> Vec<Listener> {
    let document = get(&global(), "document");
    let source = document.clone();
    let on_shown = Closure::new(move || {
        if !is_hidden(&source) {
            ring();
        }
    });
    let shown = Listener::new(document, "visibilitychange", on_shown);
    let online = Listener::new(global().into(), "online", Closure::new(ring));
    shown.into_iter().chain(online).collect()
}

fn ring() {
    let waiting = BELL.with_borrow(|bell| bell.waiting.clone());
    for state in waiting {
        let waker = {
            let mut state = state.borrow_mut();
            state.woken = true;
            state.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

/// Waits. Ends early when the page becomes visible or the network comes back; takes longer while the page is hidden.
pub(super) async fn wait(delay_ms: f64) {
    if !is_page() {
        return Timer::new(delay_ms).await;
    }
    let factor = if is_hidden(&get(&global(), "document")) { HIDDEN_FACTOR } else { 1.0 };
    either(Timer::new(delay_ms * factor), Rung::new()).await;
}

fn is_hidden(document: &JsValue) -> bool {
    get(document, "visibilityState").as_string().as_deref() == Some("hidden")
}
