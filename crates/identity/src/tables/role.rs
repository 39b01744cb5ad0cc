//! The table `account_role`.
//!
//! Owns: reading and replacing the roles of accounts.
//! Not here: what roles mean (`roles/`), who may grant them (`accounts/`).

use std::collections::HashMap;

use lgsp_model::{AccountId, Timestamp};
use lgsp_platform::{
    db::{Database, Rows, places},
    http::context::RoleGrant,
};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::{agency_of, execute};
use crate::error::Result;

/// The roles of accounts, each list sorted by role and agency.
pub(crate) async fn of_accounts(
    db: &Database,
    ids: &[AccountId],
) -> Result<HashMap<AccountId, Vec<RoleGrant>>> {
    let mut grants: HashMap<AccountId, Vec<RoleGrant>> = HashMap::new();
    if ids.is_empty() {
        return Ok(grants);
    }
    let sql = format!(
        "SELECT account_id, role, agency FROM account_role WHERE account_id IN ({}) \
         ORDER BY role, agency",
        places(1, ids.len())
    );
    let values = ids.iter().map(|id| id.0.into()).collect();
    for row in db.query_all(sql, values).await? {
        let id: Uuid = row.try_get("", "account_id")?;
        let grant = RoleGrant {
            role: row.try_get("", "role")?,
            agency: agency_of(row.try_get("", "agency")?),
        };
        grants.entry(AccountId(id)).or_default().push(grant);
    }
    Ok(grants)
}

/// Gives the account exactly these roles; those that it keeps keep their history.
pub(crate) async fn replace<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    id: AccountId,
    (before, after): (&[RoleGrant], &[RoleGrant]),
    (by, now): (&str, Timestamp),
) -> Result<()> {
    for grant in before.iter().filter(|grant| !after.contains(grant)) {
        let sql = "DELETE FROM account_role WHERE account_id = $1 AND role = $2 AND agency = $3";
        let agency = grant.agency.clone().unwrap_or_default();
        let values = vec![id.0.into(), grant.role.as_str().into(), agency.into()];
        execute(db, connection, sql, values).await?;
    }
    let columns = &["account_id", "role", "agency", "granted_by", "granted_at"];
    let mut rows = Rows::new("account_role", columns);
    rows.suffix = "ON CONFLICT DO NOTHING";
    for grant in after.iter().filter(|grant| !before.contains(grant)) {
        let agency = grant.agency.clone().unwrap_or_default();
        rows.values.push(vec![
            id.0.into(),
            grant.role.as_str().into(),
            agency.into(),
            by.into(),
            now.0.into(),
        ]);
    }
    Ok(rows.insert(connection).await?)
}

/// Sets when a grant of an account ends.
pub(crate) async fn set_until<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    id: AccountId,
    grant: &RoleGrant,
    until: Timestamp,
) -> Result<()> {
    let sql = "UPDATE account_role SET valid_until = $1 \
               WHERE account_id = $2 AND role = $3 AND agency = $4";
    let agency = grant.agency.clone().unwrap_or_default();
    let values = vec![
        until.0.into(),
        id.0.into(),
        grant.role.as_str().into(),
        agency.into(),
    ];
    execute(db, connection, sql, values).await.map(|_| ())
}
