//! Grants with their dates: the tables `account_role` and `group_role`.
//!
//! Owns: `Grant`, `Subject`, reading and writing rows.
//! Not here: the rules (`grants.rs`), who holds what in effect (`effective.rs`).

use lgsp_model::Timestamp;
use lgsp_platform::db::{Database, Rows};
use sea_orm::{ConnectionTrait, QueryResult};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{agency_of, execute, instant};
use crate::error::Result;

/// To whom a role is granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = GrantSubject)]
pub enum Subject {
    /// To an account.
    Account,
    /// To a group, and so to its members.
    Group,
}

impl Subject {
    /// Stable word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Group => "group",
        }
    }

    pub(crate) fn parse(text: &str) -> Self {
        if text == "group" {
            Self::Group
        } else {
            Self::Account
        }
    }

    const fn table(self) -> (&'static str, &'static str) {
        match self {
            Self::Account => ("account_role", "account_id"),
            Self::Group => ("group_role", "group_id"),
        }
    }
}

/// A role at a node, with its dates and its ground.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Role.
    pub role: String,
    /// Agency at the top of the subtree; none for the whole platform.
    pub agency: Option<String>,
    /// Not in force before.
    pub valid_from: Option<Timestamp>,
    /// Not in force from then on.
    pub valid_until: Option<Timestamp>,
    /// Why.
    pub reason: Option<String>,
    /// Who granted it.
    pub granted_by: String,
    /// When.
    pub granted_at: Timestamp,
    /// Who approved it as the second person.
    pub approved_by: Option<String>,
}

/// The grants of a subject, by role and agency.
pub(crate) async fn of(db: &Database, subject: Subject, id: Uuid) -> Result<Vec<Grant>> {
    let (table, column) = subject.table();
    let sql = format!(
        "SELECT role, agency, valid_from, valid_until, reason, granted_by, granted_at, \
         approved_by FROM {table} WHERE {column} = $1 ORDER BY role, agency"
    );
    let rows = db.query_all(sql, vec![id.into()]).await?;
    rows.iter().map(from_row).collect()
}

fn from_row(row: &QueryResult) -> Result<Grant> {
    Ok(Grant {
        role: row.try_get("", "role")?,
        agency: agency_of(row.try_get("", "agency")?),
        valid_from: instant(row, "valid_from")?,
        valid_until: instant(row, "valid_until")?,
        reason: row.try_get("", "reason")?,
        granted_by: row.try_get("", "granted_by")?,
        granted_at: Timestamp(row.try_get("", "granted_at")?),
        approved_by: row.try_get("", "approved_by")?,
    })
}

/// Writes a grant; one of the same role and node is replaced.
pub(crate) async fn put<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    (subject, id): (Subject, Uuid),
    grant: &Grant,
) -> Result<()> {
    delete(
        db,
        connection,
        (subject, id),
        &grant.role,
        grant.agency.as_deref(),
    )
    .await?;
    let columns: &'static [&'static str] = match subject {
        Subject::Account => &ACCOUNT_COLUMNS,
        Subject::Group => &GROUP_COLUMNS,
    };
    let values = vec![
        id.into(),
        grant.role.as_str().into(),
        grant.agency.clone().unwrap_or_default().into(),
        grant.valid_from.map(|at| at.0).into(),
        grant.valid_until.map(|at| at.0).into(),
        grant.reason.clone().into(),
        grant.granted_by.as_str().into(),
        grant.granted_at.0.into(),
        grant.approved_by.clone().into(),
    ];
    let rows = Rows::one(subject.table().0, columns, values);
    Ok(rows.insert(connection).await?)
}

const ACCOUNT_COLUMNS: [&str; 9] = columns("account_id");
const GROUP_COLUMNS: [&str; 9] = columns("group_id");

const fn columns(subject: &'static str) -> [&'static str; 9] {
    [
        subject,
        "role",
        "agency",
        "valid_from",
        "valid_until",
        "reason",
        "granted_by",
        "granted_at",
        "approved_by",
    ]
}

/// Withdraws a grant; tells whether it was there.
pub(crate) async fn delete<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    (subject, id): (Subject, Uuid),
    role: &str,
    agency: Option<&str>,
) -> Result<bool> {
    let (table, column) = subject.table();
    let sql = format!("DELETE FROM {table} WHERE {column} = $1 AND role = $2 AND agency = $3");
    let values = vec![id.into(), role.into(), agency.unwrap_or_default().into()];
    Ok(execute(db, connection, &sql, values).await? > 0)
}

/// A grant whose end has come.
pub(crate) struct Ended {
    pub(crate) subject: String,
    pub(crate) agency: Option<String>,
    pub(crate) role: String,
    pub(crate) node: String,
}

/// Removes grants whose end has come.
pub(crate) async fn end<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    now: Timestamp,
) -> Result<Vec<Ended>> {
    let mut ended = Vec::new();
    for (table, column, named) in [
        (
            "account_role",
            "account_id",
            "SELECT username AS name, agency FROM account WHERE id = $1",
        ),
        (
            "group_role",
            "group_id",
            "SELECT name, agency FROM user_group WHERE id = $1",
        ),
    ] {
        let sql = format!(
            "DELETE FROM {table} WHERE valid_until IS NOT NULL AND valid_until <= $1 \
             RETURNING {column} AS subject_id, role, agency AS node"
        );
        let statement = db.statement(sql, vec![now.0.into()]);
        for row in connection.query_all_raw(statement).await? {
            let id: Uuid = row.try_get("", "subject_id")?;
            let subject = super::one(db, connection, named, vec![id.into()]).await?;
            let (name, agency) = match subject {
                Some(found) => (found.try_get("", "name")?, found.try_get("", "agency")?),
                None => (id.to_string(), None),
            };
            ended.push(Ended {
                subject: name,
                agency,
                role: row.try_get("", "role")?,
                node: row.try_get("", "node")?,
            });
        }
    }
    Ok(ended)
}
