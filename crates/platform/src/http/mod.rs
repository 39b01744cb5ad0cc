//! The HTTP kit: problems, pages, principals, and the checks every face shares.
//!
//! Owns: what all HTTP faces have in common.
//! Not here: any path of a capability (`routes.rs` of its crate).

pub mod certificate;
pub mod client;
pub mod context;
pub mod extract;
pub mod page;
pub mod problem;
pub mod trace;

pub use context::{Caller, Principal};
pub use extract::{Json, Query};
pub use page::Page;
pub use problem::{Problem, ProblemBody, Refusal};
