//! Document exchange (trao đổi văn bản): documents and status messages between agencies, and
//! with the national axis.
//!
//! Owns: the edXML codec, documents and their copies, states, mailboxes, alarms, the interfaces
//! that other systems speak to us.
//! Not here: the client of the national axis (`national`), agencies (`catalogue`), the promise to
//! deliver (the ledger).
//! Invariant: a document is acknowledged to its sender after it is durable, never before.
//! Follows: QCVN 102:2016/BTTTT; design document "Document exchange".

pub mod alarms;
pub mod directory;
pub mod edxml;
pub mod error;
pub mod kinds;
pub mod query;
pub mod rules;
pub mod service;
mod tables;
pub mod vxp;

pub use error::{Error, Result};
pub use service::Exchange;
