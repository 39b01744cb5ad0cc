//! edXML as the simulator understands it.
//!
//! Owns: a tree reader, the byte-exact writer, drafts of new messages, the axis's rewriting.
//! Not here: the product's codec, which this one checks.
//! Invariant: what [`write`] emits is read back by [`parse`] without a defect.
//! Follows: QCVN 102:2016/BTTTT; the order in which the national axis writes.

mod attachment;
mod draft;
mod order;
mod summary;
mod transit;
mod tree;
mod writer;

pub use attachment::{AttachmentForm, is_wrapped, unwrap_zip, wrap_zip};
pub use draft::{
    AttachmentDraft, Business, DocumentDraft, Party, ReceiverChange, Replacement, ResponseFor,
    Signer, Staff, StatusDraft,
};
pub use summary::{Kind, Summary};
pub use transit::pass_through;
pub use tree::{Element, ParseError, Parsed, parse};
pub use writer::write;

/// The one namespace of everything.
pub const NAMESPACE: &str = "http://www.mic.gov.vn/TBT/QCVN_102_2016";
/// Largest message the axis takes.
pub const MESSAGE_BYTES_MAX: usize = 52_428_800;
