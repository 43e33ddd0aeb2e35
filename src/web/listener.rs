//! Listening to an event for as long as something lives.

use wasm_bindgen::prelude::*;
use web_sys::EventTarget;

use super::js::function;

/// Listens until it is dropped.
pub(super) struct Listener {
    target: EventTarget,
    event: &'static str,
    handler: Closure<dyn FnMut()>,
}

impl Listener {
    /// Gives nothing where the platform has no such target.
    pub(super) fn new(target: JsValue, event: &'static str, handler: impl FnMut() + 'static) -> Option<Self> {
        function(&target, "addEventListener")?;
        let (target, handler): (EventTarget, _) = (target.unchecked_into(), Closure::new(handler));
        target.add_event_listener_with_callback(event, handler.as_ref().unchecked_ref()).ok()?;
        Some(Self { target, event, handler })
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let _ = self.target.remove_event_listener_with_callback(self.event, self.handler.as_ref().unchecked_ref());
    }
}
