//! Items of lists, both spellings of their fields.
//!
//! Owns: what the client reads of a reply.
//! Not here: how it is asked for (`mod.rs`).
//! Invariant: an item with an unknown further field is still read.
//! Follows: the VXP interface, results of the operations; the kit's own spellings.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One item of `getReceivedEdocList`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub struct ReceivedItem {
    /// Identity of the copy.
    #[serde(rename = "docId", alias = "id")]
    pub doc_id: String,
    /// `eDoc`.
    #[serde(rename = "serviceType")]
    pub service_type: String,
    /// `edoc` or `status`.
    #[serde(rename = "messageType")]
    pub message_type: String,
    /// When it came.
    #[serde(alias = "createdTime")]
    pub created_time: String,
    /// When it last changed.
    #[serde(alias = "updatedTime")]
    pub updated_time: String,
    /// Sender.
    pub from: String,
    /// Recipient.
    pub to: String,
    /// `initial`, `processing`, `done`, `fail`.
    pub status: String,
    /// Its text.
    #[serde(alias = "statusDesc")]
    pub status_desc: String,
}

/// One item of `getSentEdocList`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct SentItem {
    /// Identity at the sender.
    pub sender_doc_id: String,
    /// Identity at the recipient.
    pub receiver_doc_id: String,
    /// Sender.
    pub from_code: String,
    /// Recipient.
    pub to_code: String,
    /// Subject.
    pub title: String,
    /// Number and notation.
    pub notation: String,
    /// When sent.
    pub sent_time: String,
    /// State at the recipient.
    pub receive_status: String,
}

/// One agency of any of the three lists.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default)]
pub struct AgencyItem {
    /// Number in the list.
    pub id: String,
    /// Code, new form.
    pub code: String,
    /// Name.
    pub name: String,
    /// Code, old form; two spellings.
    #[serde(alias = "code102", rename = "oldCode")]
    pub old_code: String,
    /// Number of the body above.
    pub pid: String,
    /// System that owns it.
    #[serde(rename = "centerCode")]
    pub center_code: String,
    /// Gone; the JSON type is not fixed.
    pub deleted: Value,
}

/// What `registerAgency` takes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct NewAgency {
    /// Free identity.
    pub id: String,
    /// Code of the body above.
    pub pcode: String,
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Address for mail.
    pub mail: String,
    /// Telephone.
    pub mobile: String,
    /// Fax.
    pub fax: String,
}

/// What `updateStatus` takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Fetched, being worked on.
    Processing,
    /// Acknowledged for good.
    Done,
    /// Could not be used.
    Fail,
}

impl Progress {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Processing => "processing",
            Self::Done => "done",
            Self::Fail => "fail",
        }
    }
}
