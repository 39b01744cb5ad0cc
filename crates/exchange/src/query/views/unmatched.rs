//! Statuses whose document is not here.

use lgsp_model::Timestamp;
use lgsp_platform::error::Sentence;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::Party;

/// Which of them are wanted; empty fields do not restrict.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct UnmatchedFilter {
    /// `parked` (tried again by itself) or `listed` (waits for a person).
    pub state: Option<String>,
    /// Where the page starts.
    pub cursor: Option<String>,
    /// Page size, 1 to 200.
    pub limit: Option<u32>,
}

/// A status that no document has taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UnmatchedItem {
    /// Our identifier of the message.
    pub id: Uuid,
    /// Status code.
    pub code: String,
    /// Who reports.
    pub from: Party,
    /// Sender of the document that it names, if it says so.
    pub about_agency: Option<Party>,
    /// The document as it names it: number, or identifier.
    pub about: String,
    /// `parked` or `listed`.
    pub state: String,
    /// When it came.
    pub created_at: Timestamp,
    /// When it is tried next; absent once a person must look.
    pub next_at: Option<Timestamp>,
    /// Until when it is tried.
    pub expires_at: Timestamp,
    /// Why its document did not take it; absent while there is none.
    pub reason: Option<Sentence>,
}

/// Whether a status found its document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UnmatchedRetried {
    /// Found, and applied.
    pub is_matched: bool,
}

/// Why a status is taken off the list.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UnmatchedDismissal {
    /// In the words of the person, 3 to 500 characters.
    pub reason: String,
}
