//! Reading for the console and the REST interface.
//!
//! Owns: lists, details and figures, each in its file; scopes by agency.
//! Not here: changes (`service/`).
//! Invariant: a scope of agencies is applied in the statement, not after it.

mod alarms;
mod content;
mod detail;
mod documents;
pub mod figures;
pub mod overview;
mod unmatched;
pub mod views;
