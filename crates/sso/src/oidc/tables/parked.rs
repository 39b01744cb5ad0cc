//! The table `oidc_parked`: short-lived things behind a random reference.
//!
//! Owns: authorisation codes, pushed requests, sign-on transactions, opaque access tokens.
//! Invariant: the reference is 256 random bits and is stored hashed; what has expired is not
//! found.

use lgsp_model::Timestamp;
use lgsp_platform::db::{Database, Rows};
use sea_orm::Statement;
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    error::Result,
    oidc::client::secrets::{hash, new_secret},
};

/// What is parked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::oidc) enum Parked {
    /// An authorisation code.
    Code,
    /// A pushed authorisation request.
    Pushed,
    /// An authorisation request that waits for a person.
    Transaction,
    /// An opaque access token.
    Token,
}

impl Parked {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Pushed => "pushed",
            Self::Transaction => "transaction",
            Self::Token => "token",
        }
    }
}

const COLUMNS: &[&str] = &["hash", "kind", "client", "payload", "expires_at"];

/// A row for `value` and the reference that finds it again.
pub(in crate::oidc) fn row<T: Serialize>(
    kind: Parked,
    client: &str,
    value: &T,
    expires_at: Timestamp,
) -> Result<(String, Rows)> {
    let reference = new_secret()?;
    let payload = serde_json::to_string(value)
        .map_err(|error| lgsp_platform::Error::Internal(error.to_string()))?;
    let values = vec![
        hash(&reference).into(),
        kind.as_str().into(),
        client.into(),
        payload.into(),
        expires_at.0.into(),
    ];
    Ok((reference, Rows::one("oidc_parked", COLUMNS, values)))
}

/// What is behind a reference, and when it ends.
pub(in crate::oidc) async fn find<T: DeserializeOwned>(
    db: &Database,
    kind: Parked,
    reference: &str,
    now: Timestamp,
) -> Result<Option<T>> {
    let sql = "SELECT payload FROM oidc_parked WHERE hash = $1 AND kind = $2 AND expires_at > $3";
    let values = vec![hash(reference).into(), kind.as_str().into(), now.0.into()];
    let Some(row) = db.query_one(sql, values).await? else {
        return Ok(None);
    };
    let payload: String = row.try_get("", "payload")?;
    Ok(serde_json::from_str(&payload).ok())
}

/// Removes what is behind a reference; goes into the transaction of its use.
pub(in crate::oidc) fn delete(db: &Database, reference: &str) -> Statement {
    let sql = "DELETE FROM oidc_parked WHERE hash = $1";
    db.statement(sql, vec![hash(reference).into()])
}
