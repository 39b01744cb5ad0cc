//! Signing out of all applications.
//!
//! Owns: RP-initiated logout (`rp.rs`), the back channel (`back.rs`), watching the session from
//! a page (`state.rs`).
//! Not here: ending the session (`identity`).

pub(super) mod back;
pub(super) mod rp;
pub(super) mod state;
