//! Waiting that ends early when the page is shown again or the network is back.

use std::cell::RefCell;

use wasm_bindgen::prelude::*;

use super::flag::Flag;
use super::http::is_page;
use super::js::{get, global};
use super::listener::Listener;
use super::time::Timer;

/// How much longer a page that nobody sees waits.
const HIDDEN_FACTOR: f64 = 3.0;

/// Rings for everything that waits, when the page becomes visible or the network comes back. One pair of listeners
/// serves all, for as long as something waits.
#[derive(Default)]
struct Bell {
    waiting: Vec<Flag>,
    listeners: [Option<Listener>; 2],
}

thread_local! {
    static BELL: RefCell<Bell> = RefCell::default();
}

/// Time that passes, and what else may end it.
pub(super) struct Wait {
    /// Whose flag tells that it is over.
    pub(super) timer: Timer,
    rung: Option<Flag>,
}

impl Wait {
    /// Waits. Where `may_wake`, it ends early when the page becomes visible or the network comes back, and takes longer while
    /// the page is hidden.
    pub(super) fn new(delay_ms: f64, may_wake: bool) -> Self {
        if !may_wake || !is_page() {
            return Self { timer: Timer::new(delay_ms), rung: None };
        }
        let factor = if is_hidden(&get(&global(), "document")) { HIDDEN_FACTOR } else { 1.0 };
        let timer = Timer::new(delay_ms * factor);
        BELL.with_borrow_mut(|bell| {
            if bell.waiting.is_empty() {
                bell.listeners = listeners();
            }
            bell.waiting.push(timer.flag.clone());
        });
        Self { rung: Some(timer.flag.clone()), timer }
    }
}

impl Drop for Wait {
    fn drop(&mut self) {
        let Some(rung) = &self.rung else { return };
        BELL.with_borrow_mut(|bell| {
            bell.waiting.retain(|flag| !flag.is(rung));
            if bell.waiting.is_empty() {
                bell.listeners = Default::default();
            }
        });
    }
}

fn listeners() -> [Option<Listener>; 2] {
    let document = get(&global(), "document");
    let source = document.clone();
    let on_shown = move || {
        if !is_hidden(&source) {
            ring();
        }
    };
    [Listener::new(document, "visibilitychange", on_shown), Listener::new(global(), "online", ring)]
}

fn ring() {
    let waiting = BELL.with_borrow(|bell| bell.waiting.clone());
    for flag in waiting {
        flag.raise();
    }
}

fn is_hidden(document: &JsValue) -> bool {
    get(document, "visibilityState").as_string().as_deref() == Some("hidden")
}
