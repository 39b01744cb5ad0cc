//! The tables of document exchange, their SQL side by side for both databases.
//!
//! Owns: migrations and every statement of this crate.
//! Not here: what the rows mean (`service/`, `rules.rs`).
//! Invariant: rows of the accept path have constant column lists, so that the group commit
//! merges them into multi-row inserts.

pub(crate) mod activity;
