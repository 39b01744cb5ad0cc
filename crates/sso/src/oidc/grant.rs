//! An authorisation: what a person has allowed a client, and how the person proved itself.
//!
//! Owns: `Grant`.
//! Not here: what is minted from it (`token/mint.rs`).

use lgsp_model::{AccountId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

/// One authorisation; its tokens form a family that ends together.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Grant {
    /// Identifier of the family.
    pub(super) id: Uuid,
    /// The client.
    pub(super) client: String,
    /// The person.
    pub(super) account: AccountId,
    /// What the client knows the person by.
    pub(super) sub: String,
    /// What was allowed.
    pub(super) scopes: Vec<String>,
    /// The session in which it was given.
    pub(super) session: Option<Uuid>,
    /// When the person last proved itself.
    pub(super) auth_at: Timestamp,
    /// Level of the proof.
    pub(super) acr: u8,
    /// Factors.
    pub(super) amr: Vec<String>,
    /// Echoed in the identity token.
    pub(super) nonce: Option<String>,
    /// Single claims that were asked for.
    pub(super) claims: Option<Value>,
    /// Resources that were asked for.
    pub(super) resources: Vec<String>,
    /// Key to which the tokens are bound.
    pub(super) jkt: Option<String>,
    /// Certificate to which the tokens of a public client are bound.
    #[serde(default)]
    pub(super) x5t: Option<String>,
    /// What the client knows the administrator by who acts as the person; none for the person.
    #[serde(default)]
    pub(super) act: Option<String>,
    /// Whether it outlives the session.
    pub(super) is_offline: bool,
    /// When it ends at the latest.
    pub(super) expires_at: Timestamp,
}

impl Grant {
    /// Whether a scope was allowed.
    pub(super) fn has(&self, scope: &str) -> bool {
        self.scopes.iter().any(|known| known == scope)
    }

    /// Who acts, in the form of tokens (RFC 8693, section 4.1).
    pub(super) fn actor(&self) -> Option<Value> {
        self.act
            .as_ref()
            .map(|sub| serde_json::json!({ "sub": sub }))
    }

    /// How revocations name the family.
    pub(super) fn key(&self) -> String {
        family_key(self.id)
    }
}

/// How revocations name a family.
pub(super) fn family_key(id: Uuid) -> String {
    format!("family:{id}")
}

/// The URN of a level.
pub(super) fn acr_text(level: u8) -> String {
    format!("urn:lgsp:acr:{level}")
}

/// The level of a URN.
pub(super) fn acr_level(text: &str) -> Option<u8> {
    match text {
        "urn:lgsp:acr:1" => Some(1),
        "urn:lgsp:acr:2" => Some(2),
        "urn:lgsp:acr:3" => Some(3),
        _ => None,
    }
}
