//! The words that every room of LGSP shares: identifiers, codes, instants, error kinds.
//!
//! Owns: plain values and the rules that hold for them everywhere.
//! Not here: input or output of any kind; no async runtime, HTTP or SQL.
//! Invariant: nothing in this crate reads a clock, a file or the environment.
#![warn(missing_docs)]

pub mod calendar;
pub mod error_code;
pub mod id;
pub mod text;
pub mod timestamp;

pub use calendar::{Calendar, LocalDate};
pub use error_code::ErrorCode;
pub use id::{AccountId, CopyId, DeliveryId, DocumentId, MessageId};
pub use timestamp::Timestamp;
