//! The table `account`.
//!
//! Owns: `Account`, its kinds and states, reading and writing one row.
//! Not here: lists (`account_query.rs`), passwords and failures (`credential.rs`), who may
//! (`routes/`), the rules (`accounts/`).

use lgsp_model::{AccountId, Timestamp, text::fold};
use lgsp_platform::{
    db::{Database, Rows},
    http::context::RoleGrant,
};
use sea_orm::{ConnectionTrait, QueryResult, Value};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Base, execute, instant};
use crate::error::{Error, Result};

/// What an account is for; kinds are kept apart (TCVN 14423:2026, 5.6.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A person who manages the platform or an agency.
    Administrator,
    /// A person who watches and mends.
    Operator,
    /// A technical account of a device or tool; tokens only.
    Technical,
    /// A job or script; tokens only.
    Service,
    /// A public official.
    Official,
    /// An information system as a caller; one for each registered system.
    System,
    /// A citizen or an enterprise that came through an upstream provider.
    Citizen,
}

impl Kind {
    /// Stable word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::Operator => "operator",
            Self::Technical => "technical",
            Self::Service => "service",
            Self::Official => "official",
            Self::System => "system",
            Self::Citizen => "citizen",
        }
    }

    pub(crate) fn parse(text: &str) -> Self {
        match text {
            "administrator" => Self::Administrator,
            "operator" => Self::Operator,
            "technical" => Self::Technical,
            "service" => Self::Service,
            "system" => Self::System,
            "citizen" => Self::Citizen,
            _ => Self::Official,
        }
    }

    /// Whether a person signs in with it.
    #[must_use]
    pub const fn is_person(self) -> bool {
        !matches!(self, Self::Technical | Self::Service | Self::System)
    }
}

/// Whether an account may be used at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AccountState)]
pub enum State {
    /// May be used.
    Active,
    /// Disabled by an administrator.
    Disabled,
    /// Disabled because nobody used it for too long.
    Idle,
    /// Made, but not yet activated by its person.
    Invited,
    /// Its person has left; kept for the audit, never used again.
    Left,
}

impl State {
    /// Stable word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Disabled => "disabled",
            Self::Idle => "idle",
            Self::Invited => "invited",
            Self::Left => "left",
        }
    }

    fn parse(text: &str) -> Self {
        match text {
            "active" => Self::Active,
            "idle" => Self::Idle,
            "invited" => Self::Invited,
            "left" => Self::Left,
            _ => Self::Disabled,
        }
    }
}

/// An account (tài khoản).
#[derive(Debug, Clone)]
pub struct Account {
    /// Identifier.
    pub id: AccountId,
    /// Sign-in name, lower case.
    pub username: String,
    /// Name of the person or the job.
    pub display_name: String,
    /// Mail address.
    pub email: Option<String>,
    /// Agency it belongs to.
    pub agency: Option<String>,
    /// What it is for.
    pub kind: Kind,
    /// Whether it may be used.
    pub state: State,
    /// Why an administrator last turned it off or on, or unlocked it.
    pub state_reason: Option<String>,
    /// Argon2id, or none when it has no password.
    pub(crate) password_hash: Option<String>,
    /// When the password was set.
    pub password_changed_at: Option<Timestamp>,
    /// Who set it, when that was not the account itself.
    pub password_by: Option<String>,
    /// Until when the password does not work after failures.
    pub locked_until: Option<Timestamp>,
    /// Last sign-in.
    pub last_sign_in_at: Option<Timestamp>,
    /// Last use of any kind; creation when never used.
    pub last_used_at: Timestamp,
    /// When it was made.
    pub created_at: Timestamp,
    /// When something of it, its roles apart, was last changed.
    pub changed_at: Timestamp,
    /// What else is known of the person.
    pub person: Person,
    /// Directory, provider or client that keeps it; absent when it is kept here.
    pub source: Option<String>,
    /// Its identifier there.
    pub external_id: Option<String>,
    /// Not to be used before.
    pub valid_from: Option<Timestamp>,
    /// Not to be used from then on.
    pub valid_until: Option<Timestamp>,
    /// Whether the password must be changed before anything else.
    pub must_change_password: bool,
    /// What its source tells of it beside the fields above, in the form of that source.
    pub document: Option<serde_json::Value>,
    /// Counts the changes of the fields above; sign-ins and passwords do not count.
    pub revision: i64,
    /// Roles, sorted.
    pub grants: Vec<RoleGrant>,
}

/// What an account knows of its person beside the name that is shown.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Person {
    /// Given name (tên).
    pub given_name: Option<String>,
    /// Family and middle name (họ và tên đệm).
    pub family_name: Option<String>,
    /// Telephone.
    pub phone: Option<String>,
    /// Position (chức vụ).
    pub position: Option<String>,
}

impl Account {
    /// Whether it may be used at `now`: active, and within its dates.
    #[must_use]
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.state == State::Active
            && self.valid_from.is_none_or(|from| from <= now)
            && self.valid_until.is_none_or(|until| until > now)
    }

    /// Whether the password is locked at `now`.
    #[must_use]
    pub fn is_locked(&self, now: Timestamp) -> bool {
        self.locked_until.is_some_and(|until| until > now)
    }
}

pub(super) const READ: &str = "SELECT id, username, display_name, email, agency, kind, state, password_hash, \
     password_changed_at, password_by, locked_until, last_sign_in_at, last_used_at, created_at, \
     changed_at, given_name, family_name, phone, job_title, source, external_id, valid_from, \
     valid_until, must_change_password, document, state_reason, revision FROM account";

pub(super) fn from_row(row: &QueryResult) -> Result<Account> {
    Ok(Account {
        id: AccountId(row.try_get("", "id")?),
        username: row.try_get("", "username")?,
        display_name: row.try_get("", "display_name")?,
        email: row.try_get("", "email")?,
        agency: row.try_get("", "agency")?,
        kind: Kind::parse(&row.try_get::<String>("", "kind")?),
        state: State::parse(&row.try_get::<String>("", "state")?),
        state_reason: row.try_get("", "state_reason")?,
        password_hash: row.try_get("", "password_hash")?,
        password_changed_at: instant(row, "password_changed_at")?,
        password_by: row.try_get("", "password_by")?,
        locked_until: instant(row, "locked_until")?,
        last_sign_in_at: instant(row, "last_sign_in_at")?,
        last_used_at: Timestamp(row.try_get("", "last_used_at")?),
        created_at: Timestamp(row.try_get("", "created_at")?),
        changed_at: Timestamp(row.try_get("", "changed_at")?),
        person: Person {
            given_name: row.try_get("", "given_name")?,
            family_name: row.try_get("", "family_name")?,
            phone: row.try_get("", "phone")?,
            position: row.try_get("", "job_title")?,
        },
        source: row.try_get("", "source")?,
        external_id: row.try_get("", "external_id")?,
        valid_from: instant(row, "valid_from")?,
        valid_until: instant(row, "valid_until")?,
        must_change_password: row.try_get::<i64>("", "must_change_password")? != 0,
        document: document(row)?,
        revision: row.try_get("", "revision")?,
        grants: Vec::new(),
    })
}

/// Damaged text reads as none: the fields of the account itself are what counts.
fn document(row: &QueryResult) -> Result<Option<serde_json::Value>> {
    let text: Option<String> = row.try_get("", "document")?;
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
}

fn document_text(account: &Account) -> Option<String> {
    account.document.as_ref().map(serde_json::Value::to_string)
}

/// The account of this id, with its roles.
pub(crate) async fn find(db: &Database, id: AccountId) -> Result<Option<Account>> {
    find_where(db, "id = $1", id.0.into()).await
}

/// The account of this user name, with its roles.
pub(crate) async fn find_by_username(db: &Database, username: &str) -> Result<Option<Account>> {
    find_where(db, "username = $1", username.into()).await
}

/// The id behind a user name, in one statement.
pub(crate) async fn id_of(db: &Database, username: &str) -> Result<Option<AccountId>> {
    let sql = "SELECT id FROM account WHERE username = $1";
    let row = db.query_one(sql, vec![username.into()]).await?;
    row.map(|row| Ok(AccountId(row.try_get("", "id")?)))
        .transpose()
}

async fn find_where(db: &Database, condition: &str, value: Value) -> Result<Option<Account>> {
    let sql = format!("{READ} WHERE {condition}");
    let Some(row) = db.query_one(sql, vec![value]).await? else {
        return Ok(None);
    };
    let mut account = from_row(&row)?;
    let mut grants = super::role::of_accounts(db, &[account.id]).await?;
    account.grants = grants.remove(&account.id).unwrap_or_default();
    Ok(Some(account))
}

/// Whether there is such an account and it may be used.
pub(crate) async fn is_live(db: &Database, id: AccountId, now: Timestamp) -> Result<bool> {
    let sql = format!("{READ} WHERE id = $1");
    let row = db.query_one(&sql, vec![id.0.into()]).await?;
    Ok(row
        .as_ref()
        .map(from_row)
        .transpose()?
        .is_some_and(|account| account.is_live(now)))
}

/// The account of this user name without its roles, within a transaction.
pub(crate) async fn find_in<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    username: &str,
) -> Result<Option<Account>> {
    let statement = db.statement(format!("{READ} WHERE username = $1"), vec![username.into()]);
    let row = connection.query_one_raw(statement).await?;
    row.as_ref().map(from_row).transpose()
}

fn search_text(account: &Account) -> String {
    let email = account.email.as_deref().unwrap_or_default();
    fold(&format!(
        "{} {} {email}",
        account.username, account.display_name
    ))
}

/// Inserts an account without its roles.
///
/// # Errors
/// `identity.account.exists`.
pub(crate) async fn insert<C: ConnectionTrait>(connection: &C, account: &Account) -> Result<()> {
    let columns = &[
        "id",
        "username",
        "display_name",
        "email",
        "agency",
        "kind",
        "state",
        "search",
        "password_hash",
        "password_changed_at",
        "password_by",
        "failures",
        "last_used_at",
        "created_at",
        "changed_at",
        "given_name",
        "family_name",
        "phone",
        "job_title",
        "source",
        "external_id",
        "valid_from",
        "valid_until",
        "must_change_password",
        "document",
    ];
    let values = vec![
        account.id.0.into(),
        account.username.as_str().into(),
        account.display_name.as_str().into(),
        account.email.clone().into(),
        account.agency.clone().into(),
        account.kind.as_str().into(),
        account.state.as_str().into(),
        search_text(account).into(),
        account.password_hash.clone().into(),
        account.password_changed_at.map(|at| at.0).into(),
        account.password_by.clone().into(),
        0_i32.into(),
        account.last_used_at.0.into(),
        account.created_at.0.into(),
        account.changed_at.0.into(),
        account.person.given_name.clone().into(),
        account.person.family_name.clone().into(),
        account.person.phone.clone().into(),
        account.person.position.clone().into(),
        account.source.clone().into(),
        account.external_id.clone().into(),
        account.valid_from.map(|at| at.0).into(),
        account.valid_until.map(|at| at.0).into(),
        i64::from(account.must_change_password).into(),
        document_text(account).into(),
    ];
    match Rows::one("account", columns, values)
        .insert(connection)
        .await
    {
        Err(lgsp_platform::Error::AlreadyExists(_)) => Err(Error::AccountExists),
        other => Ok(other?),
    }
}

/// Writes everything but passwords, failures and roles. `account.revision` is the one that was
/// read; the row gets the next one.
///
/// # Errors
/// `identity.changed_meanwhile` when `base` demands that revision and the row has another one.
pub(crate) async fn update<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    account: &Account,
    base: Base,
) -> Result<()> {
    let sql = "UPDATE account SET display_name = $1, email = $2, agency = $3, state = $4, \
               search = $5, last_used_at = $6, changed_at = $7, given_name = $8, \
               family_name = $9, phone = $10, job_title = $11, source = $12, external_id = $13, \
               valid_from = $14, valid_until = $15, must_change_password = $16, username = $17, \
               kind = $18, document = $19, state_reason = $20, revision = revision + 1 \
               WHERE id = $21";
    let mut values = vec![
        account.display_name.as_str().into(),
        account.email.clone().into(),
        account.agency.clone().into(),
        account.state.as_str().into(),
        search_text(account).into(),
        account.last_used_at.0.into(),
        account.changed_at.0.into(),
        account.person.given_name.clone().into(),
        account.person.family_name.clone().into(),
        account.person.phone.clone().into(),
        account.person.position.clone().into(),
        account.source.clone().into(),
        account.external_id.clone().into(),
        account.valid_from.map(|at| at.0).into(),
        account.valid_until.map(|at| at.0).into(),
        i64::from(account.must_change_password).into(),
        account.username.as_str().into(),
        account.kind.as_str().into(),
        document_text(account).into(),
        account.state_reason.clone().into(),
        account.id.0.into(),
    ];
    let sql = base.demanded(sql, account.revision, &mut values);
    base.check(execute(db, connection, &sql, values).await?)
}

/// Notes a use that is no sign-in.
pub(crate) async fn touch<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    id: AccountId,
    now: Timestamp,
) -> Result<()> {
    let sql = "UPDATE account SET last_used_at = $1 WHERE id = $2";
    execute(db, connection, sql, vec![now.0.into(), id.0.into()])
        .await
        .map(|_| ())
}
