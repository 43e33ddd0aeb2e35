//! A body that is encoded while it is sent, for runtimes that are short of memory.

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use js_sys::{Array, Function, Promise, Reflect, global};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};

use super::body::Pieces;
use super::js::{call, function, get};
use crate::engine::base64::Text;

#[wasm_bindgen]
extern "C" {
    type Writer;

    #[wasm_bindgen(method, catch)]
    fn write(this: &Writer, piece: &[u8]) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn close(this: &Writer) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn abort(this: &Writer) -> Result<Promise, JsValue>;
}

/// A request's body on its way. Whoever lets go of it before its end stops it.
pub(super) struct Stream {
    readable: JsValue,
    writer: Rc<Writer>,
    /// What is left to send, unless it is being encoded right now.
    _pieces: Rc<RefCell<Option<Pieces>>>,
}

/// The platform's way to make one.
#[derive(Clone, Copy)]
pub(super) struct Streams(());

impl Streams {
    /// Gives nothing where the platform cannot state the length of a stream: of any other one the service would not know it.
    pub(super) fn of_platform() -> Option<Self> {
        function(&global(), "FixedLengthStream").map(|_| Self(()))
    }

    /// Begins to send.
    ///
    /// # Errors
    /// What the platform threw.
    pub(super) fn send(self, pieces: Pieces) -> Result<Stream, JsValue> {
        let total = JsValue::from_f64(pieces.total_bytes as f64);
        let constructor: Function = get(&global(), "FixedLengthStream").dyn_into()?;
        let pipe = Reflect::construct(&constructor, &Array::of1(&total))?;
        let writer = Rc::new(call(&get(&pipe, "writable"), "getWriter", &[])?.unchecked_into::<Writer>());
        let pieces = Rc::new(RefCell::new(Some(pieces)));
        spawn_local(pump(Rc::clone(&writer), Rc::downgrade(&pieces)));
        Ok(Stream { readable: get(&pipe, "readable"), writer, _pieces: pieces })
    }
}

impl Stream {
    /// The platform's `ReadableStream`.
    pub(super) fn readable(&self) -> JsValue {
        self.readable.clone()
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        // Nothing happens where all is sent already. It may reject; what a future listens to is never told as unhandled.
        drop(self.writer.abort().map(JsFuture::from));
    }
}

/// Gives the platform each piece from the module's own memory, which is written again only when the piece has been sent or
/// given up: some versions of workerd copy it at once, others read it until then.
async fn pump(writer: Rc<Writer>, pieces: Weak<RefCell<Option<Pieces>>>) {
    let mut text = Text::default();
    let sent = async {
        while next(&pieces, &mut text).await? {
            JsFuture::from(writer.write(&text)?).await?;
        }
        JsFuture::from(writer.close()?).await
    };
    let sent: Result<JsValue, JsValue> = sent.await;
    if sent.is_err() {
        // The service has answered early, the connection is gone or a file cannot be read; the request itself tells.
        drop(writer.abort().map(JsFuture::from));
    }
}

/// Encodes the next piece. Fails where the request has ended meanwhile.
async fn next(pieces: &Weak<RefCell<Option<Pieces>>>, text: &mut Text) -> Result<bool, JsValue> {
    let place = pieces.upgrade().ok_or(JsValue::UNDEFINED)?;
    let mut pieces = place.take().ok_or(JsValue::UNDEFINED)?;
    let has_more = pieces.next(text).await.map_err(|_| JsValue::UNDEFINED)?;
    place.replace(Some(pieces));
    Ok(has_more)
}
