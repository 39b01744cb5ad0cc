//! Requests of people whom no account fits, for the administrator of a unit.
//!
//! Owns: rows of `account_request`, their states.
//! Not here: who decides (`routes/requests.rs`), making the account (`linking.rs`).
//! Invariant: of one person at one provider at most one request is open; what it tells of the
//! person beside the name is sealed.
//! Follows: design document "Identity", section 8 (linking state `create`).

use lgsp_model::{AccountId, Timestamp};
use lgsp_platform::db::{Database, Rows, places};
use sea_orm::{ConnectionTrait, QueryResult, Value};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::tables::execute;
use crate::upstream::error::{Error, Result};

/// Open requests of one provider; beyond it people are told to come later.
const OPEN_MAX: i64 = 5_000;

/// Where a request stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AccountRequestState)]
pub(crate) enum RequestState {
    /// Nobody has decided yet.
    Open,
    /// The person got an account.
    Approved,
    /// The person got none.
    Refused,
}

impl RequestState {
    const ALL: [Self; 3] = [Self::Open, Self::Approved, Self::Refused];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Approved => "approved",
            Self::Refused => "refused",
        }
    }
}

/// A request.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) id: Uuid,
    pub(crate) provider: String,
    pub(crate) subject: String,
    pub(crate) display_name: String,
    /// Agency whose administrator decides.
    pub(crate) agency: Option<String>,
    /// The sealed answer of the provider.
    pub(crate) details: Vec<u8>,
    pub(crate) state: RequestState,
    /// Why it was refused.
    pub(crate) reason: String,
    pub(crate) decided_by: Option<String>,
    pub(crate) decided_at: Option<Timestamp>,
    pub(crate) account_id: Option<AccountId>,
    pub(crate) created_at: Timestamp,
}

const COLUMNS: &str = "id, provider, subject, display_name, agency, details, state, reason, \
     decided_by, decided_at, account_id, created_at";

fn from_row(row: &QueryResult) -> Result<Request> {
    let state: String = row.try_get("", "state")?;
    let mut known = RequestState::ALL.into_iter();
    Ok(Request {
        id: row.try_get("", "id")?,
        provider: row.try_get("", "provider")?,
        subject: row.try_get("", "subject")?,
        display_name: row.try_get("", "display_name")?,
        agency: row.try_get("", "agency")?,
        details: row.try_get("", "details")?,
        state: known
            .find(|known| known.as_str() == state)
            .unwrap_or(RequestState::Refused),
        reason: row.try_get("", "reason")?,
        decided_by: row.try_get("", "decided_by")?,
        decided_at: row.try_get::<Option<i64>>("", "decided_at")?.map(Timestamp),
        account_id: row
            .try_get::<Option<Uuid>>("", "account_id")?
            .map(AccountId),
        created_at: Timestamp(row.try_get("", "created_at")?),
    })
}

/// Stores a request in the caller's transaction; the open one of the same person stays.
///
/// # Errors
/// `platform.queue.full` when too many are open.
pub(crate) async fn insert<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    request: &Request,
) -> Result<bool> {
    let sql = "SELECT COUNT(*) AS n, SUM(CASE WHEN subject = $1 THEN 1 ELSE 0 END) AS own \
               FROM account_request WHERE provider = $2 AND state = 'open'";
    let values = vec![
        request.subject.as_str().into(),
        request.provider.as_str().into(),
    ];
    let row = connection.query_one_raw(db.statement(sql, values)).await?;
    let count = |name: &str| -> Result<i64> {
        let read = row.as_ref().map(|row| row.try_get::<Option<i64>>("", name));
        Ok(read.transpose()?.flatten().unwrap_or(0))
    };
    if count("own")? > 0 {
        return Ok(false);
    }
    if count("n")? >= OPEN_MAX {
        return Err(lgsp_platform::Error::Busy.into());
    }
    let columns = &[
        "id",
        "provider",
        "subject",
        "display_name",
        "agency",
        "details",
        "state",
        "reason",
        "created_at",
    ];
    let values = vec![
        request.id.into(),
        request.provider.as_str().into(),
        request.subject.as_str().into(),
        request.display_name.as_str().into(),
        request.agency.clone().into(),
        request.details.clone().into(),
        request.state.as_str().into(),
        "".into(),
        request.created_at.0.into(),
    ];
    let rows = Rows::one("account_request", columns, values);
    rows.insert(connection).await?;
    Ok(true)
}

/// The request of this id.
///
/// # Errors
/// `sso.request.not_found`.
pub(crate) async fn get(db: &Database, id: Uuid) -> Result<Request> {
    let sql = format!("SELECT {COLUMNS} FROM account_request WHERE id = $1");
    let row = db.query_one(sql, vec![id.into()]).await?;
    from_row(&row.ok_or(Error::RequestNotFound)?)
}

/// Requests of a state after `after`, oldest first; `agencies` `None` for all.
///
/// # Errors
/// `platform.database.failed`.
pub(crate) async fn list(
    db: &Database,
    state: RequestState,
    agencies: Option<&[String]>,
    after: Uuid,
    count: u32,
) -> Result<Vec<Request>> {
    let mut sql = format!("SELECT {COLUMNS} FROM account_request WHERE state = $1 AND id > $2");
    let mut values: Vec<Value> = vec![state.as_str().into(), after.into()];
    if let Some(agencies) = agencies {
        let list = places(values.len() + 1, agencies.len());
        sql.push_str(&format!(" AND agency IN ({list})"));
        values.extend(agencies.iter().map(|agency| agency.as_str().into()));
    }
    sql.push_str(&format!(" ORDER BY id LIMIT {count}"));
    let rows = db.query_all(sql, values).await?;
    rows.iter().map(from_row).collect()
}

/// The agencies that open requests wait at.
///
/// # Errors
/// `platform.database.failed`.
pub(crate) async fn agencies(db: &Database) -> Result<Vec<String>> {
    let sql = "SELECT DISTINCT agency FROM account_request WHERE agency IS NOT NULL";
    let rows = db.query_all(sql, vec![]).await?;
    let read = |row: &QueryResult| Ok(row.try_get("", "agency")?);
    rows.iter().map(read).collect()
}

/// What was decided.
pub(crate) struct Decision<'a> {
    pub(crate) state: RequestState,
    pub(crate) reason: &'a str,
    pub(crate) account_id: Option<AccountId>,
    pub(crate) by: &'a str,
    pub(crate) at: Timestamp,
}

/// Closes an open request.
///
/// # Errors
/// `sso.request.decided` when it is open no more.
pub(crate) async fn decide<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    id: Uuid,
    decision: &Decision<'_>,
) -> Result<()> {
    let sql = "UPDATE account_request SET state = $1, reason = $2, decided_by = $3, \
               decided_at = $4, account_id = $5 WHERE id = $6 AND state = 'open'";
    let values = vec![
        decision.state.as_str().into(),
        decision.reason.into(),
        decision.by.into(),
        decision.at.0.into(),
        decision.account_id.map(|id| id.0).into(),
        id.into(),
    ];
    match execute(db, connection, sql, values).await? {
        0 => Err(Error::RequestDecided),
        _ => Ok(()),
    }
}
