//! Whose turn it is, where only so many may go on at a time.

/// A fair queue: places are given in the order in which they were asked for. `W` is what wakes one that waits.
#[derive(Debug)]
pub struct Queue<W> {
    places: u32,
    taken: u32,
    next: u64,
    waiting: Vec<(u64, Option<W>)>,
}

impl<W> Queue<W> {
    /// Makes a queue for this many places.
    pub fn new(places: u32) -> Self {
        Self { places: places.max(1), taken: 0, next: 0, waiting: Vec::new() }
    }

    /// Stands at the end, and gives the ticket.
    pub fn enter(&mut self) -> u64 {
        self.next += 1;
        self.waiting.push((self.next, None));
        self.next
    }

    /// Whether it is this ticket's turn.
    pub fn is_free_for(&self, ticket: u64) -> bool {
        self.taken < self.places && self.waiting.first().is_some_and(|(first, _)| *first == ticket)
    }

    /// Takes a place if it is this ticket's turn; else keeps what wakes it.
    pub fn take(&mut self, ticket: u64, waker: W) -> bool {
        if self.is_free_for(ticket) {
            self.waiting.remove(0);
            self.taken += 1;
            return true;
        }
        if let Some(entry) = self.waiting.iter_mut().find(|(waiting, _)| *waiting == ticket) {
            entry.1 = Some(waker);
        }
        false
    }

    /// Leaves, with a place or while waiting. Gives what wakes the next one.
    pub fn leave(&mut self, ticket: u64) -> Option<W> {
        match self.waiting.iter().position(|(waiting, _)| *waiting == ticket) {
            Some(index) => drop(self.waiting.remove(index)),
            None => self.taken = self.taken.saturating_sub(1),
        }
        self.next_waker()
    }

    /// Gives what wakes the first one, if there is a place for it.
    pub fn next_waker(&mut self) -> Option<W> {
        if self.taken < self.places { self.waiting.first_mut()?.1.take() } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_given_in_order() {
        let mut queue = Queue::new(2);
        let tickets: Vec<u64> = (0..5).map(|_| queue.enter()).collect();
        assert!(!queue.take(tickets[1], 1), "the first one is first");
        assert!(queue.take(tickets[0], 0));
        assert_eq!(queue.next_waker(), Some(1));
        assert!(queue.take(tickets[1], 1));
        for (n, ticket) in tickets.iter().enumerate().skip(2) {
            assert!(!queue.take(*ticket, n));
        }
        assert_eq!(queue.next_waker(), None);
        assert_eq!(queue.leave(tickets[0]), Some(2));
        assert!(queue.take(tickets[2], 2));
        assert!(!queue.take(tickets[3], 3), "there are two places");
    }

    #[test]
    fn one_that_leaves_while_it_waits_holds_nobody_up() {
        let mut queue = Queue::new(1);
        let tickets: Vec<u64> = (0..4).map(|_| queue.enter()).collect();
        assert!(queue.take(tickets[0], 0));
        for (n, ticket) in tickets.iter().enumerate().skip(1) {
            assert!(!queue.take(*ticket, n));
        }
        assert_eq!(queue.leave(tickets[1]), None);
        assert_eq!(queue.leave(tickets[0]), Some(2));
        // Woken, but gone before it took its place: the next one is woken in its stead.
        assert_eq!(queue.leave(tickets[2]), Some(3));
        assert!(queue.take(tickets[3], 3));
        assert_eq!(queue.leave(tickets[3]), None);
        assert_eq!(queue.taken, 0);
    }
}
