//! The three primitives that carry every capability, and the kit around them.
//!
//! Owns: registry, ledger, journal; database, bodies, secrets, HTTP kit, configuration.
//! Not here: any capability. The platform does not know what a document or an account is.
//! Follows: ARCHITECTURE.md, "The three primitives".
#![warn(missing_docs)]

pub mod blobs;
pub mod clock;
pub mod config;
pub mod csv;
pub mod db;
pub mod detached;
pub mod error;
pub mod files;
pub mod http;
pub mod journal;
pub mod ledger;
pub mod mail;
pub mod messages;
pub mod metrics;
pub mod module;
pub mod platform;
pub mod registry;
pub mod secrets;
pub mod sweep;
pub mod tasks;
pub mod telemetry;

pub use error::{Error, FieldError, Result, Sentence};
pub use module::{Module, Running};
pub use platform::Platform;
