//! Systems and their secrets.

use lgsp_model::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::Party;

/// A system as lists show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SystemItem {
    /// Name of the resource.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// Identifier with which it signs.
    pub systemid: String,
    /// Whether its calls are taken.
    pub enabled: bool,
    /// `strict` or `tolerant`.
    pub mode: String,
    /// Agencies that it speaks for.
    pub agencies: Vec<Party>,
    /// Items in its mailboxes.
    pub waiting: i64,
    /// Its last call.
    pub last_seen_at: Option<Timestamp>,
    /// Documents that it sent today.
    pub sent_today: i64,
    /// Documents that came for its agencies today.
    pub received_today: i64,
}

/// A secret of a system, without its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SecretItem {
    /// Identifier.
    pub id: Uuid,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it stops working.
    pub retires_at: Option<Timestamp>,
    /// When it was last used, since the start of the process.
    pub last_used_at: Option<Timestamp>,
}

/// A new secret; the value is shown this once.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NewSecret {
    /// Identifier.
    pub id: Uuid,
    /// The value.
    pub secret: String,
    /// When it was made.
    pub created_at: Timestamp,
}
