//! The tables of document exchange, their SQL for both databases.
//!
//! Owns: migrations and every statement of this crate.
//! Not here: what the rows mean (`service/`, `rules.rs`).
//! Invariant: rows of the accept path have constant column lists, so that the group commit
//! merges them into multi-row inserts.

pub(crate) mod activity;
pub(crate) mod alarm;
pub(crate) mod copy;
pub(crate) mod delivery;
pub(crate) mod document;
pub(crate) mod history;
mod migrations;
pub(crate) mod orphan;
pub(crate) mod search;
pub(crate) mod tail;

pub(crate) use copy::CopyRow;
pub(crate) use document::DocumentRow;
pub(crate) use history::HistoryRow;
pub(crate) use migrations::MIGRATIONS;
pub(crate) use orphan::OrphanRow;
