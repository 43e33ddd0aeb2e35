//! A body that is encoded while it is sent, for runtimes that are short of memory.

use std::cell::RefCell;
use std::rc::{Rc, Weak};
use std::task::{Context, Poll, Waker};

use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;

use super::body::{Next, Pieces};
use super::js::{Builder, call, construct, function, global};
use super::promise::promise_of;

#[wasm_bindgen]
extern "C" {
    type Controller;

    #[wasm_bindgen(method, catch)]
    fn enqueue(this: &Controller, piece: &Uint8Array) -> Result<(), JsValue>;

    #[wasm_bindgen(method, catch)]
    fn close(this: &Controller) -> Result<(), JsValue>;
}

/// A request's body on its way. Whoever lets go of it before its end stops it.
pub(super) struct Stream {
    readable: JsValue,
    _pull: Closure<dyn FnMut(Controller) -> Result<JsValue, JsValue>>,
    /// What is left to send, unless it is being encoded right now.
    _left: Rc<RefCell<Option<Left>>>,
}

struct Left {
    pieces: Pieces,
    /// What the platform was given last.
    sent: Option<Uint8Array>,
}

/// The platform's way to make one.
#[derive(Clone, Copy)]
pub(super) struct Streams(());

impl Streams {
    /// Gives nothing where the platform cannot state the length of a stream: of any other one the service would not know it.
    /// Where there is a `FixedLengthStream`, every stream can; such a one itself hands on no more than 64 KB at a time.
    pub(super) fn of_platform() -> Option<Self> {
        function(&global(), "FixedLengthStream").map(|_| Self(()))
    }

    /// Makes a stream.
    ///
    /// # Errors
    /// What the platform threw.
    pub(super) fn send(self, pieces: Pieces) -> Result<Stream, JsValue> {
        let total = pieces.total_bytes as f64;
        let left = Rc::new(RefCell::new(Some(Left { pieces, sent: None })));
        let place = Rc::downgrade(&left);
        let pull = Closure::new(move |controller| at_once(send(Weak::clone(&place), controller)));
        let source = Builder::new().set("expectedLength", total).set("pull", pull.as_ref()).build();
        // Nothing before it is asked for.
        let strategy = Builder::new().set("highWaterMark", 0.0).build();
        let readable = construct("ReadableStream", &[&source, &strategy])?;
        Ok(Stream { readable, _pull: pull, _left: left })
    }
}

impl Stream {
    /// The platform's `ReadableStream`.
    pub(super) fn readable(&self) -> JsValue {
        self.readable.clone()
    }
}

/// Gives the outcome of work, or a promise of it where it has to wait.
fn at_once(work: impl Future<Output = Result<JsValue, JsValue>> + 'static) -> Result<JsValue, JsValue> {
    let mut work = Box::pin(work);
    match work.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(outcome) => outcome,
        Poll::Pending => Ok(promise_of(work).into()),
    }
}

/// Encodes the next piece and gives the platform a copy, as it may read that for as long as it likes. Fails where the request
/// has ended meanwhile, or where a file cannot be read.
async fn send(place: Weak<RefCell<Option<Left>>>, controller: Controller) -> Result<JsValue, JsValue> {
    let place = place.upgrade().ok_or(JsValue::UNDEFINED)?;
    let mut left = place.take().ok_or(JsValue::UNDEFINED)?;
    if let Some(sent) = left.sent.take() {
        // Left to the garbage collector, all of the body would be there at some time.
        drop(call(&sent.buffer(), "transfer", &[&0.into()]));
    }
    loop {
        match left.pieces.next().map_err(|_| JsValue::UNDEFINED)? {
            Next::Wait(settled) => {
                let given = settled.await;
                left.pieces.take(given);
                continue;
            }
            Next::Piece => {
                let piece = Uint8Array::from(&*left.pieces.text);
                controller.enqueue(&piece)?;
                left.sent = Some(piece);
                place.replace(Some(left));
            }
            Next::End => controller.close()?,
        }
        return Ok(JsValue::UNDEFINED);
    }
}
