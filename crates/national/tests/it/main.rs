//! The client of the national axis against the simulated one: one binary, one file a subject.
//!
//! Owns: the list of subjects.
//! Not here: the wire (tests of `lgsp_exchange`), the simulator's own behaviour.
//! Invariant: time is moved by hand; no test needs anything outside this machine.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "test helpers"
)]

mod agencies;
mod client;
mod following;
mod messages;
mod outage;
mod polling;
mod sending;
mod support;
