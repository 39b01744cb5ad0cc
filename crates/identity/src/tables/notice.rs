//! The table `account_notice`: what a person should know of the own account.
//!
//! Owns: `Notice`, its kinds, reading and writing it.
//! Not here: the words (`pages/`, the console).

use lgsp_model::{AccountId, Timestamp};
use lgsp_platform::db::{Database, Rows};
use sea_orm::{ConnectionTrait, QueryResult};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{execute, instant};
use crate::error::Result;

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NoticeKind {
    /// A browser signed in that had not done so before.
    NewDevice,
    /// A factor was added; the subject is its name.
    FactorAdded,
    /// A factor was removed; the subject is its name.
    FactorRemoved,
    /// A passkey was blocked because a copy of it may be in use.
    FactorBlocked,
    /// A recovery code was used.
    RecoveryUsed,
    /// New recovery codes were made.
    RecoveryMade,
    /// The password was changed.
    PasswordChanged,
    /// An administrator began or did a reset of the password.
    PasswordReset,
    /// Somebody signed in after several failures.
    Failures,
    /// The mail address was changed; the subject is the new one.
    EmailChanged,
    /// The user name or the name was changed; the subject is the new one.
    NameChanged,
    /// An administrator acted as this account; the subject says who, and by which ticket.
    Impersonated,
    /// Somebody asked at the sign-in page for a link to a new password.
    ResetAsked,
    /// Nobody uses the account; the subject is the day on which it will be locked.
    IdleWarned,
    /// The password gets too old; the subject is the day from which it must be changed.
    PasswordEnding,
}

impl NoticeKind {
    const ALL: [Self; 15] = [
        Self::NewDevice,
        Self::FactorAdded,
        Self::FactorRemoved,
        Self::FactorBlocked,
        Self::RecoveryUsed,
        Self::RecoveryMade,
        Self::PasswordChanged,
        Self::PasswordReset,
        Self::Failures,
        Self::EmailChanged,
        Self::NameChanged,
        Self::Impersonated,
        Self::ResetAsked,
        Self::IdleWarned,
        Self::PasswordEnding,
    ];

    /// The kind of a word.
    pub(crate) fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// Stable word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NewDevice => "new_device",
            Self::FactorAdded => "factor_added",
            Self::FactorRemoved => "factor_removed",
            Self::FactorBlocked => "factor_blocked",
            Self::RecoveryUsed => "recovery_used",
            Self::RecoveryMade => "recovery_made",
            Self::PasswordChanged => "password_changed",
            Self::PasswordReset => "password_reset",
            Self::Failures => "failures",
            Self::EmailChanged => "email_changed",
            Self::NameChanged => "name_changed",
            Self::Impersonated => "impersonated",
            Self::ResetAsked => "reset_asked",
            Self::IdleWarned => "idle_warned",
            Self::PasswordEnding => "password_ending",
        }
    }
}

/// A notice to a person.
#[derive(Debug, Clone)]
pub struct Notice {
    /// Identifier.
    pub id: Uuid,
    /// What happened.
    pub kind: NoticeKind,
    /// When.
    pub at: Timestamp,
    /// From which address.
    pub address: Option<String>,
    /// The thing concerned; empty when there is none.
    pub subject: String,
    /// When the person saw it.
    pub seen_at: Option<Timestamp>,
}

/// Writes a notice in the transaction of what it tells of.
pub(crate) async fn insert<C: ConnectionTrait>(
    connection: &C,
    account: AccountId,
    notice: &Notice,
) -> Result<()> {
    Ok(row(account, notice).insert(connection).await?)
}

/// The row of a notice.
pub(crate) fn row(account: AccountId, notice: &Notice) -> Rows {
    let columns = &["id", "account_id", "kind", "at", "address", "subject"];
    let values = vec![
        notice.id.into(),
        account.0.into(),
        notice.kind.as_str().into(),
        notice.at.0.into(),
        notice.address.clone().into(),
        notice.subject.as_str().into(),
    ];
    Rows::one("account_notice", columns, values)
}

/// The newest notices of an account.
pub(crate) async fn list(db: &Database, account: AccountId, count: u32) -> Result<Vec<Notice>> {
    let sql = format!(
        "SELECT id, kind, at, address, subject, seen_at FROM account_notice \
         WHERE account_id = $1 ORDER BY at DESC, id DESC LIMIT {count}"
    );
    let rows = db.query_all(sql, vec![account.0.into()]).await?;
    rows.iter()
        .filter_map(|row| from_row(row).transpose())
        .collect()
}

/// A kind that a newer version wrote is passed over.
fn from_row(row: &QueryResult) -> Result<Option<Notice>> {
    let word: String = row.try_get("", "kind")?;
    let Some(kind) = NoticeKind::parse(&word) else {
        return Ok(None);
    };
    Ok(Some(Notice {
        kind,
        id: row.try_get("", "id")?,
        at: Timestamp(row.try_get("", "at")?),
        address: row.try_get("", "address")?,
        subject: row.try_get("", "subject")?,
        seen_at: instant(row, "seen_at")?,
    }))
}

/// Marks all notices of an account as seen.
pub(crate) async fn see<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    account: AccountId,
    now: Timestamp,
) -> Result<()> {
    let sql = "UPDATE account_notice SET seen_at = $1 WHERE account_id = $2 AND seen_at IS NULL";
    execute(db, connection, sql, vec![now.0.into(), account.0.into()])
        .await
        .map(|_| ())
}

pub(crate) async fn sweep<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    before: Timestamp,
) -> Result<u64> {
    let sql = "DELETE FROM account_notice WHERE at < $1";
    execute(db, connection, sql, vec![before.0.into()]).await
}
