//! The table `session_participant`: who hangs on a session.
//!
//! Owns: rows of participants.
//! Not here: telling them that it ended (each protocol).
//! Invariant: rows outlive their session, so that its end is never missed; whoever has promised
//! to tell a participant deletes its row in the same transaction.

use lgsp_model::{AccountId, Timestamp};
use lgsp_platform::db::{Database, Rows};
use sea_orm::{ConnectionTrait, QueryResult, Statement};
use uuid::Uuid;

use crate::error::Result;

/// An application that was given a person's identity within a session.
#[derive(Debug, Clone)]
pub struct Participant {
    /// Identifier.
    pub id: Uuid,
    /// The session; `sid` of the protocols.
    pub session_id: Uuid,
    /// Whose session it is.
    pub account_id: AccountId,
    /// `oidc`, `saml` or `cas`.
    pub protocol: String,
    /// The application, by the protocol's own name for it.
    pub client: String,
    /// What the protocol calls this sign-on there: a session index, a ticket; may be empty.
    pub index: String,
    /// What the protocol needs to tell it.
    pub data: serde_json::Value,
    /// When it joined.
    pub joined_at: Timestamp,
}

impl Participant {
    /// Forgets the participant; goes into the transaction of the promise to tell it.
    #[must_use]
    pub fn delete_statement(&self, db: &Database) -> Statement {
        let sql = "DELETE FROM session_participant WHERE id = $1";
        db.statement(sql, vec![self.id.into()])
    }
}

const READ: &str = "SELECT p.id, p.session_id, p.account_id, p.protocol, p.client, \
     p.client_index, p.data, p.joined_at FROM session_participant p";

fn from_row(row: &QueryResult) -> Result<Participant> {
    let data: String = row.try_get("", "data")?;
    Ok(Participant {
        id: row.try_get("", "id")?,
        session_id: row.try_get("", "session_id")?,
        account_id: AccountId(row.try_get("", "account_id")?),
        protocol: row.try_get("", "protocol")?,
        client: row.try_get("", "client")?,
        index: row.try_get("", "client_index")?,
        data: serde_json::from_str(&data).unwrap_or_default(),
        joined_at: Timestamp(row.try_get("", "joined_at")?),
    })
}

/// Adds a participant; the same sign-on twice is one, with the newer data.
pub(crate) async fn put<C: ConnectionTrait>(
    connection: &C,
    participant: &Participant,
) -> Result<()> {
    let columns = &[
        "id",
        "session_id",
        "account_id",
        "protocol",
        "client",
        "client_index",
        "data",
        "joined_at",
    ];
    let values = vec![
        participant.id.into(),
        participant.session_id.into(),
        participant.account_id.0.into(),
        participant.protocol.as_str().into(),
        participant.client.as_str().into(),
        participant.index.as_str().into(),
        participant.data.to_string().into(),
        participant.joined_at.0.into(),
    ];
    let mut rows = Rows::one("session_participant", columns, values);
    rows.suffix = "ON CONFLICT (session_id, protocol, client, client_index) \
                   DO UPDATE SET data = excluded.data, joined_at = excluded.joined_at";
    Ok(rows.insert(connection).await?)
}

/// The participants of a session, in the order in which they joined.
pub(crate) async fn of_session(db: &Database, session_id: Uuid) -> Result<Vec<Participant>> {
    let sql = format!("{READ} WHERE p.session_id = $1 ORDER BY p.id");
    let rows = db.query_all(sql, vec![session_id.into()]).await?;
    rows.iter().map(from_row).collect()
}

/// Participants of a protocol whose session is gone, oldest first.
pub(crate) async fn orphans(db: &Database, protocol: &str, count: u32) -> Result<Vec<Participant>> {
    let sql = format!(
        "{READ} LEFT JOIN session s ON s.id = p.session_id \
         WHERE p.protocol = $1 AND s.id IS NULL ORDER BY p.id LIMIT {count}"
    );
    let rows = db.query_all(sql, vec![protocol.into()]).await?;
    rows.iter().map(from_row).collect()
}
