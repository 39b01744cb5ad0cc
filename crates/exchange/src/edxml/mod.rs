//! The edXML codec: messages of the national document axis as bytes and as data.
//!
//! Owns: reading (strict and tolerant, streaming), writing byte for byte, forwarding with our
//! trace. Not here: carriers (VXP, REST), states of copies, storage, verifying signatures.
//! Invariant: memory of a message in work stays below 4 MiB whatever its size; no input panics.
//! Follows: QCVN 102:2016/BTTTT with amendment 1:2022; design document "Document exchange",
//! sections 1 to 4.
//!
//! Entry points: [`read()`] (with an [`AttachmentSink`]), [`extract()`], [`write()`],
//! [`rewrite()`], [`rewrite_as`], [`splice_trace`], [`trace_loops`].

pub mod codes;
mod dates;
mod defects;
mod error;
mod forward;
mod fuzz;
mod limits;
mod media;
pub mod model;
mod read;
mod repack;
mod rewrite;
mod write;
mod zip;

pub use codes::{CodeForm, StatusKind, code_form, status_kind};
pub use dates::{DateText, InstantText};
pub use defects::{Defect, DefectCode, Severity};
pub use error::{ExtractError, ReadError, Rejection, WriteError};
pub use forward::{TRACES_MAX, splice_trace, trace_loops};
pub use fuzz::fuzz_edxml;
pub use limits::{LimitName, Limits};
pub use model::{Document, Edxml, StatusMessage};
pub use read::{
    AttachmentFacts, AttachmentForm, AttachmentSink, Collect, Discard, Extract, LineEnd, Mode,
    ReadOptions, Reading, SplicePoint, extract, read,
};
pub use repack::Carry;
pub use rewrite::{Rewriting, rewrite, rewrite_as};
pub use write::{
    AttachmentSource, InMemory, NoAttachments, Outgoing, Packing, WriteOptions, write,
};

/// The one namespace of every edXML element.
pub const NAMESPACE: &str = "http://www.mic.gov.vn/TBT/QCVN_102_2016";
