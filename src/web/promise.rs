//! Promises of the platform as futures, and calls as promises.
//!
//! What `wasm-bindgen-futures` does, for the one kind of task that there is here: in less than half of its code.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

use js_sys::{Function, Promise};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    type Thenable;

    #[wasm_bindgen(js_namespace = Promise, js_name = resolve)]
    fn resolved(value: &JsValue) -> Thenable;

    #[wasm_bindgen(method)]
    fn then(this: &Thenable, on_value: &Handler, on_failure: &Handler) -> JsValue;
}

/// A function that the platform calls.
pub(super) type Handler = Closure<dyn FnMut(JsValue)>;

/// What a promise becomes.
pub(super) type Outcome = Result<JsValue, JsValue>;

/// Waits for a promise. One that fails is never told as unhandled, waited for or not.
pub(super) struct Settled(Rc<RefCell<State>>);

#[derive(Default)]
struct State {
    outcome: Option<Outcome>,
    waker: Option<Waker>,
    /// They live until one of them is called, whoever waits.
    handlers: Option<[Handler; 2]>,
}

impl Settled {
    /// Waits for a promise, or for anything else, which is there at once.
    pub(super) fn of(promise: &JsValue) -> Self {
        let state = Rc::new(RefCell::new(State::default()));
        let handlers = [Ok as fn(JsValue) -> Outcome, Err].map(|outcome| {
            let state = Rc::clone(&state);
            Handler::new(move |value| settle(&state, outcome(value)))
        });
        resolved(promise).then(&handlers[0], &handlers[1]);
        state.borrow_mut().handlers = Some(handlers);
        Self(state)
    }

    /// Waits for the promise that a method gave, or has what it threw in place of it.
    pub(super) fn of_called(called: Outcome) -> Self {
        match called {
            Ok(promise) => Self::of(&promise),
            Err(_) => Self::already(called),
        }
    }

    /// What is there at once.
    pub(super) fn already(outcome: Outcome) -> Self {
        Self(Rc::new(RefCell::new(State { outcome: Some(outcome), ..State::default() })))
    }
}

fn settle(state: &RefCell<State>, outcome: Outcome) {
    let waker = {
        let mut state = state.borrow_mut();
        state.outcome = Some(outcome);
        state.handlers = None;
        state.waker.take()
    };
    if let Some(waker) = waker {
        waker.wake();
    }
}

impl Future for Settled {
    type Output = Outcome;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Outcome> {
        let mut state = self.0.borrow_mut();
        match state.outcome.take() {
            Some(outcome) => Poll::Ready(outcome),
            None => {
                state.waker = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }
}

/// Work whose outcome a promise is told.
struct Task {
    work: Pin<Box<dyn Future<Output = Outcome>>>,
    resolve: Function,
    reject: Function,
}

/// The place of a task, which another one takes after it.
#[derive(Default)]
struct Place {
    /// Not while it runs.
    task: Option<Task>,
    is_called: bool,
}

#[derive(Default)]
struct Places {
    all: Vec<Place>,
    free: Vec<usize>,
}

thread_local! {
    static PLACES: RefCell<Places> = RefCell::default();
    static RUN: Handler = Handler::new(run);
}

/// Runs work from the next turn on, and gives a promise of its outcome.
pub(super) fn promise_of(work: Pin<Box<dyn Future<Output = Outcome>>>) -> Promise {
    let mut work = Some(work);
    Promise::new(&mut |resolve, reject| {
        let Some(work) = work.take() else { return };
        let index = PLACES.with_borrow_mut(|places| {
            let index = places.free.pop().unwrap_or(places.all.len());
            if index == places.all.len() {
                places.all.push(Place::default());
            }
            places.all[index].task = Some(Task { work, resolve, reject });
            index
        });
        call_up(index);
    })
}

/// Has the platform run a task after whatever runs now.
fn call_up(index: usize) {
    let was_called = PLACES.with_borrow_mut(|places| std::mem::replace(&mut places.all[index].is_called, true));
    if !was_called {
        RUN.with(|run| resolved(&JsValue::from_f64(index as f64)).then(run, run));
    }
}

/// Runs a task until it waits. Whoever wakes up a place whose task is gone does no harm.
fn run(index: JsValue) {
    let index = index.as_f64().unwrap_or_default() as usize;
    let task = PLACES.with_borrow_mut(|places| {
        let place = &mut places.all[index];
        place.is_called = false;
        place.task.take()
    });
    let Some(mut task) = task else { return };
    let waker = Waker::from(Arc::new(Call(index)));
    let polled = task.work.as_mut().poll(&mut Context::from_waker(&waker));
    let Poll::Ready(outcome) = polled else {
        return PLACES.with_borrow_mut(|places| places.all[index].task = Some(task));
    };
    PLACES.with_borrow_mut(|places| places.free.push(index));
    let (tell, value) = match outcome {
        Ok(value) => (&task.resolve, value),
        Err(value) => (&task.reject, value),
    };
    let _ = tell.call1(&JsValue::UNDEFINED, &value);
}

/// Wakes up the task at a place.
struct Call(usize);

impl Wake for Call {
    fn wake(self: Arc<Self>) {
        call_up(self.0);
    }
}
