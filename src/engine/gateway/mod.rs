//! What the gateway decides: whom it serves, what a request asks for, what a token proves, and what has happened before.
//!
//! Under its base path the gateway answers
//!
//! | request | what it does |
//! |---|---|
//! | `POST /tasks` | creates: `multipart/form-data` with the binary parts `image` and `soundFile` and the JSON part `input`, or the JSON of an `AvatarInput`; with `?tellWaiting=1` the answer begins while a place is waited for |
//! | `GET /tasks?externalTaskId=…` | finds the caller's own task |
//! | `GET /tasks/{token}` | reads a task; with `?known=<status>&waitSeconds=<n>` answers at the next change (long polling) |
//! | `GET /tasks/{token}/video` | streams the finished video through, `Range` included |
//! | `POST /speech` | speaks a text |
//! | `POST /callbacks/{secret}` | takes the service's word that a task has changed as a hint to read it |
//! | `GET /health` | tells whether the configuration is complete |
//!
//! The task's id that a page sees is a signed token, see [`token`]. The id that the service sees in `external_task_id` is
//! a hash of subject and `externalTaskId`, so that one subject can neither find nor take over what another one made.
//! What was asked before stands in small entries that a store changes atomically, see [`ledger`].

pub mod admission;
pub mod answer;
mod creates;
pub mod failure;
mod form_head;
pub mod ledger;
pub mod multipart;
mod notices;
pub mod quota;
pub mod resend;
pub mod route;
pub mod settings;
pub mod token;
