//! Listening to an event for as long as something lives.

use wasm_bindgen::prelude::*;

use super::js::call;
use super::promise::Handler;

/// Listens until it is dropped.
pub(super) struct Listener {
    target: JsValue,
    event: &'static str,
    handler: Handler,
}

impl Listener {
    /// Gives nothing where the platform has no such target.
    pub(super) fn new(target: JsValue, event: &'static str, mut handler: impl FnMut() + 'static) -> Option<Self> {
        let listener = Self { target, event, handler: Handler::new(move |_| handler()) };
        listener.tell("addEventListener").then_some(listener)
    }

    fn tell(&self, method: &str) -> bool {
        call(&self.target, method, &[&JsValue::from_str(self.event), self.handler.as_ref()]).is_ok()
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.tell("removeEventListener");
    }
}
