//! Something that happens once, and waiting for it.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

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
}

impl Future for Flag {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut state = self.0.borrow_mut();
        if state.is_up {
            return Poll::Ready(());
        }
        state.waker = Some(context.waker().clone());
        Poll::Pending
    }
}
