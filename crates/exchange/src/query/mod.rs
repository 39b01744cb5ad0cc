//! Reading for the console and the REST interface.
//!
//! Owns: lists, details and figures, each in its file; scopes by agency.
//! Not here: changes (`service/`).

pub mod views;
