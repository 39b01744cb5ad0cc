//! Signing out of all applications.
//!
//! Owns: RP-initiated logout (`rp.rs`), logout tokens (`back.rs`), watching the session from a
//! page (`state.rs`).
//! Not here: ending the session (`identity`), when and how often servers are told
//! (`back_channel.rs`).

pub(super) mod back;
pub(super) mod rp;
pub(super) mod state;
