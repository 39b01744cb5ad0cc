//! Behaviour of the three primitives, on both databases.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "test helpers"
)]

mod journal;
mod ledger;
mod ledger_model;
mod log;
mod registry;
mod sweep;
mod vault;
