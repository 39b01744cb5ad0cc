//! The table `consent`: what people have allowed which client.
//!
//! Owns: its rows.
//! Not here: asking (`authorize/consent.rs`).

use lgsp_model::{AccountId, Timestamp};
use lgsp_platform::db::{Database, Rows};
use sea_orm::{QueryResult, Statement};

use crate::error::Result;

/// A consent that stands.
#[derive(Debug, Clone)]
pub(in crate::oidc) struct Consent {
    pub(in crate::oidc) client: String,
    pub(in crate::oidc) scopes: Vec<String>,
    pub(in crate::oidc) given_at: Timestamp,
}

fn from_row(row: &QueryResult) -> Result<Consent> {
    let scopes: String = row.try_get("", "scopes")?;
    Ok(Consent {
        client: row.try_get("", "client")?,
        scopes: scopes.split_whitespace().map(str::to_owned).collect(),
        given_at: Timestamp(row.try_get("", "given_at")?),
    })
}

pub(in crate::oidc) async fn find(
    db: &Database,
    account: AccountId,
    client: &str,
) -> Result<Option<Consent>> {
    let sql = "SELECT client, scopes, given_at FROM consent WHERE account_id = $1 AND client = $2";
    let row = db
        .query_one(sql, vec![account.0.into(), client.into()])
        .await?;
    row.as_ref().map(from_row).transpose()
}

pub(in crate::oidc) async fn list(db: &Database, account: AccountId) -> Result<Vec<Consent>> {
    let sql = "SELECT client, scopes, given_at FROM consent WHERE account_id = $1 ORDER BY client";
    let rows = db.query_all(sql, vec![account.0.into()]).await?;
    rows.iter().map(from_row).collect()
}

/// Notes a consent; the scopes of an earlier one are replaced.
pub(in crate::oidc) fn row(
    account: AccountId,
    client: &str,
    scopes: &[String],
    now: Timestamp,
) -> Rows {
    let values = vec![
        account.0.into(),
        client.into(),
        scopes.join(" ").into(),
        now.0.into(),
    ];
    let mut rows = Rows::one(
        "consent",
        &["account_id", "client", "scopes", "given_at"],
        values,
    );
    rows.suffix = "ON CONFLICT (account_id, client) \
                   DO UPDATE SET scopes = excluded.scopes, given_at = excluded.given_at";
    rows
}

pub(in crate::oidc) fn delete(db: &Database, account: AccountId, client: &str) -> Statement {
    let sql = "DELETE FROM consent WHERE account_id = $1 AND client = $2";
    db.statement(sql, vec![account.0.into(), client.into()])
}
