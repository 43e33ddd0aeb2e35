//! Waiting for one's turn where a client may only have so many tasks under way.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use crate::engine::queue::Queue;

/// A queue that the calls of a client share.
pub(super) type Turns = Rc<RefCell<Queue<Waker>>>;

/// A place in the queue, first waiting and then taken. Dropping it gives it up.
pub(super) struct Place {
    turns: Turns,
    ticket: u64,
}

impl Place {
    pub(super) fn new(turns: &Turns) -> Self {
        Self { turns: Rc::clone(turns), ticket: turns.borrow_mut().enter() }
    }

    /// Whether nobody has to be waited for.
    pub(super) fn is_free(&self) -> bool {
        self.turns.borrow().is_free_for(self.ticket)
    }

    /// Is ready once it is this one's turn.
    pub(super) fn turn(&self) -> Turn<'_> {
        Turn(self)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let waker = self.turns.borrow_mut().leave(self.ticket);
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

/// The wait for one's turn.
pub(super) struct Turn<'a>(&'a Place);

impl Future for Turn<'_> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let (taken, next) = {
            let mut queue = self.0.turns.borrow_mut();
            let taken = queue.take(self.0.ticket, context.waker().clone());
            (taken, if taken { queue.next_waker() } else { None })
        };
        if let Some(next) = next {
            next.wake();
        }
        if taken { Poll::Ready(()) } else { Poll::Pending }
    }
}
