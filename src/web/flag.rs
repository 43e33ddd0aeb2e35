//! Something that happens once, and waiting for it.

use std::cell::RefCell;
use std::rc::Rc;
use std::task::{Context, Waker};

#[derive(Default)]
struct State {
    is_up: bool,
    waker: Option<Waker>,
}

/// Down at first, and up for good once [`Flag::raise`] is called. All clones are one flag; one of them can be waited for.
#[derive(Clone, Default)]
pub(super) struct Flag(Rc<RefCell<State>>);

impl Flag {
    pub(super) fn raise(&self) {
        let waker = {
            let mut state = self.0.borrow_mut();
            state.is_up = true;
            state.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Whether both are clones of one flag.
    pub(super) fn is(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }

    /// Whether it was raised.
    pub(super) fn is_up(&self) -> bool {
        self.0.borrow().is_up
    }

    /// Has whoever raises it wake up the task that asks.
    pub(super) fn wakes(&self, context: &Context<'_>) {
        self.0.borrow_mut().waker = Some(context.waker().clone());
    }
}
