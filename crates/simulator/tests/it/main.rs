//! The simulator through its public interface: one binary, one file a subject.
//!
//! Owns: the list of subjects.
//! Not here: the product; nothing of it may be linked.
//! Invariant: no test needs anything outside this machine.
//! Follows: the VXP interface; QCVN 102:2016/BTTTT.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "test helpers"
)]

mod actors;
mod cli;
mod edxml;
mod faults;
mod load;
mod mac;
mod operations;
mod province;
mod sso;
mod support;
mod wire;
