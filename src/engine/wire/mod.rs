//! What the service answers, in every shape that it is known to answer in.

mod answer;
mod refusal;
mod task;

pub use answer::{Body, HttpAnswer};
pub use refusal::says_id_is_taken;
pub use task::{Speech, Task, TaskPage, TaskStatus, Video};
